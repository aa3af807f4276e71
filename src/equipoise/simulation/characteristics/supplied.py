"""How often the engine refuses a supply that is due: a hold, a test that is missing, a gate that is closed.

Some patients of the sample go through the whole follow-up in the engine, with their visits, laboratory values and
adverse events, and nobody stops. What is dispensed then, of what is due, gives each supply of each arm its chance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from msgspec.structs import replace

from equipoise.allocation import Seal
from equipoise.ledger import events as types
from equipoise.ledger.entry import Event
from equipoise.simulation import screening
from equipoise.simulation.characteristics.screened import APART, Sample, unscripted, world_of
from equipoise.simulation.characteristics.spread import SpreadDraws
from equipoise.simulation.patients import Patient
from equipoise.simulation.scenario import Exits, Scenario
from equipoise.study.study import Study

FOLLOWED = 240
"""Patients who go through the follow-up."""
FIRST = "P1"
"""The number of a participant's first prescription."""


def refused(
    study: Study, scenario: Scenario, seal: Seal, sample: Sample, supplies: int, seed: int
) -> np.ndarray:
    """The chance that a due supply is refused, by arm and supply (arms, supplies); 0 without treatment.

    The first supply has a chance of its own, those after it have one together.
    """
    arms = tuple(study.definition.arms)
    if not scenario.treatment_days or not supplies:
        return np.zeros((len(arms), max(supplies, 1)))
    allocated: dict[tuple[int, str], str] = {}
    given: Counter[tuple[int, str, bool]] = Counter()
    members, most = sample.randomised[:FOLLOWED], study.definition.allocation.planned
    for first in range(0, len(members), most):
        keys = [each.patient.key for each in members[first : first + most]]
        arm_of, prescriptions = _follow(
            study, _staying(scenario), seal, keys, SpreadDraws(seed, len(sample.patients))
        )
        allocated |= {(first, subject): arm for subject, arm in arm_of.items()}
        given.update((first, subject, prescription == FIRST) for subject, prescription in prescriptions)
    found = np.zeros((len(arms), supplies))
    for number, arm in enumerate(arms):
        people = [each for each, its in allocated.items() if its == arm]
        had = [sum(given[*each, is_first] for each in people) for is_first in (True, False)]
        found[number, 0] = 1 - had[0] / max(1, len(people))
        found[number, 1:] = 1 - had[1] / max(1, len(people) * (supplies - 1))
    return found


def _staying(scenario: Scenario) -> Scenario:
    """The scenario in which nobody stops or leaves, while everything else happens."""
    events = tuple(replace(each, stops=0.0) for each in scenario.adverse_events)
    return replace(unscripted(scenario), adverse_events=events, exits=Exits())


def _follow(
    study: Study, scenario: Scenario, seal: Seal, keys: Sequence[str], draws: SpreadDraws
) -> tuple[dict[str, str], set[tuple[str, str]]]:
    """The arm of each participant, and which prescriptions of each were dispensed."""
    allocated: dict[str, str] = {}
    given: set[tuple[str, str]] = set()

    def read(events: Sequence[Event]) -> None:
        for event in events:
            if event.type == types.TREATMENT_ALLOCATED:
                allocated[event.participant or ""] = event.data["arm"]
            elif event.type == types.DOSE_DISPENSED:
                given.add((event.participant or "", event.data["prescription"]))

    world = world_of(study, scenario, seal, draws, read)
    for place, key in enumerate(keys):
        patient = Patient(key=key, scenario=scenario, draws=draws)
        when = world.start + timedelta(days=place * APART, hours=12)
        world.at(when, lambda patient=patient: screening.screen(world, patient, scenario.sites[0].site))
    world.run()
    return allocated, given
