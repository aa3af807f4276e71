"""Risk ratios and odds ratios of two independent proportions, with Wald and score intervals.

Wald's interval is normal in the logarithm and needs events (for the odds ratio, also participants without) in
both groups: without them it says nothing, from 0 to infinity. The score intervals have the variance under the
constraint, and so a bound wherever the data have one: that of Miettinen and Nurminen, the same without the factor
N / (N - 1), and the one that is also corrected for the skewness of the score.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from equipoise.analysis.estimators.proportions import (
    Interval,
    Table2x2,
    normal_quantile,
    root,
    standardised,
    unskewed,
)

Form = Literal["mee", "miettinen_nurminen", "skewness_corrected"]

# A ratio beyond exp(60) is shown as infinite, one below exp(-60) as 0.
EDGE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A ratio with its interval. `estimate` is infinite where only the second group has none, NaN where both
    have none."""

    estimate: float
    interval: Interval


def divided(above: float, below: float) -> float:
    """A ratio of two numbers >= 0."""
    if below:
        return above / below
    return math.inf if above else math.nan


def risk_ratio(table: Table2x2, confidence: float = 0.95) -> Ratio:
    """p1 / p2 with Wald's interval of the logarithm (Katz and others, Biometrics 1978;34:469-474)."""
    estimate = divided(table.p1, table.p2)
    if not table.x1 or not table.x2:
        return Ratio(estimate=estimate, interval=_nothing(confidence))
    variance = 1 / table.x1 - 1 / table.n1 + 1 / table.x2 - 1 / table.n2
    return Ratio(estimate=estimate, interval=around(estimate, variance, confidence))


def odds_ratio(table: Table2x2, confidence: float = 0.95) -> Ratio:
    """The odds ratio with Wald's interval of the logarithm (Woolf, Ann Hum Genet 1955;19:251-253)."""
    cells = (table.x1, table.n1 - table.x1, table.x2, table.n2 - table.x2)
    estimate = divided(cells[0] * cells[3], cells[1] * cells[2])
    if not all(cells):
        return Ratio(estimate=estimate, interval=_nothing(confidence))
    return Ratio(estimate=estimate, interval=around(estimate, sum(1 / each for each in cells), confidence))


def around(estimate: float, variance: float, confidence: float) -> Interval:
    """The interval of a ratio whose logarithm has this variance."""
    factor = math.exp(normal_quantile(confidence) * math.sqrt(variance))
    return Interval(lower=estimate / factor, upper=estimate * factor, confidence=confidence)


def _nothing(confidence: float) -> Interval:
    return Interval(lower=0.0, upper=math.inf, confidence=confidence)


def risk_ratio_score(table: Table2x2, confidence: float = 0.95, form: Form = "miettinen_nurminen") -> Ratio:
    """p1 / p2 with a score interval.

    form: Miettinen and Nurminen, Stat Med 1985;4:213-226; `mee`, without N / (N - 1): Koopman, Biometrics
    1984;40:513-517; `skewness_corrected`: Gart and Nam, Biometrics 1988;44:323-338, with the factor as in Laud, Pharm
    Stat 2017;16:334-348.
    """

    def statistic(logarithm: float) -> float:
        ratio = math.exp(logarithm)
        first, second = constrained_by_ratio(table, ratio)
        one, two = first * (1 - first) / table.n1, ratio * ratio * second * (1 - second) / table.n2
        variance = (one + two) * _factor(table, form)
        plain = standardised(table.p1 - ratio * table.p2, variance)
        if form != "skewness_corrected" or not 0 < variance < math.inf:
            return plain
        third = one * (1 - 2 * first) / table.n1 - ratio * two * (1 - 2 * second) / table.n2
        return unskewed(plain, third / (6 * variance**1.5))

    estimate = divided(table.p1, table.p2)
    return Ratio(estimate=estimate, interval=_inverted(statistic, estimate, confidence))


def constrained_by_ratio(table: Table2x2, ratio: float) -> tuple[float, float]:
    """The likeliest pair of proportions of which the first is `ratio` times the second."""
    events = table.x1 + table.x2
    one, two = (table.n1 + table.x2) * ratio, table.n2 + table.x1
    # The discriminant of the quadratic as a sum of what is never negative, so that no digit is lost.
    inside = (one - two) ** 2 + 4 * ratio * (table.n1 - table.x1) * (table.n2 - table.x2)
    second = 2 * events / (one + two + math.sqrt(inside))
    second = min(second, 1.0, 1 / ratio)
    return min(1.0, second * ratio), second


def odds_ratio_score(table: Table2x2, confidence: float = 0.95, form: Form = "miettinen_nurminen") -> Ratio:
    """The odds ratio with a score interval.

    form: Miettinen and Nurminen, Stat Med 1985;4:213-226; `mee`, without N / (N - 1); `skewness_corrected`, and for
    the bias of the score: Gart, Bull Int Stat Inst 1985;45:175-176, with the factor as in Laud, Pharm Stat
    2018;17:290-293.
    """
    estimate = odds_ratio(table, confidence).estimate
    if table.x1 + table.x2 in (0, table.n1 + table.n2):
        return Ratio(estimate=estimate, interval=_nothing(confidence))

    def statistic(logarithm: float) -> float:
        second = _second_odds(table, math.exp(logarithm))
        first = math.exp(logarithm) * second
        # Both sides of the gap are equal; the one with smaller terms loses fewer digits.
        ways = (
            (table.x1 / (1 + first), (table.n1 - table.x1) * first / (1 + first)),
            ((table.n2 - table.x2) * second / (1 + second), table.x2 / (1 + second)),
        )
        above, below = min(ways, key=max)
        gap = above - below
        one, two = table.n1 * first / (1 + first) ** 2, table.n2 * second / (1 + second) ** 2
        factor = _factor(table, form)
        if form != "skewness_corrected":
            return standardised(gap, factor / (1 / one + 1 / two))
        spread = 1 / one + 1 / two
        gap -= (first / (1 + first) - second / (1 + second)) / (one + two) / spread
        third = (1 - first) / (1 + first) / one**2 - (1 - second) / (1 + second) / two**2
        return unskewed(standardised(gap, factor / spread), third / (6 * (spread * factor) ** 1.5))

    return Ratio(estimate=estimate, interval=_inverted(statistic, estimate, confidence))


def constrained_by_odds(table: Table2x2, odds: float) -> tuple[float, float]:
    """The likeliest pair of proportions with this odds ratio; neither is 0 or 1 if there are events and
    participants without."""
    second = _second_odds(table, odds)
    return odds * second / (1 + odds * second), second / (1 + second)


def _second_odds(table: Table2x2, odds: float) -> float:
    """The odds of the second group of that pair. Odds keep their digits where a proportion is nearly 1."""
    events, others = table.x1 + table.x2, table.n1 + table.n2 - table.x1 - table.x2
    a, b = odds * others, odds * (table.n1 - events) + table.n2 - events
    inside = math.sqrt(b * b + 4 * a * events)
    return 2 * events / (b + inside) if b > 0 else (inside - b) / (2 * a)


def _factor(table: Table2x2, form: Form) -> float:
    """The factor N / (N - 1) of Miettinen and Nurminen, 1 without it."""
    total = table.n1 + table.n2
    return 1.0 if form == "mee" else total / (total - 1)


def _inverted(statistic: Callable[[float], float], estimate: float, confidence: float) -> Interval:
    """The ratios at whose logarithm the falling `statistic` stays within the normal quantile; an estimate of 0 or
    infinity is an end itself."""
    z = normal_quantile(confidence)
    lower, upper = 0.0, math.inf
    if estimate and statistic(-EDGE) > z:
        lower = math.exp(root(lambda each: statistic(each) - z, -EDGE, EDGE))
    if estimate < math.inf and statistic(EDGE) < -z:
        upper = math.exp(root(lambda each: statistic(each) + z, -EDGE, EDGE))
    return Interval(lower=lower, upper=upper, confidence=confidence)
