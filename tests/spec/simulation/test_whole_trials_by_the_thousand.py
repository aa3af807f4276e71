"""Whole trials by the thousand: what must hold in every trial, the same numbers however they are run, and refusals."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest

from equipoise.cli.main import main
from equipoise.cli.simulating import practice_seal, scenario_of
from equipoise.simulation import reported
from equipoise.simulation.characteristics.compiling import Compiled, compile_curve, compile_plan
from equipoise.simulation.characteristics.curve.judged import ALWAYS, NEVER, _last_day
from equipoise.simulation.characteristics.loop.kernel import ARM, run
from equipoise.simulation.characteristics.pool.plan import Pooled
from equipoise.simulation.characteristics.sample.screened import screen_sample
from equipoise.simulation.characteristics.simulated import screened_alike
from equipoise.simulation.characteristics.summary import characterise
from equipoise.simulation.characteristics.trials import names_of, run_trials
from equipoise.simulation.errors import SimulationError
from equipoise.simulation.scenario import Generator, Looks
from equipoise.study import load
from tests.spec.simulation import thousands

TRIALS = 400


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    return thousands.compiled()


@pytest.fixture(scope="module")
def frame(compiled: Compiled) -> pl.DataFrame:
    return run_trials(compiled, TRIALS, 3)


def total(frame: pl.DataFrame, stem: str, names: tuple[str, ...]) -> np.ndarray:
    """The sum of a stem over names, by trial."""
    return frame.select(pl.sum_horizontal([f"{stem}.{name}" for name in names])).to_series().to_numpy()


def refusal(caught: pytest.ExceptionInfo[SimulationError]) -> str:
    return str(caught.value).split(" ")[0]


def test_the_columns_are_those_that_are_reported(compiled: Compiled, frame: pl.DataFrame) -> None:
    assert list(frame.columns) == list(reported.schema(names_of(compiled)))
    assert frame["trial"].to_list() == list(range(TRIALS))
    assert not any(frame[name].is_null().any() for name in frame.columns)


def test_counts_add_up_in_every_trial(compiled: Compiled, frame: pl.DataFrame) -> None:
    planned = thousands.study().definition.allocation.planned
    assert (frame["randomised"] == planned).all() and (frame["analysed"] == planned).all()
    assert (total(frame, "randomised", compiled.arms) == planned).all()
    assert (total(frame, "randomised", compiled.sites) == planned).all()
    assert (total(frame, "attempts", compiled.sites) == frame["attempts"].to_numpy()).all()
    assert (frame["attempts"] >= frame["people"]).all() and (frame["people"] > frame["randomised"]).all()
    for arm in compiled.arms:
        assert (frame[f"responders.{arm}"] + frame[f"missing.{arm}"] <= frame[f"randomised.{arm}"]).all()
        assert (frame[f"responders.{arm}"] <= frame[f"truth.{arm}"]).all()
        assert (frame[f"event.{arm}.never_started"] <= frame[f"event.{arm}.treatment_stopped"]).all()
        assert (frame[f"event.{arm}.treatment_stopped"] <= frame[f"stopped.{arm}"]).all()


def test_who_has_a_composite_event_never_responds_and_is_never_missing(compiled: Compiled) -> None:
    """Every end of treatment made to be every event: with a composite one among them, nobody's score counts."""
    exits = compiled.plan.exit._replace(until=np.full_like(compiled.plan.exit.until, ALWAYS), quiet=False)
    out = run(compiled.plan._replace(exit=exits), 5, 3, attempts=compiled.attempts)
    kinds = {name: out.arms[:, :, place] for place, name in enumerate(ARM)}
    assert not kinds["responders"].any() and not kinds["missing"].any() and not kinds["truth"].any()
    assert kinds["randomised"].sum(axis=1).min() == thousands.study().definition.allocation.planned


def test_times_and_intervals_are_in_order(frame: pl.DataFrame) -> None:
    months = [frame[f"months_{name}"].to_numpy() for name in ("first", "last", "readable", "ended")]
    assert all((early < late).all() for early, late in zip(months, months[1:], strict=False))
    assert (frame["lower"] < frame["estimate"]).all() and (frame["estimate"] < frame["upper"]).all()
    assert ((frame["p"] < 0.05) == frame["rejected"]).all()
    outside = (frame["lower"] > 0) | (frame["upper"] < 0)
    assert (outside == frame["rejected"]).all(), "the interval and the test of this estimand are one"


def test_kits_are_conserved(compiled: Compiled, frame: pl.DataFrame) -> None:
    assert compiled.kits
    for kit in compiled.kits:
        sent, used, expired, left = (
            frame[f"{stem}.{kit}"] for stem in ("shipped", "used", "expired", "left")
        )
        assert (sent == used + expired + left).all()
        assert used.min() > 0
    short = total(frame, "stockouts", compiled.sites)
    assert 0 < short.mean() < 0.05 * (frame["supplies." + compiled.arms[0]]).mean()


def test_numbers_do_not_depend_on_parts_or_workers(compiled: Compiled, frame: pl.DataFrame) -> None:
    parts = [run_trials(compiled, 150, 3, workers=1), run_trials(compiled, 250, 3, first=150, workers=3)]
    assert pl.concat(parts).equals(frame)
    assert not run_trials(compiled, TRIALS, 4).equals(frame)


def test_a_scenario_that_differs_after_the_allocation_is_screened_alike() -> None:
    base, null = thousands.scenario("base"), thousands.scenario("null")
    assert screened_alike(base) == screened_alike(null)
    conduct = msgspec.structs.replace(base.conduct, declines=0.5)
    assert screened_alike(base) != screened_alike(msgspec.structs.replace(base, conduct=conduct))


def test_one_trial_of_one_seed_meets_the_same_people_in_two_scenarios(frame: pl.DataFrame) -> None:
    null = run_trials(thousands.compiled("null"), TRIALS, 3)
    assert (null["attempts"] == frame["attempts"]).all() and (
        null["months_last"] == frame["months_last"]
    ).all()
    found = characterise(null, "null", "", thousands.compiled("null").compared)
    assert abs(found.truth.value) < 0.05 and 0.01 < found.rejected.value < 0.1
    assert found.coverage.value > 0.9


def test_the_engine_says_what_an_intercurrent_event_is(compiled: Compiled) -> None:
    """Stops count before the planned day; a drug that was never started counts always; nothing else is made true."""
    until = compiled.plan.exit.until
    planned = compiled.plan.score.day
    never, stopped = compiled.events.index("never_started"), compiled.events.index("treatment_stopped")
    assert until[0, never] == ALWAYS and (until[1:, never] == NEVER).all()
    assert (until[1:, stopped] == planned - 1).all()
    assert (np.delete(until, [never, stopped], axis=1) == NEVER).all()


def test_a_look_ends_some_trials_early() -> None:
    looks = thousands.compiled("interim")
    found = run_trials(looks, TRIALS, 3)
    early = found.filter(pl.col("look") == 1)
    half = -(-thousands.study().definition.allocation.planned // 2)
    assert 0.05 < len(early) / TRIALS < 0.6
    assert (early["analysed"] == half).all() and (early["randomised"] >= half).all()
    assert early["months_last"].mean() < found.filter(pl.col("look") == 2)["months_last"].mean()
    characteristics = characterise(found, "interim", "", looks.compared)
    assert sum(characteristics.looks) == pytest.approx(1)
    assert characteristics.quantiles["randomised"][0] < 122


def test_looks_that_are_no_design_are_refused() -> None:
    scenario = msgspec.structs.replace(thousands.scenario(), looks=Looks(design="OF", shares=(1.0, 0.5)))
    with pytest.raises(Exception, match="ANAL-014"):
        compile_plan(thousands.study(), scenario, thousands.seal(), sample=thousands.sample())


def test_a_score_that_follows_no_curve_has_no_table() -> None:
    base = thousands.scenario()
    plan = thousands.study().definition.assessment
    forms = {**base.forms, plan.form: {item: Generator(value="1") for item in base.forms[plan.form]}}
    flat = msgspec.structs.replace(base, forms=forms)
    with pytest.raises(SimulationError) as caught:
        compile_curve(thousands.study(), flat, thousands.seal(), "primary", thousands.sample())
    assert refusal(caught) == "SIMU-005"


def test_a_rule_that_is_true_for_late_happenings_alone_is_refused() -> None:
    class Late:
        def on(self, day: int) -> tuple[bool, ...]:
            return (day > 50,)

    with pytest.raises(SimulationError) as caught:
        _last_day(Late(), 0, 300, "an event")  # type: ignore[arg-type]
    assert refusal(caught) == "SIMU-006"


def test_an_estimand_that_no_curve_tells_of_is_compiled_from_followed_participants() -> None:
    folder = thousands.STUDIES / "DEMO-TTE"
    study, scenario, seal = load(folder), scenario_of(folder, "base"), practice_seal(folder)
    sample = screen_sample(study, scenario, seal, size=20)
    with pytest.raises(SimulationError) as caught:
        compile_curve(study, scenario, seal, "primary", sample)
    assert refusal(caught) == "SIMU-014" and "hazard_ratio" in str(caught.value)
    assert isinstance(compile_plan(study, scenario, seal, sample=sample).plan, Pooled)


def test_nobody_to_randomise_is_refused() -> None:
    base = thousands.scenario()
    closed = msgspec.structs.replace(
        base, sites=tuple(msgspec.structs.replace(each, per_month=0.0) for each in base.sites)
    )
    with pytest.raises(SimulationError) as caught:
        compile_plan(thousands.study(), closed, thousands.seal(), sample=thousands.sample())
    assert refusal(caught) == "SIMU-007"


def test_a_trial_that_never_ends_its_recruitment_is_refused(compiled: Compiled) -> None:
    with pytest.raises(SimulationError) as caught:
        run_trials(dataclasses.replace(compiled, attempts=40), 3, 1)
    assert refusal(caught) == "SIMU-008"


@pytest.mark.parametrize("change", ["name", "shelf_days"])
def test_kits_that_can_reach_nobody_are_refused(change: str) -> None:
    base = thousands.scenario()
    name, kit = next(iter(base.supply.kits.items()))
    kits = (
        {"sugar": kit}
        if change == "name"
        else {name: msgspec.structs.replace(kit, shelf_days=kit.batch_days)}
    )
    scenario = msgspec.structs.replace(base, supply=msgspec.structs.replace(base.supply, kits=kits))
    with pytest.raises(SimulationError) as caught:
        compile_plan(thousands.study(), scenario, thousands.seal(), sample=thousands.sample())
    assert refusal(caught) == "SIMU-009"


def test_recruitment_of_one_site_is_a_poisson_process(compiled: Compiled) -> None:
    """Seven arrivals a month who are all randomised: the 122nd comes after Gamma(122, 7) months (published vector:
    mean 17.4286, sd 1.5779). Days are counted whole, and the site opens at 7 o'clock."""
    one, whole = np.zeros(1, np.int64), compiled.plan.recruitment
    alone = whole._replace(
        rate=np.array([7 / 30]), opens=np.array([7 / 24]), order=one, day=one, ramp=one,
        keep=np.ones((2, 1)), own=np.zeros((2, 1), np.int64), other=np.zeros((2, 1), np.int64),
        again=np.full(whole.again.size, -1.0), randomised=np.zeros(whole.again.size),
        member=np.zeros(whole.again.size, np.int64), strata=np.ascontiguousarray(whole.strata[:, :1]),
    )  # fmt: skip
    trials = 5_000
    plan = compiled.plan._replace(recruitment=alone, kits=thousands.without_kits(compiled).plan.kits)
    out = run(plan, trials, 5, attempts=compiled.attempts)
    months = (out.whole[:, 6] + 0.5 - 7 / 24) / 30
    assert months.mean() == pytest.approx(17.4285714, abs=4 * 1.5779 / trials**0.5)
    assert months.std() == pytest.approx(1.5779087, abs=4 * 1.5779 / (2 * trials) ** 0.5)


def test_the_command_prints_numbers_and_writes_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [
        "simulate",
        str(thousands.REFERENCE),
        "--scenario",
        "base",
        "null",
        "--trials",
        "60",
        "--sample",
        "60",
    ]
    assert main([*given, "--json", "--out", str(tmp_path)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["path"] == "vectorised" and "SIMULATED" in found["banner"]
    assert [each["scenario"] for each in found["scenarios"]] == ["base", "null"]
    assert pl.read_parquet(tmp_path / "trials-base.parquet").height == 60
    assert "SIMULATED" in (tmp_path / "characteristics.svg").read_text(encoding="utf-8")
    told = pl.read_parquet_metadata(tmp_path / "trials-base.parquet")
    assert told["notice"].startswith("SIMULATED") and told["scenario"] == "base" and told["definition"]
    assert "Hypothesis rejected" in (tmp_path / "characteristics.csv").read_text(encoding="utf-8")
    assert main([*given[:2], "--trials", "40", "--sample", "60"]) == 0
    assert "Operating characteristics" in capsys.readouterr().out
