"""Two proportions compared by their difference, ratio or odds ratio: superiority, non-inferiority, equivalence.

The score test of Farrington and Manning by its normal approximation, with the null variance at the proportions that
the null value makes likeliest; or Wald's test (`unpooled`), whose variance is that of the proportions themselves.
Measures: p1 - p2; p1 / p2, tested as p1 - R p2 (by Wald's test on its logarithm); the odds ratio, tested on its
logarithm. Arguments p1, p2, n1, n2 of the power may be arrays that broadcast. `exact_score` has the exact counterparts.

Sources: Farrington CP, Manning G. Stat Med 1990;9:1447-1454; Miettinen O, Nurminen M. Stat Med 1985;4:213-226.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from equipoise.analysis.design.constrained import NULL, RANGE, Measure, constrained, value
from equipoise.analysis.design.errors import design_error
from equipoise.analysis.design.hypotheses import Goal, Hypotheses, Margin, check_reachable, hypotheses
from equipoise.analysis.design.size import Size, sized, smallest

Variance = Literal["score", "unpooled"]
SIZES = (1e-6, 1e12)
"""Between what participants, as real numbers, may lie."""
NODES = np.linspace(-8.5, 8.5, 681)
WEIGHTS = np.exp(-NODES * NODES / 2) / np.sqrt(2 * np.pi) * (NODES[1] - NODES[0])


def proportions_power(
    p1: ArrayLike,
    p2: ArrayLike,
    n1: ArrayLike,
    n2: ArrayLike,
    *,
    measure: Measure = "risk_difference",
    goal: Goal = "superiority",
    margin: Margin = None,
    alpha: float = 0.025,
    method: Variance = "score",
) -> float | np.ndarray:
    """The power of the one-sided test (of the two, for equivalence), by the normal approximation.

    measure: risk_difference, risk_ratio or odds_ratio of the first group against the second. margin: on that scale;
    see `hypotheses`. alpha: of each one-sided test. method: `score` (Farrington and Manning; without a margin the
    pooled z test) or `unpooled` (Wald; of ratios, the logarithm). Gives a float for numbers, an array for arrays;
    superiority over an array takes its direction from the first element. Raises DSGN-001 and DSGN-002.

    >>> round(eq.proportions_power(0.75, 0.50, 61, 61), 4)
    0.8221
    >>> round(eq.proportions_power(0.6, 0.6, 200, 200, goal="noninferiority", margin=-0.15), 4)
    0.8689
    """
    one, two, first, second = np.broadcast_arrays(*(np.asarray(each, float) for each in (p1, p2, n1, n2)))
    _check(one, two, first, second, measure, alpha, method)
    effect = float(value(one.flat[0], two.flat[0], measure))
    tested = hypotheses(goal, margin, effect, NULL[measure], "proportions", RANGE[measure])
    found = _power(one, two, first, second, measure, tested, float(-ndtri(alpha)), method)
    return float(found) if found.ndim == 0 else found


def proportions_size(
    p1: float,
    p2: float,
    *,
    measure: Measure = "risk_difference",
    goal: Goal = "superiority",
    margin: Margin = None,
    alpha: float = 0.025,
    power: float = 0.8,
    ratio: float = 1.0,
    loss: float = 0.0,
    method: Variance = "score",
) -> Size:
    """Participants for a test of two proportions, p1 of group 1 (the new treatment) and p2 of group 2, by formula.

    measure: `risk_difference`, `risk_ratio` or `odds_ratio`. goal: `superiority`, `noninferiority` or `equivalence`,
    with its margin on the measure's scale: -0.1 accepts a difference down to -10 points, (-0.1, 0.1) is equivalence.
    alpha: one-sided; power: wanted; ratio: n2 / n1; loss: share without data, 0.1 for one in ten. method: `score`
    (Farrington and Manning) or `unpooled` (Wald). Raises DSGN-001, DSGN-002, DSGN-003.

    >>> eq.proportions_size(0.75, 0.50, loss=0.1)
    Sample size
                formula  with data  to randomise
      group 1     57.67         58            65
      group 2     57.67         58            65
      together    115.3        116           130
      The whole groups have a power of 0.8023; 0.8 was asked for. 10% of those randomised give no data.
    """
    one, two = np.asarray(p1, float), np.asarray(p2, float)
    _check(one, two, np.asarray(1.0), np.asarray(ratio), measure, alpha, method)
    effect = float(value(one, two, measure))
    tested = hypotheses(goal, margin, effect, NULL[measure], "proportions", RANGE[measure])
    check_reachable(tested, effect, "proportions")
    critical = float(-ndtri(alpha))

    def reached(first: float, second: float) -> float:
        return float(
            _power(one, two, np.asarray(first), np.asarray(second), measure, tested, critical, method)
        )

    exact = smallest(
        lambda first: reached(first, first * ratio), power, "proportions", alpha=alpha, least=1.0
    )
    return sized(exact, reached, ratios=(ratio,), wanted=power, loss=loss)


def _power(
    p1: np.ndarray,
    p2: np.ndarray,
    n1: np.ndarray,
    n2: np.ndarray,
    measure: Measure,
    tested: Hypotheses,
    z: float,
    method: Variance,
) -> np.ndarray:
    if method == "unpooled":
        gap, error = _wald(p1, p2, n1, n2, measure)
        low, high = (_on_scale(each, measure) for each in (tested.above, tested.below))
        if low is not None and high is not None:
            return np.maximum(0.0, ndtr((high - gap) / error - z) - ndtr((low - gap) / error + z))
        null = low if low is not None else high
        return ndtr(tested.sign * (gap - null) / error - z)
    if tested.above is not None and tested.below is not None:
        if measure == "risk_ratio":
            return _both_ratios(p1, p2, n1, n2, tested, z)
        return _both(p1, p2, n1, n2, measure, tested, z)
    gap, null, other = spreads(p1, p2, n1, n2, measure, np.asarray(tested.only))
    return ndtr((tested.sign * gap - z * null) / other)


def _both(
    p1: np.ndarray,
    p2: np.ndarray,
    n1: np.ndarray,
    n2: np.ndarray,
    measure: Measure,
    tested: Hypotheses,
    z: float,
) -> np.ndarray:
    """One estimate must lie between two bounds, so the chance is exact within the normal approximation."""
    low, low_null, other = spreads(p1, p2, n1, n2, measure, np.asarray(tested.above))
    high, high_null, _ = spreads(p1, p2, n1, n2, measure, np.asarray(tested.below))
    return np.maximum(0.0, ndtr((-high - z * high_null) / other) - ndtr((z * low_null - low) / other))


def _both_ratios(
    p1: np.ndarray, p2: np.ndarray, n1: np.ndarray, n2: np.ndarray, tested: Hypotheses, z: float
) -> np.ndarray:
    """The two statistics p1 - R p2 differ, so the chance is averaged over the second proportion's estimate."""
    _, low_null, _ = spreads(p1, p2, n1, n2, "risk_ratio", np.asarray(tested.above))
    _, high_null, _ = spreads(p1, p2, n1, n2, "risk_ratio", np.asarray(tested.below))
    one, two = np.sqrt(p1 * (1 - p1) / n1)[..., None], np.sqrt(p2 * (1 - p2) / n2)[..., None]
    seen = p2[..., None] + two * NODES
    upper = (tested.below * seen - z * high_null[..., None] - p1[..., None]) / one
    lower = (tested.above * seen + z * low_null[..., None] - p1[..., None]) / one
    return np.maximum(0.0, ndtr(upper) - ndtr(lower)) @ WEIGHTS


def _wald(
    p1: np.ndarray, p2: np.ndarray, n1: np.ndarray, n2: np.ndarray, measure: Measure
) -> tuple[np.ndarray, np.ndarray]:
    """The effect on the scale of Wald's test, and its standard error there."""
    if measure == "risk_difference":
        return p1 - p2, np.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
    if measure == "risk_ratio":
        return np.log(p1 / p2), np.sqrt((1 - p1) / (n1 * p1) + (1 - p2) / (n2 * p2))
    odds = 1 / (n1 * p1 * (1 - p1)) + 1 / (n2 * p2 * (1 - p2))
    return np.log(value(p1, p2, measure)), np.sqrt(odds)


def _on_scale(null: float | None, measure: Measure) -> float | None:
    return null if null is None or measure == "risk_difference" else float(np.log(null))


def spreads(
    p1: np.ndarray, p2: np.ndarray, n1: np.ndarray, n2: np.ndarray, measure: Measure, null: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The statistic's distance from its null value, and its standard errors under the null and the alternative."""
    under = constrained(p1, p2, n2 / n1, measure, null)
    if measure == "odds_ratio":
        gap = np.log(value(p1, p2, measure)) - np.log(null)
        found = [np.sqrt(1 / (n1 * a * (1 - a)) + 1 / (n2 * b * (1 - b))) for a, b in (under, (p1, p2))]
    else:
        factor = null if measure == "risk_ratio" else 1.0
        gap = p1 - factor * p2 - (0.0 if measure == "risk_ratio" else null)
        found = [np.sqrt(a * (1 - a) / n1 + factor**2 * b * (1 - b) / n2) for a, b in (under, (p1, p2))]
    return gap, found[0], found[1]


def _check(
    p1: np.ndarray,
    p2: np.ndarray,
    n1: np.ndarray,
    n2: np.ndarray,
    measure: Measure,
    alpha: float,
    method: Variance,
) -> None:
    inside = all(bool(np.all((each > 0) & (each < 1))) for each in (p1, p2, np.asarray(alpha)))
    if (
        not inside
        or not all(np.all((n > SIZES[0]) & (n < SIZES[1])) for n in (n1, n2))
        or measure not in NULL
        or method not in ("score", "unpooled")
    ):
        raise design_error(
            "DSGN-001",
            "proportions",
            f"p1 {p1}, p2 {p2}, sizes {n1}, {n2}, {measure}, alpha {alpha:g}, {method}",
        )
