"""Change over visits by arm: the usual model of a trial with repeated measures, its means and differences.

The fixed effects are a mean for each arm at each visit and the covariates, each with one slope or one for each
visit. Means for each cell make the same model as an intercept with dummies and interactions, and the same
likelihood, but a least-squares mean is then read off: one cell, and the covariates at a value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from equipoise.analysis.errors import analysis_error
from equipoise.analysis.estimators.covariance import Array
from equipoise.analysis.estimators.mmrm import Mmrm, mmrm
from equipoise.analysis.estimators.mmrm_inference import Estimate, FTest, contrasts, f_test


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitModel:
    """A fitted model of arms over visits. `means` has each covariate's value at which means are read (its mean over the
    rows that were used), `origin` what was taken from it before the fit, `by_visit` the covariates with a slope for
    each visit."""

    fit: Mmrm
    arms: tuple[object, ...]
    visits: tuple[object, ...]
    means: Mapping[str, float]
    origin: Mapping[str, float]
    by_visit: tuple[str, ...]


def fit_visits(
    response: ArrayLike,
    participant: Sequence[object],
    arm: Sequence[object],
    visit: Sequence[object],
    covariates: Mapping[str, ArrayLike] | None = None,
    *,
    by_visit: Sequence[str] = (),
    covariance: str = "us",
    visits: Sequence[object] | None = None,
    restricted: bool = True,
) -> VisitModel:
    """Fits arm by visit, with covariates, to rows of one participant at one visit.

    `response` (n,), labels `participant`, `arm`, `visit` (n,), `covariates` {name: (n,) numbers}, those named in
    `by_visit` with a slope for each visit. Rows without a response (NaN) are left out. Raises ANAL-015 for an arm
    without a response at a visit and as `mmrm` does.
    """
    covariates = {name: np.asarray(each, dtype=float) for name, each in (covariates or {}).items()}
    values = np.asarray(response, dtype=float)
    lengths = {
        len(values),
        len(participant),
        len(arm),
        len(visit),
        *(len(each) for each in covariates.values()),
    }
    if len(lengths) > 1 or set(by_visit) - set(covariates):
        raise analysis_error("ANAL-017", "rows", "columns differ in length, or by_visit names no covariate")
    kept = ~np.isnan(values)
    arms = tuple(sorted(set(arm)))  # type: ignore[type-var]
    used = {label for label, keep in zip(visit, kept, strict=True) if keep}
    order = tuple(visits) if visits is not None else tuple(sorted(used))  # type: ignore[type-var]
    means = {name: float(each[kept].mean()) for name, each in covariates.items()}
    # Less their means, covariates keep their digits whatever their origin, as a year of birth has one.
    near = {name: each - means[name] for name, each in covariates.items()}
    names, design = _design(arms, order, arm, visit, near, tuple(by_visit))
    fit = mmrm(
        values,
        design,
        participant,
        visit,
        covariance=covariance,
        names=names,
        visits=order,
        restricted=restricted,
    )
    return VisitModel(fit=fit, arms=arms, visits=order, means=means, origin=means, by_visit=tuple(by_visit))


def _design(
    arms: Sequence[object],
    visits: Sequence[object],
    arm: Sequence[object],
    visit: Sequence[object],
    covariates: Mapping[str, Array],
    by_visit: tuple[str, ...],
) -> tuple[tuple[str, ...], Array]:
    """The columns: a cell for each arm and visit, then the covariates in their order."""
    group, moment = (
        np.array([arms.index(each) for each in arm]),
        np.array([_at(visits, each) for each in visit]),
    )
    names = [f"{a} at {v}" for a in arms for v in visits]
    columns = [
        ((group == a) & (moment == v)).astype(float) for a in range(len(arms)) for v in range(len(visits))
    ]
    for name, each in covariates.items():
        if name in by_visit:
            names += [f"{name} at {v}" for v in visits]
            columns += [np.where(moment == v, each, 0.0) for v in range(len(visits))]
        else:
            names.append(name)
            columns.append(each)
    return tuple(names), np.column_stack(columns)


def _at(visits: Sequence[object], visit: object) -> int:
    if visit not in visits:
        raise analysis_error("ANAL-017", "visit", f"{visit!r} is not among the visits")
    return list(visits).index(visit)


def cell(model: VisitModel, arm: object, visit: object, at: Mapping[str, float] | None = None) -> Array:
    """The weights (p,) of the coefficients in the mean of an arm at a visit, covariates as `at` says, or
    at their means over the rows used."""
    values = {**model.means, **(at or {})}
    if arm not in model.arms or set(values) - set(model.means):
        raise analysis_error("ANAL-017", "mean", f"no such arm or covariate: {arm!r}, {', '.join(values)}")
    moment, width = _at(model.visits, visit), len(model.visits)
    cells = np.zeros(len(model.arms) * width)
    cells[model.arms.index(arm) * width + moment] = 1
    parts = [cells]
    for name in model.means:
        away = values[name] - model.origin[name]
        parts.append(np.eye(width)[moment] * away if name in model.by_visit else np.array([away]))
    return np.concatenate(parts)


def least_squares_mean(
    model: VisitModel,
    arm: object,
    visit: object,
    at: Mapping[str, float] | None = None,
    *,
    df: str = "satterthwaite",
    confidence: float = 0.95,
) -> Estimate:
    """The mean of an arm at a visit, in units of the response, covariates at `at` or their means."""
    return contrasts(model.fit, cell(model, arm, visit, at), df=df, confidence=confidence)[0]


def difference(
    model: VisitModel,
    arm: object,
    reference: object,
    visit: object,
    *,
    df: str = "satterthwaite",
    confidence: float = 0.95,
) -> Estimate:
    """The mean of `arm` minus that of `reference` at a visit; covariates cancel."""
    row = cell(model, arm, visit) - cell(model, reference, visit)
    return contrasts(model.fit, row, df=df, confidence=confidence)[0]


def no_difference(model: VisitModel, arm: object, reference: object, *, df: str = "satterthwaite") -> FTest:
    """Tests that two arms have equal means at every visit."""
    rows = [cell(model, arm, visit) - cell(model, reference, visit) for visit in model.visits]
    return f_test(model.fit, np.array(rows), df=df)
