"""The exact power and size of the score test with a margin, by enumerating every table that can come.

The test rejects where the score statistic, with the variance at the likeliest proportions under the null value, passes
the normal quantile. Its exact size is the largest chance of that over all pairs of proportions at the margin: the
normal approximation can exceed the level, and then `largest_score_size` shows by how much.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import ndtri

from equipoise.analysis.design.constrained import NULL, RANGE, Measure, constrained, partner, value
from equipoise.analysis.design.errors import design_error
from equipoise.analysis.design.exact import MOST
from equipoise.analysis.design.given import is_whole
from equipoise.analysis.design.hypotheses import Goal, Hypotheses, Margin, hypotheses
from equipoise.analysis.design.nuisance import binomial

TIES = 1e-9


def exact_score_power(
    p1: float,
    p2: float,
    n1: int,
    n2: int,
    *,
    measure: Measure = "risk_difference",
    goal: Goal = "superiority",
    margin: Margin = None,
    alpha: float = 0.025,
) -> float:
    """The exact probability that the one-sided score test (both, for equivalence) of two proportions rejects.

    measure, goal and margin: as for `proportions_size`; p1 = p2 + margin gives the size at the margin. n1, n2:
    participants. Raises DSGN-001, DSGN-002.

    >>> round(eq.exact_score_power(0.6, 0.6, 80, 80, goal="noninferiority", margin=-0.2), 4)
    0.75
    """
    if not (0 <= p1 <= 1 and 0 <= p2 <= 1):
        raise design_error("DSGN-001", "score", f"p1 {p1:g}, p2 {p2:g}")
    _check(n1, n2, measure, alpha)
    n1, n2 = int(n1), int(n2)
    with np.errstate(divide="ignore", invalid="ignore"):
        effect = float(value(np.float64(p1), np.float64(p2), measure))
    tested = hypotheses(goal, margin, effect, NULL[measure], "score", RANGE[measure])
    table = _rejected(n1, n2, measure, tested, alpha)
    return float(binomial(n1, np.array([p1]))[0] @ table @ binomial(n2, np.array([p2]))[0])


def largest_score_size(
    n1: int,
    n2: int,
    *,
    measure: Measure = "risk_difference",
    goal: Goal = "noninferiority",
    margin: Margin = None,
    alpha: float = 0.025,
    steps: int = 500,
) -> tuple[float, float]:
    """The largest size at the margin, and the second proportion where it is reached; for equivalence, at either one.

    A grid of `steps` and a local search around its highest point. Superiority looks at effects above the null value.
    Raises DSGN-001, DSGN-002.

    >>> size, at = eq.largest_score_size(40, 40, margin=-0.2)
    >>> round(size, 4), round(at, 2)
    (0.0285, 1.0)
    """
    _check(n1, n2, measure, alpha, steps)
    n1, n2, steps = int(n1), int(n2), int(steps)
    none = NULL[measure]
    within = none if margin is None else sum(margin) / 2 if isinstance(margin, tuple) else margin
    inside = within + 1e-3 if goal == "superiority" else within
    tested = hypotheses(goal, margin, inside, none, "score", RANGE[measure])
    table = _rejected(n1, n2, measure, tested, alpha)
    nulls = [null for null in (tested.above, tested.below) if null is not None]
    return max(_worst(table, n1, n2, measure, null, steps) for null in nulls)


def _check(n1: int, n2: int, measure: Measure, alpha: float, steps: int = 1) -> None:
    whole = is_whole(n1, n2) and n1 * n2 <= MOST
    if not whole or measure not in NULL or not 0 < alpha < 1 or not (is_whole(steps) and steps <= 1e6):
        raise design_error("DSGN-001", "score", f"n1 {n1}, n2 {n2}, {measure}, alpha {alpha:g}")


def _worst(
    table: np.ndarray, n1: int, n2: int, measure: Measure, null: float, steps: int
) -> tuple[float, float]:
    def sizes(second: np.ndarray) -> np.ndarray:
        first = partner(second, measure, null)
        known = np.isfinite(first)
        one, two = binomial(n1, np.where(known, first, 0.0)), binomial(n2, second)
        return np.where(known, np.einsum("gi,gi->g", one @ table, two), -1.0)

    grid = np.linspace(0.0, 1.0, steps + 1)
    found = sizes(grid)
    best = int(np.argmax(found))
    low, high = grid[max(0, best - 1)], grid[min(steps, best + 1)]
    near = minimize_scalar(
        lambda p: -sizes(np.array([p]))[0], bounds=(low, high), method="bounded", options={"xatol": 1e-7}
    )
    return max((float(-near.fun), float(near.x)), (float(found[best]), float(grid[best])))


@lru_cache(maxsize=32)
def _rejected(n1: int, n2: int, measure: Measure, tested: Hypotheses, alpha: float) -> np.ndarray:
    """1 for each table that the test rejects; the array is shared."""
    critical = float(-ndtri(alpha)) - TIES
    found = np.ones((n1 + 1, n2 + 1), bool)
    if tested.above is not None:
        found &= score_statistics(n1, n2, measure, tested.above) >= critical
    if tested.below is not None:
        found &= score_statistics(n1, n2, measure, tested.below) <= -critical
    table = found.astype(float)
    table.setflags(write=False)
    return table


def score_statistics(n1: int, n2: int, measure: Measure, null: float) -> np.ndarray:
    """The statistic of each table, shape (n1 + 1, n2 + 1); 0 where a table says nothing of the null value.

    For the odds ratio it is the score itself, which every table has, not the logarithm of the estimate.
    """
    p1, p2 = np.arange(n1 + 1)[:, None] / n1, np.arange(n2 + 1)[None, :] / n2
    one, two = constrained(p1, p2, np.float64(n2 / n1), measure, np.float64(null))
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "odds_ratio":
            gap, weights = p1 - one, (1 / (n1 * one * (1 - one)) + 1 / (n2 * two * (1 - two)))
            variance = 1 / (weights * n1 * n1)
        else:
            factor = null if measure == "risk_ratio" else 1.0
            gap = p1 - factor * p2 - (0.0 if measure == "risk_ratio" else null)
            variance = one * (1 - one) / n1 + factor**2 * two * (1 - two) / n2
        gap = np.where(np.abs(gap) > 1e-12, gap, 0.0)
        found = gap / np.sqrt(variance)
    endless = np.where(gap == 0, 0.0, np.copysign(np.inf, gap))
    return np.where((gap != 0) & (variance > 0), found, endless)
