"""The truth of an estimand in the population of a scenario: what its estimator tends to.

It is the declared effect among all followed participants, each of them in each arm (in the allocation's ratio), when
everybody is followed and nothing is missing (`undisturbed`): for means and proportions the difference that the arms
make to the same people; for ratios the ratio that the declared model or weights give among them (of hazards that are
not proportional the least false one, over the follow-up as planned). Whatever is imputed in the analysis is known here.
Its standard error is that of the sample of participants, by the jackknife over groups of them (Efron and Stein, Ann
Stat 1981;9:586-596).
"""

from __future__ import annotations

import math

import msgspec
import numpy as np

from equipoise.analysis.estimands.scales import SCALES
from equipoise.simulation.characteristics.pool.estimators.chosen import estimator_for
from equipoise.simulation.characteristics.pool.estimators.estimating import Estimator, Picked
from equipoise.simulation.characteristics.pool.estimators.means import means_estimator
from equipoise.simulation.characteristics.pool.plan import Outcomes, Pooled
from equipoise.study.estimand import Estimand, Missing

GROUPS = 20
"""Of the jackknife."""
OF_GAPS = ("rubin", "jackknife")
"""Intervals that need an imputation; here only the estimate is read."""


def truth_of(plan: Pooled, outcomes: Outcomes, confidence: float) -> tuple[float, float, float] | None:
    """The value, its standard error, and that of what was undone: of the difference that losses and gaps make among
    these participants. On the scale of the estimand; None where it cannot be estimated of so many.

    outcomes: the plan's, undisturbed.
    """
    own, ratio = complete(plan.estimand), SCALES[plan.estimand.summary].ratio
    known, seen = (plan._replace(outcomes=each, estimand=own) for each in (outcomes, plan.outcomes))
    whole, *parts = _values(known, confidence, ratio)
    if not np.isfinite([whole, *parts]).all():
        return None
    error, undone = (
        _jackknife(np.array(parts)),
        _jackknife(np.array(_values(seen, confidence, ratio)[1:]) - parts),
    )
    undone = undone if math.isfinite(undone) else error
    return (
        (math.exp(whole), math.exp(whole) * error, math.exp(whole) * undone)
        if ratio
        else (whole, error, undone)
    )


def _values(plan: Pooled, confidence: float, ratio: bool) -> list[float]:
    """The estimate among all followed participants, then without each group of them; of a ratio its logarithm."""
    means = plan.estimand.summary == "mean_difference"
    estimator = (means_estimator if means else estimator_for)(plan, confidence)
    members = np.arange(len(plan.outcomes.kind) // plan.allocation.arms)
    some = [members, *(members[members % GROUPS != group] for group in range(GROUPS))]
    found = [_estimate(estimator, everybody(plan, each)) for each in some]
    return [(math.log(each) if each > 0 else math.nan) if ratio else each for each in found]


def _jackknife(parts: np.ndarray) -> float:
    return math.sqrt((GROUPS - 1) / GROUPS * ((parts - parts.mean()) ** 2).sum())


def complete(estimand: Estimand) -> Estimand:
    """The estimand where nothing is missing."""
    interval = "wald" if estimand.interval in OF_GAPS else estimand.interval
    return msgspec.structs.replace(estimand, missing=Missing(method="none"), interval=interval)


def _estimate(estimator: Estimator, people: Picked) -> float:
    return float(estimator(people, np.zeros(1, np.int64), 0).estimate[0])


def everybody(plan: Pooled, members: np.ndarray) -> Picked:
    """These members of the sample, each in each compared arm as often as the allocation's ratio says, as one trial. No
    outcome depends on the site: strata are those at the first one."""
    arms = plan.allocation.arms
    level = plan.recruitment.level[plan.recruitment.member >= 0][members]
    stratum = plan.stratum[level, 0]
    parts = [
        (members * arms + arm, np.full(len(members), side), stratum)
        for side, arm in enumerate(plan.treatment)
        for _ in range(int(plan.allocation.ratio[arm]))
    ]
    return Picked(*(np.concatenate(each)[None, :].astype(np.int32) for each in zip(*parts, strict=True)))
