"""A cut as a masked person may read it: the one source of every report before the trial is unblinded.

The events are those that `blinding.visible` gives a masked viewer who may see all that is open: none under seal, no
words of others, and a numbering of their own that counts nothing sealed. Whatever is computed from them cannot tell
an arm, since it never had one. Of the head only the hash is kept, by which the cut can be named.

Only one thing is added: the coded reasons of those who were never randomised. They cannot depend on an arm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from msgspec import structs

from equipoise.analysis.data.consort import is_criterion
from equipoise.blinding import Viewer, visible
from equipoise.ledger import events as types
from equipoise.ledger.entry import Event
from equipoise.study.model import Role

if TYPE_CHECKING:
    from equipoise.analysis.cut import Cut
    from equipoise.blinding.visible import Shown
    from equipoise.study.study import Study

READER = "blind-report"
"""The role of the reader of a blind report; no definition has it, and nobody acts in it."""

ROLE = Role(
    label="Reader of the blind report",
    masked=True,
    scope="trial",
    sees=("trial", "person", "form", "query", "assessment"),
)
WORDS: Mapping[str, Mapping[str, Any]] = {
    types.ELIGIBILITY_CONFIRMED: {"findings": []},
    types.SCREENING_FAILED: {"reasons": []},
    types.QUERY_OPENED: {"item": None, "text": ""},
    types.QUERY_ANSWERED: {"text": ""},
    types.QUERY_CLOSED: {"text": ""},
    types.DEVIATION_RECORDED: {"text": ""},
    types.VISIT_MISSED: {"cause": ""},
    types.STUDY_ENDED: {"cause": ""},
}
"""What the fold of an event expects where a masked viewer reads no words."""


def blinded(study: Study, slice_: Cut) -> Cut:
    """The cut of what is open. A cut that is blinded already is given back."""
    if slice_.blind:
        return slice_
    roles = {**study.definition.roles, READER: ROLE}
    reading = replace(study, definition=structs.replace(study.definition, roles=roles))
    coded = _failures(slice_)
    shown = visible(reading, slice_.events, Viewer(user=READER, role=READER))
    events = tuple(_event(each, study.digest, coded) for each in shown)
    last = events[-1]
    return replace(slice_, sequence=last.sequence, until=last.recorded, events=events, blind=True)


def _failures(slice_: Cut) -> dict[str, list[str]]:
    """By subject that was never randomised, the coded reasons: criteria, `declined`, and `other` without its words."""
    randomised = {e.participant for e in slice_.events if e.type == types.PARTICIPANT_RANDOMISED}
    return {
        event.participant: [
            each if is_criterion(each) or each == "declined" else "other:" for each in event.data["reasons"]
        ]
        for event in slice_.events
        if event.type == types.SCREENING_FAILED
        and event.participant is not None
        and event.participant not in randomised
    }


def _event(shown: Shown, digest: str, coded: Mapping[str, list[str]]) -> Event:
    """What is shown, as an event that can be folded; its sequence is the viewer's number."""
    data = {**WORDS.get(shown.type, {}), **shown.data}
    if shown.type == types.SCREENING_FAILED:
        data["reasons"] = coded.get(shown.participant or "", [])
    return Event(
        sequence=shown.number,
        type=shown.type,
        participant=shown.participant,
        encounter=shown.encounter,
        effective=shown.effective,
        recorded=shown.recorded,
        actor=shown.actor,
        role=shown.role,
        site=shown.site,
        command="",
        reason=shown.reason,
        study=digest,
        data=data,
    )
