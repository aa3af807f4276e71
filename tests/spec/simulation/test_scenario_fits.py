"""A scenario fills the forms of one study; one that does not fit, or that the engine refuses, stops at once."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from equipoise.allocation import Seal
from equipoise.ledger import MemoryStore
from equipoise.simulation.errors import SimulationError
from equipoise.simulation.scenario import Scenario, load_scenario
from equipoise.simulation.trial import simulate
from equipoise.study import load
from equipoise.study.study import Study

FOLDER = Path(__file__).resolve().parents[3] / "studies" / "DEMO-TTE"
SEAL = Seal(seed=bytes(range(32)), block_sizes=(), salt=bytes(32))


@pytest.fixture(scope="module")
def study() -> Study:
    return load(FOLDER)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(FOLDER / "scenarios" / "base.yaml")


def refused(study: Study, scenario: Scenario, mode: str = "simulation") -> str:
    """The error of a simulation, which has recorded nothing."""
    store = MemoryStore("simulation")
    with pytest.raises(SimulationError) as caught:
        simulate(study, scenario, 1, SEAL, store=store, mode=mode)
    assert store.head().sequence == 0
    return str(caught.value)


def test_a_scenario_of_another_study_is_refused(study: Study, scenario: Scenario) -> None:
    other = msgspec.structs.replace(scenario, study="OTHER")
    assert refused(study, other).startswith("SIMU-003 base: the scenario is of OTHER, the study is DEMO-TTE")


def test_a_form_or_an_item_that_the_study_has_not_is_refused(study: Study, scenario: Scenario) -> None:
    some = next(iter(scenario.forms.values()))
    forms = {**scenario.forms, "lungs": some, "person": {**scenario.forms["person"], "shoe": None}}
    other = msgspec.structs.replace(scenario, forms=forms)
    assert refused(study, other).startswith("SIMU-003 base: the study has no lungs, person.shoe")


def test_a_refusal_of_what_simulated_people_know_to_be_right_stops_the_trial(
    study: Study, scenario: Scenario
) -> None:
    assert refused(study, scenario, mode="half").startswith("SIMU-004 base: SITE-002 ")
