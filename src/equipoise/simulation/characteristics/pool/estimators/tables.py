"""Differences and ratios of proportions from the tables of many trials.

What `contrast` has compiled is taken from there. Every other declared estimator and interval is the analysis itself,
asked once for each table that comes up: a table is all that it reads of a trial.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from equipoise.analysis.errors import AnalysisError, analysis_error
from equipoise.analysis.estimands.binary_effects import How, People, effect
from equipoise.analysis.estimators.proportions import Table2x2
from equipoise.simulation.characteristics.loop import contrast
from equipoise.simulation.characteristics.pool.estimators.estimating import Estimator, Found, Picked, found
from equipoise.simulation.characteristics.pool.plan import EVENT, MISSING, VALUE, Pooled
from equipoise.simulation.compiling import kept
from equipoise.study.methods import estimator_of

Numbers = tuple[np.ndarray, ...]
"""Estimate, lower and upper bound and p-value of each trial."""
KEPT = 100_000
"""Tables whose results are remembered."""


def tables_estimator(plan: Pooled, confidence: float) -> Estimator:
    """The estimator of a binary variable of which nothing is imputed, by tables."""
    own, name = plan.estimand, estimator_of(plan.estimand) or ""
    how = How(summary=own.summary, estimator=name, interval=own.interval, confidence=confidence)
    known = remembered(how)

    def compare(tables: np.ndarray) -> Numbers:
        if own.summary == "risk_difference" and compiled(name, own.interval):
            return differing(tables, own.interval, confidence)
        rows = [known(tuple(table.ravel().tolist())) for table in tables.astype(np.int64)]
        return tuple(np.array(rows).T.reshape(4, -1))

    def estimate(picked: Picked, numbers: np.ndarray, seed: int) -> Found:
        first = compare(tabled(plan, picked, 0))
        for side in range(1, plan.treatment.size - 1):  # the analysis gives all its comparisons, or none
            nothing = np.isnan(compare(tabled(plan, picked, side))[0])
            first = tuple(np.where(nothing, np.nan, each) for each in first)
        return found(own.summary, *first)

    return estimate


def compiled(estimator: str, interval: str) -> bool:
    """Whether the difference and its interval have a compiled twin."""
    known = estimator in ("crude", "mantel_haenszel") and interval in contrast.METHODS
    return known and (estimator, interval) != ("mantel_haenszel", "newcombe")


def tabled(plan: Pooled, picked: Picked, first: int) -> np.ndarray:
    """Responders and participants of an arm, then of the reference, by stratum (trials, strata, 4)."""
    kind, value = plan.outcomes.kind[picked.row], plan.outcomes.value[picked.row]
    used = (kind == VALUE) | (kind == EVENT)
    if plan.estimand.missing.method == "non_response":
        used |= kind == MISSING
    last, strata = plan.treatment.size - 1, len(plan.strata)
    trials = len(kind)
    responds = (kind == VALUE) & (value == 1)
    columns = []
    for side in (first, last):
        inside = used & (picked.side == side)
        place = np.arange(trials)[:, None] * strata + picked.stratum
        for counted in (inside & responds, inside):
            columns.append(np.bincount(place[counted], minlength=trials * strata).reshape(trials, strata))
    return np.stack(columns, axis=2).astype(float)


def differing(tables: np.ndarray, interval: str, confidence: float) -> Numbers:
    """The twin of the analysis for a difference, crude or by Mantel and Haenszel."""
    method = contrast.METHODS["mantel_haenszel" if interval == "rubin" else interval]
    made = np.zeros((len(tables), 4))
    summarise(tables, made)
    nothing = np.isnan(made[:, 0])
    with np.errstate(divide="ignore", invalid="ignore"):
        bounds = contrast.inference(method, tables, made, confidence)
    return (made[:, 0], *(np.where(nothing, np.nan, each) for each in bounds))


@kept
def summarise(tables, made):
    """Estimate, variance, degrees of freedom and the root of the test of each trial (trials, 4)."""
    for trial in range(tables.shape[0]):
        made[trial, 0], made[trial, 1] = contrast.difference(tables[trial])
        made[trial, 2] = np.inf
        made[trial, 3] = contrast.cochran(tables[trial])


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted(People):
    """A data set of which only the tables are known."""

    counts: tuple[int, ...]

    def tables(self, stratified: bool = True) -> list[Table2x2]:
        """The tables of the strata that have both arms, or their sum. Raises ANAL-004 without any."""
        cells = np.array(self.counts).reshape(-1, 4)
        cells = cells if stratified else cells.sum(axis=0, keepdims=True)
        made = [
            Table2x2(x1=x1, n1=n1, x2=x2, n2=n2) for x1, n1, x2, n2 in cells.tolist() if n1 > 0 and n2 > 0
        ]
        if not made:
            raise analysis_error("ANAL-004", f"{self.one} against {self.two}", "no stratum has both arms")
        return made


def remembered(how: How):
    """A function from the counts of a table to estimate, bounds and p-value by the analysis."""

    @lru_cache(KEPT)
    def known(counts: tuple[int, ...]) -> Sequence[float]:
        people = Counted(response=(), arm=(), stratum=(), covariates={}, one="1", two="2", counts=counts)
        try:
            made = effect(how, [people])
        except AnalysisError:
            return (math.nan,) * 4
        return made.estimate, made.lower, made.upper, made.p_value

    return known
