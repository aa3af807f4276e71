"""Score intervals of a difference, a ratio or an odds ratio that is taken to be the same in all strata.

At each value of the effect every stratum has its likeliest pair of proportions with that effect, and so a score with
its variance and its third moment; the strata's scores are added up with weights. The forms are those of a single table:
Miettinen and Nurminen's with the factor N / (N - 1), Mee's without it, and corrected for skewness. At the value of no
effect, the score with Mantel-Haenszel weights (for odds ratios: inverse variance) is the Cochran-Mantel-Haenszel test,
so that this test and the interval of Miettinen and Nurminen agree.

Sources: Miettinen O, Nurminen M. Stat Med 1985;4:213-226, section on strata; Laud PJ. Pharm Stat 2017;16:334-348, and
its corrigendum 2018;17:290-293; Gart JJ. Bull Int Stat Inst 1985;45:175-176 (the bias of the score of odds ratios).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from equipoise.analysis.errors import analysis_error
from equipoise.analysis.estimators.proportions import EDGE as EDGES
from equipoise.analysis.estimators.proportions import (
    Interval,
    Table2x2,
    constrained,
    inverted,
    normal_quantile,
    root,
    standardised,
    unskewed,
)
from equipoise.analysis.estimators.ratios import EDGE, Form, constrained_by_odds, constrained_by_ratio
from equipoise.analysis.estimators.stratified import mantel_haenszel_difference

Measure = Literal["risk_difference", "risk_ratio", "odds_ratio"]
Weights = Literal["mantel_haenszel", "miettinen_nurminen"]
WEIGHTS: tuple[Weights, ...] = ("mantel_haenszel", "miettinen_nurminen")
ROUNDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """An effect over strata, where the score is 0, and its interval."""

    estimate: float
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One stratum at one value of the effect: the score, its bias, variance (without N / (N - 1)) and third moment, and
    the likeliest pair."""

    gap: float
    bias: float
    variance: float
    third: float
    first: float
    second: float


def common_effect(
    tables: Sequence[Table2x2],
    measure: Measure,
    confidence: float = 0.95,
    *,
    form: Form = "miettinen_nurminen",
    weights: Weights = "mantel_haenszel",
) -> Common:
    """The effect and its score interval.

    weights: of differences and risk ratios; Miettinen and Nurminen's own are found anew at each value of the effect.

    Raises ANAL-004 without a stratum that says something, and ANAL-017 for weights that are none.
    """
    if weights not in WEIGHTS:
        raise analysis_error("ANAL-017", "weights", f"{weights!r} is none of {', '.join(WEIGHTS)}")
    used = [t for t in tables if measure == "risk_difference" or t.x1 + t.x2]
    if measure == "odds_ratio":
        used = [t for t in used if t.x1 + t.x2 < t.n1 + t.n2]
    if not used:
        raise analysis_error("ANAL-004", "strata", "no stratum says anything about the effect")

    def statistic(value: float, shape: Form = form) -> float:
        effect = value if measure == "risk_difference" else math.exp(value)
        return _standardised(used, measure, effect, weights, shape)

    if measure == "risk_difference":
        estimate = _difference_of(lambda d: statistic(d, "mee"), used, weights)
        return Common(estimate=estimate, interval=inverted(statistic, estimate, confidence))
    return _ratio(statistic, used, measure, confidence)


def _difference_of(falling: Callable[[float], float], used: Sequence[Table2x2], weights: Weights) -> float:
    """The difference where the score is 0; between the least and the greatest of the strata."""
    if weights == "mantel_haenszel":
        return mantel_haenszel_difference(used)
    low, high = min(t.difference for t in used), max(t.difference for t in used)
    return low if high - low < 1e-12 else root(falling, max(low, -1 + EDGES), min(high, 1 - EDGES))


def _ratio(
    statistic: Callable[..., float], used: Sequence[Table2x2], measure: Measure, confidence: float
) -> Common:
    """A ratio, found on its logarithm; where it is 0 or infinite, so is that end."""
    z, (zero, endless) = normal_quantile(confidence), _ends(used, measure)
    lower, upper = 0.0, math.inf
    if not zero and statistic(-EDGE) > z:
        lower = math.exp(root(lambda each: statistic(each) - z, -EDGE, EDGE))
    if not endless and statistic(EDGE) < -z:
        upper = math.exp(root(lambda each: statistic(each) + z, -EDGE, EDGE))
    if zero or endless:
        estimate = math.nan if zero and endless else 0.0 if zero else math.inf
    else:
        estimate = math.exp(root(lambda each: statistic(each, "mee"), -EDGE, EDGE))
    return Common(estimate=estimate, interval=Interval(lower=lower, upper=upper, confidence=confidence))


def _ends(used: Sequence[Table2x2], measure: Measure) -> tuple[bool, bool]:
    """Whether the ratio is 0, and whether it is infinite."""
    if measure == "risk_ratio":
        return not any(t.x1 for t in used), not any(t.x2 for t in used)
    return not any(t.x1 * (t.n2 - t.x2) for t in used), not any((t.n1 - t.x1) * t.x2 for t in used)


def _standardised(
    tables: Sequence[Table2x2], measure: Measure, effect: float, weights: Weights, form: Form
) -> float:
    """The strata's scores together, over their standard error."""
    scores = [SCORES[measure](table, effect) for table in tables]
    share = _weights(tables, scores, measure, effect, weights)
    skewed = form == "skewness_corrected"
    gap = math.fsum(w * (s.gap - (s.bias if skewed else 0.0)) for w, s in zip(share, scores, strict=True))
    factors = [1.0 if form == "mee" else (t.n1 + t.n2) / (t.n1 + t.n2 - 1) for t in tables]
    variance = math.fsum(w * w * f * s.variance for w, f, s in zip(share, factors, scores, strict=True))
    plain = standardised(gap, variance)
    if not skewed or not 0 < variance < math.inf:
        return plain
    third = math.fsum(w**3 * s.third for w, s in zip(share, scores, strict=True))
    return unskewed(plain, third / (6 * variance**1.5))


def _difference(table: Table2x2, effect: float) -> Score:
    first, second = constrained(table, effect)
    one, two = first * (1 - first) / table.n1, second * (1 - second) / table.n2
    third = one * (1 - 2 * first) / table.n1 - two * (1 - 2 * second) / table.n2
    return Score(
        gap=table.difference - effect, bias=0.0, variance=one + two, third=third, first=first, second=second
    )


def _risk_ratio(table: Table2x2, effect: float) -> Score:
    first, second = constrained_by_ratio(table, effect)
    one, two = first * (1 - first) / table.n1, effect**2 * second * (1 - second) / table.n2
    third = one * (1 - 2 * first) / table.n1 - effect * two * (1 - 2 * second) / table.n2
    gap = table.p1 - effect * table.p2
    return Score(gap=gap, bias=0.0, variance=one + two, third=third, first=first, second=second)


def _odds_ratio(table: Table2x2, effect: float) -> Score:
    """In events, so that the strata are added up as they are."""
    first, second = constrained_by_odds(table, effect)
    one, two = table.n1 * first * (1 - first), table.n2 * second * (1 - second)
    known = one * two / (one + two) if one + two else 0.0
    third = (1 - 2 * first) * (known / one) ** 2 - (1 - 2 * second) * (known / two) ** 2 if known else 0.0
    bias = (first - second) / (one + two) * known if known else 0.0
    return Score(
        gap=_away(table, first, second), bias=bias, variance=known, third=known * third, first=first,
        second=second,
    )  # fmt: skip


def _away(table: Table2x2, first: float, second: float) -> float:
    """Events of the first group above those fitted, by whichever group loses fewer digits."""
    ways = (table.x1 - table.n1 * first, table.n2 * second - table.x2)
    return min(ways, key=abs) if max(first, second) > 0.5 else ways[0]


SCORES: dict[str, Callable[[Table2x2, float], Score]] = {
    "risk_difference": _difference,
    "risk_ratio": _risk_ratio,
    "odds_ratio": _odds_ratio,
}


def _weights(
    tables: Sequence[Table2x2], scores: Sequence[Score], measure: Measure, effect: float, kind: Weights
) -> list[float]:
    """The weights of the strata; those of Miettinen and Nurminen depend on their own weighted means of the pairs."""
    if measure == "odds_ratio":
        return [1.0] * len(tables)
    plain = [t.n1 * t.n2 / (t.n1 + t.n2) for t in tables]
    if kind == "mantel_haenszel":
        return plain
    share = plain
    for _ in range(ROUNDS):
        total = math.fsum(share)
        first = math.fsum(w * s.first for w, s in zip(share, scores, strict=True)) / total
        second = math.fsum(w * s.second for w, s in zip(share, scores, strict=True)) / total
        after = [_weight(t, measure, effect, first, second) for t in tables]
        if max(abs(a - b) for a, b in zip(share, after, strict=True)) < 1e-10:
            return after
        share = after
    return share


def _weight(table: Table2x2, measure: Measure, effect: float, first: float, second: float) -> float:
    second = min(1 - 1e-8, max(1e-8, second))
    if measure == "risk_ratio":
        return 1 / ((1 - first) / (table.n1 * (1 - second)) + effect / table.n2)
    return 1 / (first * (1 - first) / (second * (1 - second)) / table.n1 + 1 / table.n2)
