"""From scores and intercurrent events to one outcome a participant, as the estimand defines it.

The order is fixed: death before the time point (of a binary endpoint) and every composite event make a
non-response, or give the value that is declared for them; while on treatment, the last score before the
event is the value; a hypothetical event makes what comes after it missing; treatment policy takes the value
whatever happened; a value outside the window, unblinded or absent without such an event is missing. An event
that is known to have come after one that ends what counts (while on treatment, hypothetical) does not count:
what it followed is not what the estimand asks about. Each outcome says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from equipoise.analysis.data.endpoint import Endpoint
from equipoise.analysis.data.rows import Dataset, Occurrence, Participant, Score
from equipoise.analysis.errors import analysis_error

DIED = "died before the time point"
STRATEGIES = ("composite", "hypothetical", "while_on_treatment", "treatment_policy")
ENDING = ("hypothetical", "while_on_treatment")
"""The strategies that end what counts on the day of the event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Which scores and events an analysis uses; the plain reading is the primary one.

    substitutes: unblinded scores count. flagged: scores by an assessor who had been unblinded count.
    policy: every intercurrent event but death is ignored.
    """

    substitutes: bool = False
    flagged: bool = True
    policy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the estimand says of one participant.

    kind: `value` (a score that counts), `event` (non-response by definition, or the value declared for it),
    `missing`. reason: the intercurrent event, `death`, or why the value is missing. visits: the scores
    after baseline up to the time point, None where there is none; the last is the value. `source` is the
    event of the value, `sources` are all events that the outcome rests on. measures: those of the estimand.
    """

    subject: str
    arm: str | None
    stratum: str
    kind: str
    reason: str = ""
    value: Decimal | None = None
    baseline: Decimal | None = None
    visits: tuple[Decimal | None, ...] = ()
    source: int | None = None
    undetermined: tuple[str, ...] = ()
    sources: tuple[int, ...] = ()
    measures: Mapping[str, Decimal | str | None] = field(default_factory=dict)


def outcomes(
    data: Dataset,
    where: Endpoint,
    reading: Reading,
    population: Iterable[Participant],
    strata: Sequence[str] = (),
) -> tuple[Outcome, ...]:
    """One outcome for each participant of the population, in its order; `strata` are the factors to
    analyse by."""
    return tuple(outcome(data, where, reading, participant, strata) for participant in population)


def outcome(
    data: Dataset, where: Endpoint, reading: Reading, participant: Participant, strata: Sequence[str] = ()
) -> Outcome:
    """The outcome of one participant."""
    scores = data.scores.get(participant.subject, ())
    usable = used_scores(scores, reading, participant.withdrew_data_on)
    events = data.occurrences.get(participant.subject, ())
    check_strategies(events)
    happened = [] if reading.policy else [each for each in events if each.verdict == "true"]
    counted, ruling = before_events(usable, happened), governing(happened)
    start = baseline_score(scores, where)
    plain = Outcome(
        subject=participant.subject,
        arm=participant.arm,
        stratum=stratum_of(participant, strata),
        kind="missing",
        reason=why_missing(scores, usable, where),
        baseline=start.value if start else None,
        visits=(*(value_at(counted, visit) for visit in where.visits[:-1]), None),
        undetermined=undetermined(events),
        sources=rests_on(usable, happened, start),
    )
    planned = where.planned(participant)
    died = participant.died_on is not None and participant.died_on < planned
    return (
        by_event(plain, ruling, died and where.binary)
        or on_treatment(plain, counted, ruling, start)
        or by_hypothesis(plain, counted, ruling, where, planned)
        or (replace(plain, reason=DIED) if died and not where.binary else None)
        or valued(plain, at_timepoint(counted, where, planned))
    )


def rests_on(scores: Sequence[Score], happened: Sequence[Occurrence], start: Score | None) -> tuple[int, ...]:
    """The ledger entries behind an outcome: the scores that may count, the baseline, what made an event true."""
    found = {each.sequence for each in scores} | {number for each in happened for number in each.sources}
    return tuple(sorted(found | ({start.sequence} if start else set())))


def undetermined(events: Sequence[Occurrence]) -> tuple[str, ...]:
    """The events whose rule is unknown, where that matters."""
    return tuple(
        each.event for each in events if each.verdict == "unknown" and each.strategy != "treatment_policy"
    )


def end_of(happened: Sequence[Occurrence]) -> date | None:
    """The day of the first event that ends what counts: hypothetical, or while on treatment."""
    ends = (each.on for each in happened if each.strategy in ENDING and each.on is not None)
    return min(ends, default=None)


def before_events(scores: Sequence[Score], happened: Sequence[Occurrence]) -> tuple[Score, ...]:
    """The scores up to the first event that ends what counts."""
    end = end_of(happened)
    return tuple(each for each in scores if end is None or each.on <= end)


def governing(happened: Sequence[Occurrence]) -> list[Occurrence]:
    """The events without those that are known to have come after what counts had ended."""
    end = end_of(happened)
    return [each for each in happened if end is None or each.on is None or each.on <= end]


def by_event(plain: Outcome, happened: Sequence[Occurrence], died: bool) -> Outcome | None:
    """Non-response by death or a composite event, or the value that stands for the event."""
    if died:
        return replace(plain, kind="event", reason="death")
    found = next((each for each in happened if each.strategy == "composite"), None)
    if found is None:
        return None
    given = plain.baseline if found.value == "baseline" else Decimal(found.value) if found.value else None
    return replace(plain, kind="event", reason=found.event, value=given, visits=(*plain.visits[:-1], given))


def on_treatment(
    plain: Outcome, counted: Sequence[Score], happened: Sequence[Occurrence], start: Score | None
) -> Outcome | None:
    """The last score after baseline and not after the event; missing without one, or without the event's
    day."""
    found = next((each for each in happened if each.strategy == "while_on_treatment"), None)
    if found is None:
        return None
    after = [each for each in counted if start is None or each.on > start.on]
    if found.on is None or not after:
        return replace(plain, reason=found.event)
    return valued(plain, after[-1])


def by_hypothesis(
    plain: Outcome,
    counted: Sequence[Score],
    happened: Sequence[Occurrence],
    where: Endpoint,
    planned: date,
) -> Outcome | None:
    """Missing by a hypothetical event, unless the score at the time point is known to have come before it."""
    found = next((each for each in happened if each.strategy == "hypothetical"), None)
    if found is None:
        return None
    chosen = at_timepoint(counted, where, planned) if found.on is not None else None
    return valued(plain, chosen) if chosen is not None else replace(plain, reason=found.event)


def valued(plain: Outcome, chosen: Score | None) -> Outcome:
    """The outcome with the chosen score as its value; as it is without one."""
    if chosen is None:
        return plain
    visits = (*plain.visits[:-1], chosen.value)
    return replace(plain, kind="value", reason="", value=chosen.value, visits=visits, source=chosen.sequence)


def stratum_of(participant: Participant, strata: Sequence[str]) -> str:
    """The levels as randomised of the factors to analyse by."""
    return ";".join(f"{factor}={participant.factors.get(factor, '')}" for factor in strata)


def check_strategies(events: Sequence[Occurrence]) -> None:
    """Raises ANAL-006 for a strategy that is not implemented, whether or not the event happened."""
    for each in events:
        if each.strategy not in STRATEGIES:
            raise analysis_error("ANAL-006", f"intercurrent event {each.event}", each.strategy)


def used_scores(scores: Sequence[Score], reading: Reading, withdrew: date | None) -> tuple[Score, ...]:
    """The scores that a reading uses, in order of day; none after the use of data was withdrawn."""
    return tuple(
        score
        for score in sorted(scores, key=lambda each: (each.on, each.sequence))
        if score.value is not None
        and (score.blinded or reading.substitutes)
        and (not score.flagged or reading.flagged)
        and (withdrew is None or score.on <= withdrew)
    )


def baseline_score(scores: Sequence[Score], where: Endpoint) -> Score | None:
    """The blinded score at the baseline encounter: the only denominator, in every analysis."""
    found = [
        each
        for each in scores
        if each.encounter == where.baseline and each.blinded and each.value is not None
    ]
    return found[-1] if found else None


def at_timepoint(scores: Sequence[Score], where: Endpoint, planned: date) -> Score | None:
    """The score in the window, by when it happened; of two, the nearer to the planned day, then the
    earlier."""
    first, last = planned - timedelta(days=where.before), planned + timedelta(days=where.after)
    inside = [each for each in scores if first <= each.on <= last]
    return min(inside, key=lambda each: (abs(each.on - planned), each.on), default=None)


def value_at(scores: Sequence[Score], encounter: str) -> Decimal | None:
    """The last score of an encounter."""
    found = [each.value for each in scores if each.encounter == encounter]
    return found[-1] if found else None


def why_missing(scores: Sequence[Score], usable: Sequence[Score], where: Endpoint) -> str:
    """Why there is no value: assessed outside the window, assessed but not usable, or not assessed."""
    if any(each.encounter == where.timepoint for each in usable):
        return "outside the window"
    if any(each.encounter == where.timepoint for each in scores):
        return "not assessed blind"
    return "not assessed"
