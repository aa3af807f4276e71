"""What a planned number of participants can show of a time to an event: numbers only, from which tables are made."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq

from equipoise.analysis.design.assumptions import Assumed, Comparison
from equipoise.analysis.design.follow_up import Hazard, Window, event_probability, times_hazard
from equipoise.analysis.design.time_to_event import SurvivalMethod, events_size, survival_power, survival_size

if TYPE_CHECKING:
    from equipoise.study.estimand import Estimand

METHODS: tuple[SurvivalMethod, ...] = ("schoenfeld", "freedman", "lakatos")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTimes:
    """The power under one set of assumptions by the three methods, and what it would take to reach the wanted one.

    events: those expected of the planned groups; needed_events and needed: for the wanted power (Schoenfeld), needed
    being participants by group. hazard and dropout are rates in the unit of the follow-up.
    """

    name: str
    label: str
    source: str
    hazard: Hazard
    hazard_ratio: float
    dropout: Hazard
    chances: tuple[float, float]
    events: float
    powers: dict[str, float]
    wanted: float
    needed_events: float
    needed: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectableTimes:
    """The hazard ratio below 1 that is found with a power; None where none is."""

    assumptions: str
    power: float
    hazard_ratio: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesReport:
    """Everything; arms and groups in the order of the estimand, the last arm being the reference."""

    estimand: str
    label: str
    variable: str
    arms: tuple[str, str]
    labels: tuple[str, str]
    groups: tuple[int, int]
    alpha: float
    unit: str
    window: Window
    shown: tuple[ShownTimes, ...]
    detectable: tuple[DetectableTimes, ...]


def times_report(
    name: str, estimand: Estimand, comparison: Comparison, groups: tuple[int, int], labels: tuple[str, str]
) -> TimesReport:
    """The numbers of one comparison. Raises DSGN codes of the calculations."""
    alpha = round(1 - float(estimand.confidence), 12)
    assert comparison.follow_up is not None  # checked with the definition
    window = comparison.follow_up.window
    shown = tuple(_shown(key, each, groups, window, alpha) for key, each in comparison.assumptions.items())
    return TimesReport(
        estimand=name,
        label=estimand.label,
        variable=estimand.variable.label,
        arms=(estimand.treatment[0], estimand.treatment[-1]),
        labels=labels,
        groups=groups,
        alpha=alpha,
        unit=comparison.follow_up.unit,
        window=window,
        shown=shown,
        detectable=tuple(
            DetectableTimes(
                assumptions=each.label,
                power=power,
                hazard_ratio=_smallest_effect(each, groups, window, alpha, power),
            )
            for each in shown
            for power in comparison.powers
        ),
    )


def _shown(name: str, each: Assumed, groups: tuple[int, int], window: Window, alpha: float) -> ShownTimes:
    assert each.hazard is not None and each.hazard_ratio is not None  # checked with the definition
    second, dropout = each.hazard.hazard, each.dropout.hazard if each.dropout else 0.0
    first = times_hazard(second, each.hazard_ratio)
    chances = tuple(event_probability(hazard, window, dropout=dropout) for hazard in (first, second))
    left = tuple(math.floor(size * (1 - each.loss) + 1e-9) for size in groups)
    powers = {
        method: survival_power(
            first, second, *left, window, alpha=alpha / 2, dropout=(dropout, dropout), method=method
        )
        for method in METHODS
    }
    ratio = groups[1] / groups[0]
    needed = survival_size(
        second, each.hazard_ratio, window, alpha=alpha / 2, power=each.power, ratio=ratio, loss=each.loss,
        dropout=(dropout, dropout),
    )  # fmt: skip
    return ShownTimes(
        name=name,
        label=each.label,
        source=each.source,
        hazard=second,
        hazard_ratio=each.hazard_ratio,
        dropout=dropout,
        chances=(chances[0], chances[1]),
        events=left[0] * chances[0] + left[1] * chances[1],
        powers=powers,
        wanted=each.power,
        needed_events=events_size(each.hazard_ratio, alpha=alpha / 2, power=each.power, ratio=ratio),
        needed=(needed.size.randomised[0], needed.size.randomised[1]),
    )


def power_at(
    each: ShownTimes,
    hazard_ratio: float,
    groups: tuple[int, int],
    window: Window,
    alpha: float,
    method: SurvivalMethod = "lakatos",
) -> float:
    """The power at another hazard ratio."""
    first = times_hazard(each.hazard, hazard_ratio)
    return survival_power(
        first,
        each.hazard,
        *groups,
        window,
        alpha=alpha / 2,
        dropout=(each.dropout, each.dropout),
        method=method,
    )


def _smallest_effect(
    each: ShownTimes, groups: tuple[int, int], window: Window, alpha: float, power: float
) -> float | None:
    def lacking(hazard_ratio: float) -> float:
        return power_at(each, hazard_ratio, groups, window, alpha) - power

    if lacking(0.01) < 0:
        return None
    return float(brentq(lacking, 0.01, 0.999, xtol=1e-8))


def events_over_time(report: TimesReport, each: ShownTimes, arm: int, times: np.ndarray) -> list[float]:
    """The events expected until each time since the first arrival, of one arm (0 or 1)."""
    hazard = times_hazard(each.hazard, each.hazard_ratio) if arm == 0 else each.hazard
    return [
        report.groups[arm] * event_probability(hazard, report.window, dropout=each.dropout, until=float(t))
        for t in times
    ]
