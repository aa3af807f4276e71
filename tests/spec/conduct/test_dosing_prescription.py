"""Prescribing: the protocol's dose for a participant who may have it, with the companions that are needed."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from equipoise.rules.evaluate import evaluate

from .treated import clinic, deviations, drugs

USUAL = {"prescription": "P1", "regimen": "weekly", "days": "28", "weekday": "monday"}


def test_the_dose_is_judged_and_the_companion_comes_with_it() -> None:
    here = clinic()
    (event,) = here.weekly()
    assert event.type == "DosePrescribed"
    assert {name: event.data[name] for name in ("dose", "unit", "frequency", "weekday", "days")} == {
        "dose": "10", "unit": "mg", "frequency": "7 days", "weekday": "monday", "days": "28",
    }  # fmt: skip
    assert event.data["companions"] == [
        {"regimen": "follower", "dose": "5", "unit": "mg", "frequency": "7 days"}
    ]
    assert event.data["basis"] == [{"rule": "G01", "verdict": "met"}]
    assert set(here.state.prescriptions) == {"P1/weekly", "P1/follower"}
    assert here.state.prescriptions["P1/follower"].weekday is None
    assert "investigator-1" in here.state.seen_by


@pytest.mark.parametrize(("weight", "dose"), [("79.9", "10"), ("80.0", "15"), ("80.1", "15")])
def test_the_exception_that_applies_gives_the_dose(weight: str, dose: str) -> None:
    assert clinic(weight=weight).weekly()[0].data["dose"] == dose


def test_rules_can_read_what_was_prescribed() -> None:
    here = clinic()
    here.weekly()
    rule = here.study.rule("gates.G02.rule")
    assert evaluate(rule, here.state.facts.on(here.state.randomised_on)).is_true
    first, second = here.state.facts.records("prescription")
    assert (first.values["regimen"], second.values["regimen"]) == ("weekly", "follower")


def test_two_doses_at_once_are_refused_with_both_places() -> None:
    here = clinic(weight="90.0")
    for row in "12345":
        here.record("medicine", repeat=row, drug="other")
    answer = here.no("prescribe", **USUAL)
    assert answer.code == "DOSE-010"
    assert "`heavy` and `giant`" in answer.fault
    assert len(answer.findings) == 2 and all("study.yaml:" in str(place) for place in answer.findings)


def test_an_unknown_dose_is_refused_with_what_is_missing() -> None:
    study = drugs(("body.weight at baseline", "body.weight at month_1"))
    answer = clinic(study=study).no("prescribe", **USUAL)
    assert answer.code == "DOSE-011"
    assert "body.weight at month_1" in answer.findings[0].missing


def test_no_rule_no_dose() -> None:
    assert (
        clinic("south", age="17").no("prescribe", prescription="P1", regimen="daily", days="28").code
        == "DOSE-012"
    )


def test_a_stated_dose_must_be_that_of_the_protocol() -> None:
    here = clinic()
    assert here.no("prescribe", **USUAL, dose="20").code == "DOSE-013"
    assert here.weekly(dose="10.0")[0].data["dose"] == "10"


def test_what_no_prescription_can_be_without() -> None:
    here = clinic()
    assert here.no("prescribe", regimen="weekly").code == "COND-010"
    assert here.no("prescribe", prescription="P1", regimen="none").code == "COND-010"
    for days in ("0", "1.5", "many", None):
        assert here.no("prescribe", **{**USUAL, "days": days}).code == "DOSE-020"
    assert here.no("prescribe", **USUAL, dose="none").code == "DOSE-020"
    assert here.no("prescribe", **{**USUAL, "weekday": "someday"}).code == "DOSE-015"
    assert here.no("prescribe", prescription="P1", regimen="weekly", days="7").code == "DOSE-015"
    here.weekly()
    assert here.no("prescribe", **USUAL).code == "DOSE-019"


def test_a_value_that_the_form_cannot_hold_is_refused() -> None:
    here = clinic()
    answer = here.no("prescribe", **USUAL, dose="10.25", happened="yes")
    assert answer.code == "DOSE-020" and "RULE-042" in str(answer.findings[0])


def test_only_a_regimen_of_the_arm_is_prescribed() -> None:
    assert clinic("south").no("prescribe", **USUAL).code == "DOSE-002"
    assert clinic(None).no("prescribe", **USUAL).code == "DOSE-001"
    here = clinic()
    here.day = "2026-03-01"
    assert here.no("prescribe", **USUAL).code == "DOSE-001"


def test_withdrawal_end_and_stop_bar_a_prescription() -> None:
    here = clinic()
    here.do("withdraw_consent", scope="treatment")
    assert here.no("prescribe", **USUAL).code == "DOSE-003"
    here = clinic()
    here.do("end_study", status="completed")
    assert here.no("prescribe", **USUAL).code == "DOSE-004"
    here = clinic()
    here.do("record_death")
    assert here.no("prescribe", **USUAL).code == "DOSE-004"
    here = clinic()
    here.do("stop_treatment", cause="wish")
    assert here.no("prescribe", **USUAL).code == "DOSE-005"
    here = clinic()
    here.do("stop_treatment", cause="wish", regimen="follower")
    assert here.no("prescribe", **{**USUAL, "regimen": "follower", "weekday": None}).code == "DOSE-005"


def test_a_live_trial_refuses_while_a_decision_is_open_and_lists_it() -> None:
    here = clinic()
    here.trial = replace(
        here.trial, mode="live", delegations=frozenset({("investigator-1", "investigator", "01")})
    )
    answer = here.no("prescribe", **USUAL)
    assert answer.code == "DOSE-008"
    assert answer.findings == ("doses: Which dose is low?",)
    deviated = here.do("prescribe", **USUAL, happened="yes")
    assert deviations(deviated) == ["DOSE-008"]


def test_a_gate_that_is_false_or_unknown_stays_closed() -> None:
    here = clinic(study=drugs(("baseline >= 100 10*9/L", "month_1 >= 100 10*9/L")))
    answer = here.no("prescribe", **USUAL)
    assert answer.code == "DOSE-009"
    assert answer.findings[0].verdict == "unknown"
    assert answer.findings[0].missing == ("blood.platelets at month_1",)
    here = clinic(study=drugs(("baseline >= 100 10*9/L", "baseline >= 300 10*9/L")))
    assert here.no("prescribe", **USUAL).findings[0].verdict == "not_met"


def test_a_supply_has_its_limit() -> None:
    here = clinic()
    assert here.no("prescribe", **{**USUAL, "days": "29"}).code == "DOSE-014"
    assert clinic("south").daily(days="365")[0].data["days"] == "365"


def test_a_limit_that_is_unknown_is_a_barrier() -> None:
    half = drugs(("supply_limit: 28 days", "supply_limit: 12 hours"))
    assert clinic(study=half).no("prescribe", **USUAL).code == "DOSE-022"


def test_the_planned_length_of_treatment_ends() -> None:
    here = clinic()
    here.weekly()
    here.day = "2026-05-24"
    here.weekly("P2")
    here.day = "2026-05-25"
    assert here.no("prescribe", **{**USUAL, "prescription": "P3"}).code == "DOSE-021"


def test_a_change_of_dose_or_weekday_needs_its_reason() -> None:
    here = clinic(weight="79.0")
    here.weekly()
    change = {"form": "body", "values": {"weight": "81.0"}}
    here.ok("correct_form", here.subject, encounter="baseline", data=change, reason="wrong scale")
    answer = here.no("prescribe", **{**USUAL, "prescription": "P2"})
    assert answer.code == "DOSE-016" and "from 10 to 15 mg" in answer.fault
    here.weekly("P2", reason="the weight was corrected")
    answer = here.no("prescribe", **{**USUAL, "prescription": "P3", "weekday": "friday"})
    assert answer.code == "DOSE-016" and "from monday to friday" in answer.fault
    events = here.weekly("P3", weekday="friday", reason="works on Mondays")
    assert events[0].reason == "works on Mondays"
    assert here.state.facts.records("prescription")[-2].values["reason"] == "works on Mondays"


def test_a_companion_that_is_not_needed_is_left_out() -> None:
    here = clinic("south")
    assert [each["regimen"] for each in here.daily()[0].data["companions"]] == ["shield"]
    here.record("medicine", repeat="1", drug="thinner")
    assert here.daily("P2")[0].data["companions"] == []
    answer = here.no("prescribe", prescription="P3", regimen="shield", days="28")
    assert answer.code == "DOSE-018"


def test_an_unknown_need_of_a_companion_is_refused() -> None:
    needed = "\"not any(m in medicine: m.drug = 'thinner')\""
    here = clinic("south", study=drugs((needed, "body.weight at month_1 > 10 kg")))
    answer = here.no("prescribe", prescription="P1", regimen="daily", days="28")
    assert answer.code == "DOSE-017"
    assert answer.findings[0].missing == ("body.weight at month_1",)
    assert here.no("prescribe", prescription="P1", regimen="shield", days="28").code == "DOSE-017"


def test_a_companion_without_a_dose_is_refused() -> None:
    rule = "{exceptions: {old: {when: 'person.age >= 90', give: 5 mg, reference: P}}, decision: minors}"
    study = drugs(("dose: {base: 5 mg, reference: Protocol 6.6}", f"dose: {rule}"))
    here = clinic(study=study)
    assert here.no("prescribe", **USUAL).code == "DOSE-012"


def test_a_companion_can_be_prescribed_alone() -> None:
    here = clinic()
    events = here.do("prescribe", prescription="P1", regimen="follower", days="7")
    assert events[0].data["companions"] == []


def test_what_was_prescribed_outside_is_recorded_with_a_deviation_for_each_barrier() -> None:
    here = clinic()
    here.do("hold_treatment", regimen="weekly", cause="laboratory")
    data = {**USUAL, "days": "60", "dose": "20", "happened": "yes"}
    events = here.do("prescribe", **data)
    assert events[0].data["dose"] == "20"
    assert deviations(events) == ["DOSE-006", "DOSE-013", "DOSE-014"]
    assert all(event.data["concerns"] == "sealed" for event in events[1:])
    assert events[1].data["happened"] == here.day and events[1].data["known"].endswith("Z")


def test_without_a_judged_dose_only_a_stated_one_can_be_recorded() -> None:
    here = clinic(weight="90.0")
    for row in "12345":
        here.record("medicine", repeat=row, drug="other")
    assert here.no("prescribe", **USUAL, happened="yes").code == "DOSE-010"
    events = here.do("prescribe", **USUAL, happened="yes", dose="12.5")
    assert (events[0].data["dose"], events[0].data["unit"]) == ("12.5", "mg")
    assert deviations(events) == ["DOSE-010"]
