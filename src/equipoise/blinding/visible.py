"""`visible(study, events, viewer)`: what a person may read of a ledger, and in which form.

The result carries no sequence, hash, command number or count of the ledger: each viewer has a dense numbering of
their own. Two ledgers that differ only under seal give a masked viewer the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from equipoise.blinding.categories import category
from equipoise.ledger import events as e

if TYPE_CHECKING:
    from equipoise.blinding.viewer import Viewer
    from equipoise.ledger.entry import Event
    from equipoise.study.model import Role
    from equipoise.study.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One event as a viewer reads it; `number` counts this viewer's events from 1."""

    number: int
    type: str
    participant: str | None
    encounter: str | None
    effective: str
    recorded: str
    actor: str
    role: str
    site: str | None
    reason: str | None
    data: Mapping[str, Any]


@dataclass(slots=True)
class _Reading:
    """What is learnt on the way: where each participant is followed, and to whom arms were opened."""

    sites: dict[str, str]
    opened: frozenset[str] = frozenset()


def visible(study: Study, events: Iterable[Event], viewer: Viewer) -> Iterator[Shown]:
    """The events that the viewer may read, in order, in the viewer's own numbering. Unknown roles read nothing."""
    role = study.definition.roles.get(viewer.role)
    if role is None:
        return
    ledger = tuple(events)
    reading = _read(ledger)
    number = 0
    for event in ledger:
        if _may_read(study, event, viewer, role, reading):
            number += 1
            yield _shown(event, number, role)


def _read(ledger: tuple[Event, ...]) -> _Reading:
    reading = _Reading(sites={})
    for event in ledger:
        if event.type == e.PARTICIPANT_SCREENED:
            reading.sites[event.data["subject"]] = event.site or ""
        elif event.type == e.PARTICIPANT_TRANSFERRED:
            reading.sites[event.participant or ""] = event.data["to"]
        elif event.type == e.TRIAL_UNBLINDED:
            reading.opened = frozenset(event.data["to"])
    return reading


def _may_read(study: Study, event: Event, viewer: Viewer, role: Role, reading: _Reading) -> bool:
    """Category by role, participants by scope; a code break is read by those to whom it was disclosed."""
    if event.type == e.CODE_BROKEN and viewer.user in event.data["to"]:
        return True
    if viewer.user in reading.opened:
        return True
    if category(study, event) not in role.sees:
        return False
    if role.scope == "trial" or (event.participant is None and event.site in (None, viewer.site)):
        return True
    if role.scope == "assigned":
        return event.actor == viewer.user
    return viewer.site in (event.site, reading.sites.get(event.participant or ""))


def _shown(event: Event, number: int, role: Role) -> Shown:
    data = event.data
    if role.scope == "assigned" and event.type == e.ASSESSMENT_SUBMITTED:
        data = {"form": data["form"], "signed": True}
    return Shown(
        number=number,
        type=event.type,
        participant=event.participant,
        encounter=event.encounter,
        effective=event.effective,
        recorded=event.recorded,
        actor=event.actor,
        role=event.role,
        site=event.site,
        reason=event.reason,
        data=data,
    )
