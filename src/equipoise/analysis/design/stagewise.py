"""After a group-sequential trial: stage-wise p-value, interval and median-unbiased estimate; on the way: the
conditional and the predictive power.

Stage-wise ordering: rejecting earlier is more extreme, and at one look a larger Z is.

Sources: Tsiatis AA, Rosner GL, Mehta CR. Biometrics 1984;40:797-803; Lan KKG, Simon R, Halperin M. Sequential Analysis
1982;1:207-219; Spiegelhalter DJ, Freedman LS, Blackburn PR. Controlled Clinical Trials 1986;7:8-17.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scipy.optimize import brentq
from scipy.special import ndtr

from equipoise.analysis.design.given import as_numbers, check_look, check_numbers
from equipoise.analysis.design.grid import above
from equipoise.analysis.design.sequential import Boundaries, continued, reaching
from equipoise.analysis.design.underway import bound_of
from equipoise.analysis.errors import analysis_error
from equipoise.analysis.estimators.proportions import check_confidence
from equipoise.analysis.shown import Shown


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Stagewise(Shown):
    """In drifts (mean of Z at full information): the interval, the median-unbiased estimate, the one-sided p."""

    p_value: float
    estimate: float
    lower: float
    upper: float
    confidence: float


def stagewise(
    bounds: Boundaries, look: int, z: float, *, confidence: float = 0.95, followed: bool | None = None
) -> Stagewise:
    """The inference of a trial that ended at a look (1 for the first) with this Z.

    followed: count the trials that earlier futility bounds have stopped. As a rule those that bind do and others do
    not, so that the p-value is at most alpha just where the trial rejects; True gives the estimate that is median-
    unbiased where bounds that do not bind were followed all the same. Raises ANAL-014 for a look that is none or a Z
    that is no number, ANAL-019 for a confidence that is none.

    >>> eq.stagewise(eq.boundaries("LDOF", [0.5, 1.0]), look=1, z=3.1)
    Stagewise
      p value     0.0009676
      estimate    4.384
      lower       1.612
      upper       7.156
      confidence  0.95
    """
    check_look(look, len(bounds.information), z)
    check_confidence(confidence)
    tail = (1 - confidence) / 2
    counted = bounds.binding or bounds.two_sided if followed is None else followed

    def chance(drift: float) -> float:
        return as_extreme(bounds, look, z, drift, counted)

    def at(share: float) -> float:
        def lacking(drift: float) -> float:
            return chance(drift) - share

        return float(brentq(lacking, reaching(lacking, -20.0), reaching(lacking, 20.0), xtol=1e-10))

    return Stagewise(
        p_value=min(1.0, chance(0.0)),
        estimate=at(0.5),
        lower=at(tail),
        upper=at(1 - tail),
        confidence=confidence,
    )


def as_extreme(bounds: Boundaries, look: int, z: float, drift: float, counted: bool) -> float:
    """The chance of something at least as extreme in the stage-wise order; counted: futility has stopped trials too."""
    stops = bounds.futility if counted else (None,) * len(bounds.information)
    before, total = None, 0.0
    for number, t in enumerate(bounds.information[:look], start=1):
        if number == look:
            return total + above(before, drift, t, z)
        total += above(before, drift, t, bounds.efficacy[number - 1])
        before = continued(before, drift, t, stops[number - 1], bounds.efficacy[number - 1])
    return total


def repeated_interval(
    bounds: Boundaries, look: int, z: float, *, before: Sequence[float] | None = None
) -> tuple[float, float]:
    """The interval of the drift that may be given at every look, whether the trial ends there or not.

    Its confidence over all looks is 1 - 2 alpha of the bounds (Jennison C, Turnbull BW. J R Stat Soc B
    1989;51:305-361). Bounds that lean on binding futility say nothing of drifts for which it would have stopped the
    trial at an earlier look: give the Z `before` this look, and the lower end excludes no such drift; without them both
    ends are those of the bounds that keep the error whatever futility does. Raises ANAL-014.

    >>> low, high = eq.repeated_interval(eq.boundaries("LDOF", [0.5, 1.0]), look=1, z=2.2)
    >>> round(low, 3), round(high, 3)
    (-1.078, 7.301)
    """
    check_look(look, len(bounds.information), z)
    root, bound = math.sqrt(bounds.information[look - 1]), bounds.efficacy[look - 1]
    if not bounds.binding:
        return (z - bound) / root, (z + bound) / root
    free = bound_of(replace(bounds, binding=False), look - 1, bounds.alpha)
    if before is None:
        return (z - free) / root, (z + free) / root
    seen = as_numbers(before)
    if seen is None or len(seen) != look - 1:
        raise analysis_error("ANAL-014", "look", f"look {look} with {before} before it")
    stopped = [
        (each - low) / math.sqrt(t)
        for each, low, t in zip(seen, bounds.futility, bounds.information, strict=False)
        if low is not None
    ]
    return min([(z - bound) / root, *stopped]), (z + free) / root


def conditional_power(z: float, t: float, critical: float, *, drift: float | None = None) -> float:
    """The chance that Z ends above `critical`, given Z = z at the share t of the information.

    drift: the mean of Z at full information; without one, that which was seen so far, z / sqrt(t).

    >>> round(eq.conditional_power(1.2, 0.5, critical=1.969), 4)
    0.3503
    """
    check_numbers("look", z=z, critical=critical, drift=drift or 0.0)
    if not 0 < t < 1:
        raise analysis_error("ANAL-014", "look", f"information {t:g}")
    mean = z / math.sqrt(t) if drift is None else drift
    return float(ndtr((z * math.sqrt(t) + mean * (1 - t) - critical) / math.sqrt(1 - t)))


def predictive_power(
    z: float, t: float, critical: float, *, prior: tuple[float, float] | None = None
) -> float:
    """The conditional power averaged over what the data so far, and a prior if there is one, say of the drift.

    prior: mean and standard deviation of a normal one; without it, it is flat. Raises ANAL-014.

    >>> round(eq.predictive_power(1.2, 0.5, critical=1.969), 4)
    0.3928
    """
    check_numbers("look", z=z, critical=critical, mean=(prior or (0, 1))[0], sd=(prior or (0, 1))[1])
    if not 0 < t < 1 or (prior is not None and prior[1] <= 0):
        raise analysis_error("ANAL-014", "look", f"information {t:g}, prior {prior}")
    known, weighed = (0.0, 0.0) if prior is None else (1 / prior[1] ** 2, prior[0] / prior[1] ** 2)
    mean, variance = (weighed + z * math.sqrt(t)) / (known + t), 1 / (known + t)
    spread = math.sqrt((1 - t) + (1 - t) ** 2 * variance)
    return float(ndtr((z * math.sqrt(t) + mean * (1 - t) - critical) / spread))
