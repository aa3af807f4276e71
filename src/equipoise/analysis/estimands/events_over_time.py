"""The analysis of a time-to-event estimand: Kaplan-Meier by arm; log-rank test and hazard ratio over strata, or the
difference of restricted mean times.

The rule of the variable gives the day of the event. Unknown or missing means that it has not been seen: the
time is censored at the last day on which the participant was followed. A composite intercurrent event (and
death, when it is declared as one) that comes first is the event.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from equipoise.analysis.data.rows import Participant, Times
from equipoise.analysis.errors import AnalysisError, noted
from equipoise.analysis.estimands.covariates import adjusted_for, columns_of
from equipoise.analysis.estimands.specs import Spec
from equipoise.analysis.estimators.proportions import normal_quantile, two_sided_p
from equipoise.analysis.estimators.survival import (
    Comparison,
    Point,
    Restricted,
    Spell,
    band,
    compare,
    kaplan_meier,
    median,
    median_interval,
    point_at,
    restricted_mean,
)
from equipoise.analysis.results import Analysis, Check, Contrast, Group, Share
from equipoise.study.estimand import Estimand

COX = "hazard ratio by Cox regression{over} (Efron ties){adjusted}, {test}, Kaplan-Meier medians"
RESTRICTED = (
    "difference of the mean time without the event up to day {horizon} (area below the Kaplan-Meier curve)"
)
PROPORTIONAL = "Proportional hazards"
RESIDUALS = "scaled Schoenfeld residuals over Kaplan-Meier time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """What the analysis of times needs: the estimand as this analysis has it, the times and the measures by subject."""

    estimand: Estimand
    times: Mapping[str, Times]
    measures: Mapping[str, Mapping[str, Decimal | str | None]] = field(default_factory=dict)

    @property
    def confidence(self) -> float:
        return float(self.estimand.confidence)

    @property
    def restricted(self) -> bool:
        """Whether mean times are compared."""
        return self.estimand.summary == "restricted_mean_difference"

    @property
    def horizon(self) -> int:
        """The day up to which a mean time goes."""
        return max(self.estimand.variable.horizons)

    @property
    def method(self) -> str:
        """The method in words."""
        if self.restricted:
            return RESTRICTED.format(horizon=self.horizon)
        adjusted = adjusted_for(self.estimand)
        test = "Wald test, log-log Kaplan-Meier bands" if adjusted else "log-rank test"
        over = " over strata" if self.estimand.strata else ""
        return COX.format(over=over, adjusted=adjusted, test=test)


def analyse_times(spec: Spec, rows: Sequence[Participant], how: Timed, arms: tuple[str, ...]) -> Analysis:
    """Every arm against the last, which is the reference."""
    members = [row for row in rows if row.subject in how.times and row.arm in arms]
    contrasts, checks, notes = [], list[Check](), []
    for arm in arms[:-1]:
        try:
            made, tested = versus(arm, arms[-1], members, how)
        except AnalysisError as error:
            notes.append(noted(error))
        else:
            contrasts.append(made)
            checks += tested
    return Analysis(
        id=spec.id,
        label=spec.label,
        role=spec.role,
        method=how.method,
        groups=tuple(group(arm, members, how) for arm in arms),
        contrasts=tuple(contrasts),
        summary=how.estimand.summary,
        checks=tuple(checks),
        notes=tuple(dict.fromkeys(notes)),
    )


def versus(
    arm: str, reference: str, rows: Sequence[Participant], how: Timed
) -> tuple[Contrast, tuple[Check, ...]]:
    """One arm against the reference, and what speaks against the model."""
    if how.restricted:
        return apart(arm, reference, rows, how), ()
    used = [row for row in rows if row.arm in (arm, reference)]
    found = compare(
        [spell(row, how, first=row.arm == arm) for row in used], how.confidence, columns(used, how)
    )
    made = contrast_of(found, arm, reference, how.confidence)
    return made, tuple(checks_of(found, arm, reference))


def contrast_of(found: Comparison, arm: str, reference: str, confidence: float) -> Contrast:
    """A hazard ratio as a result."""
    return Contrast(
        arm=arm,
        reference=reference,
        estimate=found.ratio,
        lower=found.interval.lower,
        upper=found.interval.upper,
        error=found.error,
        p_value=found.p_value,
        confidence=confidence,
    )


def checks_of(found: Comparison, arm: str, reference: str) -> Iterable[Check]:
    """The tests of proportional hazards: of the arms, of each covariate, of all together where there are several."""
    several = len(found.checks) > 2
    for each in found.checks:
        if each.name or several:
            subject = {"group": f"{arm} against {reference}", "": "all together"}.get(each.name, each.name)
            yield Check(
                assumption=PROPORTIONAL,
                subject=subject,
                test=RESIDUALS,
                statistic=each.statistic,
                df=each.df,
                p_value=each.p_value,
            )


def columns(rows: Sequence[Participant], how: Timed) -> dict[str, list[float]]:
    """The covariates of the model."""
    found: dict[str, list[float]] = {}
    for name in how.estimand.model.covariates:
        label = how.estimand.measures[name].label
        found |= columns_of(label, [how.measures[row.subject][name] for row in rows])
    return found


def spell(row: Participant, how: Timed, *, first: bool = True) -> Spell:
    """The time of one participant."""
    time = how.times[row.subject]
    stratum = ";".join(row.factors.get(each, "") for each in how.estimand.strata)
    return Spell(time=time.days, event=time.event, first=first, stratum=stratum)


def apart(arm: str, reference: str, rows: Sequence[Participant], how: Timed) -> Contrast:
    """The difference of two restricted means."""
    one, two = (restricted(name, [row for row in rows if row.arm == name], how) for name in (arm, reference))
    return mean_difference(arm, reference, one, two, how.confidence)


def mean_difference(
    arm: str, reference: str, one: Restricted | None, two: Restricted | None, confidence: float
) -> Contrast:
    """The difference of two restricted means as a result, with Wald's interval."""
    assert one is not None and two is not None
    estimate, error = one.mean - two.mean, math.hypot(one.error, two.error)
    half = normal_quantile(confidence) * error
    return Contrast(
        arm=arm,
        reference=reference,
        estimate=estimate,
        lower=estimate - half,
        upper=estimate + half,
        error=error,
        p_value=two_sided_p(estimate / error) if error else float(estimate == 0),
        confidence=confidence,
    )


def restricted(arm: str, rows: Sequence[Participant], how: Timed) -> Restricted:
    """The restricted mean of one arm. Raises ANAL-020."""
    followed = max((how.times[row.subject].days for row in rows), default=0)
    return restricted_mean(curve(arm, rows, how.times), how.horizon, followed)


def curve(arm: str | None, rows: Sequence[Participant], times: Mapping[str, Times]) -> tuple[Point, ...]:
    """The Kaplan-Meier curve of one arm; of everybody when the arm is None."""
    return kaplan_meier(
        Spell(time=times[row.subject].days, event=times[row.subject].event)
        for row in rows
        if (arm is None or row.arm == arm) and row.subject in times
    )


def group(arm: str, rows: Sequence[Participant], how: Timed) -> Group:
    """Participants, events, median time and shares of one arm; its restricted mean where means are compared."""
    mine = [row for row in rows if row.arm == arm]
    events = sum(how.times[row.subject].event for row in mine)
    points = curve(arm, mine, how.times)
    mean: Restricted | None = None
    if how.restricted:
        try:
            mean = restricted(arm, mine, how)
        except AnalysisError:  # told by the contrast, which needs it too
            mean = None
    return Group(
        arm=arm,
        analysed=len(mine),
        responders=float(events),
        proportion=events / len(mine) if mine else None,
        median=median(points),
        median_interval=median_interval(points, how.confidence),
        shares=tuple(share(day, points, mine, how) for day in how.estimand.variable.horizons) if mine else (),
        mean=mean.mean if mean else None,
        mean_error=mean.error if mean else None,
    )


def share(day: int, points: Sequence[Point], rows: Sequence[Participant], how: Timed) -> Share:
    """The share of an arm without the event after a day; not known beyond the last day of anybody without it."""
    point = point_at(points, day)
    at_risk = sum(how.times[row.subject].days >= day for row in rows)
    if not at_risk and not (point and point.survival == 0):
        return Share(day=day, survival=None, lower=None, upper=None, at_risk=0)
    bounds = band(point, how.confidence) if point else None
    return Share(
        day=day,
        survival=point.survival if point else 1.0,
        lower=bounds.lower if bounds else None,
        upper=bounds.upper if bounds else None,
        at_risk=at_risk,
    )
