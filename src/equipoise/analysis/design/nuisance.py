"""The common proportion of two groups, which no null hypothesis names: errors at the worst of them.

When both proportions are equal, the chance of a set of tables depends on the common proportion through the sum of the
events alone. So a set becomes one number for each sum, and its error at any proportion a short product.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import gammaln, xlog1py, xlogy

GRID = np.sin(np.linspace(0.0, np.pi / 2, 513)) ** 2
"""Common proportions, denser towards 0 and 1, where sizes bend most."""


@lru_cache(maxsize=64)
def split(n1: int, n2: int) -> np.ndarray:
    """The chance of each table, given the sum of its events, when the proportions are equal."""
    x1, x2 = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)[None, :]
    return np.exp(choose(n1, x1) + choose(n2, x2) - choose(n1 + n2, x1 + x2))


def by_sum(chances: np.ndarray) -> np.ndarray:
    """By sum of events, the chance of what `chances` says of each table; shape (n1 + n2 + 1)."""
    n1, n2 = chances.shape[0] - 1, chances.shape[1] - 1
    weighted = chances * split(n1, n2)
    return np.bincount(_sums(n1, n2), weighted.ravel(), minlength=n1 + n2 + 1)


@lru_cache(maxsize=64)
def _sums(n1: int, n2: int) -> np.ndarray:
    return (np.arange(n1 + 1)[:, None] + np.arange(n2 + 1)[None, :]).ravel()


@lru_cache(maxsize=64)
def grid_binomial(n: int) -> np.ndarray:
    """The binomial probabilities at the proportions of the grid; the array is shared."""
    return binomial(n, GRID)


def binomial(n: int, p: np.ndarray) -> np.ndarray:
    """Binomial probabilities, shape (len(p), n + 1)."""
    x = np.arange(n + 1)
    return np.exp(choose(n, x) + xlogy(x, p[:, None]) + xlog1py(n - x, -p[:, None]))


def choose(n: int, k: np.ndarray) -> np.ndarray:
    """The logarithm of the number of ways to choose k of n."""
    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)


def worst(rejections: list[tuple[int, np.ndarray]], curve: np.ndarray) -> tuple[float, float]:
    """The highest point of the error over the common proportion: the grid, then a search around its three peaks."""
    inner = curve[1:-1]
    peaks = 1 + np.flatnonzero((inner >= curve[:-2]) & (inner >= curve[2:]))
    best = (float(curve.max()), float(GRID[int(curve.argmax())]))

    def error(p: float) -> float:
        at = np.array([p])
        return -float(sum((binomial(n, at) @ share)[0] for n, share in rejections))

    for peak in peaks[np.argsort(curve[peaks])[::-1][:3]]:
        near = minimize_scalar(
            error, bounds=(GRID[peak - 1], GRID[peak + 1]), method="bounded", options={"xatol": 1e-6}
        )
        best = max(best, (-float(near.fun), float(near.x)))
    return best
