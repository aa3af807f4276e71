"""Events, participants and power of the log-rank test.

Events follow from the hazard ratio alone (Schoenfeld, or Freedman); participants from the events and from the chance
that an event is seen. `lachin_foulkes` takes the variance of the logarithm of the hazard ratio from the events that
are expected of each group, under the null value with the hazards of both groups together. `lakatos` needs no
proportional hazards: it takes the log-rank statistic that the hazards, the accrual and the loss make one expect. The
first group is the new treatment: a hazard ratio below 1 favours it.

Sources: Schoenfeld D. Biometrika 1981;68:316-319; Freedman LS. Stat Med 1982;1:121-129; Lachin JM, Foulkes MA.
Biometrics 1986;42:507-519; Lakatos E. Biometrics 1988;44:229-241.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from equipoise.analysis.design.errors import design_error
from equipoise.analysis.design.follow_up import (
    Hazard,
    Window,
    event_probability,
    expected_logrank,
    times_hazard,
)
from equipoise.analysis.design.hypotheses import Goal, Hypotheses, Margin, check_reachable, hypotheses
from equipoise.analysis.design.size import Size, sized, smallest
from equipoise.analysis.shown import Shown

EventMethod = Literal["schoenfeld", "freedman"]
SurvivalMethod = Literal["schoenfeld", "freedman", "lachin_foulkes", "lakatos"]
METHODS = ("schoenfeld", "freedman", "lachin_foulkes", "lakatos")
POSITIVE = (0.0, math.inf)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SurvivalSize(Shown):
    """Participants, and the events to expect of them. chances: of a seen event, by group; duration: of the study."""

    size: Size
    events: float
    chances: tuple[float, float]
    duration: float


def events_power(
    hazard_ratio: ArrayLike,
    events: ArrayLike,
    *,
    goal: Goal = "superiority",
    margin: Margin = None,
    alpha: float = 0.025,
    ratio: float = 1.0,
    method: EventMethod = "schoenfeld",
) -> float | np.ndarray:
    """The one-sided power of a log-rank test with so many events in both groups together.

    hazard_ratio: group 1 over group 2; margin: a hazard ratio, for a goal that needs one; ratio: n2 / n1.
    hazard_ratio and events may be arrays; superiority then takes its direction from the first hazard ratio. Raises
    DSGN-001, DSGN-002.

    >>> round(eq.events_power(0.7, 250), 4)
    0.8051
    """
    one, seen = np.broadcast_arrays(np.asarray(hazard_ratio, float), np.asarray(events, float))
    _check(float(one.min()), alpha, ratio, float(seen.min()), method)
    tested = hypotheses(goal, margin, float(one.flat[0]), 1.0, "events", POSITIVE)
    found = _power(one, tested, np.sqrt(seen), alpha, ratio, method)
    return float(found) if found.ndim == 0 else found


def events_size(
    hazard_ratio: float,
    *,
    goal: Goal = "superiority",
    margin: Margin = None,
    alpha: float = 0.025,
    power: float = 0.8,
    ratio: float = 1.0,
    method: EventMethod = "schoenfeld",
) -> float:
    """The events that a log-rank test needs under a hazard ratio (group 1 over group 2), not rounded.

    goal and margin: `noninferiority` needs a margin, a hazard ratio such as 1.3. alpha: one-sided; ratio: n2 / n1;
    method: `schoenfeld` or `freedman`. `survival_size` turns events into participants. Raises DSGN-001, DSGN-002,
    DSGN-003.

    >>> round(eq.events_size(0.7, power=0.9), 1)
    330.4
    """
    _check(hazard_ratio, alpha, ratio, 1.0, method)
    tested = hypotheses(goal, margin, hazard_ratio, 1.0, "events", POSITIVE)
    check_reachable(tested, hazard_ratio, "events")
    return smallest(
        lambda events: float(_power(np.asarray(hazard_ratio), tested, np.sqrt(events), alpha, ratio, method)),
        power, "events", alpha=alpha, least=1e-3,
    )  # fmt: skip


def survival_power(
    first: Hazard,
    second: Hazard,
    n1: float,
    n2: float,
    window: Window,
    *,
    alpha: float = 0.025,
    dropout: tuple[Hazard, Hazard] = (0.0, 0.0),
    method: SurvivalMethod = "lakatos",
) -> float:
    """The one-sided power to show that the first hazard is lower (or higher, where it is on the whole higher).

    All methods but Lakatos's need hazards in one ratio. Raises DSGN-001.

    >>> months = eq.Window(accrual=12, follow_up=18)
    >>> round(eq.survival_power(0.05, 0.07, 150, 150, months), 4)
    0.7137
    """
    _check(1.0, alpha, n2 / n1 if n1 > 0 else 0.0, n1, method)
    if method == "lakatos":
        mean, variance = expected_logrank(first, second, n1, n2, window, dropout=dropout)
        if variance <= 0:
            raise design_error("DSGN-001", "hazard", "nobody is expected to have the event")
        return float(ndtr(abs(mean) / math.sqrt(variance) + ndtri(alpha)))
    hazard_ratio = constant_ratio(first, second)
    chances = _chances(first, second, window, dropout)
    if method == "lachin_foulkes":
        both = times_hazard(second, (n1 * hazard_ratio + n2) / (n1 + n2))
        null = _chances(both, both, window, dropout)
        other, same = (math.sqrt(1 / (n1 * a) + 1 / (n2 * b)) for a, b in (chances, null))
        return float(ndtr((abs(math.log(hazard_ratio)) + ndtri(alpha) * same) / other))
    return events_power(  # type: ignore[return-value]
        hazard_ratio, n1 * chances[0] + n2 * chances[1], alpha=alpha, ratio=n2 / n1, method=method
    )


def survival_size(
    second: Hazard,
    hazard_ratio: float,
    window: Window,
    *,
    goal: Goal = "superiority",
    margin: Margin = None,
    alpha: float = 0.025,
    power: float = 0.8,
    ratio: float = 1.0,
    loss: float = 0.0,
    dropout: tuple[Hazard, Hazard] = (0.0, 0.0),
    method: SurvivalMethod = "schoenfeld",
) -> SurvivalSize:
    """Participants to compare times to an event, where the first hazard is `hazard_ratio` times the second.

    second: events a unit of time in group 2 (`hazard_from_median`), or pairs (from when, hazard). window: how long
    people arrive and are followed, in the same unit. dropout: hazards of loss, by group, on top of which `loss` takes
    a share away at once. alpha: one-sided. `lakatos` and `lachin_foulkes` know superiority only. Raises DSGN-001,
    DSGN-002, DSGN-003.

    >>> months = eq.Window(accrual=12, follow_up=18)
    >>> eq.survival_size(eq.hazard_from_median(10), 0.7, months).size.groups
    (166, 166)
    """
    first = times_hazard(second, hazard_ratio)
    chances = _chances(first, second, window, dropout)
    plain = method in ("schoenfeld", "freedman")

    def reached(n1: float, n2: float) -> float:
        if not plain:
            return survival_power(first, second, n1, n2, window, alpha=alpha, dropout=dropout, method=method)
        events = n1 * chances[0] + n2 * chances[1]
        return events_power(
            hazard_ratio, events, goal=goal, margin=margin, alpha=alpha, ratio=ratio, method=method
        )

    if not plain and (goal != "superiority" or margin is not None):
        raise design_error("DSGN-002", "survival", f"{goal} with margin {margin} by {method}")
    _check(hazard_ratio, alpha, ratio, 1.0, method)
    tested = hypotheses(goal, margin, hazard_ratio, 1.0, "survival", POSITIVE)
    check_reachable(tested, hazard_ratio, "survival")
    exact = smallest(lambda n1: reached(n1, n1 * ratio), power, "survival", alpha=alpha, least=1e-2)
    size = sized(exact, reached, ratios=(ratio,), wanted=power, loss=loss)
    events = size.groups[0] * chances[0] + size.groups[1] * chances[1]
    return SurvivalSize(size=size, events=events, chances=chances, duration=window.duration)


def constant_ratio(first: Hazard, second: Hazard) -> float:
    """The one ratio of two hazards. Raises DSGN-001 where there is none."""
    pairs = ((first, second),) if isinstance(first, int | float) and isinstance(second, int | float) else ()
    if not pairs and not isinstance(first, int | float) and not isinstance(second, int | float):
        same = [start for start, _ in first] == [start for start, _ in second]
        pairs = tuple((a[1], b[1]) for a, b in zip(first, second, strict=True)) if same else ()
    ratios = [a / b for a, b in pairs if b > 0]
    if not ratios or max(ratios) - min(ratios) > 1e-9:
        raise design_error(
            "DSGN-001", "hazard", "the hazards are not in one ratio; ask for the method lakatos"
        )
    return ratios[0]


def _chances(
    first: Hazard, second: Hazard, window: Window, dropout: tuple[Hazard, Hazard]
) -> tuple[float, float]:
    """The chance that an event is seen, in each group."""
    return (
        event_probability(first, window, dropout=dropout[0]),
        event_probability(second, window, dropout=dropout[1]),
    )


def _power(
    hazard_ratio: np.ndarray,
    tested: Hypotheses,
    root: np.ndarray,
    alpha: float,
    ratio: float,
    method: EventMethod,
) -> np.ndarray:
    """Of a statistic whose distance from a null value grows with the root of the events."""
    critical = float(-ndtri(alpha))
    sides = []
    if tested.above is not None:
        sides.append(ndtr(root * _distance(hazard_ratio / tested.above, ratio, method) - critical))
    if tested.below is not None:
        sides.append(ndtr(-root * _distance(hazard_ratio / tested.below, ratio, method) - critical))
    return np.maximum(0.0, sum(sides) - (len(sides) - 1))


def _distance(hazard_ratio: np.ndarray, ratio: float, method: EventMethod) -> np.ndarray:
    """The mean of the statistic for one event; negative for a hazard ratio below 1."""
    if method == "schoenfeld":
        return np.log(hazard_ratio) * math.sqrt(ratio) / (1 + ratio)
    return math.sqrt(ratio) * (hazard_ratio - 1) / (ratio + hazard_ratio)


def _check(hazard_ratio: float, alpha: float, ratio: float, events: float, method: SurvivalMethod) -> None:
    positive = all(0 < each < math.inf for each in (hazard_ratio, ratio, events))
    if not positive or not 0 < alpha < 1 or method not in METHODS:
        detail = (
            f"hazard ratio {hazard_ratio:g}, alpha {alpha:g}, ratio {ratio:g}, events {events:g}, {method}"
        )
        raise design_error("DSGN-001", "events", detail)
