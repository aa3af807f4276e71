"""Time to an event: the Kaplan-Meier curve with its bands, medians and restricted means, the log-rank test
and a hazard ratio between two groups, each over strata.

The hazard ratio is that of Cox's regression on the group and, where given, covariates. Group 1 against group
2: below 1 means fewer events in group 1. Times may be in any unit; nothing here takes longer with 100,000
participants than sorting them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from equipoise.analysis.errors import analysis_error
from equipoise.analysis.estimators.cox import STEPS as STEPS
from equipoise.analysis.estimators.cox import Proportional, fit_cox, proportional_hazards, tied
from equipoise.analysis.estimators.proportions import Interval, normal_quantile, two_sided_p

Bands = Literal["log-log", "log", "plain"]
BANDS: tuple[Bands, ...] = ("log-log", "log", "plain")
HALF = 0.5
EQUAL = 1e-9
"""Two shares nearer than this are the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """One participant's time to the event, or to censoring. `first` says whether it is of group 1."""

    time: float
    event: bool
    first: bool = True
    stratum: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A step of the Kaplan-Meier curve: after `time`, this survival with its Greenwood variance."""

    time: float
    at_risk: int
    events: int
    survival: float
    variance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The log-rank statistic (1 degree of freedom) and the hazard ratio with its interval.

    `expected` is the number of events that group 1 would have had without a difference. p_value: of the
    log-rank test; with covariates, of Wald's test of the adjusted ratio. checks: whether hazards are
    proportional, by column and together.
    """

    observed: int
    expected: float
    statistic: float
    p_value: float
    log_ratio: float
    error: float
    interval: Interval
    checks: tuple[Proportional, ...] = ()

    @property
    def ratio(self) -> float:
        return math.exp(self.log_ratio)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restricted:
    """The restricted mean time without the event up to `horizon`, with its standard error."""

    horizon: float
    mean: float
    error: float


def kaplan_meier(spells: Iterable[Spell]) -> tuple[Point, ...]:
    """The product-limit estimate at each event time (JASA 1958;53:457-481), Greenwood's variance."""
    given = list(spells)
    times = tied(np.array([each.time for each in given], float))
    seen = np.array([each.event for each in given], bool)
    steps, events = np.unique(times[seen], return_counts=True)
    at_risk = len(given) - np.searchsorted(np.sort(times), steps)
    survival = np.cumprod(1 - events / at_risk)
    left = np.where(at_risk > events, at_risk * (at_risk - events), np.inf)
    variance = survival**2 * np.cumsum(events / left)
    whole = all(isinstance(each.time, int) for each in given)
    return tuple(
        Point(
            time=int(time) if whole else float(time),
            at_risk=int(n),
            events=int(d),
            survival=float(s) if n > d else 0.0,
            variance=float(v) if n > d else 0.0,
        )
        for time, n, d, s, v in zip(steps, at_risk, events, survival, variance, strict=True)
    )


def band(point: Point, confidence: float = 0.95, kind: Bands = "log-log") -> Interval | None:
    """The pointwise interval of the share without the event; None at 0, where it has no width that the data tell.

    kind: normal in the logarithm of minus its logarithm (`log-log`), in its logarithm (`log`, the default of other
    programs), or as it is (`plain`), these two cut to 0 and 1. Source: Kalbfleisch and Prentice, 2002, section 1.4.
    """
    share = point.survival
    if not 0 < share < 1:
        return None
    half = normal_quantile(confidence) * math.sqrt(point.variance)
    if kind == "plain":
        ends = share - half, share + half
    elif kind == "log":
        ends = share * math.exp(-half / share), share * math.exp(half / share)
    else:
        turned = half / (share * -math.log(share))
        ends = share ** math.exp(turned), share ** math.exp(-turned)
    return Interval(lower=max(0.0, ends[0]), upper=min(1.0, ends[1]), confidence=confidence)


def median(points: Sequence[Point]) -> float | None:
    """The time after which half are without the event: where the curve stays at a half exactly until the
    next event, the middle of that stretch; None when it does not fall so far."""
    return _crossing([(each.time, each.survival) for each in points])


def median_interval(
    points: Sequence[Point], confidence: float = 0.95, kind: Bands = "log-log"
) -> tuple[float | None, float | None]:
    """The interval of the median (Brookmeyer and Crowley, Biometrics 1982;38:29-41): where the bands cross a
    half; an end that they do not reach is None."""
    bands = [(each.time, found) for each in points if (found := band(each, confidence, kind)) is not None]
    lower = _crossing([(time, found.lower) for time, found in bands])
    upper = _crossing([(time, found.upper) for time, found in bands])
    return lower, upper


def _crossing(curve: Sequence[tuple[float, float]]) -> float | None:
    """The first time at which a falling curve is at most a half."""
    for place, (time, share) in enumerate(curve):
        if share <= HALF + EQUAL:
            flat = abs(share - HALF) <= EQUAL and place + 1 < len(curve)
            return (time + curve[place + 1][0]) / 2 if flat else time
    return None


def point_at(points: Sequence[Point], time: float) -> Point | None:
    """The last step of the curve up to `time`; None before the first."""
    return next((each for each in reversed(points) if each.time <= time), None)


def survival_at(points: Sequence[Point], time: float) -> float:
    """The share still without the event after `time`."""
    found = point_at(points, time)
    return found.survival if found else 1.0


def restricted_mean(points: Sequence[Point], horizon: float, followed: float) -> Restricted:
    """The area below the curve up to `horizon`, with Greenwood's variance. followed: the longest time of
    anybody.

    Raises ANAL-020 for a horizon that is not above 0, or beyond the curve: after the longest time while some
    are without the event. Sources: Irwin, J Hyg 1949;47:188-189; Royston and Parmar, BMC Med Res Methodol
    2013;13:152.
    """
    ends = bool(points) and points[-1].survival == 0
    if not horizon > 0 or (horizon > followed and not ends):
        raise analysis_error(
            "ANAL-020", "restricted mean", f"{horizon:g}, and follow-up goes to {followed:g}"
        )
    steps = [each for each in points if each.time < horizon]
    times = np.array([0.0, *(each.time for each in steps), horizon])
    shares = np.array([1.0, *(each.survival for each in steps)])
    pieces = np.diff(times) * shares
    after = np.cumsum(pieces[::-1])[::-1][1:]
    room = np.array([each.at_risk * (each.at_risk - each.events) for each in steps], float)
    events = np.array([each.events for each in steps], float)
    terms = np.where(room > 0, after**2 * events / np.where(room > 0, room, 1.0), 0.0)
    return Restricted(horizon=horizon, mean=float(pieces.sum()), error=math.sqrt(float(terms.sum())))


def compare(
    spells: Sequence[Spell],
    confidence: float = 0.95,
    covariates: Mapping[str, ArrayLike] | None = None,
) -> Comparison:
    """Group 1 against group 2 over the strata, adjusted for `covariates` {name: (n,)} where given.

    Raises ANAL-016 without events in both groups, since the ratio is not finite then, and as `fit_cox`.
    """
    first = np.array([each.first for each in spells], bool)
    event = np.array([each.event for each in spells], bool)
    time = tied(np.array([each.time for each in spells], float))
    stratum = [each.stratum for each in spells]
    if not (event & first).any() or not (event & ~first).any():
        raise analysis_error(
            "ANAL-016", "hazard ratio", "a group has no event, so the ratio is 0 or infinite"
        )
    columns = {
        "group": first.astype(float),
        **{k: np.asarray(v, float) for k, v in (covariates or {}).items()},
    }
    fit = fit_cox(time, event, np.column_stack(list(columns.values())), tuple(columns), stratum)
    log_ratio, error = float(fit.coefficients[0]), math.sqrt(fit.covariance[0, 0])
    expected, variance = _log_rank(time, event, first, stratum)
    gap = float((event & first).sum()) - expected
    statistic = gap * gap / variance if variance else 0.0
    half = normal_quantile(confidence) * error
    return Comparison(
        observed=int((event & first).sum()),
        expected=expected,
        statistic=statistic,
        p_value=two_sided_p(log_ratio / error if covariates else math.sqrt(statistic)),
        log_ratio=log_ratio,
        error=error,
        interval=Interval(
            lower=math.exp(log_ratio - half), upper=math.exp(log_ratio + half), confidence=confidence
        ),
        checks=proportional_hazards(fit),
    )


def _log_rank(
    time: np.ndarray, event: np.ndarray, first: np.ndarray, stratum: Sequence[str]
) -> tuple[float, float]:
    """The expected events of group 1 and the hypergeometric variance, summed over the strata."""
    codes = np.unique(np.asarray(stratum, str), return_inverse=True)[1]
    expected = variance = 0.0
    for code in range(codes.max() + 1):
        mine = codes == code
        steps, died = np.unique(time[mine & event], return_counts=True)
        n = mine.sum() - np.searchsorted(np.sort(time[mine]), steps)
        one = (mine & first).sum() - np.searchsorted(np.sort(time[mine & first]), steps)
        expected += float((died * one / n).sum())
        spread = died * one * (n - one) * (n - died) / (n * n * np.maximum(n - 1.0, 1.0))
        variance += float(spread.sum())
    return expected, variance
