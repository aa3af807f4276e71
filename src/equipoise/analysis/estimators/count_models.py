"""Rates of counts and odds of ordered categories, by the models of a kept library (statsmodels, the extra
`models`).

The library is imported when a model is fitted, so that nothing else needs it. Counts have a logarithmic
link, with the logarithm of the exposure as offset; ordered categories have proportional odds.
"""

from __future__ import annotations

import importlib
import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from equipoise.analysis.errors import analysis_error
from equipoise.analysis.estimators.covariance import Array
from equipoise.analysis.estimators.mmrm import check_rank
from equipoise.analysis.estimators.ordinal import proportional_odds_test
from equipoise.analysis.estimators.proportions import Interval, normal_quantile, two_sided_p
from equipoise.analysis.results import Check

COUNTS = ("negative_binomial", "poisson")
# A larger logarithm or error is that of a ratio which the data do not bound.
ENDLESS = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRatios:
    """A fitted model: for each arm but the reference (in `arms`, the reference last) a logarithm of a ratio
    with its standard error. `dispersion`: of a negative binomial, variance = mean + dispersion mean^2; None
    for other models. `rates`: of each arm, events over exposure, empty for categories. checks: tests of what
    the model assumes."""

    arms: tuple[str, ...]
    logarithms: Mapping[str, float]
    errors: Mapping[str, float]
    dispersion: float | None = None
    rates: Mapping[str, float] | None = None
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioEffect:
    """A ratio, the standard error of its logarithm, a two-sided p-value and Wald's interval."""

    estimate: float
    standard_error: float
    p: float
    interval: Interval


def library(name: str) -> Any:
    """A module of statsmodels. Raises ANAL-018 where it is not installed."""
    try:
        return importlib.import_module(f"statsmodels.{name}")
    except ImportError:
        raise analysis_error("ANAL-018", f"statsmodels.{name}", "statsmodels") from None


def fit_counts(
    count: ArrayLike,
    arm: Sequence[str],
    exposure: ArrayLike | None = None,
    covariates: Mapping[str, ArrayLike] | None = None,
    *,
    reference: str,
    model: str = "negative_binomial",
) -> LogRatios:
    """Rate ratios of `count` (n,) over `exposure` (n,), each arm against `reference`, by maximum
    likelihood.

    Where the counts vary no more than Poisson's, the largest likelihood of the negative binomial is
    Poisson's, and the dispersion is 0. Raises ANAL-017 for counts or exposures that are none, ANAL-004 for
    an arm without an event, ANAL-015 and ANAL-016 as other models. Sources: Lawless, Can J Stat
    1987;15:209-225; Keene and others, Pharm Stat 2007;6:89-97.
    """
    values = np.asarray(count, dtype=float)
    time = np.ones(len(values)) if exposure is None else np.asarray(exposure, dtype=float)
    whole = np.isfinite(values).all() and (values >= 0).all() and (values == np.round(values)).all()
    if model not in COUNTS or not whole or not (np.isfinite(time) & (time > 0)).all():
        raise analysis_error("ANAL-017", "counts", f"{model!r} needs whole counts and exposures above 0")
    arms, design, names = _columns(values, arm, covariates, reference)
    members = {each: np.array([one == each for one in arm]) for each in arms}
    rates = {each: float(values[own].sum() / time[own].sum()) for each, own in members.items()}
    if not all(rates.values()):
        raise analysis_error("ANAL-004", "rates", "an arm without an event has no rate ratio")
    full = np.column_stack([design, np.ones(len(values))])
    check_rank(full, (*names, "level"))
    tools = library("discrete.discrete_model")
    start = np.zeros(full.shape[1])
    start[-1] = math.log(values.sum() / time.sum())
    poisson = _maximum(tools.Poisson(values, full, offset=np.log(time)), start, "Poisson")
    mean = np.exp(full @ poisson.params + np.log(time))
    checks = (overdispersion(values, mean),)
    if model == "poisson" or ((values - mean) ** 2 - values).sum() <= 0:
        return _ratios(arms, poisson, None if model == "poisson" else 0.0, rates, checks)
    found = _maximum(
        tools.NegativeBinomial(values, full, offset=np.log(time)), np.append(poisson.params, 0.5), model
    )
    return _ratios(arms, found, float(found.params[-1]), rates, checks)


def overdispersion(count: Array, mean: Array) -> Check:
    """The score test of Poisson's variance against that of a negative binomial, one-sided: a small p-value
    says that the counts vary more than Poisson's. Source: Dean, JASA 1992;87:451-457."""
    statistic = float(((count - mean) ** 2 - count).sum() / math.sqrt(2 * (mean**2).sum()))
    return Check(
        assumption="No over-dispersion",
        subject="counts given the model",
        test="score test of Poisson's variance, one-sided",
        statistic=statistic,
        df=None,
        p_value=float(norm.sf(statistic)),
    )


def fit_categories(
    category: ArrayLike,
    arm: Sequence[str],
    covariates: Mapping[str, ArrayLike] | None = None,
    *,
    reference: str,
) -> LogRatios:
    """Common odds ratios of a higher `category` (n,), each arm against `reference`, by proportional odds.

    Raises ANAL-017 for fewer than two categories, ANAL-015 and ANAL-016 as other models. Source: McCullagh,
    J R Stat Soc B 1980;42:109-142.
    """
    values = np.asarray(category, dtype=float)
    levels = np.unique(values)
    if len(levels) < 2 or not np.isfinite(values).all():
        raise analysis_error("ANAL-017", "categories", "there are fewer than two categories")
    arms, design, names = _columns(values, arm, covariates, reference)
    check_rank(np.column_stack([np.ones(len(values)), design]), ("level", *names))
    places = np.searchsorted(levels, values)
    model = library("miscmodels.ordinal_model").OrderedModel(places, design, distr="logit")
    found = _maximum(model, None, "proportional odds")
    thresholds = np.asarray(model.transform_threshold_params(found.params))[1:-1]
    beta = np.asarray(found.params)[: design.shape[1]]
    statistic, df, p = proportional_odds_test(places, design, thresholds, beta, len(arms) - 1)
    check = Check(
        assumption="Proportional odds",
        subject="the arms",
        test="score test against an effect of its own at each cut",
        statistic=statistic,
        df=df,
        p_value=p,
    )
    return _ratios(arms, found, checks=(check,) if df else ())


def _columns(
    values: Array, arm: Sequence[str], covariates: Mapping[str, ArrayLike] | None, reference: str
) -> tuple[tuple[str, ...], Array, tuple[str, ...]]:
    """The arms with the reference last, a column for each other arm, then the covariates, standardised."""
    columns = {name: np.asarray(each, dtype=float) for name, each in (covariates or {}).items()}
    arms = (*(each for each in dict.fromkeys(sorted(arm)) if each != reference), reference)
    same = {len(arm), *(len(each) for each in columns.values())} == {len(values)}
    if not same or reference not in arm or len(arms) < 2:
        raise analysis_error(
            "ANAL-017", "arms", "rows differ in length, or there is no reference to compare with"
        )
    own = [np.array([float(each == one) for each in arm]) for one in arms[:-1]]
    return arms, np.column_stack([*own, *map(_standard, columns.values())]), (*arms[:-1], *columns)


def _standard(column: Array) -> Array:
    """A covariate less its mean, over its spread: the ratios between arms stay as they are, and the search for a
    maximum does not depend on the covariate's unit or origin."""
    spread = float(column.std()) if len(column) else 0.0
    varies = spread > 1e-12 * np.abs(column).max(initial=0.0)
    return (column - column.mean()) / spread if varies else column


def _maximum(model: Any, start: Array | None, name: str) -> Any:
    """The fit at the maximum: a search, then Newton's steps. Raises ANAL-016 where there is none."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            near = model.fit(start_params=start, method="bfgs", maxiter=500, disp=False)
            found = model.fit(start_params=near.params, method="newton", maxiter=100, disp=False)
            errors = np.asarray(found.bse)
        except (np.linalg.LinAlgError, ValueError):
            errors = np.array([np.nan])
    if not np.isfinite(errors).all() or errors.max() > ENDLESS:
        raise analysis_error(
            "ANAL-016", name, "the likelihood has no maximum that determines every coefficient"
        )
    return found


def _ratios(
    arms: tuple[str, ...],
    found: Any,
    dispersion: float | None = None,
    rates: Mapping[str, float] | None = None,
    checks: tuple[Check, ...] = (),
) -> LogRatios:
    values, errors = np.asarray(found.params), np.asarray(found.bse)
    return LogRatios(
        arms=arms,
        logarithms={arm: float(values[place]) for place, arm in enumerate(arms[:-1])},
        errors={arm: float(errors[place]) for place, arm in enumerate(arms[:-1])},
        dispersion=dispersion,
        rates=rates,
        checks=checks,
    )


def ratio_effect(fit: LogRatios, arm: str, confidence: float = 0.95) -> RatioEffect:
    """The ratio of one arm to the reference. Raises ANAL-017 for an arm that is not compared."""
    if arm not in fit.logarithms:
        raise analysis_error("ANAL-017", "ratio", f"no such arm: {arm!r}")
    value, error = fit.logarithms[arm], fit.errors[arm]
    half = normal_quantile(confidence) * error
    return RatioEffect(
        estimate=math.exp(value),
        standard_error=error,
        p=two_sided_p(value / error),
        interval=Interval(lower=math.exp(value - half), upper=math.exp(value + half), confidence=confidence),
    )
