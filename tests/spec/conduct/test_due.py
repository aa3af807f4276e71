"""What is due on a day: the calendar, the safety reports that are owed, the companions of an actual intake."""

from __future__ import annotations

from datetime import date

from equipoise.conduct.due import SEALED, due
from equipoise.conduct.schedule import Task
from equipoise.conduct.state import State

from .test_safety_clocks import SERIOUS
from .test_safety_reports import reported
from .treated import Clinic, clinic


def tasks(here: Clinic, on: date) -> list[Task]:
    """The tasks of a sealed kind."""
    found = due(here.study, State(trial=here.trial, participant=here.state), on)
    return [task for task in found if task.kind in SEALED]


def test_without_a_participant_nothing_is_due() -> None:
    here = clinic()
    assert due(here.study, State(trial=here.trial), date(2026, 3, 2)) == ()


def test_the_calendar_is_part_of_what_is_due() -> None:
    here = clinic()
    found = due(here.study, State(trial=here.trial, participant=here.state), date(2026, 3, 30))
    assert "month_1" in {task.encounter for task in found}


def test_a_report_is_owed_even_after_the_end_of_study() -> None:
    here = reported(**SERIOUS)
    here.do("end_study", status="completed")
    (task,) = tasks(here, date(2026, 3, 4))
    assert (task.kind, task.what) == ("clock", "AE1: Serious event to the sponsor, to sponsor")
    assert (task.first, task.last, task.overdue) == (date(2026, 3, 2), date(2026, 3, 3), True)


def test_a_companion_is_due_in_the_days_after_the_intake() -> None:
    here = clinic()
    here.weekly()
    here.took("weekly", "2026-03-02", "10")
    assert tasks(here, date(2026, 3, 2)) == []
    (task,) = tasks(here, date(2026, 3, 3))
    assert (task.kind, task.what) == ("companion", "follower after weekly of 2026-03-02")
    assert not task.overdue
    assert tasks(here, date(2026, 3, 6))[0].overdue
    here.do("end_study", status="completed")
    assert tasks(here, date(2026, 3, 6)) == []
