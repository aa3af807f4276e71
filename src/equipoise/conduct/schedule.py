"""The calendar: when an encounter is planned, and what is due on a day.

A window is judged by when a thing happened, never by when it was entered. One calendar serves all arms, and
it goes on after the drug stops.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from equipoise.rules import Missing

if TYPE_CHECKING:
    from equipoise.conduct.state import ParticipantState, State
    from equipoise.study.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An encounter's planned day and the first and last day of its window, inclusive."""

    encounter: str
    target: date
    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether the day lies in the window."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something to do for one participant. kind: visit, form, query, clock. `overdue` once the last day
    passed."""

    kind: str
    participant: str
    what: str
    encounter: str | None
    first: date
    last: date
    overdue: bool


def planned(study: Study, participant: ParticipantState, encounter_id: str) -> Planned | None:
    """The window of an encounter; None for an unscheduled one, or while its anchor has not happened."""
    encounter = study.definition.encounters[encounter_id]
    if encounter.anchor is None or encounter.day is None:
        return None
    anchor = participant.facts.named(encounter.anchor)
    if isinstance(anchor, Missing):
        return None
    return _window(encounter_id, anchor, encounter.day, encounter.window.before, encounter.window.after)


@lru_cache(maxsize=1024)
def _window(encounter: str, anchor: date, day: int, before: int, after: int) -> Planned:
    """The window around a day counted from the anchor; each form of an encounter asks for the same one."""
    target = anchor + timedelta(days=day)
    first, last = target - timedelta(days=before), target + timedelta(days=after)
    return Planned(encounter=encounter, target=target, first=first, last=last)


def expected(study: Study, participant: ParticipantState, encounter_id: str, on: date) -> bool:
    """Whether the protocol asks for this encounter of this participant, as judged on a day."""
    encounter = study.definition.encounters[encounter_id]
    if encounter.after_stop == "dropped" and participant.stopped_on is not None:
        return False
    if encounter.when is None:
        return True
    return study.rule(f"encounters.{encounter_id}.when").value(participant.facts.on(on)) is True


def visits_due(study: Study, state: State, on: date) -> tuple[Task, ...]:
    """The participant's open tasks on a day: forms of encounters whose window has begun, and open queries."""
    participant = state.participant
    if participant is None or participant.status in ("failed", "ended") or "visits" in participant.withdrawn:
        return ()
    tasks = []
    for encounter_id in study.definition.encounters:
        window = planned(study, participant, encounter_id)
        if window is None or window.first > on or encounter_id in participant.missed:
            continue
        if expected(study, participant, encounter_id, on):
            tasks += _open_forms(study, participant, window, on)
    tasks += [
        Task(
            kind="query",
            participant=participant.subject,
            what=query.text,
            encounter=query.encounter,
            first=on,
            last=on,
            overdue=False,
        )
        for query in participant.queries.values()
        if query.state == "open"
    ]
    return tuple(tasks)


def _open_forms(study: Study, participant: ParticipantState, window: Planned, on: date) -> list[Task]:
    filled = participant.facts.filled_at(window.encounter)
    return [
        Task(
            kind="form",
            participant=participant.subject,
            what=form_id,
            encounter=window.encounter,
            first=window.first,
            last=window.last,
            overdue=on > window.last,
        )
        for form_id in study.definition.encounters[window.encounter].forms
        if study.definition.forms[form_id].kind in ("encounter", "assessment") and form_id not in filled
    ]
