"""Whether odds are proportional: the score test of the proportional odds model against one in which some
columns have a coefficient of their own at each cut between categories.

The larger model is never fitted. Its score and observed information are read at the fit of the smaller one,
as SAS does, so the test exists wherever that fit does, also where the larger model has no maximum.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit
from scipy.stats import chi2

from equipoise.analysis.estimators.covariance import Array


def proportional_odds_test(
    category: np.ndarray, design: Array, thresholds: Array, coefficients: Array, tested: int
) -> tuple[float, int, float]:
    """Statistic, degrees of freedom and p-value.

    category: (n,) places 0 to J - 1; design: (n, p); thresholds: (J - 1,), coefficients: (p,) of the fit in
    which the logit of a category of at most j is thresholds[j] - design @ coefficients; tested: the first so
    many columns. With two categories there is nothing to test: 0 on 0 degrees, p 1. Liberal where categories
    are sparse. Source: Peterson and Harrell, Appl Stat 1990;39:205-217.
    """
    cuts = len(thresholds)
    df = (cuts - 1) * tested
    if not df:
        return 0.0, 0, 1.0
    upper = _cut(np.minimum(category, cuts - 1), design, thresholds, coefficients, tested)
    lower = _cut(np.maximum(category - 1, 0), design, thresholds, coefficients, tested)
    at, slope, bend = (
        np.where(category == cuts, last, each) for each, last in zip(upper[:3], (1, 0, 0), strict=True)
    )
    below, rise, turn = (np.where(category == 0, 0, each) for each in lower[:3])
    chance = at - below
    change = (slope[:, None] * upper[3] - rise[:, None] * lower[3]) / chance[:, None]
    score = change.sum(axis=0)
    information = change.T @ change
    information -= (upper[3] * (bend / chance)[:, None]).T @ upper[3]
    information += (lower[3] * (turn / chance)[:, None]).T @ lower[3]
    statistic = float(score @ np.linalg.lstsq(information, score, rcond=1e-8)[0])
    return statistic, df, float(chi2.sf(statistic, df))


def _cut(
    cut: np.ndarray, design: Array, thresholds: Array, coefficients: Array, tested: int
) -> tuple[Array, Array, Array, Array]:
    """At the cut of each row: the chance of a category below it, its first and second derivative by the
    predictor, and the derivative of the predictor by all parameters: thresholds, coefficients, what the
    tested ones have more after the first cut."""
    chance = expit(thresholds[cut] - design @ coefficients)
    own = np.zeros((len(design), len(thresholds) - 1, tested))
    later = np.flatnonzero(cut > 0)
    own[later, cut[later] - 1] = -design[later, :tested]
    columns = np.column_stack([np.eye(len(thresholds))[cut], -design, own.reshape(len(design), -1)])
    slope = chance * (1 - chance)
    return chance, slope, slope * (1 - 2 * chance), columns
