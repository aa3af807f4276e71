"""What is timed: each row of the table of speeds, ready to be run after its first call."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.randomisation.__main__ import MINIMISED, STRATA
from benchmarks.repeated_measures.__main__ import sample
from benchmarks.whole_trials.__main__ import STUDY, loop, without_kits, without_noise
from equipoise.analysis.design import exact_boundaries
from equipoise.analysis.estimators.longitudinal import difference, fit_visits
from equipoise.cli.simulating import practice_seal, scenario_of
from equipoise.simulation.characteristics.compiling import compile_plan
from equipoise.simulation.characteristics.sample.screened import screen_sample
from equipoise.simulation.randomisation.plans import plan_of
from equipoise.simulation.randomisation.twins import lists
from equipoise.simulation.sufficient import simulate_power, simulate_sequential
from equipoise.simulation.trial import simulate
from equipoise.study import load

TRIALS, PEOPLE = 10_000, 122


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A row: what it is, the seconds that it must reach (None: timed beside another row), the work, which takes the
    number of the run, and how many runs at most. cited: peers that others, or an earlier measurement, have timed."""

    name: str
    limit: float | None
    run: Callable[[int], object]
    most: int = 99
    cited: str = ""
    peer: str = ""


def works(patients: int, analyses: int) -> list[Work]:
    """The rows. patients: screened for the sample of whole trials; analyses: MMRM analyses of simulated trials."""
    return [*whole(patients), *counts(), *minimised(), *repeated(analyses), *engine()]


def whole(patients: int) -> list[Work]:
    """Whole trials by the thousand, on both cores: what must be reached, then with a rater's error, then with stock."""
    study, seal = load(STUDY), practice_seal(STUDY)
    base, interim = (scenario_of(STUDY, name) for name in ("base", "interim"))
    drawn = screen_sample(study, base, seal, size=patients)
    full = compile_plan(study, base, seal, sample=drawn)
    noisy = without_kits(compile_plan(study, interim, seal, sample=drawn))
    look = without_noise(noisy)
    named = f"{TRIALS:,} whole trials x {PEOPLE}"
    cited = "TrialSimulator 161 s, adaptr 59 s"
    return [
        Work(
            name=f"{named}: sites, strata, blocks, dropout, one look, supply demand, two threads",
            limit=0.2, run=lambda _: loop(look, 2), cited=cited,
        ),
        Work(name=f"{named}: the same, one thread", limit=None, run=lambda _: loop(look, 1), cited=cited),
        Work(
            name=f"{named}: the same with a rater's error of the score, two threads", limit=None,
            run=lambda _: loop(noisy, 2), cited=cited,
        ),
        Work(
            name=f"{named}: no look, a rater's error, stock at the sites, resupply and expiry, two threads", limit=None,
            run=lambda _: loop(full, 2), cited="none",
        ),
    ]  # fmt: skip


def counts() -> list[Work]:
    """Trials by their sufficient statistics."""
    looks = exact_boundaries([31, 61], [31, 61])
    return [
        Work(
            name=f"{TRIALS:,} trials, sufficient statistics", limit=0.005,
            run=lambda run: simulate_power(0.6, 0.35, 61, 61, trials=TRIALS, seed=run + 1),
            cited="gsDesign 6 ms, rpact 130 ms", peer="rpact one stage",
        ),
        Work(
            name=f"{TRIALS:,} trials, sufficient statistics, two looks", limit=None,
            run=lambda run: simulate_sequential(looks, 0.6, 0.35, trials=TRIALS, seed=run + 1),
            cited="rpact 180 ms", peer="rpact two stages",
        ),
    ]  # fmt: skip


def minimised() -> list[Work]:
    """Minimisation over four factors of 2, 2, 3 and 12 levels."""
    random, plan = np.random.default_rng(2), plan_of(MINIMISED, STRATA)
    one = random.integers(0, len(STRATA), (1, TRIALS))
    many = random.integers(0, len(STRATA), (TRIALS, PEOPLE))
    return [
        Work(
            name="minimising 10,000 participants, four factors", limit=0.005,
            run=lambda run: lists(plan, one, run + 1), cited="carat 90 ms, Minirand 198 s",
        ),
        Work(
            name=f"{TRIALS:,} trials x {PEOPLE} minimised, two threads", limit=0.15,
            run=lambda run: lists(plan, many, run + 1, workers=2), cited="none",
        ),
    ]  # fmt: skip


def repeated(analyses: int) -> list[Work]:
    """Models for repeated measures: data preparation, fit, one difference with its degrees of freedom."""
    trials = [sample(197, 4, 537, seed) for seed in range(25)]
    simulated = [sample(PEOPLE, 5, 560, seed) for seed in range(analyses)]
    limit = 10.0 if analyses == 1000 else None
    return [
        Work(
            name="MMRM, 537 observations, 4 visits, unstructured, Satterthwaite", limit=0.025,
            run=lambda run: analysed(trials[run % 25], 3), cited="mmrm 56 ms, nlme 423 ms", peer="nlme gls",
        ),
        Work(
            name=f"{analyses:,} MMRM analyses of simulated trials, {PEOPLE} x 5 visits, one core", limit=limit,
            run=lambda _: [analysed(each, 4) for each in simulated], most=3, cited="mmrm 48 s for 1,000",
        ),
    ]  # fmt: skip


def analysed(trial: dict[str, Any], visit: int) -> object:
    """One analysis from its columns."""
    return difference(fit_visits(**trial), 1, 0, visit)


def engine() -> list[Work]:
    """The whole engine, chain off: every form and every check, one core."""
    study, seal, base = load(STUDY), practice_seal(STUDY), scenario_of(STUDY, "base")
    return [
        Work(
            name=f"one whole-engine trial x {PEOPLE}, chain off, one core (at least 0.5 trials/s)", limit=2.0,
            run=lambda run: simulate(study, base, run + 1, seal), most=5, cited="none does it",
        )
    ]  # fmt: skip


FIRST = (
    "import time\n"
    "from benchmarks.whole_trials.__main__ import *\n"
    "study, seal = load(STUDY), practice_seal(STUDY)\n"
    "base = scenario_of(STUDY, 'base')\n"
    "drawn = screen_sample(study, base, seal, size=50)\n"
    "begun = time.process_time()\n"
    "plan = compile_plan(study, base, seal, sample=drawn)\n"
    "run(plan.plan, 8, 1, attempts=plan.attempts)\n"
    "print(time.process_time() - begun)\n"
)


def compiling() -> tuple[float, float]:
    """Processor seconds of the first whole trial of a process: with an empty folder of compiled loops, and a full
    one."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "EQUIPOISE_CACHE": folder}
        root = Path(__file__).parents[2]
        said = [
            subprocess.run(
                [sys.executable, "-c", FIRST],
                env=environment,
                cwd=root,
                capture_output=True,
                text=True,
                check=True,
            ).stdout
            for _ in range(2)
        ]
    return float(said[0]), float(said[1])
