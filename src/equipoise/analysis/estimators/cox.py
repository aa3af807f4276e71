"""Cox's regression of a time to an event, over strata, with Efron's ties; and whether hazards are
proportional.

Sums over the people at risk are made once for each time of an event in each stratum, from suffix sums over
sorted times, so a fit takes a moment with 100,000 participants. The test of proportional hazards asks, for
each column, whether its coefficient changes with time: the score test of adding the column times a function
of time, which is the test of the scaled Schoenfeld residuals' slope.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2

from equipoise.analysis.errors import analysis_error
from equipoise.analysis.estimators.covariance import Array
from equipoise.analysis.estimators.mmrm import check_rank

STEPS = 60
NEAR = 1e-9
"""Times nearer than this part of the longest are the same."""
PRECISION = 1e-18
LONGEST = 2.0
"""A Newton step moves no linear predictor of a participant by more than this."""
RUNS_AWAY = "the hazard ratio runs away to 0 or infinity, since a column separates the events"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cox:
    """A fitted model: `coefficients` (p,) as logarithms of hazard ratios, their `covariance` (p, p), the
    partial log-likelihoods at zero and at the estimate, and how many events there are."""

    names: tuple[str, ...]
    coefficients: Array
    covariance: Array
    null: float
    fitted: float
    events: int
    data: Sorted


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """The rows by stratum, then time. design: (n, p), centred; event: (n,); starts: the first row of each
    group of equal stratum and time; after: by group, the first group of the next stratum; deaths: by group;
    times: by group."""

    design: Array
    event: np.ndarray
    starts: np.ndarray
    after: np.ndarray
    deaths: np.ndarray
    times: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """At a coefficient: the log-likelihood, and for each time of events (m,) the residuals of its events (m,
    p) and the
    information (m, p, p)."""

    value: float
    residuals: Array
    information: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportional:
    """The test of proportional hazards: of one column, or of all together (the name is then empty)."""

    name: str
    statistic: float
    df: int
    p_value: float


def fit_cox(
    time: ArrayLike,
    event: ArrayLike,
    design: ArrayLike,
    names: Sequence[str],
    stratum: Sequence[str] = (),
) -> Cox:
    """Fits `time` (n,) with `event` (n,) on the columns of `design` (n, p), with a baseline hazard for each
    stratum.

    Raises ANAL-016 without an event or where the estimate runs away, ANAL-015 for columns that cannot be
    told apart within strata, ANAL-017 for values that are not finite. Sources: Cox, J R Stat Soc B
    1972;34:187-220; Efron, JASA 1977;72:557-565.
    """
    data = _sorted(tied(np.asarray(time, float)), np.asarray(event, bool), np.asarray(design, float), stratum)
    if not data.deaths.any():
        raise analysis_error("ANAL-016", "hazard ratio", "there is no event")
    check_rank(_within(data), names)
    beta = np.zeros(data.design.shape[1])
    found = start = _moments(data, beta)
    for _ in range(STEPS):
        score, information = found.residuals.sum(axis=0), found.information.sum(axis=0)
        if np.diag(information).min() < 1e-8 or _flat(information):
            break
        step = np.linalg.solve(information, score)
        if score @ step < PRECISION:
            return Cox(
                names=tuple(names), coefficients=beta, covariance=np.linalg.inv(information),
                null=start.value, fitted=found.value, events=int(data.deaths.sum()), data=data,
            )  # fmt: skip
        step *= min(1.0, LONGEST / np.ptp(data.design @ step))
        beta, found = _uphill(data, beta, step, found)
    raise analysis_error("ANAL-016", "hazard ratio", RUNS_AWAY)


def _flat(information: Array) -> bool:
    """Whether the likelihood no longer bends in some direction: an estimate is on its way to infinity there."""
    own = np.sqrt(np.diag(information))
    return bool(np.linalg.eigvalsh(information / np.outer(own, own))[0] < 1e-9)


def _uphill(data: Sorted, beta: Array, step: Array, found: Moments) -> tuple[Array, Moments]:
    """The step, halved until the likelihood does not fall."""
    for _ in range(30):
        tried = _moments(data, beta + step)
        if tried.value >= found.value - 1e-9 * abs(found.value):
            break
        step = step / 2
    return beta + step, tried


def tied(time: Array) -> Array:
    """The times (n,), those alike that differ by rounding alone: 0.1 + 0.2 and 0.3 are one time."""
    known, place = np.unique(time, return_inverse=True)
    if len(known) < 2 or not np.isfinite(known).all():
        return time
    apart = np.diff(known) > NEAR * np.abs(known).max()
    return known[np.r_[True, apart]][np.r_[0, np.cumsum(apart)]][place]


def _sorted(time: Array, event: np.ndarray, design: Array, stratum: Sequence[str]) -> Sorted:
    codes = (
        np.unique(np.asarray(stratum, str), return_inverse=True)[1]
        if len(stratum)
        else np.zeros(len(time), int)
    )
    if not len(time) == len(event) == len(design) == len(codes):
        raise analysis_error("ANAL-017", "rows", "times, events, covariates and strata differ in length")
    if not (np.isfinite(time).all() and np.isfinite(design).all() and (time >= 0).all()):
        raise analysis_error(
            "ANAL-017", "rows", "a time or a covariate is missing, infinite, or before its start"
        )
    order = np.lexsort((time, codes))
    time, event, codes, design = time[order], event[order], codes[order], design[order]
    new = np.ones(len(time), bool)
    new[1:] = (np.diff(time) != 0) | (np.diff(codes) != 0)
    starts = np.flatnonzero(new)
    own = codes[starts]
    return Sorted(
        design=design - design.mean(axis=0) if len(design) else design,
        event=event,
        starts=starts,
        after=np.searchsorted(own, own, side="right"),
        deaths=np.add.reduceat(event.astype(int), starts) if len(starts) else np.zeros(0, int),
        times=time[starts],
    )


def _within(data: Sorted) -> Array:
    """The columns less their means in each stratum, of all who are at risk when anybody has an event."""
    last = np.r_[data.starts[1:], len(data.event)]
    design = data.design.copy()
    for end in np.unique(data.after):
        mine = data.after == end
        rows = slice(data.starts[mine][0], last[mine][-1])
        design[rows] -= design[rows].mean(axis=0)
    return design


def _moments(data: Sorted, beta: Array) -> Moments:
    """Everything that a step needs; Efron's mean over the events of one time."""
    predictor = data.design @ beta
    top = float(predictor.max())
    weight = np.exp(predictor - top)
    first = weight[:, None] * data.design
    second = first[:, :, None] * data.design[:, None, :]
    at_risk = [_suffix(data, each) for each in (weight, first, second)]
    mask = data.event
    dying = [
        np.add.reduceat(np.where(mask.reshape(-1, *[1] * (each.ndim - 1)), each, 0.0), data.starts)
        for each in (weight, first, second)
    ]
    place = np.flatnonzero(data.deaths)
    count = data.deaths[place]
    group = np.repeat(np.arange(len(place)), count)
    share = (np.arange(len(group)) - np.repeat(np.cumsum(count) - count, count)) / np.repeat(count, count)
    s0, s1, s2 = (
        all_[place][group] - share.reshape(-1, *[1] * (all_.ndim - 1)) * dead[place][group]
        for all_, dead in zip(at_risk, dying, strict=True)
    )
    mean = s1 / s0[:, None]
    spread = s2 / s0[:, None, None] - mean[:, :, None] * mean[:, None, :]
    begin = np.cumsum(count) - count
    died = np.add.reduceat(np.where(mask[:, None], data.design, 0.0), data.starts)[place]
    return Moments(
        value=float((predictor[mask] - top).sum() - np.log(s0).sum()),
        residuals=died - np.add.reduceat(mean, begin),
        information=np.add.reduceat(spread, begin),
    )


def _suffix(data: Sorted, values: Array) -> Array:
    """By group, the sum over the rows of its stratum whose time is not before it."""
    sums = np.add.reduceat(values, data.starts)
    tail = np.zeros((len(sums) + 1, *sums.shape[1:]))
    tail[:-1] = np.cumsum(sums[::-1], axis=0)[::-1]
    return tail[:-1] - tail[data.after]


def proportional_hazards(fit: Cox) -> tuple[Proportional, ...]:
    """The test of each column, then of all together: whether a coefficient changes with 1 minus the
    Kaplan-Meier curve of everybody just before each event. A small p-value speaks against one hazard ratio
    for all times.

    Sources: Grambsch and Therneau, Biometrika 1994;81:515-526; the score test of the R package survival 3.
    """
    found = _moments(fit.data, fit.coefficients)
    clock = _clock(fit.data)
    clock = clock - np.average(clock, weights=fit.data.deaths[fit.data.deaths > 0])
    slope = (clock[:, None] * found.residuals).sum(axis=0)
    whole = found.information.sum(axis=0)
    mixed = (clock[:, None, None] * found.information).sum(axis=0)
    own = (clock[:, None, None] ** 2 * found.information).sum(axis=0)
    left = own - mixed @ np.linalg.solve(whole, mixed)
    tests = [(name, slope[place] ** 2, left[place, place], 1) for place, name in enumerate(fit.names)]
    rows = [_test(name, square / room if room > 1e-12 else 0.0, df) for name, square, room, df in tests]
    together = float(slope @ np.linalg.lstsq(left, slope, rcond=1e-10)[0])
    return (*rows, _test("", together, int(np.linalg.matrix_rank(left, tol=1e-10 * max(1.0, np.trace(own))))))


def _test(name: str, statistic: float, df: int) -> Proportional:
    p = float(chi2.sf(statistic, df)) if df else 1.0
    return Proportional(name=name, statistic=float(statistic), df=df, p_value=p)


def _clock(data: Sorted) -> Array:
    """For each group with events, 1 minus the product-limit estimate of everybody just before its time."""
    last = np.r_[data.starts[1:], len(data.event)]
    times, which = np.unique(data.times, return_inverse=True)
    left = np.bincount(which, last - data.starts)
    died = np.bincount(which, data.deaths)
    at_risk = np.cumsum(left[::-1])[::-1]
    before = np.r_[1.0, np.cumprod(1 - died / at_risk)[:-1]]
    return 1 - before[which[data.deaths > 0]]
