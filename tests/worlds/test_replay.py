"""One pure engine, two worlds: a simulated trial's commands, replayed through live conduct on the real database, end
at the same head; and the same seed gives the same head, another seed another."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from pathlib import Path

import pytest

from equipoise.conduct.session import Session
from equipoise.ledger import Head, MemoryStore
from equipoise.ledger.verify import verify_store
from equipoise.simulation.draws import Draws, sealed
from equipoise.simulation.trial import Simulated
from equipoise.stores import SQLiteStore

from .simulating import REFERENCE, run, seal_of, study_of

SEED, PARTICIPANTS = 20, 8


@pytest.fixture(scope="module")
def simulated() -> tuple[Simulated, MemoryStore]:
    """A simulated trial that wrote into a store in memory."""
    store = MemoryStore("simulation")
    return run(REFERENCE, SEED, PARTICIPANTS, store), store


def replayed(simulated: Simulated, store: SQLiteStore) -> Head:
    """The head after all commands were sent to live conduct, each at its own time."""
    study, draws, numbers = study_of(REFERENCE), Draws(SEED), count(1)
    clock: list[datetime] = []
    committed = study.definition.allocation.blocks_commitment is not None
    way = Session(
        store,
        study,
        sealed(seal_of(REFERENCE), committed),
        now=lambda: clock[-1],
        salt=lambda: draws.salt(next(numbers)),
    )
    refused = [command.id for command, _ in simulated.refusals]
    with store.batch():
        for command, at in simulated.log:
            clock.append(at)
            outcome = way.execute(command)
            assert (outcome.refusal is not None) == (command.id in refused), outcome.refusal
    return store.head()


def test_the_commands_of_a_simulated_trial_end_at_the_same_head_in_the_database(
    simulated: tuple[Simulated, MemoryStore], tmp_path: Path
) -> None:
    trial, memory = simulated
    with SQLiteStore.open(tmp_path / "ledger.db", mode="simulation") as store:
        assert replayed(trial, store) == memory.head()
        assert verify_store(store).ok
    assert memory.head().sequence > 100 * PARTICIPANTS


def test_the_same_seed_gives_the_same_head_and_another_seed_another(
    simulated: tuple[Simulated, MemoryStore],
) -> None:
    again, other = MemoryStore("simulation"), MemoryStore("simulation")
    run(REFERENCE, SEED, PARTICIPANTS, again)
    run(REFERENCE, SEED + 1, PARTICIPANTS, other)
    assert again.head() == simulated[1].head() != other.head()


def test_with_and_without_the_chain_the_events_are_the_same(
    simulated: tuple[Simulated, MemoryStore],
) -> None:
    assert run(REFERENCE, SEED, PARTICIPANTS).events == tuple(simulated[1].events())
