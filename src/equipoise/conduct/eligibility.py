"""Eligibility: judged by the criteria, confirmed by the investigator, judged again at randomisation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from msgspec.structs import replace

from equipoise.conduct.command import Command, Context, Decision, Refusal
from equipoise.conduct.consent import check_consented
from equipoise.conduct.errors import refuse
from equipoise.conduct.judgement import Finding, judge_criteria
from equipoise.conduct.state import ParticipantState, put

if TYPE_CHECKING:
    from equipoise.ledger.entry import Event
    from equipoise.study.study import Study

MOMENTS = ("screening", "randomisation")


def confirm_eligibility(context: Context, command: Command) -> Decision:
    """The investigator confirms what the criteria say; never against them, never while one is unknown."""
    moment = command.data.get("moment")
    if moment not in MOMENTS:
        return refuse("ELIG-001", command, f"`{moment}` is not a moment; one of {', '.join(MOMENTS)}")
    participant = context.participant
    if participant.status != "screening":
        return refuse("ELIG-002", command, f"the participant is not in screening ({participant.status})")
    problem = check_consented(context, command)
    if problem is not None:
        return problem
    findings = judge_criteria(context.study, participant.facts.on(command.day), moment)
    problem = check_eligible(command, findings)
    if problem is not None:
        return problem
    data = {"moment": moment, "findings": [{"criterion": f.rule, "verdict": f.verdict} for f in findings]}
    return (context.draft(command, "EligibilityConfirmed", data),)


def check_eligible(command: Command, findings: Sequence[Finding]) -> Refusal | None:
    """Not eligible when one criterion is against; not yet, with what is missing, when one is unknown."""
    against = [finding for finding in findings if finding.verdict == "not_met"]
    if against:
        return refuse("ELIG-003", command, f"not eligible: {len(against)} criteria are not met", against)
    unknown = [finding for finding in findings if finding.verdict == "unknown"]
    if unknown:
        return refuse(
            "ELIG-004", command, f"not yet eligible: {len(unknown)} criteria cannot be judged", unknown
        )
    return None


def fail_screening(context: Context, command: Command) -> Decision:
    """Ends an attempt, with each reason: a criterion, `declined`, or `other:` and words."""
    participant, reasons = context.participant, command.data.get("reasons") or []
    if participant.status != "screening":
        return refuse("ELIG-002", command, f"the participant is not in screening ({participant.status})")
    known = context.study.definition.criteria
    strange = [r for r in reasons if r not in known and r != "declined" and not str(r).startswith("other:")]
    if not reasons or strange:
        return refuse("ELIG-005", command, "a screening failure needs its reasons", strange)
    return (context.draft(command, "ScreeningFailed", {"reasons": list(reasons)}),)


def _confirmed(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    day = date.fromisoformat(event.effective[:10])
    return replace(participant, eligible=put(participant.eligible, event.data["moment"], day))


def _failed(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    return replace(participant, status="failed", ended=event.effective[:10])


HANDLERS = {"confirm_eligibility": confirm_eligibility, "fail_screening": fail_screening}
FOLDS = {"EligibilityConfirmed": _confirmed, "ScreeningFailed": _failed}
