"""The analyses of a binary estimand: the primary one and those beside it, each as numbers with their
method.

One path serves all: outcomes become one or more completed data sets of responses; each gives an effect over
the randomised strata; several are pooled by Rubin's rules. The last arm that the estimand names is the
reference of every contrast.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np

from equipoise.analysis.data.estimand import Outcome
from equipoise.analysis.errors import AnalysisError, analysis_error, noted
from equipoise.analysis.estimands.binary_effects import How, People, effect, method_name
from equipoise.analysis.estimands.covariates import covariates as covariates
from equipoise.analysis.estimands.covariates import predictors
from equipoise.analysis.estimands.specs import Spec
from equipoise.analysis.estimators.imputation import Limits, impute
from equipoise.analysis.estimators.reference_based import Course, course, imputations
from equipoise.analysis.results import Analysis, Contrast, Group
from equipoise.study.estimand import Estimand, Missing, Model
from equipoise.study.methods import SCORES, estimator_of

Responses = Mapping[str, bool]
Respond = Callable[[Outcome, Decimal], bool]
Source = Callable[[str], np.random.Generator]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What an analysis needs beside the outcomes: arms in their order (the last is the reference), how a
    score becomes a response, the limits of the score, and the generator of each arm's draws.

    estimator: by interval and strata when empty. scored: the endpoint is made from a score, which is
    imputed; otherwise responses are. missing: what is assumed of missing values; `like` the arm that they
    may be like.
    """

    arms: tuple[str, ...]
    respond: Respond
    limits: Limits
    random: Source
    imputations: int
    interval: str
    confidence: float
    summary: str = "risk_difference"
    estimator: str = ""
    model: Model = Model()
    missing: Missing = Missing(method="none")
    scored: bool = True
    shared: dict[tuple[str, ...], list[Responses]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def like(self) -> str:
        return self.missing.like or self.arms[-1]

    @classmethod
    def of(
        cls, own: Estimand, arms: Sequence[str], *, respond: Respond, limits: Limits, random: Source
    ) -> Setting:
        """What the analyses of an estimand need."""
        return cls(
            arms=tuple(arms), respond=respond, limits=limits, random=random,
            imputations=max(2, own.missing.imputations), interval=own.interval, confidence=float(own.confidence),
            summary=own.summary, estimator=estimator_of(own) or "", model=own.model, missing=own.missing,
            scored=own.variable.score is not None,
        )  # fmt: skip


def analyse_binary(spec: Spec, rows: Sequence[Outcome], setting: Setting) -> Analysis:
    """Numbers of one analysis. What cannot be estimated has no contrast, and a note that says why."""
    used = [row for row in rows if spec.missing != "none" or row.kind != "missing"]
    how = how_of(setting, used)
    completed: list[Responses] = []
    try:
        completed = responses(spec, used, setting)
        contrasts = tuple(
            contrast(arm, setting.arms[-1], used, completed, setting) for arm in setting.arms[:-1]
        )
    except AnalysisError as error:
        contrasts, notes = (), (noted(error),)
    else:
        notes = notes_of(spec, rows)
    return Analysis(
        id=spec.id,
        label=spec.label,
        role=spec.role,
        method=method_name(how, len(completed) > 1, len({row.stratum for row in used}) > 1),
        groups=tuple(group(arm, rows, completed) for arm in setting.arms),
        contrasts=contrasts,
        summary=setting.summary,
        imputations=len(completed) if len(completed) > 1 else 0,
        notes=notes,
    )


def contrast(
    arm: str,
    reference: str,
    rows: Sequence[Outcome],
    completed: Sequence[Responses],
    setting: Setting,
) -> Contrast:
    """One arm against another among the rows, from completed data sets that hold them."""
    people = [people_of(rows, each, setting) for each in completed]
    return effect(how_of(setting, rows), [replace(each, one=arm, two=reference) for each in people])


def how_of(setting: Setting, rows: Sequence[Outcome]) -> How:
    """The method. Raises ANAL-005 for an interval of one table over several strata."""
    several = len({row.stratum for row in rows}) > 1
    name = setting.estimator
    if not name:
        crude = setting.interval in ("wald", *SCORES)
        name = "crude" if crude and not (several and setting.interval == "miettinen_nurminen") else ""
        name = name or "mantel_haenszel"
    if name == "crude" and several:
        raise analysis_error("ANAL-005", setting.summary, f"{setting.interval} over strata")
    return How(
        summary=setting.summary,
        estimator=name,
        interval=setting.interval,
        confidence=setting.confidence,
        interactions=setting.model.interactions,
    )


def people_of(rows: Sequence[Outcome], answers: Responses, setting: Setting) -> People:
    """One completed data set in the order of the rows."""
    return People(
        response=[answers[row.subject] for row in rows],
        arm=[row.arm or "" for row in rows],
        stratum=[row.stratum for row in rows],
        covariates=covariates(rows, setting.model),
        one=setting.arms[0],
        two=setting.arms[-1],
    )


def responses(spec: Spec, rows: Sequence[Outcome], setting: Setting) -> list[Responses]:
    """The completed data: one set without imputation, else as many as declared."""
    known = known_responses(rows, setting)
    if spec.missing == "multiple_imputation":
        key = (spec.draws, *sorted({row.stratum for row in rows}))
        if spec.estimand is None or spec.draws != "primary":
            return [{**known, **each} for each in imputed_sets(rows, setting)]
        if key not in setting.shared:
            setting.shared[key] = imputed_sets(rows, setting)
        return [{**known, **each} for each in setting.shared[key]]
    lucky = {"against": setting.arms[-1:], "favour": setting.arms[:-1]}.get(spec.missing, ())
    rest = {row.subject: row.arm in lucky for row in rows if row.kind == "missing"}
    return [{**known, **rest}]


def known_responses(rows: Sequence[Outcome], setting: Setting) -> dict[str, bool]:
    """The responses that need no assumption: by a score, or by an event."""
    known = {row.subject: False for row in rows if row.kind == "event"}
    for row in rows:
        if row.kind == "value" and row.value is not None:
            known[row.subject] = setting.respond(row, row.value)
    return known


def imputed_sets(rows: Sequence[Outcome], setting: Setting) -> list[Responses]:
    """For each imputation, the responses of all whose value is missing."""
    if not setting.scored:
        draw = drawn_responses
    elif setting.missing.assumption != "mar":
        return imputed_together(rows, setting)
    else:
        draw = imputed
    draws = [draw(arm, rows, setting) for arm in setting.arms]
    return [
        {subject: answer for each in sets for subject, answer in each.items()}
        for sets in zip(*draws, strict=True)
    ]


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
    fixed = predictors(members, setting.model)
    random = setting.random(arm)
    sets = []
    for _ in range(setting.imputations):
        last = impute(scores, fixed, setting.limits, random)[:, -1]
        sets.append(answered([members[p] for p in gaps], last[gaps], setting))
    return sets


def imputed_together(rows: Sequence[Outcome], setting: Setting) -> list[Responses]:
    """The same when those who left may be like another arm: one model of the courses of all arms."""
    members = [row for row in rows if row.kind != "event" and row.arm in setting.arms]
    gaps = [place for place, row in enumerate(members) if row.value is None]
    if not gaps:
        return [{}] * setting.imputations
    scores = np.array([[np.nan if v is None else float(v) for v in row.visits] for row in members])
    fixed = predictors(members, setting.model)
    varying = {f"x{place}": fixed[:, place] for place in range(fixed.shape[1]) if np.ptp(fixed[:, place]) > 0}
    given = course(scores, [row.arm for row in members], varying)
    drawn = courses_drawn(given, setting)
    return [answered([members[p] for p in gaps], full[gaps, -1], setting) for full in drawn]


def courses_drawn(given: Course, setting: Setting) -> list[np.ndarray]:
    """The courses of all participants, completed as often as is declared under what is assumed of those who left."""
    return imputations(
        given,
        setting.imputations,
        setting.random("all"),
        assumption=setting.missing.assumption,
        reference=setting.like,
    )


def answered(rows: Sequence[Outcome], scores: np.ndarray, setting: Setting) -> dict[str, bool]:
    """The responses that drawn scores make: moved by the delta (but in the arm that others are like), kept
    to the limits, rounded as scores are recorded."""
    delta = float(setting.missing.delta)
    moved = scores + np.array([delta * (row.arm != setting.like) for row in rows])
    unit = Decimal(1).scaleb(-setting.limits.decimals)
    return {
        row.subject: setting.respond(row, Decimal(repr(float(value))).quantize(unit))
        for row, value in zip(rows, setting.limits.kept(moved), strict=True)
    }


def drawn_responses(arm: str, rows: Sequence[Outcome], setting: Setting) -> list[Responses]:
    """Responses of an endpoint without a score: in each stratum of the arm the chance of a response is
    drawn from its posterior under Jeffreys's prior, and from it the missing responses (Rubin and Schenker,
    JASA 1986;81:366-374)."""
    random, found = setting.random(arm), [dict[str, bool]() for _ in range(setting.imputations)]
    for stratum in sorted({row.stratum for row in rows}):
        members = [row for row in rows if row.arm == arm and row.stratum == stratum]
        known = [setting.respond(row, row.value) for row in members if row.value is not None]
        lost = [row.subject for row in members if row.kind == "missing"]
        for answers in found if lost else ():
            chance = random.beta(sum(known) + 0.5, len(known) - sum(known) + 0.5)
            answers.update(zip(lost, (random.random(len(lost)) < chance).tolist(), strict=True))
    return list(found)


def group(arm: str, rows: Sequence[Outcome], completed: Sequence[Responses]) -> Group:
    """The counts of one arm; responders are the mean over the completed data sets, NaN where none could be
    made. Who has no response in them is missing, and not analysed."""
    everybody = [row for row in rows if row.arm == arm]
    members = [row for row in everybody if not completed or row.subject in completed[0]]
    counts = [sum(each[row.subject] for row in members) for each in completed]
    mean = sum(counts) / len(counts) if counts else math.nan
    return Group(
        arm=arm,
        analysed=len(members),
        responders=mean,
        proportion=mean / len(members) if members else math.nan,
        missing=sum(row.kind == "missing" for row in everybody),
        by_event=sum(row.kind == "event" for row in members),
    )


def notes_of(spec: Spec, rows: Sequence[Outcome]) -> tuple[str, ...]:
    """What a reader must know of the numbers."""
    words = {
        "non_response": "A missing value counts as non-response.",
        "against": "A missing value counts as response in the reference arm alone.",
        "favour": "A missing value counts as non-response in the reference arm alone.",
        "none": "Participants whose value is missing are left out.",
    }
    lost = any(row.kind == "missing" for row in rows)
    notes = [words[spec.missing]] if spec.missing in words and lost else []
    return (*notes, *undetermined_note(spec, rows))


def undetermined_note(spec: Spec, rows: Sequence[Outcome]) -> tuple[str, ...]:
    """How many participants have an intercurrent event of which nothing is known."""
    count = sum(bool(row.undetermined) and row.kind != "event" for row in rows)
    if not count or spec.reading.policy:
        return ()
    words = f"The rule of an intercurrent event is unknown for {count} participants: it did not occur, as declared."
    return (words,)
