"""Holding, resuming and stopping treatment. A hold or a stop is a fact with a coded cause: it is never refused for
its reason. Stopping the drug changes nothing in the calendar: every visit stays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from equipoise.conduct.acts import Barrier, alarm, barred, day_of, seen
from equipoise.conduct.command import Command, Context, Decision, Refusal
from equipoise.conduct.errors import refuse
from equipoise.conduct.judgement import instructions
from equipoise.conduct.shapes import shaped
from equipoise.conduct.state import ParticipantState

if TYPE_CHECKING:
    from equipoise.ledger.entry import Draft, Event
    from equipoise.study.facts import Facts
    from equipoise.study.study import Study

CAUSES = (
    "completed",
    "never_started",
    "inefficacy",
    "adverse_event",
    "laboratory",
    "pregnancy",
    "rescue",
    "prohibited_medication",
    "intercurrent_illness",
    "wish",
    "investigator",
    "rule",
    "lost",
    "death",
    "other",
)


def hold_treatment(context: Context, command: Command) -> Decision:
    """Interrupts one regimen, or all of the arm. data: cause, regimen?, rule?"""
    problem = _entered(context, command)
    if problem is not None:
        return problem
    if not _concerned(context, command) - context.participant.held:
        return refuse("DOSE-044", command, "that treatment is held already")
    return (context.draft(command, "TreatmentHeld", _data(command)),)


def resume_treatment(context: Context, command: Command) -> Decision:
    """Lifts a hold, unless a hold or stop rule of the protocol is still true."""
    regimen, participant = command.data.get("regimen"), context.participant
    lifted = participant.held if regimen is None else participant.held & {regimen}
    if not lifted:
        return refuse("DOSE-041", command, f"`{regimen or 'treatment'}` is not held")
    facts = participant.facts.on(command.day)
    still = [
        Barrier(code="DOSE-042", fault=finding.text, findings=(finding,))
        for each in sorted(lifted)
        for finding in instructions(context.study, facts, each)
    ]
    deviations = barred(context, command, still)
    if isinstance(deviations, Refusal):
        return deviations
    data = {"regimen": regimen} if regimen else {}
    return (context.draft(command, "TreatmentResumed", data), *deviations)


def stop_treatment(context: Context, command: Command) -> Decision:
    """Ends one regimen, or all treatment, for good. data: cause, regimen?, rule?"""
    problem = _entered(context, command)
    if problem is not None:
        return problem
    participant = context.participant
    if participant.stopped_on is not None:
        return refuse("DOSE-043", command, f"treatment was stopped on {participant.stopped_on}")
    if command.data.get("regimen") in participant.stopped:
        return refuse("DOSE-043", command, f"`{command.data['regimen']}` was stopped")
    return (context.draft(command, "TreatmentStopped", _data(command)),)


def _entered(context: Context, command: Command) -> Refusal | None:
    participant, regimen, cause = context.participant, command.data.get("regimen"), command.data.get("cause")
    if participant.randomised_on is None:
        return refuse("DOSE-001", command, "the participant is not randomised")
    if regimen is not None and regimen not in context.study.definition.regimens:
        return refuse("COND-010", command, f"`{regimen}` is no regimen of the study")
    if cause not in CAUSES:
        return refuse("DOSE-040", command, f"`{cause}` is no cause; one of {', '.join(CAUSES)}")
    return None


def _concerned(context: Context, command: Command) -> frozenset[str]:
    """The regimens that a command is about: the named one, or all of the arm."""
    regimen = command.data.get("regimen")
    return frozenset({regimen}) if regimen else _all(context.study, context.participant)


def _all(study: Study, participant: ParticipantState) -> frozenset[str]:
    return frozenset(study.definition.arms[participant.arm].regimens) if participant.arm else frozenset()


def _data(command: Command) -> dict[str, str]:
    return {
        name: command.data[name] for name in ("regimen", "cause", "rule", "text") if command.data.get(name)
    }


def instructed(
    context: Context, command: Command, regimen: str, keys: frozenset[str], before: Facts, after: Facts
) -> Iterator[Draft]:
    """An alarm for each hold and stop rule among `keys` that a new fact has made true."""
    found = instructions(context.study, after, regimen, keys)
    was = {finding.key for finding in instructions(context.study, before, regimen, keys)} if found else set()
    for finding in found:
        if finding.key not in was:
            code = "DOSE-031" if ".holds." in finding.key else "DOSE-032"
            text = f"{finding.text} ({finding.reference})"
            yield alarm(context, command, code, text, regimen=regimen, rule=finding.key)


def _held(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    regimen, day = event.data.get("regimen"), day_of(event.effective)
    new = ({regimen} if regimen else _all(study, participant)) - participant.held
    pauses = (*participant.pauses, *((each, day, None) for each in sorted(new)))
    return seen(replace(participant, held=participant.held | new, pauses=pauses), event.actor)


def _resumed(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    """Lifts the hold; the pause keeps its first day and the day of its end."""
    regimen, day = event.data.get("regimen"), day_of(event.effective)
    lifted = {regimen} if regimen else participant.held
    pauses = tuple(
        (each, since, day if until is None and each in lifted else until)
        for each, since, until in participant.pauses
    )
    return seen(replace(participant, held=participant.held - lifted, pauses=pauses), event.actor)


def _stopped(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    """All treatment has stopped once no investigational regimen of the arm is left."""
    regimen, day = event.data.get("regimen"), day_of(event.effective)
    everything = _all(study, participant)
    stopped = {**dict.fromkeys({regimen} if regimen else everything, day), **participant.stopped}
    participant = seen(replace(participant, stopped=stopped), event.actor)
    left = [
        each
        for each in everything
        if each not in stopped and study.definition.regimens[each].role == "investigational"
    ]
    if regimen and left:
        return participant
    facts = participant.facts.with_name("treatment_stopped_on", day)
    return replace(participant, stopped_on=day, stop_cause=event.data["cause"], facts=facts)


HANDLERS = shaped(
    {
        "hold_treatment": hold_treatment,
        "resume_treatment": resume_treatment,
        "stop_treatment": stop_treatment,
    }
)
FOLDS = {"TreatmentHeld": _held, "TreatmentResumed": _resumed, "TreatmentStopped": _stopped}
