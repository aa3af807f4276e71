"""Differences and ratios of two rates of events over time, with score intervals.

Events are Poisson's. A score interval holds the values at which the estimate lies within the normal quantile of what
the likeliest pair of rates with that value makes one expect, with or without a correction of the score's skewness. It
has an end wherever the data have one, also without events in a group.

Sources: Miettinen O, Nurminen M. Stat Med 1985;4:213-226 (rates of person-time); Laud PJ. Pharm Stat 2017;16:334-348
(skewness).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from scipy.optimize import brentq

from equipoise.analysis.errors import analysis_error
from equipoise.analysis.estimators.proportions import Interval, normal_quantile, standardised, unskewed
from equipoise.analysis.estimators.rates import RateRatio, poisson_rate_ratio
from equipoise.analysis.shown import Shown

Method = Literal["miettinen_nurminen", "skewness_corrected"]
RatioMethod = Literal["exact", "miettinen_nurminen", "skewness_corrected"]
METHODS = ("miettinen_nurminen", "skewness_corrected")
EDGE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RateDifference(Shown):
    """A difference of two rates, per unit of time, with its interval."""

    estimate: float
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Events and time at risk of two groups. Raises ANAL-004."""

    events1: int
    time1: float
    events2: int
    time2: float

    def __post_init__(self) -> None:
        counts = all(0 <= each < math.inf and each == int(each) for each in (self.events1, self.events2))
        if not counts or not (0 < self.time1 < math.inf and 0 < self.time2 < math.inf):
            said = f"{self.events1} over {self.time1}, {self.events2} over {self.time2}"
            raise analysis_error("ANAL-004", "rates", said)

    @property
    def rates(self) -> tuple[float, float]:
        """The two rates that were seen."""
        return self.events1 / self.time1, self.events2 / self.time2


def rate_difference(
    events1: int,
    time1: float,
    events2: int,
    time2: float,
    *,
    method: Method = "miettinen_nurminen",
    confidence: float = 0.95,
) -> RateDifference:
    """The rate of group 1 minus that of group 2, with its score interval.

    method: `miettinen_nurminen` or `skewness_corrected`. Raises ANAL-004, ANAL-017, ANAL-019. Sources: Miettinen and
    Nurminen, Stat Med 1985;4:213-226; Laud, Pharm Stat 2017;16:334-348.

    >>> eq.rate_difference(12, 34.5, 20, 33.1)
    Rate difference
      estimate  -0.2564
      interval  -0.6205 to 0.07561 (95%)
    """
    seen = Rates(events1=events1, time1=time1, events2=events2, time2=time2)
    _check(method, METHODS)
    estimate = seen.rates[0] - seen.rates[1]

    def statistic(difference: float) -> float:
        middle = (time1 + time2) * difference - events1 - events2
        inside = (
            math.sqrt(middle * middle + 4 * (time1 + time2) * events2 * difference)
            if events2
            else abs(middle)
        )
        second = max(0.0, -difference, (inside - middle) / (2 * (time1 + time2)))
        first = second + difference
        return _score(estimate - difference, first / time1, second / time2, (time1, time2), 1.0, method)

    z = normal_quantile(confidence)
    wide = (math.sqrt(events1 + 1) / time1 + math.sqrt(events2 + 1) / time2) * (z + 1)
    lower = _crossing(lambda d: statistic(d) - z, estimate, -wide)
    upper = _crossing(lambda d: statistic(d) + z, estimate, wide)
    return RateDifference(
        estimate=estimate, interval=Interval(lower=lower, upper=upper, confidence=confidence)
    )


def rate_ratio(
    events1: int,
    time1: float,
    events2: int,
    time2: float,
    *,
    method: RatioMethod = "exact",
    confidence: float = 0.95,
) -> RateRatio:
    """The rate of group 1 over that of group 2, with its interval.

    method: `exact` given the number of all events (`poisson_rate_ratio`), `miettinen_nurminen` or `skewness_corrected`.
    Raises ANAL-004 without any event, ANAL-017, ANAL-019. Sources: as for `rate_difference`.

    >>> eq.rate_ratio(12, 34.5, 20, 33.1, method="miettinen_nurminen")
    Rate ratio
      estimate  0.5757
      interval  0.2855 to 1.161 (95%)
    """
    _check(method, ("exact", *METHODS))
    exact = poisson_rate_ratio(events1, time1, events2, time2, confidence)
    if method == "exact":
        return exact
    seen = Rates(events1=events1, time1=time1, events2=events2, time2=time2)

    def statistic(logarithm: float) -> float:
        ratio = math.exp(logarithm)
        second = (events1 + events2) / (time1 * ratio + time2)
        first, gap = ratio * second, seen.rates[0] - ratio * seen.rates[1]
        return _score(gap, first / time1, second / time2, (time1, time2), ratio, method)

    z = normal_quantile(confidence)
    lower, upper = 0.0, math.inf
    if events1 and statistic(-EDGE) > z:
        lower = math.exp(_root(lambda each: statistic(each) - z, -EDGE, EDGE))
    if events2 and statistic(EDGE) < -z:
        upper = math.exp(_root(lambda each: statistic(each) + z, -EDGE, EDGE))
    return RateRatio(
        estimate=exact.estimate, interval=Interval(lower=lower, upper=upper, confidence=confidence)
    )


def _check(method: str, known: tuple[str, ...]) -> None:
    if method not in known:
        raise analysis_error("ANAL-017", "method", f"{method!r} is none of {', '.join(known)}")


def _score(
    gap: float, one: float, two: float, times: tuple[float, float], ratio: float, method: str
) -> float:
    """The gap over its standard error; `one` and `two` are the variances of the two rates."""
    variance = one + ratio * ratio * two
    plain = standardised(gap, variance)
    if method != "skewness_corrected" or variance <= 0:
        return plain
    third = one / times[0] - ratio**3 * two / times[1]
    return unskewed(plain, third / (6 * variance**1.5))


def _crossing(falling: Callable[[float], float], start: float, step: float) -> float:
    """Where a falling function is 0, at `start` or on from it in the direction of the step."""
    end = start + step
    while falling(end) * step > 0:
        end += step
    back = start
    while falling(back) * step < 0:  # corrected for skewness, the score need not be near 0 at the estimate
        back -= step
    return _root(falling, min(end, back), max(end, back))


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    return float(brentq(lambda d: min(1e9, max(-1e9, function(d))), low, high, xtol=1e-14, rtol=1e-13))
