"""An intake has happened: it is never refused for being wrong, and each way in which it is wrong is recorded."""

from __future__ import annotations

import pytest

from equipoise.conduct.intake import companion_due

from .treated import alarms, clinic, deviations, drugs


def test_an_intake_as_prescribed_is_an_event_and_nothing_more() -> None:
    here = clinic()
    here.weekly()
    events = here.took("weekly", "2026-03-02", "10")
    assert [event.type for event in events] == ["DoseTaken"]
    assert events[0].data == {
        "regimen": "weekly",
        "taken_on": "2026-03-02",
        "dose": "10",
        "prescription": "P1",
    }
    facts = here.state.facts
    assert facts.named("first_dose_on").isoformat() == facts.named("last_dose_on").isoformat() == "2026-03-02"
    assert facts.records("intake")[0].values["taken_on"].isoformat() == "2026-03-02"


def test_first_and_last_dose_follow_the_days_of_intake_not_the_order_of_entry() -> None:
    here = clinic("south")
    here.daily()
    here.day = "2026-03-20"
    for day in ("05", "09", "03", "07"):
        here.took("daily", f"2026-03-{day}", "1")
    here.took("shield", "2026-03-19", "100")
    facts = here.state.facts
    assert (facts.named("first_dose_on").day, facts.named("last_dose_on").day) == (3, 9)


def test_two_intakes_too_close_together_raise_an_alarm() -> None:
    here = clinic()
    here.weekly()
    here.took("weekly", "2026-03-02", "10")
    here.day = "2026-03-07"
    events = here.took("weekly", "2026-03-07", "10")
    assert deviations(events) == ["TAKE-005", "TAKE-006"] and alarms(events) == ["TAKE-006"]
    assert "5 days apart" in events[-1].data["text"]


def test_the_least_interval_itself_raises_none() -> None:
    here = clinic()
    here.weekly()
    here.took("weekly", "2026-03-02", "10")
    here.day = "2026-03-09"
    assert alarms(here.took("weekly", "2026-03-08", "10")) == []


def test_hours_count_where_both_times_are_known() -> None:
    here = clinic()
    here.weekly()
    here.day = "2026-03-09"
    here.took("weekly", "2026-03-02T20:00:00Z", "10")
    events = here.took("weekly", "2026-03-08T19:00:00Z", "10")
    assert alarms(events) == ["TAKE-006"] and "5 days 23 hours apart" in events[-1].data["text"]
    here = clinic()
    here.weekly()
    here.day = "2026-03-09"
    here.took("weekly", "2026-03-02T20:00:00Z", "10")
    assert alarms(here.took("weekly", "2026-03-08T20:00:00Z", "10")) == []


def test_an_intake_that_is_entered_late_is_compared_on_both_sides() -> None:
    here = clinic()
    here.weekly()
    here.day = "2026-03-20"
    here.took("weekly", "2026-03-09", "10")
    assert alarms(here.took("weekly", "2026-03-05", "10")) == ["TAKE-006"]


def test_an_overdose_and_an_underdose() -> None:
    here = clinic()
    here.weekly()
    events = here.took("weekly", "2026-03-02", "20")
    assert deviations(events) == alarms(events) == ["TAKE-003"] and events[1].data["category"] == "major"
    here = clinic()
    here.weekly()
    events = here.took("weekly", "2026-03-02", "7.5")
    assert deviations(events) == ["TAKE-004"] and events[1].data["category"] == "minor"


def test_the_drug_of_the_other_arm() -> None:
    events = clinic("south").took("weekly", "2026-03-02", "10")
    assert deviations(events) == ["TAKE-002", "TAKE-001"] and alarms(events) == ["TAKE-002"]
    assert {event.data["concerns"] for event in events if event.type == "DeviationRecorded"} == {"sealed"}


def test_an_intake_before_randomisation() -> None:
    assert deviations(clinic(None).took("weekly", "2026-03-02", "10")) == ["TAKE-013", "TAKE-001"]
    assert "TAKE-013" in deviations(clinic().took("weekly", "2026-03-01", "10"))


def test_another_weekday_and_a_late_dose() -> None:
    here = clinic()
    here.weekly()
    here.took("weekly", "2026-03-02", "10")
    here.day = "2026-03-20"
    events = here.took("weekly", "2026-03-11", "10")
    assert deviations(events) == ["TAKE-005"]
    assert "wednesday, prescribed for monday" in events[1].data["text"]
    here = clinic()
    here.weekly()
    here.took("weekly", "2026-03-02", "10")
    here.day = "2026-03-20"
    assert deviations(here.took("weekly", "2026-03-12", "10")) == ["TAKE-005", "TAKE-007"]


def test_an_intake_during_a_hold_and_after_a_stop() -> None:
    here = clinic()
    here.weekly()
    here.do("hold_treatment", cause="wish")
    assert deviations(here.took("weekly", "2026-03-02", "10")) == ["TAKE-008"]
    here.day = "2026-03-09"
    here.do("resume_treatment")
    here.day = "2026-03-20"
    assert deviations(here.took("weekly", "2026-03-09", "10")) == []
    assert "TAKE-008" in deviations(here.took("weekly", "2026-03-08", "10"))
    here = clinic()
    here.weekly()
    here.day = "2026-03-04"
    here.do("stop_treatment", cause="wish")
    here.day = "2026-03-09"
    assert deviations(here.took("weekly", "2026-03-09", "10")) == ["TAKE-009"]
    assert deviations(here.took("weekly", "2026-03-02", "10")) == []
    here = clinic()
    here.weekly()
    here.do("stop_treatment", cause="wish", regimen="follower")
    assert "TAKE-009" in deviations(here.took("follower", "2026-03-02", "5"))


def test_only_what_is_impossible_is_refused() -> None:
    here = clinic()
    for data in (
        {"regimen": "none", "dose": "10"},
        {"regimen": "weekly", "dose": "much"},
        {"regimen": "weekly", "dose": "-5"},
        {"regimen": "weekly"},
        {"regimen": "weekly", "dose": "10", "taken_on": "yesterday"},
        {"regimen": "weekly", "dose": "10", "taken_on": "2026-02-30"},
        {"regimen": "weekly", "dose": "10", "taken_on": "2026-03-03"},
        {"regimen": "weekly", "dose": "10.25"},
    ):
        assert here.no("record_intake", **data).code == "TAKE-012"


def test_a_companion_is_due_from_the_actual_intake() -> None:
    here = clinic()
    here.weekly()
    assert companion_due(here.study, here.state) == ()
    here.day = "2026-03-20"
    here.took("weekly", "2026-03-04", "10")
    (task,) = companion_due(here.study, here.state)
    assert (task.regimen, task.after, task.taken) == ("follower", "weekly", "2026-03-04")
    assert (task.first.day, task.on.day, task.last.day) == (5, 6, 7)
    here.took("follower", "2026-03-06", "5")
    assert companion_due(here.study, here.state) == ()
    here.took("weekly", "2026-03-11", "10")
    assert companion_due(here.study, here.state)[0].on.day == 13


@pytest.mark.parametrize(
    ("day", "found"), [("04", ["TAKE-010"]), ("05", []), ("06", []), ("07", []), ("08", ["TAKE-011"])]
)
def test_a_companion_too_early_or_too_late(day: str, found: list[str]) -> None:
    here = clinic()
    here.weekly()
    here.day = "2026-03-20"
    here.took("weekly", "2026-03-04", "10")
    events = here.took("follower", f"2026-03-{day}", "5")
    assert deviations(events) == found


def test_a_companion_without_an_intake_of_the_other_drug() -> None:
    here = clinic()
    here.weekly()
    assert deviations(here.took("follower", "2026-03-02", "5")) == ["TAKE-014"]


def test_a_companion_interval_in_months_is_not_judged_by_hours() -> None:
    study = drugs(("interval: 48 hours", "interval: 1 month"))
    here = clinic(study=study)
    here.weekly()
    here.took("weekly", "2026-03-02", "10")
    assert deviations(here.took("follower", "2026-03-02", "5")) == []
    here = clinic(study=study)
    here.weekly()
    here.took("weekly", "2026-03-02", "10")
    assert companion_due(here.study, here.state) == ()


def test_a_study_without_a_form_for_intakes_keeps_the_events() -> None:
    study = drugs(("    kind: act\n    act: intake\n", "    kind: log\n"))
    here = clinic(study=study)
    here.weekly()
    here.took("weekly", "2026-03-02", "10")
    assert here.state.intakes["weekly"] == ("2026-03-02",)
    assert here.state.facts.records("intake") == ()


def test_a_hold_concerns_its_regimen_and_its_days_alone() -> None:
    here = clinic()
    here.weekly()
    here.do("hold_treatment", cause="wish", regimen="follower")
    assert deviations(here.took("weekly", "2026-03-02", "10")) == []
    here.day = "2026-03-05"
    here.do("hold_treatment", cause="wish", regimen="weekly")
    here.day = "2026-03-07"
    here.do("resume_treatment", regimen="follower")
    here.do("resume_treatment", regimen="weekly")
    here.day = "2026-03-20"
    here.do("hold_treatment", cause="wish", regimen="weekly")
    here.do("resume_treatment", regimen="weekly")
    assert [(each, since.day, until and until.day) for each, since, until in here.state.pauses] == [
        ("follower", 2, 7), ("weekly", 5, 7), ("weekly", 20, 20),
    ]  # fmt: skip
    assert "TAKE-008" not in deviations(here.took("weekly", "2026-03-09", "10"))
