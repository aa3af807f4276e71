"""A sample of virtual patients, screened by the whole engine: who comes again, who is randomised, when, in which
stratum, with which first score and which supplies.

Nothing of eligibility, gates, doses or derived items is written a second time: the engine that patients are treated
by screens each patient of the sample once, and a simulated trial draws its arrivals from the sample. Screening knows
no arm, so one sample serves every scenario that differs only in what follows the allocation.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from equipoise.allocation import Seal
from equipoise.ledger import events as types
from equipoise.ledger.entry import Draft, Event, numbered
from equipoise.simulation import followup, screening
from equipoise.simulation.characteristics.sample.spread import SpreadDraws
from equipoise.simulation.draws import Draws, sealed
from equipoise.simulation.patients import Patient
from equipoise.simulation.scenario import Scenario
from equipoise.simulation.world import Subject, World
from equipoise.study.study import Study

SAMPLE = 2000
"""Patients that are screened for a plan, unless said otherwise."""
APART = 1.3
"""Days between the arrivals of a sample: its patients meet every day of the week and of the year."""


@dataclass(slots=True, kw_only=True)
class Screened:
    """One patient of the sample, by what the engine decided.

    attempts: days from the day of arrival to each attempt, with the time of the day. randomised: the same for
    randomisation, None without. units: dispensed at the first supply, by regimen.
    """

    patient: Patient
    arrived: datetime
    attempts: list[float] = field(default_factory=list)
    randomised: float | None = None
    subject: Subject | None = None
    units: dict[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The patients in the order of their numbers; those that were randomised, in the same order.

    answers: what the engine was asked later, by question, so that scenarios of one sample ask it once.
    """

    patients: tuple[Screened, ...]
    randomised: tuple[Screened, ...]
    answers: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)


def screen_sample(
    study: Study,
    scenario: Scenario,
    seal: Seal,
    *,
    size: int = SAMPLE,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Sample:
    """Screens `size` patients of a scenario. Raises SIMU-004 for a refusal of what must succeed."""
    plain = unscripted(scenario)
    draws = SpreadDraws(seed, size)
    patients: list[Screened] = []
    step = max(1, study.definition.allocation.planned)
    for first in range(0, size, step):
        patients += _batch(study, plain, seal, draws, range(first, min(size, first + step)))
        if progress is not None:
            progress(len(patients), size)
    return Sample(
        patients=tuple(patients), randomised=tuple(each for each in patients if each.randomised is not None)
    )


def unscripted(scenario: Scenario) -> Scenario:
    """The scenario without its incidents: they show that each thing can happen once, and are not of its truth."""
    return msgspec.structs.replace(scenario, incidents=())


def _batch(
    study: Study, scenario: Scenario, seal: Seal, draws: SpreadDraws, numbers: Sequence[int]
) -> list[Screened]:
    """Patients who arrive one after the other in a trial of their own, so that no more come than are planned."""
    notes = Notes()
    world = world_of(study, scenario, seal, draws, notes.read)
    world.allocated = notes.allocated
    for place, number in enumerate(numbers):
        when = world.start + timedelta(days=place * APART, hours=12)
        patient = Patient(key=SpreadDraws.name(number), scenario=scenario, draws=draws)
        world.at(when, lambda patient=patient: notes.arrive(world, patient))
    world.run()
    return list(notes.found.values())


def world_of(
    study: Study,
    scenario: Scenario,
    seal: Seal,
    draws: Draws,
    read: Callable[[Sequence[Event]], None] | None = None,
) -> World:
    """A world of an open trial with one open site, to which nobody comes by chance; its events are only read."""
    count = 0

    def sink(drafts: Sequence[Draft]) -> Sequence[Event]:
        nonlocal count
        new = [numbered(draft, count + place) for place, draft in enumerate(drafts, start=1)]
        count += len(new)
        if read is not None:
            read(new)
        return new

    committed = study.definition.allocation.blocks_commitment is not None
    world = World(study, scenario, 0, sealed(seal, committed), sink)
    world.draws = draws
    world.planned = 2**31
    screening.open_ledger(world, "simulation")
    screening.open_site(world, scenario.sites[0])
    return world


@dataclass(slots=True, kw_only=True)
class Notes:
    """What is noted of the patients of a batch while the engine works; `now` is the patient who acts."""

    found: dict[str, Screened] = field(default_factory=dict)
    persons: dict[str, Screened] = field(default_factory=dict)
    now: Screened | None = None

    def arrive(self, world: World, patient: Patient) -> None:
        """A patient comes for the first time."""
        self.now = self.found[patient.key] = Screened(patient=patient, arrived=world.now)
        screening.screen(world, patient, world.scenario.sites[0].site)
        self.now.subject = world.subjects[-1]

    def read(self, events: Sequence[Event]) -> None:
        """Attempts and supplies, as the events say."""
        for event in events:
            if event.type == types.PARTICIPANT_SCREENED and self.now is not None:
                each = self.persons.setdefault(event.data["person"], self.now)
                recorded = datetime.fromisoformat(event.recorded)
                each.attempts.append(days_since(each, recorded))
            elif event.type == types.DOSE_DISPENSED and self.now is not None:
                self.now.units[event.data["regimen"]] = Decimal(event.data["quantity"])

    def allocated(self, world: World, subject: Subject) -> None:
        """The day of randomisation, and the first supply; nothing follows."""
        self.now = self.found[subject.patient.key]
        self.now.randomised = days_since(self.now, world.now)
        if world.scenario.treatment_days:
            followup.supply(world, subject)


def days_since(each: Screened, when: datetime) -> float:
    """Days from the beginning of the day on which the patient first came."""
    midnight = each.arrived.replace(hour=0, minute=0, second=0, microsecond=0)
    return (when - midnight) / timedelta(days=1)
