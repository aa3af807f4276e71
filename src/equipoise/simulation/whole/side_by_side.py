"""Scenarios side by side, run by the whole engine: the same answer as that of the compiled loop, slower."""

from __future__ import annotations

import time
from collections.abc import Sequence

from equipoise.allocation import Seal
from equipoise.simulation.characteristics.sample.screened import SAMPLE
from equipoise.simulation.characteristics.shown import figure_of, source_of, table_of
from equipoise.simulation.characteristics.simulated import (
    Answer,
    Ready,
    Report,
    Runner,
    counting,
    truth_known,
)
from equipoise.simulation.characteristics.summary import characterise
from equipoise.simulation.parts import Parcel, WholeWork, here
from equipoise.simulation.reported import against
from equipoise.simulation.scenario import Scenario
from equipoise.study.estimand import Estimand
from equipoise.study.methods import estimator_of
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
    size: int = SAMPLE,
    fresh: bool = False,
    runner: Runner = here,
    report: Report = lambda step, done, total: None,
) -> Answer:
    """Runs the same trials of each scenario: trial i has the same draws in all of them.

    size: patients of the sample that the truth is asked of, where it is not counted in the trials; it is that of the
    compiled loop, kept between calls unless `fresh`. Raises SIMU-003 to SIMU-009, and what the runner raises.
    """
    ready = Ready(study=study, seal=seal, size=size, estimand=estimand, fresh=fresh, report=report)
    declared = study.definition.estimands[estimand or next(iter(study.definition.estimands))]
    compared = (declared.treatment[0], declared.treatment[-1])
    found, frames, running = [], {}, 0.0
    for scenario in scenarios:
        truth = None if counted_in_trials(declared) else truth_known(ready.plan(scenario))
        begun = time.perf_counter()
        work = WholeWork(parcel, scenario, seal, estimand)
        progress = counting(report, f"whole trials ({scenario.scenario})", trials)
        frame = runner(work, trials, seed, progress)
        running += time.perf_counter() - begun
        each = characterise(frame, scenario.scenario, scenario.label, compared, declared.summary, truth)
        found.append(each)
        frames[scenario.scenario] = against(frame, each.truth and each.truth.value)
    return Answer(
        characteristics=tuple(found),
        table=table_of(found, compared),
        figure=figure_of(found),
        source=source_of(study.definition.study.id, study.digest, seed),
        frames=frames,
        seconds={**ready.seconds, "trials": running},
        path="whole engine",
    )


def counted_in_trials(estimand: Estimand) -> bool:
    """Whether the truth is the difference of the shares that would respond, which whole trials count themselves."""
    return (
        estimand.variable.endpoint == "binary"
        and estimand.variable.score is not None
        and estimand.summary == "risk_difference"
        and estimator_of(estimand) in ("crude", "mantel_haenszel")
        and estimand.population_rule is None
    )
