"""The analyses of counts and of ordered categories: rate ratios and common odds ratios between arms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from equipoise.analysis.data.estimand import Outcome
from equipoise.analysis.errors import AnalysisError, analysis_error, noted
from equipoise.analysis.estimands.binary import undetermined_note
from equipoise.analysis.estimands.contrasts import contrast_from
from equipoise.analysis.estimands.covariates import adjusted_for, covariates
from equipoise.analysis.estimands.specs import Spec
from equipoise.analysis.estimators.count_models import (
    COUNTS,
    LogRatios,
    fit_categories,
    fit_counts,
    ratio_effect,
)
from equipoise.analysis.estimators.win_odds import win_odds
from equipoise.analysis.numbers import fixed, hundredfold, percent_interval
from equipoise.analysis.results import Analysis, Check, Contrast, Group
from equipoise.study.estimand import Estimand
from equipoise.study.methods import estimator_of

WORDS = {
    "negative_binomial": "rate ratio by a negative binomial model with the exposure as offset, Wald interval",
    "poisson": "rate ratio by a Poisson model with the exposure as offset, Wald interval",
    "proportional_odds": "common odds ratio by a proportional odds model, Wald interval",
    "mann_whitney": "win odds by the Mann-Whitney probability, Wald interval on the logit",
}


def analyse_discrete(
    spec: Spec, rows: Sequence[Outcome], arms: tuple[str, ...], exposure: Mapping[str, float | None]
) -> Analysis:
    """Every arm against the last. Who has no value, or no exposure, is left out and counted as missing."""
    assert spec.estimand is not None
    own = spec.estimand
    name = str(estimator_of(own))
    used = usable(rows, arms, exposure)
    notes: tuple[str, ...] = ()
    contrasts: tuple[Contrast, ...] = ()
    checks: tuple[Check, ...] = ()
    try:
        contrasts, checks, notes = compared(used, own, arms, exposure)
    except AnalysisError as error:
        notes = (noted(error),)
    return Analysis(
        id=spec.id,
        label=spec.label,
        role=spec.role,
        method=WORDS[name] + adjusted_for(own),
        groups=tuple(group(arm, rows, used, exposure, name) for arm in arms),
        contrasts=contrasts,
        summary=own.summary,
        checks=checks,
        notes=(*notes, *lost_note(rows, used), *undetermined_note(spec, rows)),
    )


def usable(
    rows: Sequence[Outcome], arms: Sequence[str], exposure: Mapping[str, float | None]
) -> list[Outcome]:
    """The rows with a value and an exposure."""
    return [row for row in rows if row.value is not None and exposure.get(row.subject) and row.arm in arms]


Compared = tuple[tuple[Contrast, ...], tuple[Check, ...], tuple[str, ...]]


def compared(
    rows: Sequence[Outcome],
    estimand: Estimand,
    arms: tuple[str, ...],
    exposure: Mapping[str, float | None],
) -> Compared:
    """The contrasts by the estimator of the estimand, what speaks against its model, and notes. Raises ANAL-010 when an
    arm has nobody."""
    name, confidence = str(estimator_of(estimand)), float(estimand.confidence)
    if {row.arm for row in rows} != set(arms):
        raise analysis_error("ANAL-010", "model", "an arm has no value")
    if name == "mann_whitney":
        made = [wins(rows, arm, arms[-1], confidence, bool(estimand.strata)) for arm in arms[:-1]]
        return tuple(each for each, _ in made), (), tuple(note for _, note in made)
    fit = fitted(name, rows, estimand, arms, exposure)
    notes = ("The counts vary no more than Poisson's: the dispersion is 0.",) if fit.dispersion == 0 else ()
    return (
        tuple(contrast_from(arm, arms[-1], ratio_effect(fit, arm, confidence)) for arm in arms[:-1]),
        fit.checks,
        notes,
    )


def wins(
    rows: Sequence[Outcome], arm: str, reference: str, confidence: float, stratified: bool
) -> tuple[Contrast, str]:
    """The win odds of one arm, and its win probability in words."""
    sides = [[row for row in rows if row.arm == each] for each in (arm, reference)]
    first, second = ([float(row.value or 0) for row in side] for side in sides)
    strata = ([row.stratum for row in sides[0]], [row.stratum for row in sides[1]]) if stratified else None
    found = win_odds(first, second, confidence, strata)
    ends = found.probability_interval
    said = f"{fixed(hundredfold(found.probability))}% ({percent_interval(ends.lower, ends.upper, 1, '%')})"
    made = Contrast(
        arm=arm,
        reference=reference,
        estimate=found.estimate,
        lower=found.interval.lower,
        upper=found.interval.upper,
        error=found.log_error,
        p_value=found.p,
        confidence=confidence,
    )
    return made, f"Probability of the higher value, ties counted as half, {arm} against {reference}: {said}."


def fitted(
    name: str,
    rows: Sequence[Outcome],
    estimand: Estimand,
    arms: tuple[str, ...],
    exposure: Mapping[str, float | None],
) -> LogRatios:
    """The model of the estimand."""
    values, labels = [float(row.value or 0) for row in rows], [row.arm or "" for row in rows]
    columns = covariates(rows, estimand.model)
    if name == "proportional_odds":
        return fit_categories(values, labels, columns, reference=arms[-1])
    time = [exposure[row.subject] or 0.0 for row in rows]
    return fit_counts(values, labels, time, columns, reference=arms[-1], model=name)


def group(
    arm: str,
    rows: Sequence[Outcome],
    used: Sequence[Outcome],
    exposure: Mapping[str, float | None],
    name: str,
) -> Group:
    """Events and their rate of one arm, or only its participants for categories."""
    mine = [row for row in used if row.arm == arm]
    everybody = [row for row in rows if row.arm == arm]
    counted = name in COUNTS and bool(mine)
    events = sum(float(row.value or 0) for row in mine)
    time = sum(exposure[row.subject] or 0.0 for row in mine)
    return Group(
        arm=arm,
        analysed=len(mine),
        responders=events if counted else None,
        rate=events / time if counted else None,
        missing=len(everybody) - len(mine),
        by_event=sum(row.kind == "event" for row in everybody),
    )


def lost_note(rows: Sequence[Outcome], used: Sequence[Outcome]) -> tuple[str, ...]:
    """That somebody is left out."""
    return ("Participants whose value is missing are left out.",) if len(used) < len(rows) else ()
