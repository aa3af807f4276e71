"""Risk ratios and odds ratios with an interval made of those of their two proportions (Newcombe's hybrid, MOVER).

Each limit of the ratio takes from both Wilson intervals how far the proportions (or odds) may be off in the direction
that matters. Written so that no limit divides by what may be 0.

Sources: Donner A, Zou GY. Stat Methods Med Res 2012;21:347-359; Fagerland MW, Newcombe RG. Stat Med 2013;32:2823-2836.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from equipoise.analysis.estimators.proportions import Interval, Table2x2, wilson, wilson_corrected
from equipoise.analysis.estimators.ratios import Ratio, divided

Single = Callable[[int, int, float], Interval]


def risk_ratio_newcombe(table: Table2x2, confidence: float = 0.95, *, corrected: bool = False) -> Ratio:
    """p1 / p2 with the hybrid of two Wilson intervals, with or without their continuity correction."""
    single: Single = wilson_corrected if corrected else wilson
    one, two = single(table.x1, table.n1, confidence), single(table.x2, table.n2, confidence)
    lower, upper = 0.0, math.inf
    if table.x1 + table.x2:
        lower = _lower(table.p1, table.p2, one.lower, two.upper)
        upper = 1 / _lower(table.p2, table.p1, two.lower, one.upper) if table.x2 else math.inf
    return Ratio(
        estimate=divided(table.p1, table.p2),
        interval=Interval(lower=lower, upper=upper, confidence=confidence),
    )


def odds_ratio_newcombe(table: Table2x2, confidence: float = 0.95, *, corrected: bool = False) -> Ratio:
    """The odds ratio with the hybrid of two Wilson intervals, turned into odds.

    Odds without an end (a group with nothing but events) are avoided by comparing those without an event, the groups
    exchanged, which is the same ratio.
    """
    without, crossed = table.n1 - table.x1, table.n2 - table.x2
    estimate = divided(table.x1 * crossed, without * table.x2)
    if not without or not crossed:
        table = Table2x2(x1=crossed, n1=table.n2, x2=without, n2=table.n1)
    lower, upper = 0.0, math.inf
    if table.x1 + table.x2 and table.x1 < table.n1 and table.x2 < table.n2:
        single: Single = wilson_corrected if corrected else wilson
        one, two = single(table.x1, table.n1, confidence), single(table.x2, table.n2, confidence)
        odds1, odds2 = table.x1 / (table.n1 - table.x1), table.x2 / (table.n2 - table.x2)
        lower = _lower(odds1, odds2, _odds(one.lower), _odds(two.upper))
        if table.x2:
            upper = 1 / _lower(odds2, odds1, _odds(two.lower), _odds(one.upper))
    return Ratio(estimate=estimate, interval=Interval(lower=lower, upper=upper, confidence=confidence))


def _odds(p: float) -> float:
    return p / (1 - p) if p < 1 else math.inf


def _lower(first: float, second: float, low: float, high: float) -> float:
    """The lower limit of first / second, of which the first is at least `low` and the second at most `high`; the upper
    limit is the inverse of that of second / first."""
    if not low or math.isinf(high):
        return 0.0
    inside = (first * second) ** 2 - low * high * (2 * first - low) * (2 * second - high)
    return low * (2 * first - low) / (first * second + math.sqrt(max(0.0, inside)))
