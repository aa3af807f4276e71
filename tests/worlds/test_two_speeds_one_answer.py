"""The compiled loop and the whole engine agree in distribution on every quantity that both report.

In the suite few participants and few trials; under `make worlds` the trial as it is planned. The test is a
permutation test over all columns at once with a false-alarm rate of 0.1 %, and the seeds are fixed: it passes or
fails for good until the code changes. It must also find each of the loops that are broken on purpose.
"""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Callable

import msgspec
import numpy as np
import polars as pl

from equipoise.cli.simulating import scenario_of
from equipoise.simulation.agreement import FALSE_ALARMS, Agreement, compare
from equipoise.simulation.characteristics.arrays import Plan
from equipoise.simulation.characteristics.compiling import Compiled, compile_plan
from equipoise.simulation.characteristics.trials import run_trials
from equipoise.simulation.parts import WholeWork, here, in_processes, parcel_of
from equipoise.simulation.scenario import Scenario
from tests.worlds.simulating import REFERENCE, STUDIES, WHOLE, seal_of, study_of

SEED = 1
MINUTES = float(os.environ.get("EQUIPOISE_AGREEMENT_MINUTES", "15"))
"""How long the whole engine may run under `make worlds`."""
TRIALS, FAST = 60, 20_000
SAMPLE = 6000 if WHOLE else 600
Break = Callable[[Plan], Plan]


def the_scenario() -> Scenario:
    base = scenario_of(STUDIES / REFERENCE, "base")
    return base if WHOLE else msgspec.structs.replace(base, participants=24)


def whole_trials() -> pl.DataFrame:
    """60 trials in the suite; under `make worlds` as many as the minutes allow, in steps of 20."""
    study, folder = study_of(REFERENCE), STUDIES / REFERENCE
    work = WholeWork(parcel_of(folder, study.digest), the_scenario(), seal_of(REFERENCE), None)
    if not WHOLE:
        return here(work, TRIALS, SEED, lambda rows: None)
    began, frames = time.monotonic(), []
    while not frames or time.monotonic() - began < 60 * MINUTES:
        step = len(frames) + SEED
        frames.append(in_processes(work, 20, step, lambda rows: None, os.cpu_count() or 1))
    return pl.concat(frames)


def fast_trials(compiled: Compiled, broken: Break = lambda plan: plan, trials: int = FAST) -> pl.DataFrame:
    return run_trials(dataclasses.replace(compiled, plan=broken(compiled.plan)), trials, SEED)


def test_the_two_speeds_agree_and_every_broken_loop_is_found() -> None:
    """One test, so that the slow trials are run once."""
    scenario = the_scenario()
    compiled = compile_plan(study_of(REFERENCE), scenario, seal_of(REFERENCE), size=SAMPLE)
    whole = whole_trials()
    found = compare(whole, fast_trials(compiled))
    print(printed(found))
    assert found.agree, printed(found)
    unseen = [
        name for name, broken in BREAKS.items() if compare(whole, fast_trials(compiled, broken, 6000)).agree
    ]
    assert unseen == []


def printed(found: Agreement) -> str:
    """Both means of each column, as the manual shows them."""
    lines = [
        f"{found.rows[0]} whole trials, {found.rows[1]} compiled; p {found.p:.4f}, bound {found.bound:.2f}; a mean "
        f"that differs by {found.seen:.2f} standard deviations is seen in 9 of 10",
        *(
            f"{each.column:42s} {one:10.4f} {two:10.4f} {each.deviations[1]:9.4f} {each.excess:6.2f}"
            for each in found.columns
            for one, two in [each.means]
        ),
        f"constant: {', '.join(found.constant)}",
    ]
    return "\n".join(lines)


def part(name: str, **changes: Callable[[np.ndarray], object]) -> Break:
    """A plan with fields of one of its parts changed."""

    def broken(plan: Plan) -> Plan:
        own = getattr(plan, name)
        made = {field: change(getattr(own, field)) for field, change in changes.items()}
        return plan._replace(**{name: own._replace(**made)})

    return broken


def no_loss(plan: Plan) -> Plan:
    """Nobody is lost; the other exits as before."""
    leaving = plan.exit.leaving.copy()
    span = -np.log1p(-plan.exit.leave) / plan.exit.gone
    leaving[0] = 0
    gone = float(leaving.sum())
    return plan._replace(
        exit=plan.exit._replace(leaving=leaving, gone=gone, leave=float(-np.expm1(-gone * span)))
    )


BREAKS: dict[str, Break] = {
    "nobody is lost": no_loss,
    "a fifth fewer arrive": part("recruitment", rate=lambda rate: 0.8 * rate),
    "no strata": part("recruitment", strata=np.zeros_like),
    "screening takes longer": part("recruitment", randomised=lambda day: np.where(day >= 0, day + 20, day)),
    "sites are full from their first day": part("recruitment", ramp=np.zeros_like),
    "nobody comes again": part("recruitment", again=lambda day: np.full_like(day, -1)),
    "treatment never ends early": part("exit", stopping=np.zeros_like),
    "a stop is no intercurrent event": part("exit", until=lambda day: np.full_like(day, -1)),
    "everybody comes in time": part("score", missed=lambda _: 0.0, outside=lambda _: 0.0, substitute=lambda _: 0.0),
    "a third of the effect is missing": part("score", depth=lambda depth: depth * np.float32([0.7, 1.0])),
}  # fmt: skip


def test_two_samples_of_one_loop_seldom_differ() -> None:
    """The false-alarm rate is that of a permutation test; of 40 comparisons of the loop with itself none alarms."""
    random = np.random.default_rng(3)
    frames = [
        pl.DataFrame(
            {"a": random.poisson(0.2, 430), "b": random.normal(size=430), "lost.x": random.poisson(2, 430)}
        )
        for _ in range(40)
    ]
    ps = [compare(each.head(30), each.tail(400), permutations=1999).p for each in frames]
    assert min(ps) > FALSE_ALARMS
    assert 0.3 < float(np.mean(ps)) < 0.7


def test_the_difference_that_is_said_to_be_seen_is_seen() -> None:
    """In 9 of 10 samples of one normal column; 25 samples, so at least 18 with near certainty."""
    random = np.random.default_rng(4)
    seen = 0
    for _ in range(25):
        values = random.normal(size=460)
        shift = compare(frame_of(values[:60]), frame_of(values[60:]), permutations=1999).seen
        moved = compare(frame_of(values[:60] + shift), frame_of(values[60:]), permutations=1999)
        seen += moved.apart == ("value",)
    assert seen >= 18


def frame_of(values: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame({"value": values})
