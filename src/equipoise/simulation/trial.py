"""One simulated trial from a scenario and a seed: same seed and same version, same head."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from equipoise.allocation import Seal
from equipoise.conduct.command import Command, Refusal
from equipoise.ledger.entry import Event
from equipoise.ledger.store import Store
from equipoise.simulation.closing import close
from equipoise.simulation.draws import sealed
from equipoise.simulation.errors import scenario_error
from equipoise.simulation.scenario import Scenario
from equipoise.simulation.screening import open_trial
from equipoise.simulation.world import Subject, World, plain_sink, store_sink
from equipoise.study.study import Study


@contextmanager
def without_collecting() -> Iterator[None]:
    """A trial makes millions of objects that live until its end and form no cycles: looking for cycles among them
    finds nothing and takes longer the more there are. At the end they are put with the oldest objects unseen, which
    is what freezing and unfreezing comes to."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.unfreeze()
        gc.enable()


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """What a simulated trial left: its events (empty when they went to a store) and what was done.

    commands: number by kind. items: values entered. refusals: what the engine refused, and when.
    incidents: whether each incident of the scenario that came up was accepted. log: every command, if kept.
    subjects: the people who were screened, with their last state and the patient behind it.
    """

    events: tuple[Event, ...]
    commands: Counter[str]
    items: int
    refusals: tuple[tuple[Command, Refusal], ...]
    incidents: dict[str, bool]
    log: tuple[tuple[Command, datetime], ...]
    screened: int
    randomised: int
    subjects: tuple[Subject, ...]


def check_fits(study: Study, scenario: Scenario) -> None:
    """Raises SIMU-003 for a scenario of another study, or of forms and items that the study has not."""
    definition = study.definition
    if scenario.study != definition.study.id:
        fault = f"the scenario is of {scenario.study}, the study is {definition.study.id}"
        raise scenario_error("SIMU-003", scenario.scenario, fault)
    strange = sorted({*scenario.forms, *scenario.logs} - definition.forms.keys())
    for name in scenario.forms.keys() & definition.forms.keys():
        strange += [
            f"{name}.{item}" for item in scenario.forms[name] if item not in definition.forms[name].items
        ]
    if strange:
        raise scenario_error("SIMU-003", scenario.scenario, f"the study has no {', '.join(strange)}")


def simulate(
    study: Study,
    scenario: Scenario,
    seed: int,
    seal: Seal,
    *,
    store: Store | None = None,
    mode: str = "simulation",
    progress: Callable[[int, int], None] | None = None,
    keep_log: bool = False,
) -> Simulated:
    """Runs a whole trial, from the opening of the ledger to the opening of the arms.

    Without a store the events are kept in a list, without chain. Raises SIMU-003 for a scenario that does not
    fit the study, SIMU-004 for a refusal of what the simulated people know to be right.
    """
    check_fits(study, scenario)
    events: list[Event] = []
    committed = study.definition.allocation.blocks_commitment is not None
    world = World(study, scenario, seed, sealed(seal, committed), plain_sink(events))
    if store is not None:
        world.sink = store_sink(store, world.draws)
    world.progress = progress
    if keep_log:
        world.log = []
    with without_collecting():
        open_trial(world, mode)
        world.run()
        close(world, seed)
    return Simulated(
        events=tuple(events),
        commands=world.commands,
        items=world.items,
        refusals=tuple(world.refusals),
        incidents=world.happened,
        log=tuple(world.log or ()),
        screened=len(world.subjects),
        randomised=world.trial.randomised,
        subjects=tuple(world.subjects),
    )
