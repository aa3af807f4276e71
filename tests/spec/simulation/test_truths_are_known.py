"""The truth of an estimand: known on every scale, the same at both speeds; bias and coverage are measured by it."""

from __future__ import annotations

import dataclasses
import math
from functools import cache

import msgspec
import numpy as np
import polars as pl
import pytest

from equipoise.cli.simulating import practice_seal, scenario_of
from equipoise.simulation import reported
from equipoise.simulation.characteristics.compiling import compile_plan
from equipoise.simulation.characteristics.enrolling import Compiled
from equipoise.simulation.characteristics.pool.compiling import compile_pool, followed_once
from equipoise.simulation.characteristics.pool.plan import EVENT, MISSING, OUT, VALUE, Outcomes, Pooled
from equipoise.simulation.characteristics.pool.truth import truth_of
from equipoise.simulation.characteristics.pool.undisturbed import again, entered, undisturbed
from equipoise.simulation.characteristics.sample.screened import Sample, screen_sample
from equipoise.simulation.characteristics.simulated import Ready, simulate_scenarios, truth_known
from equipoise.simulation.characteristics.summary import Estimate, characterise
from equipoise.simulation.characteristics.trials import run_trials
from equipoise.simulation.parts import parcel_of
from equipoise.simulation.scenario import Generator, Scenario
from equipoise.simulation.whole.side_by_side import counted_in_trials, whole_scenarios
from equipoise.study import load
from equipoise.study.study import Study
from tests.spec.simulation import thousands

DEMO = thousands.STUDIES / "DEMO-TTE"
MEMBERS = 4_000


@cache
def study() -> Study:
    return load(DEMO)


@cache
def scenario() -> Scenario:
    """Many are lost, many visits are missed."""
    base = scenario_of(DEMO, "base")
    change = msgspec.structs.replace
    return change(
        base,
        exits=change(base.exits, loss=0.06),
        conduct=change(base.conduct, missed_visit=0.2, outside_window=0.1),
    )


@cache
def sample() -> Sample:
    return screen_sample(study(), scenario(), practice_seal(DEMO), size=120)


@cache
def followed(name: str = "primary") -> Compiled:
    return compile_plan(study(), scenario(), practice_seal(DEMO), sample=sample(), estimand=name)


@cache
def template() -> Compiled:
    """A plan of two arms without strata, for participants of our own making."""
    own = study().definition.estimands["primary"]
    plan = followed().plan
    assert isinstance(plan, Pooled)
    return dataclasses.replace(
        followed(),
        plan=plan._replace(
            estimand=msgspec.structs.replace(own, strata=()),
            strata=("",),
            stratum=np.zeros_like(plan.stratum),
        ),
    )


def made(summary: str, endpoint: str, **arrays: np.ndarray) -> Compiled:
    """The plan of an endpoint whose outcomes are given, by row."""
    plan, rows = template().plan, len(next(iter(arrays.values())))
    assert isinstance(plan, Pooled)
    own = plan.estimand
    variable = msgspec.structs.replace(own.variable, endpoint=endpoint)
    estimand = msgspec.structs.replace(
        own, summary=summary, estimator=None, interval="student" if endpoint == "continuous" else "wald",
        variable=variable, model=type(own.model)(), sensitivity={}, intercurrent_events={},
    )  # fmt: skip
    none = np.full(rows, np.nan)
    outcomes = Outcomes(
        kind=np.full(rows, VALUE, np.int8), value=none, score=none.copy(), columns=np.zeros((rows, 0)),
        exposure=np.ones(rows), days=np.zeros(rows, np.int32), seen=np.zeros(rows, np.bool_), lowest=np.zeros(rows),
        highest=np.zeros(rows), whole=np.full(rows, None, object),
    )._replace(**arrays)  # fmt: skip
    members = rows // plan.allocation.arms
    many = plan.recruitment._replace(
        randomised=np.ones(members), again=np.full(members, -1.0), member=np.arange(members),
        level=np.zeros(members, np.int64),
    )  # fmt: skip
    alike = np.zeros(rows, np.int64)
    tally = plan.tally._replace(**{name: getattr(plan.tally, name)[alike] for name in plan.tally._fields})
    return dataclasses.replace(
        template(), summary=summary, binary=endpoint == "binary",
        plan=plan._replace(estimand=estimand, outcomes=outcomes, tally=tally, recruitment=many),
    )  # fmt: skip


def characteristics(plan: Compiled, truth: tuple[float, ...], trials: int = 3_000):
    """What the trials of a plan show against a truth."""
    frame = run_trials(plan, trials, 5)
    given = Estimate(value=truth[0], error=truth[1])
    return characterise(frame, "", "", plan.compared, plan.summary, given, 0.0)


def arm_of(rows: int) -> np.ndarray:
    """0 for the first arm that is compared, 1 for the others."""
    return (np.arange(rows) % 3 != template().plan.treatment[0]).astype(int)


def exponential(hazards: tuple[float, float], end: int) -> dict[str, np.ndarray]:
    """Days of exponential times, by arm, followed to a day."""
    random, rows = np.random.default_rng(3), 3 * MEMBERS
    days = np.ceil(random.exponential(1 / np.array(hazards)[arm_of(rows)])).astype(np.int32)
    return {"days": np.minimum(days, end), "seen": days <= end}


def test_the_truth_of_exponential_times_is_the_ratio_of_their_hazards() -> None:
    plan = made("hazard_ratio", "time_to_event", **exponential((0.002, 0.004), 400))
    value, error, _ = truth_of(plan.plan, plan.plan.outcomes, 0.95)
    assert math.log(value) == pytest.approx(math.log(0.5), abs=4 * error / value)
    assert error / value == pytest.approx(math.sqrt(1 / 2_200 + 1 / 3_200), rel=0.4)
    found = characteristics(plan, (value, error))
    assert abs(found.bias.value) < 0.04 and found.coverage.value == pytest.approx(0.95, abs=0.015)
    assert found.middle == pytest.approx(value, rel=0.04)


def test_censoring_that_hides_events_of_one_arm_alone_shows_as_bias() -> None:
    """Who is about to have the event in the first arm leaves before: the truth knows, the trials do not."""
    times = exponential((0.002, 0.004), 400)
    whole = made("hazard_ratio", "time_to_event", **times)
    truth = truth_of(whole.plan, whole.plan.outcomes, 0.95)
    rows = np.arange(len(times["days"]))
    hidden = times["seen"] & (arm_of(len(rows)) == 0) & (rows % 2 == 0)
    broken = made("hazard_ratio", "time_to_event", days=times["days"], seen=times["seen"] & ~hidden)
    found = characteristics(broken, truth)
    assert found.bias.value < -0.4 and found.bias.value < -20 * found.bias.error
    assert found.coverage.value < 0.9


def means(shift: float) -> dict[str, np.ndarray]:
    random, rows = np.random.default_rng(4), 3 * MEMBERS
    value = random.normal(0, 2, rows) + shift * (arm_of(rows) == 0)
    return {"value": value, "score": value}


def test_the_truth_of_means_is_their_difference() -> None:
    plan = made("mean_difference", "continuous", **means(1.5))
    value, error, _ = truth_of(plan.plan, plan.plan.outcomes, 0.95)
    assert value == pytest.approx(1.5, abs=4 * error) and error == pytest.approx(
        2 * math.sqrt(2 / MEMBERS), rel=0.4
    )
    found = characteristics(plan, (value, error))
    assert abs(found.bias.value) < 4 * found.bias.error
    assert found.coverage.value == pytest.approx(0.95, abs=4 * found.coverage.error)


def test_an_interval_that_is_too_narrow_loses_coverage() -> None:
    plan = made("mean_difference", "continuous", **means(1.5))
    truth = truth_of(plan.plan, plan.plan.outcomes, 0.95)
    found = characteristics(dataclasses.replace(plan, confidence=0.8), truth)
    assert found.coverage.value == pytest.approx(0.8, abs=0.03)
    assert abs(found.bias.value) < 4 * found.bias.error


def test_a_biased_estimate_shows_its_bias() -> None:
    """Of the first arm only the lower half is seen."""
    plan = made("mean_difference", "continuous", **means(1.5))
    truth = truth_of(plan.plan, plan.plan.outcomes, 0.95)
    outcomes = plan.plan.outcomes
    lost = (arm_of(len(outcomes.kind)) == 0) & (outcomes.value > 1.5)
    value = np.where(lost, np.nan, outcomes.value)
    gone = outcomes._replace(value=value, kind=np.where(lost, MISSING, VALUE).astype(np.int8))
    found = characteristics(dataclasses.replace(plan, plan=plan.plan._replace(outcomes=gone)), truth)
    assert found.bias.value == pytest.approx(-2 * math.sqrt(2 / math.pi), abs=0.1)
    assert found.coverage.value < 0.3


@pytest.mark.parametrize("dispersed", [False, True])
def test_the_truth_of_counts_is_the_ratio_of_their_rates(dispersed: bool) -> None:
    random, rows = np.random.default_rng(6), 3 * MEMBERS
    rate = np.where(arm_of(rows) == 0, 0.6, 1.2) * (random.gamma(2, 0.5, rows) if dispersed else 1)
    exposure = random.uniform(0.5, 2, rows)
    plan = made("rate_ratio", "count", value=random.poisson(rate * exposure).astype(float), exposure=exposure)
    value, error, _ = truth_of(plan.plan, plan.plan.outcomes, 0.95)
    assert math.log(value) == pytest.approx(math.log(0.5), abs=4 * error / value)


@pytest.mark.parametrize("summary", ["common_odds_ratio", "risk_ratio", "odds_ratio", "risk_difference"])
def test_the_truth_of_categories_and_shares(summary: str) -> None:
    """A latent logistic value, moved by log 2 in the first arm, cut at 0 (and 1): odds ratio 2."""
    random, rows = np.random.default_rng(8), 3 * MEMBERS
    latent = random.logistic(size=rows) + math.log(2) * (arm_of(rows) == 0)
    binary = summary != "common_odds_ratio"
    value = (latent > 0).astype(float) + (0 if binary else (latent > 1))
    plan = made(summary, "binary" if binary else "ordinal", value=value)
    found, error, _ = truth_of(plan.plan, plan.plan.outcomes, 0.95)
    expected = {"risk_ratio": 4 / 3, "risk_difference": 2 / 3 - 1 / 2}.get(summary, 2.0)
    assert found == pytest.approx(expected, abs=4 * error) and 0 < error < 0.1


def test_the_error_of_a_bias_has_what_chance_undid_among_these_participants() -> None:
    """Nothing undone, no error of it; a tenth of the events hidden at random, that of a tenth of the events."""
    times = exponential((0.002, 0.004), 400)
    plan = made("hazard_ratio", "time_to_event", **times)
    assert truth_of(plan.plan, plan.plan.outcomes, 0.95)[2] == pytest.approx(0, abs=1e-12)
    hidden = np.random.default_rng(9).random(len(times["days"])) < 0.1
    gone = plan.plan._replace(outcomes=plan.plan.outcomes._replace(seen=times["seen"] & ~hidden))
    value, error, undone = truth_of(gone, plan.plan.outcomes, 0.95)
    assert undone / error == pytest.approx(math.sqrt(0.1), rel=0.5)
    frame = run_trials(plan, 200, 5)
    given = Estimate(value=value, error=error)
    one, two, three = (
        characterise(frame, "", "", plan.compared, plan.summary, given, noise).bias
        for noise in (0.0, undone, None)
    )
    assert one.error < two.error < three.error
    assert two.error == pytest.approx(math.hypot(one.error, undone / value))


def test_what_nobody_can_estimate_has_no_truth() -> None:
    plan = made("rate_ratio", "count", value=np.full(300, np.nan))
    assert truth_of(plan.plan, plan.plan.outcomes, 0.95) is None
    frame = run_trials(followed(), 20, 1)
    found = characterise(frame, "", "", followed().compared, "hazard_ratio")
    assert (found.truth, found.bias, found.coverage) == (None, None, None)
    assert reported.against(frame, None) is frame


def test_each_arm_has_as_many_as_the_allocation_gives_it() -> None:
    """Hazards that are not proportional: the least false ratio depends on who is at risk."""
    times = exponential((0.004, 0.004), 400)
    late = (arm_of(len(times["days"])) == 0) & (times["days"] > 100)
    days = np.where(late, np.minimum(400, times["days"] * 3), times["days"]).astype(np.int32)
    plan = made("hazard_ratio", "time_to_event", days=days, seen=times["seen"] & (days < 400))
    alike = truth_of(plan.plan, plan.plan.outcomes, 0.95)
    uneven = plan.plan.allocation._replace(ratio=np.array([1, 1, 6]))
    other = truth_of(plan.plan._replace(allocation=uneven), plan.plan.outcomes, 0.95)
    assert alike[0] < 0.9 and abs(other[0] - alike[0]) > 0.001


def test_losses_and_gaps_are_undone_and_events_are_not() -> None:
    given = scenario()
    free = undisturbed(given)
    assert (free.exits.loss, free.exits.visits_withdrawn, free.exits.data_withdrawn) == (0, 0, 0)
    assert (free.conduct.missed_visit, free.conduct.outside_window) == (0, 0)
    assert (free.exits.stops, free.exits.death) == (given.exits.stops, given.exits.death)
    assert given.forms["fear"]["worries"].missing and free.forms["fear"]["worries"].missing is None
    never = Generator(missing="not_done")
    assert entered(never) == never, "what is never entered is not missing"
    plan = followed().plan
    pool = followed_once(study(), given, practice_seal(DEMO), "primary", sample(), 0, None)
    one, two = plan.outcomes, pool.undisturbed
    assert two.seen.sum() > 1.2 * one.seen.sum() and (two.seen >= one.seen).all()
    assert (two.days[~two.seen & (two.kind != OUT)] > 300).all(), "nobody leaves"
    assert (one.kind == two.kind).all() and (one.kind[one.kind != OUT] == VALUE).all()


def test_an_event_by_which_somebody_left_stays() -> None:
    plan = followed("relapsed_by_half_a_year").plan
    first = plan.outcomes._replace(kind=np.full_like(plan.outcomes.kind, EVENT))
    kept = again(first, plan.outcomes)
    assert (kept.kind == EVENT).all()
    assert (again(plan.outcomes, first).kind == EVENT).all()


def test_the_truth_does_not_depend_on_losses() -> None:
    """Losses that depend on nothing: the truth is that of the scenario without any."""
    free = undisturbed(scenario())
    other = compile_plan(study(), free, practice_seal(DEMO), sample=sample())
    assert followed().truth[:2] == pytest.approx(other.truth[:2], rel=0.02)


def test_a_missing_score_is_what_the_patient_would_have_had() -> None:
    few = screen_sample(thousands.study(), thousands.scenario("exits"), thousands.seal(), size=40)
    given, seal = thousands.scenario("exits"), thousands.seal()
    plan = compile_pool(thousands.study(), given, seal, "primary", few)
    pool = followed_once(thousands.study(), given, seal, "primary", few, 0, None)
    one, two = plan.plan.outcomes, pool.undisturbed
    gone = one.kind == MISSING
    assert gone.sum() > 5 and (two.kind[gone] == VALUE).all() and (one.kind[~gone] == two.kind[~gone]).all()
    assert set(np.unique(two.value[gone])) <= {0.0, 1.0} and np.isfinite(two.score[gone]).all()
    assert all(two.whole[row].value is not None for row in np.flatnonzero(gone))
    responds = np.where(two.kind == VALUE, two.value, 0.0)
    shares = [responds[arm::2].mean() for arm in plan.plan.treatment]
    assert plan.truth[0] == pytest.approx(shares[0] - shares[1])


def test_both_speeds_show_the_same_truth_and_the_same_columns() -> None:
    few = msgspec.structs.replace(scenario(), participants=24)
    fast = simulate_scenarios(study(), [few], practice_seal(DEMO), trials=30, seed=1, size=60)
    parcel = parcel_of(DEMO, study().digest)
    slow = whole_scenarios(study(), parcel, [few], practice_seal(DEMO), trials=2, seed=1, size=60)
    one, two = fast.characteristics[0], slow.characteristics[0]
    assert (
        one.truth == two.truth and one.truth is not None and one.bias is not None and two.coverage is not None
    )
    assert fast.frames["base"].columns == slow.frames["base"].columns
    assert fast.frames["base"].columns[-2:] == ["truth", "covered"]
    assert "True hazard ratio" in [row.head for row in slow.table.rows]
    assert two.bias.error > one.bias.error or len(slow.frames["base"]) < 30


def test_whole_trials_count_what_they_can() -> None:
    own = thousands.study().definition.estimands["primary"]
    assert counted_in_trials(own)
    assert not counted_in_trials(msgspec.structs.replace(own, summary="risk_ratio"))
    assert not counted_in_trials(study().definition.estimands["relapsed_by_half_a_year"])


def test_who_is_covered_is_told_by_trial() -> None:
    frame = pl.DataFrame({"lower": [0.1, 0.3, math.nan], "upper": [0.4, math.inf, math.nan]})
    found = reported.against(frame, 0.2)
    assert found["covered"].to_list() == [True, False, False] and found["truth"].to_list() == [0.2] * 3


def test_ratios_are_averaged_as_logarithms() -> None:
    frame = run_trials(followed(), 60, 1)
    found = characterise(frame, "", "", followed().compared, "hazard_ratio", truth_known(followed()))
    logs = frame["estimate"].log().to_numpy()
    logs = logs[np.isfinite(logs)]
    assert found.middle == pytest.approx(math.exp(logs.mean())) and found.spread.value == pytest.approx(
        logs.std(ddof=1)
    )
    assert found.bias.value == pytest.approx(logs.mean() - math.log(followed().truth[0]))


def test_a_kept_plan_keeps_its_truth() -> None:
    ready = Ready(
        study=study(), seal=practice_seal(DEMO), size=60, estimand=None, fresh=False, report=lambda *_: None
    )
    assert ready.plan(scenario()).truth == ready.plan(scenario()).truth is not None
