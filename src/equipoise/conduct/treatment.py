"""What must hold before a drug is prescribed or dispensed, and what was prescribed so far.

The same barriers stand before both acts: an arm, consent, no stop, no hold, no pregnancy, no open decision, and
every gate of the act true.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING

from equipoise.conduct.acts import Barrier, amount, end_of, plain
from equipoise.conduct.command import Context
from equipoise.conduct.judgement import Act, Dose, Finding, dose, judge_gates
from equipoise.conduct.state import ParticipantState, Prescription

if TYPE_CHECKING:
    from equipoise.study.facts import Facts
    from equipoise.study.study import Study

NOT_CONFIRMED = "not_confirmed"


@lru_cache(maxsize=64)
def regimens_of(study: Study, arm: str) -> frozenset[str]:
    """The regimens of an arm, companions included."""
    own = study.definition.arms[arm].regimens
    return frozenset(own).union(*(study.definition.regimens[regimen].companions for regimen in own))


def key_of(prescription: str, regimen: str) -> str:
    """Where a prescription of one regimen stands: companions share the number of the main one."""
    return f"{prescription}/{regimen}"


def prescribed(
    participant: ParticipantState, regimen: str, on: date | None = None, number: str | None = None
) -> Prescription | None:
    """The latest prescription of a regimen, written on or before a day, or the one of that number."""
    written = participant.prescriptions
    if number is not None:
        named = written.get(key_of(number, regimen))
        return named if named is None or on is None or named.on <= on else None
    found = [each for each in written.values() if each.regimen == regimen and (on is None or each.on <= on)]
    return max(
        reversed(found), key=attrgetter("on"), default=None
    )  # of two on one day, the one written later


def main_of(participant: ParticipantState, number: str) -> str | None:
    """The main regimen of a prescription, the first that was written with its number."""
    return next((each.regimen for each in participant.prescriptions.values() if each.id == number), None)


def pregnant(participant: ParticipantState) -> tuple[str, ...]:
    """The reported pregnancies of the participant herself, other than those that were not confirmed."""
    return tuple(
        each.id
        for each in participant.pregnancies.values()
        if each.of == "participant" and each.outcome != NOT_CONFIRMED
    )


def standing(context: Context, regimen: str, day: date) -> Iterator[Barrier]:
    """What the participant's place in the trial bars."""
    study, participant = context.study, context.participant
    if participant.randomised_on is None or participant.arm is None:
        yield Barrier(code="DOSE-001", fault="the participant is not randomised")
    elif day < participant.randomised_on:
        yield Barrier(code="DOSE-001", fault=f"{day} precedes randomisation on {participant.randomised_on}")
    elif regimen not in regimens_of(study, participant.arm):
        yield Barrier(code="DOSE-002", fault=f"`{regimen}` is no regimen of the arm `{participant.arm}`")
    if participant.withdrawn:
        scopes = ", ".join(sorted(participant.withdrawn))
        yield Barrier(code="DOSE-003", fault=f"consent was withdrawn ({scopes})")
    if participant.ended is not None or participant.died:
        yield Barrier(code="DOSE-004", fault="the participant's part is over")
    if participant.stopped_on is not None:
        yield Barrier(code="DOSE-005", fault=f"treatment was stopped on {participant.stopped_on}")
    elif regimen in participant.stopped:
        yield Barrier(code="DOSE-005", fault=f"`{regimen}` was stopped")
    if regimen in participant.held:
        yield Barrier(code="DOSE-006", fault=f"`{regimen}` is held")
    if regimen in study.definition.safety.pregnancy_blocks and pregnant(participant):
        yield Barrier(code="DOSE-007", fault="a pregnancy is reported", findings=pregnant(participant))
    undecided = study.open_decisions("dose", context.state.trial.mode or "live")
    if undecided:
        places = tuple(f"{name}: {decision.question}" for name, decision in undecided)
        yield Barrier(
            code="DOSE-008", fault=f"the protocol leaves {len(places)} decisions open", findings=places
        )


def gates(findings: Iterable[Finding], act: str) -> Iterator[Barrier]:
    """The gates of an act that are not true, in one barrier."""
    closed = tuple(finding for finding in findings if finding.verdict != "met")
    if closed:
        yield Barrier(
            code="DOSE-009", fault=f"{len(closed)} conditions of `{act}` are not met", findings=closed
        )


def judged_gates(context: Context, act: Act, regimen: str, day: date) -> tuple[Finding, ...]:
    """The findings of the gates before an act with a regimen, as the facts are on a day."""
    return judge_gates(context.study, context.participant.facts.on(day), act, regimen)


def dose_of(study: Study, case: Facts, regimen: str) -> tuple[str, str] | Barrier:
    """The protocol's dose as number and unit, or why there is none: two rules, an unknown, or no rule at all."""
    judged = dose(study, case, regimen)
    if isinstance(judged, Dose):
        return plain(judged.amount)
    places = tuple(f"{finding} ({study.place(finding.key)})" for finding in judged.findings)
    if judged.because == "conflict":
        rules = " and ".join(f"`{finding.rule}`" for finding in judged.findings)
        return Barrier(
            code="DOSE-010", fault=f"{rules} apply to the dose of `{regimen}` at once", findings=places
        )
    if judged.because == "unknown":
        return Barrier(
            code="DOSE-011", fault=f"the dose of `{regimen}` cannot be judged", findings=judged.findings
        )
    return Barrier(code="DOSE-012", fault=f"no rule gives a dose of `{regimen}`", findings=places)


def days_within(study: Study, case: Facts, key: str, start: date) -> int | Barrier | None:
    """The days that a limit of the definition allows from a day; None where there is no limit."""
    limit = amount(study, key, case)
    if limit is None:
        return None
    end = end_of(start, limit)
    return (
        (end - start).days
        if end is not None
        else Barrier(code="DOSE-022", fault=f"the limit `{key}` is unknown")
    )


def running(participant: ParticipantState) -> tuple[str, ...]:
    """The regimens that are prescribed and not stopped."""
    if participant.stopped_on is not None:
        return ()
    found = dict.fromkeys(each.regimen for each in participant.prescriptions.values())
    return tuple(regimen for regimen in found if regimen not in participant.stopped)
