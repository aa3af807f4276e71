"""The exact power and size of tests of two proportions, by enumerating every table that can come.

A simulated power is tested against these numbers, never against a normal formula.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from equipoise.analysis.design.given import is_whole
from equipoise.analysis.design.nuisance import GRID, binomial, by_sum, choose, grid_binomial, split, worst
from equipoise.analysis.errors import analysis_error

ExactTest = Literal[
    "pooled_z", "unpooled_z", "corrected_z", "fisher", "fisher_mid_p", "boschloo", "boschloo_doubled",
    "unconditional_z",
]  # fmt: skip
Alternative = Literal["two-sided", "greater", "less"]
TIES = 1 + 1e-7
"""Probabilities that differ by rounding alone count as equal, as usual for Fisher's test."""
UNCONDITIONAL = ("boschloo", "unconditional_z")
TESTS = (
    "pooled_z",
    "unpooled_z",
    "corrected_z",
    "fisher",
    "fisher_mid_p",
    "boschloo_doubled",
    *UNCONDITIONAL,
)
VALID = ("fisher", *UNCONDITIONAL)
ALTERNATIVES = ("two-sided", "greater", "less")
MOST = 100_000_000
"""Tables beyond which they are not enumerated: some 10,000 participants in each group."""


def exact_power(
    p1: ArrayLike,
    p2: ArrayLike,
    n1: int,
    n2: int,
    *,
    test: ExactTest = "pooled_z",
    alpha: float = 0.05,
    alternative: Alternative = "two-sided",
) -> float | np.ndarray:
    """The probability, by enumerating all tables, that a test of p1 of n1 against p2 of n2 rejects; with p1 = p2, its
    size.

    test: `pooled_z`, `unpooled_z`, `corrected_z`, `fisher`, `fisher_mid_p`, `boschloo` or `unconditional_z`.
    alternative: `two-sided` (whichever direction), or one-sided: p1 `greater` or `less` than p2. p1 and p2 may be
    arrays that broadcast; then so is the answer. Raises ANAL-013.

    >>> round(eq.exact_power(0.75, 0.50, 61, 61), 4)
    0.8242
    >>> eq.exact_power([0.65, 0.70], 0.50, 61, 61, test="boschloo").round(4)
    array([0.3791, 0.6169])
    """
    one, two = np.broadcast_arrays(np.asarray(p1, float), np.asarray(p2, float))
    inside = bool(np.all((one >= 0) & (one <= 1) & (two >= 0) & (two <= 1)))
    if not inside:
        raise analysis_error("ANAL-013", "exact", f"p1 {p1}, p2 {p2}")
    table = exact_rejections(n1, n2, test=test, alpha=alpha, alternative=alternative)
    first, second = binomial(n1, one.ravel()), binomial(n2, two.ravel())
    found = np.clip(np.einsum("gi,gi->g", first @ table, second), 0.0, 1.0)
    return float(found[0]) if one.ndim == 0 else found.reshape(one.shape)


def exact_p(
    x1: int,
    n1: int,
    x2: int,
    n2: int,
    *,
    test: ExactTest = "fisher",
    alternative: Alternative = "two-sided",
) -> float:
    """The p-value of x1 of n1 against x2 of n2 by one of the tests whose power is enumerated.

    `boschloo` and `unconditional_z` take the worst common proportion; two-sided, `boschloo` orders the tables
    by Fisher's two-sided p-value, and `boschloo_doubled` doubles the smaller one-sided p-value. Raises ANAL-013.

    >>> round(eq.exact_p(38, 61, 27, 61), 4)
    0.0691
    >>> round(eq.exact_p(38, 61, 27, 61, test="boschloo"), 4)
    0.0517
    """
    _check(n1, n2, 0.05, test, alternative)
    if not (0 <= x1 <= n1 and 0 <= x2 <= n2 and x1 == int(x1) and x2 == int(x2)):
        raise analysis_error("ANAL-013", "exact", f"{x1}/{n1} against {x2}/{n2}")
    if test == "boschloo_doubled":
        one = [exact_p(x1, n1, x2, n2, test="boschloo", alternative=each) for each in _single(alternative)]
        return min(1.0, len(one) * min(one))
    if test not in UNCONDITIONAL:
        return float(_p_values(int(n1), int(n2), test, alternative)[int(x1), int(x2)])
    statistic = _statistic(int(n1), int(n2), test, alternative)
    at = statistic[int(x1), int(x2)]
    extreme = (statistic <= at + abs(at) * (TIES - 1)).astype(float)
    return min(1.0, _worst_size(extreme)[0])


def largest_size(
    n1: int,
    n2: int,
    *,
    test: ExactTest = "pooled_z",
    alpha: float = 0.05,
    alternative: Alternative = "two-sided",
) -> tuple[float, float]:
    """The largest error rate of a test of two proportions over all common proportions, and the proportion that has it.

    n1, n2: participants; test: as for `exact_power`. Exact, by enumerating all tables. Raises ANAL-013.

    >>> size, at = eq.largest_size(61, 61)
    >>> round(size, 4), round(at, 2)
    (0.0568, 0.5)
    """
    return _worst_size(exact_rejections(n1, n2, test=test, alpha=alpha, alternative=alternative))


def exact_rejections(
    n1: int,
    n2: int,
    *,
    test: ExactTest = "pooled_z",
    alpha: float = 0.05,
    alternative: Alternative = "two-sided",
) -> np.ndarray:
    """1 for each table (events in the first group, in the second) that the test rejects, else 0.

    Shape (n1 + 1, n2 + 1). The array is shared: do not write to it. Raises ANAL-013.

    >>> tables = eq.exact_rejections(61, 61)
    >>> tables.shape, int(tables[45, 30])
    ((62, 62), 1)
    """
    _check(n1, n2, alpha, test, alternative)
    if test == "boschloo_doubled":
        sides = _single(alternative)
        tables = [
            exact_rejections(n1, n2, test="boschloo", alpha=alpha / len(sides), alternative=each)
            for each in sides
        ]
        return np.maximum.reduce(tables)
    if alternative == "less":
        return _rejections(int(n2), int(n1), test, alpha, "greater").T
    return _rejections(int(n1), int(n2), test, alpha, alternative)


def _single(alternative: Alternative) -> tuple[Alternative, ...]:
    """The one-sided tests that a test which doubles is made of."""
    return ("greater", "less") if alternative == "two-sided" else (alternative,)


def _check(n1: int, n2: int, alpha: float, test: ExactTest, alternative: Alternative) -> None:
    whole = is_whole(n1, n2) and n1 * n2 <= MOST
    if not whole or not 0 < alpha < 1 or test not in TESTS or alternative not in ALTERNATIVES:
        detail = f"n1 {n1}, n2 {n2} (at most {MOST:,} tables), alpha {alpha:g}, test {test}, {alternative}"
        raise analysis_error("ANAL-013", "exact", detail)


@lru_cache(maxsize=64)
def _rejections(n1: int, n2: int, test: ExactTest, alpha: float, alternative: Alternative) -> np.ndarray:
    p = _p_values(n1, n2, test, alternative)
    table = (p <= alpha * (TIES if test in VALID else 1)).astype(float)
    if test in UNCONDITIONAL:
        # Their p-values are maxima over a grid; where the true worst lies between two of its points, one value fewer.
        while _worst_size(table)[0] > alpha:
            table[p >= p[table > 0].max() / TIES] = 0.0
    table.setflags(write=False)
    return table


def _worst_size(table: np.ndarray) -> tuple[float, float]:
    share = by_sum(table)
    return worst([(len(share) - 1, share)], grid_binomial(len(share) - 1) @ share)


def _p_values(n1: int, n2: int, test: ExactTest, alternative: Alternative = "two-sided") -> np.ndarray:
    if alternative == "less":
        return _p_values(n2, n1, test, "greater").T
    if test in UNCONDITIONAL:
        return unconditional_p(_statistic(n1, n2, test, alternative))
    both = alternative == "two-sided"
    if test == "fisher":
        return fisher_p(n1, n2) if both else fisher_upper_p(n1, n2)
    if test == "fisher_mid_p":
        return (fisher_p(n1, n2) if both else fisher_upper_p(n1, n2)) - split(n1, n2) / 2
    z = z_table(n1, n2, "pooled_z" if test == "corrected_z" else test)  # type: ignore[arg-type]
    if test == "corrected_z":
        z = _corrected(n1, n2, z)
    return 2 * ndtr(-np.abs(z)) if both else ndtr(-z)


def _statistic(n1: int, n2: int, test: ExactTest, alternative: Alternative) -> np.ndarray:
    """What orders the tables of an unconditional test: low is extreme."""
    if alternative == "less":
        return _statistic(n2, n1, test, "greater").T
    both = alternative == "two-sided"
    if test == "boschloo":
        return fisher_p(n1, n2) if both else fisher_upper_p(n1, n2)
    z = z_table(n1, n2, "pooled_z")
    return -np.abs(z) if both else -z


def _corrected(n1: int, n2: int, z: np.ndarray) -> np.ndarray:
    """With Yates's correction: the difference is (1/n1 + 1/n2) / 2 nearer to 0, or 0."""
    gap = np.abs(np.arange(n1 + 1)[:, None] / n1 - np.arange(n2 + 1)[None, :] / n2)
    share = np.maximum(0.0, gap - (1 / n1 + 1 / n2) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(gap > 0, z * share / gap, 0.0)


def z_table(n1: int, n2: int, test: Literal["pooled_z", "unpooled_z"]) -> np.ndarray:
    """The signed z statistic of each table, positive where the first group has more; shape (n1 + 1, n2 + 1)."""
    x1, x2 = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)[None, :]
    first, second = x1 / n1, x2 / n2
    if test == "pooled_z":
        mean = (x1 + x2) / (n1 + n2)
        variance = mean * (1 - mean) * (1 / n1 + 1 / n2)
    else:
        variance = first * (1 - first) / n1 + second * (1 - second) / n2
    gap = first - second
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(gap == 0, 0.0, gap / np.sqrt(variance))


def fisher_p(n1: int, n2: int) -> np.ndarray:
    """Two-sided p-values of Fisher's exact test: all tables of the margin that are at most as likely."""
    found = np.ones((n1 + 1, n2 + 1))
    for total in range(n1 + n2 + 1):
        x1 = np.arange(max(0, total - n2), min(n1, total) + 1)
        chance = np.exp(choose(n1, x1) + choose(n2, total - x1) - choose(n1 + n2, np.array(total)))
        order = np.argsort(chance, kind="stable")
        summed = np.cumsum(chance[order])
        places = np.searchsorted(chance[order], chance * TIES, side="right") - 1
        found[x1, total - x1] = np.minimum(summed[places], 1.0)
    return found


def fisher_upper_p(n1: int, n2: int) -> np.ndarray:
    """One-sided p-values of Fisher's exact test: tables of the margin with as many events in the first group."""
    found = np.ones((n1 + 1, n2 + 1))
    for total in range(n1 + n2 + 1):
        x1 = np.arange(max(0, total - n2), min(n1, total) + 1)
        chance = np.exp(choose(n1, x1) + choose(n2, total - x1) - choose(n1 + n2, np.array(total)))
        found[x1, total - x1] = np.minimum(np.cumsum(chance[::-1])[::-1], 1.0)
    return found


def unconditional_p(statistic: np.ndarray) -> np.ndarray:
    """The chance of tables at least as extreme (a low `statistic`), at the worst common proportion.

    The proportions are those of `nuisance.GRID`, denser towards 0 and 1 (Suissa S, Shuster JJ. J R Stat Soc A
    1985;148:317-327, for the z statistic; Boschloo RD. Stat Neerl 1970;24:1-35, for Fisher's p-value, two-sided through
    the two-sided one and not by doubling).
    """
    n1, n2 = statistic.shape[0] - 1, statistic.shape[1] - 1
    order = np.argsort(statistic, axis=None, kind="stable")
    sorted_statistic = statistic.ravel()[order]
    rows, columns = np.unravel_index(order, statistic.shape)
    steps = sorted_statistic + np.abs(sorted_statistic) * (TIES - 1)
    last = np.searchsorted(sorted_statistic, steps, side="right") - 1
    tails = np.zeros(statistic.size)
    for some in np.array_split(GRID[1:-1], 8 + statistic.size // 8000):  # some 4 MB at a time
        first, second = binomial(n1, some), binomial(n2, some)
        tails = np.maximum(tails, np.cumsum(first[:, rows] * second[:, columns], axis=1).max(axis=0))
    found = np.empty(statistic.size)
    found[order] = np.minimum(tails[last], 1.0)
    return found.reshape(statistic.shape)
