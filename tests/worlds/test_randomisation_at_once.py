"""Eight clients randomise more than four hundred participants at once: no slot is shared, lost or skipped.

The real engine on a real file: each client is a process of its own with its own connection, and nothing but the
ledger's lock is between them. One stratum has fewer places than participants: the rest is refused, and says so.
"""

from __future__ import annotations

import multiprocessing
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from equipoise.allocation import PermutedBlocks, check_history
from equipoise.allocation.tallies import Allocation, allocation_from
from equipoise.ledger.verify import verify_store
from equipoise.stores import SQLiteStore

from .randomising import SEAL, prepared, randomise

CLIENTS, PARTICIPANTS = 8, 420
PLACES, SEVERE = 250, 140  # of a stratum, and the participants of the smaller one
SCHEME = PermutedBlocks(arms=("one", "two", "three"), ratio=(2, 1, 1), block_sizes=SEAL.block_sizes)


def recorded(path: Path) -> list[Allocation]:
    """The allocations of the ledger in their order, after the whole chain was verified."""
    with SQLiteStore.open(path) as store:
        assert verify_store(store).ok
        events = [event for event in store.events(trial_scope=True) if event.type == "TreatmentAllocated"]
    assert len({event.participant for event in events}) == len(events)
    return [allocation_from(event.data) for event in events]


def test_clients_at_once_share_lose_and_skip_no_slot(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    subjects = prepared(path, PARTICIPANTS)
    shares = [subjects[client::CLIENTS] for client in range(CLIENTS)]
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(CLIENTS, mp_context=fresh) as clients:
        work = [clients.submit(randomise, path, f"client {n}", share) for n, share in enumerate(shares)]
        codes = Counter(code for each in work for code in each.result())
    assert codes == {None: PLACES + SEVERE, "RAND-011": PARTICIPANTS - PLACES - SEVERE}

    allocations = recorded(path)
    slots = defaultdict(list)
    for allocation in allocations:
        slots[allocation.stratum].append(allocation.slot)
    assert all(taken == list(range(1, len(taken) + 1)) for taken in slots.values())
    assert {name: len(taken) for name, taken in slots.items()} == {"severe=yes": SEVERE, "severe=no": PLACES}
    check_history(SCHEME, SEAL, allocations)


def test_the_same_request_twice_gets_one_slot_and_its_first_answer(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    subjects = prepared(path, 4)
    assert randomise(path, "first", subjects[:1]) == [None]
    assert randomise(path, "again", subjects[:1]) == [None]
    assert [allocation.slot for allocation in recorded(path)] == [1]
