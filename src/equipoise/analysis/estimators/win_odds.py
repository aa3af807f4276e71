"""Win odds of two arms: how often somebody of the first has the higher value than somebody of the second, ties counted
as half, over how often the lower one. It takes no order of categories for a distance and assumes no model.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from equipoise.analysis.errors import analysis_error
from equipoise.analysis.estimators.covariance import Array
from equipoise.analysis.estimators.proportions import Interval, normal_quantile, two_sided_p


@dataclass(frozen=True, slots=True, kw_only=True)
class WinOdds:
    """The win probability (Mann-Whitney's) with its standard error and interval; the win odds, the standard error of
    their logarithm, their interval; the two-sided p-value of a probability of a half. Wald's on the logit."""

    probability: float
    standard_error: float
    probability_interval: Interval
    estimate: float
    log_error: float
    interval: Interval
    p: float


def win_odds(
    first: ArrayLike,
    second: ArrayLike,
    confidence: float = 0.95,
    strata: tuple[Sequence[str], Sequence[str]] | None = None,
) -> WinOdds:
    """The values of `first` (n1,) against those of `second` (n2,), higher wins; over `strata` (labels of each) with van
    Elteren's weights.

    Raises ANAL-017 where no stratum has two of each arm, a stratum has one of an arm, or a value is missing, ANAL-016
    where all win, all lose or all are alike, since no logit has an error then. Sources: Brunner and Munzel, Biom J
    2000;42:17-25; Brunner, Vandemeulebroecke and Mutze, Stat Med 2021;40:3367-3384; van Elteren, Bull Int Stat Inst
    1960;37:351-361.
    """
    one, two = np.asarray(first, float), np.asarray(second, float)
    labels = strata or ([""] * len(one), [""] * len(two))
    if not (np.isfinite(one).all() and np.isfinite(two).all()):
        raise analysis_error("ANAL-017", "win odds", "a value is missing or infinite")
    parts = list(_parts(one, two, np.asarray(labels[0], str), np.asarray(labels[1], str)))
    if not parts:
        raise analysis_error("ANAL-017", "win odds", "no stratum has values of both arms")
    weight = np.array([each[0] for each in parts])
    weight = weight / weight.sum()
    share = float(sum(w * each[1] for w, each in zip(weight, parts, strict=True)))
    error = math.sqrt(sum(w * w * each[2] for w, each in zip(weight, parts, strict=True)))
    if not 0 < share < 1 or not error:
        raise analysis_error("ANAL-016", "win odds", "all win, all lose, or all are alike")
    logit, spread = math.log(share / (1 - share)), error / (share * (1 - share))
    half = normal_quantile(confidence) * spread
    lower, upper = math.exp(logit - half), math.exp(logit + half)
    return WinOdds(
        probability=share,
        standard_error=error,
        probability_interval=Interval(
            lower=lower / (1 + lower), upper=upper / (1 + upper), confidence=confidence
        ),
        estimate=math.exp(logit),
        log_error=spread,
        interval=Interval(lower=lower, upper=upper, confidence=confidence),
        p=two_sided_p(logit / spread),
    )


def _parts(one: Array, two: Array, first: np.ndarray, second: np.ndarray) -> list[tuple[float, float, float]]:
    """Of each stratum with both arms: its weight, win probability, and the variance of that."""
    made = []
    for name in sorted(set(first) & set(second)):
        x, y = one[first == name], two[second == name]
        if min(len(x), len(y)) < 2:
            raise analysis_error("ANAL-017", "win odds", "a stratum has one participant of an arm")
        wins, losses = _placements(x, y), _placements(y, x)
        variance = wins.var(ddof=1) / len(x) + losses.var(ddof=1) / len(y)
        weight = len(x) * len(y) / (len(x) + len(y) + 1)
        made.append((weight, float(wins.mean()), float(variance)))
    return made


def _placements(values: Array, others: Array) -> Array:
    """For each value, the share of the others below it, ties counted as half."""
    ordered = np.sort(others)
    below, upto = np.searchsorted(ordered, values), np.searchsorted(ordered, values, side="right")
    return (below + upto) / (2 * len(others))
