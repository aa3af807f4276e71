"""Scenarios side by side: the sample screened once, each scenario compiled, its trials run and characterised."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from equipoise.allocation import Seal
from equipoise.analysis.svg import Figure
from equipoise.analysis.tables import Provenance, Table
from equipoise.simulation.characteristics.enrolling import Compiled
from equipoise.simulation.characteristics.kept import kept_plan
from equipoise.simulation.characteristics.pool.plan import Pooled
from equipoise.simulation.characteristics.sample.screened import SAMPLE, Sample, screen_sample, unscripted
from equipoise.simulation.characteristics.shown import figure_of, source_of, table_of
from equipoise.simulation.characteristics.summary import Characteristics, Estimate, characterise
from equipoise.simulation.characteristics.trials import run_trials
from equipoise.simulation.parts import FastWork, Work
from equipoise.simulation.reported import against
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
    fresh: bool = False,
    report: Report = lambda step, done, total: None,
) -> Answer:
    """Runs the same trials of each scenario: trial i has the same draws in all of them. Raises SIMU-003 to 008.

    workers: threads of this process. runner: who runs the trials in parts instead, processes or a cluster. fresh: the
    engine is asked anew, where a plan is kept from an earlier call too.
    """
    ready = Ready(study=study, seal=seal, size=size, estimand=estimand, fresh=fresh, report=report)
    found, frames, compared, followed, running = [], {}, ("", ""), False, 0.0
    for scenario in scenarios:
        compiled, begun = ready.plan(scenario), time.perf_counter()
        frame = _trials(compiled, trials, seed, workers, runner, report)
        running += time.perf_counter() - begun
        compared, followed = compiled.compared, isinstance(compiled.plan, Pooled)
        truth = truth_known(compiled)
        noise = compiled.truth[2] if compiled.truth else None
        each = characterise(
            frame, scenario.scenario, scenario.label, compared, compiled.summary, truth, noise
        )
        found.append(each)
        frames[scenario.scenario] = against(frame, each.truth and each.truth.value)
    seconds = {**ready.seconds, "trials": running}
    return Answer(
        characteristics=tuple(found), table=table_of(found, compared), figure=figure_of(found),
        source=source_of(study.definition.study.id, study.digest, seed), frames=frames, seconds=seconds,
        path=FOLLOWED if followed else "vectorised",
    )  # fmt: skip


def truth_known(compiled: Compiled) -> Estimate | None:
    """The truth that a plan knows."""
    return Estimate(value=compiled.truth[0], error=compiled.truth[1]) if compiled.truth else None


@dataclass(slots=True, kw_only=True)
class Ready:
    """Plans of scenarios: kept ones, or made, with one sample for all scenarios that are screened alike."""

    study: Study
    seal: Seal
    size: int
    estimand: str | None
    fresh: bool
    report: Report
    samples: dict[bytes, Sample] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=lambda: {"screening": 0.0, "compiling": 0.0})

    def plan(self, scenario: Scenario) -> Compiled:
        """The plan of a scenario."""
        begun, screening = time.perf_counter(), self.seconds["screening"]
        found = kept_plan(
            self.study, scenario, self.seal, lambda: self._made(scenario), size=self.size,
            estimand=self.estimand, fresh=self.fresh,
        )  # fmt: skip
        screening = self.seconds["screening"] - screening
        self.seconds["compiling"] += time.perf_counter() - begun - screening
        return found

    def _made(self, scenario: Scenario) -> Compiled:
        """The plan that the engine's answers give; what only they need is loaded now."""
        from equipoise.simulation.characteristics.compiling import compile_plan

        key, begun = screened_alike(scenario), time.perf_counter()
        if key not in self.samples:
            screened = partial(self.report, f"screening a sample ({scenario.scenario})")
            self.samples[key] = screen_sample(
                self.study, scenario, self.seal, size=self.size, progress=screened
            )
        self.seconds["screening"] += time.perf_counter() - begun
        return compile_plan(
            self.study, scenario, self.seal, sample=self.samples[key], estimand=self.estimand,
            following=partial(self.report, f"following them in each arm ({scenario.scenario})"),
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
