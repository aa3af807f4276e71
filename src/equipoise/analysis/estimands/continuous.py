"""The analyses of a continuous estimand: repeated measures, or least squares at the time point.

The variable's rule turns a score into the value that is compared, at the time point and, for repeated
measures, at every visit up to it. Missing scores are left out, are missing at random in the model of
repeated measures, or are imputed under what the estimand assumes of those who left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np

from equipoise.analysis.data.estimand import DIED, Outcome
from equipoise.analysis.errors import AnalysisError, analysis_error, noted
from equipoise.analysis.estimands.binary import Setting, courses_drawn, undetermined_note
from equipoise.analysis.estimands.contrasts import contrast_from, contrast_from_pool
from equipoise.analysis.estimands.covariates import covariates, predictors
from equipoise.analysis.estimands.specs import Spec
from equipoise.analysis.estimands.tipping import score_grid, told
from equipoise.analysis.estimators.ancova import Ancova, adjusted_mean, ancova, errors_of, mean_difference
from equipoise.analysis.estimators.covariance import Array
from equipoise.analysis.estimators.imputation import Pool, rubin
from equipoise.analysis.estimators.longitudinal import VisitModel, difference, fit_visits, least_squares_mean
from equipoise.analysis.estimators.mmrm_inference import Estimate
from equipoise.analysis.estimators.reference_based import Course, conditional_mean, course
from equipoise.analysis.results import Analysis, Contrast, GridPoint, Group

ASSUMED = {
    "mar": "at random",
    "j2r": "jump to reference",
    "cr": "copy reference",
    "cir": "copy increments in reference",
    "lmcf": "last mean carried forward",
}
FREEDOM = {"satterthwaite": "Satterthwaite", "kenward_roger": "Kenward-Roger (linear)"}


def analyse_continuous(spec: Spec, rows: Sequence[Outcome], setting: Setting) -> Analysis:
    """Numbers of one analysis. What cannot be estimated has no contrast, and a note that says why."""
    method, grid = method_name(setting), ()
    try:
        if setting.missing.method == "multiple_imputation":
            means, contrasts, grid, notes = imputed(spec, rows, setting)
        else:
            means, contrasts, notes = unimputed(rows, setting)
    except AnalysisError as error:
        means, contrasts, notes = {}, (), (noted(error),)
    count = setting.imputations if setting.missing.method == "multiple_imputation" and contrasts else 0
    return Analysis(
        id=spec.id,
        label=spec.label,
        role=spec.role,
        method=method,
        groups=tuple(group(arm, rows, means.get(arm)) for arm in setting.arms),
        contrasts=contrasts,
        summary="mean_difference",
        imputations=count,
        grid=grid,
        notes=(*notes, *death_note(rows), *undetermined_note(spec, rows)),
    )


def unimputed(rows: Sequence[Outcome], setting: Setting) -> Made:
    """By repeated measures, conditional means, or the values that were seen."""
    if setting.estimator == "mmrm":
        return repeated(rows, setting)
    return expected(rows, setting) if setting.missing.method == "conditional_mean" else seen(rows, setting)


Means = Mapping[str, tuple[float, float]]
Made = tuple[Means, tuple[Contrast, ...], tuple[str, ...]]


def method_name(setting: Setting) -> str:
    """The method in words."""
    adjusted = " and ".join(setting.model.covariates)
    after = f", adjusted for {adjusted}" if adjusted else ""
    if setting.estimator == "mmrm":
        shape = {"us": "unstructured covariance"}.get(
            setting.model.covariance, f"covariance {setting.model.covariance}"
        )
        return (
            f"model for repeated measures with arm by visit{after}, {shape}, restricted maximum likelihood, "
            f"{FREEDOM[setting.interval]} degrees of freedom"
        )
    robust = {"hc2": ", robust errors (HC2)", "hc3": ", robust errors (HC3)"}.get(setting.interval, "")
    base = f"least squares at the time point{after}{robust}"
    assumed = ASSUMED[setting.missing.assumption]
    if setting.missing.method == "multiple_imputation":
        return f"{base}; multiple imputation, {assumed}; pooled by Rubin's rules with Barnard-Rubin degrees of freedom"
    if setting.missing.method == "conditional_mean":
        return f"{base}; conditional mean imputation, {assumed}; jackknife error"
    return f"{base}; observed values"


def value_of(setting: Setting, row: Outcome, score: Decimal | float | None) -> float:
    """The variable at a score, NaN without one. A drawn score is read as the shortest decimal that names
    it."""
    if score is None:
        return np.nan
    found = setting.respond(row, score if isinstance(score, Decimal) else Decimal(repr(float(score))))
    return np.nan if found is None else float(found)


def courses(rows: Sequence[Outcome], setting: Setting, *, variable: bool) -> Array:
    """The scores over visits, or the variable at each of them: (n, T), NaN where missing."""
    if variable:
        return np.array([[value_of(setting, row, each) for each in row.visits] for row in rows])
    return np.array([[np.nan if each is None else float(each) for each in row.visits] for row in rows])


def compared(rows: Sequence[Outcome], setting: Setting) -> list[Outcome]:
    """The rows of the arms that are compared."""
    return [row for row in rows if row.arm in setting.arms]


def repeated(rows: Sequence[Outcome], setting: Setting) -> Made:
    """The model for repeated measures; simpler covariances are tried where the first has no maximum."""
    used = compared(rows, setting)
    if {row.arm for row in used} != set(setting.arms):
        raise analysis_error("ANAL-010", "time point", "an arm has nobody")
    values = courses(used, setting, variable=True)
    last = values.shape[1] - 1
    seen_at = [place for place in range(last + 1) if np.isfinite(values[:, place]).any()]
    if last not in seen_at:
        raise analysis_error("ANAL-010", "time point", "nobody has a value")
    tried = (setting.model.covariance, *setting.model.fallback)
    notes: tuple[str, ...] = ()
    for place, covariance in enumerate(tried):
        try:
            model = _fitted(values[:, seen_at], seen_at, used, setting, covariance)
        except AnalysisError as error:
            if error.code != "ANAL-016" or place == len(tried) - 1:
                raise
            notes = (
                *notes,
                f"{error.code}: {error.fault} ({covariance}); {tried[place + 1]} was used instead.",
            )
        else:
            break
    return _read(model, last, setting, notes)


def _fitted(
    values: Array, visits: Sequence[int], rows: Sequence[Outcome], setting: Setting, covariance: str
) -> VisitModel:
    """One model: values (n, T) at the visits."""
    n, width = values.shape
    columns = {name: np.repeat(each, width) for name, each in covariates(rows, setting.model).items()}
    return fit_visits(
        values.ravel(),
        np.repeat(np.arange(n), width).tolist(),
        [row.arm for row in rows for _ in range(width)],
        np.tile(visits, n).tolist(),
        columns,
        by_visit=("baseline",) if setting.model.baseline_by_visit and "baseline" in columns else (),
        covariance=covariance,
    )


def _read(model: VisitModel, last: int, setting: Setting, notes: tuple[str, ...]) -> Made:
    """Means and differences at the last visit."""
    means = {}
    for arm in setting.arms:
        found = least_squares_mean(model, arm, last, df=setting.interval)
        means[arm] = found.estimate, found.standard_error
    contrasts = tuple(
        contrast(
            arm,
            setting.arms[-1],
            difference(
                model, arm, setting.arms[-1], last, df=setting.interval, confidence=setting.confidence
            ),
        )
        for arm in setting.arms[:-1]
    )
    return means, contrasts, notes


def contrast(arm: str, reference: str, found: Estimate) -> Contrast:
    """A difference of means as a result."""
    return contrast_from(arm, reference, found, found.df)


def seen(rows: Sequence[Outcome], setting: Setting) -> Made:
    """Least squares of the values that were seen, or that an event gives."""
    used = [row for row in compared(rows, setting) if row.value is not None]
    values = np.array([value_of(setting, row, row.value) for row in used])
    fit = at_time_point(values, used, setting)
    errors = errors_of(setting.interval)
    read = {arm: adjusted_mean(fit, arm, errors=errors) for arm in fit.arms}
    means = {arm: (one.estimate, one.standard_error) for arm, one in read.items()}
    made = tuple(
        contrast(
            arm, setting.arms[-1], mean_difference(fit, arm, setting.arms[-1], setting.confidence, errors)
        )
        for arm in setting.arms[:-1]
    )
    lost = any(row.kind == "missing" for row in rows)
    return means, made, ("Participants whose value is missing are left out.",) if lost else ()


def at_time_point(values: Array, rows: Sequence[Outcome], setting: Setting) -> Ancova:
    """The fit at the time point. Raises ANAL-010 when an arm has nobody."""
    if {row.arm for row in rows} != set(setting.arms):
        raise analysis_error("ANAL-010", "time point", "an arm has no value")
    return ancova(values, [row.arm for row in rows], covariates(rows, setting.model))


def course_of(rows: Sequence[Outcome], values: Array, setting: Setting) -> Course:
    """The course of the rows with the predictors that vary: baseline and strata."""
    fixed = predictors(rows, setting.model)
    names = ["baseline", *(f"column {each + 1}" for each in range(1, fixed.shape[1]))]
    varying = {name: fixed[:, place] for place, name in enumerate(names) if np.ptp(fixed[:, place]) > 0}
    sloped = ("baseline",) if setting.model.baseline_by_visit and "baseline" in varying else ()
    return course(values, [row.arm for row in rows], varying, by_visit=sloped)


def imputed(
    spec: Spec, rows: Sequence[Outcome], setting: Setting
) -> tuple[Means, tuple[Contrast, ...], tuple[GridPoint, ...], tuple[str, ...]]:
    """Multiple imputation of the scores, the variable from each, least squares, Rubin's rules."""
    used = compared(rows, setting)
    lost = np.array([row.kind == "missing" for row in used])
    sets = completed_values(used, lost, setting)
    means, contrasts, _ = from_sets(sets, used, setting)
    if not spec.tipping:
        return means, contrasts, (), ()
    grid = score_grid(sets, lost, used, setting, spec.deltas)
    return means, contrasts, grid, told(grid, contrasts[0], 0.0, (0.0, 0.0))


def completed_values(used: Sequence[Outcome], lost: np.ndarray, setting: Setting) -> list[Array]:
    """For each imputation, the variable (n,) of everybody."""
    delta = float(setting.missing.delta) * np.array([row.arm != setting.like for row in used]) * lost
    known = np.array([value_of(setting, row, row.value) for row in used])
    scores = completed_scores(used, lost, setting)
    sets = [known.copy() for _ in scores]
    for values, drawn in zip(sets, scores, strict=True):
        for place in np.flatnonzero(lost):
            values[place] = value_of(setting, used[place], drawn[place] + delta[place])
    return sets


def from_sets(sets: Sequence[Array], used: Sequence[Outcome], setting: Setting) -> Made:
    """Least squares of each completed set, pooled."""
    fits = [at_time_point(each, used, setting) for each in sets]
    errors, means = errors_of(setting.interval), {}
    for arm in setting.arms:
        pool = pooled([adjusted_mean(each, arm, errors=errors) for each in fits])
        means[arm] = pool.estimate, pool.error
    contrasts = tuple(
        contrast_from_pool(
            arm,
            setting.arms[-1],
            pooled([mean_difference(each, arm, setting.arms[-1], errors=errors) for each in fits]),
            setting.confidence,
        )
        for arm in setting.arms[:-1]
    )
    return means, contrasts, ()


def completed_scores(rows: Sequence[Outcome], lost: np.ndarray, setting: Setting) -> list[Array]:
    """For each imputation, the scores (n,) at the time point: as they are where there is one, else drawn.
    Who has a value by an event teaches nothing. Numbers are cut to six decimals, so that the rule reads
    what is printed."""
    known = np.array([np.nan if row.value is None else float(row.value) for row in rows])
    taught = [place for place, row in enumerate(rows) if row.kind != "event"]
    if not lost.any():
        return [known] * setting.imputations
    members = [rows[place] for place in taught]
    given = course_of(members, courses(members, setting, variable=False), setting)
    found = []
    for full in courses_drawn(given, setting):
        one = known.copy()
        one[taught] = np.where(lost[taught], np.round(full[:, -1], 6), known[taught])
        found.append(one)
    return found


def pooled(parts: Sequence[Estimate]) -> Pool:
    """Rubin's rules on the degrees of freedom that complete data have."""
    return rubin(
        [each.estimate for each in parts],
        [each.standard_error**2 for each in parts],
        complete_df=parts[0].df,
    )


def expected(rows: Sequence[Outcome], setting: Setting) -> Made:
    """Conditional mean imputation of the variable, the error by the jackknife; means are not given."""
    used = compared(rows, setting)
    given = course_of(used, courses(used, setting, variable=True), setting)
    made = []
    for arm in setting.arms[:-1]:
        found = conditional_mean(
            given,
            arm,
            setting.arms[-1],
            assumption=setting.missing.assumption,
            like=setting.like,
            confidence=setting.confidence,
        )
        made.append(contrast_from(arm, setting.arms[-1], found))
    return {}, tuple(made), ()


def group(arm: str, rows: Sequence[Outcome], mean: tuple[float, float] | None) -> Group:
    """The counts of one arm and its adjusted mean, where the method gives one."""
    members = [row for row in rows if row.arm == arm]
    return Group(
        arm=arm,
        analysed=len(members),
        missing=sum(row.kind == "missing" for row in members),
        by_event=sum(row.kind == "event" for row in members),
        mean=mean[0] if mean else None,
        mean_error=mean[1] if mean else None,
    )


def death_note(rows: Sequence[Outcome]) -> tuple[str, ...]:
    """Who died without a strategy declared for it counts as missing; that must be said."""
    count = sum(row.kind == "missing" and row.reason == DIED for row in rows)
    return (f"Missing by death before the time point: {count}.",) if count else ()
