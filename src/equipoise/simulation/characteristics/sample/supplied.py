"""What participants are dispensed: units of a supply, kits, and how often the engine refuses a supply that is due.

A hold, a test that is missing or a gate that is closed refuses one. Some patients of the sample go through the whole
follow-up in the engine, with their visits, laboratory values and adverse events, and nobody stops. What is dispensed
then, of what is due, gives each supply of each arm its chance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import msgspec
import numpy as np
from msgspec.structs import replace

from equipoise.allocation import Seal
from equipoise.ledger import events as types
from equipoise.ledger.entry import Event
from equipoise.simulation import screening
from equipoise.simulation.characteristics.loop.arrays import Dispensing, Kits
from equipoise.simulation.characteristics.sample.screened import APART, Sample, unscripted, world_of
from equipoise.simulation.characteristics.sample.spread import SpreadDraws
from equipoise.simulation.patients import Patient
from equipoise.simulation.scenario import Exits, Scenario, Supply
from equipoise.simulation.supplies import check_kits, planned_supplies
from equipoise.study.study import Study

MONTH = 30.0
"""Days in which rates count their events."""
FOLLOWED = 1000
"""Patients who go through the follow-up, at most: a refusal comes to few, and 240 of them moved all supplies by 1 %."""
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


def _refused_once(
    study: Study, scenario: Scenario, seal: Seal, sample: Sample, supplies: int, seed: int
) -> np.ndarray:
    """The same, asked once for all scenarios of a sample that do not differ in it."""
    plain = replace(_staying(scenario), scenario="", label="", looks=None, supply=None)
    asked = (study.digest, msgspec.json.encode(plain), supplies)
    if asked not in sample.answers:
        sample.answers[asked] = refused(study, scenario, seal, sample, supplies, seed)
    return sample.answers[asked]


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


def regimens_of(sample: Sample) -> tuple[str, ...]:
    """The regimens that the first supplies of the sample hold, in the order in which they came."""
    return tuple(dict.fromkeys(name for each in sample.randomised for name in each.units))


def dispensing_of(
    study: Study, scenario: Scenario, seal: Seal, regimens: tuple[str, ...], sample: Sample, seed: int
) -> Dispensing:
    """The days of the supplies, and the units of each patient in each arm.

    A patient was supplied in the arm that the sample's allocation gave; in another arm, like somebody of that arm.
    """
    planned = planned_supplies(study, scenario)
    days = [(each.first, each.last) for each in planned[1:]]
    supplied = [each.covers for each in planned] or [0]
    arms = tuple(study.definition.arms)
    units = np.zeros((len(sample.randomised), len(arms), len(regimens)))
    for number, arm in enumerate(arms):
        own = [bool(each.subject and each.subject.state.arm == arm) for each in sample.randomised]
        of_arm = [each for each, its in zip(sample.randomised, own, strict=True) if its]
        for place, each in enumerate(sample.randomised):
            source = each if own[place] else of_arm[place % len(of_arm)]
            units[place, number] = [float(source.units.get(name, 0)) for name in regimens]
    return Dispensing(
        days=np.array(days, np.int64).reshape(-1, 2),
        supplied=np.array(supplied, np.int64),
        refused=_refused_once(study, scenario, seal, sample, len(supplied), seed),
        units=units,
        full=supplied[0],
    )


def kits_of(planned: int, scenario: Scenario, regimens: tuple[str, ...], sample: Sample) -> Kits:
    """The supply block, as plain arrays. Raises SIMU-009 as `check_kits`."""
    block = scenario.supply or Supply(kits={})
    check_kits(scenario, regimens)
    a_day = (
        sum(site.per_month for site in scenario.sites) / MONTH * len(sample.randomised) / len(sample.patients)
    )
    days = 4 * planned / a_day + max(site.opens + site.ramp for site in scenario.sites)

    def column(name: str) -> np.ndarray:
        return np.array([getattr(kit, name) for kit in block.kits.values()], np.int64)

    return Kits(
        regimen=np.array([regimens.index(name) for name in block.kits], np.int64),
        units=column("units"), initial=column("initial"), minimum=column("minimum"), maximum=column("maximum"),
        shelf=column("shelf_days"), batch=column("batch_days"), review=block.review_days, lead=block.lead_days,
        trigger=block.trigger_weeks, resupply=block.resupply_weeks,
        days=int(days + 2 * scenario.treatment_days + 365) if block.kits else 0,
    )  # fmt: skip
