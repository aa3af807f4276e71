"""Covariate-adjusted marginal effects on a binary endpoint: standardisation after a logistic regression.

The model predicts each participant's risk in each arm; the means of those predictions over all participants are the
risks that are compared (g-computation). In a randomised trial the risks are right even where the model is wrong. Ge's
variance takes the model as true (its robust form does not) and the participants as fixed; Ye's needs neither; the
strata-aware one also counts what stratified blocks take away from the chance imbalance of strata that the model does
not hold fully.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from equipoise.analysis.errors import analysis_error
from equipoise.analysis.estimators.covariance import Array
from equipoise.analysis.estimators.logistic import Logistic, fit_logistic
from equipoise.analysis.estimators.proportions import Interval, bounded, normal_quantile, two_sided_p

VARIANCES = ("ge", "ge_robust", "ye", "ye_strata", "bannick", "bannick_strata")
SUMMARIES = ("difference", "ratio", "odds_ratio")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standardised:
    """Risks by arm, standardised to all participants. `response` (n,), `group` (n,) the position of the arm in
    `arms` (k,), `predicted` (n, k) each participant's risk in each arm, `slopes` (k, p) the derivatives of
    the risks by the coefficients."""

    arms: tuple[object, ...]
    response: Array
    group: np.ndarray
    predicted: Array
    slopes: Array
    model: Logistic

    @property
    def risks(self) -> Array:
        """The standardised risks (k,)."""
        return self.predicted.mean(axis=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A marginal effect. For ratios `standard_error` is that of the logarithm, and the test is that it is
    0."""

    estimate: float
    standard_error: float
    p: float
    interval: Interval


def standardise(
    response: ArrayLike,
    arm: Sequence[object],
    covariates: Mapping[str, ArrayLike],
    *,
    interactions: bool = False,
) -> Standardised:
    """Fits arm and covariates (with `interactions`, each arm its own slopes) and standardises.

    `response` (n,) of 0 and 1, `arm` (n,) labels, `covariates` {name: (n,) numbers}, complete and measured before
    allocation. Raises ANAL-017 for other values, and ANAL-015 and ANAL-016 as the model does. Source: Freedman,
    Stat Sci 2008;23:237-249; Steingrimsson, Hanley and Rosenblum, Contemp Clin Trials 2017;54:18-24.
    """
    values, arms = np.asarray(response, dtype=float), tuple(sorted(set(arm)))  # type: ignore[type-var]
    columns = [np.asarray(each, dtype=float) for each in covariates.values()]
    same = {len(arm), *(len(each) for each in columns)} == {len(values)}
    if not len(values) or not same or not np.isin(values, (0, 1)).all():
        raise analysis_error(
            "ANAL-017", "response", "responses are 0 or 1, one for each row, and some are there"
        )
    if not all(np.isfinite(each).all() for each in columns):
        raise analysis_error("ANAL-017", "covariates", "a covariate is missing or infinite")
    group = np.array([arms.index(each) for each in arm])
    # Centred columns make the same model, and steps that do not lose digits.
    centred = np.column_stack([np.ones(len(values)), *(each - each.mean() for each in columns)])
    width = centred.shape[1] if interactions else 1
    designs = [_design(np.full(len(values), a), len(arms), centred, width) for a in range(len(arms))]
    rows = _design(group, len(arms), centred, width)
    own = ["", *(f" x {name}" for name in covariates)][:width]
    names = (*(f"{a}{each}" for a in arms for each in own), *(() if interactions else covariates))
    model = fit_logistic(values, rows, names)
    predicted = np.column_stack([expit(each @ model.coefficients) for each in designs])
    bent = predicted * (1 - predicted)
    slopes = np.stack([(each * bent[:, [a]]).mean(axis=0) for a, each in enumerate(designs)])
    return Standardised(
        arms=arms, response=values, group=group, predicted=predicted, slopes=slopes, model=model
    )


def _design(group: np.ndarray, arms: int, centred: Array, width: int) -> Array:
    """The first `width` columns for each arm of its own, the others for all."""
    own = [np.where((group == a)[:, None], centred[:, :width], 0.0) for a in range(arms)]
    return np.column_stack([*own, centred[:, width:]])


def risk_covariance(
    found: Standardised, variance: str = "ye", strata: Sequence[object] | None = None
) -> Array:
    """The covariance (k, k) of the standardised risks; `variance` is one of `VARIANCES`, `strata` (n,) the
    strata of permuted blocks, which `ye_strata` and `bannick_strata` need.

    Sources: Ge and others, Drug Inf J 2011;45:481-493; Ye, Bannick, Yi and Shao, Stat Theory Relat Fields
    2023;7:159-163; for strata Bannick and others, A general form of
    covariate adjustment in clinical trials under covariate-adaptive randomization, Biometrika 2025.
    """
    if variance not in VARIANCES or variance.endswith("_strata") != (strata is not None):
        raise analysis_error(
            "ANAL-017", "variance", f"{variance!r} with or without strata is none of {VARIANCES}"
        )
    if variance in ("ge", "ge_robust"):
        model = found.model.covariance if variance == "ge" else found.model.robust
        return found.slopes @ model @ found.slopes.T
    whole = _robust(found, decomposed=variance.startswith("bannick"))
    return whole if strata is None else whole - _spared(found, strata)


def _robust(found: Standardised, decomposed: bool) -> Array:
    """Ye's variance: within arms, what the model leaves over; over all, what it explains.

    decomposed: what is left over is Var(Y) - 2 Cov(Y, mu) + Var(mu) with mu over all participants, as Bannick and
    others have it; otherwise the residuals' own variance.
    """
    predicted, count = found.predicted, len(found.response)
    arms = range(len(found.arms))
    together = np.atleast_2d(np.cov(predicted.T))
    left = np.zeros_like(together)
    shared = np.zeros_like(together)
    for a in arms:
        own = found.group == a
        shared[a] = [np.cov(found.response[own], predicted[own, b])[0, 1] for b in arms]
        spread = np.var(found.response[own] - predicted[own, a], ddof=1)
        if decomposed:
            spread = np.var(found.response[own], ddof=1) - 2 * shared[a, a] + together[a, a]
        left[a, a] = spread * count / own.sum()
    return (left + shared + shared.T - together) / count


def _spared(found: Standardised, strata: Sequence[object]) -> Array:
    """What permuted blocks within strata take from the variance: the part of the mean residuals of a stratum
    that differing numbers by arm would have added."""
    labels, count = list(strata), len(found.response)
    if len(labels) != count:
        raise analysis_error("ANAL-017", "strata", "one stratum for each row")
    arms = len(found.arms)
    share = np.bincount(found.group, minlength=arms) / count
    spread = np.diag(share) - np.outer(share, share)
    residual = found.response - found.predicted[np.arange(count), found.group]
    total = np.zeros_like(spread)
    for stratum in set(labels):
        inside = np.array([each == stratum for each in labels])
        size = np.bincount(found.group[inside], minlength=arms)
        sums = np.bincount(found.group[inside], weights=residual[inside], minlength=arms)
        # An arm that a stratum lacks has no mean residual there: it is counted as sparing nothing.
        mean = np.where(size > 0, sums / np.maximum(size, 1), 0.0) / share
        total += inside.sum() / count * np.outer(mean, mean) * spread
    return total / count


def marginal_effect(
    found: Standardised,
    arm: object,
    reference: object,
    *,
    summary: str = "difference",
    variance: str = "ye",
    strata: Sequence[object] | None = None,
    confidence: float = 0.95,
) -> Effect:
    """The effect of `arm` against `reference` on one of `SUMMARIES`, with a normal interval (of the logarithm,
    for ratios) by the delta method. Raises ANAL-017 for unknown arms, summaries and variances."""
    if summary not in SUMMARIES or not {arm, reference} <= set(found.arms) or arm == reference:
        raise analysis_error("ANAL-017", "effect", f"{summary!r} of {arm!r} against {reference!r}")
    places = [found.arms.index(arm), found.arms.index(reference)]
    one, two = found.risks[places]
    spread = risk_covariance(found, variance, strata)[np.ix_(places, places)]
    value, slope = _scaled(summary, float(one), float(two))
    error = math.sqrt(max(0.0, float(slope @ spread @ slope)))
    half = normal_quantile(confidence) * error
    if summary == "difference":
        estimate, interval = value, bounded(value - half, value + half, confidence)
    else:
        estimate = math.exp(value)
        interval = Interval(lower=math.exp(value - half), upper=math.exp(value + half), confidence=confidence)
    p = two_sided_p(value / error) if error else 1.0
    return Effect(estimate=estimate, standard_error=error, p=p, interval=interval)


def _scaled(summary: str, one: float, two: float) -> tuple[float, Array]:
    """The effect on the scale on which it is nearly normal, and its derivatives by the two risks."""
    if summary == "difference":
        return one - two, np.array([1.0, -1.0])
    if summary == "ratio":
        return math.log(one / two), np.array([1 / one, -1 / two])
    odds = math.log(one * (1 - two) / (two * (1 - one)))
    return odds, np.array([1 / (one * (1 - one)), -1 / (two * (1 - two))])
