"""Every estimand of the definition, from the facts of each participant to its analyses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from equipoise.analysis.data.consort import POOLED
from equipoise.analysis.data.estimand import Outcome, Reading
from equipoise.analysis.data.facts import entries, occurrences
from equipoise.analysis.data.populations import all_randomised
from equipoise.analysis.data.rows import Dataset, Occurrence, Participant, Times
from equipoise.analysis.data.taken import (
    Measures,
    Taken,
    exposure_of,
    limited,
    measures_of,
    members_of,
    planned,
    taken,
)
from equipoise.analysis.data.taken import Reader as Reader
from equipoise.analysis.data.taken import answers as answers
from equipoise.analysis.errors import analysis_error
from equipoise.analysis.estimands.binary import Setting, analyse_binary
from equipoise.analysis.estimands.continuous import analyse_continuous
from equipoise.analysis.estimands.discrete import analyse_discrete
from equipoise.analysis.estimands.events_over_time import Timed, analyse_times, curve
from equipoise.analysis.estimands.scales import SCALES
from equipoise.analysis.estimands.specs import Spec, specs
from equipoise.analysis.estimands.tipping import with_grid
from equipoise.analysis.estimators.imputation import generator
from equipoise.analysis.estimators.survival import Point
from equipoise.analysis.results import Analysis
from equipoise.rules import Missing, evaluate
from equipoise.study.methods import METHODS, estimator_of

if TYPE_CHECKING:
    from equipoise.study.estimand import Estimand
    from equipoise.study.study import Study

EVENT_STRATEGIES = ("treatment_policy", "while_on_treatment")
"""What a time to event can do with an intercurrent event whose day is not declared: ignore it, or be
censored by the rule of the variable. With its day, the time can also end there: as an event (composite) or
censored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One estimand with its analyses; the primary analysis comes first.

    arms: those compared, the reference last. summary: what the primary analysis estimates, a key of
    `scales.SCALES`; ratio: whether no effect is 1. population: one outcome a participant of the primary
    analysis; excluded: why others are not in it. curves: Kaplan-Meier by arm, for a time to event. day: of
    the time point, or of the longest follow-up.
    """

    name: str
    label: str
    variable: str
    objective: str
    ratio: bool
    arms: tuple[str, ...]
    day: int
    analyses: tuple[Analysis, ...]
    population: tuple[Outcome, ...]
    excluded: Mapping[str, str]
    curves: Mapping[str, tuple[Point, ...]]
    summary: str = "risk_difference"


def estimate_all(
    study: Study, data: Dataset, reader: Reader, arms: tuple[str, ...], seed: int
) -> tuple[Estimate, ...]:
    """The estimands in the order of the definition. Raises ANAL-005 for a summary without an estimator
    here."""
    return tuple(
        estimate(name, estimand, data, reader, arms, seed)
        for name, estimand in study.definition.estimands.items()
    )


def estimate(
    name: str, estimand: Estimand, data: Dataset, reader: Reader, arms: tuple[str, ...], seed: int
) -> Estimate:
    """One estimand; pooled, its outcomes are counted and nothing is compared."""
    kind = estimand.variable.endpoint
    compared = tuple(estimand.treatment) if arms != (POOLED,) else (POOLED,)
    if (kind, estimand.summary) not in METHODS or estimator_of(estimand) is None:
        raise analysis_error("ANAL-005", f"estimands.{name}", f"{estimand.summary} of a {kind} variable")
    if kind == "time_to_event":
        return over_time(name, estimand, data, reader, compared)
    if kind in ("count", "ordinal"):
        return in_categories(name, estimand, data, reader, compared)
    return scored(name, estimand, data, reader, compared, seed)


def declared(name: str, estimand: Estimand) -> dict[str, Any]:
    """What the definition says of an estimand's estimate."""
    return {
        "name": name,
        "label": estimand.label,
        "variable": estimand.variable.label,
        "objective": estimand.objective,
        "ratio": SCALES[estimand.summary].ratio,
        "summary": estimand.summary,
    }


def scored(
    name: str, estimand: Estimand, data: Dataset, reader: Reader, arms: tuple[str, ...], seed: int
) -> Estimate:
    """A binary or continuous estimand: its primary analysis and those beside it."""
    given = taken(name, estimand, data, reader, arms)
    primary = given.outcomes(estimand, Reading())
    made: tuple[Analysis, ...] = ()
    if arms != (POOLED,):
        shared: dict = {}
        made = tuple(one_analysis(name, spec, given, reader, seed, shared) for spec in specs(estimand))
    return Estimate(
        **declared(name, estimand),
        arms=arms,
        day=given.day,
        analyses=made,
        population=primary,
        excluded=given.excluded,
        curves={},
    )


def one_analysis(name: str, spec: Spec, given: Taken, reader: Reader, seed: int, shared: dict) -> Analysis:
    """One analysis by the estimand that it estimates."""
    assert spec.estimand is not None
    rows = given.outcomes(spec.estimand, spec.reading)
    use = replace(setting(name, spec, given, reader, seed), shared=shared)
    if spec.estimand.variable.endpoint == "continuous":
        return analyse_continuous(spec, rows, use)
    found = analyse_binary(spec, rows, use)
    return with_grid(found, rows, use) if spec.tipping else found


def setting(name: str, spec: Spec, given: Taken, reader: Reader, seed: int) -> Setting:
    """What one analysis needs beside its outcomes. Each analysis and arm has draws of its own."""
    assert spec.estimand is not None
    return Setting.of(
        spec.estimand,
        given.arms,
        respond=given.respond,
        limits=given.limits,
        random=lambda arm: generator(reader.study.digest, seed, name, spec.draws, arm),
    )


def in_categories(
    name: str, estimand: Estimand, data: Dataset, reader: Reader, arms: tuple[str, ...]
) -> Estimate:
    """A count or an ordinal estimand: its primary analysis and those beside it."""
    given = taken(name, estimand, data, reader, arms)
    made: tuple[Analysis, ...] = ()
    if arms != (POOLED,):
        exposure = {
            row.subject: exposure_of(name, reader, row, planned(estimand, row)) for row in given.members
        }
        made = tuple(
            analyse_discrete(spec, given.outcomes(spec.estimand or estimand, spec.reading), arms, exposure)
            for spec in specs(estimand)
        )
    return Estimate(
        **declared(name, estimand),
        arms=arms,
        day=given.day,
        analyses=made,
        population=given.outcomes(estimand, Reading()),
        excluded=given.excluded,
        curves={},
    )


def over_time(
    name: str, estimand: Estimand, data: Dataset, reader: Reader, arms: tuple[str, ...]
) -> Estimate:
    """A time-to-event estimand: its primary analysis and those beside it."""
    population = limited(all_randomised(data, members_of(arms)), name, reader, lambda row: None)
    times = times_of(name, estimand, population.members, reader)
    kept = [row for row in population.members if row.subject in times]
    unseen = {row.subject: "never followed" for row in population.members if row.subject not in times}
    made: tuple[Analysis, ...] = ()
    if arms != (POOLED,):
        known = measures_of(name, estimand, kept, reader)
        made = tuple(one_over_time(name, spec, kept, reader, arms, known) for spec in specs(estimand))
    return Estimate(
        **declared(name, estimand),
        arms=arms,
        day=max((each.days for each in times.values()), default=0),
        analyses=made,
        population=tuple(timed(row, times[row.subject]) for row in kept),
        excluded={**population.excluded, **unseen},
        curves={arm: curve(None if arm == POOLED else arm, kept, times) for arm in arms},
    )


def one_over_time(
    name: str,
    spec: Spec,
    rows: Sequence[Participant],
    reader: Reader,
    arms: tuple[str, ...],
    known: Measures,
) -> Analysis:
    """One analysis of the times, with the events handled as it says."""
    assert spec.estimand is not None
    times = times_of(name, spec.estimand, rows, reader, policy=spec.reading.policy)
    return analyse_times(spec, rows, Timed(estimand=spec.estimand, times=times, measures=known), arms)


def times_of(
    name: str, estimand: Estimand, rows: Sequence[Participant], reader: Reader, *, policy: bool = False
) -> dict[str, Times]:
    """The time of everybody with an origin. `policy`: whatever happened. Raises ANAL-006 for a strategy
    that a time to event has no use for."""
    for key, event in estimand.intercurrent_events.items():
        ending = event.strategy in ("composite", "hypothetical") and event.since is not None
        if event.strategy not in EVENT_STRATEGIES and not ending:
            raise analysis_error("ANAL-006", f"intercurrent event {key}", event.strategy)
    found = {row.subject: time_of(name, estimand, row, reader, policy=policy) for row in rows}
    return {subject: each for subject, each in found.items() if each is not None}


def timed(row: Participant, times: Times) -> Outcome:
    """The outcome row of a time to event."""
    return Outcome(
        subject=row.subject,
        arm=row.arm,
        stratum=row.stratum,
        kind="value",
        value=Decimal(times.days),
        sources=times.sources,
    )


def time_of(
    name: str, estimand: Estimand, row: Participant, reader: Reader, *, policy: bool = False
) -> Times | None:
    """Days from the origin to the event, or to the last day known to be free of it; None without an origin.

    A participant of whom nothing was heard after the origin is followed for 0 days. An event that is dated
    before the origin counts on day 0.
    """
    facts = reader.facts(row)
    origin = row.randomised_on if estimand.variable.origin == "randomised_on" else row.first_dose_on
    if origin is None:
        return None
    read = [reader.study.rule(f"estimands.{name}.variable.rule")]
    happened = last = day_of(evaluate(read[0], facts).value)
    if last is None and reader.study.has_rule(f"estimands.{name}.variable.censor"):
        read.append(reader.study.rule(f"estimands.{name}.variable.censor"))
        last = day_of(evaluate(read[1], facts).value)
    end = last or row.ended_on or origin
    events = () if policy else occurrences(reader.study, name, estimand, facts)
    end, seen = ended(end, happened is not None, events)
    rests = {number for rule in read for number in entries(reader.study, rule, facts)}
    rests |= {number for each in events if each.verdict == "true" for number in each.sources}
    return Times(
        subject=row.subject, days=max(0, (end - origin).days), event=seen, sources=tuple(sorted(rests))
    )


def ended(end: date, seen: bool, events: Sequence[Occurrence]) -> tuple[date, bool]:
    """Where the time ends, and whether with the event: an earlier composite event is the event, an earlier
    hypothetical one, or one while on treatment, ends what is counted. Of two on one day, the event counts.
    """
    order = {"composite": 0, "hypothetical": 1, "while_on_treatment": 1}
    dated = [
        (each.on, order[each.strategy])
        for each in events
        if each.verdict == "true" and each.on is not None and each.strategy in order
    ]
    if not dated:
        return end, seen
    first, kind = min(dated)
    if first > end or (first == end and (seen or kind)):
        return end, seen
    return first, kind == 0


def day_of(value: object) -> date | None:
    """A day; None when it is missing or not known to the day."""
    return value if isinstance(value, date) and not isinstance(value, Missing) else None


def named(estimates: Sequence[Estimate], name: str) -> Estimate:
    """The estimate of one estimand. Raises ANAL-008."""
    for each in estimates:
        if each.name == name:
            return each
    raise analysis_error("ANAL-008", "report", name)
