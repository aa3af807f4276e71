"""Risk and odds ratios over strata by Mantel and Haenszel, and whether the odds ratio is one for all strata.

The variances of the logarithms are consistent both for a few large strata and for many small ones. Strata in which
one arm has nobody, or with nothing but events or none, say nothing about a ratio and drop out by themselves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scipy.special import chdtrc

from equipoise.analysis.errors import analysis_error
from equipoise.analysis.estimators.proportions import Table2x2, normal_quantile
from equipoise.analysis.estimators.ratios import Ratio, around, constrained_by_odds
from equipoise.analysis.shown import Shown


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Homogeneity(Shown):
    """A test that one odds ratio fits all strata: chi-squared on `df` degrees of freedom."""

    statistic: float
    df: int
    p: float


def mantel_haenszel_odds_ratio(tables: Sequence[Table2x2], confidence: float = 0.95) -> Ratio:
    """The common odds ratio; variance of Robins, Breslow and Greenland, Biometrics 1986;42:311-323.

    Raises ANAL-004 where either sum of products is 0, so that the ratio is 0 or infinite.
    """
    r = s = pr = ps_qr = qs = 0.0
    for t in tables:
        total = t.n1 + t.n2
        along, across = t.x1 * (t.n2 - t.x2) / total, (t.n1 - t.x1) * t.x2 / total
        p = (t.x1 + t.n2 - t.x2) / total
        r, s = r + along, s + across
        pr, ps_qr, qs = pr + p * along, ps_qr + p * across + (1 - p) * along, qs + (1 - p) * across
    _check(r, s)
    variance = pr / (2 * r * r) + ps_qr / (2 * r * s) + qs / (2 * s * s)
    return Ratio(estimate=r / s, interval=around(r / s, variance, confidence))


def mantel_haenszel_risk_ratio(tables: Sequence[Table2x2], confidence: float = 0.95) -> Ratio:
    """The common risk ratio; variance of Greenland and Robins, Biometrics 1985;41:55-68.

    Raises ANAL-004 where one arm has no event in any stratum.
    """
    r = s = spread = 0.0
    for t in tables:
        total, events = t.n1 + t.n2, t.x1 + t.x2
        r, s = r + t.x1 * t.n2 / total, s + t.x2 * t.n1 / total
        spread += (t.n1 * t.n2 * events - t.x1 * t.x2 * total) / total**2
    _check(r, s)
    return Ratio(estimate=r / s, interval=around(r / s, spread / (r * s), confidence))


def inverse_variance_ratio(
    tables: Sequence[Table2x2], one: Callable[[Table2x2, float], Ratio], confidence: float = 0.95
) -> Ratio:
    """The mean of the strata's logarithms of the ratio `one` (of `ratios`) weighed by the inverse of their variances,
    which is called the logit estimate for odds ratios (Woolf, Ann Hum Genet 1955;19:251-253).

    For a few large strata: one whose ratio is 0, infinite or not defined is refused (ANAL-004), not mended.
    """
    total = share = 0.0
    for table in tables:
        found = one(table, confidence)
        bounds = found.interval
        if not 0 < found.estimate < math.inf or math.isinf(bounds.upper) or bounds.lower == bounds.upper:
            raise analysis_error(
                "ANAL-004", "strata", "inverse variance needs a ratio with a variance in each stratum"
            )
        wide = math.log(bounds.upper / bounds.lower) / (2 * normal_quantile(confidence))
        total, share = total + math.log(found.estimate) / wide**2, share + 1 / wide**2
    if not share:
        raise analysis_error("ANAL-004", "strata", "no stratum has participants in both arms")
    estimate = math.exp(total / share)
    return Ratio(estimate=estimate, interval=around(estimate, 1 / share, confidence))


def _check(above: float, below: float) -> None:
    if not above or not below:
        raise analysis_error(
            "ANAL-004", "strata", "a common ratio needs events in both arms, and not only events"
        )


def breslow_day(tables: Sequence[Table2x2], *, tarone: bool = True) -> Homogeneity:
    """Breslow and Day's test around the Mantel-Haenszel odds ratio, with Tarone's correction or without.

    Breslow and Day, Statistical Methods in Cancer Research I, IARC 1980, section 4.4; Tarone, Biometrika
    1985;72:91-95. Raises ANAL-004 for fewer than two strata that say something.
    """
    common = mantel_haenszel_odds_ratio(tables).estimate
    used = [t for t in tables if 0 < t.x1 + t.x2 < t.n1 + t.n2]
    if len(used) < 2:
        raise analysis_error("ANAL-004", "strata", "homogeneity needs two strata with events and without")
    statistic = gap = spread = 0.0
    for t in used:
        # The constrained estimates are the fitted cells: they keep both margins and have this odds ratio.
        first, second = constrained_by_odds(t, common)
        variance = 1 / (1 / (t.n1 * first * (1 - first)) + 1 / (t.n2 * second * (1 - second)))
        away = t.x1 - t.n1 * first
        statistic, gap, spread = statistic + away * away / variance, gap + away, spread + variance
    if tarone:
        statistic = max(0.0, statistic - gap * gap / spread)
    df = len(used) - 1
    return Homogeneity(statistic=statistic, df=df, p=float(chdtrc(df, statistic)))
