"""Randomisation: everything is judged again, then the sealed draws give the arm.

The open event says that and when a participant was randomised, and in which stratum; the arm stands in a
sealed event of its own. What has happened outside the system (an emergency list, a telephone) is recorded,
not refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from equipoise.allocation import allocate, allocation_data, counted, stratum_name
from equipoise.conduct import deviations
from equipoise.conduct.command import Command, Context, Decision, Refusal
from equipoise.conduct.consent import check_consented
from equipoise.conduct.decisions import undecided
from equipoise.conduct.eligibility import check_eligible
from equipoise.conduct.errors import refuse
from equipoise.conduct.judgement import judge_criteria, judge_gates
from equipoise.conduct.scheme import UNKNOWN_LEVEL, levels_of, scheme_of
from equipoise.conduct.state import ParticipantState, TrialState, put
from equipoise.errors import EquipoiseError

if TYPE_CHECKING:
    from equipoise.ledger.entry import Draft, Event
    from equipoise.study.study import Study

OUTSIDE = "outside"
"""The scheme's name in the record of a randomisation that did not use the system; it takes no slot."""


def randomise(context: Context, command: Command) -> Decision:
    """Allocates, or says which gate is closed. With `happened: yes` the arm was given outside: it is
    recorded."""
    participant = context.participant
    if participant.arm is not None or participant.randomised_on is not None:
        return refuse("RAND-001", command, f"randomised already, on {participant.randomised_on}")
    if participant.status != "screening":
        return refuse("RAND-002", command, f"the participant is not in screening ({participant.status})")
    if command.data.get("happened") == "yes":
        return _outside(context, command)
    if command.day != context.at.date():
        return refuse(
            "RAND-003", command, "randomisation is an act of today; record one that happened as such"
        )
    problem = _barred(context, command) or _baseline(context, command)
    if problem is not None:
        return problem
    return _allocated(context, command)


def _barred(context: Context, command: Command) -> Refusal | None:
    """Consent, decisions, room, the investigator's confirmation, criteria and gates, in this order."""
    study, participant, trial = context.study, context.participant, context.state.trial
    problem = check_consented(context, command)
    if problem is not None:
        return problem
    if participant.withdrawn:
        return refuse("RAND-004", command, "consent has been withdrawn", sorted(participant.withdrawn))
    open_decisions = undecided(study, trial.mode, "randomise")
    if open_decisions:
        return refuse("RAND-005", command, "the protocol leaves decisions open", open_decisions)
    if trial.randomised >= study.definition.allocation.planned:
        return refuse("RAND-006", command, f"all {trial.randomised} planned participants are randomised")
    if participant.eligible.get("randomisation") != command.day:
        return refuse("RAND-007", command, "the investigator has not confirmed eligibility today")
    case = participant.facts.on(command.day)
    problem = check_eligible(command, judge_criteria(study, case, "randomisation"))
    if problem is not None:
        return problem
    closed = [finding for finding in judge_gates(study, case, "randomise") if finding.verdict != "met"]
    if closed:
        return refuse("RAND-008", command, f"{len(closed)} conditions of randomisation are not met", closed)
    return None


def _baseline(context: Context, command: Command) -> Refusal | None:
    """The masked baseline is signed on the day, before the arm exists."""
    plan = context.study.definition.assessment
    if plan is None:
        return None
    signed = [a for a in context.participant.assessments if a.encounter == plan.baseline and a.blinded]
    if any(assessment.on == command.day for assessment in signed):
        return None
    return refuse("RAND-009", command, f"the masked assessment at {plan.baseline} is not signed today")


def _allocated(context: Context, command: Command) -> Decision:
    participant = context.participant
    levels = levels_of(context.study, participant.site, participant.facts.on(command.day))
    unknown = [factor for factor, level in levels.items() if level == UNKNOWN_LEVEL]
    if unknown:
        return refuse("RAND-010", command, "the stratum is unknown", unknown)
    try:
        scheme = scheme_of(context.study, context.draw.block_sizes)
        allocation = allocate(scheme, stratum_name(levels), context.state.trial.tallies, context.draw)
    except EquipoiseError as error:
        return refuse("RAND-011", command, error.fault)
    return _events(context, command, allocation_data(allocation))


def _events(context: Context, command: Command, data: dict[str, str]) -> tuple[Draft, ...]:
    number = f"R-{context.state.trial.randomised + 1:04d}"
    site = context.participant.site
    return (
        context.draft(
            command, "ParticipantRandomised", {"number": number, "stratum": data["stratum"]}, site=site
        ),
        context.draft(command, "TreatmentAllocated", data, site=site),
    )


def _outside(context: Context, command: Command) -> Decision:
    """A randomisation that happened elsewhere: recorded with a deviation for each condition that was not
    met."""
    arm = command.data.get("arm")
    if arm not in context.study.definition.arms:
        return refuse("RAND-012", command, f"`{arm}` is not an arm of this study")
    case = context.participant.facts.on(command.day)
    findings: Sequence[Any] = [
        *judge_criteria(context.study, case, "randomisation"),
        *judge_gates(context.study, case, "randomise"),
    ]
    failed = [finding for finding in findings if finding.verdict != "met"]
    levels = levels_of(context.study, context.participant.site, case)
    data = {"scheme": OUTSIDE, "stratum": stratum_name(levels), "slot": "0", "block": "0", "arm": arm}
    events = list(_events(context, command, data))
    events.append(
        deviations.deviation(
            context, command, "RAND-013", "randomised outside the system", concerns="open", category="major"
        )
    )
    events += deviations.from_findings(context, command, "RAND-014", failed)
    return tuple(events)


def _randomised(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    day = date.fromisoformat(event.effective[:10])
    return replace(
        participant,
        status="randomised",
        number=event.data["number"],
        stratum=event.data["stratum"],
        randomised_on=day,
        randomising_site=participant.site,
        facts=participant.facts.with_name("randomised_on", day),
    )


def _given(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    arm = event.data["arm"]
    return replace(participant, arm=arm, facts=participant.facts.with_name("arm", arm))


def _one_more(study: Study, trial: TrialState, event: Event) -> TrialState:
    site = trial.sites[event.site or ""]
    sites = put(trial.sites, site.site, replace(site, randomised=site.randomised + 1))
    return replace(trial, randomised=trial.randomised + 1, sites=sites)


def _tallied(study: Study, trial: TrialState, event: Event) -> TrialState:
    return replace(trial, tallies=counted(trial.tallies, event.data))


HANDLERS = {"randomise": randomise}
FOLDS = {"ParticipantRandomised": _randomised, "TreatmentAllocated": _given}
TRIAL_FOLDS = {"ParticipantRandomised": _one_more, "TreatmentAllocated": _tallied}
