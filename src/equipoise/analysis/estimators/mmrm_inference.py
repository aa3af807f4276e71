"""Standard errors, degrees of freedom and tests of a model for repeated measures.

Satterthwaite's degrees of freedom use the standard errors as they are; Kenward and Roger's also correct them
for the covariance being an estimate. The correction here is the linear one: it leaves out the second
derivatives of the covariance, as SAS does for an unstructured one, so it does not depend on how a structure is
written. In both, the uncertainty of the covariance is that of the observed curvature at the maximum.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtrc, stdtr, stdtrit

from equipoise.analysis.errors import analysis_error
from equipoise.analysis.estimators.covariance import Array
from equipoise.analysis.estimators.mmrm import Mmrm
from equipoise.analysis.estimators.proportions import Interval, check_confidence

METHODS = ("satterthwaite", "kenward_roger")


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One linear combination of coefficients, in units of the response: its two-sided p-value and interval
    are those of Student's t on `df` degrees of freedom."""

    estimate: float
    standard_error: float
    df: float
    statistic: float
    p: float
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class FTest:
    """A test that several combinations are all zero: F on `numerator` and `df` degrees of freedom."""

    statistic: float
    numerator: int
    df: float
    p: float


def contrasts(
    fit: Mmrm, weights: ArrayLike, *, df: str = "satterthwaite", confidence: float = 0.95
) -> tuple[Estimate, ...]:
    """Each row of `weights` (m, p) times the coefficients. `df` is one of `METHODS` (else ANAL-017).

    Sources: Satterthwaite, Biometrics Bulletin 1946;2:110-114; Giesbrecht and Burns, Biometrics
    1985;41:477-486; Kenward and Roger, Biometrics 1997;53:983-997.
    """
    rows = _rows(fit, weights)
    used = coefficient_covariance(fit, df)
    return tuple(_estimate(fit, row, used, confidence) for row in rows)


def coefficient_covariance(fit: Mmrm, df: str) -> Array:
    """The covariance (p, p) that standard errors are made of: as estimated, or Kenward and Roger's."""
    if df not in METHODS:
        raise analysis_error("ANAL-017", "df", f"{df!r} is none of {', '.join(METHODS)}")
    if df == "kenward_roger" and not fit.point.restricted:
        raise analysis_error("ANAL-017", "df", "Kenward and Roger's belong to the restricted likelihood")
    return fit.covariance if df == "satterthwaite" else kenward_roger(fit)


def kenward_roger(fit: Mmrm) -> Array:
    """Kenward and Roger's covariance of the coefficients, without second derivatives of the covariance."""
    phi, doubt = fit.covariance, fit.theta_covariance
    inverse, first, blocks = fit.point.inverse, fit.point.shape.first, fit.curve.blocks
    sandwiched = inverse[None] @ first[:, None] @ inverse[None]
    mixed = np.tensordot(doubt, sandwiched, 1)
    products = (mixed @ first[:, None] @ inverse[None]).sum(axis=0)
    squared = fit.sums.weighed(products)[:-1, :-1]
    crossed = np.einsum("kl,kab,bc,lcd->ad", doubt, blocks, phi, blocks, optimize=True)
    return phi + 2 * phi @ (squared - crossed) @ phi


def _rows(fit: Mmrm, weights: ArrayLike) -> Array:
    rows = np.atleast_2d(np.asarray(weights, dtype=float))
    if rows.shape[1] != len(fit.coefficients) or not rows.any(axis=1).all():
        raise analysis_error(
            "ANAL-017", "contrast", "a row needs a weight for each coefficient, not all zero"
        )
    return rows


def satterthwaite_df(fit: Mmrm, row: Array) -> float:
    """Twice the squared variance of a combination, over the variance of that variance."""
    moved = fit.covariance @ row
    slope = fit.curve.blocks @ moved @ moved
    return float(2 * (row @ moved) ** 2 / (slope @ fit.theta_covariance @ slope))


def _estimate(fit: Mmrm, row: Array, used: Array, confidence: float) -> Estimate:
    """With one combination Kenward and Roger's degrees of freedom are Satterthwaite's."""
    value, error = float(row @ fit.coefficients), math.sqrt(row @ used @ row)
    freedom = satterthwaite_df(fit, row)
    check_confidence(confidence)
    half = float(stdtrit(freedom, (1 + confidence) / 2)) * error
    return Estimate(
        estimate=value,
        standard_error=error,
        df=freedom,
        statistic=value / error,
        p=2 * float(stdtr(freedom, -abs(value / error))),
        interval=Interval(lower=value - half, upper=value + half, confidence=confidence),
    )


def f_test(fit: Mmrm, weights: ArrayLike, *, df: str = "satterthwaite") -> FTest:
    """Tests that all rows of `weights` (m, p) times the coefficients are zero.

    With Satterthwaite the rows are turned into independent ones and their degrees of freedom are matched in the
    mean of F (Fai and Cornelius, J Stat Comput Simul 1996;54:363-378).
    """
    rows = _rows(fit, weights)
    used = coefficient_covariance(fit, df)
    spread = rows @ fit.covariance @ rows.T
    values, turned = np.linalg.eigh(spread)
    if values[0] < 1e-10 * values[-1]:
        raise analysis_error("ANAL-015", "contrast", "a row is a sum of the others")
    if df == "satterthwaite":
        return _fai_cornelius(fit, turned.T @ rows, values)
    return _kenward_roger_test(fit, rows, rows @ used @ rows.T)


def _fai_cornelius(fit: Mmrm, rows: Array, variances: Array) -> FTest:
    count = len(rows)
    statistic = float(((rows @ fit.coefficients) ** 2 / variances).mean())
    freedom = [satterthwaite_df(fit, row) for row in rows]
    total = sum(each / (each - 2) for each in freedom if each > 2)
    matched = 2 * total / (total - count) if total > count else 2.0
    whole = freedom[0] if count == 1 else matched
    return FTest(statistic=statistic, numerator=count, df=whole, p=float(fdtrc(count, whole, statistic)))


def _kenward_roger_test(fit: Mmrm, rows: Array, adjusted: Array) -> FTest:
    """Kenward and Roger's scaled F: scale and degrees of freedom match its mean and variance."""
    count, phi = len(rows), fit.covariance
    projected = rows.T @ np.linalg.solve(rows @ phi @ rows.T, rows)
    turned = projected @ phi @ fit.curve.blocks @ phi
    traces = np.trace(turned, axis1=1, axis2=2)
    one = float(traces @ fit.theta_covariance @ traces)
    two = float(np.einsum("kl,kab,lba->", fit.theta_covariance, turned, turned, optimize=True))
    scale, freedom = _matched(count, one, two)
    values = rows @ fit.coefficients
    statistic = scale * float(values @ np.linalg.solve(adjusted, values)) / count
    return FTest(statistic=statistic, numerator=count, df=freedom, p=float(fdtrc(count, freedom, statistic)))


def _matched(count: int, one: float, two: float) -> tuple[float, float]:
    """The scale and the denominator's degrees of freedom from the two sums of the paper's section 3."""
    b = (one + 6 * two) / (2 * count)
    g = ((count + 1) * one - (count + 4) * two) / ((count + 2) * two)
    low = 3 * count + 2 * (1 - g)
    c1, c2, c3 = g / low, (count - g) / low, (count + 2 - g) / low
    mean = 1 / (1 - two / count)
    variance = 2 / count * (1 + c1 * b) / ((1 - c2 * b) ** 2 * (1 - c3 * b))
    freedom = 4 + (count + 2) / (count * variance / (2 * mean**2) - 1)
    return freedom / (mean * (freedom - 2)), freedom
