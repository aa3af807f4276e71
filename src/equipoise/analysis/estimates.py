"""Every estimand of the definition, from the facts of each participant to its analyses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from equipoise.analysis.binary import Setting, analyse_binary, specs
from equipoise.analysis.consort import POOLED
from equipoise.analysis.endpoint import Endpoint, endpoint, responder
from equipoise.analysis.errors import analysis_error
from equipoise.analysis.estimand import Outcome, Reading, baseline_score, outcomes
from equipoise.analysis.events_over_time import analyse_times, curve
from equipoise.analysis.facts import occurrences
from equipoise.analysis.imputation import Limits, generator
from equipoise.analysis.populations import Population, all_randomised, for_endpoint
from equipoise.analysis.results import Analysis
from equipoise.analysis.rows import Dataset, Participant, Times
from equipoise.analysis.survival import Point
from equipoise.rules import Missing, evaluate

if TYPE_CHECKING:
    from equipoise.conduct.state import ParticipantState
    from equipoise.study.estimand import Estimand
    from equipoise.study.facts import Facts
    from equipoise.study.study import Study

EVENT_STRATEGIES = ("treatment_policy", "while_on_treatment")
"""What a time to event can do with an intercurrent event: ignore it, or be censored by the rule of the
variable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One estimand with its analyses; the primary analysis comes first.

    arms: those compared, the reference last. ratio: the estimates are hazard ratios, else differences of
    proportions. population: one outcome a participant of the primary analysis; excluded: why others are
    not in it. curves: Kaplan-Meier by arm, for a time to event. day: of the time point, or of the longest
    follow-up.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """The facts of every participant, by subject, and the study whose rules are asked."""

    study: Study
    states: Mapping[str, ParticipantState]

    def facts(self, row: Participant, on: date | None = None) -> Facts:
        """The facts of one participant, as read on a day."""
        found = self.states[row.subject].facts
        return found if on is None else found.on(on)


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
    if kind == "time_to_event" and estimand.summary == "hazard_ratio":
        return over_time(name, estimand, data, reader, compared)
    if kind == "binary" and estimand.summary == "risk_difference":
        return binary(name, estimand, data, reader, compared, seed)
    raise analysis_error("ANAL-005", f"estimands.{name}", f"{estimand.summary} of a {kind} variable")


def members_of(data: Dataset, arms: tuple[str, ...]) -> tuple[str, ...] | None:
    """The arms to select, or None for everybody."""
    return None if arms == (POOLED,) else arms


def binary(
    name: str, estimand: Estimand, data: Dataset, reader: Reader, arms: tuple[str, ...], seed: int
) -> Estimate:
    """A binary estimand made from a score: its primary analysis and its sensitivities."""
    where = endpoint(reader.study, name, estimand)
    population = for_endpoint(data, where, members_of(data, arms))
    judged = replace(data, occurrences=judge(name, estimand, where, population, reader))
    primary = outcomes(judged, where, Reading(), population.members, estimand.strata)
    made: tuple[Analysis, ...] = ()
    if arms != (POOLED,):
        answer = answers(name, where, population, data, reader)
        made = tuple(
            analyse_binary(
                spec,
                outcomes(judged, where, spec.reading, population.members, estimand.strata),
                setting(
                    name, estimand, arms, answer, limits(reader.study, where, data), seed, reader, spec.id
                ),
            )
            for spec in specs(estimand)
        )
    return Estimate(
        name=name,
        label=estimand.label,
        variable=estimand.variable.label,
        objective=estimand.objective,
        ratio=False,
        arms=arms,
        day=where.day,
        analyses=made,
        population=primary,
        excluded=population.excluded,
        curves={},
    )


def setting(
    name: str,
    estimand: Estimand,
    arms: tuple[str, ...],
    answer: Mapping[str, object],
    bounds: Limits,
    seed: int,
    reader: Reader,
    spec: str,
) -> Setting:
    """What one analysis needs beside its outcomes. Each analysis and arm has draws of its own."""
    return Setting(
        arms=arms,
        respond=lambda row, value: answer[row.subject](value),
        limits=bounds,
        random=lambda arm: generator(reader.study.digest, seed, name, spec, arm),
        imputations=max(2, estimand.missing.imputations),
        interval=estimand.interval,
        confidence=float(estimand.confidence),
    )


def judge(
    name: str, estimand: Estimand, where: Endpoint, population: Population, reader: Reader
) -> dict[str, tuple]:
    """The intercurrent events of each participant, read on the planned day of the time point."""
    return {
        row.subject: occurrences(reader.study, name, estimand, reader.facts(row, where.planned(row)))
        for row in population.members
    }


def answers(
    name: str, where: Endpoint, population: Population, data: Dataset, reader: Reader
) -> dict[str, object]:
    """For each participant, the function from a score at the time point to a response."""
    rule = reader.study.rule(f"estimands.{name}.variable.rule")
    found = {}
    for row in population.members:
        start = baseline_score(data.scores.get(row.subject, ()), where)
        value = start.value if start else None
        found[row.subject] = responder(rule, where, reader.facts(row), (row.randomised_on, value))
    return found


def limits(study: Study, where: Endpoint, data: Dataset) -> Limits:
    """The range of the score in the cut, from 0 up unless a score lies below; the decimals it is kept
    with."""
    values = [float(s.value) for rows in data.scores.values() for s in rows if s.value is not None]
    return Limits(
        lowest=min([0.0, *values]),
        highest=max([0.0, *values]),
        decimals=study.form(where.form).items[where.item].decimals,
    )


def over_time(
    name: str, estimand: Estimand, data: Dataset, reader: Reader, arms: tuple[str, ...]
) -> Estimate:
    """A time-to-event estimand. Raises ANAL-006 for a strategy that a time to event has no use for here."""
    for key, event in estimand.intercurrent_events.items():
        if event.strategy not in EVENT_STRATEGIES:
            raise analysis_error("ANAL-006", f"intercurrent event {key}", event.strategy)
    population = all_randomised(data, members_of(data, arms))
    times = {}
    excluded = {}
    for row in population.members:
        found = time_of(name, estimand, row, reader)
        if found is None:
            excluded[row.subject] = "never followed"
        else:
            times[row.subject] = found
    kept = [row for row in population.members if row.subject in times]
    last = max((each.days for each in times.values()), default=0)
    made: tuple[Analysis, ...] = ()
    if arms != (POOLED,):
        made = (
            analyse_times(estimand.label, kept, times, arms, estimand.strata, float(estimand.confidence)),
        )
    return Estimate(
        name=name,
        label=estimand.label,
        variable=estimand.variable.label,
        objective=estimand.objective,
        ratio=True,
        arms=arms,
        day=last,
        analyses=made,
        population=tuple(timed(row, times[row.subject]) for row in kept),
        excluded=excluded,
        curves={arm: curve(None if arm == POOLED else arm, kept, times) for arm in arms},
    )


def timed(row: Participant, times: Times) -> Outcome:
    """The outcome row of a time to event."""
    return Outcome(
        subject=row.subject, arm=row.arm, stratum=row.stratum, kind="value", value=Decimal(times.days)
    )


def time_of(name: str, estimand: Estimand, row: Participant, reader: Reader) -> Times | None:
    """Days from the origin to the event, or to the last day known to be free of it; None without an origin.

    A participant of whom nothing was heard after the origin is followed for 0 days. An event that is dated
    before the origin counts on day 0.
    """
    facts = reader.facts(row)
    origin = row.randomised_on if estimand.variable.origin == "randomised_on" else row.first_dose_on
    if origin is None:
        return None
    happened = day_of(evaluate(reader.study.rule(f"estimands.{name}.variable.rule"), facts).value)
    last = happened
    if last is None and reader.study.has_rule(f"estimands.{name}.variable.censor"):
        last = day_of(evaluate(reader.study.rule(f"estimands.{name}.variable.censor"), facts).value)
    end = last or row.ended_on or origin
    return Times(subject=row.subject, days=max(0, (end - origin).days), event=happened is not None)


def day_of(value: object) -> date | None:
    """A day; None when it is missing or not known to the day."""
    return value if isinstance(value, date) and not isinstance(value, Missing) else None


def named(estimates: Sequence[Estimate], name: str) -> Estimate:
    """The estimate of one estimand. Raises ANAL-008."""
    for each in estimates:
        if each.name == name:
            return each
    raise analysis_error("ANAL-008", "report", name)
