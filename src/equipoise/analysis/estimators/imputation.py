"""Multiple imputation of a continuous score, and Rubin's rules.

Each missing score is drawn from a Bayesian normal linear regression on the baseline, the stratum and the
other visits up to the time point, within one arm, going round the visits until the draws forget where they
started. The draws come from a generator whose key is the study's digest and a seed, so that the same cut
gives the same numbers. A draw is kept within the limits of the score and rounded as the score is recorded.

Sources: Rubin, Multiple Imputation for Nonresponse in Surveys, 1987, chapter 3 and section 5.3 (the
regression draw); Barnard and Rubin, Biometrika 1999;86:948-955 (the degrees of freedom).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from equipoise.analysis.errors import analysis_error
from equipoise.analysis.estimators.proportions import Interval, check_confidence, normal_quantile, two_sided_p

ROUNDS = 10
RIDGE = 1e-8
EQUAL = 1e-24
"""Estimates whose variance is a smaller part of their square, or of the mean variance, differ by rounding alone."""
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The least and greatest value of a score, and the decimals it is recorded with."""

    lowest: float
    highest: float
    decimals: int = 0

    def kept(self, values: Matrix) -> Matrix:
        """Values cut to the limits and rounded half up to the decimals."""
        scale = 10.0**self.decimals
        rounded = np.floor(np.clip(values, self.lowest, self.highest) * scale + 0.5) / scale
        return np.clip(rounded, self.lowest, self.highest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Rubin's pooling of m estimates.

    within, between, total: the mean of the variances, the variance of the estimates, W + (1 + 1/m) B.
    df: Barnard-Rubin degrees of freedom, infinite when nothing varies between imputations.
    increase: relative increase of variance; fraction: fraction of missing information.
    """

    estimate: float
    within: float
    between: float
    total: float
    df: float
    increase: float
    fraction: float
    imputations: int

    @property
    def error(self) -> float:
        return math.sqrt(self.total)

    @property
    def simulation_error(self) -> float:
        """The standard deviation of the estimate over other draws of as many imputations."""
        return math.sqrt(self.between / self.imputations)

    def interval(self, confidence: float = 0.95) -> Interval:
        """The interval from Student's t, or from the normal when nothing varies between imputations."""
        check_confidence(confidence)
        whole = math.isinf(self.df)
        z = normal_quantile(confidence) if whole else float(stdtrit(self.df, (1 + confidence) / 2))
        half = z * self.error
        return Interval(lower=self.estimate - half, upper=self.estimate + half, confidence=confidence)

    def p_value(self) -> float:
        """The two-sided p-value against no difference; 1 without a difference and without a variance."""
        if not self.total:
            return 0.0 if self.estimate else 1.0
        ratio = self.estimate / self.error
        return two_sided_p(ratio) if math.isinf(self.df) else 2 * float(stdtr(self.df, -abs(ratio)))


def rubin(estimates: Sequence[float], variances: Sequence[float], complete_df: float = math.inf) -> Pool:
    """Pools m >= 2 estimates and their variances. `complete_df` is what complete data would have."""
    m = len(estimates)
    if m < 2 or m != len(variances):
        raise analysis_error(
            "ANAL-010", "pooling", f"{m} estimates and {len(variances)} variances; at least 2 of each"
        )
    if not all(map(math.isfinite, (*estimates, *variances))) or min(variances) < 0 or not complete_df >= 0:
        raise analysis_error(
            "ANAL-010",
            "pooling",
            f"an estimate or a variance that is none, or {complete_df:g} degrees of freedom",
        )
    centre = math.fsum(estimates) / m
    within = math.fsum(variances) / m
    between = math.fsum((each - centre) ** 2 for each in estimates) / (m - 1)
    total = within + (1 + 1 / m) * between
    if between <= EQUAL * max(centre * centre, within):
        return Pool(
            estimate=centre, within=within, between=0.0, total=within, df=math.inf,
            increase=0.0, fraction=0.0, imputations=m,
        )  # fmt: skip
    increase = (1 + 1 / m) * between / within if within else math.inf
    df = barnard_rubin(m, (1 + 1 / m) * between / total, complete_df)
    fraction = 1.0 if math.isinf(increase) else (increase + 2 / (df + 3)) / (increase + 1)
    return Pool(
        estimate=centre, within=within, between=between, total=total, df=df,
        increase=increase, fraction=fraction, imputations=m,
    )  # fmt: skip


def barnard_rubin(m: int, share: float, complete_df: float) -> float:
    """The degrees of freedom: m imputations, the between share of the variance, those of complete data."""
    old = (m - 1) / share**2
    if math.isinf(complete_df):
        return old
    observed = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - share)
    return old * observed / (old + observed) if observed > 0 else old


def generator(digest: str, seed: int, *purpose: str) -> np.random.Generator:
    """The generator of one purpose: its key is SHA-256 of the study's digest, the seed and the purpose."""
    key = hashlib.sha256("|".join((digest, str(seed), *purpose)).encode()).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(key[:16], "big")))


def draw_regression(x: Matrix, y: Matrix, at: Matrix, random: np.random.Generator) -> Matrix:
    """New values at the rows `at` from the posterior of the regression of `y` on `x`, flat prior.

    Shapes: x (n, p), y (n,), at (k, p) -> (k,). Needs n > p.
    """
    n, p = x.shape
    if n <= p:
        raise analysis_error("ANAL-010", "regression", f"{n} observed values and {p} coefficients")
    gram = x.T @ x
    gram = gram + RIDGE * np.diag(np.diag(gram) + RIDGE)
    inverse = np.linalg.inv(gram)
    centre = inverse @ (x.T @ y)
    residual = y - x @ centre
    scale = math.sqrt(float(residual @ residual) / random.chisquare(n - p))
    coefficients = centre + scale * np.linalg.cholesky((inverse + inverse.T) / 2) @ random.standard_normal(p)
    return at @ coefficients + scale * random.standard_normal(len(at))


def impute(scores: Matrix, fixed: Matrix, limits: Limits, random: np.random.Generator) -> Matrix:
    """One completed copy of the scores of one arm.

    scores: (n, visits), NaN where missing, the time point last. fixed: (n, q), complete: baseline and
    strata, without a constant. The last column is kept to the limits; earlier ones stay as drawn, since
    rounding predictors loses information. Of visits that the arm cannot carry the gaps hold the mean.
    """
    gaps = np.isnan(scores)
    if not gaps.any():
        return scores.copy()
    used = [each for each in range(scores.shape[1]) if not gaps[:, each].all()]
    if scores.shape[1] - 1 not in used:
        raise analysis_error("ANAL-010", "time point", "nobody in the arm has a value")
    predictors = usable(fixed, gaps, used)
    full = started(scores, used)
    for _ in range(ROUNDS if gaps[:, predictors.visits].sum(axis=1).max() > 1 else 1):
        for visit in predictors.visits:
            if gaps[:, visit].any():
                _renew(full, gaps, visit, predictors, random)
    last = scores.shape[1] - 1
    full[gaps[:, last], last] = limits.kept(full[gaps[:, last], last])
    return full


def started(scores: Matrix, used: Sequence[int]) -> Matrix:
    """A copy with each gap filled by its visit's mean, where the rounds start from."""
    full = scores.copy()
    for visit in used:
        gap = np.isnan(full[:, visit])
        full[gap, visit] = full[~gap, visit].mean()
    return full


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictors:
    """What every regression of an arm uses: the fixed columns with a constant, and the visits."""

    fixed: Matrix
    visits: tuple[int, ...]


def usable(fixed: Matrix, gaps: NDArray[np.bool_], used: Sequence[int]) -> Predictors:
    """The predictors that the arm can carry: earlier visits are given up first, then strata, then baseline,
    until each regression has two more values than coefficients. A column that does not vary is left out."""
    last = gaps.shape[1] - 1
    observed = np.where(gaps.any(axis=0), (~gaps).sum(axis=0), len(gaps) + fixed.shape[1] + len(used) + 3)
    varying = [each for each in range(fixed.shape[1]) if np.ptp(fixed[:, each]) > 0]
    visits = [each for each in used if each != last]
    while visits and 1 + len(varying) + len(visits) + 2 > observed[[*visits, last]].min():
        visits.pop(0)
    while varying and 1 + len(varying) + 2 > observed[last] and not visits:
        varying.pop()
    constant = np.ones((len(fixed), 1))
    return Predictors(fixed=np.hstack([constant, fixed[:, varying]]), visits=(*visits, last))


def _renew(
    full: Matrix, gaps: NDArray[np.bool_], visit: int, predictors: Predictors, random: np.random.Generator
) -> None:
    """Draws the missing values of one visit again, given the others."""
    others = [each for each in predictors.visits if each != visit]
    x = np.hstack([predictors.fixed, full[:, others]])
    gap = gaps[:, visit]
    full[gap, visit] = draw_regression(x[~gap], full[~gap, visit], x[gap], random)
