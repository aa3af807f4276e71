"""The store for simulation keeps the same events as a chained store, and refuses what needs a chain."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from equipoise.ledger import GENESIS, Head, LedgerError, MemoryStore, PlainStore, Store
from equipoise.ledger.events import TREATMENT_ALLOCATED

from .samples import draft, erasure, filled, opening, record, salt


@pytest.fixture
def plain() -> PlainStore:
    """An empty store without a chain."""
    return PlainStore("simulation")


def test_the_same_commands_leave_the_same_events(plain: PlainStore) -> None:
    chained = MemoryStore("simulation")
    stores: tuple[Store, ...] = (plain, chained)
    for store in stores:
        filled(store)
        record(store, draft("r"), draft("r", type=TREATMENT_ALLOCATED))
    for wanted in ({}, {"participant": "01-0001"}, {"trial_scope": True}, {"after": 4}, {"participant": "x"}):
        assert list(plain.events(**wanted)) == list(chained.events(**wanted))  # type: ignore[arg-type]
    assert plain.command("r") == chained.command("r") and plain.command("x") == ()
    assert plain.head() == Head(chained.head().sequence, bytes(32)) and plain.faults() == ()


def test_its_writer_keeps_the_rules_of_every_writer(plain: PlainStore) -> None:
    first = record(plain, opening("simulation"))
    with plain.writing() as writer:
        assert writer.append([], GENESIS, ()) == ()
        assert writer.append([opening("simulation")], GENESIS, ()) == first
        for drafts, after, code in (
            ([draft("c1")], GENESIS, "LEDG-006"),
            ([draft("c1"), draft("c2")], writer.head, "LEDG-008"),
            ([replace(opening("live"), command="c3")], writer.head, "LEDG-010"),
        ):
            with pytest.raises(LedgerError) as caught:
                writer.append(drafts, after, ())
            assert caught.value.code == code
    assert plain.head().sequence == 1


def test_a_block_that_fails_leaves_nothing_behind(plain: PlainStore) -> None:
    filled(plain, 2)
    with pytest.raises(KeyError), plain.batch():
        record(plain, draft("c8", participant="01-0001"))
        with pytest.raises(KeyError), plain.writing() as writer:
            writer.append([draft("c9", participant="new")], writer.head, ())
            raise KeyError("the caller fails")
        assert plain.command("c9") == () and len(plain.command("c8")) == 1
        raise KeyError("the caller fails")
    assert [event.sequence for event in plain.events()] == [1, 2, 3]
    assert list(plain.events(participant="new")) == [] and plain.command("c8") == ()
    assert [event.sequence for event in plain.events(participant="01-0001")] == [2]


def test_what_needs_a_chain_is_refused(plain: PlainStore) -> None:
    filled(plain)
    with plain.writing() as writer, pytest.raises(LedgerError) as caught:
        writer.erase(erasure(3), writer.head, salt("e"))
    assert caught.value.code == "LEDG-012"
    with pytest.raises(LedgerError) as caught:
        plain.entries()
    assert caught.value.code == "LEDG-012"
    with pytest.raises(LedgerError) as caught:
        PlainStore("test")
    assert caught.value.code == "LEDG-001"


def test_a_store_in_memory_forgets_what_was_erased() -> None:
    store = MemoryStore("practice")
    filled(store)
    with store.batch(), store.writing() as writer:
        writer.erase(erasure(3), writer.head, salt("e"))
        assert len(store._erased) == 1, "until the block ends it can be undone"
    assert store._erased == []
