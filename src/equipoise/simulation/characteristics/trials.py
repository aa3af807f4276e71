"""Many whole trials of a scenario as a frame of reported quantities, one row a trial."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from equipoise.simulation import reported
from equipoise.simulation.characteristics.enrolling import Compiled
from equipoise.simulation.characteristics.loop.contrast import inference
from equipoise.simulation.characteristics.loop.kernel import ARM, TRIAL, Out, run
from equipoise.simulation.characteristics.pool.plan import Pooled
from equipoise.simulation.errors import scenario_error

if TYPE_CHECKING:
    import polars

KITS = ("shipped", "used", "expired", "left")
DAYS = ("first", "last", "readable", "ended")


def names_of(compiled: Compiled) -> reported.Names:
    """The sites, arms, events and regimens of a plan."""
    return compiled.names


def run_trials(
    compiled: Compiled,
    trials: int,
    seed: int,
    *,
    first: int = 0,
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> polars.DataFrame:
    """The trials `first` to `first + trials - 1` of a seed.

    The same rows whatever the number of workers, and whether they are run at once or in parts. Raises SIMU-008 when
    a trial does not reach its participants in the room that three times the expected attempts give.
    """
    if isinstance(compiled.plan, Pooled):
        from equipoise.simulation.characteristics.pool.trials import run_pooled

        return run_pooled(compiled, trials, seed, first=first, workers=workers, progress=progress)
    out = run(
        compiled.plan,
        trials,
        seed,
        first=first,
        workers=workers,
        attempts=compiled.attempts,
        progress=progress,
    )
    short = int((out.whole[:, TRIAL.index("analysed")] == 0).sum())
    if short:
        raise scenario_error("SIMU-008", compiled.scenario.scenario, f"{short} of {trials} trials")
    columns = {"trial": np.arange(first, first + trials), **counted(compiled, out), **inferred(compiled, out)}
    return reported.frame(columns, names_of(compiled))


def counted(compiled: Compiled, out: Out) -> dict[str, np.ndarray]:
    """The counts and times."""
    found = {name: out.whole[:, place] for place, name in enumerate(TRIAL)}
    for name in DAYS:
        found[f"months_{name}"] = found.pop(name) / reported.MONTH
    for place, site in enumerate(compiled.sites):
        found[f"attempts.{site}"], found[f"randomised.{site}"] = out.sites[:, place].T
    for number, arm in enumerate(compiled.arms):
        for place, name in enumerate(ARM):
            found[f"{name}.{arm}"] = out.arms[:, number, place]
        for place, event in enumerate(compiled.events):
            found[f"event.{arm}.{event}"] = out.events[:, number, place]
    for place, regimen in enumerate(compiled.regimens):
        found[f"units.{regimen}"] = np.rint(out.units[:, place])
    for place, kind in enumerate(compiled.kits):
        for number, name in enumerate(KITS):
            found[f"{name}.{kind}"] = out.kits[:, place, number]
    for place, site in enumerate(compiled.sites if compiled.kits else ()):
        found[f"stockouts.{site}"] = out.short[:, place]
    return found


def inferred(compiled: Compiled, out: Out) -> dict[str, np.ndarray]:
    """The primary analysis."""
    analysis = compiled.plan.analysis
    lower, upper, p = inference(analysis.method, out.tables, out.found, compiled.confidence)
    sequential = compiled.scenario.looks is not None
    rejected = out.rejected if sequential else p < 1 - compiled.confidence
    return {"estimate": out.found[:, 0], "lower": lower, "upper": upper, "p": p, "rejected": rejected}
