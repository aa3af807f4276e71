"""Time to an event: Kaplan-Meier, the log-rank test and a hazard ratio between two groups, each over
strata.

The hazard ratio is Cox's with one covariate, the group, and Efron's handling of ties: one number, found by
Newton's method. Group 1 against group 2: below 1 means fewer events in group 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from equipoise.analysis.errors import analysis_error
from equipoise.analysis.proportions import Interval, normal_quantile, two_sided_p

STEPS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """One participant's time in days to the event, or to censoring. `first` says whether it is of group
    1."""

    time: int
    event: bool
    first: bool = True
    stratum: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A step of the Kaplan-Meier curve: after `time`, this survival with its Greenwood variance."""

    time: int
    at_risk: int
    events: int
    survival: float
    variance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The log-rank statistic (1 degree of freedom) and the hazard ratio with its interval.

    `expected` is the number of events that group 1 would have had without a difference.
    """

    observed: int
    expected: float
    statistic: float
    p_value: float
    log_ratio: float
    error: float
    interval: Interval

    @property
    def ratio(self) -> float:
        return math.exp(self.log_ratio)


def kaplan_meier(spells: Iterable[Spell]) -> tuple[Point, ...]:
    """The product-limit estimate at each event time (JASA 1958;53:457-481), Greenwood's variance."""
    ordered = sorted(spells, key=lambda each: each.time)
    survival, hazard, points = 1.0, 0.0, []
    for time in sorted({each.time for each in ordered if each.event}):
        at_risk = sum(each.time >= time for each in ordered)
        events = sum(each.time == time and each.event for each in ordered)
        survival *= 1 - events / at_risk
        hazard = hazard + events / (at_risk * (at_risk - events)) if at_risk > events else 0.0
        points.append(
            Point(time=time, at_risk=at_risk, events=events, survival=survival, variance=survival**2 * hazard)
        )
    return tuple(points)


def median(points: Sequence[Point]) -> int | None:
    """The first time at which survival is at most a half; None when the curve does not fall so far."""
    return next((each.time for each in points if each.survival <= 0.5 + 1e-12), None)


def survival_at(points: Sequence[Point], time: int) -> float:
    """The share still without the event after `time` days."""
    return next((each.survival for each in reversed(points) if each.time <= time), 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _RiskSet:
    """Who is at risk at one event time of one stratum: group 1, group 2, and the events of each."""

    n1: int
    n2: int
    d1: int
    d2: int


def compare(spells: Sequence[Spell], confidence: float = 0.95) -> Comparison:
    """Group 1 against group 2 over the strata. Without events in both groups the ratio is not finite."""
    sets = tuple(_risk_sets(spells))
    first, second = sum(each.d1 for each in sets), sum(each.d2 for each in sets)
    if not first or not second:
        raise analysis_error("ANAL-005", "hazard ratio", "of a hazard ratio without events in both groups")
    expected, variance = _log_rank(sets)
    gap = first - expected
    statistic = gap * gap / variance if variance else 0.0
    log_ratio, error = _cox(sets)
    half = normal_quantile(confidence) * error
    return Comparison(
        observed=first,
        expected=expected,
        statistic=statistic,
        p_value=two_sided_p(math.sqrt(statistic)),
        log_ratio=log_ratio,
        error=error,
        interval=Interval(
            lower=math.exp(log_ratio - half), upper=math.exp(log_ratio + half), confidence=confidence
        ),
    )


def _risk_sets(spells: Sequence[Spell]) -> Iterable[_RiskSet]:
    strata: Mapping[str, list[Spell]] = {each.stratum: [] for each in spells}
    for each in spells:
        strata[each.stratum].append(each)
    for members in strata.values():
        for time in sorted({each.time for each in members if each.event}):
            at_risk = [each for each in members if each.time >= time]
            failed = [each for each in at_risk if each.time == time and each.event]
            n1, d1 = sum(each.first for each in at_risk), sum(each.first for each in failed)
            yield _RiskSet(n1=n1, n2=len(at_risk) - n1, d1=d1, d2=len(failed) - d1)


def _log_rank(sets: Sequence[_RiskSet]) -> tuple[float, float]:
    """The expected events of group 1 and the hypergeometric variance."""
    expected = variance = 0.0
    for each in sets:
        n, d = each.n1 + each.n2, each.d1 + each.d2
        expected += d * each.n1 / n
        if n > 1:
            variance += d * each.n1 * each.n2 * (n - d) / (n * n * (n - 1))
    return expected, variance


def _cox(sets: Sequence[_RiskSet]) -> tuple[float, float]:
    """The log hazard ratio and its standard error, Efron ties (JASA 1977;72:557-565)."""
    beta = 0.0
    for _ in range(STEPS):
        score, information = _efron(sets, beta)
        if information < 1e-8:
            break
        step = max(-2.0, min(2.0, score / information))
        beta += step
        if abs(step) < 1e-12:
            return beta, 1 / math.sqrt(information)
    raise analysis_error(
        "ANAL-005", "hazard ratio", "of a hazard ratio whose estimate runs away (groups do not overlap)"
    )


def _efron(sets: Sequence[_RiskSet], beta: float) -> tuple[float, float]:
    ratio, score, information = math.exp(beta), 0.0, 0.0
    for each in sets:
        score += each.d1
        deaths = each.d1 + each.d2
        for place in range(deaths):
            share = place / deaths
            one = (each.n1 - share * each.d1) * ratio
            mean = one / (one + each.n2 - share * each.d2)
            score -= mean
            information += mean * (1 - mean)
    return score, information
