"""The analyses of a binary estimand: the primary one and its sensitivities, each as numbers with their
method.

One path serves all: outcomes become one or more completed data sets of responses; each gives a difference
over the randomised strata; several are pooled by Rubin's rules. The last arm that the estimand names is the
reference of every contrast.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from equipoise.analysis.errors import AnalysisError, analysis_error
from equipoise.analysis.estimand import Outcome, Reading
from equipoise.analysis.imputation import Limits, impute, rubin
from equipoise.analysis.proportions import Interval, Table2x2, miettinen_nurminen, newcombe, wald
from equipoise.analysis.results import Analysis, Contrast, Group
from equipoise.analysis.stratified import (
    Pooled,
    cochran_mantel_haenszel,
    mantel_haenszel,
    stratified_score,
)

if TYPE_CHECKING:
    from equipoise.study.estimand import Estimand

AGAINST = {"against": "against the first arm", "favour": "in favour of the first arm"}

Responses = Mapping[str, bool]
Respond = Callable[[Outcome, Decimal], bool]
Source = Callable[[str], np.random.Generator]

METHODS = {
    "wald": "risk difference, Wald interval",
    "newcombe": "risk difference, Newcombe's hybrid score interval",
    "miettinen_nurminen": "risk difference, Miettinen-Nurminen score interval",
    "stratified_score": "Mantel-Haenszel risk difference over strata, stratified Miettinen-Nurminen score interval",
    "mantel_haenszel": "Mantel-Haenszel risk difference over strata, Sato variance",
    "rubin": "Mantel-Haenszel risk difference over strata, Sato variance, pooled by Rubin's rules "
    "with Barnard-Rubin degrees of freedom",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """One analysis to make. missing: multiple_imputation, non_response, none (left out), against or favour
    (missing values count against, or in favour of, the arms that are compared with the reference)."""

    id: str
    label: str
    role: str
    reading: Reading
    missing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What an analysis needs beside the outcomes: arms in their order (the last is the reference), how a
    score becomes a response, the limits of the score, and the generator of each arm's draws."""

    arms: tuple[str, ...]
    respond: Respond
    limits: Limits
    random: Source
    imputations: int
    interval: str
    confidence: float


def specs(estimand: Estimand) -> tuple[Spec, ...]:
    """The primary analysis, then the sensitivities in the order of the definition."""
    main = Spec(
        id="primary", label=estimand.label, role="primary", reading=Reading(), missing=estimand.missing.method
    )
    changes = {
        "treatment_policy": replace(main, reading=Reading(policy=True)),
        "non_response": replace(main, missing="non_response"),
        "with_substitute_scores": replace(main, reading=Reading(substitutes=True)),
        "without_flagged_scores": replace(main, reading=Reading(flagged=False)),
    }
    found = [main]
    for key, each in estimand.sensitivity.items():
        if each.change == "per_arm_missing":
            for missing, words in AGAINST.items():
                label = f"{each.label}: {words}"
                found.append(
                    replace(main, id=f"{key}_{missing}", label=label, role="sensitivity", missing=missing)
                )
        else:
            found.append(replace(changes[each.change], id=key, label=each.label, role="sensitivity"))
    return tuple(found)


def analyse_binary(spec: Spec, rows: Sequence[Outcome], setting: Setting) -> Analysis:
    """Numbers of one analysis. What cannot be estimated has no contrast, and a note that says why."""
    used = [row for row in rows if spec.missing != "none" or row.kind != "missing"]
    try:
        completed = responses(spec, used, setting)
        contrasts = tuple(
            contrast(spec, arm, setting.arms[-1], used, completed, setting) for arm in setting.arms[:-1]
        )
    except AnalysisError as error:
        completed, contrasts, notes = [], (), (f"{error.code}: {error.fault}",)
    else:
        notes = notes_of(spec, used)
    kind = method(spec, setting, used)
    return Analysis(
        id=spec.id,
        label=spec.label,
        role=spec.role,
        method=METHODS[kind],
        groups=tuple(group(arm, used, completed) for arm in setting.arms),
        contrasts=contrasts,
        imputations=len(completed) if len(completed) > 1 else 0,
        notes=notes,
    )


def method(spec: Spec, setting: Setting, rows: Sequence[Outcome]) -> str:
    """The name of the method: pooled when there is imputation, else the declared one, over strata if
    any."""
    several = len({row.stratum for row in rows}) > 1
    if spec.missing == "multiple_imputation":
        return "rubin"
    declared = "mantel_haenszel" if setting.interval == "rubin" else setting.interval
    if several and declared == "miettinen_nurminen":
        return "stratified_score"
    if several and declared in ("wald", "newcombe"):
        raise analysis_error("ANAL-005", spec.id, f"{declared} over strata")
    return declared


def responses(spec: Spec, rows: Sequence[Outcome], setting: Setting) -> list[Responses]:
    """The completed data: one set without imputation, else as many as declared."""
    known = {row.subject: setting.respond(row, row.value) for row in rows if row.value is not None}
    known |= {row.subject: False for row in rows if row.kind == "event"}
    if spec.missing == "multiple_imputation":
        draws = [imputed(arm, rows, setting) for arm in setting.arms]
        return [{**known, **_merged(sets)} for sets in zip(*draws, strict=True)]
    lucky = {"against": setting.arms[-1:], "favour": setting.arms[:-1]}.get(spec.missing, ())
    rest = {row.subject: row.arm in lucky for row in rows if row.kind == "missing"}
    return [{**known, **rest}]


def _merged(sets: Sequence[Responses]) -> dict[str, bool]:
    return {subject: answer for each in sets for subject, answer in each.items()}


def imputed(arm: str, rows: Sequence[Outcome], setting: Setting) -> list[Responses]:
    """For each imputation, the response of those of one arm whose value is missing.

    The regressions learn from the participants of the arm whose outcome is a value: those with an
    intercurrent event that makes a non-response have no value to learn from.
    """
    members = [row for row in rows if row.arm == arm and row.kind != "event"]
    gaps = [place for place, row in enumerate(members) if row.value is None]
    if not gaps:
        return [{}] * setting.imputations
    scores = np.array([[np.nan if v is None else float(v) for v in row.visits] for row in members])
    fixed = predictors(members)
    random = setting.random(arm)
    unit = Decimal(1).scaleb(-setting.limits.decimals)
    sets = []
    for _ in range(setting.imputations):
        last = impute(scores, fixed, setting.limits, random)[:, -1]
        values = {place: Decimal(repr(float(last[place]))).quantize(unit) for place in gaps}
        sets.append({members[p].subject: setting.respond(members[p], value) for p, value in values.items()})
    return sets


def predictors(rows: Sequence[Outcome]) -> np.ndarray:
    """Baseline, then one column for each stratum but the first: shape (rows, strata)."""
    strata = sorted({row.stratum for row in rows})[1:]
    return np.array(
        [[float(row.baseline or 0), *(float(row.stratum == each) for each in strata)] for row in rows]
    )


def contrast(
    spec: Spec,
    arm: str,
    reference: str,
    rows: Sequence[Outcome],
    completed: Sequence[Responses],
    setting: Setting,
) -> Contrast:
    """One arm against the reference."""
    tables = [by_stratum(arm, reference, rows, each) for each in completed]
    kind = method(spec, setting, rows)
    common = {"arm": arm, "reference": reference, "confidence": setting.confidence}
    if kind != "rubin":
        pooled = single(kind, tables[0], setting.confidence)
        p = cochran_mantel_haenszel(tables[0])[1]
        return Contrast(
            **common, estimate=pooled.estimate, lower=pooled.interval.lower, upper=pooled.interval.upper,
            error=math.sqrt(pooled.variance), p_value=p,
        )  # fmt: skip
    parts = [mantel_haenszel(each, setting.confidence) for each in tables]
    people = sum(table.n1 + table.n2 for table in tables[0])
    pool = rubin([each.estimate for each in parts], [each.variance for each in parts], complete_df=people - 2)
    interval = pool.interval(setting.confidence)
    return Contrast(
        **common, estimate=pool.estimate, lower=max(-1.0, interval.lower), upper=min(1.0, interval.upper),
        error=pool.error, p_value=pool.p_value(), df=pool.df, missing_information=pool.fraction,
    )  # fmt: skip


def by_stratum(arm: str, reference: str, rows: Sequence[Outcome], answers: Responses) -> list[Table2x2]:
    """A two by two table for each stratum that has participants in both arms. Raises ANAL-004 without
    any."""
    tables = []
    for stratum in sorted({row.stratum for row in rows}):
        one = [answers[row.subject] for row in rows if row.stratum == stratum and row.arm == arm]
        two = [answers[row.subject] for row in rows if row.stratum == stratum and row.arm == reference]
        if one and two:
            tables.append(Table2x2(x1=sum(one), n1=len(one), x2=sum(two), n2=len(two)))
    if not tables:
        raise analysis_error("ANAL-004", f"{arm} against {reference}", "no stratum has both arms")
    return tables


def single(kind: str, tables: Sequence[Table2x2], confidence: float) -> Pooled:
    """The difference and its interval of one completed data set."""
    if kind == "mantel_haenszel":
        return mantel_haenszel(tables, confidence)
    if kind in ("stratified_score", "miettinen_nurminen") and len(tables) > 1:
        return stratified_score(tables, confidence)
    functions: Mapping[str, Callable[[Table2x2, float], Interval]] = {
        "wald": wald,
        "newcombe": newcombe,
        "miettinen_nurminen": miettinen_nurminen,
        "stratified_score": miettinen_nurminen,
    }
    crude = mantel_haenszel(tables, confidence)
    return replace(crude, interval=functions[kind](tables[0], confidence))


def group(arm: str, rows: Sequence[Outcome], completed: Sequence[Responses]) -> Group:
    """The counts of one arm; responders are the mean over the completed data sets."""
    members = [row for row in rows if row.arm == arm]
    counts = [sum(each[row.subject] for row in members) for each in completed]
    mean = sum(counts) / len(counts) if counts else math.nan
    return Group(
        arm=arm,
        analysed=len(members),
        responders=mean,
        proportion=mean / len(members) if members else math.nan,
        missing=sum(row.kind == "missing" for row in members),
        by_event=sum(row.kind == "event" for row in members),
    )


def notes_of(spec: Spec, rows: Sequence[Outcome]) -> tuple[str, ...]:
    """What a reader must know of the numbers."""
    open_ones = sum(bool(row.undetermined) and row.kind != "event" for row in rows)
    words = {
        "non_response": "A missing value counts as non-response.",
        "against": "A missing value counts as response in the reference arm alone.",
        "favour": "A missing value counts as non-response in the reference arm alone.",
        "none": "Participants whose value is missing are left out.",
    }
    notes = (
        [words[spec.missing]] if spec.missing in words and any(row.kind == "missing" for row in rows) else []
    )
    if open_ones and not spec.reading.policy:
        notes.append(
            f"The rule of an intercurrent event is unknown for {open_ones} participants: it did not occur, as declared."
        )
    return tuple(notes)
