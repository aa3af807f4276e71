"""Nothing under seal shows: two worlds with equal open commands give every masked person the same bytes.

The worlds differ in the allocations and in all that follows from them under seal: drugs, doses, dispensing, intakes,
tests on sealed forms, holds, stops, adverse events, alarms, sealed queries and deviations, refusals to people who are
not masked, and the number and times of all these.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from equipoise.allocation import Seal
from equipoise.cli.simulating import practice_seal
from equipoise.simulation.scenario import load_scenario
from equipoise.simulation.trial import simulate
from equipoise.study import load
from equipoise.study.study import Study

from .masked_trial import masked, trial
from .under_seal import World, answers, differences, retold, told

STUDIES = Path(__file__).parents[2] / "studies"
TINY = Path(__file__).parents[1] / "spec" / "conduct" / "tiny"
SEAL = Seal(seed=bytes(32), block_sizes=(2, 4), salt=bytes(16))
OTHER = st.binary(min_size=32, max_size=32).map(
    lambda seed: Seal(seed=seed, block_sizes=(4, 6), salt=bytes(16))
)
SEEDS = st.integers(0, 10**6)
ONCE = (Phase.explicit, Phase.reuse, Phase.generate)
"""Without shrinking: a smaller seed is no smaller world."""


@cache
def tiny() -> Study:
    """The tiny trial of the specification."""
    return load(TINY)


@cache
def simulated(study: str) -> tuple[Study, list, World, list[bool]]:
    """A study of this repository with the log of a small simulated trial, and its world."""
    definition, scenario = load(STUDIES / study), load_scenario(STUDIES / study / "scenarios" / "base.yaml")
    seal = practice_seal(STUDIES / study)
    few = msgspec.structs.replace(scenario, participants=7)
    log = list(simulate(definition, few, 11, seal, keep_log=True).log)
    return definition, log, *told(definition, log, seal)


def same(study: Study, one: World, other: World) -> bool:
    """The two worlds look alike to the masked, and are not alike."""
    assert [each.data for each in one.events] != [each.data for each in other.events]
    assert [each.sequence for each in one.events] != [each.sequence for each in other.events]
    return differences(study, one, other) == []


@settings(max_examples=30, phases=ONCE)
@given(SEEDS, st.integers(2, 9), OTHER, SEEDS)
def test_masked_people_of_a_small_trial_read_the_same(
    seed: int, people: int, other: Seal, noise: int
) -> None:
    sent = trial(seed, people)
    one, opened = told(masked(), sent, SEAL)
    assert same(masked(), one, retold(masked(), sent, opened, one.draws, other, Random(noise)))


@settings(max_examples=15, phases=ONCE)
@given(SEEDS, OTHER, SEEDS)
def test_masked_people_are_answered_the_same(seed: int, other: Seal, noise: int) -> None:
    sent = trial(seed, 5)[:-2]
    one, opened = told(masked(), sent, SEAL)
    two = retold(masked(), sent, opened, one.draws, other, Random(noise))
    at = sent[-1][1]
    assert answers(one, at)
    assert answers(one, at) == answers(two, at)


@settings(max_examples=10, phases=ONCE)
@given(SEEDS, OTHER, SEEDS)
def test_masked_people_of_the_tiny_trial_read_the_same(seed: int, other: Seal, noise: int) -> None:
    sent = trial(seed, 4, plain=True)
    one, opened = told(tiny(), sent, SEAL)
    two = retold(tiny(), sent, opened, one.draws, other, Random(noise))
    assert differences(tiny(), one, two) == []
    assert any(each.type == "TreatmentStopped" for each in one.events)


def with_masked_roles() -> list[str]:
    """The studies of this repository in which somebody is masked."""
    folders = [path.parent for path in sorted(STUDIES.glob("*/study.yaml"))]
    return [each.name for each in folders if any(r.masked for r in load(each).definition.roles.values())]


@pytest.mark.parametrize("noise", range(2))
@pytest.mark.parametrize("name", with_masked_roles())
def test_masked_people_of_each_study_read_the_same(name: str, noise: int) -> None:
    study, log, one, opened = simulated(name)
    sizes = (4, 6) if study.definition.allocation.blocks_commitment else ()
    other = Seal(seed=bytes([noise + 1]) * 32, block_sizes=sizes, salt=bytes(16))
    two = retold(study, log, opened, one.draws, other, Random(noise))
    arms = [
        [each.data["arm"] for each in world.events if each.type == "TreatmentAllocated"]
        for world in (one, two)
    ]
    assert arms[0] != arms[1]
    assert same(study, one, two)


def test_the_reference_trial_is_among_the_studies() -> None:
    assert "NCT06965244" in with_masked_roles()
