"""Which estimator serves an estimand: a compiled twin of its analysis, or the analysis itself."""

from __future__ import annotations

from equipoise.simulation.characteristics.pool.estimators.categories import categories_estimator
from equipoise.simulation.characteristics.pool.estimators.counts import counts_estimator
from equipoise.simulation.characteristics.pool.estimators.estimating import Estimator
from equipoise.simulation.characteristics.pool.estimators.imputed import imputed_estimator
from equipoise.simulation.characteristics.pool.estimators.means import means_estimator
from equipoise.simulation.characteristics.pool.estimators.repeated import repeated_estimator
from equipoise.simulation.characteristics.pool.estimators.rows import rows_estimator
from equipoise.simulation.characteristics.pool.estimators.tables import tables_estimator
from equipoise.simulation.characteristics.pool.estimators.times import times_estimator
from equipoise.simulation.characteristics.pool.plan import Pooled
from equipoise.study.estimand import Estimand
from equipoise.study.methods import estimator_of

IMPUTING = ("multiple_imputation", "conditional_mean")
ANALYSED, IMPUTED = 0.004, 0.3
"""Seconds of an analysis, and of one with some 50 imputations."""
TABLED = ("crude", "mantel_haenszel", "inverse_variance")
TWINS = {
    "cox": times_estimator,
    "ancova": means_estimator,
    "poisson": counts_estimator,
    "negative_binomial": counts_estimator,
    "proportional_odds": categories_estimator,
    **dict.fromkeys(TABLED, tables_estimator),
}


def estimator_for(plan: Pooled, confidence: float) -> Estimator:
    """The estimator of a plan."""
    name = estimator_of(plan.estimand) or ""
    if name in TWINS and not imputes(plan.estimand) and plain(plan.estimand):
        return TWINS[name](plan, confidence)
    if name == "mmrm" and not imputes(plan.estimand):
        return repeated_estimator(plan, confidence)
    if name in TABLED and at_limit(plan.estimand):
        return imputed_estimator(plan, confidence)
    return rows_estimator(plan, confidence)


def seconds(estimand: Estimand) -> float:
    """About how long the analysis of a trial takes that is made by Python, which threads cannot share; 0 for the
    others, which are compiled or sums over arrays."""
    name = estimator_of(estimand) or ""
    if (name in TWINS and not imputes(estimand) and plain(estimand)) or (
        name in TABLED and at_limit(estimand)
    ):
        return 0.0
    return IMPUTED if imputes(estimand) else ANALYSED


def imputes(estimand: Estimand) -> bool:
    """Whether missing values are imputed."""
    return estimand.missing.method in IMPUTING


def at_limit(estimand: Estimand) -> bool:
    """Whether missing scores of a yes or no are imputed at random, so that a trial is a few counts."""
    missing = estimand.missing
    return (
        estimand.variable.endpoint == "binary"
        and estimand.variable.score is not None
        and (missing.method, missing.assumption) == ("multiple_imputation", "mar")
        and float(missing.delta) == 0
    )


def plain(estimand: Estimand) -> bool:
    """Whether the model holds no more than its twin does: the arms, the baseline, the strata; one variance for all."""
    if estimand.interval in ("hc2", "hc3"):
        return False
    known = () if estimator_of(estimand) == "cox" else ("baseline", "strata")
    return set(estimand.model.covariates) <= set(known)


def asks(estimand: Estimand) -> bool:
    """Whether the analysis asks what a score means that is not the value of the participant."""
    if estimand.variable.score is None:
        return False
    return imputes(estimand) or estimator_of(estimand) == "mmrm"
