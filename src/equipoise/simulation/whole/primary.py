"""The primary analysis of one whole trial, at each look until it ends, by the package that analyses real ledgers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property

from scipy.special import ndtri

from equipoise.analysis.cut import cut
from equipoise.analysis.data.datasets import attempts, scores
from equipoise.analysis.data.endpoint import Endpoint, endpoint
from equipoise.analysis.data.estimand import Outcome, Reading
from equipoise.analysis.data.facts import occurrences
from equipoise.analysis.data.rows import Dataset, Participant
from equipoise.analysis.data.taken import Reader, Taken, planned, taken
from equipoise.analysis.estimands.estimates import estimate, one_analysis
from equipoise.analysis.estimands.scales import SCALES
from equipoise.analysis.estimands.specs import specs
from equipoise.analysis.reporting.report import dataset
from equipoise.analysis.results import Analysis, Contrast
from equipoise.ledger.entry import Head
from equipoise.simulation.looks import bounds_of
from equipoise.simulation.scenario import Scenario
from equipoise.simulation.trial import Simulated
from equipoise.study.estimand import Estimand
from equipoise.study.study import Study


@dataclass(frozen=True, kw_only=True)
class Case:
    """One simulated trial as it is analysed: the study, the estimand by name, the trial, all rows of its ledger.

    analyses: those that were made, by the number of participants.
    """

    study: Study
    scenario: Scenario
    name: str
    made: Simulated
    seed: int
    analyses: dict[int, Analysis] = field(default_factory=dict, repr=False, compare=False)

    def under(self, scenario: Scenario) -> Case:
        """The same trial under another scenario's looks and kits; what was read and analysed of it is kept."""
        other = replace(self, scenario=scenario)
        other.__dict__.update(
            {"where": self.where, "reader": self.reader, "slice": self.slice, "data": self.data}
        )
        return other

    @property
    def estimand(self) -> Estimand:
        return self.study.definition.estimands[self.name]

    @property
    def binary(self) -> bool:
        return self.estimand.variable.endpoint == "binary"

    @property
    def scored(self) -> bool:
        """Whether the estimand reads one value a participant, so that one analysis can be made alone."""
        return self.estimand.variable.endpoint in ("binary", "continuous")

    @cached_property
    def where(self) -> Endpoint | None:
        """Where the score is found; None for a variable that is no score."""
        if self.estimand.variable.score is None:
            return None
        return endpoint(self.study, self.name, self.estimand)

    @cached_property
    def reader(self) -> Reader:
        """The facts of each subject, as the engine left them."""
        states = {each.state.subject: each.state for each in self.made.subjects}
        found = attempts(self.slice)
        return Reader(
            study=self.study,
            states=states,
            scores_of=lambda form, item: scores(self.study, found, form, item),
        )

    @cached_property
    def slice(self):
        events = self.made.events
        return cut(events, 1, Head(events[-1].sequence, bytes(32)))

    @cached_property
    def data(self) -> Dataset:
        """The rows of the whole ledger, participants in the order of randomisation."""
        return dataset(self.study, self.slice, self.reader.states, self.where, True)

    def day_of(self, row: Participant) -> date:
        """The planned day of the time point of a participant."""
        found = self.where.planned(row) if self.where else planned(self.estimand, row)
        return found or row.ended_on or row.randomised_on

    def closing_of(self, row: Participant) -> date:
        """The last day of the window of the time point."""
        after = self.where.after if self.where else 0
        return self.day_of(row) + timedelta(days=after)

    def of_first(self, people: int) -> Taken:
        """What the estimand takes from the first so many randomised."""
        data = replace(self.data, participants=self.data.participants[:people])
        return taken(self.name, self.estimand, data, self.reader, tuple(self.estimand.treatment))

    def primary(self, people: int) -> Analysis:
        """The primary analysis of the first so many randomised, made once."""
        if people not in self.analyses:
            self.analyses[people] = self._primary(people)
        return self.analyses[people]

    def _primary(self, people: int) -> Analysis:
        if self.scored:
            spec = specs(self.estimand)[0]
            return one_analysis(self.name, spec, self.of_first(people), self.reader, self.seed, {})
        data = replace(self.data, participants=self.data.participants[:people])
        arms = tuple(self.estimand.treatment)
        return estimate(self.name, self.estimand, data, self.reader, arms, self.seed).analyses[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """How a trial ended. look: from 1. people: analysed then, of those kept (the first `kept` randomised took part).
    outcomes: by subject, of all who took part. rejected: by the bound of the look, or by the p-value."""

    look: int
    people: int
    kept: int
    closed: date | None
    rejected: bool
    estimate: float
    lower: float
    upper: float
    p: float
    outcomes: Mapping[str, Outcome]
    responses: Mapping[str, bool]
    happened: Mapping[str, frozenset[str]]


def decided(case: Case) -> Decided:
    """Looks at the trial until it ends, as the scenario says."""
    randomised = case.data.participants
    wanted = case.scenario.participants or case.study.definition.allocation.planned
    bounds = bounds_of(case.scenario.looks, wanted)
    last = len(bounds.people) - 1
    look, people, analysis = 0, 0, None
    crossed = False
    for look, count in enumerate(bounds.people):
        people = min(count, len(randomised))
        analysis = case.primary(people)
        z = statistic(analysis, SCALES[case.estimand.summary].ratio, case.estimand.treatment[0])
        crossed = abs(z) >= bounds.efficacy[look]
        if crossed or z <= bounds.futility[look] or look == last:
            break
    assert analysis is not None
    closed = None if look == last else case.closing_of(randomised[people - 1])
    kept = sum(closed is None or row.randomised_on <= closed for row in randomised)
    found, lower, upper, p = numbers(analysis, case.estimand.treatment[0])
    confidence = float(case.estimand.confidence)
    outcomes, responses = answered(case, kept)
    return Decided(
        look=look + 1, people=people, kept=kept, closed=closed,
        rejected=crossed if case.scenario.looks else p < 1 - confidence,
        estimate=found, lower=lower, upper=upper, p=p,
        outcomes=outcomes, responses=responses, happened=happened(case, randomised[:kept]),
    )  # fmt: skip


def contrast_of(analysis: Analysis, arm: str | None) -> Contrast | None:
    """The contrast of an arm, or the first there is where no arm is named; None where nothing could be estimated."""
    return next((each for each in analysis.contrasts if arm is None or each.arm == arm), None)


def numbers(analysis: Analysis, arm: str | None = None) -> tuple[float, float, float, float]:
    """Estimate, bounds and p-value of an arm against the reference; NaN where nothing could be estimated."""
    found = contrast_of(analysis, arm)
    if found is None:
        return math.nan, math.nan, math.nan, math.nan
    return found.estimate, found.lower, found.upper, found.p_value


def statistic(analysis: Analysis, ratio: bool, arm: str | None = None) -> float:
    """Z, as a bound is compared with: of an imputed difference its ratio to its error, else that of the p-value."""
    found = contrast_of(analysis, arm)
    if found is None:
        return 0.0
    if analysis.imputations and not ratio:
        return found.estimate / found.error if found.error > 0 else 0.0
    side = found.estimate - 1 if ratio else found.estimate
    return math.copysign(-float(ndtri(max(found.p_value, 1e-300) / 2)), side)


def answered(case: Case, kept: int) -> tuple[dict[str, Outcome], dict[str, bool]]:
    """The outcome of each who took part, and whether those with a value respond; nothing for a variable that is not
    one value a participant."""
    if not case.scored:
        return {}, {}
    given = case.of_first(kept)
    outcomes = {row.subject: row for row in given.outcomes(case.estimand, Reading())}
    responses = {
        subject: case.binary
        and row.kind == "value"
        and row.value is not None
        and bool(given.respond(row, row.value))
        for subject, row in outcomes.items()
    }
    return outcomes, responses


def happened(case: Case, rows: Sequence[Participant]) -> dict[str, frozenset[str]]:
    """The intercurrent events of each participant that are true on the planned day."""
    found = {}
    for row in rows:
        facts = case.reader.facts(row, case.day_of(row))
        true = occurrences(case.study, case.name, case.estimand, facts)
        found[row.subject] = frozenset(each.event for each in true if each.verdict == "true")
    return found
