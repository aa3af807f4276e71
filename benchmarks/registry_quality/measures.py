"""Measures of a ranking, and how far they may be off: bootstrap over the questions, paired for differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DRAWS = 10_000
SEED = 20260101


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A mean over questions with its 95 % percentile interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"

    def signed(self) -> str:
        """The same, for a difference."""
        return f"{self.mean:+.3f} [{self.low:+.3f}, {self.high:+.3f}]"


def ndcg(ranked: Sequence[str], gains: dict[str, float], depth: int = 10) -> float:
    """The normalised discounted cumulative gain of the first `depth`; gains are by number, absent ones are 0."""
    discount = 1 / np.log2(np.arange(2, depth + 2))
    own = np.array([gains.get(each, 0.0) for each in ranked[:depth]])
    ideal = np.sort(np.array(list(gains.values())))[::-1][:depth]
    best = float((ideal * discount[: len(ideal)]).sum())
    return float((own * discount[: len(own)]).sum()) / best if best else 0.0


def hit(ranked: Sequence[str], relevant: set[str], depth: int = 5) -> float:
    """1 when a relevant one is among the first `depth`."""
    return float(any(each in relevant for each in ranked[:depth]))


def recall(ranked: Sequence[str], relevant: set[str], depth: int = 20) -> float:
    """The part of the relevant ones that is among the first `depth`."""
    return len(relevant & set(ranked[:depth])) / len(relevant)


def interval(values: NDArray[np.float64], clusters: Sequence[int] | None = None) -> Interval:
    """The mean of values and its interval. Questions of one cluster are drawn together: they are not independent."""
    numbers = np.arange(len(values)) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    sums, counts = np.bincount(numbers, values), np.bincount(numbers)
    drawn = np.random.default_rng(SEED).integers(0, len(sums), (DRAWS, len(sums)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return Interval(mean=float(values.mean()), low=float(low), high=float(high))
