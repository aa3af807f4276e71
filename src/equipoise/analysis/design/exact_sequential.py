"""Group-sequential tests of two proportions, exactly: every pair of counts at every look is enumerated.

Given the counts at a look, how they came about does not depend on the proportions (they are sufficient). So the chance
of having gone on until then is one table of numbers a look, found once; any pair of proportions then costs two small
products. Boundaries are found look by look: the lowest bound of the statistic at which the error so far, at the worst
common proportion, stays within what the spending function allows. What discreteness leaves over is spent later.

Sources: Jennison C, Turnbull BW. Group Sequential Methods with Applications to Clinical Trials (2000), chapter 12;
Suissa S, Shuster JJ. J R Stat Soc A 1985;148:317-327 (one look, the worst nuisance).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from equipoise.analysis.design.constrained import NULL, RANGE, Measure
from equipoise.analysis.design.errors import design_error
from equipoise.analysis.design.exact import fisher_p, fisher_upper_p, z_table
from equipoise.analysis.design.exact_score import score_statistics
from equipoise.analysis.design.given import lower_bounds, rising_counts
from equipoise.analysis.design.nuisance import GRID, CommonNull, EdgeNull, binomial, choose
from equipoise.analysis.design.sequential import UserSpending, spent_by
from equipoise.analysis.shown import Shown

Statistic = Literal["pooled_z", "unpooled_z", "fisher", "score"]
Null = CommonNull | EdgeNull
TIES = 1e-9
ENDLESS = 1e6
"""In place of a statistic without end, so that an infinite bound rejects nothing."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BinarySequential(Shown):
    """Participants of each group at each look, and the bounds of the statistic: reject at or above `efficacy`, stop
    at or below `futility` (None: no bound). With `sided` 2 the statistic is taken without its sign. An infinite bound
    rejects nothing. `sizes`: the error so far at the worst common proportion (with a `margin`, at the worst pair that
    has it), futility counted only if `binding`."""

    n1: tuple[int, ...]
    n2: tuple[int, ...]
    efficacy: tuple[float, ...]
    futility: tuple[float | None, ...]
    alpha: float
    sided: int = 2
    statistic: Statistic = "pooled_z"
    binding: bool = False
    sizes: tuple[float, ...] = ()
    measure: Measure = "risk_difference"
    margin: float | None = None

    @property
    def null(self) -> Null:
        """The pairs of proportions at which the error is kept."""
        return CommonNull() if self.margin is None else EdgeNull(self.measure, self.margin)

    def statistic_at(self, look: int) -> np.ndarray:
        """The statistic of each table at a look (0 for the first)."""
        if self.margin is None:
            return statistics(self.n1[look], self.n2[look], self.statistic, self.sided)
        return margin_statistics(self.n1[look], self.n2[look], self.measure, self.margin)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BinaryOperating(Shown):
    """Under one pair of proportions (or arrays of them): power, chances to stop by look, participants expected.

    efficacy and futility have a first axis of looks. Not rejecting at the last look is no futility stop.
    """

    power: np.ndarray | float
    efficacy: np.ndarray
    futility: np.ndarray
    expected_n: np.ndarray | float


def exact_boundaries(
    n1: Sequence[int],
    n2: Sequence[int],
    *,
    alpha: float = 0.05,
    sided: int = 2,
    spending: str = "LDOF",
    parameter: float = 0.0,
    user: UserSpending | None = None,
    statistic: Statistic = "pooled_z",
    futility: Sequence[float | None] | None = None,
    binding: bool = False,
    measure: Measure = "risk_difference",
    margin: float | None = None,
) -> BinarySequential:
    """The bounds whose exact error, at the worst common proportion, is at most `alpha`.

    n1, n2: participants of each group at the looks, rising. spending: LDOF, LDPocock, HSD, KimDeMets (with
    `parameter`) or user (a function of alpha and the share, or cumulative errors); it is spent by the share of all
    participants, on each side alike when two-sided. futility: bounds at the looks before the last. margin: a null value
    of the measure other than that of no effect, for a one-sided test by the score (`sided=1`, statistic `score`): of
    non-inferiority where it lies on the bad side of no effect. Raises DSGN-004, ANAL-014.

    >>> [round(z, 4) for z in eq.exact_boundaries([31, 61], [31, 61]).efficacy]
    [2.9518, 2.0091]
    """
    n1, n2 = _checked(n1, n2, alpha, sided)
    _check_margin(measure, margin, sided, statistic)
    lower = lower_bounds(futility, len(n1))
    if len(lower) != len(n1):
        raise design_error("DSGN-004", "looks", f"{len(lower) - 1} futility bounds for {len(n1)} looks")
    shares = [(a + b) / (n1[-1] + n2[-1]) for a, b in zip(n1, n2, strict=True)]
    given = user if user is None or callable(user) else [each / sided for each in user]
    allowed = [sided * each for each in spent_by(spending, shares, alpha / sided, parameter, given)]
    design = BinarySequential(
        n1=n1, n2=n2, efficacy=(), futility=lower, alpha=alpha, sided=sided,
        statistic=statistic, binding=binding, measure=measure, margin=margin,
    )  # fmt: skip
    bounds, sizes, parts = [], [], []
    before, curve, null = np.ones((1, 1)), np.zeros(len(GRID)), design.null
    for look, limit in enumerate(allowed):
        reached, table = _arrived(before, n1, n2, look), design.statistic_at(look)
        bound = _lowest_bound(null, table, reached, curve, limit, parts)
        bounds.append(bound)
        parts.append(null.reduced(reached * (table >= bound - TIES)))
        curve = curve + null.on_grid(parts[-1])
        sizes.append(null.worst(parts, curve)[0])
        before = reached * _goes_on(table, bound, lower[look] if binding else None)
    return replace(design, efficacy=tuple(bounds), sizes=tuple(sizes))


def exact_operating(design: BinarySequential, p1: ArrayLike, p2: ArrayLike) -> BinaryOperating:
    """What the test does under these proportions; futility stops where it says. p1 and p2 may be arrays.

    Raises DSGN-001.

    >>> design = eq.exact_boundaries([31, 61], [31, 61])
    >>> eq.exact_operating(design, 0.75, 0.50)
    Binary operating
      power       0.8211
      efficacy    0.1785, 0.6426
      futility    0, 0
      expected n  111.3
    """
    one, two = np.broadcast_arrays(np.atleast_1d(np.asarray(p1, float)), np.asarray(p2, float))
    if not np.all((one >= 0) & (one <= 1) & (two >= 0) & (two <= 1)):
        raise design_error("DSGN-001", "operating", f"p1 {p1}, p2 {p2}")
    efficacy, futility = [], []
    before = np.ones((1, 1))
    for look, (a, b) in enumerate(zip(design.n1, design.n2, strict=True)):
        reached = _arrived(before, design.n1, design.n2, look)
        table = design.statistic_at(look)
        bound, low = design.efficacy[look], design.futility[look]
        first, second = binomial(a, one), binomial(b, two)
        rejects = table >= bound - TIES
        stops = np.zeros_like(rejects) if low is None else (table <= low + TIES) & ~rejects
        efficacy.append(np.einsum("gi,gi->g", first @ (reached * rejects), second))
        futility.append(np.einsum("gi,gi->g", first @ (reached * stops), second))
        before = reached * ~(rejects | stops)
    rejected, stopped = np.array(efficacy), np.array(futility)
    sizes = np.add(design.n1, design.n2)
    ended = (rejected + stopped)[:-1]
    expected = sizes[-1] - np.tensordot(sizes[-1] - sizes[:-1], ended, axes=1)
    power = rejected.sum(axis=0)
    if np.ndim(p1) == 0 and np.ndim(p2) == 0:
        return BinaryOperating(
            power=float(power[0]),
            efficacy=rejected[:, 0],
            futility=stopped[:, 0],
            expected_n=float(expected[0]),
        )
    return BinaryOperating(power=power, efficacy=rejected, futility=stopped, expected_n=expected)


def exact_sequential_size(design: BinarySequential) -> tuple[float, float]:
    """The largest error over all common proportions (with a margin: over the second one at the margin), and where;
    futility counts only if it binds.

    One-sided, that is the worst of the null hypothesis for statistics that grow with the first group's events and fall
    with the second's.

    >>> size, at = eq.exact_sequential_size(eq.exact_boundaries([31, 61], [31, 61]))
    >>> round(size, 4), round(at, 2)
    (0.0498, 0.61)
    """
    before, curve, null = np.ones((1, 1)), np.zeros(len(GRID)), design.null
    parts: list = []
    for look, bound in enumerate(design.efficacy):
        reached, table = _arrived(before, design.n1, design.n2, look), design.statistic_at(look)
        parts.append(null.reduced(reached * (table >= bound - TIES)))
        curve = curve + null.on_grid(parts[-1])
        before = reached * _goes_on(table, bound, design.futility[look] if design.binding else None)
    return null.worst(parts, curve)


@lru_cache(maxsize=64)
def statistics(n1: int, n2: int, statistic: Statistic, sided: int) -> np.ndarray:
    """The statistic of each table, shape (n1 + 1, n2 + 1): signed (positive: the first group has more), or its size.

    Fisher's is the normal quantile of one minus its p-value, one-sided or half the two-sided one. The array is shared.
    """
    if statistic == "fisher":
        p = fisher_p(n1, n2) / 2 if sided == 2 else fisher_upper_p(n1, n2)
        found = -ndtri(np.clip(p, 1e-300, 1 - 1e-16))
    elif statistic in ("pooled_z", "unpooled_z"):
        found = z_table(n1, n2, statistic)
        found = np.clip(np.abs(found) if sided == 2 else found, -ENDLESS, ENDLESS)
    else:
        raise design_error("DSGN-004", "statistic", f"no statistic {statistic!r}")
    found.setflags(write=False)
    return found


@lru_cache(maxsize=64)
def margin_statistics(n1: int, n2: int, measure: Measure, margin: float) -> np.ndarray:
    """The score statistic against a margin, positive on the side of the alternative. The array is shared."""
    found = score_statistics(n1, n2, measure, margin) * (1 if margin < NULL[measure] else -1)
    found = np.clip(found, -ENDLESS, ENDLESS)
    found.setflags(write=False)
    return found


def _goes_on(table: np.ndarray, bound: float, low: float | None) -> np.ndarray:
    goes_on = table < bound - TIES
    return goes_on if low is None else goes_on & (table > low + TIES)


def _arrived(before: np.ndarray, n1: Sequence[int], n2: Sequence[int], look: int) -> np.ndarray:
    """For each table at this look the chance that its trial had not ended before, whatever the proportions."""
    if look == 0:
        return np.ones((n1[0] + 1, n2[0] + 1))
    return _hypergeometric(n1[look - 1], n1[look]).T @ before @ _hypergeometric(n2[look - 1], n2[look])


@lru_cache(maxsize=128)
def _hypergeometric(earlier: int, later: int) -> np.ndarray:
    """Given y events of `later` participants, the chance of x among the `earlier` ones; shape (x, y)."""
    x, y = np.arange(earlier + 1)[:, None], np.arange(later + 1)[None, :]
    rest = y - x
    possible = (rest >= 0) & (rest <= later - earlier)
    rest = np.where(possible, rest, 0)
    ways = choose(earlier, x) + choose(later - earlier, rest) - choose(later, y)
    return np.where(possible, np.exp(ways), 0.0)


def _lowest_bound(
    null: Null, table: np.ndarray, reached: np.ndarray, curve: np.ndarray, limit: float, before: list
) -> float:
    """The lowest value of the statistic from which rejecting keeps the error so far within the limit."""
    values = np.unique(np.round(table[table > 0], 12))

    def curve_from(place: int) -> tuple:
        part = null.reduced(reached * (table >= values[place] - TIES))
        return curve + null.on_grid(part), part

    low, high = 0, len(values)  # from `high` on nothing, or little enough, is rejected
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if curve_from(middle)[0].max() <= limit else (middle + 1, high)
    while low < len(values):
        whole, part = curve_from(low)
        if null.worst([*before, part], whole)[0] <= limit:
            return float(values[low])
        low += 1
    return float("inf")


def _check_margin(measure: Measure, margin: float | None, sided: int, statistic: Statistic) -> None:
    """A margin goes with the score, one side, and a place between the ends of the measure that is not no effect."""
    if (margin is None) != (statistic != "score"):
        raise design_error("DSGN-004", "margin", f"the statistic {statistic} with margin {margin}")
    if margin is None:
        return
    if measure not in NULL or sided != 1:
        raise design_error("DSGN-004", "margin", f"{measure}, sided {sided}")
    if margin == NULL[measure] or not RANGE[measure][0] < margin < RANGE[measure][1]:
        raise design_error("DSGN-004", "margin", f"{measure} with margin {margin:g}")


def _checked(
    n1: Sequence[int], n2: Sequence[int], alpha: float, sided: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    one, two = rising_counts(n1), rising_counts(n2)
    if one is None or two is None or len(one) != len(two) or not 0 < alpha < 1 or sided not in (1, 2):
        raise design_error("DSGN-004", "looks", f"{n1} and {n2}, alpha {alpha:g}, sided {sided}")
    return one, two
