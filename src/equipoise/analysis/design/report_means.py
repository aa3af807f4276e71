"""What a planned number of participants can show of a mean: numbers only, from which tables are made."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.analysis.design.assumptions import Assumed, Comparison
from equipoise.analysis.design.means import means_power, means_size
from equipoise.analysis.design.size import smallest
from equipoise.analysis.estimators.proportions import normal_quantile

if TYPE_CHECKING:
    from equipoise.study.estimand import Estimand


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMeans:
    """The power under one set of assumptions, with everybody and with those who are left after the loss.

    needed: participants to randomise, by group, for the wanted power. half_width: of the expected interval, those left.
    """

    name: str
    label: str
    source: str
    difference: float
    sd: float
    correlation: float
    loss: float
    left: tuple[int, int]
    formula: float
    power: float
    handled: float
    wanted: float
    needed: tuple[int, int]
    half_width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectableMeans:
    """The smallest difference that is found with a power, without and with the loss."""

    assumptions: str
    power: float
    difference: float
    handled: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MeansReport:
    """Everything; arms and groups in the order of the estimand, the last arm being the reference."""

    estimand: str
    label: str
    variable: str
    arms: tuple[str, str]
    labels: tuple[str, str]
    groups: tuple[int, int]
    alpha: float
    shown: tuple[ShownMeans, ...]
    detectable: tuple[DetectableMeans, ...]


def means_report(
    name: str, estimand: Estimand, comparison: Comparison, groups: tuple[int, int], labels: tuple[str, str]
) -> MeansReport:
    """The numbers of one comparison. Raises DSGN codes of the calculations."""
    alpha = round(1 - float(estimand.confidence), 12)
    shown = tuple(_shown(key, each, groups, alpha) for key, each in comparison.assumptions.items())
    return MeansReport(
        estimand=name,
        label=estimand.label,
        variable=estimand.variable.label,
        arms=(estimand.treatment[0], estimand.treatment[-1]),
        labels=labels,
        groups=groups,
        alpha=alpha,
        shown=shown,
        detectable=tuple(
            DetectableMeans(
                assumptions=each.label,
                power=power,
                difference=_smallest_difference(each, groups, alpha, power),
                handled=_smallest_difference(each, each.left, alpha, power),
            )
            for each in shown
            for power in comparison.powers
        ),
    )


def _shown(name: str, each: Assumed, groups: tuple[int, int], alpha: float) -> ShownMeans:
    assert each.difference is not None and each.sd is not None  # checked with the definition
    left = (math.floor(groups[0] * (1 - each.loss) + 1e-9), math.floor(groups[1] * (1 - each.loss) + 1e-9))
    gap, sd, r = each.difference, each.sd, each.correlation
    needed = means_size(
        gap,
        sd=sd,
        alpha=alpha / 2,
        power=each.power,
        ratio=groups[1] / groups[0],
        loss=each.loss,
        correlation=r,
    )
    error = sd * math.sqrt((1 / left[0] + 1 / left[1]) * (1 - r * r))
    return ShownMeans(
        name=name,
        label=each.label,
        source=each.source,
        difference=gap,
        sd=sd,
        correlation=r,
        loss=each.loss,
        left=left,
        formula=float(
            means_power(gap, *groups, sd=sd, alpha=alpha / 2, correlation=r, distribution="normal")
        ),
        power=float(means_power(gap, *groups, sd=sd, alpha=alpha / 2, correlation=r)),
        handled=float(means_power(gap, *left, sd=sd, alpha=alpha / 2, correlation=r)),
        wanted=each.power,
        needed=(needed.randomised[0], needed.randomised[1]),
        half_width=normal_quantile(1 - alpha) * error,
    )


def power_of_differences(
    each: ShownMeans, differences: np.ndarray, groups: tuple[int, int], alpha: float
) -> np.ndarray:
    """The power by the t test at these differences, all on one side of 0."""
    return np.asarray(
        means_power(differences, *groups, sd=each.sd, alpha=alpha / 2, correlation=each.correlation)
    )


def _smallest_difference(each: ShownMeans, groups: tuple[int, int], alpha: float, power: float) -> float:
    def reached(gap: float) -> float:
        return float(power_of_differences(each, np.asarray(gap), groups, alpha))

    return smallest(reached, power, "means", alpha=alpha / 2, least=1e-6)
