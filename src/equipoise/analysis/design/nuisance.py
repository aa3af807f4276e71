"""The common proportion of two groups, which no null hypothesis names: errors at the worst of them.

When both proportions are equal, the chance of a set of tables depends on the common proportion through the sum of the
events alone. So a set becomes one number for each sum, and its error at any proportion a short product.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import gammaln, xlog1py, xlogy

from equipoise.analysis.design.constrained import Measure, partner

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


@dataclass(frozen=True, slots=True)
class CommonNull:
    """Equal proportions: the null hypothesis without a margin. A set of tables is one number for each sum."""

    def reduced(self, chances: np.ndarray) -> tuple[int, np.ndarray]:
        """The set of tables, as far as its error needs it."""
        return sum(chances.shape) - 2, by_sum(chances)

    def on_grid(self, part: tuple[int, np.ndarray]) -> np.ndarray:
        """Its error at each proportion of the grid."""
        return grid_binomial(part[0]) @ part[1]

    def worst(self, parts: list[tuple[int, np.ndarray]], curve: np.ndarray) -> tuple[float, float]:
        """The highest error of the parts together, and where."""
        return worst(parts, curve)


@dataclass(frozen=True, slots=True)
class EdgeNull:
    """Pairs of proportions at a margin: the second one runs over the grid, the first is its partner."""

    measure: Measure
    margin: float

    def _pairs(self, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        first = partner(second, self.measure, self.margin)
        return first, np.isfinite(first)

    def reduced(self, chances: np.ndarray) -> np.ndarray:
        """The set of tables as it is."""
        return chances

    def errors(self, chances: np.ndarray, second: np.ndarray) -> np.ndarray:
        """The chance of the tables at each second proportion; -1 where it has no partner."""
        first, known = self._pairs(second)
        one, two = (
            binomial(chances.shape[0] - 1, np.where(known, first, 0.0)),
            binomial(chances.shape[1] - 1, second),
        )
        return np.where(known, np.einsum("gi,gi->g", one @ chances, two), -1.0)

    def on_grid(self, part: np.ndarray) -> np.ndarray:
        """Its error at each proportion of the grid."""
        return self.errors(part, GRID)

    def worst(self, parts: list[np.ndarray], curve: np.ndarray) -> tuple[float, float]:
        """The highest error of the parts together, and the second proportion where it is reached."""
        return peak(lambda at: sum(self.errors(part, at) for part in parts)[0], curve)


def worst(rejections: list[tuple[int, np.ndarray]], curve: np.ndarray) -> tuple[float, float]:
    """The highest point of the error over the common proportion: the grid, then a search around its three peaks."""
    return peak(lambda at: sum((binomial(n, at) @ share)[0] for n, share in rejections), curve)


def peak(error: Callable[[np.ndarray], float], curve: np.ndarray) -> tuple[float, float]:
    """The highest point of an error that has this curve over the grid."""
    inner = curve[1:-1]
    peaks = 1 + np.flatnonzero((inner >= curve[:-2]) & (inner >= curve[2:]))
    best = (float(curve.max()), float(GRID[int(curve.argmax())]))
    for place in peaks[np.argsort(curve[peaks])[::-1][:3]]:
        near = minimize_scalar(
            lambda p: -float(error(np.array([p]))),
            bounds=(GRID[place - 1], GRID[place + 1]), method="bounded", options={"xatol": 1e-6},
        )  # fmt: skip
        best = max(best, (-float(near.fun), float(near.x)))
    return best
