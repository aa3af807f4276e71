"""The masked assessor's work list: one calendar for all arms, from open events alone.

Sealed events are put aside before anything is looked at, so nothing under seal can move, add or remove a line.
The list goes on after the drug stops, and shows no score, no total and no day of randomisation other than what
the windows themselves say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from equipoise.blinding.categories import category
from equipoise.ledger import events as e

if TYPE_CHECKING:
    from equipoise.blinding.viewer import Viewer
    from equipoise.ledger.entry import Event
    from equipoise.study.study import Study

OVER = frozenset({e.SCREENING_FAILED, e.STUDY_ENDED, e.DEATH_RECORDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One assessment to make: the assessor's own line number, participant, encounter, first and last day."""

    number: int
    participant: str
    encounter: str
    first: date
    last: date
    overdue: bool


@dataclass(slots=True)
class _Open:
    """What open events say of one participant."""

    site: str
    anchors: dict[str, date] = field(default_factory=dict)
    scored: set[str] = field(default_factory=set)
    over: bool = False


def worklist(study: Study, events: Iterable[Event], viewer: Viewer, on: date) -> tuple[Assignment, ...]:
    """The assessments that are due at the viewer's site on a day, in order of their last day."""
    plan = study.definition.assessment
    if plan is None:
        return ()
    found = []
    for subject, known in _fold(study, events).items():
        if known.over or known.site != viewer.site:
            continue
        for encounter in plan.encounters:
            window = _window(study, known, encounter, on)
            if window is not None and encounter not in known.scored and window[0] <= on:
                found.append((window[1], subject, encounter, window[0]))
    return tuple(
        Assignment(
            number=number, participant=subject, encounter=encounter, first=first, last=last, overdue=on > last
        )
        for number, (last, subject, encounter, first) in enumerate(sorted(found), start=1)
    )


def _fold(study: Study, events: Iterable[Event]) -> dict[str, _Open]:
    known: dict[str, _Open] = {}
    for event in events:
        if event.participant is None or category(study, event) == "sealed":
            continue
        if event.type == e.PARTICIPANT_SCREENED:
            known[event.data["subject"]] = _Open(site=event.site or "")
            continue
        one = known[event.participant]
        day = date.fromisoformat(event.effective[:10])
        if event.type == e.CONSENT_GIVEN:
            one.anchors.setdefault("consented_on", day)
        elif event.type == e.PARTICIPANT_RANDOMISED:
            one.anchors["randomised_on"] = day
        elif event.type == e.PARTICIPANT_TRANSFERRED:
            one.site = event.data["to"]
        elif event.type in (e.ASSESSMENT_SUBMITTED, e.VISIT_MISSED):
            one.scored.add(event.encounter or "")
        elif event.type in OVER or (event.type == e.CONSENT_WITHDRAWN and event.data["scope"] != "treatment"):
            one.over = True
    return known


def _window(study: Study, known: _Open, encounter_id: str, on: date) -> tuple[date, date] | None:
    """First and last day. Until randomisation the baseline may be asked for on any day of screening."""
    encounter = study.encounter(encounter_id)
    consented = known.anchors.get("consented_on")
    if encounter_id == study.definition.assessment.baseline and consented is not None:
        return consented, known.anchors.get("randomised_on", on)
    anchor = known.anchors.get(encounter.anchor or "")
    if anchor is None or encounter.day is None:
        return None
    target = anchor + timedelta(days=encounter.day)
    return target - timedelta(days=encounter.window.before), target + timedelta(days=encounter.window.after)
