"""The size of a trial looked at again while it runs: blinded, by what all participants together show, or by the effect.

A blinded look learns the nuisance parameter (the proportion of all participants, or the standard deviation) without
knowing who had what, so the error of the usual test hardly changes. A look at the effect asks which second stage gives
the conditional power that is wanted; the stages are then combined with the planned weights (`inverse_normal`), or the
error is lost.

Sources: Gould AL. Stat Med 1992;11:55-66; Friede T, Kieser M. Pharm Stat 2004;3:269-279 (proportions); Kieser M,
Friede T. Stat Med 2003;22:3571-3581 (means); Mehta CR, Pocock SJ. Stat Med 2011;30:3267-3284 (the zones).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from scipy.special import ndtr, ndtri

from equipoise.analysis.design.constrained import Measure
from equipoise.analysis.design.errors import design_error
from equipoise.analysis.design.given import check_look, is_number, is_whole
from equipoise.analysis.design.hypotheses import Goal, Margin
from equipoise.analysis.design.means import means_size
from equipoise.analysis.design.proportions import proportions_size
from equipoise.analysis.design.sequential import Boundaries
from equipoise.analysis.design.size import Size
from equipoise.analysis.errors import analysis_error
from equipoise.analysis.shown import Shown

Zone = Literal["unfavourable", "promising", "favourable"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SecondStage(Shown):
    """What a second stage would have to be. zone: by the conditional power of the stage as planned; planned and
    changed: the information of the second stage as a share of the whole plan; power: conditional, as planned and as
    changed."""

    zone: Zone
    planned: float
    changed: float
    power_planned: float
    power_changed: float


def blinded_proportions(
    events: int,
    n: int,
    difference: float,
    *,
    goal: Goal = "superiority",
    margin: Margin = None,
    alpha: float = 0.025,
    power: float = 0.8,
    ratio: float = 1.0,
    loss: float = 0.0,
) -> Size:
    """The participants that the planned difference needs when `events` of the first `n`, of both groups together, have
    had one. difference: p1 - p2, as planned; goal, margin, alpha, power, ratio and loss: as for `proportions_size`.

    The whole trial, those already in it among them. Raises DSGN-001, DSGN-002, DSGN-003.

    >>> eq.blinded_proportions(40, 60, 0.25).groups
    (55, 55)
    """
    if not is_whole(n) or not (is_whole(events) or events == 0) or events > n or not is_number(difference):
        raise design_error("DSGN-001", "blinded", f"{events} of {n}, a difference of {difference}")
    if not is_number(ratio) or ratio <= 0:
        raise design_error("DSGN-001", "blinded", f"ratio {ratio}")
    share = events / n
    first, second = share + difference * ratio / (1 + ratio), share - difference / (1 + ratio)
    if not (0 < first < 1 and 0 < second < 1):
        detail = f"{share:.3f} of all cannot be {first:.3f} and {second:.3f}"
        raise design_error("DSGN-001", "blinded", detail)
    measure: Measure = "risk_difference"
    return proportions_size(
        first, second, measure=measure, goal=goal, margin=margin, alpha=alpha, power=power, ratio=ratio, loss=loss
    )  # fmt: skip


def blinded_means(
    sd: float,
    n: int,
    difference: float,
    *,
    goal: Goal = "superiority",
    margin: Margin = None,
    alpha: float = 0.025,
    power: float = 0.8,
    ratio: float = 1.0,
    loss: float = 0.0,
    adjusted: bool = True,
) -> Size:
    """The participants that the planned difference needs when the first `n`, of both groups together, have this
    standard deviation.

    adjusted: take from its square what the planned difference itself adds, ratio / (1 + ratio)^2 n / (n - 1) times its
    square; without it the size is a little larger. goal, margin, alpha, power, ratio and loss: as for `means_size`. The
    whole trial, those already in it among them. Raises DSGN-001, DSGN-002, DSGN-003.

    >>> eq.blinded_means(11.0, 60, 5).groups
    (73, 73)
    """
    numbers = all(map(is_number, (sd, difference, ratio)))
    if not numbers or not is_whole(n) or n < 2 or sd <= 0 or ratio <= 0:
        raise design_error(
            "DSGN-001", "blinded", f"standard deviation {sd} of {n}, a difference of {difference}"
        )
    between = ratio / (1 + ratio) ** 2 * n / (n - 1) * difference**2 if adjusted else 0.0
    if sd**2 <= between:
        detail = f"a standard deviation of {sd:g} leaves no room for a difference of {difference:g}"
        raise design_error("DSGN-001", "blinded", detail)
    return means_size(
        difference, sd=math.sqrt(sd**2 - between), goal=goal, margin=margin, alpha=alpha, power=power,
        ratio=ratio, loss=loss,
    )  # fmt: skip


def second_stage(
    bounds: Boundaries,
    z: float,
    *,
    power: float = 0.9,
    drift: float | None = None,
    least: float = 0.3,
    most: float = 2.0,
) -> SecondStage:
    """The information that the second of two stages needs for a conditional power, given Z of the first.

    bounds: a one-sided plan of two looks, whose weights and bound stay: the end is judged by `inverse_normal`. drift:
    the mean of Z at the planned full information; without one, that which was seen. least: the conditional power of
    the plan from which the result is promising; below it, and from `power` on (favourable), the plan stays. most: the
    greatest whole information, as a share of the planned one. Raises ANAL-014.

    >>> found = eq.second_stage(eq.boundaries("LDOF", [0.5, 1.0]), 1.5)
    >>> found.zone, round(found.power_planned, 4), round(found.changed, 4)
    ('promising', 0.5855, 1.4627)
    """
    check_look(1, len(bounds.information) - 1, z, power, least, most, *(() if drift is None else (drift,)))
    if len(bounds.information) != 2 or bounds.two_sided or not 0 < least < power < 1 or most < 1:
        shown = f"{len(bounds.information)} looks, power {power}, promising from {least}, at most {most}"
        raise analysis_error("ANAL-014", "second stage", shown)
    first, rest = bounds.information[0], 1 - bounds.information[0]
    mean = z / math.sqrt(first) if drift is None else drift
    # The combined Z reaches the bound where the second stage's own Z reaches this.
    needed = (bounds.efficacy[1] - math.sqrt(first) * z) / math.sqrt(rest)

    def chance(information: float) -> float:
        return float(ndtr(mean * math.sqrt(information) - needed))

    planned = chance(rest)
    zone: Zone = "favourable" if planned >= power else "promising" if planned >= least else "unfavourable"
    changed = rest
    if zone == "promising":
        # With a drift that is not above 0 the chance falls with the size: the plan stays.
        wanted = ((needed + float(ndtri(power))) / mean) ** 2 if mean > 0 else rest
        changed = min(wanted, most - first)
    return SecondStage(
        zone=zone, planned=rest, changed=changed, power_planned=planned, power_changed=chance(changed)
    )
