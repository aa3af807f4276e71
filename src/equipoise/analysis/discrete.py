"""The analyses of counts and of ordered categories: rate ratios and common odds ratios between arms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from equipoise.analysis.binary import covariates, undetermined_note
from equipoise.analysis.count_models import LogRatios, fit_categories, fit_counts, ratio_effect
from equipoise.analysis.errors import AnalysisError, analysis_error
from equipoise.analysis.estimand import Outcome
from equipoise.analysis.results import Analysis, Contrast, Group
from equipoise.analysis.specs import Spec
from equipoise.study.estimand import Estimand
from equipoise.study.methods import estimator_of

WORDS = {
    "negative_binomial": "rate ratio by a negative binomial model with the exposure as offset, Wald interval",
    "poisson": "rate ratio by a Poisson model with the exposure as offset, Wald interval",
    "proportional_odds": "common odds ratio by a proportional odds model, Wald interval",
}


def analyse_discrete(
    spec: Spec, rows: Sequence[Outcome], arms: tuple[str, ...], exposure: Mapping[str, float | None]
) -> Analysis:
    """Every arm against the last. Who has no value, or no exposure, is left out and counted as missing."""
    assert spec.estimand is not None
    own = spec.estimand
    name = str(estimator_of(own))
    used = [row for row in rows if row.value is not None and exposure.get(row.subject) and row.arm in arms]
    notes: tuple[str, ...] = ()
    contrasts: tuple[Contrast, ...] = ()
    try:
        fit = fitted(name, used, own, arms, exposure)
        contrasts = tuple(contrast(fit, arm, arms[-1], float(own.confidence)) for arm in arms[:-1])
    except AnalysisError as error:
        notes = (f"{error.code}: {error.fault}",)
    else:
        if fit.dispersion == 0:
            notes = ("The counts vary no more than Poisson's: the dispersion is 0.",)
    adjusted = " and ".join(own.model.covariates)
    return Analysis(
        id=spec.id,
        label=spec.label,
        role=spec.role,
        method=WORDS[name] + (f", adjusted for {adjusted}" if adjusted else ""),
        groups=tuple(group(arm, rows, used, exposure, name) for arm in arms),
        contrasts=contrasts,
        summary=own.summary,
        notes=(*notes, *lost_note(rows, used), *undetermined_note(spec, rows)),
    )


def fitted(
    name: str,
    rows: Sequence[Outcome],
    estimand: Estimand,
    arms: tuple[str, ...],
    exposure: Mapping[str, float | None],
) -> LogRatios:
    """The model of the estimand. Raises ANAL-010 when an arm has nobody."""
    if {row.arm for row in rows} != set(arms):
        raise analysis_error("ANAL-010", "model", "an arm has no value")
    values, labels = [float(row.value or 0) for row in rows], [row.arm or "" for row in rows]
    columns = covariates(rows, estimand.model)
    if name == "proportional_odds":
        return fit_categories(values, labels, columns, reference=arms[-1])
    time = [exposure[row.subject] or 0.0 for row in rows]
    return fit_counts(values, labels, time, columns, reference=arms[-1], model=name)


def contrast(fit: LogRatios, arm: str, reference: str, confidence: float) -> Contrast:
    """One ratio as a result."""
    found = ratio_effect(fit, arm, confidence)
    return Contrast(
        arm=arm,
        reference=reference,
        estimate=found.estimate,
        lower=found.interval.lower,
        upper=found.interval.upper,
        error=found.standard_error,
        p_value=found.p,
        confidence=confidence,
    )


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
    counted = name != "proportional_odds" and bool(mine)
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
