"""What is known of a participant: records in order, logs open or closed, names, and derivations on demand.

A change gives other facts and leaves the first ones as they were.
"""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

from equipoise.conduct.judgement import false_checks
from equipoise.rules import Missing, evaluate
from equipoise.study import load
from equipoise.study.facts import Facts
from tests.spec.study_samples import DAY, FOLDER, participant, record, weighing, whole

ABSENT = Missing("not_recorded")


def test_nothing_is_known_of_somebody_new() -> None:
    nobody = Facts.empty(whole())
    assert nobody.record("body", "baseline") is None
    assert nobody.records("body") == ()
    assert nobody.named("today") == nobody.named("heavy") == nobody.named("no_such_name") == ABSENT


def test_a_log_is_open_until_it_is_closed_and_can_be_opened_again() -> None:
    facts = participant()
    closed = facts.with_log("history")
    assert (facts.log_closed("history"), closed.log_closed("history")) == (False, True)
    assert not closed.with_log("history", closed=False).log_closed("history")


def test_a_form_that_the_engine_writes_is_never_open() -> None:
    """What was prescribed, dispensed or taken is known from the acts themselves."""
    assert participant().log_closed("intake")


def test_records_stand_in_the_order_of_their_dates_and_then_of_entry() -> None:
    later = record("history", None, "1", day=DAY + timedelta(days=1), what="other")
    first = record("history", None, "2", what="other")
    second = record("history", None, "3", what="bleeding")
    assert participant(later, first, second).records("history") == (first, second, later)


def test_a_record_with_the_same_key_is_replaced() -> None:
    before = weighing("80.0")
    after = before.with_record(record("body", "baseline", weight="70.0"))
    assert len(after.records("body")) == 1
    assert (before.named("heavy"), after.named("heavy")) == (True, False)


def test_a_record_is_found_by_its_encounter() -> None:
    facts = weighing("80.0").with_record(record("body", "week_4", weight="81.0"))
    found = facts.record("body", "week_4")
    assert found is not None and found.key == "week_4"
    assert facts.without_record("body", "week_4").record("body", "week_4") is None


def test_records_without_a_key_are_all_kept() -> None:
    rows = (record("history", None, what="other"), record("history", None, what="other"))
    assert len(participant(*rows).records("history")) == 2


def test_a_derivation_is_evaluated_once_until_something_that_it_reads_changes() -> None:
    facts = weighing("80.0")
    assert facts.named("heavy") is True
    assert facts.derived == {"heavy": True}
    assert facts.with_record(record("person", "screening", sex="male")).derived == {"heavy": True}
    assert facts.with_name("arm", "tablet").derived == {"heavy": True}
    assert facts.with_record(record("body", "week_4", weight="70.0")).derived == {}


def test_a_derivation_of_the_arm_follows_the_arm() -> None:
    facts = participant(arm="tablet")
    assert facts.named("on_tablet") is True
    assert facts.with_name("arm", "watchful").named("on_tablet") is False


def test_a_parameter_has_its_value() -> None:
    assert str(participant().named("band")) == str(whole().parameters["band"])


def test_today_is_the_day_on_which_one_reads() -> None:
    facts = participant()
    assert facts.on(DAY) is facts
    assert facts.on(date(2027, 1, 1)).named("today") == date(2027, 1, 1)


def test_a_check_reads_the_record_that_is_being_entered() -> None:
    check = next(check for check in whole().checks_on("body") if check.must and check.item == "weight")
    for text, impossible in (("19.9", True), ("20.0", False)):
        own = record("body", "week_4", weight=text)
        assert evaluate(check.rule, participant().with_own(own)).is_false is impossible
    assert evaluate(check.rule, participant()).is_unknown


def test_a_check_may_read_what_was_recorded_before(tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "whole")
    forms = folder / "forms" / "forms.yaml"
    text, rule = forms.read_text(encoding="utf-8"), "rule: body.height > 1 m"
    assert rule in text
    forms.write_text(text.replace(rule, "rule: body.height >= body.height at baseline"), encoding="utf-8")
    checks, other = load(folder).checks["body"], whole().checks["body"]
    assert (checks.alone, other.alone) == (False, True)
    facts = participant(record("body", "baseline", weight="80.0", height="1.75"))
    for height, false in (("1.74", ["taller"]), ("1.75", [])):
        entry = record("body", "week_4", weight="80.0", height=height)
        assert [check.key.split(".")[-2] for check in false_checks(checks, facts, entry, DAY)] == false
        assert false_checks(other, facts, entry, DAY) == []


def test_a_derivation_that_reads_the_day_has_a_value_for_each_day_and_any_other_has_one() -> None:
    study = load(Path(__file__).parents[2] / "studies" / "NCT06965244")
    facts = Facts.empty(study).on(DAY)
    later = facts.on(DAY + timedelta(days=1))
    assert (facts.named("judged_on"), later.named("judged_on")) == (DAY, DAY + timedelta(days=1))
    assert facts.named("study_drug_failed") == ABSENT
    assert later.derived == {"study_drug_failed": ABSENT}
    randomised = later.with_name("randomised_on", DAY)
    assert (randomised.named("judged_on"), randomised.on(date(2027, 1, 1)).named("judged_on")) == (DAY, DAY)
    assert randomised.derived["judged_on"] == DAY, (
        "a derivation that has not read the day holds for every day"
    )


def test_what_was_read_on_a_day_is_known_when_the_day_comes_again_and_nothing_else() -> None:
    facts = participant().with_name("arm", "tablet")
    tomorrow = facts.on(DAY + timedelta(days=1))
    assert facts.on(DAY + timedelta(days=1)) is tomorrow
    assert facts.on(DAY + timedelta(days=2)).named("today") == DAY + timedelta(days=2)
    own = record("body", "week_4", weight="70.0")
    assert facts.with_own(own).on(DAY + timedelta(days=2)).own is own
    assert facts.on(DAY + timedelta(days=2)).own is None
    assert facts.with_name("arm", "watchful").on(DAY + timedelta(days=1)).named("on_tablet") is False


def test_a_corrected_record_takes_the_place_of_its_new_date() -> None:
    early, late = record("body", "baseline", weight="80.0"), record("body", "week_4", weight="81.0")
    facts = participant(early, late)
    moved = record("body", "baseline", day=DAY + timedelta(days=9), weight="80.0")
    assert facts.with_record(moved).records("body") == (late, moved)
