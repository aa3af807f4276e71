"""Means of a continuous endpoint by arm, adjusted for covariates by least squares (analysis of covariance).

A mean for each arm and one slope for each covariate. The adjusted mean of an arm is read at the covariates'
means over all rows; in the difference of two arms they cancel.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr, stdtrit

from equipoise.analysis.errors import analysis_error
from equipoise.analysis.estimators.covariance import Array
from equipoise.analysis.estimators.mmrm import check_rank
from equipoise.analysis.estimators.mmrm_inference import Estimate
from equipoise.analysis.estimators.proportions import Interval, check_confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Ancova:
    """A fitted model: `arms` (k,) in their order, `names` and `coefficients` (p,) of which the first k are
    the arms at covariates of zero, their `covariance` (p, p), residual degrees of freedom, and the
    covariates' means."""

    arms: tuple[object, ...]
    names: tuple[str, ...]
    coefficients: Array
    covariance: Array
    df: int
    centre: Array
    design: Array
    inverse: Array


def ancova(
    response: ArrayLike, arm: Sequence[object], covariates: Mapping[str, ArrayLike] | None = None
) -> Ancova:
    """Fits `response` (n,) on `arm` (n,) labels and `covariates` {name: (n,) numbers}, all complete.

    Raises ANAL-017 for rows that differ in length or are not finite, ANAL-015 for columns that cannot be
    told apart. Source: Fisher, Statistical Methods for Research Workers, 1932, section 49.1.
    """
    values = np.asarray(response, dtype=float)
    columns = {name: np.asarray(each, dtype=float) for name, each in (covariates or {}).items()}
    if {len(arm), *(len(each) for each in columns.values())} != {len(values)}:
        raise analysis_error("ANAL-017", "rows", "response, arm and covariates differ in length")
    if not all(np.isfinite(each).all() for each in (values, *columns.values())):
        raise analysis_error("ANAL-017", "rows", "a value is missing or infinite")
    arms = tuple(sorted(set(arm)))  # type: ignore[type-var]
    cells = [np.array([float(each == one) for each in arm]) for one in arms]
    design = np.column_stack([*cells, *columns.values()])
    names = (*(str(each) for each in arms), *columns)
    check_rank(design, names)
    inverse = np.linalg.inv(design.T @ design)
    coefficients = inverse @ (design.T @ values)
    left = values - design @ coefficients
    df = len(values) - design.shape[1]
    return Ancova(
        arms=arms,
        names=names,
        coefficients=coefficients,
        covariance=inverse * float(left @ left) / df,
        df=df,
        centre=np.array([each.mean() for each in columns.values()]),
        design=design,
        inverse=inverse,
    )


def adjusted_mean(fit: Ancova, arm: object, confidence: float = 0.95) -> Estimate:
    """The mean of an arm at the covariates' means."""
    return _combined(fit, np.concatenate([_cell(fit, arm), fit.centre]), confidence)


def mean_difference(fit: Ancova, arm: object, reference: object, confidence: float = 0.95) -> Estimate:
    """The mean of `arm` minus that of `reference`, with Student's interval and p-value."""
    row = np.concatenate([_cell(fit, arm) - _cell(fit, reference), np.zeros(len(fit.centre))])
    return _combined(fit, row, confidence)


def _cell(fit: Ancova, arm: object) -> Array:
    if arm not in fit.arms:
        raise analysis_error("ANAL-017", "mean", f"no such arm: {arm!r}")
    return np.array([float(each == arm) for each in fit.arms])


def _combined(fit: Ancova, row: Array, confidence: float) -> Estimate:
    """A combination of the coefficients. Without residual variance the interval is a point, and p is 0 or
    1."""
    value, error = float(row @ fit.coefficients), math.sqrt(max(0.0, float(row @ fit.covariance @ row)))
    statistic = value / error if error else math.copysign(math.inf, value) if value else 0.0
    check_confidence(confidence)
    half = float(stdtrit(fit.df, (1 + confidence) / 2)) * error
    return Estimate(
        estimate=value,
        standard_error=error,
        df=float(fit.df),
        statistic=statistic,
        p=2 * float(stdtr(fit.df, -abs(statistic))),
        interval=Interval(lower=value - half, upper=value + half, confidence=confidence),
    )
