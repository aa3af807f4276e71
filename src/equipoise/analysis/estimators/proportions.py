"""Risk differences of two independent proportions, with eight intervals.

Wald needs nothing but the estimate and is here for comparison and for pooling, also with a continuity correction, or
after adding two participants to each group (Agresti and Caffo); Newcombe joins two Wilson
intervals, with or without a continuity correction; Mee inverts the score test with the variance under the
constraint, Miettinen and Nurminen with that variance times N / (N - 1), the usual choice for one table, and the
last also corrects its skewness. The constrained estimate is the closed form of Farrington and Manning. It is our
own because the general library that one would take for it is wrong for this method.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real

from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from equipoise.analysis.errors import analysis_error
from equipoise.analysis.shown import Shown

EDGE = 1e-12
ILL = 1e-4
"""Below this, two roots of the cubic of the constrained estimate are so near that its digits are not to be trusted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table2x2:
    """Events and participants of two groups: `x1` of `n1` against `x2` of `n2`."""

    x1: int
    n1: int
    x2: int
    n2: int

    def __post_init__(self) -> None:
        whole = 0 <= self.x1 <= self.n1 and 0 <= self.x2 <= self.n2
        if not whole or not self.n1 or not self.n2:
            raise analysis_error("ANAL-004", "table", f"{self.x1}/{self.n1} against {self.x2}/{self.n2}")

    @property
    def p1(self) -> float:
        return self.x1 / self.n1

    @property
    def p2(self) -> float:
        return self.x2 / self.n2

    @property
    def difference(self) -> float:
        return self.p1 - self.p2


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Interval(Shown):
    """A two-sided interval at a confidence between 0 and 1."""

    lower: float
    upper: float
    confidence: float


def check_confidence(confidence: float) -> None:
    """Raises ANAL-019 unless the confidence lies between 0 and 1, both excluded."""
    if not isinstance(confidence, Real) or not 0 < confidence < 1:
        raise analysis_error("ANAL-019", "confidence", f"{confidence!r}")


def normal_quantile(confidence: float) -> float:
    """The quantile that a two-sided interval at this confidence uses: 1.959964 at 0.95. Raises ANAL-019."""
    check_confidence(confidence)
    return float(ndtri((1 + confidence) / 2))


def two_sided_p(z: float) -> float:
    """The two-sided p-value of a standard normal statistic."""
    return 2 * float(ndtr(-abs(z)))


def wald(table: Table2x2, confidence: float = 0.95) -> Interval:
    """The estimate plus and minus its unpooled standard error, kept within -1 and 1."""
    half = normal_quantile(confidence) * math.sqrt(wald_variance(table))
    return bounded(table.difference - half, table.difference + half, confidence)


def wald_corrected(table: Table2x2, confidence: float = 0.95) -> Interval:
    """Wald's interval with a continuity correction (Newcombe, Stat Med 1998;17:873-890, method 2)."""
    half = normal_quantile(confidence) * math.sqrt(wald_variance(table)) + (1 / table.n1 + 1 / table.n2) / 2
    return bounded(table.difference - half, table.difference + half, confidence)


def agresti_caffo(table: Table2x2, confidence: float = 0.95) -> Interval:
    """Wald's interval after each group got one more event and one more participant without.

    Agresti and Caffo, Am Stat 2000;54:280-288.
    """
    return wald(Table2x2(x1=table.x1 + 1, n1=table.n1 + 2, x2=table.x2 + 1, n2=table.n2 + 2), confidence)


def wald_variance(table: Table2x2) -> float:
    """The unpooled variance of the difference."""
    return table.p1 * (1 - table.p1) / table.n1 + table.p2 * (1 - table.p2) / table.n2


def wilson(x: int, n: int, confidence: float = 0.95) -> Interval:
    """Wilson's score interval of one proportion (JASA 1927;22:209-212). Raises ANAL-004, ANAL-019.

    >>> eq.wilson(38, 61)
    Interval
      lower       0.4975
      upper       0.7339
      confidence  0.95
    """
    if not 0 <= x <= n or n < 1:
        raise analysis_error("ANAL-004", "proportion", f"{x} of {n}")
    z = normal_quantile(confidence)
    centre = x + z * z / 2
    half = z * math.sqrt(x * (n - x) / n + z * z / 4)
    return Interval(
        lower=max(0.0, (centre - half) / (n + z * z)),
        upper=min(1.0, (centre + half) / (n + z * z)),
        confidence=confidence,
    )


def newcombe(table: Table2x2, confidence: float = 0.95) -> Interval:
    """Newcombe's hybrid score interval, uncorrected (Stat Med 1998;17:873-890, method 10)."""
    one = wilson(table.x1, table.n1, confidence)
    two = wilson(table.x2, table.n2, confidence)
    return hybrid(table, one, two)


def wilson_corrected(x: int, n: int, confidence: float = 0.95) -> Interval:
    """Wilson's interval with a continuity correction; 0 of n begins at 0, and n of n ends at 1.

    Fleiss, Statistical Methods for Rates and Proportions, 1981, section 1.4; Newcombe, Stat Med 1998;17:857-872,
    method 4.
    """
    z, p = normal_quantile(confidence), x / n

    def bound(side: int) -> float:
        spread = z * math.sqrt(z * z + side * 2 - 1 / n + 4 * p * (n * (1 - p) - side))
        return (2 * x + z * z + side * (1 + spread)) / (2 * (n + z * z))

    return Interval(
        lower=max(0.0, bound(-1)) if x else 0.0,
        upper=min(1.0, bound(1)) if x < n else 1.0,
        confidence=confidence,
    )


def newcombe_corrected(table: Table2x2, confidence: float = 0.95) -> Interval:
    """Newcombe's hybrid of two continuity-corrected Wilson intervals (Stat Med 1998;17:873-890, method 11)."""
    one = wilson_corrected(table.x1, table.n1, confidence)
    two = wilson_corrected(table.x2, table.n2, confidence)
    return hybrid(table, one, two)


def hybrid(table: Table2x2, one: Interval, two: Interval) -> Interval:
    """The interval of the difference from those of its two proportions."""
    below = math.hypot(table.p1 - one.lower, two.upper - table.p2)
    above = math.hypot(one.upper - table.p1, table.p2 - two.lower)
    return bounded(table.difference - below, table.difference + above, one.confidence)


def constrained(table: Table2x2, difference: float) -> tuple[float, float]:
    """The likeliest pair of proportions that differ by exactly `difference`."""
    return constrained_pair(table.p1, table.p2, table.n2 / table.n1, difference)


def constrained_pair(p1: float, p2: float, theta: float, d: float) -> tuple[float, float]:
    """The same for observed (or assumed) proportions, with `theta` = n2 / n1 (Stat Med 1990;9:1447-1454)."""
    a = 1 + theta
    b = -(1 + theta + p1 + theta * p2 + d * (theta + 2))
    c = d * d + d * (2 * p1 + theta + 1) + p1 + theta * p2
    e = -p1 * d * (1 + d)
    v = b**3 / (27 * a**3) - b * c / (6 * a * a) + e / (2 * a)
    size = math.sqrt(max(0.0, b * b / (9 * a * a) - c / (3 * a)))
    u = math.copysign(size, v)
    cosine = 1.0 if u == 0 else min(1.0, max(-1.0, v / u**3))
    first = 2 * u * math.cos((math.pi + math.acos(cosine)) / 3) - b / (3 * a)
    first = min(1.0, 1 + d, max(0.0, d, first))
    if size * size * math.sqrt(1 - cosine * cosine) < ILL or min(p1, 1 - p1, p2, 1 - p2) <= 0:
        first = _searched(p1, p2, theta, d, first)
    return first, first - d


def _searched(p1: float, p2: float, theta: float, d: float, start: float) -> float:
    """The same root where those of the cubic nearly meet and rounding costs half of the digits, or where it may be the
    end of what is possible: by Newton's steps on the slope of the log likelihood, which falls, halving where a step
    would leave what is known of the root."""

    def slope(x: float) -> float:
        return _pull(p1, x) + theta * _pull(p2, x - d)

    low, high = max(0.0, d), min(1.0, 1 + d)
    if slope(low) <= 0 or slope(high) >= 0:
        return low if slope(low) <= 0 else high
    x = start if low < start < high else (low + high) / 2
    for _ in range(80):
        found = slope(x)
        low, high = (x, high) if found > 0 else (low, x)
        near = x + found / (_bend(p1, x) + theta * _bend(p2, x - d))
        after = near if low < near < high else (low + high) / 2
        if abs(after - x) <= 1e-15 * min(x, 1 - x) or not low < after < high:
            return after
        x = after
    return x


def _bend(p: float, x: float) -> float:
    """How fast that slope falls; where x is 0 or 1 to rounding, so fast that no step is taken."""
    return p / max(x, 1e-150) ** 2 + (1 - p) / max(1 - x, 1e-150) ** 2


def _pull(p: float, x: float) -> float:
    """The slope at x of the log likelihood of a proportion p that was seen, for one participant."""
    if p <= 0:
        return -1 / (1 - x) if x < 1 else -math.inf
    if p >= 1:
        return 1 / x if x > 0 else math.inf
    if 0 < x < 1:
        return (p - x) / (x * (1 - x))
    return math.inf if x <= 0 else -math.inf


def score_variance(table: Table2x2, difference: float) -> float:
    """The variance under the constraint, with the factor N / (N - 1) of Miettinen and Nurminen."""
    first, second = constrained(table, difference)
    total = table.n1 + table.n2
    variance = first * (1 - first) / table.n1 + second * (1 - second) / table.n2
    return variance * total / (total - 1)


def miettinen_nurminen(table: Table2x2, confidence: float = 0.95) -> Interval:
    """The differences that the score test does not reject (Stat Med 1985;4:213-226)."""

    def statistic(difference: float) -> float:
        return standardised(table.difference - difference, score_variance(table, difference))

    return inverted(statistic, table.difference, confidence)


def mee(table: Table2x2, confidence: float = 0.95) -> Interval:
    """The score interval without the factor N / (N - 1) (Mee, Biometrics 1984;40:1175-1176)."""
    factor = 1 - 1 / (table.n1 + table.n2)

    def statistic(difference: float) -> float:
        return standardised(table.difference - difference, score_variance(table, difference) * factor)

    return inverted(statistic, table.difference, confidence)


def skewness_corrected(table: Table2x2, confidence: float = 0.95) -> Interval:
    """The score interval of Miettinen and Nurminen, corrected for the skewness of the score.

    Gart and Nam, Biometrics 1990;46:637-643, with the variance's factor as in Laud, Pharm Stat
    2017;16:334-348 (there named SCAS).
    """

    def statistic(difference: float) -> float:
        first, second = constrained(table, difference)
        variance = score_variance(table, difference)
        third = first * (1 - first) * (1 - 2 * first) / table.n1**2
        third -= second * (1 - second) * (1 - 2 * second) / table.n2**2
        plain = standardised(table.difference - difference, variance)
        return unskewed(plain, third / (6 * variance**1.5)) if variance > 0 else plain

    return inverted(statistic, table.difference, confidence)


def unskewed(score: float, skewness: float) -> float:
    """The z that solves z + skewness (z^2 - 1) = score; where none does, one step of that equation, which
    keeps its sign."""
    inside = 1 + 4 * skewness * (score + skewness)
    if inside < 0:
        return score - skewness * (score * score - 1)
    return 2 * (score + skewness) / (1 + math.sqrt(inside))


def standardised(gap: float, variance: float) -> float:
    """A gap over its standard error; without variance, endless in the direction of the gap."""
    if variance <= 0:
        return math.copysign(math.inf, gap) if gap else 0.0
    return gap / math.sqrt(variance)


def inverted(statistic: Callable[[float], float], estimate: float, confidence: float) -> Interval:
    """The differences in (-1, 1) at which the falling `statistic` stays within the normal quantile."""
    z = normal_quantile(confidence)
    low, high = -1 + EDGE, 1 - EDGE
    middle = min(high, max(low, estimate))
    lower, upper = -1.0, 1.0
    # Corrected for skewness, the statistic of a very small table need not be near 0 at the estimate.
    if statistic(low) > z:
        lower = root(lambda d: statistic(d) - z, low, middle if statistic(middle) < z else high)
    if statistic(high) < -z:
        upper = root(lambda d: statistic(d) + z, middle if statistic(middle) > -z else low, high)
    return Interval(lower=lower, upper=upper, confidence=confidence)


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where the function is 0 between two points, to 12 decimals; infinite values are cut to a large
    one."""
    return float(brentq(lambda d: min(1e9, max(-1e9, function(d))), low, high, xtol=1e-13, rtol=1e-13))


def bounded(lower: float, upper: float, confidence: float) -> Interval:
    """An interval of a difference of proportions, kept within -1 and 1."""
    return Interval(lower=max(-1.0, lower), upper=min(1.0, upper), confidence=confidence)
