"""Participants whom the engine follows once in each arm, and the trials that are made of them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import polars as pl
import pytest

from equipoise.analysis.data.endpoint import endpoint
from equipoise.cli.simulating import practice_seal, scenario_of
from equipoise.simulation import reported
from equipoise.simulation.characteristics.compiling import Compiled, compile_plan
from equipoise.simulation.characteristics.enrolling import Compiled as Plan
from equipoise.simulation.characteristics.pool import meaning, trials
from equipoise.simulation.characteristics.pool.compiling import compile_pool
from equipoise.simulation.characteristics.pool.estimators.chosen import estimator_for, seconds
from equipoise.simulation.characteristics.pool.estimators.imputed import foretold
from equipoise.simulation.characteristics.pool.estimators.rows import read, responding, rows_estimator
from equipoise.simulation.characteristics.pool.followed import CourseDraws, follow
from equipoise.simulation.characteristics.pool.meaning import meaning_of
from equipoise.simulation.characteristics.pool.plan import MISSING, STEMS, Meaning, Outcomes, Pooled
from equipoise.simulation.characteristics.pool.trials import picked, recruited
from equipoise.simulation.characteristics.sample.screened import Sample, screen_sample
from equipoise.simulation.characteristics.simulated import FOLLOWED, simulate_scenarios
from equipoise.simulation.characteristics.summary import characterise
from equipoise.simulation.characteristics.trials import run_trials
from equipoise.simulation.errors import SimulationError
from equipoise.simulation.scenario import Looks, Scenario
from equipoise.study import load
from equipoise.study.estimand import Missing
from equipoise.study.study import Study
from tests.spec.simulation import thousands

DEMO = thousands.STUDIES / "DEMO-TTE"


@cache
def study() -> Study:
    return load(DEMO)


@cache
def scenario() -> Scenario:
    return scenario_of(DEMO, "base")


@cache
def sample() -> Sample:
    return screen_sample(study(), scenario(), practice_seal(DEMO), size=120)


@cache
def compiled(name: str | None = None) -> Compiled:
    return compile_plan(study(), scenario(), practice_seal(DEMO), sample=sample(), estimand=name)


@cache
def small() -> Sample:
    """Some patients of the reference study."""
    return screen_sample(thousands.study(), thousands.scenario(), thousands.seal(), size=40)


@cache
def of_reference(name: str = "primary") -> Plan:
    """The reference study from followed participants."""
    return compile_pool(thousands.study(), thousands.scenario(), thousands.seal(), name, small())


def test_everybody_of_the_sample_is_followed_in_the_arm_that_is_asked_for() -> None:
    arms = list(study().definition.arms)
    cases = [follow(study(), scenario(), practice_seal(DEMO), "primary", sample(), arm) for arm in arms]
    for arm, case in zip(arms, cases, strict=True):
        rows = case.data.participants
        assert len(rows) == len(sample().randomised) and {row.arm for row in rows} == {arm}
        assert all(row.ended_on is not None for row in rows)
    for one, two in zip(*(case.data.participants for case in cases[:2]), strict=True):
        assert (one.randomised_on, one.stratum, one.person) == (two.randomised_on, two.stratum, two.person)
        assert one.measures == two.measures, "the same people, up to the arm"


def test_draws_after_the_allocation_are_spread_over_those_who_are_followed() -> None:
    draws, members = CourseDraws(1, 10, ["patient 2", "patient 5", "patient 7"]), (2, 5, 7)
    before = [draws.uniform(f"patient {one}|a") for one in range(10)]
    assert sorted(int(10 * each) for each in before) == list(range(10))
    for one in members:
        draws.begin(f"patient {one}")
    after = [draws.uniform(f"patient {one}|b") for one in members]
    assert sorted(int(3 * each) for each in after) == [0, 1, 2]
    assert draws.uniform("patient 2|b") == after[0] and 0 <= draws.uniform("a site|b") < 1


def test_the_columns_are_those_that_are_reported_and_add_up() -> None:
    frame, plan = run_trials(compiled(), 60, 3), compiled()
    assert list(frame.columns) == list(reported.schema(plan.names)) and not plan.names.binary
    planned = study().definition.allocation.planned
    for stem, names in (("randomised", plan.arms), ("randomised", plan.sites), ("attempts", plan.sites)):
        total = frame.select(pl.sum_horizontal([f"{stem}.{name}" for name in names])).to_series()
        assert (total == frame[stem]).all()
    assert (frame["randomised"] == planned).all() and (frame["people"] >= frame["randomised"]).all()
    months = [frame[f"months_{name}"].to_numpy() for name in ("first", "last", "readable")]
    assert all((early < late).all() for early, late in zip(months, months[1:], strict=False))
    assert ((frame["lower"] < frame["estimate"]) & (frame["estimate"] < frame["upper"])).all()
    assert ((frame["p"] < 0.05) == frame["rejected"]).all()


def test_analyses_by_python_are_made_by_processes_where_that_is_worth_their_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same rows as by one, from whatever trial on; what is compiled stays with threads."""
    own = compiled()
    wins = msgspec.structs.replace(
        own.plan.estimand, summary="restricted_mean_difference", estimator="kaplan_meier"
    )
    slow = dataclasses.replace(own, plan=own.plan._replace(estimand=wins), summary=wins.summary)
    assert seconds(wins) > 0 == seconds(own.plan.estimand)
    assert seconds(thousands.study().definition.estimands["activity_over_time"]) > 0
    monkeypatch.setattr(trials, "STARTING", 0.01)
    done: list[int] = []
    found = run_trials(slow, 24, 3, first=7, workers=2, progress=done.append)
    assert found.equals(run_trials(slow, 24, 3, first=7, workers=1)) and sum(done) == 24
    assert found["trial"].to_list() == list(range(7, 31))


@pytest.mark.parametrize("name", ["primary", "relapsed_by_half_a_year"])
def test_numbers_do_not_depend_on_parts_or_workers(name: str) -> None:
    plan = compiled(name)
    whole = run_trials(plan, 300, 3)
    parts = [run_trials(plan, 130, 3, workers=1), run_trials(plan, 170, 3, first=130, workers=2)]
    assert pl.concat(parts).equals(whole)
    assert not run_trials(plan, 300, 4).equals(whole)


def test_trials_stop_at_a_look_and_keep_who_was_randomised_by_then() -> None:
    looks = Looks(design="Pocock", shares=(0.5, 1.0), alpha=0.2)
    early = msgspec.structs.replace(scenario(), looks=looks)
    plan = compile_plan(study(), early, practice_seal(DEMO), sample=sample())
    frame = run_trials(plan, 200, 3)
    stopped = frame.filter(pl.col("look") == 1)
    assert 0.1 < len(stopped) / 200 < 0.9
    assert (stopped["analysed"] == 40).all() and (stopped["randomised"] >= 40).all()
    assert stopped["rejected"].all() and stopped["months_last"].mean() < frame["months_last"].max()
    assert len(characterise(frame, "", "", plan.compared, plan.summary).looks) == 2


def test_a_trial_that_never_ends_its_recruitment_is_refused() -> None:
    with pytest.raises(SimulationError, match="SIMU-008"):
        run_trials(dataclasses.replace(compiled(), attempts=50), 2, 1)


def test_an_estimand_that_the_study_has_not_is_refused() -> None:
    with pytest.raises(SimulationError, match="SIMU-003 .*no estimand 'secondary': primary, "):
        compiled("secondary")


def test_the_answer_says_who_was_followed_and_shows_the_scale() -> None:
    steps = set()
    answer = simulate_scenarios(
        study(), [scenario()], practice_seal(DEMO), trials=40, seed=1, size=60,
        fresh=True, report=lambda step, done, total: steps.add(step),
    )  # fmt: skip
    assert answer.path == FOLLOWED and "following them in each arm (base)" in steps
    heads = [row.head for row in answer.table.rows]
    assert "Hazard ratio, geometric mean of the estimates" in heads and "True hazard ratio" in heads


def test_kits_are_conserved_and_units_are_those_that_were_dispensed() -> None:
    plan = of_reference()
    frame = run_trials(dataclasses.replace(plan, plan=quick(plan)), 30, 3)
    for kit in plan.kits:
        sent, used, expired, left = (
            frame[f"{stem}.{kit}"] for stem in ("shipped", "used", "expired", "left")
        )
        assert (sent == used + expired + left).all() and used.min() > 0
    tally = plan.plan.tally
    assert (tally.units[:, 0] > 0).any() and tally.counts[:, STEMS.index("supplies")].max() > 3
    given = (tally.supplied >= 0).sum(1)
    assert (given == tally.counts[:, STEMS.index("supplies")]).all()
    assert (tally.treated >= tally.supplied.max(1)).all()


def quick(plan: Plan) -> Pooled:
    """The plan with a missing score as a non-response, which needs no imputation."""
    none = Missing(method="non_response")
    return plan.plan._replace(estimand=msgspec.structs.replace(plan.plan.estimand, missing=none))


def test_an_imputed_score_means_what_the_rule_says() -> None:
    """Each score that can be recorded, for each participant whose score is missing, against the rule itself."""
    plan = of_reference().plan
    missing = np.flatnonzero(plan.outcomes.kind == MISSING)
    assert missing.size and (plan.meaning.place[missing] >= 0).all()
    assert set(np.unique(plan.meaning.table)) == {0.0, 1.0}
    respond = responding(plan)
    for row in missing:
        each = dataclasses.replace(plan.outcomes.whole[row], subject=f"0:{row}")
        baseline = float(each.baseline)
        assert [respond(each, value) for value in (baseline // 2, baseline // 2 + 1)] == [True, False]


@pytest.mark.parametrize("summary", ["risk_difference", "risk_ratio"])
def test_imputation_at_its_limit_is_that_of_the_analysis(summary: str) -> None:
    """On the same trials: nearly the same estimates, and on the average the same intervals."""
    plan = of_reference("primary").plan
    missing = msgspec.structs.replace(plan.estimand.missing, imputations=8)
    interval = "rubin" if summary == "risk_difference" else "wald"
    own = msgspec.structs.replace(
        plan.estimand, summary=summary, interval=interval, missing=missing, estimator="mantel_haenszel"
    )
    plan = plan._replace(estimand=own)
    people = picked(plan, recruited(of_reference(), 14, 5, 0))
    chance = foretold(plan).chance[plan.treatment]
    assert ((chance >= 0) & (chance <= 1)).all()
    one, two = (each(plan, 0.95)(people, np.arange(14), 1) for each in (estimator_for, rows_estimator))
    assert one.estimate != pytest.approx(two.estimate, abs=1e-9), "draws differ"
    assert np.corrcoef(one.z, two.z)[0, 1] > 0.9
    wide = [np.log(each.upper - each.lower).mean() for each in (one, two)]
    assert wide[0] == pytest.approx(wide[1], abs=0.05)


def test_a_variable_is_read_between_scores_and_beyond_them() -> None:
    assert read(np.array([0.0, 1.0, 2.0]), np.array([5.0, 7.0, 9.0]), 1.25) == pytest.approx(7.5)
    assert read(np.array([0.0, 1.0, 2.0]), np.array([5.0, 7.0, 9.0]), 4.0) == pytest.approx(13.0)
    assert read(np.array([0.0, 1.0]), np.array([5.0, 7.0]), -1.0) == pytest.approx(3.0)


def test_a_change_is_a_straight_line() -> None:
    plan = of_reference("activity_over_time").plan
    where = endpoint(thousands.study(), "activity_over_time", plan.estimand)
    assert where.visits and plan.meaning.table.shape[1] > 2
    slopes = np.diff(plan.meaning.table, axis=1) / np.diff(plan.meaning.grid)
    assert np.allclose(slopes, 1)


def few(outcomes: Outcomes, high: float) -> Outcomes:
    """One row with scores up to this, whose own score is missing."""
    return type(outcomes)(*(each[:1] for each in outcomes))._replace(
        highest=np.full(1, high), kind=np.full(1, MISSING)
    )


def asked_of(respond: Callable[[Any, Decimal], Any], binary: bool, high: float, decimals: int) -> Meaning:
    """What a rule of our own makes of scores."""
    given = SimpleNamespace(respond=respond, outcomes=lambda own, reading: [SimpleNamespace(subject="1")])
    data = SimpleNamespace(participants=[SimpleNamespace(subject="1")])
    case = SimpleNamespace(binary=binary, data=data, of_first=lambda count: given, estimand=None)
    outcomes = few(of_reference("activity_over_time").plan.outcomes, high)
    return meaning_of([case], [data.participants], outcomes, decimals)  # type: ignore[list-item]


def test_the_steps_of_a_score_with_very_many_values_are_found() -> None:
    """70,001 scores: three steps, each to the last digit, from some 600 questions."""
    count = 0

    def respond(each: object, value: Decimal) -> bool:
        nonlocal count
        count += 1
        return Decimal("12.345") <= value < Decimal("40.007") or value >= Decimal("69.999")

    found = asked_of(respond, True, 70.0, 3)
    assert count < 700 and len(found.grid) < 520
    for score, meant in (
        (12.344, 0),
        (12.345, 1),
        (40.006, 1),
        (40.007, 0),
        (69.998, 0),
        (69.999, 1),
        (30, 1),
    ):
        assert read(found.grid, found.table[0], score) == pytest.approx(meant, abs=1e-6)
        assert found.table[0][np.searchsorted(found.grid, score - 1e-9)] == meant


def test_a_variable_that_bends_is_followed_by_short_lines_and_a_wild_one_is_refused() -> None:
    found = asked_of(lambda each, value: float(value) ** 2, False, 70.0, 0)
    for score in (0.5, 17.2, 69.9):
        assert read(found.grid, found.table[0], score) == pytest.approx(score**2, abs=0.5)
    logs = asked_of(lambda each, value: math.log(value) if value > 0 else None, False, 70.0, 0)
    assert read(logs.grid, logs.table[0], 40.0) == pytest.approx(math.log(40), abs=0.01)
    with pytest.raises(ValueError, match="than short lines follow"):
        asked_of(lambda each, value: math.sin(40 * float(value)), False, 70.0, 0)


def test_an_imputed_variable_that_no_table_can_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meaning, "near", lambda *given: 1.0)
    some = screen_sample(thousands.study(), thousands.scenario(), thousands.seal(), size=8)
    with pytest.raises(SimulationError, match="SIMU-007 .*than short lines follow"):
        compile_pool(thousands.study(), thousands.scenario(), thousands.seal(), "activity_over_time", some)
