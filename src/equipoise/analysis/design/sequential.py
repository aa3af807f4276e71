"""Group-sequential boundaries and their operating characteristics, one-sided.

A two-sided design at level alpha is the one-sided one at alpha / 2 with its mirror. Information is a share of the
final one, increasing to 1. Efficacy bounds are computed as if futility were not binding unless `binding` is said:
then the error that futility stops save is given back to efficacy.

Sources: Jennison and Turnbull (2000), chapters 2, 4 and 7; Wang SK, Tsiatis AA. Biometrics 1987;43:193-199; Lan KKG,
DeMets DL. Biometrika 1983;70:659-663; Hwang IK, Shih WJ, DeCani JS. Stat Med 1990;9:1439-1445; Kim K, DeMets DL.
Biometrika 1987;74:149-154.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING

from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from equipoise.analysis.design.given import as_numbers, check_numbers, lower_bounds, rising_times
from equipoise.analysis.design.grid import Going, above, begin, below, go_on
from equipoise.analysis.errors import analysis_error
from equipoise.analysis.shown import Shown

if TYPE_CHECKING:
    from equipoise.analysis.svg import Figure
    from equipoise.analysis.tables import Table

INFINITE = 40.0
"""A bound that no statistic reaches."""
Spending = Callable[[float, float], float]
UserSpending = Spending | Sequence[float]
"""What a design of one's own spends: a function of alpha and the information, or the error spent up to each look."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Boundaries(Shown):
    """Bounds of Z at each look: `efficacy` rejects at or above, `futility` stops at or below (None: no look). Of a
    two-sided design, alpha is the error of each side, and `futility` the mirrored bounds that reject on the other one.

    information: shares of the planned maximum; after an over- or under-run the last is not 1.
    """

    information: tuple[float, ...]
    efficacy: tuple[float, ...]
    futility: tuple[float | None, ...]
    alpha: float
    design: str
    binding: bool = False
    parameter: float = 0.0
    user: UserSpending | None = None
    two_sided: bool = False

    def table(self) -> Table:
        """A line for each look."""
        from equipoise.analysis.design.bounds_shown import bounds_table

        return bounds_table(self)

    def figure(self) -> Figure | None:
        """The bounds against the information."""
        from equipoise.analysis.design.bounds_shown import bounds_figure

        return bounds_figure(self)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Look(Shown):
    """What happens at a look under a drift: chances to stop here for efficacy and futility, and of efficacy so far."""

    information: float
    efficacy: float
    futility: float
    cumulative: float


SPENDING: dict[str, Callable[[float], Spending]] = {
    "LDOF": lambda _: lambda alpha, t: 2 * float(ndtr(ndtri(alpha / 2) / math.sqrt(t))),
    "LDPocock": lambda _: lambda alpha, t: alpha * math.log1p((math.e - 1) * t),
    "HSD": lambda gamma: (
        lambda alpha, t: alpha * t if gamma == 0 else alpha * math.expm1(-gamma * t) / math.expm1(-gamma)
    ),
    "KimDeMets": lambda rho: lambda alpha, t: alpha * t**rho,
}
LEAST = {"KimDeMets": 0.0, "HSD": -700.0}
"""The parameter above which a spending function rises, and is finite."""
SHAPES = {"OF": 0.0, "Pocock": 0.5}


def spent_by(
    design: str, times: Sequence[float], alpha: float, parameter: float, user: UserSpending | None
) -> tuple[float, ...]:
    """The error that may be spent up to each time; at time 1 and later, all of it. Raises ANAL-014."""
    if not 0 < alpha < 1:
        raise analysis_error("ANAL-014", design, f"alpha {alpha:g}")
    if design == "user" and user is not None and not callable(user):
        given = as_numbers(user) or (0.0,)
        rising = all(a <= b for a, b in zip((0.0, *given), given, strict=False))
        if len(given) != len(times) or not rising or abs(given[-1] - alpha) > 1e-12:
            raise analysis_error("ANAL-014", design, f"spending {given} of {alpha:g} at {len(times)} looks")
        return given
    spending = (
        user if design == "user" and callable(user) else SPENDING.get(design, lambda _: None)(parameter)
    )
    if spending is None:
        raise analysis_error(
            "ANAL-014", str(design), f"no such spending function; there are {', '.join(SPENDING)}"
        )
    if not LEAST.get(design, -math.inf) < parameter < math.inf:
        raise analysis_error("ANAL-014", design, f"the parameter {parameter:g} spends nothing that rises")
    spent = tuple(alpha if t >= 1 else float(spending(alpha, t)) for t in times)
    if not all(a <= b for a, b in zip((0.0, *spent), (*spent, alpha), strict=True)):
        raise analysis_error("ANAL-014", design, f"spending {spent} of {alpha:g}")
    return spent


def boundaries(
    design: str,
    information: Sequence[float] | int,
    *,
    alpha: float = 0.025,
    parameter: float = 0.0,
    user: UserSpending | None = None,
    futility: Sequence[float | None] | None = None,
    binding: bool = False,
    two_sided: bool = False,
) -> Boundaries:
    """The efficacy bounds of a design.

    design: OF, Pocock, WT (shape `parameter`), HP (Haybittle-Peto: `parameter` at the looks before the last, 3 unless
    given), LDOF, LDPocock, HSD (gamma `parameter`), KimDeMets (rho `parameter`) or user (a function of alpha and the
    information, or the error spent up to each look). information: its shares at the looks, the last 1; or the number of
    equal looks. futility: lower bounds of Z at the looks before the last, None where there is none (a None for the last
    look does no harm). two_sided: the trial stops at the mirrored bounds too, each side with the error alpha, so that
    neither counts what the other has stopped. Raises ANAL-014.

    >>> eq.boundaries("LDOF", [0.5, 1.0])
    Boundaries: LDOF
              information  reject at Z ≥  stop at Z ≤  one-sided p
      look 1          0.5          2.963            –     0.001525
      look 2            1          1.969            –      0.02450
      One-sided error rate 0.025.
    """
    times = _checked(information, alpha)
    if two_sided and futility is not None:
        raise analysis_error("ANAL-014", design, "a two-sided design has no other bounds on its lower side")
    lower = lower_bounds(futility, len(times))
    if len(lower) != len(times):
        raise analysis_error("ANAL-014", design, f"{len(lower) - 1} futility bounds for {len(times)} looks")
    counted = lower if binding else (None,) * len(times)
    parameter = parameter or 3.0 if design == "HP" else parameter
    if design in SPENDING or design == "user":
        efficacy = spend(times, spent_by(design, times, alpha, parameter, user), counted, (), two_sided)
    else:
        efficacy = _of_shape(design, times, alpha, parameter, counted, two_sided)
    if two_sided:
        lower = (*(-each for each in efficacy[:-1]), None)
    if not all(low is None or low <= high for low, high in zip(lower, efficacy, strict=True)):
        raise analysis_error("ANAL-014", design, f"futility {lower} above efficacy {efficacy}")
    return Boundaries(
        information=times, efficacy=efficacy, futility=lower, alpha=alpha, design=design, binding=binding,
        parameter=parameter, user=user, two_sided=two_sided,
    )  # fmt: skip


def _of_shape(
    design: str, times: tuple[float, ...], alpha: float, parameter: float, counted: tuple, two_sided: bool
) -> tuple[float, ...]:
    """The efficacy bounds of a design whose shape is fixed beforehand. Raises ANAL-014."""
    if design in SHAPES or design == "WT":
        return shaped(SHAPES.get(design, parameter), times, alpha, counted, two_sided)
    if design != "HP":
        known = ", ".join((*SHAPES, "WT", "HP", *SPENDING, "user"))
        raise analysis_error("ANAL-014", str(design), f"no such design; there are {known}")
    early = (parameter,) * (len(times) - 1)
    efficacy = spend(times, (alpha,) * len(times), counted, early, two_sided)
    if efficacy[-1] >= INFINITE:
        raise analysis_error("ANAL-014", design, f"the looks before the last spend more than {alpha:g}")
    return efficacy


def operating(bounds: Boundaries, drift: float) -> tuple[Look, ...]:
    """What happens at each look under a drift, the mean of Z at full information: 0 without an effect, 2.8 for a fixed
    design with 80% power. Futility stops where it says.

    >>> bounds = eq.boundaries("LDOF", [0.5, 1.0])
    >>> eq.sequential_operating(bounds, drift=2.8)[0]
    Look
      information  0.5
      efficacy     0.1629
      futility     0
      cumulative   0.1629
    """
    check_numbers("drift", drift=drift)
    looks, before, so_far = [], None, 0.0
    for t, upper, lower in zip(bounds.information, bounds.efficacy, bounds.futility, strict=True):
        reject = above(before, drift, t, upper)
        stop = 0.0 if lower is None else below(before, drift, t, lower)
        so_far += reject
        looks.append(Look(information=t, efficacy=reject, futility=stop, cumulative=so_far))
        if len(looks) < len(bounds.information):
            before = continued(before, drift, t, lower, upper)
    return tuple(looks)


def power_of(bounds: Boundaries, drift: float) -> float:
    """The probability to reject at any look, under a drift (the mean of Z at full information).

    >>> bounds = eq.boundaries("LDOF", [0.5, 1.0])
    >>> round(eq.sequential_power(bounds, drift=2.8), 4)
    0.7981
    """
    return operating(bounds, drift)[-1].cumulative


def drift_for(bounds: Boundaries, power: float) -> float:
    """The mean of Z at full information that gives this power.

    Raises ANAL-013 for a power that no drift has, or that nobody asks for: at or below the error.

    >>> round(eq.drift_for(eq.boundaries("LDOF", [0.5, 1.0]), power=0.8), 4)
    2.8068
    """
    if not bounds.alpha < power < 1:
        raise analysis_error("ANAL-013", "power", f"a power of {power:g} with an error of {bounds.alpha:g}")

    def lacking(drift: float) -> float:
        return power_of(bounds, drift) - power

    return float(brentq(lacking, -1.0, reaching(lacking, 20.0), xtol=1e-12))


def reaching(rising: Callable[[float], float], first: float) -> float:
    """A drift at or beyond `first`, on its side of 0, at which the function has the sign of that side.

    Raises ANAL-013 where there is none below a million.
    """
    drift = first
    while abs(drift) < 1e6:
        if rising(drift) * first > 0:
            return drift
        drift *= 2
    raise analysis_error("ANAL-013", "drift", "no drift below a million has this chance")


def inflation(bounds: Boundaries, power: float = 0.8) -> float:
    """The final information over that of a fixed design with the same error and power.

    >>> round(eq.inflation(eq.boundaries("Pocock", 2)), 4)
    1.1104
    """
    fixed = float(-ndtri(bounds.alpha) + ndtri(power))
    return (drift_for(bounds, power) / fixed) ** 2


def expected_information(bounds: Boundaries, drift: float) -> float:
    """The mean information at the end under a drift (the mean of Z at full information), as a share of the final one.

    >>> round(eq.expected_information(eq.boundaries("LDOF", [0.5, 1.0]), drift=2.8), 4)
    0.9186
    """
    left, total = 1.0, 0.0
    for look in operating(bounds, drift)[:-1]:
        stopped = look.efficacy + look.futility
        total += stopped * look.information
        left -= stopped
    return total + left * bounds.information[-1]


def continued(before: Going | None, drift: float, t: float, lower: float | None, upper: float) -> Going:
    """The trials that go on after a look with these bounds."""
    low = -INFINITE if lower is None else lower
    if before is None:
        return begin(drift, t, low, upper)
    return go_on(before, drift, t, low, upper)


def spend(
    times: Sequence[float],
    allowed: Sequence[float],
    lower: Sequence[float | None],
    fixed: Sequence[float] = (),
    mirrored: bool = False,
) -> tuple[float, ...]:
    """Look by look: the bound above which lies what one may spend since the look before.

    fixed: bounds of the first looks, already used. mirrored: the trial also stops below minus each bound.
    """
    bounds: list[float] = []
    before, used = None, 0.0
    for look, (t, low) in enumerate(zip(times, lower, strict=True)):
        if look < len(fixed):
            bounds.append(fixed[look])
            used += above(before, 0.0, t, fixed[look])
        else:
            bounds.append(bound_for(before, t, allowed[look] - used))
            used = allowed[look]
        if look < len(times) - 1:
            before = continued(before, 0.0, t, -bounds[-1] if mirrored else low, bounds[-1])
    return tuple(bounds)


def bound_for(before: Going | None, t: float, share: float) -> float:
    """The bound above which, among the trials that go on, lies this chance when nothing differs."""
    if share <= 0 or above(before, 0.0, t, -INFINITE) <= share:
        return INFINITE
    low, high = -INFINITE, INFINITE
    if above(before, 0.0, t, 0.0) > share > above(before, 0.0, t, 9.0):
        low, high = 0.0, 9.0
    return float(brentq(lambda bound: above(before, 0.0, t, bound) - share, low, high, xtol=1e-12))


def shaped(
    shape: float,
    times: tuple[float, ...],
    alpha: float,
    lower: Sequence[float | None],
    mirrored: bool = False,
) -> tuple[float, ...]:
    """Bounds C x t^(shape - 1/2), with the C that keeps the error."""

    def error(constant: float) -> float:
        before, total = None, 0.0
        for look, (t, low) in enumerate(zip(times, lower, strict=True), start=1):
            upper = constant * t ** (shape - 0.5)
            total += above(before, 0.0, t, upper)
            if look < len(times):
                before = continued(before, 0.0, t, -upper if mirrored else low, upper)
        return total - alpha

    # The final bound lies between that of a single look and that of spending as much at each of them.
    least, most = (
        float(-ndtri(alpha)),
        float(-ndtri(alpha / len(times))) * times[0] ** -max(0.0, shape - 0.5),
    )
    constant = least
    if len(times) > 1:
        low = least - 1e-3 if all(each is None for each in lower) else -9.0
        low = 1e-9 if mirrored else low
        constant = float(brentq(error, low, most + 1e-6, xtol=1e-11))
    return tuple(constant * t ** (shape - 0.5) for t in times)


def _checked(information: Sequence[float] | int, alpha: float) -> tuple[float, ...]:
    if isinstance(information, Integral):
        information = [look / information for look in range(1, int(information) + 1)]
    times = rising_times(information)
    if abs(times[-1] - 1) > 1e-12 or not 0 < alpha < 0.5:
        raise analysis_error("ANAL-014", "looks", f"information {times}, alpha {alpha:g}")
    return times
