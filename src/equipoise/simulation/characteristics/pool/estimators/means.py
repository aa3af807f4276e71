"""Differences of means by least squares, the numbers of `analysis.estimators.ancova`, compiled for many trials."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtr, stdtrit

from equipoise.simulation.characteristics.pool.estimators.designs import design_of, fill, inverted, read_of
from equipoise.simulation.characteristics.pool.estimators.estimating import Estimator, Found, Picked, found
from equipoise.simulation.characteristics.pool.plan import Pooled
from equipoise.simulation.compiling import kept


def means_estimator(plan: Pooled, confidence: float) -> Estimator:
    """The estimator of a mean difference of the values that are there."""
    read = read_of(plan)

    def estimate(picked: Picked, numbers: np.ndarray, seed: int) -> Found:
        out = np.full((len(picked.row), 3), np.nan)
        fit_means(read, picked.row, picked.side, picked.stratum, out)
        value, error, df = out.T
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(error > 0, np.abs(value) / error, np.where(value == 0, 0.0, np.inf))
        half = stdtrit(df, (1 + confidence) / 2) * error
        p = np.where(np.isfinite(value), 2 * stdtr(df, -ratio), np.nan)
        return found("mean_difference", value, value - half, value + half, p)

    return estimate


@kept
def fit_means(read, rows, sides, strata, out):
    """Difference of the first arm and the last, its error and degrees of freedom (trials, 3); NaN without one."""
    design = design_of(read, rows.shape[1])
    width = design.x.shape[1]
    gram, inverse = np.zeros((width, width)), np.zeros((width, width))
    last = read.arms - 1
    for trial in range(rows.shape[0]):
        size = fill(read, design, rows[trial], sides[trial], strata[trial])
        if size == 0:
            continue
        x, y = design.x[:size], design.y[:size]
        gram[:] = x.T @ x
        rank = inverted(gram, inverse)
        if size <= width or rank < read.arms:
            continue
        coefficients = inverse @ (x.T @ y)
        left = y - x @ coefficients
        spread = inverse[0, 0] + inverse[last, last] - 2 * inverse[0, last]
        out[trial, 0] = coefficients[0] - coefficients[last]
        out[trial, 2] = size - rank
        out[trial, 1] = np.sqrt(max(0.0, spread * (left @ left) / out[trial, 2]))
