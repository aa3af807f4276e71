"""Holding, resuming and stopping: facts with a coded cause; every visit stays."""

from __future__ import annotations

from equipoise.conduct.schedule import visits_due
from equipoise.conduct.state import State

from .treated import clinic, deviations, drugs


def test_a_hold_bars_prescribing_and_dispensing_until_it_is_lifted() -> None:
    here = clinic()
    here.weekly()
    here.do(
        "hold_treatment", cause="laboratory", regimen="weekly", rule="regimens.weekly.holds.platelets.when"
    )
    assert here.state.held == {"weekly"}
    data = {"prescription": "P2", "regimen": "weekly", "days": "28", "weekday": "monday"}
    assert here.no("prescribe", **data).code == "DOSE-006"
    assert here.no("dispense", prescription="P1", quantity="16", days="28").code == "DOSE-006"
    here.do("resume_treatment", regimen="weekly")
    assert here.state.held == frozenset()
    assert here.do("dispense", prescription="P1", quantity="16", days="28")


def test_a_hold_without_a_regimen_holds_all_of_the_arm() -> None:
    here = clinic()
    here.do("hold_treatment", cause="wish")
    assert here.state.held == {"weekly", "follower"}
    assert here.no("hold_treatment", cause="wish", regimen="weekly").code == "DOSE-044"
    assert here.no("hold_treatment", cause="wish").code == "DOSE-044"
    here.do("resume_treatment")
    assert here.state.held == frozenset()


def test_only_what_is_held_is_resumed() -> None:
    here = clinic()
    assert here.no("resume_treatment").code == "DOSE-041"
    here.do("hold_treatment", cause="wish", regimen="weekly")
    assert here.no("resume_treatment", regimen="follower").code == "DOSE-041"


def test_a_hold_is_not_lifted_while_its_rule_is_true() -> None:
    here = clinic()
    here.weekly()
    here.day = "2026-03-30"
    here.record("blood", "month_1", platelets="40")
    here.do("hold_treatment", cause="laboratory", regimen="weekly")
    answer = here.no("resume_treatment", regimen="weekly")
    assert answer.code == "DOSE-042" and answer.findings[0].rule == "platelets"
    events = here.do("resume_treatment", regimen="weekly", happened="yes")
    assert deviations(events) == ["DOSE-042"] and here.state.held == frozenset()


def test_a_cause_is_coded_and_the_regimen_is_known() -> None:
    here = clinic()
    for kind in ("hold_treatment", "stop_treatment"):
        assert here.no(kind, cause="whatever").code == "DOSE-040"
        assert here.no(kind, cause="wish", regimen="none").code == "COND-010"
        assert clinic(None).no(kind, cause="wish").code == "DOSE-001"


def test_a_stop_is_for_good_and_keeps_every_visit() -> None:
    here = clinic()
    here.day = "2026-03-10"
    here.do("stop_treatment", cause="adverse_event")
    state = here.state
    assert (state.stopped_on.isoformat(), state.stop_cause) == ("2026-03-10", "adverse_event")
    assert state.facts.named("treatment_stopped_on") == state.stopped_on
    assert here.no("stop_treatment", cause="wish").code == "DOSE-043"
    here.day = "2026-03-30"
    tasks = visits_due(
        here.study, State(trial=here.trial, participant=state), state.randomised_on.replace(day=30)
    )
    assert "month_1" in {task.encounter for task in tasks}


def test_a_companion_can_stop_alone() -> None:
    here = clinic()
    here.do("stop_treatment", cause="wish", regimen="follower")
    assert here.state.stopped_on is None and set(here.state.stopped) == {"follower"}
    assert here.no("stop_treatment", cause="wish", regimen="follower").code == "DOSE-043"


def test_the_stop_of_the_last_investigational_regimen_ends_treatment() -> None:
    two = drugs(("regimens: [weekly, follower]", "regimens: [weekly, daily]"))
    here = clinic(study=two)
    here.do("stop_treatment", cause="wish", regimen="weekly")
    assert here.state.stopped_on is None
    here.do("stop_treatment", cause="wish", regimen="daily")
    assert here.state.stopped_on is not None


def test_before_an_arm_is_known_a_hold_has_nothing_to_hold() -> None:
    from equipoise.conduct import holds

    here = clinic(None)
    assert holds._all(here.study, here.state) == frozenset()
