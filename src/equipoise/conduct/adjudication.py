"""Events that bear on the endpoint are judged by somebody who does not know the arm, before the lock.

A stop of treatment, a death, a loss and a major deviation each open one judgement, under a reference that
names neither arm nor drug.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from equipoise.conduct.command import Command, Context, Decision
from equipoise.conduct.errors import refuse
from equipoise.conduct.state import Fold, ParticipantState, TrialState, drop, put

if TYPE_CHECKING:
    from equipoise.ledger.entry import Event
    from equipoise.study.study import Study

OPENS = {
    "TreatmentStopped": "stop",
    "DeathRecorded": "death",
    "ParticipantLost": "loss",
    "DeviationRecorded": "deviation",
}
VERDICTS = ("intercurrent_event", "no_intercurrent_event")


def opens(event: Event) -> bool:
    """Whether the event needs a masked judgement: of deviations, only the major ones."""
    return event.type in OPENS and (event.type != "DeviationRecorded" or event.data["category"] == "major")


def adjudicate(context: Context, command: Command) -> Decision:
    """The masked verdict on one reference."""
    reference, verdict = command.data.get("what", ""), command.data.get("verdict")
    if reference not in context.participant.pending:
        return refuse("ADJU-001", command, f"nothing waits to be judged under `{reference}`")
    if verdict not in VERDICTS:
        return refuse("ADJU-002", command, f"`{verdict}` is not a verdict; one of {', '.join(VERDICTS)}")
    if command.actor in context.participant.seen_by:
        return refuse("ADJU-003", command, "who could read the arm cannot judge")
    data = {"what": reference, "verdict": verdict, "text": command.data.get("text", "")}
    return (context.draft(command, "EventAdjudicated", data),)


def opening(fold: Fold | None) -> Fold:
    """The fold of an event that may open a judgement, after its own fold where it has one."""

    def folded(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
        if fold is not None:
            participant = fold(study, participant, event)
        return _opened(participant, event) if opens(event) else participant

    return folded


def _opened(participant: ParticipantState, event: Event) -> ParticipantState:
    """The participant with one more judgement waiting. References count within the participant."""
    reference = f"{OPENS[event.type]}-{participant.judged + 1}"
    return replace(
        participant,
        pending=put(participant.pending, reference, event.effective[:10]),
        judged=participant.judged + 1,
    )


def _judged(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    return replace(participant, pending=drop(participant.pending, event.data["what"]))


def _more(study: Study, trial: TrialState, event: Event) -> TrialState:
    return replace(trial, pending_judgements=trial.pending_judgements + 1) if opens(event) else trial


def _fewer(study: Study, trial: TrialState, event: Event) -> TrialState:
    return replace(trial, pending_judgements=trial.pending_judgements - 1)


HANDLERS = {"adjudicate": adjudicate}
FOLDS = {"EventAdjudicated": _judged}
TRIAL_FOLDS = {**dict.fromkeys(OPENS, _more), "EventAdjudicated": _fewer}
