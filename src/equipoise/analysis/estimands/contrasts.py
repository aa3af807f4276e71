"""From what an estimator found to the contrast of two arms that a report holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from equipoise.analysis.estimators.imputation import Pool
from equipoise.analysis.estimators.proportions import Interval
from equipoise.analysis.results import Contrast


class Found(Protocol):
    """An effect with its standard error (of a ratio, of its logarithm), two-sided p-value and interval."""

    @property
    def estimate(self) -> float: ...
    @property
    def standard_error(self) -> float: ...
    @property
    def p(self) -> float: ...
    @property
    def interval(self) -> Interval: ...


def contrast_from(arm: str, reference: str, found: Found, df: float | None = None) -> Contrast:
    """The contrast of one data set."""
    return Contrast(
        arm=arm,
        reference=reference,
        estimate=found.estimate,
        lower=found.interval.lower,
        upper=found.interval.upper,
        error=found.standard_error,
        p_value=found.p,
        confidence=found.interval.confidence,
        df=df,
    )


def contrast_from_pool(
    arm: str, reference: str, pool: Pool, confidence: float, turned: Callable[[float], float] = float
) -> Contrast:
    """The contrast of several completed data sets; `turned` takes the normal scale to that of the effect."""
    interval = pool.interval(confidence)
    return Contrast(
        arm=arm,
        reference=reference,
        estimate=turned(pool.estimate),
        lower=turned(interval.lower),
        upper=turned(interval.upper),
        error=pool.error,
        p_value=pool.p_value(),
        confidence=confidence,
        df=pool.df,
        missing_information=pool.fraction,
        simulation_error=pool.simulation_error,
    )
