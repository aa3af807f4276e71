"""Everything that is due for one participant on a day: the calendar's forms and queries, the safety reports that
are owed, and the companion drugs that follow an actual intake.

Reports outlive the participant's part: an end of study or a stop of the visits ends none of them. Reports and
companions could tell the arm, so they carry kinds of their own (`clock`, `companion`) that a masked role is not
shown.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from equipoise.conduct import schedule
from equipoise.conduct.acts import day_of
from equipoise.conduct.clocks import clocks
from equipoise.conduct.intake import companion_due
from equipoise.conduct.schedule import Task

if TYPE_CHECKING:
    from equipoise.conduct.state import State
    from equipoise.study.study import Study

SEALED = frozenset({"clock", "companion"})


def due(study: Study, state: State, on: date) -> tuple[Task, ...]:
    """The participant's open tasks on a day; those of a sealed kind come last."""
    participant = state.participant
    if participant is None:
        return ()
    tasks = list(schedule.visits_due(study, state, on))
    for clock in clocks(study, participant, on):
        what = f"{clock.event}: {clock.label}, to {clock.to}"
        tasks.append(
            _task("clock", participant.subject, what, day_of(clock.started), clock.due.date(), clock.overdue)
        )
    if participant.ended is None:
        for companion in companion_due(study, participant):
            what = f"{companion.regimen} after {companion.after} of {companion.taken}"
            if companion.first <= on:
                late = on > companion.last
                tasks.append(
                    _task("companion", participant.subject, what, companion.first, companion.last, late)
                )
    return tuple(tasks)


def _task(kind: str, participant: str, what: str, first: date, last: date, overdue: bool) -> Task:
    return Task(
        kind=kind, participant=participant, what=what, encounter=None, first=first, last=last, overdue=overdue
    )
