"""What is compiled for many trials gives the numbers of the analysis of each, for every estimator and interval.

The reference is the package that analyses real ledgers, asked about the same made-up participants. Where it refuses
(an arm without an event, no maximum), the twin has no number either.
"""

from __future__ import annotations

import dataclasses
import math
from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import pytest

from equipoise.analysis.data.estimand import Outcome
from equipoise.analysis.errors import AnalysisError
from equipoise.analysis.estimators.survival import Spell, compare
from equipoise.simulation.characteristics.pool.estimators.chosen import TWINS, estimator_for
from equipoise.simulation.characteristics.pool.estimators.estimating import Found, Picked
from equipoise.simulation.characteristics.pool.estimators.rows import rows_estimator
from equipoise.simulation.characteristics.pool.plan import (
    EVENT,
    MISSING,
    OUT,
    VALUE,
    Meaning,
    Outcomes,
    Pooled,
)
from equipoise.study.estimand import Estimand, Missing, Model, Variable
from equipoise.study.methods import METHODS, estimator_of

ARMS, STRATA, POOL, TRIALS, PEOPLE = ("new", "other", "old"), ("sex=f", "sex=m"), 400, 12, 60
CASES = [
    (kind, summary, estimator, interval)
    for (kind, summary), estimators in METHODS.items()
    for estimator, intervals in estimators.items()
    for interval in intervals
    if estimator in TWINS and kind != "time_to_event" and interval not in ("rubin", "jackknife", "hc2", "hc3")
]

TOLERANCES = {"negative_binomial": 5e-6, "poisson": 1e-6, "proportional_odds": 5e-5}
"""Those of the library's search for a maximum; for proportional odds it differentiates twice by small steps."""


def estimand(kind: str, summary: str, estimator: str, interval: str, model: Model = Model()) -> Estimand:  # noqa: B008
    strata = () if estimator == "crude" else ("sex",)
    return Estimand(
        label="", objective="", population="", treatment=ARMS,
        variable=Variable(label="", endpoint=kind, rule="x"), intercurrent_events={}, summary=summary,
        interval=interval, estimator=estimator, strata=strata, model=model, missing=Missing(method="none"),
    )  # fmt: skip


def pool(own: Estimand, seed: int, strata: tuple[str, ...] = STRATA) -> Pooled:
    """Made-up participants of three arms, some of whom are missing, have an event, or are out."""
    random = np.random.default_rng(seed)
    rows = 3 * POOL
    arm = np.arange(rows) % 3
    kind = random.choice([VALUE, EVENT, MISSING, OUT], size=rows, p=[0.82, 0.06, 0.08, 0.04])
    endpoint = own.variable.endpoint
    effect, baseline = 0.4 * (arm == 0) - 0.2 * (arm == 1), random.normal(10, 3, rows)
    value = {
        "binary": lambda: (random.random(rows) < 0.4 + effect / 2).astype(float),
        "continuous": lambda: np.round(random.normal(3 * effect + 0.5 * baseline, 2), 2),
        "count": lambda: random.poisson(random.gamma(1.5, np.exp(effect))).astype(float),
        "ordinal": lambda: np.clip(np.round(random.normal(effect + 1.5, 1)), 0, 3),
    }[endpoint]()
    if endpoint in ("count", "ordinal"):
        kind[kind == EVENT] = MISSING
    value[kind >= MISSING] = np.nan
    if endpoint == "binary":
        value[kind == EVENT] = np.nan
    exposure = np.where(random.random(rows) < 0.03, np.nan, np.round(random.uniform(0.3, 2, rows), 2))
    exposure = exposure if endpoint == "count" else np.ones(rows)
    columns = baseline[:, None] if "baseline" in own.model.covariates else np.zeros((rows, 0))
    return Pooled(
        recruitment=None, allocation=SimpleNamespace(arms=3), tally=None,
        outcomes=Outcomes(
            kind=kind.astype(np.int8), value=value, score=value, columns=columns, exposure=exposure,
            days=np.zeros(rows, np.int32), seen=np.zeros(rows, np.bool_), lowest=np.zeros(rows),
            highest=np.ones(rows), whole=whole(kind, value, arm, baseline),
        ),
        meaning=Meaning(np.zeros(0), np.zeros((0, 0)), np.full(rows, -1)), decimals=0, estimand=own, strata=strata,
        stratum=None, treatment=np.arange(3), people=None, bounds=None, futility=None,
        dispensing=None, kits=None,
    )  # type: ignore[arg-type] # fmt: skip


def whole(kind: np.ndarray, value: np.ndarray, arm: np.ndarray, baseline: np.ndarray) -> np.ndarray:
    from decimal import Decimal

    made = np.full(len(kind), None, object)
    names = {VALUE: "value", EVENT: "event", MISSING: "missing"}
    for row in np.flatnonzero(kind != OUT):
        given = None if np.isnan(value[row]) else Decimal(repr(float(value[row])))
        made[row] = Outcome(
            subject="", arm=ARMS[arm[row]], stratum="", kind=names[int(kind[row])], value=given,
            baseline=Decimal(repr(float(baseline[row]))), visits=(given,),
        )  # fmt: skip
    return made


def trials(seed: int, strata: int, people: int = PEOPLE) -> Picked:
    random = np.random.default_rng([seed, 1])
    side = random.integers(0, 3, (TRIALS, people))
    row = 3 * random.integers(0, POOL, (TRIALS, people)) + side
    stratum = random.integers(0, strata, (TRIALS, people))
    stratum[0] = strata - 1  # a trial in which the first stratum has nobody
    return Picked(row.astype(np.int32), side.astype(np.int32), stratum.astype(np.int32))


def both(own: Estimand, seed: int, people: int = PEOPLE) -> tuple[Found, Found]:
    strata = STRATA if own.strata else ("",)
    plan, picked = pool(own, seed, strata), trials(seed, len(strata), people)
    twin, reference = estimator_for(plan, 0.95), rows_estimator(plan, 0.95)
    assert twin.__qualname__ != reference.__qualname__
    return twin(picked, np.arange(TRIALS), 1), reference(picked, np.arange(TRIALS), 1)


def check(found: tuple[Found, Found], tolerance: float, missing: int = 0) -> None:
    for name, one, two in zip(Found._fields, *found, strict=True):
        assert np.allclose(one, two, rtol=tolerance, atol=tolerance, equal_nan=True), (name, one, two)
    assert np.isnan(found[0].estimate).sum() <= missing


@pytest.mark.parametrize(("kind", "summary", "estimator", "interval"), CASES)
def test_a_twin_finds_what_the_analysis_finds(kind: str, summary: str, estimator: str, interval: str) -> None:
    own = estimand(kind, summary, estimator, interval)
    assert estimator_of(own) == estimator
    check(
        both(own, 5),
        TOLERANCES.get(estimator, 1e-9),
        missing=TRIALS // 2 if estimator == "inverse_variance" else 0,
    )


@pytest.mark.parametrize(
    ("kind", "summary", "estimator", "interval"),
    [
        ("continuous", "mean_difference", "ancova", "student"),
        ("count", "rate_ratio", "poisson", "wald"),
        ("count", "rate_ratio", "negative_binomial", "wald"),
        ("ordinal", "common_odds_ratio", "proportional_odds", "wald"),
    ],
)
def test_covariates_and_strata_enter_the_model(
    kind: str, summary: str, estimator: str, interval: str
) -> None:
    own = estimand(kind, summary, estimator, interval, Model(covariates=("baseline", "strata")))
    check(both(own, 7), TOLERANCES.get(estimator, 1e-9))


@pytest.mark.parametrize("df", ["satterthwaite", "kenward_roger"])
@pytest.mark.parametrize("sloped", [False, True])
def test_repeated_measures_are_the_analysis(df: str, sloped: bool) -> None:
    """Three visits, a quarter of them missed; with few people the covariance needs its fallback."""
    model = Model(covariates=("baseline", "strata"), fallback=("cs",), baseline_by_visit=sloped)
    own = estimand("continuous", "mean_difference", "mmrm", df, model)
    plan, random = pool(own, 13, STRATA), np.random.default_rng(13)
    for row, each in enumerate(plan.outcomes.whole):
        if each is not None:
            score = random.normal(size=3) + random.normal()
            seen = [None if random.random() < 0.25 else Decimal(repr(round(float(one), 2))) for one in score]
            plan.outcomes.whole[row] = dataclasses.replace(
                each, visits=tuple(seen), value=seen[-1], kind="missing" if seen[-1] is None else "value"
            )
    for people in (PEOPLE, 9):
        picked = trials(13, len(STRATA), people)
        one, two = (
            make(plan, 0.95)(picked, np.arange(TRIALS), 1) for make in (estimator_for, rows_estimator)
        )
        check((one, two), 1e-9, missing=TRIALS)
        assert people < PEOPLE or not np.isnan(one.estimate).any()


def test_non_response_counts_who_is_missing() -> None:
    import msgspec

    own = estimand("binary", "risk_difference", "mantel_haenszel", "mantel_haenszel")
    own = msgspec.structs.replace(own, missing=Missing(method="non_response"))
    check(both(own, 9), 1e-9)


def test_what_the_analysis_refuses_has_no_number() -> None:
    """Four people: arms without anybody, without an event, with nothing but events."""
    for case in CASES:
        found = both(estimand(*case), 11, people=7)
        nothing = np.isnan(found[1].estimate)
        assert (np.isnan(found[0].estimate) == nothing).all(), case
        assert (found[0].z[nothing] == 0).all()


@pytest.mark.parametrize("strata", [1, 2, 3])
def test_times_are_compared_as_the_analysis_compares_them(strata: int) -> None:
    random = np.random.default_rng(strata)
    own = estimand("time_to_event", "hazard_ratio", "cox", "wald")
    plan = pool(estimand("ordinal", "common_odds_ratio", "proportional_odds", "wald"), 3)
    rows = 3 * POOL
    days = np.minimum(random.geometric(0.01, rows), 200) // 10 * 10
    outcomes = plan.outcomes._replace(
        days=days.astype(np.int32), seen=(days < 200) & (random.random(rows) < 0.8)
    )
    plan = plan._replace(outcomes=outcomes, estimand=own, strata=tuple(map(str, range(strata))))
    picked = trials(strata, strata)
    found = estimator_for(plan, 0.9)(picked, np.arange(TRIALS), 1)
    for trial in range(TRIALS):
        spells = [
            Spell(time=int(days[row]), event=bool(outcomes.seen[row]), first=side == 0, stratum=str(stratum))
            for row, side, stratum in zip(*(each[trial].tolist() for each in picked), strict=True)
            if side != 1 and outcomes.kind[row] != OUT
        ]
        one = compare(spells, 0.9)
        numbers = (one.ratio, one.interval.lower, one.interval.upper, one.p_value)
        assert np.allclose([each[trial] for each in found[:4]], numbers, rtol=1e-9)
        assert found.z[trial] == pytest.approx(
            math.copysign(math.sqrt(one.statistic), one.log_ratio), rel=1e-7
        )


def test_times_asked_of_the_analysis_are_those_of_the_twin() -> None:
    random, rows = np.random.default_rng(8), 3 * POOL
    days, seen = random.integers(1, 90, rows).astype(np.int32), random.random(rows) < 0.7
    whole = np.array([{} for _ in range(rows)], object)
    own = estimand("time_to_event", "hazard_ratio", "cox", "wald")
    plan = pool(estimand("ordinal", "common_odds_ratio", "proportional_odds", "wald"), 3)
    plan = plan._replace(estimand=own, outcomes=plan.outcomes._replace(days=days, seen=seen, whole=whole))
    picked = trials(4, len(STRATA))
    twin, reference = (each(plan, 0.95) for each in (estimator_for, rows_estimator))
    check((twin(picked, np.arange(TRIALS), 1), reference(picked, np.arange(TRIALS), 1)), 1e-7)


def test_times_without_events_in_an_arm_have_no_ratio() -> None:
    own = estimand("time_to_event", "hazard_ratio", "cox", "wald")
    plan = pool(estimand("ordinal", "common_odds_ratio", "proportional_odds", "wald"), 3)
    rows = np.arange(3 * POOL)
    outcomes = plan.outcomes._replace(days=np.full(len(rows), 9, np.int32), seen=rows % 3 == 0)
    found = estimator_for(plan._replace(outcomes=outcomes, estimand=own), 0.95)(
        trials(2, 2), np.arange(TRIALS), 1
    )
    assert np.isnan(found.estimate).all() and not found.z.any()
    with pytest.raises(AnalysisError):
        compare([Spell(time=9, event=True), Spell(time=9, event=False, first=False)])
