"""Scenarios side by side: the sample screened once, each scenario compiled, its trials run and characterised."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from equipoise.allocation import Seal
from equipoise.analysis.svg import Figure
from equipoise.analysis.tables import Provenance, Table
from equipoise.simulation.characteristics.compiling import Compiled, compile_plan
from equipoise.simulation.characteristics.pool import Pooled
from equipoise.simulation.characteristics.screened import SAMPLE, Sample, screen_sample, unscripted
from equipoise.simulation.characteristics.shown import figure_of, source_of, table_of
from equipoise.simulation.characteristics.summary import Characteristics, characterise
from equipoise.simulation.characteristics.trials import run_trials
from equipoise.simulation.parts import FastWork, Work
from equipoise.simulation.scenario import Conduct, Exits, Scenario
from equipoise.study.study import Study

if TYPE_CHECKING:
    import polars

FOLLOWED = "vectorised, of participants whom the engine followed"
Report = Callable[[str, int, int], None]
Runner = Callable[[Work, int, int, Callable[[int], None]], "polars.DataFrame"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The characteristics of each scenario with their table and picture; the frames of trials by scenario; seconds by
    step (screening the sample, compiling with what is followed for it, trials). path: `vectorised`, FOLLOWED or `whole
    engine`."""

    characteristics: tuple[Characteristics, ...]
    table: Table
    figure: Figure
    source: Provenance
    frames: Mapping[str, polars.DataFrame]
    seconds: Mapping[str, float]
    path: str = "vectorised"


def simulate_scenarios(
    study: Study,
    scenarios: Sequence[Scenario],
    seal: Seal,
    *,
    trials: int,
    seed: int,
    size: int = SAMPLE,
    estimand: str | None = None,
    workers: int | None = None,
    runner: Runner | None = None,
    report: Report = lambda step, done, total: None,
) -> Answer:
    """Runs the same trials of each scenario: trial i has the same draws in all of them. Raises SIMU-003 to 008.

    workers: threads of this process. runner: who runs the trials in parts instead, processes or a cluster.
    """
    samples: dict[bytes, Sample] = {}
    followed = False
    seconds = {"screening": 0.0, "compiling": 0.0, "trials": 0.0}
    found, frames, compared = [], {}, ("", "")
    for scenario in scenarios:
        key, begun = screened_alike(scenario), time.perf_counter()
        if key not in samples:
            name = f"screening a sample ({scenario.scenario})"
            samples[key] = screen_sample(
                study, scenario, seal, size=size, progress=lambda done, of, name=name: report(name, done, of)
            )
        screened = time.perf_counter()
        compiled = compile_plan(
            study, scenario, seal, sample=samples[key], estimand=estimand,
            following=partial(report, f"following them in each arm ({scenario.scenario})"),
        )  # fmt: skip
        ready = time.perf_counter()
        frame = _trials(compiled, trials, seed, workers, runner, report)
        ended = time.perf_counter()
        steps = (screened - begun, ready - screened, ended - ready)
        seconds = {name: seconds[name] + each for name, each in zip(seconds, steps, strict=True)}
        compared, frames[scenario.scenario] = compiled.compared, frame
        followed = isinstance(compiled.plan, Pooled)
        found.append(characterise(frame, scenario.scenario, scenario.label, compared, compiled.summary))
    return Answer(
        characteristics=tuple(found), table=table_of(found, compared), figure=figure_of(found),
        source=source_of(study.definition.study.id, study.digest, seed), frames=frames, seconds=seconds,
        path=FOLLOWED if followed else "vectorised",
    )  # fmt: skip


def _trials(
    compiled: Compiled, trials: int, seed: int, workers: int | None, runner: Runner | None, report: Report
) -> polars.DataFrame:
    progress = counting(report, f"trials ({compiled.scenario.scenario})", trials)
    if runner is not None:
        return runner(FastWork(compiled), trials, seed, progress)
    return run_trials(compiled, trials, seed, workers=workers, progress=progress)


def counting(report: Report, step: str, total: int) -> Callable[[int], None]:
    """What is called with how many more are done, and reports how many are done in all."""
    done = 0

    def progress(more: int) -> None:
        nonlocal done
        done += more
        report(step, done, total)

    return progress


def screened_alike(scenario: Scenario) -> bytes:
    """What of a scenario can matter before an arm is known: scenarios with the same share one sample."""
    latents = {name: each for name, each in scenario.latents.items() if not each.by_arm}
    conduct = scenario.conduct
    before: dict[str, Any] = {
        "scenario": "",
        "label": "",
        "latents": latents,
        "curves": {name: msgspec.structs.replace(each, source="") for name, each in scenario.curves.items()},
        "sites": scenario.sites[:1],
        "adverse_events": (),
        "exits": Exits(),
        "conduct": Conduct(
            declines=conduct.declines, screening_days=conduct.screening_days, rescreened=conduct.rescreened
        ),
        "looks": None,
        "supply": None,
    }
    return msgspec.json.encode(msgspec.structs.replace(unscripted(scenario), **before))
