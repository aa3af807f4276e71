"""Whole and compiled trials of the same scenarios, to be compared: what `test_two_speeds_one_answer` runs."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from functools import cache

import msgspec
import polars as pl

from equipoise.cli.simulating import scenario_of
from equipoise.simulation.agreement import FALSE_ALARMS
from equipoise.simulation.characteristics.compiling import Compiled, compile_plan
from equipoise.simulation.characteristics.sample.screened import Sample, screen_sample
from equipoise.simulation.characteristics.simulated import screened_alike
from equipoise.simulation.characteristics.trials import run_trials
from equipoise.simulation.scenario import Scenario
from equipoise.simulation.whole.many import run_readings
from tests.worlds.simulating import REFERENCE, STUDIES, WHOLE, seal_of, study_of

SEED = 1
MINUTES = float(os.environ.get("EQUIPOISE_AGREEMENT_MINUTES", "15"))
"""How long the whole engine runs for each of LEDGERS under `make worlds`."""
STEP = 5
"""Trials between two looks at the clock."""
FAST, BROKEN = 20_000, 4_000
"""Trials of the compiled loop, and of one that is broken on purpose."""
SAMPLE = 8000 if WHOLE else 1500
PEOPLE = 36
"""Participants of a trial in the suite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledgers:
    """Whole trials that are run once and read by several scenarios, which differ in looks and kits alone.

    trials: how many in the suite; 0: under `make worlds` alone, where time says how many.
    """

    readings: tuple[str, ...]
    trials: int
    study: str = REFERENCE

    def scenarios(self) -> list[Scenario]:
        """The scenarios, with few participants in the suite."""
        found = [scenario_of(STUDIES / self.study, name) for name in self.readings]
        return found if WHOLE else [msgspec.structs.replace(each, participants=PEOPLE) for each in found]


LEDGERS = (
    Ledgers(readings=("base", "interim", "looks", "scarce"), trials=60),
    Ledgers(readings=("exits",), trials=30),
    Ledgers(readings=("null",), trials=0),
    Ledgers(readings=("optimistic",), trials=0),
)
ENDPOINTS = 12
"""Comparisons of `test_every_endpoint_at_two_speeds`."""
ALARM = FALSE_ALARMS / (sum(len(ledgers.readings) for ledgers in LEDGERS) + ENDPOINTS)
"""The false-alarm rate of one comparison, so that all of them together have that of `agreement`."""


def whole_trials(ledgers: Ledgers) -> dict[str, pl.DataFrame]:
    """By scenario, its whole trials: so many in the suite; under `make worlds` as many as the minutes allow."""
    study, scenarios, seal = study_of(ledgers.study), ledgers.scenarios(), seal_of(ledgers.study)
    if not WHOLE:
        found = run_readings(study, scenarios, seal, ledgers.trials, SEED)
        return dict(zip(ledgers.readings, found, strict=True))
    began, parts = time.monotonic(), []
    while not parts or time.monotonic() - began < 60 * MINUTES:
        parts.append(run_readings(study, scenarios, seal, STEP, SEED, first=STEP * len(parts)))
    return {name: pl.concat(frames) for name, *frames in zip(ledgers.readings, *parts, strict=True)}


@cache
def sample_of(study: str) -> Sample:
    """One sample a study: its scenarios do not differ in what comes before the allocation."""
    scenarios = [scenario for each in LEDGERS if each.study == study for scenario in each.scenarios()]
    (_,) = {screened_alike(scenario) for scenario in scenarios}
    return screen_sample(study_of(study), scenarios[0], seal_of(study), size=SAMPLE)


@cache
def compiled(ledgers: Ledgers, name: str) -> Compiled:
    """The plan of a scenario."""
    scenario = dict(zip(ledgers.readings, ledgers.scenarios(), strict=True))[name]
    return compile_plan(
        study_of(ledgers.study), scenario, seal_of(ledgers.study), sample=sample_of(ledgers.study)
    )


def fast_trials(plan: Compiled, trials: int = FAST) -> pl.DataFrame:
    """Trials of the compiled loop, by one thread."""
    return run_trials(plan, trials, SEED, workers=1)
