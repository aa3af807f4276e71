"""Missing scores of a course over visits: at random, or as if those who left had then been in the reference
arm.

The scores of a participant are normal, with a mean for each arm at each visit, the covariates, and one
unstructured covariance for all arms. What is missing before the last score is at random. After it, the mean
is that of the own arm (`mar`), jumps to the reference (`j2r`), is the reference's throughout (`cr`), moves
as the reference's moves (`cir`), or stays where the own arm's was (`lmcf`); given that mean, the missing
scores follow from the seen ones. Parameters are the restricted maximum likelihood for the conditional mean,
whose error the jackknife gives, and draws from their posterior for multiple imputation.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.analysis.errors import analysis_error
from equipoise.analysis.estimators.ancova import ancova, mean_difference
from equipoise.analysis.estimators.covariance import Array
from equipoise.analysis.estimators.mmrm import check_rank, mmrm
from equipoise.analysis.estimators.proportions import Interval, normal_quantile, two_sided_p

ASSUMPTIONS = ("mar", "j2r", "cr", "cir", "lmcf")
BURN_IN = 100
BETWEEN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Scores over visits: `scores` (n, T) with NaN where missing, the visits in their order; `group` (n,)
    the place of the arm in `arms`; `covariates` {name: (n,)} complete, less their means, those in `by_visit` with a
    slope for each visit."""

    scores: Array
    group: NDArray[np.intp]
    arms: tuple[object, ...]
    covariates: Mapping[str, Array]
    by_visit: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Jackknifed:
    """An estimate with its jackknife error, and the normal interval and p-value from them."""

    estimate: float
    standard_error: float
    p: float
    interval: Interval


def course(
    scores: ArrayLike,
    arm: Sequence[object],
    covariates: Mapping[str, ArrayLike] | None = None,
    *,
    by_visit: Sequence[str] = (),
) -> Course:
    """Checks and joins the rows. Raises ANAL-017 when they do not fit, and ANAL-010 when an arm has fewer
    than two scores at a visit, so that its mean or spread there is unknown."""
    values = np.asarray(scores, dtype=float)
    columns = {name: np.asarray(each, dtype=float) for name, each in (covariates or {}).items()}
    lengths = {len(arm), *(len(each) for each in columns.values())}
    if values.ndim != 2 or lengths != {len(values)} or set(by_visit) - set(columns):
        raise analysis_error("ANAL-017", "rows", "scores are (n, visits), the other columns (n,)")
    if np.isinf(values).any() or not all(np.isfinite(each).all() for each in columns.values()):
        raise analysis_error("ANAL-017", "covariates", "a covariate is missing or a value infinite")
    arms = tuple(sorted(set(arm)))  # type: ignore[type-var]
    group = np.array([arms.index(each) for each in arm], dtype=np.intp)
    seen = ~np.isnan(values)
    counts = np.array([seen[group == each].sum(axis=0) for each in range(len(arms))])
    if counts.size == 0 or counts.min() < 2:
        raise analysis_error("ANAL-010", "visits", "an arm has fewer than two scores at a visit")
    # Less their means, covariates keep their digits whatever their origin; no mean of a score changes by it.
    near = {name: each - each.mean() for name, each in columns.items()}
    return Course(scores=values, group=group, arms=arms, covariates=near, by_visit=tuple(by_visit))


def design(given: Course, group: NDArray[np.intp]) -> Array:
    """The fixed effects (n, T, p) of participants in the arms `group` (n,): a cell for each arm and visit,
    then the covariates."""
    n, visits = given.scores.shape
    each = np.eye(visits)
    columns = [np.einsum("n,ts->nts", (group == arm).astype(float), each) for arm in range(len(given.arms))]
    for name, values in given.covariates.items():
        slope = each if name in given.by_visit else np.ones((visits, 1))
        columns.append(np.einsum("n,ts->nts", values, slope))
    return np.concatenate(columns, axis=2)


def names_of(given: Course) -> list[str]:
    """What the columns of the design are called."""
    visits = range(1, given.scores.shape[1] + 1)
    names = [f"{arm} at visit {visit}" for arm in given.arms for visit in visits]
    for name in given.covariates:
        names += [f"{name} at visit {visit}" for visit in visits] if name in given.by_visit else [name]
    return names


def last_seen(scores: Array) -> NDArray[np.intp]:
    """The place (n,) of each participant's last score, -1 for none."""
    seen = ~np.isnan(scores)
    return np.where(seen.any(axis=1), scores.shape[1] - 1 - np.argmax(seen[:, ::-1], axis=1), -1)


def means_under(given: Course, coefficients: Array, assumption: str, reference: object) -> Array:
    """The mean (n, T) of each participant under an assumption. Raises ANAL-017 for an unknown one.

    Who has no score at all is in the reference throughout for all but `mar` and `lmcf`, whose own arm's
    mean there is no visit to carry forward from. Source: Carpenter, Roger and Kenward, J Biopharm Stat
    2013;23:1352-1371.
    """
    if assumption not in ASSUMPTIONS or reference not in given.arms:
        raise analysis_error("ANAL-017", "assumption", f"{assumption!r} with the reference {reference!r}")
    own = design(given, given.group) @ coefficients
    if assumption == "mar":
        return own
    other = design(given, np.full_like(given.group, given.arms.index(reference))) @ coefficients
    if assumption == "cr":
        return other
    last = last_seen(given.scores)
    after = np.arange(own.shape[1])[None, :] > last[:, None]
    rows, at = np.arange(len(own)), np.maximum(last, 0)
    stays = own[rows, at][:, None]
    none = (last < 0)[:, None]
    moved = {
        "j2r": other,
        "cir": np.where(none, other, stays + other - other[rows, at][:, None]),
        "lmcf": np.where(none, own, stays),
    }[assumption]
    return np.where(after, moved, own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """The rows that lack the same visits: their places, those of the visits seen, and those missing."""

    rows: NDArray[np.intp]
    seen: NDArray[np.intp]
    gap: NDArray[np.intp]


def patterns(scores: Array) -> tuple[Pattern, ...]:
    """One for each set of missing visits; rows without a gap are in none."""
    kinds, place = np.unique(np.isnan(scores), axis=0, return_inverse=True)
    return tuple(
        Pattern(
            rows=np.flatnonzero(place.ravel() == number), seen=np.flatnonzero(~gap), gap=np.flatnonzero(gap)
        )
        for number, gap in enumerate(kinds)
        if gap.any()
    )


def completed(
    given: Course,
    mean: Array,
    sigma: Array,
    random: np.random.Generator | None = None,
    gaps: tuple[Pattern, ...] | None = None,
) -> Array:
    """The scores with each gap filled, given those seen: by its expected value, or by a draw. Rows with the
    same gaps are filled together; `gaps` are those of the scores, when they are known already."""
    full = given.scores.copy()
    noise = None if random is None else random.standard_normal(full.shape)
    for each in patterns(given.scores) if gaps is None else gaps:
        rows, seen, gap = each.rows[:, None], each.seen, each.gap
        across = sigma[seen[:, None], gap]
        weights = np.linalg.solve(sigma[seen[:, None], seen], across)
        filled = mean[rows, gap] + (full[rows, seen] - mean[rows, seen]) @ weights
        if noise is not None:
            left = sigma[gap[:, None], gap] - across.T @ weights
            filled += noise[rows, gap] @ _root(left).T
        full[rows, gap] = filled
    return full


def fitted(given: Course) -> tuple[Array, Array]:
    """Coefficients (p,) and covariance (T, T) by restricted maximum likelihood, as `mmrm` finds them."""
    n, visits = given.scores.shape
    rows = design(given, given.group).reshape(n * visits, -1)
    who, when = np.repeat(np.arange(n), visits), np.tile(np.arange(visits), n)
    found = mmrm(
        given.scores.ravel(), rows, who.tolist(), when.tolist(), names=names_of(given), visits=range(visits)
    )
    return found.coefficients, found.sigma


def posterior(given: Course, count: int, random: np.random.Generator) -> Iterator[tuple[Array, Array]]:
    """`count` draws of coefficients and covariance given the seen scores, with a flat prior for the
    coefficients and Jeffreys's for the covariance: the missing scores, the coefficients and the covariance
    are drawn in turn.

    Source: Tanner and Wong, JASA 1987;82:528-540; Schafer, Analysis of Incomplete Multivariate Data, 1997,
    chapter 5. Raises ANAL-010 for too few participants, ANAL-015 for columns that the seen scores do not tell apart.
    """
    columns = design(given, given.group)
    n, visits = given.scores.shape
    if n <= columns.shape[2] / visits + visits + 1:
        raise analysis_error("ANAL-010", "scores", f"{n} participants for {visits} visits")
    flat = columns.reshape(n * visits, -1)
    check_rank(flat[np.isfinite(given.scores).ravel()], names_of(given))
    full = np.where(np.isnan(given.scores), np.nanmean(given.scores, axis=0)[None, :], given.scores)
    coefficients = np.linalg.lstsq(flat, full.ravel(), rcond=None)[0]
    gaps = patterns(given.scores)
    for step in range(BURN_IN + count * BETWEEN):
        left = full - columns @ coefficients
        sigma = _inverse_wishart(n, left.T @ left, random)
        coefficients = _coefficients(columns, full, sigma, random)
        if step >= BURN_IN and (step - BURN_IN) % BETWEEN == BETWEEN - 1:
            yield coefficients, sigma
        full = completed(given, columns @ coefficients, sigma, random, gaps)


def _coefficients(columns: Array, full: Array, sigma: Array, random: np.random.Generator) -> Array:
    """A draw of the coefficients given complete scores and their covariance."""
    root = np.linalg.inv(_root(sigma))
    n, visits, width = columns.shape
    rows = (root @ columns).reshape(n * visits, width)
    gram = rows.T @ rows
    centre = np.linalg.solve(gram, rows.T @ (full @ root.T).ravel())
    return centre + np.linalg.solve(_root(gram).T, random.standard_normal(width))


def _root(matrix: Array) -> Array:
    """The lower triangular root. Raises ANAL-016 where there is none: scores that follow from others without error."""
    try:
        return np.linalg.cholesky((matrix + matrix.T) / 2)
    except np.linalg.LinAlgError:
        raise analysis_error("ANAL-016", "scores", "a visit follows from the others without error") from None


def _inverse_wishart(df: int, scale: Array, random: np.random.Generator) -> Array:
    """A draw of the inverse of Wishart(df, scale^-1), by Bartlett's decomposition."""
    size = len(scale)
    lower = np.tril(random.standard_normal((size, size)), -1)
    lower += np.diag(np.sqrt(random.chisquare(df - np.arange(size))))
    root = np.linalg.solve(lower, _root(scale).T)
    return root.T @ root


def imputations(
    given: Course,
    count: int,
    random: np.random.Generator,
    *,
    assumption: str = "mar",
    reference: object = None,
) -> list[Array]:
    """`count` completed copies (n, T), each with parameters of its own; `reference` is the arm to be like
    (needed, but not read, for `mar`: the last arm then)."""
    reference = given.arms[-1] if reference is None else reference
    return [
        completed(given, means_under(given, coefficients, assumption, reference), sigma, random)
        for coefficients, sigma in posterior(given, count, random)
    ]


def conditional_mean(
    given: Course,
    arm: object,
    reference: object,
    *,
    assumption: str = "mar",
    like: object = None,
    confidence: float = 0.95,
) -> Jackknifed:
    """The difference of `arm` and `reference` at the last visit after filling each gap once, by its
    expected value.

    Least squares on the arm and the covariates give the difference; leaving each participant out in turn,
    and fitting all again, gives its error. Source: Wolbers and others, Pharm Stat 2022;21:1246-1257.
    """
    like = reference if like is None else like
    whole = _filled_difference(given, arm, reference, assumption, like)
    n = len(given.scores)
    parts = np.array(
        [_filled_difference(_without(given, each), arm, reference, assumption, like) for each in range(n)]
    )
    error = math.sqrt((n - 1) / n * float(((parts - parts.mean()) ** 2).sum()))
    half = normal_quantile(confidence) * error
    return Jackknifed(
        estimate=whole,
        standard_error=error,
        p=two_sided_p(whole / error) if error else float(not whole),
        interval=Interval(lower=whole - half, upper=whole + half, confidence=confidence),
    )


def _without(given: Course, place: int) -> Course:
    kept = np.arange(len(given.scores)) != place
    columns = {name: each[kept] for name, each in given.covariates.items()}
    return replace(given, scores=given.scores[kept], group=given.group[kept], covariates=columns)


def _filled_difference(given: Course, arm: object, reference: object, assumption: str, like: object) -> float:
    coefficients, sigma = fitted(given)
    full = completed(given, means_under(given, coefficients, assumption, like), sigma)
    labels = [given.arms[each] for each in given.group]
    return mean_difference(ancova(full[:, -1], labels, given.covariates), arm, reference).estimate
