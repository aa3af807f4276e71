"""The exact power and size of tests of two proportions, by enumerating every table that can come.

A simulated power is tested against these numbers, never against a normal formula.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
from scipy.special import gammaln, ndtr
from scipy.stats import binom

from equipoise.analysis.errors import analysis_error

ExactTest = Literal["pooled_z", "unpooled_z", "fisher", "boschloo"]
TIES = 1 + 1e-7
"""Probabilities that differ by rounding alone count as equal, as usual for Fisher's test."""


def exact_power(
    p1: float, p2: float, n1: int, n2: int, *, test: ExactTest = "pooled_z", alpha: float = 0.05
) -> float:
    """The probability that the two-sided test rejects, whichever direction. Equal p1 and p2 give its size.

    Raises ANAL-013.
    """
    if not (0 <= p1 <= 1 and 0 <= p2 <= 1 and n1 > 0 and n2 > 0 and 0 < alpha < 1):
        raise analysis_error("ANAL-013", "exact", f"p1 {p1:g}, p2 {p2:g}, n1 {n1}, n2 {n2}, alpha {alpha:g}")
    first = binom.pmf(np.arange(n1 + 1), n1, p1)
    second = binom.pmf(np.arange(n2 + 1), n2, p2)
    return float(first @ rejected(n1, n2, test, alpha) @ second)


def largest_size(
    n1: int, n2: int, *, test: ExactTest = "pooled_z", alpha: float = 0.05, steps: int = 1000
) -> tuple[float, float]:
    """The largest size over a grid of common proportions, and where it is reached."""
    table = rejected(n1, n2, test, alpha)
    grid = np.linspace(0.0, 1.0, steps + 1)
    first = binom.pmf(np.arange(n1 + 1)[None, :], n1, grid[:, None])
    second = binom.pmf(np.arange(n2 + 1)[None, :], n2, grid[:, None])
    sizes = np.einsum("gi,ij,gj->g", first, table, second)
    worst = int(np.argmax(sizes))
    return float(sizes[worst]), float(grid[worst])


@lru_cache(maxsize=32)
def rejected(n1: int, n2: int, test: ExactTest, alpha: float) -> np.ndarray:
    """1 for each table (events in the first group, in the second) that the test rejects, else 0.

    Shape (n1 + 1, n2 + 1). The array is shared: do not write to it.
    """
    table = (_p_values(n1, n2, test) <= alpha * (TIES if test in ("fisher", "boschloo") else 1)).astype(float)
    table.setflags(write=False)
    return table


def _p_values(n1: int, n2: int, test: ExactTest) -> np.ndarray:
    if test == "fisher":
        return fisher_p(n1, n2)
    if test == "boschloo":
        return boschloo_p(n1, n2)
    x1, x2 = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)[None, :]
    first, second = x1 / n1, x2 / n2
    if test == "pooled_z":
        mean = (x1 + x2) / (n1 + n2)
        variance = mean * (1 - mean) * (1 / n1 + 1 / n2)
    else:
        variance = first * (1 - first) / n1 + second * (1 - second) / n2
    gap = np.abs(first - second)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(gap == 0, 0.0, gap / np.sqrt(variance))
    return 2 * ndtr(-z)


def fisher_p(n1: int, n2: int) -> np.ndarray:
    """Two-sided p-values of Fisher's exact test: all tables of the margin that are at most as likely."""
    found = np.ones((n1 + 1, n2 + 1))
    for total in range(n1 + n2 + 1):
        x1 = np.arange(max(0, total - n2), min(n1, total) + 1)
        chance = np.exp(_choose(n1, x1) + _choose(n2, total - x1) - _choose(n1 + n2, np.array(total)))
        order = np.argsort(chance, kind="stable")
        summed = np.cumsum(chance[order])
        places = np.searchsorted(chance[order], chance * TIES, side="right") - 1
        found[x1, total - x1] = np.minimum(summed[places], 1.0)
    return found


def boschloo_p(n1: int, n2: int, steps: int = 200) -> np.ndarray:
    """P-values of Boschloo's test: Fisher's p-value as the statistic, its tail maximised over the nuisance.

    Two-sided through Fisher's two-sided p-value (Boschloo RD. Stat Neerl 1970;24:1-35), not by doubling a one-sided
    one; the common proportion runs over a grid of `steps`.
    """
    statistic = fisher_p(n1, n2)
    grid = np.linspace(0.0, 1.0, steps + 1)[1:-1]
    first = binom.pmf(np.arange(n1 + 1)[None, :], n1, grid[:, None])
    second = binom.pmf(np.arange(n2 + 1)[None, :], n2, grid[:, None])
    order = np.argsort(statistic, axis=None, kind="stable")
    sorted_statistic = statistic.ravel()[order]
    rows, columns = np.unravel_index(order, statistic.shape)
    tails = np.cumsum(first[:, rows] * second[:, columns], axis=1).max(axis=0)
    last = np.searchsorted(sorted_statistic, sorted_statistic * TIES, side="right") - 1
    found = np.empty(statistic.size)
    found[order] = np.minimum(tails[last], 1.0)
    return found.reshape(statistic.shape)


def _choose(n: int, k: np.ndarray) -> np.ndarray:
    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
