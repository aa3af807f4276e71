"""Logistic regression by iteratively weighted least squares: a working model, small and without options.

It is Newton's method on the likelihood, each step halved until the deviance falls. Responses that a column
separates have no largest likelihood: that is an error here, not a large coefficient.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from equipoise.analysis.errors import analysis_error
from equipoise.analysis.estimators.covariance import Array
from equipoise.analysis.estimators.mmrm import check_rank

PRECISION = 1e-18
STEPS = 50
# A linear predictor beyond this is a probability that differs from 0 or 1 by less than a part in 10^10.
SEPARATED = 23.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Logistic:
    """A fitted model: `coefficients` (p,) as logarithms of odds ratios, their `covariance` (p, p) from the
    information, the `robust` one that does not take the model as true (White, Econometrica 1982;50:1-25: HC0), and
    minus twice the log-likelihood."""

    names: tuple[str, ...]
    coefficients: Array
    covariance: Array
    robust: Array
    deviance: float


def fit_logistic(response: Array, design: Array, names: tuple[str, ...]) -> Logistic:
    """Fits `response` (n,) of 0 and 1 on `design` (n, p).

    Raises ANAL-015 for columns that cannot be told apart and ANAL-016 without a maximum (separation). Source:
    McCullagh and Nelder, Generalized Linear Models, 1989, section 4.4.
    """
    check_rank(design, names)
    beta = np.zeros(design.shape[1])
    value = _deviance(response, design @ beta)
    for _ in range(STEPS):
        fitted = expit(design @ beta)
        information = (design * (fitted * (1 - fitted))[:, None]).T @ design
        slope = design.T @ (response - fitted)
        step = np.linalg.solve(information, slope)
        if slope @ step < PRECISION:
            covariance = np.linalg.inv(information)
            left = design * (response - fitted)[:, None]
            robust = covariance @ (left.T @ left) @ covariance
            return Logistic(
                names=names, coefficients=beta, covariance=covariance, robust=robust, deviance=value
            )
        size = 1.0
        while _deviance(response, design @ (beta + size * step)) > value * (1 + 1e-9) and size > 1e-6:
            size /= 2
        beta = beta + size * step
        value = _deviance(response, design @ beta)
        if np.abs(design @ beta).max() > SEPARATED:
            break
    raise analysis_error("ANAL-016", "logistic regression", "the columns separate the responses")


def _deviance(response: Array, predictor: Array) -> float:
    """Minus twice the log-likelihood, without overflow."""
    return float(2 * (np.logaddexp(0, predictor) - response * predictor).sum())
