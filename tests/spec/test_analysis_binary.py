"""The analyses of a binary estimand: completed data, strata, pooling, and what cannot be estimated."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from equipoise.analysis.data.estimand import Outcome, Reading
from equipoise.analysis.errors import AnalysisError
from equipoise.analysis.estimands.binary import Setting, analyse_binary
from equipoise.analysis.estimands.specs import Spec, specs
from equipoise.analysis.estimators.imputation import Limits, generator
from equipoise.analysis.estimators.proportions import Table2x2, miettinen_nurminen, newcombe, wald
from equipoise.analysis.estimators.stratified import mantel_haenszel
from equipoise.analysis.estimators.stratified_scores import common_effect
from equipoise.study.estimand import Estimand, Intercurrent, Missing, Sensitivity, Variable


def halved(row: Outcome, value: Decimal) -> bool:
    assert row.baseline is not None
    return 2 * value <= row.baseline


SETTING = Setting(
    arms=("new", "old"),
    respond=halved,
    limits=Limits(lowest=0, highest=70),
    random=lambda arm: generator("digest", 5, arm),
    imputations=20,
    interval="rubin",
    confidence=0.95,
)
SPEC = Spec(id="primary", label="Response", role="primary", reading=Reading(), missing="multiple_imputation")


def row(
    place: int, arm: str, stratum: str = "", value: int | None = None, kind: str = "value", early: int = 15
) -> Outcome:
    return Outcome(
        subject=f"{arm}-{stratum}-{place}",
        arm=arm,
        stratum=stratum,
        kind=kind,
        value=None if value is None else Decimal(value),
        baseline=Decimal(20 + place % 5),
        visits=(Decimal(early), None if value is None else Decimal(value)),
    )


def rows(x1: int, n1: int, x2: int, n2: int, stratum: str = "") -> list[Outcome]:
    """Responders score 4 to 8, the others 14 to 18."""
    found = []
    for arm, x, n in (("new", x1, n1), ("old", x2, n2)):
        found += [row(i, arm, stratum, 4 + i % 5 + (0 if i < x else 10)) for i in range(n)]
    return found


def test_without_missing_values_imputation_gives_the_complete_case_result() -> None:
    data = [*rows(16, 27, 5, 25, "a"), *rows(12, 28, 7, 26, "b")]
    found = analyse_binary(SPEC, data, SETTING).contrasts[0]
    pooled = mantel_haenszel([Table2x2(x1=16, n1=27, x2=5, n2=25), Table2x2(x1=12, n1=28, x2=7, n2=26)])
    assert (found.estimate, found.lower, found.upper) == pytest.approx(
        (pooled.estimate, pooled.interval.lower, pooled.interval.upper), abs=1e-12
    )
    assert found.missing_information == 0


def test_missing_values_are_imputed_and_the_interval_grows() -> None:
    data = [*rows(16, 27, 5, 25), *(row(50 + i, "new", kind="missing") for i in range(6))]
    whole, part = (
        analyse_binary(SPEC, data, SETTING),
        analyse_binary(replace(SPEC, missing="none"), data, SETTING),
    )
    assert whole.imputations == 20 and part.imputations == 0
    assert [each.missing for each in whole.groups] == [6, 0] and whole.groups[0].analysed == 33
    assert whole.contrasts[0].missing_information > 0
    assert whole.contrasts[0].df < 33 + 25 - 2 and part.contrasts[0].df is None
    assert 16 <= whole.groups[0].responders <= 22 and part.groups[0].responders == 16


def test_the_same_seed_gives_the_same_numbers() -> None:
    data = [*rows(10, 20, 8, 20), row(60, "old", kind="missing")]
    assert analyse_binary(SPEC, data, SETTING) == analyse_binary(SPEC, data, SETTING)
    other = replace(SETTING, random=lambda arm: generator("digest", 6, arm))
    assert analyse_binary(SPEC, data, other).contrasts != analyse_binary(SPEC, data, SETTING).contrasts


def test_events_count_as_non_response_and_teach_the_imputation_nothing() -> None:
    """The scores of participants with an event do not change what is drawn for the missing ones."""
    plain = [*rows(10, 20, 8, 20), row(60, "new", kind="missing")]
    for early in (0, 60):
        data = [*plain, *(row(70 + i, "new", kind="event", early=early) for i in range(5))]
        found = analyse_binary(SPEC, data, SETTING).groups[0]
        assert found.responders == analyse_binary(SPEC, plain, SETTING).groups[0].responders
        assert (found.by_event, found.analysed) == (5, 26)


@pytest.mark.parametrize(
    ("missing", "responders"), [("non_response", (10, 8)), ("against", (10, 10)), ("favour", (13, 8))]
)
def test_missing_values_as_declared(missing: str, responders: tuple[int, int]) -> None:
    data = [*rows(10, 20, 8, 20), *(row(60 + i, "new", kind="missing") for i in range(3))]
    data += [row(70 + i, "old", kind="missing") for i in range(2)]
    found = analyse_binary(replace(SPEC, missing=missing), data, SETTING)
    assert tuple(each.responders for each in found.groups) == responders
    assert [each.analysed for each in found.groups] == [23, 22] and found.notes


@pytest.mark.parametrize(
    ("interval", "function"),
    [("wald", wald), ("newcombe", newcombe), ("miettinen_nurminen", miettinen_nurminen)],
)
def test_one_stratum_uses_the_declared_interval(interval: str, function: object) -> None:
    setting = replace(SETTING, interval=interval)
    found = analyse_binary(replace(SPEC, missing="non_response"), rows(10, 20, 8, 20), setting)
    expected = function(Table2x2(x1=10, n1=20, x2=8, n2=20))
    assert (found.contrasts[0].lower, found.contrasts[0].upper) == (expected.lower, expected.upper)
    words = {
        "wald": "Wald",
        "newcombe": "Newcombe's hybrid score",
        "miettinen_nurminen": "Miettinen-Nurminen score",
    }
    assert found.method == f"risk difference, {words[interval]} interval"


def test_strata_use_the_stratified_score_interval() -> None:
    data = [*rows(16, 27, 5, 25, "a"), *rows(12, 28, 7, 26, "b")]
    setting = replace(SETTING, interval="miettinen_nurminen")
    found = analyse_binary(replace(SPEC, missing="non_response"), data, setting)
    strata = [Table2x2(x1=16, n1=27, x2=5, n2=25), Table2x2(x1=12, n1=28, x2=7, n2=26)]
    expected = common_effect(strata, "risk_difference")
    assert found.contrasts[0].upper == expected.interval.upper
    words = "Mantel-Haenszel risk difference over strata, stratified Miettinen-Nurminen score interval"
    assert found.method == words


def test_an_interval_without_a_stratified_form_is_refused_over_strata() -> None:
    data = [*rows(16, 27, 5, 25, "a"), *rows(12, 28, 7, 26, "b")]
    with pytest.raises(AnalysisError, match="ANAL-005"):
        analyse_binary(replace(SPEC, missing="none"), data, replace(SETTING, interval="newcombe"))


def test_a_stratum_with_one_arm_alone_says_nothing_and_changes_nothing() -> None:
    data = rows(10, 20, 8, 20, "a")
    more = [*data, *rows(3, 4, 0, 0, "b")]
    spec, setting = replace(SPEC, missing="non_response"), replace(SETTING, interval="mantel_haenszel")
    one, two = analyse_binary(spec, data, setting), analyse_binary(spec, more, setting)
    assert one.contrasts[0].estimate == two.contrasts[0].estimate
    assert two.groups[0].analysed == 24


def test_what_cannot_be_estimated_says_why() -> None:
    data = [row(1, "new", kind="missing"), row(2, "old", value=3)]
    found = analyse_binary(SPEC, data, SETTING)
    assert found.contrasts == () and found.notes[0].startswith("ANAL-010")
    nobody = analyse_binary(replace(SPEC, missing="none"), [row(2, "old", value=3)], SETTING)
    assert nobody.notes[0].startswith("ANAL-004")


def test_three_arms_are_each_compared_with_the_last() -> None:
    third = [replace(each, arm="third", subject=f"third-{each.subject}") for each in rows(5, 10, 0, 0)]
    setting = replace(SETTING, arms=("new", "third", "old"))
    found = analyse_binary(replace(SPEC, missing="none"), [*rows(10, 20, 8, 20), *third], setting)
    assert [(each.arm, each.reference) for each in found.contrasts] == [("new", "old"), ("third", "old")]


def test_the_definition_gives_the_primary_analysis_and_its_sensitivities_in_order() -> None:
    changes = (
        "treatment_policy",
        "non_response",
        "with_substitute_scores",
        "without_flagged_scores",
        "per_arm_missing",
    )
    estimand = Estimand(
        label="Main",
        objective="o",
        population="p",
        treatment=("new", "old"),
        variable=Variable(label="v", endpoint="binary", rule="true"),
        intercurrent_events={"e": Intercurrent(label="e", rule="true", strategy="composite")},
        summary="risk_difference",
        interval="rubin",
        missing=Missing(method="multiple_imputation", imputations=50),
        sensitivity={change: Sensitivity(label=change, change=change) for change in changes},
    )
    found = {each.id: each for each in specs(estimand)}
    assert list(found) == ["primary", *changes[:4], "per_arm_missing_against", "per_arm_missing_favour"]
    assert found["treatment_policy"].reading.policy and found["with_substitute_scores"].reading.substitutes
    assert not found["without_flagged_scores"].reading.flagged
    assert found["non_response"].missing == "non_response" and found["primary"].role == "primary"
    assert {each.role for key, each in found.items() if key != "primary"} == {"sensitivity"}


def test_unknown_intercurrent_events_are_told() -> None:
    data = [*rows(10, 20, 8, 20)]
    data[0] = replace(data[0], undetermined=("stop",))
    assert "unknown" in analyse_binary(SPEC, data, SETTING).notes[0]
