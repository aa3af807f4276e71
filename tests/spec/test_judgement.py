"""What the rules say about a participant, and what unknown means at each use of a rule.

A finding is met when it stands in nobody's way. Only what is known and right is met: unknown means not yet
eligible, a closed gate, no dose, no stratum, each time with what is missing.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from equipoise.conduct import judgement
from equipoise.conduct.judgement import Dose, NoDose
from equipoise.rules import Missing, Quantity
from equipoise.study import Study, load
from equipoise.study.facts import Facts
from tests.copying import copied
from tests.spec.study_samples import DAY, FOLDER, participant, record, weighing, whole

NOBODY = participant()
BORN = record("person", "screening", born="1980-05-04", sex="female")
BLEEDING = record("history", None, "1", what="bleeding")


def verdicts(case: Facts) -> dict[str, str]:
    """The verdict on each criterion."""
    return {
        finding.rule: finding.verdict for finding in judgement.judge_criteria(whole(), case, "randomisation")
    }


def changed(folder: Path, *changes: tuple[str, str]) -> Study:
    """`whole` with changes in study.yaml."""
    copied(FOLDER, folder / "study")
    path = folder / "study" / "study.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return load(folder / "study")


def test_an_inclusion_is_met_when_true_and_an_exclusion_when_false() -> None:
    assert verdicts(participant(BORN, closed=("history",))) == {"I1": "met", "E1": "met"}
    child = record("person", "screening", born="2020-01-01")
    assert verdicts(participant(child, BLEEDING)) == {"I1": "not_met", "E1": "not_met"}


def test_unknown_is_neither_and_lists_what_is_missing() -> None:
    first, second = judgement.judge_criteria(whole(), NOBODY, "randomisation")
    assert (first.verdict, first.missing) == ("unknown", ("person.born at screening",))
    assert (second.verdict, second.missing) == ("unknown", ("history",))
    assert str(first) == "I1 unknown: Adult (missing: person.born at screening)"


@pytest.mark.parametrize(
    ("case", "answer"),
    [
        (participant(BORN, closed=("history",)), "yes"),
        (participant(BORN), "not_yet"),
        (participant(BLEEDING), "no"),
    ],
)
def test_one_criterion_against_is_no_and_one_unknown_is_not_yet(case: Facts, answer: str) -> None:
    assert judgement.eligible(judgement.judge_criteria(whole(), case, "screening")) == answer


def test_a_criterion_is_judged_at_its_moments(tmp_path: Path) -> None:
    study = changed(
        tmp_path, ('number: "1", text: Adult,', 'number: "1", text: Adult, moments: [screening],')
    )
    for moment, rules in (("screening", ["I1", "E1"]), ("randomisation", ["E1"])):
        found = judgement.judge_criteria(study, Facts.empty(study), moment)  # type: ignore[arg-type]
        assert [finding.rule for finding in found] == rules


def test_a_gate_opens_only_when_true() -> None:
    def gate(case: Facts) -> str:
        (finding,) = judgement.judge_gates(whole(), case, "prescribe", "tablet")
        return finding.verdict

    assert gate(NOBODY) == "unknown"
    assert gate(participant(BLEEDING)) == "not_met"
    assert gate(participant(closed=("history",))) == "met"


def test_a_gate_of_certain_regimens_counts_for_these() -> None:
    assert judgement.judge_gates(whole(), NOBODY, "prescribe", "vitamin") == ()
    assert judgement.judge_gates(whole(), NOBODY, "prescribe") == ()
    assert [finding.rule for finding in judgement.judge_gates(whole(), NOBODY, "dispense", "vitamin")] == [
        "weighed"
    ]


def test_before_randomisation_the_gates_of_all_regimens_count(tmp_path: Path) -> None:
    """The arm is not known then, so all that either first dose needs is asked."""
    study = changed(tmp_path, ("act: prescribe", "act: randomise"))
    found = judgement.judge_gates(study, Facts.empty(study), "randomise")
    assert [finding.rule for finding in found] == ["no_bleeding"]
    assert str(found[0]).endswith("(missing: history) [WHOLE-P 5]")


@pytest.mark.parametrize(
    ("weight", "amount", "rule"), [("79.9", "15", "light"), ("80.0", "20", "heavy"), ("80.1", "20", "heavy")]
)
def test_the_dose_is_that_of_the_exception_that_applies(weight: str, amount: str, rule: str) -> None:
    found = judgement.dose(whole(), weighing(weight), "tablet")
    assert isinstance(found, Dose)
    assert (found.amount, found.rule, found.reference) == (Quantity(Decimal(amount), "mg"), rule, "WHOLE-P 6")
    assert str(found) == f"{amount} mg"
    assert [fact.item for fact in found.facts if "." in fact.item] == ["body.weight", "body.weight"]


def test_the_dose_is_the_base_when_nothing_else_is_written() -> None:
    found = judgement.dose(whole(), NOBODY, "vitamin")
    assert isinstance(found, Dose)
    assert (str(found), found.rule) == ("5 mg", "base")


def test_there_is_no_dose_while_a_condition_is_unknown() -> None:
    found = judgement.dose(whole(), NOBODY, "tablet")
    assert isinstance(found, NoDose)
    assert found.because == "unknown"
    assert [finding.missing for finding in found.findings] == [("body.weight at baseline",)] * 2
    assert "missing: body.weight at baseline" in str(found)


def test_two_exceptions_that_apply_are_a_conflict_that_names_both(tmp_path: Path) -> None:
    """The loader finds those at the edges that are written; this one hides between them, from 81.0 kg."""
    light = "light: {when: body.weight at baseline < band"
    study = changed(tmp_path, (light, f"{light} or body.weight at baseline * 2 in 162 kg..163 kg"))

    def dose(weight: str) -> Dose | NoDose:
        facts = Facts.empty(study).with_record(weighing(weight).records("body")[0])
        return judgement.dose(study, facts, "tablet")

    assert isinstance(dose("80.9"), Dose)
    found = dose("81.0")
    assert isinstance(found, NoDose)
    assert (found.because, [finding.rule for finding in found.findings]) == ("conflict", ["light", "heavy"])


def test_a_dose_that_is_computed_from_something_unknown_is_none(tmp_path: Path) -> None:
    study = changed(tmp_path, ("dose: {base: 5 mg}", "dose: {base: body.weight at week_4 * 0.001}"))
    found = judgement.dose(study, Facts.empty(study), "vitamin")
    assert isinstance(found, NoDose)
    assert (found.because, found.findings[0].missing) == ("unknown", ("body.weight at week_4",))


def test_there_is_no_dose_where_no_exception_applies_and_there_is_no_base(tmp_path: Path) -> None:
    study = changed(
        tmp_path,
        (
            "heavy: {when: body.weight at baseline >= band, give",
            "heavy: {when: body.weight at baseline > band, give",
        ),
        (
            "status: assumption\n    choice: twenty\n    reason: The quote is read as 80 and over.",
            "status: open",
        ),
    )
    facts = Facts.empty(study).with_record(weighing("80.0").records("body")[0])
    found = judgement.dose(study, facts, "tablet")
    assert isinstance(found, NoDose)
    assert (found.because, [finding.verdict for finding in found.findings]) == (
        "none",
        ["not_met", "not_met"],
    )


def test_a_regimen_is_needed_unless_its_rule_says_otherwise() -> None:
    def needed(case: Facts, regimen: str) -> str:
        return judgement.needed(whole(), case, regimen).verdict

    assert needed(NOBODY, "tablet") == "met"
    assert needed(NOBODY, "vitamin") == "unknown"
    assert needed(participant(arm="watchful"), "vitamin") == "not_met"
    assert needed(participant(arm="tablet"), "vitamin") == "met"


def test_what_is_missing_is_looked_for_behind_derivations() -> None:
    """`vitamin` names `on_tablet`, which names the arm; the last is what is missing."""
    assert judgement.needed(whole(), NOBODY, "vitamin").missing == ("arm",)


def test_the_strata_are_levels_or_missing() -> None:
    assert judgement.strata(whole(), NOBODY) == {
        "heavy": Missing("not_recorded"),
        "sex": Missing("not_recorded"),
    }
    heavy = weighing("80.0").with_record(BORN)
    assert judgement.strata(whole(), heavy) == {"heavy": "yes", "sex": "female"}
    assert judgement.strata(whole(), weighing("79.9"))["heavy"] == "no"


def test_holds_and_stops_speak_only_when_true() -> None:
    assert judgement.instructions(whole(), NOBODY, "tablet") == ()
    both = participant(BLEEDING, record("body", "baseline", pregnant="true"))
    found = judgement.instructions(whole(), both, "tablet")
    assert [finding.key for finding in found] == [
        "regimens.tablet.holds.bleeding.when",
        "regimens.tablet.stops.pregnancy.when",
    ]
    assert [finding.text for finding in found] == ["Hold the tablet", "Stop the tablet"]


def test_only_the_rules_that_are_asked_about_are_looked_at() -> None:
    both = participant(BLEEDING, record("body", "baseline", pregnant="true"))
    asked = frozenset({"regimens.tablet.stops.pregnancy.when"})
    assert [finding.rule for finding in judgement.instructions(whole(), both, "tablet", asked)] == [
        "pregnancy"
    ]


def test_a_verdict_is_explained_down_to_what_it_was_derived_from() -> None:
    words = judgement.explained(whole(), weighing("80.0"), "allocation.strata.heavy.rule")
    assert words.startswith("True: ") and "80.0 kg" in words


def test_a_day_changes_what_is_true_on_it() -> None:
    young = participant(record("person", "screening", born=(DAY - timedelta(days=17 * 365)).isoformat()))
    assert verdicts(young)["I1"] == "not_met"
    assert verdicts(young.on(date(2030, 1, 1)))["I1"] == "met"
