"""A trial that is nothing like the reference trial runs from its opening to the opening of its arms.

Three arms in 2:1:1, no drug, no assessor, minimisation, an endpoint that is a time to an event: whatever the
engine assumed of the reference trial would stop this one.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

from equipoise.allocation import Seal
from equipoise.ledger import events
from equipoise.simulation.scenario import load_scenario
from equipoise.simulation.trial import Simulated, simulate
from equipoise.study import load

FOLDER = Path(__file__).resolve().parents[2] / "studies" / "DEMO-TTE"


@cache
def trial(seed: int) -> Simulated:
    """The whole trial."""
    scenario = load_scenario(FOLDER / "scenarios" / "base.yaml")
    return simulate(load(FOLDER), scenario, seed, Seal(seed=b"1" * 32, block_sizes=(), salt=b"2" * 32))


def test_all_planned_participants_are_randomised_and_the_arms_opened_at_the_end() -> None:
    found = Counter(event.type for event in trial(1).events)
    assert found[events.PARTICIPANT_RANDOMISED] == 80
    assert found[events.TRIAL_LOCKED] == found[events.TRIAL_UNBLINDED] == 1
    assert trial(1).events[-1].type == events.TRIAL_UNBLINDED


def test_minimisation_keeps_two_to_one_to_one() -> None:
    arms = Counter(event.data["arm"] for event in trial(1).events if event.type == events.TREATMENT_ALLOCATED)
    assert abs(arms["back_school"] - 40) <= 4
    assert abs(arms["exercise"] - 20) <= 4 and abs(arms["usual_care"] - 20) <= 4


def test_the_engine_refuses_who_may_not_enter() -> None:
    assert {refusal.code for _, refusal in trial(1).refusals} == {"ELIG-003", "RAND-008"}
    assert trial(1).screened > trial(1).randomised


def test_the_same_seed_gives_the_same_trial_and_another_seed_another() -> None:
    again = trial.__wrapped__(1)
    assert again.events == trial(1).events
    assert trial(2).events != trial(1).events


def test_nothing_of_a_drug_is_recorded() -> None:
    drug = {events.DOSE_PRESCRIBED, events.DOSE_DISPENSED, events.DOSE_TAKEN, events.ASSESSMENT_SUBMITTED}
    assert not drug & {event.type for event in trial(1).events}
