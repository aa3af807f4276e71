"""Models for repeated measures (MMRM): fixed effects, and a covariance of the visits within a participant.

The covariance is estimated by restricted maximum likelihood, by Newton's steps on its closed-form curvature
(Fisher's expected curvature where the observed one is not positive definite), each halved until it gains.
Missed visits need no imputation: a participant contributes the visits that were seen, and what follows
holds when values are missing at random. Degrees of freedom are in `mmrm_inference`, means and
differences between arms in `longitudinal`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from equipoise.analysis.errors import analysis_error
from equipoise.analysis.estimators.covariance import STRUCTURES, Array, Structure
from equipoise.analysis.estimators.mmrm_likelihood import Curve, Point, Sums, curve, point, sums_of

PRECISION = 1e-9
STEPS = 200
HALVINGS = 40
SINGULAR = 1e-11


@dataclass(frozen=True, slots=True, kw_only=True)
class Mmrm:
    """A fitted model of p coefficients over T visits with K parameters of covariance.

    `names` (p,), `coefficients` (p,) in units of the response per unit of the column, `covariance` (p, p) of
    the coefficients without adjustment, `sigma` (T, T) of the visits, `deviance` minus twice the (restricted)
    log-likelihood with all its constants, `theta` (K,) and its covariance (K, K) from the observed
    curvature. `sums`, `point` and `curve` are what the degrees of freedom are made of; they are those of the residuals
    of a first fit by least squares, whose coefficients are `before`.
    """

    structure: Structure
    names: tuple[str, ...]
    visits: tuple[object, ...]
    participants: int
    observations: int
    iterations: int
    theta: Array
    theta_covariance: Array
    before: Array
    sums: Sums
    point: Point
    curve: Curve

    @property
    def coefficients(self) -> Array:
        return self.before + self.point.coefficients

    @property
    def covariance(self) -> Array:
        return self.point.phi

    @property
    def sigma(self) -> Array:
        return self.point.shape.matrix

    @property
    def deviance(self) -> float:
        return self.point.deviance


def mmrm(
    response: ArrayLike,
    design: ArrayLike,
    participant: Sequence[object],
    visit: Sequence[object],
    *,
    covariance: str = "us",
    names: Sequence[str] | None = None,
    visits: Sequence[object] | None = None,
    restricted: bool = True,
) -> Mmrm:
    """Fits the model by restricted maximum likelihood, or by plain maximum likelihood.

    `response` (n,), `design` (n, p) with every column of the fixed effects (an intercept too), `participant`
    and `visit` (n,) labels; rows whose response is NaN are left out. `covariance` is a key of `STRUCTURES`;
    `visits` gives the order of the visits (otherwise they are sorted). Raises ANAL-017 for rows that make no
    repeated measures, ANAL-015 for columns that the data cannot tell apart, ANAL-016 without convergence.

    Source: Laird and Ware, Biometrics 1982;38:963-974; Jennrich and Schluchter, Biometrics 1986;42:805-820.
    """
    if covariance not in STRUCTURES:
        raise analysis_error("ANAL-017", "covariance", f"{covariance!r} is none of {', '.join(STRUCTURES)}")
    values, columns = np.asarray(response, dtype=float), np.asarray(design, dtype=float)
    if columns.ndim != 2 or not len(values) == len(columns) == len(participant) == len(visit):
        raise analysis_error("ANAL-017", "rows", "response, design, participant and visit differ in length")
    kept = ~np.isnan(values)
    names = tuple(names) if names is not None else tuple(f"x{each + 1}" for each in range(columns.shape[1]))
    values, columns = values[kept], columns[kept]
    if not (np.isfinite(values).all() and np.isfinite(columns).all()):
        raise analysis_error("ANAL-017", "design", "a value is missing or infinite")
    who, subject = _positions([each for each, keep in zip(participant, kept, strict=True) if keep], None)
    when, moment = _positions([each for each, keep in zip(visit, kept, strict=True) if keep], visits)
    _check_rows(subject, moment, len(when), covariance)
    check_rank(columns, names)
    # What least squares leave over has the same likelihood, and keeps its digits where responses are far from 0.
    before = np.linalg.lstsq(columns, values, rcond=None)[0]
    left = values - columns @ before
    sums = sums_of(left, columns, subject, moment, len(who), len(when))
    structure = STRUCTURES[covariance]
    start = _start(structure, left, subject, moment)
    theta, found, bent, taken = _climb(sums, structure, start, restricted)
    return Mmrm(
        structure=structure, names=names, visits=when, participants=len(who), observations=len(values),
        iterations=taken, theta=theta, theta_covariance=2 * _inverse(bent.observed), before=before, sums=sums,
        point=found, curve=bent,
    )  # fmt: skip


def _positions(
    labels: Sequence[object], order: Sequence[object] | None
) -> tuple[tuple[object, ...], np.ndarray]:
    """The different labels in their order, and the position of each row's."""
    known = tuple(order) if order is not None else tuple(sorted(set(labels)))  # type: ignore[type-var]
    place = {label: index for index, label in enumerate(known)}
    strange = [label for label in labels if label not in place]
    if strange:
        raise analysis_error("ANAL-017", "visit", f"{strange[0]!r} is not among the visits")
    return known, np.array([place[label] for label in labels], dtype=np.intp)


def _check_rows(subject: np.ndarray, moment: np.ndarray, visits: int, covariance: str) -> None:
    """One row for a participant and visit, and visits enough for the structure."""
    pairs = subject * max(visits, 1) + moment
    if len(np.unique(pairs)) != len(pairs):
        raise analysis_error("ANAL-017", "rows", "a participant has two responses at one visit")
    if len(np.unique(moment)) < visits or visits < (1 if covariance == "us" else 2):
        raise analysis_error("ANAL-017", "visit", "a visit has no response, or there are too few visits")


def check_rank(columns: Array, names: Sequence[str]) -> None:
    """The columns are told apart by the rows; names the first that is a sum of those before it."""
    if len(names) != columns.shape[1] or len(columns) <= columns.shape[1]:
        raise analysis_error(
            "ANAL-015", "design", "not more rows than columns, or not a name for each column"
        )
    size = np.linalg.norm(columns, axis=0)
    scaled = columns / np.where(size > 0, size, 1.0)
    diagonal = np.abs(np.diag(np.linalg.qr(scaled, mode="r")))
    lost = [name for name, left in zip(names, diagonal, strict=True) if left < 1e-9]
    if lost:
        raise analysis_error("ANAL-015", "design", f"{', '.join(lost)} depends on the columns before it")


def _start(structure: Structure, residuals: Array, subject: np.ndarray, moment: np.ndarray) -> Array:
    """Parameters from the residuals of least squares: variances by visit, covariances of the pairs seen,
    drawn towards independence until the matrix is well positive definite."""
    spread = np.zeros((subject.max() + 1, moment.max() + 1))
    seen = np.zeros_like(spread)
    spread[subject, moment], seen[subject, moment] = residuals, 1
    # A covariance from one pair would be noise: the pairs are counted with two of independence.
    raw = spread.T @ spread / (seen.T @ seen + 2 * (1 - np.eye(spread.shape[1])))
    variances = np.maximum(np.diag(raw), float(np.mean(np.diag(raw))) * 1e-3)
    if not variances.all():
        raise analysis_error("ANAL-016", "response", "the fixed effects leave nothing over")
    outer = np.sqrt(np.outer(variances, variances))
    correlation = np.where(np.eye(len(raw)) > 0, 1.0, raw / outer)
    while np.linalg.eigvalsh(correlation)[0] < 0.02:
        correlation = 0.9 * correlation + 0.1 * np.eye(len(raw))
    return structure.start(outer * correlation)


def _climb(
    sums: Sums, structure: Structure, theta: Array, restricted: bool
) -> tuple[Array, Point, Curve, int]:
    """The maximum of the likelihood from a start."""
    found = point(sums, structure.at(theta, sums.visits), restricted)
    if found is None:
        raise analysis_error("ANAL-016", "covariance", "the start is not positive definite")
    for taken in range(STEPS):
        bent = curve(sums, found)
        step = _step(bent)
        gain = float(-bent.slope @ step)
        if gain < PRECISION:
            # Newton's last step squares the error; its gain is too small to be seen in the deviance.
            theta = theta + step
            found = point(sums, structure.at(theta, sums.visits), restricted) or found
            return theta, found, curve(sums, found), taken + 1
        better = _gained(sums, structure, theta, step, found)
        if better is None:
            break
        theta, found = better
    raise analysis_error("ANAL-016", "covariance", f"{structure.label}: no maximum in {STEPS} steps")


def _step(bent: Curve) -> Array:
    """Newton's step where the curvature allows it, Fisher's otherwise."""
    for curvature in (bent.observed, bent.expected):
        try:
            np.linalg.cholesky(curvature)
        except np.linalg.LinAlgError:
            continue
        return -np.linalg.solve(curvature, bent.slope)
    raise analysis_error("ANAL-016", "covariance", "the data do not determine its parameters")


def _gained(
    sums: Sums, structure: Structure, theta: Array, step: Array, before: Point
) -> tuple[Array, Point] | None:
    """The first of the step and its halves that lowers the deviance."""
    for halving in range(HALVINGS):
        tried = theta + step / 2**halving
        with np.errstate(over="ignore", invalid="ignore"):
            shape = structure.at(tried, sums.visits)
            found = point(sums, shape, before.restricted) if np.isfinite(shape.matrix).all() else None
        if found is not None and found.deviance < before.deviance:
            return tried, found
    return None


def _inverse(curvature: Array) -> Array:
    """The inverse of the observed curvature, which a maximum that is determined has."""
    scale = np.sqrt(np.abs(np.diag(curvature)))
    scaled = curvature / np.outer(scale, scale) if (scale > 0).all() else np.zeros_like(curvature)
    if np.linalg.eigvalsh(scaled)[0] < SINGULAR:
        raise analysis_error("ANAL-016", "covariance", "the data do not determine its parameters")
    return np.linalg.inv(scaled) / np.outer(scale, scale)
