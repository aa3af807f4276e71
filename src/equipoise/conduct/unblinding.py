"""Who learnt one participant's arm: by a code break, which is asked for, or by accident, which is recorded.

Either concerns one participant; all others stay as masked as they were. Whoever learnt it can never again score
that participant blind, and what they scored since is flagged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from equipoise.conduct.acts import day_of, seen
from equipoise.conduct.command import Command, Context, Decision
from equipoise.conduct.errors import refuse
from equipoise.conduct.shapes import shaped
from equipoise.conduct.state import ParticipantState

if TYPE_CHECKING:
    from equipoise.ledger.entry import Event
    from equipoise.study.study import Study


def break_code(context: Context, command: Command) -> Decision:
    """Discloses the arm of this participant. data: to (each person), scope? (`participant`); reason required."""
    participant, data = context.participant, command.data
    if participant.arm is None:
        return refuse("UNBL-001", command, "the participant has no arm")
    if not command.reason:
        return refuse("UNBL-002", command, "a code break needs its reason")
    people = data.get("to")
    if not people:
        return refuse("UNBL-003", command, "say who learns the arm")
    if data.get("scope", "participant") != "participant":
        return refuse("UNBL-004", command, f"`{data['scope']}` is wider than one participant")
    broken = {"scope": "participant", "to": list(people), "arm": participant.arm}
    return (context.draft(command, "CodeBroken", broken),)


def record_unblinding(context: Context, command: Command) -> Decision:
    """Somebody learnt the arm otherwise. data: person, how. It has happened, so it is never refused."""
    data = command.data
    if not data.get("person") or not data.get("how"):
        return refuse("UNBL-005", command, "an unblinding needs the person and how it happened")
    values = {"person": data["person"], "participant": command.participant, "how": data["how"]}
    return (context.draft(command, "UnblindingRecorded", values),)


def _broken(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    return _unmasked(participant, event, {*event.data["to"], event.actor})


def _unblinded(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    return _unmasked(participant, event, {event.data["person"]})


def _unmasked(participant: ParticipantState, event: Event, people: set[str]) -> ParticipantState:
    """Adds the people, and flags the scores that they have signed since it happened."""
    since = day_of(event.effective)
    assessments = tuple(
        replace(each, flagged=True) if each.assessor in people and each.on >= since else each
        for each in participant.assessments
    )
    return seen(replace(participant, assessments=assessments), *people)


HANDLERS = shaped({"break_code": break_code, "record_unblinding": record_unblinding})
FOLDS = {"CodeBroken": _broken, "UnblindingRecorded": _unblinded}
