"""A new fact about a participant under treatment: companions are judged again, hold and stop rules speak."""

from __future__ import annotations

from .treated import alarms, clinic


def test_a_change_of_what_a_companion_rests_on_asks_for_a_new_prescription() -> None:
    here = clinic("south")
    here.daily()
    events = here.record("medicine", repeat="1", drug="thinner")
    (alarm,) = [event for event in events if event.type == "AlarmRaised"]
    assert alarm.data["code"] == "DOSE-030"
    assert alarm.data["text"] == "`shield` is now not needed; `daily` needs a new prescription"
    assert (alarm.data["regimen"], alarm.data["companion"]) == ("daily", "shield")


def test_a_change_that_leaves_the_need_as_it_was_is_silent() -> None:
    here = clinic("south")
    here.daily()
    assert alarms(here.record("medicine", repeat="1", drug="other")) == []
    assert alarms(here.record("body", "month_1", weight="60.0")) == []


def test_nothing_is_judged_again_before_a_prescription_or_after_the_stop() -> None:
    here = clinic("south")
    assert alarms(here.record("medicine", repeat="1", drug="thinner")) == []
    here = clinic("south")
    here.daily()
    here.do("stop_treatment", cause="wish")
    assert alarms(here.record("medicine", repeat="1", drug="thinner")) == []


def test_a_stopped_companion_is_not_judged_again() -> None:
    here = clinic("south")
    here.daily()
    here.do("stop_treatment", cause="wish", regimen="daily")
    assert here.state.stopped_on is not None
    assert alarms(here.record("medicine", repeat="1", drug="thinner")) == []


def test_a_hold_rule_that_comes_true_raises_an_alarm_once() -> None:
    here = clinic()
    here.weekly()
    assert alarms(here.record("blood", "extra", platelets="60")) == []
    here.day = "2026-03-30"
    events = here.record("blood", "month_1", platelets="49")
    (alarm,) = [event for event in events if event.type == "AlarmRaised"]
    assert alarm.data["code"] == "DOSE-031"
    assert alarm.data["text"] == "Platelets below 50 (Protocol 6.4)"
    assert alarm.data["rule"] == "regimens.weekly.holds.platelets.when"
    change = {"form": "blood", "values": {"platelets": "48"}}
    again = here.ok("correct_form", here.subject, encounter="month_1", data=change, reason="misread")
    assert alarms(list(again)) == []


def test_a_stop_rule_speaks_when_an_adverse_event_makes_it_true() -> None:
    here = clinic()
    here.weekly()
    report = {
        "event": "AE1", "term": "pneumonitis", "onset": here.day, "grade": "2", "serious": "no",
        "causality": {"alphadrug": "related"}, "site_aware": f"{here.day}T08:00:00Z", "outcome": "recovering",
    }  # fmt: skip
    events = here.do("report_adverse_event", **report)
    assert alarms(events) == ["DOSE-032"]
    assert events[-1].data["text"] == "Lung reaction (Protocol 6.5)"
