"""Scenarios side by side, run by the whole engine: the same answer as that of the compiled loop, slower."""

from __future__ import annotations

import time
from collections.abc import Sequence

from equipoise.allocation import Seal
from equipoise.simulation.characteristics.shown import figure_of, source_of, table_of
from equipoise.simulation.characteristics.simulated import Answer, Report, Runner, counting
from equipoise.simulation.characteristics.summary import characterise
from equipoise.simulation.parts import Parcel, WholeWork, here
from equipoise.simulation.scenario import Scenario
from equipoise.study.study import Study


def whole_scenarios(
    study: Study,
    parcel: Parcel,
    scenarios: Sequence[Scenario],
    seal: Seal,
    *,
    trials: int,
    seed: int,
    estimand: str | None = None,
    runner: Runner = here,
    report: Report = lambda step, done, total: None,
) -> Answer:
    """Runs the same trials of each scenario: trial i has the same draws in all of them.

    Raises SIMU-003 and SIMU-004, and what the runner raises.
    """
    begun = time.perf_counter()
    declared = study.definition.estimands[estimand or next(iter(study.definition.estimands))]
    compared = (declared.treatment[0], declared.treatment[-1])
    found, frames = [], {}
    for scenario in scenarios:
        work = WholeWork(parcel, scenario, seal, estimand)
        progress = counting(report, f"whole trials ({scenario.scenario})", trials)
        frame = frames[scenario.scenario] = runner(work, trials, seed, progress)
        found.append(characterise(frame, scenario.scenario, scenario.label, compared, declared.summary))
    return Answer(
        characteristics=tuple(found),
        table=table_of(found, compared),
        figure=figure_of(found),
        source=source_of(study.definition.study.id, study.digest, seed),
        frames=frames,
        seconds={"trials": time.perf_counter() - begun},
        path="whole engine",
    )
