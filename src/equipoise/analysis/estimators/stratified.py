"""Risk differences over strata: Mantel-Haenszel with Sato's variance, Newcombe's hybrid, inverse variance, and the
Cochran-Mantel-Haenszel test. Score intervals over strata are in `stratified_scores`.

A stratum in which one arm has nobody says nothing about the difference: its weight n1 n2 / N is 0, so it is
left out, and the result says how many strata were. The randomised strata are used, not the corrected ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scipy.special import ndtr

from equipoise.analysis.errors import analysis_error
from equipoise.analysis.estimators.proportions import (
    Interval,
    Table2x2,
    bounded,
    normal_quantile,
    two_sided_p,
    wald_variance,
    wilson,
)

VarianceOf = Callable[[Sequence[Table2x2]], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """A difference over strata, its variance, and its interval."""

    estimate: float
    variance: float
    interval: Interval


def weights(tables: Sequence[Table2x2]) -> list[float]:
    """The Mantel-Haenszel weight n1 n2 / N of each stratum."""
    if not tables:
        raise analysis_error("ANAL-004", "strata", "no stratum has participants in both arms")
    return [table.n1 * table.n2 / (table.n1 + table.n2) for table in tables]


def mantel_haenszel_difference(tables: Sequence[Table2x2]) -> float:
    """The weighted mean of the strata's differences."""
    share = weights(tables)
    return math.fsum(w * table.difference for w, table in zip(share, tables, strict=True)) / math.fsum(share)


def sato_variance(tables: Sequence[Table2x2]) -> float:
    """Sato's variance of the Mantel-Haenszel difference, consistent for few large and for many small
    strata.

    Sato, Greenland and Robins, Biometrics 1989;45:1323-1324.
    """
    share = math.fsum(weights(tables))
    estimate = mantel_haenszel_difference(tables)
    p = math.fsum(_slope(table) for table in tables)
    q = math.fsum(_level(table) for table in tables)
    return max(0.0, (estimate * p + q) / share**2)


def greenland_robins_variance(tables: Sequence[Table2x2]) -> float:
    """The older variance of the same difference, for a few large strata (Biometrics 1985;41:55-68)."""
    spread = math.fsum(
        (t.x1 * (t.n1 - t.x1) * t.n2**3 + t.x2 * (t.n2 - t.x2) * t.n1**3) / (t.n1 * t.n2 * (t.n1 + t.n2) ** 2)
        for t in tables
    )
    return spread / math.fsum(weights(tables)) ** 2


def _slope(table: Table2x2) -> float:
    n1, n2 = table.n1, table.n2
    return (n1 * n1 * table.x2 - n2 * n2 * table.x1 + n1 * n2 * (n2 - n1) / 2) / (n1 + n2) ** 2


def _level(table: Table2x2) -> float:
    crossed = table.x1 * (table.n2 - table.x2) + table.x2 * (table.n1 - table.x1)
    return crossed / (2 * (table.n1 + table.n2))


def mantel_haenszel(
    tables: Sequence[Table2x2], confidence: float = 0.95, variance_of: VarianceOf = sato_variance
) -> Pooled:
    """The Mantel-Haenszel difference with Sato's variance (or `greenland_robins_variance`) and a normal interval."""
    estimate = mantel_haenszel_difference(tables)
    variance = variance_of(tables)
    half = normal_quantile(confidence) * math.sqrt(variance)
    interval = bounded(estimate - half, estimate + half, confidence)
    return Pooled(estimate=estimate, variance=variance, interval=interval)


def stratified_newcombe(tables: Sequence[Table2x2], confidence: float = 0.95) -> Pooled:
    """The Mantel-Haenszel difference with the hybrid of two Wilson intervals over the strata; its variance is Sato's.

    With one stratum it is Newcombe's interval. Source: Yan and Su, Stat Biopharm Res 2010;2:329-335.
    """
    total = math.fsum(weights(tables))
    share = [each / total for each in weights(tables)]
    first = _wilson_over_strata([(t.x1, t.n1) for t in tables], share, confidence)
    second = _wilson_over_strata([(t.x2, t.n2) for t in tables], share, confidence)
    one = math.fsum(w * w / t.n1 for w, t in zip(share, tables, strict=True))
    two = math.fsum(w * w / t.n2 for w, t in zip(share, tables, strict=True))
    z, estimate = normal_quantile(confidence), mantel_haenszel_difference(tables)
    below = z * math.sqrt(one * _spread(first.lower) + two * _spread(second.upper))
    above = z * math.sqrt(one * _spread(first.upper) + two * _spread(second.lower))
    return Pooled(
        estimate=estimate,
        variance=sato_variance(tables),
        interval=bounded(estimate - below, estimate + above, confidence),
    )


def _spread(p: float) -> float:
    return p * (1 - p)


def _wilson_over_strata(
    groups: Sequence[tuple[int, int]], share: Sequence[float], confidence: float
) -> Interval:
    """The interval of a weighted mean of proportions: that mean of the strata's Wilson intervals, each at the smaller
    quantile with which a mean of independent ones has the confidence. Strata without events or with nothing but events
    have no variance to weigh that quantile by; where all are so, the strata's sizes do."""
    spreads = [_spread(x / n) / n for x, n in groups]
    if not any(spreads):
        spreads = [1 / n for _, n in groups]
    squares = math.fsum(w * w * each for w, each in zip(share, spreads, strict=True))
    narrower = math.sqrt(squares) / math.fsum(w * math.sqrt(v) for w, v in zip(share, spreads, strict=True))
    own = 2 * float(ndtr(normal_quantile(confidence) * narrower)) - 1
    parts = [wilson(x, n, own) for x, n in groups]
    return Interval(
        lower=math.fsum(w * each.lower for w, each in zip(share, parts, strict=True)),
        upper=min(1.0, math.fsum(w * each.upper for w, each in zip(share, parts, strict=True))),
        confidence=confidence,
    )


def inverse_variance(tables: Sequence[Table2x2], confidence: float = 0.95) -> Pooled:
    """The mean of the strata's differences weighed by the inverse of their unpooled variances.

    For a few large strata: a stratum whose difference has no variance (0 or all events in both arms) would take
    all the weight, and is refused (ANAL-004).
    """
    variances = [wald_variance(table) for table in tables]
    if not tables or min(variances) <= 0:
        raise analysis_error("ANAL-004", "strata", "inverse variance needs a variance in each stratum")
    share = [1 / each for each in variances]
    estimate = math.fsum(w * table.difference for w, table in zip(share, tables, strict=True)) / math.fsum(
        share
    )
    variance = 1 / math.fsum(share)
    half = normal_quantile(confidence) * math.sqrt(variance)
    interval = bounded(estimate - half, estimate + half, confidence)
    return Pooled(estimate=estimate, variance=variance, interval=interval)


def cochran_mantel_haenszel(tables: Sequence[Table2x2], *, corrected: bool = False) -> tuple[float, float]:
    """The statistic (1 df) and its p-value, with or without a continuity correction of one half; (0, 1)
    without variance. Mantel and Haenszel, J Natl Cancer Inst 1959;22:719-748."""
    gap = variance = 0.0
    for table in tables:
        total, events = table.n1 + table.n2, table.x1 + table.x2
        gap += table.x1 - table.n1 * events / total
        if total > 1:
            variance += table.n1 * table.n2 * events * (total - events) / (total * total * (total - 1))
    if not variance:
        return 0.0, 1.0
    gap = max(0.0, abs(gap) - 0.5) if corrected else gap
    return gap * gap / variance, two_sided_p(gap / math.sqrt(variance))
