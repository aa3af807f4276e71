"""Means of a continuous endpoint by arm, adjusted for covariates by least squares (analysis of covariance).

A mean for each arm and one slope for each covariate. The adjusted mean of an arm is read at the covariates'
means over all rows; in the difference of two arms they cancel. Errors take one variance for all (`student`), or
allow each participant one of their own (`hc2`, `hc3`), which holds where arms differ in variance or the slopes
of the covariates in arms.
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

ERRORS = ("student", "hc2", "hc3")
ALONE = 1e-9
"""A participant with a leverage so near to 1 has no residual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ancova:
    """A fitted model: `arms` (k,) in their order, `names` and `coefficients` (p,) of which the first k are
    the arms at the covariates' means `origin`, residual degrees of freedom, and `centre`, where adjusted means are
    read. `design` (n, p) has the covariates less their means, `inverse` (p, p) is that of its products, `left` (n,)
    the residuals."""

    arms: tuple[object, ...]
    names: tuple[str, ...]
    coefficients: Array
    df: int
    centre: Array
    origin: Array
    design: Array
    inverse: Array
    left: Array


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
    centre = np.array([each.mean() for each in columns.values()])
    # Less their means, covariates keep their digits whatever their origin, as a year of birth has one.
    near = [each - mean for each, mean in zip(columns.values(), centre, strict=True)]
    design = np.column_stack([*cells, *near])
    names = (*(str(each) for each in arms), *columns)
    check_rank(design, names)
    inverse = np.linalg.inv(design.T @ design)
    coefficients = inverse @ (design.T @ values)
    return Ancova(
        arms=arms,
        names=names,
        coefficients=coefficients,
        df=len(values) - design.shape[1],
        centre=centre,
        origin=centre,
        design=design,
        inverse=inverse,
        left=values - design @ coefficients,
    )


def adjusted_mean(fit: Ancova, arm: object, confidence: float = 0.95, errors: str = "student") -> Estimate:
    """The mean of an arm at the covariates' means."""
    return _combined(fit, np.concatenate([_cell(fit, arm), fit.centre - fit.origin]), confidence, errors)


def mean_difference(
    fit: Ancova, arm: object, reference: object, confidence: float = 0.95, errors: str = "student"
) -> Estimate:
    """The mean of `arm` minus that of `reference`, with an interval and a p-value of Student's t.

    errors: `student`; `hc2` with Bell and McCaffrey's degrees of freedom (without covariates its error is that of
    Welch's test); `hc3` with those of the residuals. Raises ANAL-016 where somebody has no residual and a robust error
    does not exist, ANAL-017. Sources: MacKinnon and White, J Econom 1985;29:305-325; Bell and McCaffrey, Surv Methodol
    2002;28:169-181.
    """
    return _combined(fit, contrast_row(fit, arm, reference), confidence, errors)


def contrast_row(fit: Ancova, arm: object, reference: object) -> Array:
    """The weights (p,) of the coefficients in a difference of two arms."""
    return np.concatenate([_cell(fit, arm) - _cell(fit, reference), np.zeros(len(fit.centre))])


def _cell(fit: Ancova, arm: object) -> Array:
    if arm not in fit.arms:
        raise analysis_error("ANAL-017", "mean", f"no such arm: {arm!r}")
    return np.array([float(each == arm) for each in fit.arms])


def errors_of(interval: str) -> str:
    """The errors that an interval of a definition has; one that has none of its own (the jackknife) the plain ones."""
    return interval if interval in ERRORS else "student"


def error_weights(fit: Ancova, row: Array, errors: str) -> tuple[Array, float]:
    """The weights (n,) of the squared residuals whose sum is the variance of a combination, and its degrees of
    freedom. Raises ANAL-016, ANAL-017."""
    if errors not in ERRORS:
        raise analysis_error("ANAL-017", "errors", f"{errors!r} is none of {', '.join(ERRORS)}")
    if errors == "student":
        return np.full(len(fit.left), float(row @ fit.inverse @ row) / fit.df), float(fit.df)
    room = 1 - np.einsum("np,pq,nq->n", fit.design, fit.inverse, fit.design, optimize=True)
    if room.min() < ALONE:
        raise analysis_error("ANAL-016", "robust errors", "a participant determines a coefficient alone")
    pull = (fit.design @ fit.inverse @ row) ** 2
    if errors == "hc3":
        return pull / room**2, float(fit.df)
    weight = pull / room
    # The trace of the square of sqrt(w_i w_j) M_ij, M the projection on the residuals, without its n x n elements.
    turned = fit.design @ np.linalg.cholesky(fit.inverse)
    outer = (turned * weight[:, None]).T @ turned
    square = float((weight**2 * (2 * room - 1)).sum() + (outer**2).sum())
    return weight, float(pull.sum()) ** 2 / square


def _combined(fit: Ancova, row: Array, confidence: float, errors: str) -> Estimate:
    """A combination of the coefficients. Without residual variance the interval is a point, and p is 0 or
    1."""
    check_confidence(confidence)
    weights, df = error_weights(fit, row, errors)
    value, error = float(row @ fit.coefficients), math.sqrt(float(weights @ fit.left**2))
    statistic = value / error if error else math.copysign(math.inf, value) if value else 0.0
    half = float(stdtrit(df, (1 + confidence) / 2)) * error
    return Estimate(
        estimate=value,
        standard_error=error,
        df=df,
        statistic=statistic,
        p=2 * float(stdtr(df, -abs(statistic))),
        interval=Interval(lower=value - half, upper=value + half, confidence=confidence),
    )
