"""The engine: `decide` and `evolve`, the same for people and for virtual patients.

A chapter is one module that offers `HANDLERS` (command kind to function) and `FOLDS` (event type to function
on the participant) and, where it changes the trial's part, `TRIAL_FOLDS`. Everything that holds for all
commands (the ledger is open and not locked, the role may, the site is the participant's, nothing lies in the
future) is checked here once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from equipoise.conduct import (
    adjudication,
    amendments,
    assessment,
    consent,
    deviations,
    dispensing,
    disposition,
    dosing,
    eligibility,
    forms,
    lock,
    pregnancy,
    queries,
    randomisation,
    safety,
    sites,
    unblinding,
)
from equipoise.conduct.command import Command, Context, Decision, Handler, Refusal, SealedDraws, stamp
from equipoise.conduct.errors import refuse
from equipoise.conduct.state import Fold, ParticipantState, State

if TYPE_CHECKING:
    from equipoise.ledger.entry import Event
    from equipoise.study.study import Study

CHAPTERS = (
    sites,
    consent,
    forms,
    queries,
    eligibility,
    randomisation,
    dosing,
    dispensing,
    assessment,
    safety,
    pregnancy,
    unblinding,
    disposition,
    deviations,
    adjudication,
    amendments,
    lock,
)

RESTS_ON: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "QueryAnswered": ("query", ("queries",)),
    "QueryClosed": ("query", ("queries",)),
    "AdverseEventUpdated": ("event", ("adverse_events",)),
    "SponsorAssessed": ("event", ("adverse_events",)),
    "SafetyReportSubmitted": ("event", ("adverse_events", "pregnancies")),
    "PregnancyOutcomeRecorded": ("event", ("pregnancies",)),
}
"""What goes on with something, the key that names it, and where it stands. When its beginning was erased there is
nothing that it could change."""


def _resting(fold: Fold, key: str, places: tuple[str, ...]) -> Fold:
    """The fold of an event that goes on with something, for when that is there and was not erased."""

    def folded(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
        there = any(event.data[key] in getattr(participant, place) for place in places)
        return fold(study, participant, event) if there else participant

    return folded


HANDLERS: Mapping[str, Handler] = {
    kind: handler for chapter in CHAPTERS for kind, handler in chapter.HANDLERS.items()
}
FOLDS: dict[str, Fold] = {kind: fold for chapter in CHAPTERS for kind, fold in chapter.FOLDS.items()}
FOLDS |= {kind: _resting(FOLDS[kind], *rest) for kind, rest in RESTS_ON.items()}
FOLDS |= {kind: adjudication.opening(FOLDS.get(kind)) for kind in adjudication.OPENS}
TRIAL_FOLDS = {
    kind: fold for chapter in CHAPTERS for kind, fold in getattr(chapter, "TRIAL_FOLDS", {}).items()
}

WITHOUT_PARTICIPANT = frozenset(sites.HANDLERS) | frozenset(lock.HANDLERS) | frozenset(amendments.HANDLERS)
AFTER_LOCK = frozenset(lock.HANDLERS) | frozenset(safety.HANDLERS) | frozenset(pregnancy.HANDLERS)


def decide(study: Study, state: State, command: Command, at: datetime, draw: SealedDraws) -> Decision:
    """The events that a command leads to, or the refusal. Pure: equal arguments, equal answer."""
    handler = HANDLERS.get(command.kind)
    if handler is None:
        return refuse("COND-001", command, f"there is no command `{command.kind}`")
    recorded = stamp(at)
    problem = _general(study, state, command, recorded)
    if problem is not None:
        return problem
    context = Context(
        study=study,
        state=state,
        participant=state.participant,  # type: ignore[arg-type]
        at=at,
        draw=draw,
        recorded=recorded,
    )
    return handler(context, command)


def evolve(study: Study, state: State, event: Event) -> State:
    """The state after an event. An event of another participant changes only the trial's part."""
    trial = state.trial
    fold = TRIAL_FOLDS.get(event.type)
    if fold is not None:
        trial = fold(study, trial, event)
    participant = state.participant
    if event.type == "ParticipantScreened" or (
        participant is not None and participant.subject == event.participant
    ):
        participant = own_fold(study, participant, event)
    if trial is state.trial and participant is state.participant:
        return state
    return State(trial=trial, participant=participant)


def own_fold(study: Study, participant: ParticipantState | None, event: Event) -> ParticipantState:
    """The participant's part after an event that names the participant."""
    fold = FOLDS.get(event.type)
    if fold is not None:
        participant = fold(study, participant, event)  # type: ignore[arg-type]
    assert participant is not None, "the first event of a participant is the screening, which is never erased"
    return _treated_by(study, participant, event)


def _treated_by(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    """Whoever acts on a participant in an unmasked role treats them, and can never score them blind."""
    if event.actor in participant.seen_by:
        return participant
    role = study.definition.roles.get(event.role)
    if role is not None and role.masked:
        return participant
    return replace(participant, seen_by=participant.seen_by | {event.actor})


def _general(study: Study, state: State, command: Command, recorded: str) -> Refusal | None:
    """What holds for every command."""
    if state.trial.mode is None and command.kind != "open_ledger":
        return refuse("COND-002", command, "the ledger is not open yet")
    role = study.definition.roles.get(command.role)
    if role is None or command.kind not in role.may:
        return refuse("COND-003", command, f"the role `{command.role}` may not do `{command.kind}`")
    if command.effective[:10] > recorded:
        return refuse("COND-004", command, f"{command.effective[:10]} lies in the future")
    if state.trial.locked and command.kind not in AFTER_LOCK:
        return refuse("COND-005", command, "the trial is locked")
    working = amendments.working_digest(state.trial, command.site)
    if working not in (None, study.digest) and command.kind != "activate_amendment":
        return refuse("COND-011", command, f"site {command.site} works under another version of the study")
    return _site(state, command, role.scope) if command.kind not in WITHOUT_PARTICIPANT else None


def _site(state: State, command: Command, scope: str) -> Refusal | None:
    """What holds for every command on a participant: known, at the actor's site, by a delegated person."""
    if command.kind != "screen_participant":
        if state.participant is None or state.participant.subject != command.participant:
            return refuse("COND-006", command, f"there is no participant `{command.participant}`")
        if scope == "site" and command.site != state.participant.site:
            return refuse(
                "COND-007", command, f"the participant is followed at site {state.participant.site}"
            )
    return _delegated(state, command)


def _delegated(state: State, command: Command) -> Refusal | None:
    """A live ledger takes acts only from people with a recorded delegation for the site or the trial."""
    held = state.trial.delegations
    if state.trial.mode != "live":
        return None
    if {(command.actor, command.role, command.site), (command.actor, command.role, None)} & held:
        return None
    return refuse("COND-008", command, f"{command.actor} has no delegation as {command.role}")
