"""Sample size and power of two independent proportions by normal approximations.

`n1` belongs to `p1`, and `ratio` is n2 / n1. Sizes are real numbers: rounding up is a decision of the trial
(`inflated`). Power counts the rejections in the direction of the alternative only; `both_tails` adds those in the
other direction to the arcsine method, as some programs do: it moves a size in its fourth decimal.

Sources: Fleiss JL, Levin B, Paik MC. Statistical Methods for Rates and Proportions, 3rd ed., chapter 4 (pooled,
continuity-corrected); Cohen J. Statistical Power Analysis, 2nd ed., chapter 6 (arcsine); Farrington CP, Manning G.
Stat Med 1990;9:1447-1454 (a null difference other than zero).
"""

from __future__ import annotations

import math
from typing import Literal

from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from equipoise.analysis.design.given import is_number
from equipoise.analysis.errors import analysis_error
from equipoise.analysis.estimators.proportions import constrained_pair

Method = Literal["pooled", "unpooled", "continuity", "arcsine"]
METHODS: tuple[Method, ...] = ("pooled", "unpooled", "continuity", "arcsine")


def sample_size(
    p1: float,
    p2: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    ratio: float = 1.0,
    sided: int = 2,
    method: Method = "pooled",
    both_tails: bool = False,
) -> float:
    """Participants of group 1 by the textbook normal formula for two proportions; group 2 has `ratio` times as many.

    alpha: of the test, two-sided unless `sided=1`. method: `pooled`, `unpooled`, `continuity` or `arcsine`. The
    number is not rounded; `inflated` makes whole participants of it. Raises ANAL-013 for probabilities outside (0,
    1), equal proportions, or a ratio that is not positive.

    >>> round(eq.formula_size(0.75, 0.50, power=0.9), 2)
    76.71
    """
    _check(p1, p2, alpha, power, ratio, sided, method)
    critical, wanted = float(-ndtri(alpha / sided)), float(ndtri(power))
    if method == "arcsine":
        closed = _square(critical + wanted, power) * (1 + 1 / ratio) / _angle(p1, p2) ** 2
        if not both_tails:
            return closed

        def lacking(n: float) -> float:
            return _arcsine_power(p1, p2, n, ratio, critical, both_tails) - power

        return float(brentq(lacking, closed / 2, closed * 1.01, xtol=1e-9))
    null, other = _spreads(p1, p2, ratio, method)
    size = _square(critical * null + wanted * other, power) / (p1 - p2) ** 2
    if method != "continuity":
        return size
    gap = abs(p1 - p2)
    return size / 4 * (1 + math.sqrt(1 + 2 * (ratio + 1) / (size * ratio * gap))) ** 2


def power(
    p1: float,
    p2: float,
    n1: float,
    n2: float,
    *,
    alpha: float = 0.05,
    sided: int = 2,
    method: Method = "pooled",
    both_tails: bool = False,
) -> float:
    """The power of `n1` against `n2` participants by the textbook normal formula for two proportions.

    alpha: of the test, two-sided unless `sided=1`; both_tails: also count a rejection in the wrong direction. method:
    `pooled`, `unpooled`, `continuity` or `arcsine`. Raises ANAL-013.

    >>> round(eq.formula_power(0.75, 0.50, 61, 61), 4)
    0.8221
    """
    ratio = n2 / n1 if n1 > 0 else 0.0
    _check(p1, p2, alpha, 0.5, ratio, sided, method)
    critical = float(-ndtri(alpha / sided))
    if method == "arcsine":
        return _arcsine_power(p1, p2, n1, ratio, critical, both_tails)
    null, other = _spreads(p1, p2, ratio, method)
    gap = abs(p1 - p2)
    if method == "continuity":
        gap -= (1 + 1 / ratio) / (2 * n1)
    return float(ndtr((gap * math.sqrt(n1) - critical * null) / other))


def farrington_manning_power(
    p1: float, p2: float, n1: float, n2: float, *, margin: float, alpha: float = 0.025
) -> float:
    """One-sided power of the score test of p1 - p2 <= margin (negative: non-inferiority; 0: superiority).

    The null variance is that of the proportions under the constraint p1 - p2 = margin. Raises ANAL-013.
    """
    _check_margin(p1, p2, margin, alpha, 0.5, n2 / n1 if n1 > 0 else 0.0)
    null, other = _constrained_spreads(p1, p2, n2 / n1, margin)
    critical = float(-ndtri(alpha))
    return float(ndtr(((p1 - p2 - margin) * math.sqrt(n1) - critical * null) / other))


def farrington_manning_n(
    p1: float, p2: float, *, margin: float, alpha: float = 0.025, power: float = 0.8, ratio: float = 1.0
) -> float:
    """Participants of the first group for the same test. Raises ANAL-013 where the margin is already reached."""
    _check_margin(p1, p2, margin, alpha, power, ratio)
    if p1 - p2 <= margin:
        raise analysis_error(
            "ANAL-013", "design", f"the difference {p1 - p2:g} is not above the margin {margin:g}"
        )
    null, other = _constrained_spreads(p1, p2, ratio, margin)
    critical, wanted = float(-ndtri(alpha)), float(ndtri(power))
    return _square(critical * null + wanted * other, power) / (p1 - p2 - margin) ** 2


def inflated(size: float, loss: float) -> int:
    """Whole participants to randomise, so that `size` remain when a share `loss` is lost.

    >>> eq.inflated(116, 0.1)
    129
    """
    if not 0 <= loss < 1:
        raise analysis_error("ANAL-013", "design", f"a loss of {loss:g} leaves nobody, or is no share")
    if not 0 <= size < math.inf:
        raise analysis_error("ANAL-013", "design", f"{size:g} participants")
    return math.ceil(size / (1 - loss) - 1e-9)


def _angle(p1: float, p2: float) -> float:
    """The distance of two proportions on the scale where their variance does not depend on them."""
    return abs(2 * math.asin(math.sqrt(p1)) - 2 * math.asin(math.sqrt(p2)))


def _arcsine_power(p1: float, p2: float, n1: float, ratio: float, critical: float, both: bool) -> float:
    shift = _angle(p1, p2) / math.sqrt((1 + 1 / ratio) / n1)
    wrong = float(ndtr(-shift - critical)) if both else 0.0
    return float(ndtr(shift - critical)) + wrong


def _spreads(p1: float, p2: float, ratio: float, method: Method) -> tuple[float, float]:
    """Standard deviations, times the root of n1, of the difference under the null and the alternative."""
    other = math.sqrt(p1 * (1 - p1) + p2 * (1 - p2) / ratio)
    if method == "unpooled":
        return other, other
    mean = (p1 + ratio * p2) / (1 + ratio)
    return math.sqrt(mean * (1 - mean) * (1 + 1 / ratio)), other


def _constrained_spreads(p1: float, p2: float, ratio: float, margin: float) -> tuple[float, float]:
    null1, null2 = constrained_pair(p1, p2, ratio, margin)
    null = math.sqrt(null1 * (1 - null1) + null2 * (1 - null2) / ratio)
    return null, math.sqrt(p1 * (1 - p1) + p2 * (1 - p2) / ratio)


def detectable(p2: float, n1: float, n2: float, *, alpha: float = 0.05, wanted: float = 0.8) -> float:
    """The smallest proportion above `p2` that is found with the wanted power (pooled).

    Raises ANAL-013, also where so few participants do not find even the largest difference.

    >>> round(eq.detectable(0.50, 61, 61), 4)
    0.7436
    """
    _check(p2 + (1 - p2) / 2, p2, alpha, wanted, n2 / n1 if n1 > 0 else 0.0)
    if not alpha / 2 < wanted <= power(1 - 1e-9, p2, n1, n2, alpha=alpha):
        raise analysis_error(
            "ANAL-013", "design", f"power {wanted:g} above {p2:g} with {n1:g} and {n2:g} participants"
        )
    return float(brentq(lambda p: power(p, p2, n1, n2, alpha=alpha) - wanted, p2 + 1e-9, 1 - 1e-9))


def _square(distance: float, wanted: float) -> float:
    """The square of what the effect must be away from the null value; a power that needs nobody is refused."""
    if distance <= 0:
        raise analysis_error("ANAL-013", "design", f"a power of {wanted:g} is not above the error")
    return distance * distance


def _check_margin(p1: float, p2: float, margin: float, alpha: float, wanted: float, ratio: float) -> None:
    """The same with a null difference, so that equal proportions are something to be found."""
    if not is_number(margin) or not -1 < margin < 1:
        raise analysis_error("ANAL-013", "design", f"a margin of {margin}")
    _check(p1, p2 if p1 != p2 else p2 / 2, alpha, wanted, ratio)


def _check(
    p1: float,
    p2: float,
    alpha: float,
    wanted: float,
    ratio: float,
    sided: int = 2,
    method: Method = "pooled",
) -> None:
    inside = all(0 < value < 1 for value in (p1, p2, alpha, wanted))
    known = sided in (1, 2) and method in METHODS
    if not inside or p1 == p2 or not 1e-6 < ratio < 1e6 or not known:
        detail = f"p1 {p1:g}, p2 {p2:g}, alpha {alpha:g}, power {wanted:g}, ratio {ratio:g}"
        raise analysis_error("ANAL-013", "design", f"{detail}, sided {sided}, method {method}")
