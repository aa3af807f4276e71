"""`visible(study, events, viewer)`: what a person may read of a ledger, and in which form.

The result carries no sequence, hash, command number or count of the ledger: each viewer has a dense numbering of
their own. Two ledgers that differ only under seal give a masked viewer the same bytes. Words that somebody who may
know the arm has typed are beyond any rule, so a masked viewer reads codes, numbers and dates of others, never words.
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

CODED: Mapping[str, frozenset[str]] = {
    e.PARTICIPANT_SCREENED: frozenset({"subject", "person", "attempt"}),
    e.CONSENT_GIVEN: frozenset({"version", "given_on"}),
    e.CONSENT_WITHDRAWN: frozenset({"scope"}),
    e.ELIGIBILITY_CONFIRMED: frozenset({"moment"}),
    e.PARTICIPANT_RANDOMISED: frozenset({"number", "stratum"}),
    e.PARTICIPANT_TRANSFERRED: frozenset({"from", "to"}),
    e.STUDY_ENDED: frozenset({"status"}),
    e.FORM_RECORDED: frozenset({"form", "repeat", "values"}),
    e.FORM_CORRECTED: frozenset({"form", "repeat", "values"}),
    e.LOG_CLOSED: frozenset({"form", "status", "on"}),
    e.QUERY_OPENED: frozenset({"query", "form", "item"}),
    e.QUERY_ANSWERED: frozenset({"query", "form", "item"}),
    e.QUERY_CLOSED: frozenset({"query", "form", "item"}),
    e.ASSESSMENT_SUBMITTED: frozenset({"form", "number", "values", "blinded", "assessor"}),
    e.ARM_GUESSED: frozenset({"assessment", "guess", "confidence"}),
    e.DEVIATION_RECORDED: frozenset({"code", "concerns", "category", "happened", "known"}),
}
"""What a masked viewer reads of another person's event on a participant; of a type that is not here, nothing."""


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
    """What is learnt on the way: the sites that follow or followed each participant, the present one last, and to
    whom arms were opened."""

    sites: dict[str, list[str]]
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
            yield _shown(study, event, number, _hidden(event, viewer, role, reading))


def _read(ledger: tuple[Event, ...]) -> _Reading:
    reading = _Reading(sites={})
    for event in ledger:
        if event.type == e.PARTICIPANT_SCREENED:
            reading.sites[event.data["subject"]] = [event.site or ""]
        elif event.type == e.PARTICIPANT_TRANSFERRED:
            reading.sites[event.participant or ""].append(event.data["to"])
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
    return _followed(event, viewer.site, reading)


def _followed(event: Event, site: str | None, reading: _Reading) -> bool:
    """The site that follows the participant reads all; a former one what was recorded there. The site of an event
    alone opens nothing: it is what the sender wrote."""
    sites = reading.sites.get(event.participant or "", [""])
    return site == sites[-1] or (site == event.site and site in sites)


def _hidden(event: Event, viewer: Viewer, role: Role, reading: _Reading) -> str:
    """What is left out: `values` of one's own earlier scores, others' `words` before a masked viewer, or nothing."""
    if viewer.user in reading.opened or event.participant is None:
        return ""
    if role.scope == "assigned" and event.type == e.ASSESSMENT_SUBMITTED:
        return "values"
    if not role.masked or event.actor == viewer.user or event.type == e.CODE_BROKEN:
        return ""
    return "words"


def _shown(study: Study, event: Event, number: int, hidden: str) -> Shown:
    data = event.data
    if hidden == "values":
        data = {"form": data["form"], "signed": True}
    elif hidden == "words":
        data = {name: _wordless(study, data, name) for name in data if name in CODED.get(event.type, ())}
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
        reason=None if hidden == "words" else event.reason,
        data=data,
    )


def _wordless(study: Study, data: Mapping[str, Any], name: str) -> Any:
    """One entry of an event's data; of the values of a form those items that are not text."""
    if name != "values":
        return data[name]
    items = study.form(data["form"]).items
    return {item: value for item, value in data[name].items() if item in items and items[item].type != "text"}
