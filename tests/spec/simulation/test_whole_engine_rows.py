"""The reported quantities of whole trials, against a recount of their ledger that shares no line with it."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache
from types import SimpleNamespace

import msgspec
import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from equipoise.analysis.cut import cut
from equipoise.analysis.reporting.report import analyse
from equipoise.analysis.svg import svg
from equipoise.errors import EquipoiseError
from equipoise.ledger.entry import Event, Head
from equipoise.simulation.characteristics.sample.screened import unscripted
from equipoise.simulation.looks import bounds_of
from equipoise.simulation.parts import Parcel, WholeWork, here, parcel_of, unpacked
from equipoise.simulation.practice import practice_seal
from equipoise.simulation.reported import schema
from equipoise.simulation.scenario import Kit, Looks, Scenario, Supply, load_scenario
from equipoise.simulation.trial import simulate
from equipoise.simulation.whole.counted import names_of
from equipoise.simulation.whole.many import run_readings, run_whole, seal_of, seed_of
from equipoise.simulation.whole.primary import statistic
from equipoise.simulation.whole.side_by_side import whole_scenarios
from equipoise.study.load import load
from tests.spec.simulation.thousands import REFERENCE, scenario, seal, study

PEOPLE, SEED = 10, 5
REGIMENS = ("lenalidomide", "methotrexate")


def small() -> Scenario:
    return msgspec.structs.replace(scenario(), participants=PEOPLE)


@cache
def frame() -> pl.DataFrame:
    return run_whole(study(), small(), seal(), 3, SEED)


@cache
def ledger(trial: int) -> tuple[Event, ...]:
    own = seed_of(SEED, trial)
    return simulate(study(), unscripted(small()), own, seal_of(seal(), own)).events


def test_a_row_has_every_reported_quantity() -> None:
    assert frame().columns == list(schema(names_of(study(), small(), "primary")))


@pytest.mark.parametrize("trial", [0, 1, 2])
def test_a_row_is_what_the_ledger_of_that_trial_holds(trial: int) -> None:
    row, events = frame().row(trial, named=True), ledger(trial)
    kinds = Counter(event.type for event in events)
    arms = Counter(event.data["arm"] for event in events if event.type == "TreatmentAllocated")
    causes = [event.data["cause"] for event in events if event.type == "TreatmentStopped"]
    doses = [event for event in events if event.type == "DoseDispensed"]
    first = min(event.effective[:10] for event in events if event.type == "ParticipantRandomised")
    assert row["attempts"] == kinds["ParticipantScreened"]
    assert row["randomised"] == kinds["ParticipantRandomised"] == PEOPLE == row["analysed"]
    assert {arm: row[f"randomised.{arm}"] for arm in study().definition.arms} == dict(arms)
    assert total(row, "lost") == kinds["ParticipantLost"]
    assert total(row, "stopped") == sum(cause != "completed" for cause in causes)
    assert total(row, "supplies") == len({(event.participant, event.effective[:10]) for event in doses})
    assert total(row, "units") == sum(int(event.data["quantity"]) for event in doses)
    days = (date.fromisoformat(first) - date.fromisoformat(scenario().start)).days
    assert row["months_first"] == pytest.approx(days * 12 / 365.25)
    assert row["months_first"] <= row["months_last"] < row["months_readable"] <= row["months_ended"]


def total(row: dict[str, float], stem: str) -> float:
    return sum(value for name, value in row.items() if name.startswith(f"{stem}."))


def test_who_is_a_responder_missing_or_has_an_event_adds_up() -> None:
    row = {name: sum(frame()[name]) for name in frame().columns}
    for arm in study().definition.arms:
        assert (
            row[f"responders.{arm}"]
            <= row[f"truth.{arm}"]
            <= row[f"responders.{arm}"] + row[f"missing.{arm}"]
        )


def stock(**changes: int) -> Scenario:
    """The scenario with other kits: one unit each, and buffers as given."""
    one = Kit(**{"units": 1, "initial": 0, "minimum": 0, "maximum": 0} | changes)
    return msgspec.structs.replace(
        small(), supply=Supply(kits=dict.fromkeys(REGIMENS, one), review_days=10_000)
    )


@cache
def readings() -> list[pl.DataFrame]:
    """The same three trials with plenty of kits, with none, and with a look."""
    looks = Looks(design="WT", shares=(0.4, 1.0), futility=(3.0,))
    plans = [stock(initial=10_000), stock(), msgspec.structs.replace(small(), looks=looks)]
    return run_readings(study(), plans, seal(), 3, SEED)


@pytest.mark.parametrize("trial", [0, 1, 2])
def test_kits_are_taken_for_what_the_ledger_of_that_trial_says_was_dispensed(trial: int) -> None:
    plenty, none = (frame.row(trial, named=True) for frame in readings()[:2])
    doses = [event for event in ledger(trial) if event.type == "DoseDispensed"]
    for name in REGIMENS:
        units = sum(int(event.data["quantity"]) for event in doses if event.data["regimen"] == name)
        assert (plenty[f"used.{name}"], none[f"used.{name}"], none[f"shipped.{name}"]) == (units, 0, 0)
        sums = plenty[f"used.{name}"] + plenty[f"expired.{name}"] + plenty[f"left.{name}"]
        assert plenty[f"shipped.{name}"] == sums
    visits = {
        (event.site, event.participant, event.effective[:10])
        for event in doses
        if event.data["regimen"] in REGIMENS
    }
    by_site = Counter(site for site, _, _ in visits)
    assert total(plenty, "stockouts") == 0
    assert {site.site: none[f"stockouts.{site.site}"] for site in small().sites} == {
        site.site: by_site[site.site] for site in small().sites
    }


def test_scenarios_that_differ_in_looks_and_kits_read_one_ledger() -> None:
    looks = msgspec.structs.replace(small(), looks=Looks(design="WT", shares=(0.4, 1.0), futility=(3.0,)))
    assert_frame_equal(readings()[2].head(1), run_whole(study(), looks, seal(), 1, SEED))
    assert_frame_equal(readings()[1].select(frame().columns[:40]), frame().select(frame().columns[:40]))
    fewer = msgspec.structs.replace(small(), participants=4)
    with pytest.raises(ValueError, match="no ledger in common"):
        run_readings(study(), [small(), fewer], seal(), 1, SEED)


def test_kits_that_reach_nobody_are_refused_before_a_trial_is_run() -> None:
    kit = Kit(units=1, initial=1, minimum=0, maximum=0)
    plan = msgspec.structs.replace(small(), supply=Supply(kits={"placebo": kit}))
    with pytest.raises(EquipoiseError) as caught:
        run_whole(study(), plan, seal(), 1, SEED)
    assert caught.value.code == "SIMU-009"


def test_parts_of_a_run_are_the_run() -> None:
    work = WholeWork(parcel_of(REFERENCE, study().digest), small(), seal(), None)
    seen: list[int] = []
    assert_frame_equal(here(work, 2, SEED, seen.append), frame().head(2))
    assert seen == [1, 1]


def test_each_trial_has_draws_and_a_list_of_its_own() -> None:
    assert len({seed_of(seed, trial) for seed in range(20) for trial in range(20)}) == 400
    one, two = seal_of(seal(), 1), seal_of(seal(), 2)
    assert one.seed != two.seed
    assert one.salt == seal().salt and one.block_sizes == seal().block_sizes


def test_a_trial_that_crosses_its_bound_keeps_those_who_came_before_it_was_known() -> None:
    """Futility that four people cannot pass: the trial ends there, and whoever was randomised by then is followed."""
    looks = Looks(design="WT", shares=(0.4, 1.0), futility=(3.0,))
    found = run_whole(study(), msgspec.structs.replace(small(), looks=looks), seal(), 1, SEED).row(
        0, named=True
    )
    whole = frame().row(0, named=True)
    assert (found["look"], found["analysed"]) == (1, 4)
    assert 4 <= found["randomised"] <= PEOPLE
    assert found["attempts"] <= whole["attempts"] and found["months_readable"] < whole["months_readable"]
    assert found["missing.lenalidomide"] + found["responders.lenalidomide"] <= 4
    assert bounds_of(None, 7).people == (7,)


def test_a_mean_difference_is_estimated_as_the_report_does() -> None:
    people = msgspec.structs.replace(scenario(), participants=24)
    row = run_whole(study(), people, seal(), 1, SEED, estimand="activity_over_time").row(0, named=True)
    assert row["lower"] < row["estimate"] < row["upper"] and row["rejected"] == (row["p"] < 0.05)
    assert not [name for name in row if name.startswith(("responders", "truth"))]


def test_the_analysis_of_a_row_is_that_of_the_report_of_its_ledger() -> None:
    folder = REFERENCE.parent / "DEMO-TTE"
    other, seed = load(folder), seed_of(SEED, 0)
    plan, sealed = load_scenario(folder / "scenarios" / "base.yaml"), practice_seal(folder)
    row = run_whole(other, plan, sealed, 1, SEED).row(0, named=True)
    events = simulate(other, unscripted(plan), seed, seal_of(sealed, seed)).events
    report = analyse(other, cut(events, 1, Head(events[-1].sequence, bytes(32))), seed)
    found = report.estimates[0].analyses[0].contrasts[0]
    assert (row["estimate"], row["lower"], row["upper"], row["p"]) == (
        found.estimate,
        found.lower,
        found.upper,
        found.p_value,
    )


@pytest.mark.parametrize(
    ("estimate", "imputations", "ratio", "z"),
    [
        (0.2, 0, False, 1.96), (-0.2, 0, False, -1.96),  # of the p-value, with the side of the difference
        (0.5, 0, True, -1.96), (2.0, 0, True, 1.96), (0.5, 5, True, -1.96),  # no effect of a ratio is 1
        (0.2, 5, False, 4.0), (-0.2, 5, False, -4.0),  # an imputed difference over its error
    ],
)  # fmt: skip
def test_a_bound_is_compared_with_the_side_and_size_of_the_effect(
    estimate: float, imputations: int, ratio: bool, z: float
) -> None:
    contrast = SimpleNamespace(estimate=estimate, error=0.05, p_value=0.05)
    analysis = SimpleNamespace(contrasts=(contrast,), imputations=imputations)
    assert statistic(analysis, ratio) == pytest.approx(z, abs=1e-3)  # type: ignore[arg-type]


def test_a_time_to_event_is_shown_as_a_hazard_ratio() -> None:
    folder = REFERENCE.parent / "DEMO-TTE"
    other, own = load(folder), practice_seal(folder)
    plan = load_scenario(folder / "scenarios" / "base.yaml")
    parcel = parcel_of(folder, other.digest)
    answer = whole_scenarios(other, parcel, [plan], own, trials=3, seed=SEED, size=60)
    found = answer.characteristics[0]
    frame = answer.frames["base"]
    columns = list(schema(names_of(other, plan, next(iter(other.definition.estimands)))))
    assert frame.columns == [*columns, "truth", "covered"]
    assert ((frame["lower"] < frame["estimate"]) & (frame["estimate"] < frame["upper"])).all()
    assert (frame["months_last"] < frame["months_readable"]).all()
    assert (frame["months_readable"] <= frame["months_ended"]).all()
    assert found.truth is not None and 0.2 < found.truth.value < 0.8
    assert found.middle == pytest.approx(np.exp(frame["estimate"].log().mean()))
    heads = [row.head for row in answer.table.rows]
    assert "Hazard ratio, geometric mean of the estimates" in heads and "True hazard ratio" in heads
    assert "Hazard ratio, first arm against last" in str(answer.figure.body)
    alone = str(svg(answer.figure, answer.source, alone=True))
    assert "ledger entry" not in alone and f"Definition {other.digest}"[:40] in alone


def test_a_worker_that_reads_another_definition_says_so() -> None:
    parcel = parcel_of(REFERENCE, study().digest)
    assert unpacked(parcel).digest == study().digest
    with pytest.raises(EquipoiseError) as caught:
        unpacked(Parcel("0" * 64, parcel.files))
    assert caught.value.code == "SIMU-013"
