"""Incidence with exact intervals: proportions (Clopper and Pearson) and rates of counts over time
(Garwood)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import betaincinv, gammaincinv

from equipoise.analysis.errors import analysis_error
from equipoise.analysis.estimators.proportions import Interval, check_confidence
from equipoise.analysis.shown import Shown


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RateRatio(Shown):
    """A ratio of two rates with its exact interval; infinite where only the second group has no event."""

    estimate: float
    interval: Interval


def clopper_pearson(x: int, n: int, confidence: float = 0.95) -> Interval:
    """The exact interval of `x` of `n`, from 0 when nobody has it and to 1 when all do.

    Raises ANAL-004 unless 0 <= x <= n and n >= 1. Source: Clopper and Pearson, Biometrika 1934;26:404-413.

    >>> eq.clopper_pearson(38, 61)
    Interval
      lower       0.4896
      upper       0.7439
      confidence  0.95
    """
    check_confidence(confidence)
    if not 0 <= x <= n or n < 1:
        raise analysis_error("ANAL-004", "proportion", f"{x} of {n}")
    tail = (1 - confidence) / 2
    return Interval(
        lower=float(betaincinv(x, n - x + 1, tail)) if x else 0.0,
        upper=float(betaincinv(x + 1, n - x, 1 - tail)) if x < n else 1.0,
        confidence=confidence,
    )


def poisson_rate(events: int, time: float, confidence: float = 0.95) -> Interval:
    """The exact interval of a rate, events per unit of `time`. Raises ANAL-004 for no time or fewer than no
    events.

    Source: Garwood, Biometrika 1936;28:437-442.

    >>> eq.poisson_rate(12, time=34.5)
    Interval
      lower       0.1797
      upper       0.6076
      confidence  0.95
    """
    check_confidence(confidence)
    if not 0 <= events < math.inf or not 0 < time < math.inf:
        raise analysis_error("ANAL-004", "rate", f"{events} events over {time}")
    tail = (1 - confidence) / 2
    lower = float(gammaincinv(events, tail)) if events else 0.0
    return Interval(
        lower=lower / time, upper=float(gammaincinv(events + 1, 1 - tail)) / time, confidence=confidence
    )


def poisson_rate_ratio(
    events1: int, time1: float, events2: int, time2: float, confidence: float = 0.95
) -> RateRatio:
    """The rate of group 1 over that of group 2, exact given the number of all events.

    Raises ANAL-004 without an event in either group, where a ratio is not defined. Source: Przyborowski and
    Wilenski, Biometrika 1940;31:313-323.

    >>> eq.poisson_rate_ratio(12, 34.5, 20, 33.1)
    Rate ratio
      estimate  0.5757
      interval  0.2566 to 1.236 (95%)
    """
    if events1 < 0 or events2 < 0 or not (0 < time1 < math.inf and 0 < time2 < math.inf):
        raise analysis_error("ANAL-004", "rates", f"{events1} over {time1}, {events2} over {time2}")
    if not events1 + events2:
        raise analysis_error("ANAL-004", "rates", "without an event there is no ratio")
    share = clopper_pearson(events1, events1 + events2, confidence)
    scale = time2 / time1

    def ratio(part: float) -> float:
        return math.inf if part >= 1 else part / (1 - part) * scale

    estimate = events1 / events2 * scale if events2 else math.inf
    return RateRatio(
        estimate=estimate,
        interval=Interval(lower=ratio(share.lower), upper=ratio(share.upper), confidence=confidence),
    )
