"""From a study and a scenario to a plan of plain arrays: what the trials of a simulation read.

Items, arms, encounters, regimens and intercurrent events come by name from the study and the scenario. A binary
endpoint made from a score that follows a curve is compiled from the curve (`curve`); every other kind of endpoint from
participants whom the engine follows (`pool`).
"""

from __future__ import annotations

from equipoise.allocation import Seal
from equipoise.simulation.characteristics.curve.compiling import compile_curve
from equipoise.simulation.characteristics.enrolling import Compiled
from equipoise.simulation.characteristics.pool.compiling import Progress, compile_pool
from equipoise.simulation.characteristics.sample.screened import SAMPLE, Sample, screen_sample
from equipoise.simulation.errors import SimulationError, scenario_error
from equipoise.simulation.scenario import Scenario
from equipoise.simulation.trial import check_fits
from equipoise.study.study import Study

NO_CURVE = ("SIMU-005", "SIMU-006", "SIMU-014")
"""Why an estimand is compiled from followed participants."""


def compile_plan(
    study: Study,
    scenario: Scenario,
    seal: Seal,
    *,
    sample: Sample | None = None,
    size: int = SAMPLE,
    seed: int = 0,
    estimand: str | None = None,
    progress: Progress | None = None,
    following: Progress | None = None,
) -> Compiled:
    """The plan of the first estimand, or of the one named. A sample that was screened before may be given.

    An estimand that follows a score's curve is compiled from the curve; any other from participants whom the engine
    follows (`following` is told how many). Raises SIMU-003 for a scenario of another study, SIMU-007 where nobody is
    ever randomised.
    """
    check_fits(study, scenario)
    name = estimand_of(study, scenario, estimand)
    sample = sample or screen_sample(study, scenario, seal, size=size, seed=seed, progress=progress)
    if not sample.randomised or not any(site.per_month > 0 for site in scenario.sites):
        raise scenario_error("SIMU-007", scenario.scenario, "nobody of the sample is ever randomised")
    try:
        return compile_curve(study, scenario, seal, name, sample, seed)
    except SimulationError as error:
        if error.code not in NO_CURVE:
            raise
    return compile_pool(study, scenario, seal, name, sample, seed=seed, progress=following)


def estimand_of(study: Study, scenario: Scenario, name: str | None) -> str:
    """The name of the estimand that decides: the first without one. Raises SIMU-003 for one that the study has not."""
    known = study.definition.estimands
    if name is not None and name not in known:
        raise scenario_error(
            "SIMU-003", scenario.scenario, f"the study has no estimand {name!r}: {', '.join(known)}"
        )
    return name or next(iter(known))
