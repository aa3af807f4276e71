"""A group-sequential trial underway: what may still come given the data so far, and p-values that may be looked at
often.

The chance of a later rejection given Z at a look is the conditional power; under the null hypothesis it is the
conditional rejection probability (conditional error), which is what a changed plan may still spend. The repeated
p-value of a look is the least error rate at which the design would have rejected there, and the sequential p-value the
least of those so far: the trial rejects at the level alpha when it is at most alpha, whatever happens later.

Sources: Jennison C, Turnbull BW. Group Sequential Methods (2000), chapters 9 and 10; Mueller HH, Schaefer H. Biometrics
2001;57:886-891; Liu Q, Anderson KM. J Am Stat Assoc 2008;103:1621-1630.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.optimize import brentq

from equipoise.analysis.design.given import as_numbers, check_look
from equipoise.analysis.design.grid import Going, above, below
from equipoise.analysis.design.sequential import (
    SHAPES,
    SPENDING,
    Boundaries,
    Look,
    boundaries,
    continued,
    shaped,
    spend,
    spent_by,
)
from equipoise.analysis.errors import analysis_error

MOST = 0.5
"""The greatest p-value that is told apart: a larger one is given as this."""


def conditional_operating(
    bounds: Boundaries, look: int, z: float, *, drift: float | None = None, followed: bool = True
) -> tuple[Look, ...]:
    """What happens at each look after `look` (1 for the first), given that Z was z there. `drift` is the mean of Z at
    full information: without one, that which was seen, z over the root of the information; 0 gives conditional
    rejection probabilities. `cumulative` of the last is the chance to reject at all. followed: futility bounds stop the
    trial; without it none does, which is the conditional error of bounds that do not bind. Raises ANAL-014.

    >>> eq.conditional_operating(eq.boundaries("LDOF", [0.5, 1.0]), 1, 1.2)[-1]
    Look
      information  1
      efficacy     0.3505
      futility     0
      cumulative   0.3505
    """
    check_look(look, len(bounds.information) - 1, z, *(() if drift is None else (drift,)))
    start = bounds.information[look - 1]
    mean = z / math.sqrt(start) if drift is None else drift
    before = Going(np.array([float(z)]), np.array([1.0]), start)
    looks, so_far = [], 0.0
    for place in range(look, len(bounds.information)):
        t, upper, lower = bounds.information[place], bounds.efficacy[place], bounds.futility[place]
        lower = lower if followed or bounds.two_sided else None
        reject = above(before, mean, t, upper)
        stop = 0.0 if lower is None else below(before, mean, t, lower)
        so_far += reject
        looks.append(Look(information=t, efficacy=reject, futility=stop, cumulative=so_far))
        if place < len(bounds.information) - 1:
            before = continued(before, mean, t, lower, upper)
    return tuple(looks)


def repeated_p(bounds: Boundaries, z: Sequence[float]) -> tuple[float, ...]:
    """The one-sided repeated p-value of each look so far, from Z at the looks, at most 0.5.

    For designs that spend by a function and for those of a fixed shape (Haybittle and Peto's has no other level).
    Futility that binds is taken to bind at every level. Raises ANAL-014.

    >>> [round(p, 4) for p in eq.repeated_p(eq.boundaries("LDOF", [0.5, 1.0]), [2.2, 2.4])]
    [0.082, 0.0083]
    """
    fixed = bounds.design == "HP" or (bounds.design == "user" and not callable(bounds.user))
    seen = as_numbers(z)
    if fixed or not seen or len(seen) > len(bounds.information):
        raise analysis_error("ANAL-014", bounds.design, f"p-values at {len(bounds.information)} looks, z {z}")
    return tuple(_level(bounds, look, each) for look, each in enumerate(seen))


def sequential_p(bounds: Boundaries, z: Sequence[float]) -> float:
    """The least repeated p-value of the looks so far, one-sided. Raises ANAL-014.

    >>> round(eq.sequential_p(eq.boundaries("LDOF", [0.5, 1.0]), [2.2, 2.4]), 4)
    0.0083
    """
    return min(repeated_p(bounds, z))


def _level(bounds: Boundaries, look: int, z: float) -> float:
    """The error rate at which the bound of a look is z."""

    def lacking(logarithm: float) -> float:
        return bound_of(bounds, look, math.exp(logarithm)) - z

    # Where futility binds, a large error ends all trials early and leaves the later bounds without end: the least error
    # is looked for from below.
    low, high, last = math.log(1e-12), math.log(1e-12), math.log(MOST - 1e-9)
    if lacking(low) <= 0:
        return math.exp(low)
    while lacking(high) > 0:
        if high >= last:
            return MOST
        low, high = high, min(last, high + (1.0 if bounds.binding else last - high))
    return math.exp(brentq(lacking, low, high, xtol=1e-11))


def bound_of(bounds: Boundaries, look: int, alpha: float) -> float:
    """The bound of Z at a look of the same design with another error rate."""
    if bounds.design in SPENDING or bounds.design == "user":
        times = bounds.information[: look + 1]
        lower = bounds.futility[: look + 1] if bounds.binding else (None,) * (look + 1)
        allowed = spent_by(bounds.design, times, alpha, bounds.parameter, bounds.user)
        return spend(times, allowed, lower, (), bounds.two_sided)[look]
    if bounds.design == "HP":
        return boundaries("HP", bounds.information, alpha=alpha, parameter=bounds.parameter).efficacy[look]
    lower = bounds.futility if bounds.binding else (None,) * len(bounds.futility)
    shape = SHAPES.get(bounds.design, bounds.parameter)
    return shaped(shape, bounds.information, alpha, lower, bounds.two_sided)[look]
