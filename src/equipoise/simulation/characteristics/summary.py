"""Operating characteristics of a scenario from its frame of trials, each with its Monte Carlo standard error.

Morris, White and Crowther, Stat Med 2019;38:2074-2102, give the estimates and their errors.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.analysis.estimands.scales import SCALES, Scale

if TYPE_CHECKING:
    import polars


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A characteristic, and the standard error that the number of trials gives it."""

    value: float
    error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Characteristics:
    """One scenario.

    rejected: power, or the type I error where there is no difference. favours: rejected in favour of the first arm.
    truth: the value of the estimand in the population of the scenario (`pool.truth`; from a curve, among the
    participants of all trials); None where it cannot be told. middle: mean of the estimate; spread: its standard
    deviation; bias: its mean less the truth. Of a ratio the mean is the geometric one, and spread and bias are those of
    logarithms. coverage: of the intervals, how many hold the truth.
    times: months by name. quantiles: 5, 50 and 95 % of the times, the participants and the estimate. counts: means by
    column. looks: share of trials that ended at each look. summary: what is estimated, a key of `scales.SCALES`.
    """

    scenario: str
    label: str
    trials: int
    rejected: Estimate
    favours: Estimate
    truth: Estimate | None
    bias: Estimate | None
    coverage: Estimate | None
    spread: Estimate
    analysed: Estimate
    times: dict[str, Estimate]
    quantiles: dict[str, tuple[float, float, float]]
    counts: dict[str, Estimate]
    looks: tuple[float, ...]
    middle: float
    summary: str = "risk_difference"

    @property
    def scale(self) -> Scale:
        """How its estimate is shown."""
        return SCALES[self.summary]


def characterise(
    frame: polars.DataFrame,
    scenario: str,
    label: str,
    compared: Sequence[str],
    summary: str = "risk_difference",
    truth: Estimate | None = None,
    noise: float | None = None,
) -> Characteristics:
    """The characteristics of a frame of reported trials; `compared`: the two arms of the primary contrast.

    truth: of the estimand, where it is not counted in the trials (`truth_in`). noise: the standard error that it brings
    to the bias, less than its own where the trials are made of the very participants that it is the truth of.
    """
    estimate, lower, upper = (frame[name].to_numpy() for name in ("estimate", "lower", "upper"))
    rejected, ratio = frame["rejected"].to_numpy(), SCALES[summary].ratio
    found = _logarithms(estimate) if ratio else estimate[np.isfinite(estimate)]
    count = max(2, len(found))
    spread, middle = float(found.std(ddof=1)), float(found.mean())
    truth = truth or truth_in(frame, compared)
    months = [name for name in frame.columns if name.startswith("months_")]
    counts = [name for name in frame.columns if "." in name or name in ("attempts", "people", "randomised")]
    looks = frame["look"].to_numpy()
    return Characteristics(
        scenario=scenario,
        label=label,
        trials=len(frame),
        rejected=_share(rejected),
        favours=_share(rejected & (estimate > (1 if ratio else 0))),
        truth=truth,
        bias=truth
        and _bias(truth, middle, spread / math.sqrt(count), ratio, truth.error if noise is None else noise),
        coverage=truth and _coverage(truth.value, lower, upper),
        spread=Estimate(value=spread, error=spread / math.sqrt(2 * (count - 1))),
        analysed=_mean(frame["analysed"].to_numpy()),
        times={name: _mean(frame[name].to_numpy()) for name in months},
        quantiles={
            name: _quantiles(frame[name].to_numpy())
            for name in (*months, "randomised", "analysed", "estimate")
        },
        counts={name: _mean(frame[name].to_numpy()) for name in counts},
        looks=tuple(float((looks == look).mean()) for look in range(1, int(looks.max()) + 1)),
        middle=math.exp(middle) if ratio else middle,
        summary=summary,
    )


def _logarithms(estimate: np.ndarray) -> np.ndarray:
    """Of the ratios that have one."""
    return np.log(estimate[np.isfinite(estimate) & (estimate > 0)])


def _bias(truth: Estimate, middle: float, error: float, ratio: bool, noise: float) -> Estimate:
    """The mean of the estimates less the truth; of a ratio both as logarithms."""
    aim, noise = (math.log(truth.value), noise / truth.value) if ratio else (truth.value, noise)
    return Estimate(value=middle - aim, error=math.hypot(error, noise))


def _coverage(truth: float, lower: np.ndarray, upper: np.ndarray) -> Estimate | None:
    """The share of the intervals that hold the truth; None without any."""
    there = ~np.isnan(lower)
    return _share(((lower <= truth) & (truth <= upper))[there]) if there.any() else None


def truth_in(frame: polars.DataFrame, compared: Sequence[str]) -> Estimate | None:
    """The difference of the shares that would respond, over all participants of all trials; None where they are not
    counted."""
    if f"truth.{compared[0]}" not in frame.columns:
        return None
    shares, variance = [], 0.0
    for arm in (compared[0], compared[-1]):
        people = float(frame[f"randomised.{arm}"].sum())
        shares.append(float(frame[f"truth.{arm}"].sum()) / people)
        variance += shares[-1] * (1 - shares[-1]) / people
    return Estimate(value=shares[0] - shares[1], error=math.sqrt(variance))


def _share(flags: np.ndarray) -> Estimate:
    value = float(flags.mean())
    return Estimate(value=value, error=math.sqrt(value * (1 - value) / len(flags)))


def _mean(values: np.ndarray) -> Estimate:
    return Estimate(value=float(values.mean()), error=float(values.std(ddof=1)) / math.sqrt(len(values)))


def _quantiles(values: np.ndarray) -> tuple[float, float, float]:
    low, middle, high = np.nanquantile(values, (0.05, 0.5, 0.95))
    return float(low), float(middle), float(high)
