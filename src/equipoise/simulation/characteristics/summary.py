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
    truth: the effect under the estimand had no score been missing; None where only a yes or no has one. bias: of
    the estimate against it. coverage: of the interval. spread: standard deviation of the estimate, middle: its mean.
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
) -> Characteristics:
    """The characteristics of a frame of reported trials; `compared`: the two arms of the primary contrast."""
    estimate, lower, upper = (frame[name].to_numpy() for name in ("estimate", "lower", "upper"))
    rejected = frame["rejected"].to_numpy()
    used = np.isfinite(estimate)
    count = max(2, int(used.sum()))
    spread = float(estimate[used].std(ddof=1))
    middle = float(estimate[used].mean())
    truth, bias, coverage = _against_truth(frame, compared, summary, (estimate, lower, upper), used)
    months = [name for name in frame.columns if name.startswith("months_")]
    counts = [name for name in frame.columns if "." in name or name in ("attempts", "people", "randomised")]
    looks = frame["look"].to_numpy()
    return Characteristics(
        scenario=scenario,
        label=label,
        trials=len(frame),
        rejected=_share(rejected),
        favours=_share(rejected & (estimate > (1 if SCALES[summary].ratio else 0))),
        truth=truth,
        bias=bias,
        coverage=coverage,
        spread=Estimate(value=spread, error=spread / math.sqrt(2 * (count - 1))),
        analysed=_mean(frame["analysed"].to_numpy()),
        times={name: _mean(frame[name].to_numpy()) for name in months},
        quantiles={
            name: _quantiles(frame[name].to_numpy())
            for name in (*months, "randomised", "analysed", "estimate")
        },
        counts={name: _mean(frame[name].to_numpy()) for name in counts},
        looks=tuple(float((looks == look).mean()) for look in range(1, int(looks.max()) + 1)),
        middle=middle,
        summary=summary,
    )


def _against_truth(
    frame: polars.DataFrame,
    compared: Sequence[str],
    summary: str,
    found: Sequence[np.ndarray],
    used: np.ndarray,
) -> tuple[Estimate | None, Estimate | None, Estimate | None]:
    """The true effect, the bias and the coverage; None each where the frame counts no responders."""
    if f"truth.{compared[0]}" not in frame.columns:
        return None, None, None
    estimate, lower, upper = found
    truth, error = _truth(frame, compared, summary)
    count = max(2, int(used.sum()))
    noise = float(estimate[used].std(ddof=1)) / count**0.5
    return (
        Estimate(value=truth, error=error),
        Estimate(value=float(estimate[used].mean()) - truth, error=math.hypot(noise, error)),
        _share(((lower <= truth) & (truth <= upper))[used]),
    )


def _share(flags: np.ndarray) -> Estimate:
    value = float(flags.mean())
    return Estimate(value=value, error=math.sqrt(value * (1 - value) / len(flags)))


def _mean(values: np.ndarray) -> Estimate:
    return Estimate(value=float(values.mean()), error=float(values.std(ddof=1)) / math.sqrt(len(values)))


def _quantiles(values: np.ndarray) -> tuple[float, float, float]:
    low, middle, high = np.nanquantile(values, (0.05, 0.5, 0.95))
    return float(low), float(middle), float(high)


def _truth(frame: polars.DataFrame, compared: Sequence[str], summary: str) -> tuple[float, float]:
    """The difference or ratio of the shares that would respond, over all participants of all trials, with its error
    by the delta method. A ratio is that of the shares, whatever the strata."""
    shares, variances = [], []
    for arm in (compared[0], compared[-1]):
        people = float((frame[f"randomised.{arm}"]).sum())
        share = float(frame[f"truth.{arm}"].sum()) / people
        shares.append(share)
        variances.append(share * (1 - share) / people)
    one, two = shares
    if summary == "risk_difference":
        return one - two, math.sqrt(sum(variances))
    if not (0 < one < 1 and 0 < two < 1):
        return math.nan, math.nan
    odds = [(1 - share) if summary == "odds_ratio" else 1.0 for share in shares]
    ratio = one / odds[0] / (two / odds[1])
    parts = (
        variance / (share * part) ** 2 for share, variance, part in zip(shares, variances, odds, strict=True)
    )
    return ratio, ratio * math.sqrt(sum(parts))
