"""What must hold in every trial, whatever happened in it: each checker looks at all events and says what is wrong.

The checkers keep their own books from the events; only where a rule of the protocol has to be judged do they ask the
engine's judge, with facts that they folded themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from equipoise.allocation import Seal, check_history
from equipoise.allocation.tallies import allocation_from
from equipoise.conduct.engine import evolve
from equipoise.conduct.judgement import judge_criteria, judge_gates
from equipoise.conduct.scheme import scheme_of
from equipoise.conduct.state import State, TrialState
from equipoise.errors import EquipoiseError
from equipoise.ledger.entry import Event
from equipoise.study.study import Study

Checker = Callable[[Study, Sequence[Event], Seal], Iterator[str]]
AFTER_LOCK = {
    "TrialLocked", "TrialUnblinded", "AdverseEventReported", "AdverseEventUpdated", "SponsorAssessed",
    "SafetyReportSubmitted", "PregnancyReported", "PregnancyOutcomeRecorded",
}  # fmt: skip


def by_participant(events: Sequence[Event]) -> dict[str, list[Event]]:
    """The events of each participant, in order."""
    found: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.participant is not None:
            found[event.participant].append(event)
    return found


def day(event: Event) -> date:
    """When it happened."""
    return date.fromisoformat(event.effective[:10])


def excused(events: Sequence[Event], event: Event) -> bool:
    """Whether the same command recorded a deviation: it had happened, and was not done by the system."""
    return any(each.type == "DeviationRecorded" and each.command == event.command for each in events)


def order(study: Study, events: Sequence[Event], seal: Seal) -> Iterator[str]:
    """The ledger opens first, is dense, never goes back in time, and each command has one unbroken answer."""
    if events[0].type != "LedgerOpened":
        yield "the ledger does not begin with its opening"
    done: set[str] = set()
    for before, after in zip(events, events[1:], strict=False):
        if after.sequence != before.sequence + 1:
            yield f"{after.sequence} follows {before.sequence}"
        if after.recorded < before.recorded:
            yield f"{after.sequence} was recorded before {before.sequence}"
        if after.effective[:10] > after.recorded[:10]:
            yield f"{after.sequence} happened after it was recorded"
        if before.command != after.command:
            done.add(before.command)
        if after.command in done:
            yield f"{after.sequence} answers {after.command} once more"


def entry(study: Study, events: Sequence[Event], seal: Seal) -> Iterator[str]:
    """Nobody is randomised, and no form recorded, before consent; nobody is randomised twice or without an arm,
    without the investigator's confirmation or the masked baseline of the day."""
    plan = study.definition.assessment
    for subject, own in by_participant(events).items():
        consent = next((day(each) for each in own if each.type == "ConsentGiven"), None)
        acts = [each for each in own if each.type in ("FormRecorded", "ParticipantRandomised")]
        if any(consent is None or day(each) < consent for each in acts):
            yield f"{subject}: an act of the trial without consent"
        randomised = [index for index, each in enumerate(own) if each.type == "ParticipantRandomised"]
        allocated = [each for each in own if each.type == "TreatmentAllocated"]
        if len(randomised) != len(allocated) or len(randomised) > 1:
            yield f"{subject}: {len(randomised)} randomisations, {len(allocated)} allocations"
        for index in randomised:
            today = [each.type for each in own[:index] if day(each) == day(own[index])]
            if "EligibilityConfirmed" not in today:
                yield f"{subject}: eligibility is not confirmed"
            if plan is not None and not any(
                each.type == "AssessmentSubmitted" and each.encounter == plan.baseline for each in own[:index]
            ):
                yield f"{subject}: no masked baseline"


def allocation(study: Study, events: Sequence[Event], seal: Seal) -> Iterator[str]:
    """Numbers are dense, and whoever opens the seal draws the same arms again."""
    numbers = [each.data["number"] for each in events if each.type == "ParticipantRandomised"]
    if numbers != [f"R-{index:04d}" for index in range(1, len(numbers) + 1)]:
        yield "the numbers of randomisation are not dense"
    history = [allocation_from(each.data) for each in events if each.type == "TreatmentAllocated"]
    try:
        check_history(scheme_of(study, seal.block_sizes), seal, history)
    except EquipoiseError as error:
        yield str(error)


def rules(study: Study, events: Sequence[Event], seal: Seal) -> Iterator[str]:
    """What the protocol asks before randomisation, prescription and dispensing held, on facts folded anew."""
    trial, people = TrialState(), {}
    for event in events:
        person = people.get(event.participant)
        if person is not None and not excused(events_of_command(events, event), event):
            facts = person.facts.on(day(event))
            found = []
            if event.type == "ParticipantRandomised":
                found = [
                    *judge_criteria(study, facts, "randomisation"),
                    *judge_gates(study, facts, "randomise"),
                ]
            elif event.type in ("DosePrescribed", "DoseDispensed"):
                act = "prescribe" if event.type == "DosePrescribed" else "dispense"
                found = list(judge_gates(study, facts, act, event.data["regimen"]))
            for finding in found:
                if finding.verdict != "met":
                    yield f"{event.participant}: {event.type} although {finding.rule} is {finding.verdict}"
        try:
            state = evolve(study, State(trial=trial, participant=person), event)
        except (EquipoiseError, LookupError, AttributeError, AssertionError) as error:
            yield f"{event.sequence} cannot follow what was before it: {error}"
            return
        trial = state.trial
        if state.participant is not None and event.participant is not None:
            people[event.participant] = state.participant


def events_of_command(events: Sequence[Event], event: Event) -> Sequence[Event]:
    """The answer that the event belongs to: a few events around it."""
    return events[max(0, event.sequence - 20) : event.sequence + 20]


def supply(study: Study, events: Sequence[Event], seal: Seal) -> Iterator[str]:
    """What is dispensed was prescribed before, is a drug of the arm, and comes neither under a hold nor after a
    stop."""
    for subject, own in by_participant(events).items():
        arm, written, held, stopped = None, set(), False, False
        for event in own:
            if event.type == "TreatmentAllocated":
                arm = study.definition.arms[event.data["arm"]]
            elif event.type == "DosePrescribed":
                written.add(event.data["prescription"])
                if arm is None or event.data["regimen"] not in arm.regimens:
                    yield f"{subject}: a prescription that the arm does not have"
            elif event.type in ("TreatmentHeld", "TreatmentResumed"):
                held = event.type == "TreatmentHeld"
            elif event.type == "TreatmentStopped":
                stopped = stopped or event.data.get("regimen") is None
            elif event.type == "DoseDispensed" and not excused(own, event):
                if event.data["prescription"] not in written:
                    yield f"{subject}: dispensed without a prescription"
                if held or stopped:
                    yield f"{subject}: dispensed under a hold or after the stop"


def masking(study: Study, events: Sequence[Event], seal: Seal) -> Iterator[str]:
    """Who treated somebody, or learnt the arm, has never signed a blind score of that participant since."""
    roles = study.definition.roles
    for subject, own in by_participant(events).items():
        seen: set[str] = set()
        for event in own:
            if (
                event.type == "AssessmentSubmitted"
                and event.data["blinded"] == "true"
                and event.actor in seen
            ):
                yield f"{subject}: {event.actor} scored blind, who could not"
            if not roles[event.role].masked:
                seen.add(event.actor)
            if event.type == "CodeBroken":
                seen |= set(event.data["to"])
            if event.type == "UnblindingRecorded":
                seen.add(event.data["person"])


def flow(study: Study, events: Sequence[Event], seal: Seal) -> Iterator[str]:
    """Each box equals the next one and the exits: attempts are failed or randomised, the randomised have ended, and
    nobody is counted twice."""
    screened = {each.data["subject"] for each in events if each.type == "ParticipantScreened"}
    failed = {each.participant for each in events if each.type == "ScreeningFailed"}
    randomised = {each.participant for each in events if each.type == "ParticipantRandomised"}
    ended = [each.participant for each in events if each.type == "StudyEnded"]
    if failed & randomised or screened != failed | randomised:
        yield f"{len(screened)} screened, {len(failed)} failed, {len(randomised)} randomised"
    if sorted(ended) != sorted(randomised):
        yield f"{len(randomised)} randomised, {len(ended)} ended"


def closing(study: Study, events: Sequence[Event], seal: Seal) -> Iterator[str]:
    """At the lock no query is open, everything is judged, the plan is frozen; afterwards only safety goes on."""
    lock = next((index for index, each in enumerate(events) if each.type == "TrialLocked"), None)
    if lock is None:
        yield "the trial is not locked"
        return
    queries: set[tuple[str | None, str]] = set()
    waiting = 0
    for event in events[:lock]:
        if event.type == "QueryOpened":
            queries.add((event.participant, event.data["query"]))
        elif event.type == "QueryClosed":
            queries.discard((event.participant, event.data["query"]))
        elif event.type in ("TreatmentStopped", "DeathRecorded", "ParticipantLost"):
            waiting += 1
        elif event.type == "DeviationRecorded":
            waiting += event.data["category"] == "major"
        elif event.type == "EventAdjudicated":
            waiting -= 1
    if queries:
        yield f"{len(queries)} queries were open at the lock"
    if waiting:
        yield f"{waiting} judgements were missing at the lock"
    if not any(each.type == "AnalysisFrozen" for each in events[:lock]):
        yield "the analysis was not frozen before the lock"
    for event in events[lock:]:
        if event.type not in AFTER_LOCK:
            yield f"{event.type} after the lock"


CHECKERS: tuple[Checker, ...] = (order, entry, allocation, rules, supply, masking, flow, closing)


def complaints(study: Study, events: Sequence[Event], seal: Seal) -> list[str]:
    """What all checkers find."""
    return [f"{checker.__name__}: {each}" for checker in CHECKERS for each in checker(study, events, seal)]
