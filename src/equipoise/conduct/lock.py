"""Freezing the analysis, locking, opening the arms: in this order, each recorded, none taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from equipoise.conduct.command import Command, Context, Decision
from equipoise.conduct.decisions import undecided
from equipoise.conduct.errors import refuse
from equipoise.conduct.state import TrialState

if TYPE_CHECKING:
    from equipoise.ledger.entry import Event
    from equipoise.study.study import Study


def freeze_analysis(context: Context, command: Command) -> Decision:
    """The plan of analysis, by its digest, before anybody has seen an arm."""
    if not command.data.get("plan"):
        return refuse("COND-010", command, "the plan of analysis is named by its digest")
    if context.state.trial.plan is not None:
        return refuse("LOCK-001", command, "the analysis is frozen already")
    return (context.draft(command, "AnalysisFrozen", dict(command.data)),)


def lock_trial(context: Context, command: Command) -> Decision:
    """Refused while a query is open, an event is not judged blind, or the analysis is not frozen. How many there
    are is not said: most are sealed, and the sender may be masked."""
    trial = context.state.trial
    reasons = []
    if trial.open_queries:
        reasons.append("queries are open")
    if trial.pending_judgements:
        reasons.append("events are not judged by a masked adjudicator")
    if trial.plan is None:
        reasons.append("the analysis is not frozen")
    reasons += undecided(context.study, trial.mode, "analyse")
    if trial.locked:
        return refuse("LOCK-002", command, "the trial is locked already")
    if reasons:
        return refuse("LOCK-003", command, "the trial cannot be locked yet", reasons)
    return (context.draft(command, "TrialLocked", {}),)


def unblind_trial(context: Context, command: Command) -> Decision:
    """Opens the arms to the named people, once, after the lock."""
    trial = context.state.trial
    if not trial.locked:
        return refuse("LOCK-004", command, "the arms are opened only after the lock")
    if trial.unblinded:
        return refuse("LOCK-005", command, "the arms are open already")
    if not command.data.get("to"):
        return refuse("COND-010", command, "say to whom the arms are opened")
    return (context.draft(command, "TrialUnblinded", {"to": command.data["to"]}),)


def _frozen(study: Study, trial: TrialState, event: Event) -> TrialState:
    return replace(trial, plan=event.data["plan"])


def _locked(study: Study, trial: TrialState, event: Event) -> TrialState:
    return replace(trial, locked=True)


def _unblinded(study: Study, trial: TrialState, event: Event) -> TrialState:
    return replace(trial, unblinded=True)


HANDLERS = {"freeze_analysis": freeze_analysis, "lock_trial": lock_trial, "unblind_trial": unblind_trial}
FOLDS: dict = {}
TRIAL_FOLDS = {"AnalysisFrozen": _frozen, "TrialLocked": _locked, "TrialUnblinded": _unblinded}
