"""How a participant's part goes on and ends. Stopping the drug, stopping visits, withdrawing data, loss and
death are distinct; stopping the drug keeps every visit. A transfer keeps number, arm and randomising site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from equipoise.conduct.command import Command, Context, Decision
from equipoise.conduct.errors import refuse
from equipoise.conduct.state import ParticipantState

if TYPE_CHECKING:
    from equipoise.ledger.entry import Event
    from equipoise.study.study import Study

STATUSES = ("completed", "lost", "withdrawn", "died", "other")


def transfer_participant(context: Context, command: Command) -> Decision:
    """To another active site, which follows the participant from now on."""
    site = command.data.get("to")
    if site not in context.state.trial.sites:
        return refuse("DISP-001", command, f"site {site} is not active")
    if site == context.participant.site:
        return refuse("DISP-002", command, f"the participant is followed at site {site} already")
    return (context.draft(command, "ParticipantTransferred", {"from": context.participant.site, "to": site}),)


def record_missed_visit(context: Context, command: Command) -> Decision:
    """A planned encounter that did not take place, with its cause."""
    participant = context.participant
    if command.encounter not in context.study.definition.encounters:
        return refuse("COND-009", command, f"`{command.encounter}` is not an encounter of this study")
    if participant.facts.filled_at(command.encounter):
        return refuse("DISP-003", command, f"{command.encounter} has taken place")
    if command.encounter in participant.missed:
        return refuse("DISP-004", command, f"{command.encounter} is recorded as missed already")
    return (context.draft(command, "VisitMissed", {"cause": command.data.get("cause", "")}),)


def record_loss(context: Context, command: Command) -> Decision:
    """Lost to follow-up: when last seen, and what was tried."""
    if context.participant.ended is not None:
        return refuse("DISP-005", command, f"the participant's part ended on {context.participant.ended}")
    if not command.data.get("last_contact"):
        return refuse("COND-010", command, "a loss needs the day of the last contact")
    return (context.draft(command, "ParticipantLost", dict(command.data)),)


def record_death(context: Context, command: Command) -> Decision:
    """A death is recorded whatever came before; its cause belongs to the adverse event, under seal."""
    if context.participant.died:
        return refuse("DISP-006", command, "the death is recorded already")
    return (context.draft(command, "DeathRecorded", {}),)


def end_study(context: Context, command: Command) -> Decision:
    """The end of the participant's part, once; nothing planned is due afterwards."""
    participant, status = context.participant, command.data.get("status")
    if status not in STATUSES:
        return refuse("DISP-007", command, f"`{status}` is not one of {', '.join(STATUSES)}")
    if participant.ended is not None:
        return refuse("DISP-005", command, f"the participant's part ended on {participant.ended}")
    if participant.died != (status == "died"):
        return refuse("DISP-008", command, f"`{status}` does not agree with what is recorded of a death")
    return (context.draft(command, "StudyEnded", {"status": status, "cause": command.data.get("cause", "")}),)


def _transferred(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    return replace(participant, site=event.data["to"])


def _missed(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    return replace(participant, missed=participant.missed | {event.encounter or ""})


def _lost(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    return replace(participant, lost=True)


def _died(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    return replace(participant, died=True)


def _ended(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    return replace(participant, status="ended", ended=event.effective[:10])


HANDLERS = {
    "transfer_participant": transfer_participant,
    "record_missed_visit": record_missed_visit,
    "record_loss": record_loss,
    "record_death": record_death,
    "end_study": end_study,
}
FOLDS = {
    "ParticipantTransferred": _transferred,
    "VisitMissed": _missed,
    "ParticipantLost": _lost,
    "DeathRecorded": _died,
    "StudyEnded": _ended,
}
