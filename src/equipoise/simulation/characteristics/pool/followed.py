"""Participants whom the whole engine follows to their end: each randomised patient of the sample, once in each arm.

What a participant's outcome is (events, times, scores, counts, what is missing and why) is then decided by the engine
and the analysis that real participants meet, whatever the kind of the endpoint. The allocation alone is not drawn:
the arm is asked for. The draws after it are spread evenly over those who are followed, so that the shares of what
happens to them are nearly exact; and they are the same in each arm, so that arms differ by what the arms do.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from datetime import timedelta

import msgspec
import numpy as np

from equipoise.allocation import Seal
from equipoise.ledger import events as types
from equipoise.ledger.entry import Draft, Event
from equipoise.simulation import followup, screening
from equipoise.simulation.characteristics.sample.screened import APART, Sample, unscripted, world_of
from equipoise.simulation.characteristics.sample.spread import SpreadDraws
from equipoise.simulation.closing import close
from equipoise.simulation.patients import Patient
from equipoise.simulation.scenario import Scenario
from equipoise.simulation.trial import Simulated
from equipoise.simulation.whole.primary import Case
from equipoise.simulation.world import Sink, Subject, World
from equipoise.study.study import Study

UNLIMITED = 2**31


class CourseDraws(SpreadDraws):
    """The draws of a sample, which after the allocation are spread over those who are followed."""

    __slots__ = ("_followed", "_count", "_later", "_members")

    def __init__(self, seed: int, size: int, members: Sequence[str]) -> None:
        super().__init__(seed, size)
        self._members = {key: place for place, key in enumerate(members)}
        self._followed: set[str] = set()
        self._later: dict[str, np.ndarray] = {}

    def begin(self, patient: str) -> None:
        """The patient is allocated: what is drawn from now on belongs to the follow-up."""
        self._followed.add(patient)

    def uniform(self, key: str) -> float:
        """In [0, 1): a place among the followed by purpose, once the patient is one of them."""
        patient, _, purpose = key.partition("|")
        if patient not in self._followed:
            return super().uniform(key)
        if purpose not in self._later:
            order = np.random.default_rng([self._seed, 1, self.bits(f"order|{purpose}")])
            self._later[purpose] = order.permutation(len(self._members)).astype(np.int32)
        place = int(self._later[purpose][self._members[patient]])
        return (place + (self.bits(key) >> 11) / 2**53) / len(self._members)


def follow(
    study: Study,
    scenario: Scenario,
    seal: Seal,
    name: str,
    sample: Sample,
    arm: str,
    *,
    seed: int = 0,
    later: Scenario | None = None,
    progress: Callable[[], None] = lambda: None,
) -> Case:
    """Everybody of the sample who is randomised, in one arm, from screening to the closed ledger.

    later: the scenario of what follows the allocation, where it is another. The case holds their ledger as that of one
    trial. Raises SIMU-004 as whole trials do.
    """
    free, plain = unlimited(study), unscripted(scenario)
    draws = CourseDraws(seed, len(sample.patients), [each.patient.key for each in sample.randomised])
    events: list[Event] = []
    after = unscripted(later) if later is not None else plain
    world = world_of(free, plain, seal, draws, events.extend)
    world.sink, world.scenario = to_arm(arm, world.sink), after

    def begin(world: World, subject: Subject) -> None:
        draws.begin(subject.patient.key)
        subject.patient.scenario = after
        progress()
        followup.begin(world, subject)

    world.allocated = begin
    batch = max(1, study.definition.allocation.planned)
    for number, each in enumerate(sample.patients):
        if each.randomised is not None:
            patient = Patient(key=each.patient.key, scenario=plain, draws=draws)
            when = world.start + timedelta(days=number % batch * APART, hours=12)
            world.at(when, lambda patient=patient: screening.screen(world, patient, plain.sites[0].site))
    world.run()
    close(world, seed)
    return Case(study=free, scenario=plain, name=name, made=made_of(world, events), seed=seed)


def unlimited(study: Study) -> Study:
    """The study with a list that has room for everybody and gives any arm."""
    plan = msgspec.structs.replace(
        study.definition.allocation, scheme="complete", planned=UNLIMITED, maximum=None
    )
    return dataclasses.replace(study, definition=msgspec.structs.replace(study.definition, allocation=plan))


def to_arm(arm: str, sink: Sink) -> Sink:
    """The sink behind which every allocation is to one arm."""

    def put(drafts: Sequence[Draft]) -> Sequence[Event]:
        return sink(
            [
                msgspec.structs.replace(each, data={**each.data, "arm": arm})
                if each.type == types.TREATMENT_ALLOCATED
                else each
                for each in drafts
            ]
        )

    return put


def made_of(world: World, events: Sequence[Event]) -> Simulated:
    """What the world left, as of one trial."""
    return Simulated(
        events=tuple(events), commands=world.commands, items=world.items, refusals=tuple(world.refusals),
        incidents={}, log=(), screened=len(world.subjects), randomised=world.trial.randomised,
        subjects=tuple(world.subjects),
    )  # fmt: skip
