"""Repeated measures in many trials: the model and the contrast of `estimands.continuous`, without all that an analysis
says beside them.

What each participant's scores mean is read once for the pool, and of the fitted model only the first comparison.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from equipoise.analysis.data.estimand import Outcome
from equipoise.analysis.errors import AnalysisError
from equipoise.analysis.estimands.covariates import covariates
from equipoise.analysis.estimators.longitudinal import VisitModel, difference, fit_visits
from equipoise.simulation.characteristics.pool.estimators.estimating import Estimator, Found, Picked, found
from equipoise.simulation.characteristics.pool.estimators.rows import KEPT, responding
from equipoise.simulation.characteristics.pool.plan import OUT, Pooled
from equipoise.study.estimand import Model


def repeated_estimator(plan: Pooled, confidence: float) -> Estimator:
    """The estimator of a mean difference at the last visit by a model for repeated measures."""
    values, own, kind = values_of(plan), plan.estimand, plan.outcomes.kind
    arms = np.array(own.treatment, object)

    @lru_cache(KEPT)
    def named(row: int, stratum: int) -> Outcome:
        return replace(plan.outcomes.whole[row], stratum=plan.strata[stratum])

    def one(rows: np.ndarray, sides: np.ndarray, strata: np.ndarray) -> tuple[float, ...]:
        used = (sides >= 0) & (kind[rows] != OUT)
        if len(np.unique(sides[used])) < arms.size:
            return (np.nan,) * 4
        people = [named(*each) for each in zip(rows[used].tolist(), strata[used].tolist(), strict=True)]
        try:
            fit = fitted(values[rows[used]], arms[sides[used]], people, own.model)
            end = values.shape[1] - 1
            made = difference(fit, arms[0], arms[-1], end, df=own.interval, confidence=confidence)
        except AnalysisError:
            return (np.nan,) * 4
        return made.estimate, made.interval.lower, made.interval.upper, made.p

    def estimate(picked: Picked, numbers: np.ndarray, seed: int) -> Found:
        made = np.array([one(*each) for each in zip(*picked, strict=True)]).reshape(-1, 4)
        return found("mean_difference", *made.T)

    return estimate


def values_of(plan: Pooled) -> np.ndarray:
    """The variable of each row of the compared arms at each visit (rows, visits), NaN where there is none."""
    respond, outcomes, arms = responding(plan), plan.outcomes, plan.allocation.arms
    known = [
        row for row in range(len(outcomes.kind)) if outcomes.kind[row] != OUT and row % arms in plan.treatment
    ]
    made = np.full((len(outcomes.kind), len(outcomes.whole[known[0]].visits) if known else 0), np.nan)
    for row in known:
        each = replace(outcomes.whole[row], subject=f"0:{row}")
        meant = [None if score is None else respond(each, score) for score in each.visits]
        made[row] = [np.nan if value is None else float(value) for value in meant]
    return made


def fitted(values: np.ndarray, arms: np.ndarray, people: list[Outcome], model: Model) -> VisitModel:
    """The model of one trial, by the first covariance that has a maximum. Raises the codes of the analysis."""
    seen = np.flatnonzero(np.isfinite(values).any(axis=0))
    columns = {name: np.repeat(each, seen.size) for name, each in covariates(people, model).items()}
    rows = (
        values[:, seen].ravel(),
        np.repeat(np.arange(len(values)), seen.size).tolist(),
        np.repeat(arms, seen.size).tolist(),
        np.tile(seen, len(values)).tolist(),
        columns,
    )
    sloped = ("baseline",) if model.baseline_by_visit and "baseline" in columns else ()
    for covariance in (model.covariance, *model.fallback)[:-1]:
        try:
            return fit_visits(*rows, by_visit=sloped, covariance=covariance)
        except AnalysisError as error:
            if error.code != "ANAL-016":
                raise
    return fit_visits(*rows, by_visit=sloped, covariance=(model.covariance, *model.fallback)[-1])
