"""What an estimand takes from the data: who is analysed, what is known of each, and what a value means.

An endpoint that is made from a score reads the assessments; another is read from the participant's facts by
its rule, on the planned day of the time point. Intercurrent events are judged once and handled as each
analysis says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from equipoise.analysis.data.consort import POOLED
from equipoise.analysis.data.endpoint import Endpoint, endpoint, measurer, number, responder
from equipoise.analysis.data.estimand import (
    Outcome,
    Reading,
    baseline_score,
    by_event,
    check_strategies,
    governing,
    outcomes,
    stratum_of,
    undetermined,
)
from equipoise.analysis.data.facts import entries, measured, occurrences
from equipoise.analysis.data.populations import Population, all_randomised, for_endpoint
from equipoise.analysis.data.rows import Dataset, Occurrence, Participant, Score
from equipoise.analysis.estimators.imputation import Limits
from equipoise.rules import Duration, Missing, evaluate

if TYPE_CHECKING:
    from equipoise.conduct.state import ParticipantState
    from equipoise.study.estimand import Estimand
    from equipoise.study.facts import Facts
    from equipoise.study.study import Study

NOT_MEMBER = "not in the population of the estimand"
NOT_RECORDED = "not recorded"
Occurrences = Mapping[str, tuple[Occurrence, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """The facts of every participant, by subject, and the study whose rules are asked. `scores_of` reads
    the scores of another item (form, item) than the data's own."""

    study: Study
    states: Mapping[str, ParticipantState]
    scores_of: Callable[[str, str], Mapping[str, tuple[Score, ...]]] | None = None

    def facts(self, row: Participant, on: date | None = None) -> Facts:
        """The facts of one participant, as read on a day."""
        found = self.states[row.subject].facts
        return found if on is None else found.on(on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What the analyses of one estimand share. `outcomes` gives them as an analysis handles events and reads
    scores; `respond` what a value of one participant means: a response, or a number."""

    arms: tuple[str, ...]
    day: int
    members: tuple[Participant, ...]
    excluded: Mapping[str, str]
    limits: Limits
    respond: Callable[[Outcome, Decimal], Any]
    outcomes: Callable[[Estimand, Reading], tuple[Outcome, ...]]


def members_of(arms: tuple[str, ...]) -> tuple[str, ...] | None:
    """The arms to select, or None for everybody."""
    return None if arms == (POOLED,) else arms


def taken(name: str, estimand: Estimand, data: Dataset, reader: Reader, arms: tuple[str, ...]) -> Taken:
    """By the score of the estimand, or by its rule where it has none."""
    if estimand.variable.score is None:
        return by_rule(name, estimand, data, reader, arms)
    where = endpoint(reader.study, name, estimand)
    if reader.scores_of is not None and (where.form, where.item) != main_item(reader.study):
        data = replace(data, scores=reader.scores_of(where.form, where.item))
    population = limited(
        for_endpoint(data, where, members_of(arms)), name, reader, lambda row: where.planned(row)
    )
    judged = judge(name, estimand, where, population, reader)
    answer = answers(name, where, population, data, reader)
    known = measures_of(name, estimand, population.members, reader)

    def read(own: Estimand, reading: Reading) -> tuple[Outcome, ...]:
        ready = replace(data, occurrences=handled(judged, own))
        rows = outcomes(ready, where, reading, population.members, own.strata)
        return with_measures(rows, known)

    return Taken(
        arms=arms,
        day=where.day,
        members=population.members,
        excluded=population.excluded,
        limits=limits(reader.study, where, data),
        respond=lambda row, value: answer[row.subject](value),
        outcomes=read,
    )


Measures = Mapping[str, Mapping[str, Decimal | str | None]]


def measures_of(name: str, estimand: Estimand, rows: Sequence[Participant], reader: Reader) -> Measures:
    """By subject, the estimand's measures as read on the day of randomisation."""
    if not estimand.measures:
        return {}
    return {
        row.subject: measured(reader.study, name, estimand, reader.facts(row, row.randomised_on))
        for row in rows
    }


def with_measures(rows: tuple[Outcome, ...], known: Measures) -> tuple[Outcome, ...]:
    """The outcomes with their measures."""
    return tuple(replace(row, measures=known[row.subject]) for row in rows) if known else rows


def main_item(study: Study) -> tuple[str, str] | None:
    """Form and item of the score that the data hold: that of the first estimand with one."""
    for estimand in study.definition.estimands.values():
        if estimand.variable.score is not None:
            form, _, item = estimand.variable.score.partition(".")
            return form, item
    return None


def limited(
    population: Population, name: str, reader: Reader, on: Callable[[Participant], date | None]
) -> Population:
    """The population without those of whom its rule is not true on their day."""
    path = f"estimands.{name}.population_rule"
    if not reader.study.has_rule(path):
        return population
    rule = reader.study.rule(path)
    kept = tuple(row for row in population.members if evaluate(rule, reader.facts(row, on(row))).is_true)
    known = {row.subject for row in kept}
    left = {row.subject: NOT_MEMBER for row in population.members if row.subject not in known}
    return replace(population, members=kept, excluded={**population.excluded, **left})


def handled(judged: Occurrences, estimand: Estimand) -> Occurrences:
    """The events with the strategies of this analysis."""
    events = estimand.intercurrent_events
    return {
        subject: tuple(replace(each, strategy=events[each.event].strategy) for each in found)
        for subject, found in judged.items()
    }


def judge(
    name: str, estimand: Estimand, where: Endpoint, population: Population, reader: Reader
) -> dict[str, tuple[Occurrence, ...]]:
    """The intercurrent events of each participant, read on the planned day of the time point."""
    return {
        row.subject: occurrences(reader.study, name, estimand, reader.facts(row, where.planned(row)))
        for row in population.members
    }


def answers(
    name: str, where: Endpoint, population: Population, data: Dataset, reader: Reader
) -> dict[str, Callable[[Decimal], Any]]:
    """For each participant, the function from a score to a response, or to the variable."""
    rule = reader.study.rule(f"estimands.{name}.variable.rule")
    made: Callable[..., Callable[[Decimal], Any]] = responder if where.binary else measurer
    found = {}
    for row in population.members:
        start = baseline_score(data.scores.get(row.subject, ()), where)
        value = start.value if start else None
        found[row.subject] = made(rule, where, reader.facts(row), (row.randomised_on, value))
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


def by_rule(name: str, estimand: Estimand, data: Dataset, reader: Reader, arms: tuple[str, ...]) -> Taken:
    """An endpoint that its rule reads from the facts: true or false as 1 or 0, a number, or the place of a
    code."""
    day = estimand.variable.timepoint.day if estimand.variable.timepoint else 0
    population = limited(
        all_randomised(data, members_of(arms)), name, reader, lambda row: planned(estimand, row)
    )
    judged = {
        row.subject: occurrences(reader.study, name, estimand, reader.facts(row, planned(estimand, row)))
        for row in population.members
    }
    values = {
        row.subject: read_value(name, reader, row, planned(estimand, row)) for row in population.members
    }

    known = measures_of(name, estimand, population.members, reader)

    def read(own: Estimand, reading: Reading) -> tuple[Outcome, ...]:
        events = handled(judged, own)
        rows = tuple(
            plain_outcome(own, reading, row, *values[row.subject], events[row.subject])
            for row in population.members
        )
        return with_measures(rows, known)

    return Taken(
        arms=arms,
        day=day,
        members=population.members,
        excluded=population.excluded,
        limits=Limits(lowest=0.0, highest=1.0),
        respond=lambda row, value: value == 1,
        outcomes=read,
    )


def planned(estimand: Estimand, row: Participant) -> date | None:
    """The planned day of the time point; None without one."""
    point = estimand.variable.timepoint
    if point is None:
        return None
    start = row.first_dose_on if point.anchor == "first_dose_on" else row.randomised_on
    return (start or row.randomised_on) + timedelta(days=point.day)


def read_value(
    name: str, reader: Reader, row: Participant, on: date | None
) -> tuple[Decimal | None, tuple[int, ...]]:
    """What the rule of the variable gives of one participant, as a number, and the entries that it read."""
    rule = reader.study.rule(f"estimands.{name}.variable.rule")
    found, sources = (
        evaluate(rule, reader.facts(row, on)).value,
        entries(reader.study, rule, reader.facts(row, on)),
    )
    if isinstance(found, bool):
        return Decimal(found), sources
    if isinstance(found, str):
        return Decimal(rule.type.values.index(found)), sources  # type: ignore[attr-defined]
    return number(found), sources


def exposure_of(name: str, reader: Reader, row: Participant, on: date | None) -> float | None:
    """The exposure of one participant: 1 without a rule, a number, or the length of a duration in its unit."""
    path = f"estimands.{name}.variable.exposure"
    if not reader.study.has_rule(path):
        return 1.0
    found = evaluate(reader.study.rule(path), reader.facts(row, on)).value
    if isinstance(found, Missing):
        return None
    return float(found.count if isinstance(found, Duration) else number(found) or 0)


def plain_outcome(
    estimand: Estimand,
    reading: Reading,
    row: Participant,
    value: Decimal | None,
    sources: tuple[int, ...],
    events: tuple[Occurrence, ...],
) -> Outcome:
    """The outcome of one participant when there is no score: death and composite events first, then
    hypothetical ones, which make it missing, then what the rule gave. sources: the entries that the rule read."""
    check_strategies(events)
    happened = [] if reading.policy else [each for each in events if each.verdict == "true"]
    plain = Outcome(
        subject=row.subject,
        arm=row.arm,
        stratum=stratum_of(row, estimand.strata),
        kind="missing",
        reason=NOT_RECORDED,
        visits=(None,),
        undetermined=undetermined(events),
        sources=tuple(sorted({*sources, *(number for each in happened for number in each.sources)})),
    )
    on = planned(estimand, row)
    died = row.died_on is not None and on is not None and row.died_on < on
    ruling = governing(happened)
    settled = by_event(plain, ruling, died and estimand.variable.endpoint == "binary")
    if settled is not None:
        return settled
    lost = next((each for each in ruling if each.strategy == "hypothetical"), None)
    if lost is not None:
        return replace(plain, reason=lost.event)
    if value is None:
        return plain
    return replace(plain, kind="value", reason="", value=value, visits=(value,))
