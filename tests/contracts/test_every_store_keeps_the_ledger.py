"""The one contract of all stores: what is appended is kept, in order, chained, once, and found again."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from equipoise.ledger import GENESIS, Draft, Head, LedgerError, Store, verify, verify_store
from equipoise.ledger.chain import commitment, entry_hash
from equipoise.ledger.events import CONSENT_GIVEN, TREATMENT_ALLOCATED, TRIAL_LOCKED

from .conftest import Backend
from .samples import draft, erasure, filled, opening, record, salt


def test_an_empty_ledger_stands_at_genesis(store: Store) -> None:
    assert store.head() == GENESIS == Head(0, bytes(32))
    assert list(store.events()) == [] and list(store.entries()) == []
    assert verify_store(store).ok


@pytest.mark.parametrize("mode", ["live", "practice", "simulation"])
def test_the_mode_is_fixed_when_the_ledger_is_created(backend: Backend, mode: str) -> None:
    assert backend.create(mode).mode == mode == backend.again().mode


def test_a_mode_that_is_none_is_refused(backend: Backend) -> None:
    with pytest.raises(LedgerError) as caught:
        backend.create("test")
    assert caught.value.code == "LEDG-001"
    backend.create("live")


def test_what_was_appended_is_read_again_by_another_reader(backend: Backend) -> None:
    wanted = draft(
        encounter=None, site=None, reason="mistyped", data={"a": None, "b": [True, {"c": "0.10"}], "ü": "é\n"}
    )
    (event,) = record(backend.create("practice"), wanted)
    (found,) = backend.again().events()
    assert found == event and found.sequence == 1
    assert all(getattr(found, field) == getattr(wanted, field) for field in Draft.__struct_fields__)


def test_entries_hold_the_chain_that_the_format_says(store: Store) -> None:
    filled(store)
    head = GENESIS
    for entry in store.entries():
        assert entry.sequence == head.sequence + 1 and entry.previous == head.hash
        assert entry.salt is not None and entry.payload is not None
        assert entry.commitment == commitment(entry.salt, entry.payload)
        assert entry.hash == entry_hash(entry.sequence, entry.previous, entry.commitment)
        head = Head(entry.sequence, entry.hash)
    assert store.head() == head and head.sequence == 7
    report = verify_store(store)
    assert report.ok and report.count == 7 and report.head == head and report.withheld == report.erased == ()


def test_entries_and_events_can_be_read_from_a_place_on(store: Store) -> None:
    filled(store)
    assert [entry.sequence for entry in store.entries(after=5)] == [6, 7]
    assert [event.sequence for event in store.events(after=5)] == [6, 7]
    assert [event.sequence for event in store.events(participant="01-0001", after=2)] == [5]
    assert list(store.events(after=7)) == []


def test_events_are_found_by_participant_and_by_trial_scope(store: Store) -> None:
    record(store, opening(store.mode))
    record(store, draft("c1", participant="A"), draft("c1", type=TREATMENT_ALLOCATED, participant="A"))
    record(store, draft("c2", participant="B", type=CONSENT_GIVEN))
    record(store, draft("c3", participant=None, type="SomethingOfTheTrial"))
    record(store, draft("c4", participant=None, type=TRIAL_LOCKED))

    def found(**wanted: object) -> list[int]:
        return [event.sequence for event in store.events(**wanted)]  # type: ignore[arg-type]

    assert found() == [1, 2, 3, 4, 5, 6]
    assert found(participant="A") == [2, 3]
    assert found(participant="B") == [4]
    assert found(participant="nobody") == []
    assert found(trial_scope=True) == [1, 3, 5, 6]
    assert found(participant="A", trial_scope=True) == [1, 2, 3, 5, 6]
    assert found(participant="nobody", trial_scope=True) == [1, 3, 5, 6]
    assert found(participant="B", trial_scope=True, after=3) == [4, 5, 6]


def test_a_reader_sees_the_ledger_as_it_was_when_it_began(store: Store) -> None:
    filled(store, 3)
    reading = store.events()
    assert next(reading).sequence == 1
    record(store, draft("late"))
    assert [event.sequence for event in reading] == [2, 3, 4]


def test_many_events_are_read_in_pages_and_none_is_lost(store: Store) -> None:
    count = 4001  # more than two pages of the SQLite store
    record(store, *(draft("bulk", participant=f"{number % 2}") for number in range(count)))
    assert [event.sequence for event in store.events()] == list(range(1, count + 1))
    assert len(list(store.events(participant="0"))) == 2001
    assert len(list(store.entries(after=1))) == count - 1
    reading = store.events()
    assert next(reading).sequence == 1
    record(store, draft("late"))
    assert len(list(reading)) == count - 1


def test_an_append_after_another_head_is_refused_and_leaves_nothing(store: Store) -> None:
    filled(store, 2)
    before = store.head()
    for after in (GENESIS, Head(before.sequence, bytes(32)), Head(before.sequence + 1, before.hash)):
        with store.writing() as writer, pytest.raises(LedgerError) as caught:
            writer.append([draft("new")], after, [salt(1)])
        assert caught.value.code == "LEDG-006"
    assert store.head() == before


def test_a_repeated_command_gets_its_first_answer(store: Store) -> None:
    first = record(store, draft("c1"), draft("c1", type=CONSENT_GIVEN))
    record(store, draft("c2"))
    before = store.head()
    with store.writing() as writer:
        # other data, an old head, no salt: the answer that was given stands
        assert writer.append([draft("c1", data={"form": "other"})], GENESIS, []) == first
    assert store.head() == before
    assert store.command("c1") == first and store.command("unknown") == ()


def test_nothing_to_append_appends_nothing(store: Store) -> None:
    with store.writing() as writer:
        assert writer.append([], writer.head, []) == ()
    assert store.head() == GENESIS


def test_events_of_two_commands_are_not_appended_as_one(store: Store) -> None:
    with pytest.raises(LedgerError) as caught:
        record(store, draft("c1"), draft("c2"))
    assert caught.value.code == "LEDG-008" and store.head() == GENESIS


@pytest.mark.parametrize(
    "salts",
    [
        [salt(1)],
        [salt(1), salt(2), salt(3)],
        [salt(1), salt(1)],
        [salt(1), salt(2)[:31]],
        [salt(1), salt(2) + b"x"],
        [salt(1), "s" * 32],
    ],
    ids=["too few", "too many", "one twice", "too short", "too long", "text"],
)
def test_each_event_needs_its_own_salt(store: Store, salts: list[bytes]) -> None:
    with store.writing() as writer, pytest.raises(LedgerError) as caught:
        writer.append([draft("c1"), draft("c1")], writer.head, salts)
    assert caught.value.code == "LEDG-007" and store.head() == GENESIS


def test_an_event_without_canonical_form_is_refused_and_takes_its_command_with_it(store: Store) -> None:
    with pytest.raises(LedgerError) as caught:
        record(store, draft("c1"), draft("c1", data={"weight": 80}))
    assert caught.value.code == "LEDG-003" and store.head() == GENESIS


def test_an_opening_of_another_mode_is_refused(store: Store) -> None:
    with pytest.raises(LedgerError) as caught:
        record(store, opening("live"))
    assert caught.value.code == "LEDG-010" and store.head() == GENESIS


def test_a_writer_is_of_no_use_after_its_block(store: Store) -> None:
    with store.writing() as writer:
        pass
    with pytest.raises(LedgerError) as caught:
        writer.append([draft()], GENESIS, [salt(1)])
    assert caught.value.code == "LEDG-011"
    with pytest.raises(LedgerError) as caught:
        writer.erase(erasure(1), GENESIS, salt(1))
    assert caught.value.code in {"LEDG-011", "LEDG-013"} and store.head() == GENESIS


def test_a_block_that_fails_leaves_nothing_behind(store: Store) -> None:
    filled(store, 2)
    before, events = store.head(), list(store.events())
    with pytest.raises(KeyError), store.writing() as writer:
        writer.append([draft("new", participant="new"), draft("new")], writer.head, [salt(1), salt(2)])
        assert writer.head.sequence == before.sequence + 2
        raise KeyError("the caller fails")
    assert store.head() == before and list(store.events()) == events
    assert store.command("new") == () and list(store.events(participant="new")) == []
    with pytest.raises(KeyError), store.writing() as writer:
        writer.append([draft("locked", type=TRIAL_LOCKED, participant=None)], writer.head, [salt(3)])
        raise KeyError("the caller fails")
    record(store, draft("new"))
    assert [event.sequence for event in store.events(trial_scope=True)] == [1]
    assert verify_store(store).ok


def test_a_batch_groups_blocks_and_undoes_only_the_one_that_fails(store: Store) -> None:
    with store.batch():
        record(store, draft("c1"))
        with pytest.raises(KeyError), store.writing() as writer:
            writer.append([draft("c2")], writer.head, [salt(2)])
            raise KeyError("the caller fails")
        record(store, draft("c3"))
    assert [event.command for event in store.events()] == ["c1", "c3"]
    assert verify_store(store).ok


def test_a_batch_that_fails_leaves_nothing_behind(store: Store) -> None:
    record(store, draft("c0"))
    with pytest.raises(KeyError), store.batch():
        record(store, draft("c1"))
        with store.batch():
            record(store, draft("c2"))
        raise KeyError("the caller fails")
    assert [event.command for event in store.events()] == ["c0"]
    assert list(store.entries())[0].hash == store.head().hash


def test_the_record_does_not_change_with_the_callers_data(store: Store) -> None:
    data = {"form": "vital_signs", "values": {"weight": "80.0"}}
    record(store, draft(data=data))
    data["values"]["weight"] = "8.0"  # type: ignore[index]
    (event,) = store.events()
    assert event.data["values"] == {"weight": "80.0"} and verify_store(store).ok


def test_an_erasure_is_recorded_and_the_chain_still_verifies(store: Store) -> None:
    filled(store)
    entries = list(store.entries())
    with store.writing() as writer:
        event = writer.erase(erasure(3, 4), writer.head, salt("e"))
        assert event.sequence == writer.head.sequence == 8
    after = list(store.entries())
    assert [entry.sequence for entry in after if entry.payload is None and entry.salt is None] == [3, 4]
    assert [entry.hash for entry in after[:7]] == [entry.hash for entry in entries]
    assert [event.sequence for event in store.events()] == [1, 2, 5, 6, 7, 8]
    assert store.command("c2") == ()
    report = verify_store(store)
    assert report.ok and report.erased == (3, 4) and report.withheld == ()


def test_a_repeated_erasure_gets_its_first_answer(store: Store) -> None:
    filled(store)
    with store.writing() as writer:
        first = writer.erase(erasure(3), writer.head, salt("e"))
        assert writer.erase(erasure(3), GENESIS, salt("f")) == first
    assert store.head().sequence == 8


def test_a_command_whose_answer_was_erased_is_not_done_again(store: Store) -> None:
    filled(store)
    record(store, draft("pair", participant="A"), draft("pair", participant="B"))
    with store.writing() as writer:
        writer.erase(erasure(3, 8), writer.head, salt("e"))
    with pytest.raises(LedgerError) as caught:
        record(store, draft("c2"))
    assert caught.value.code == "LEDG-016" and store.head().sequence == 10
    assert [event.sequence for event in record(store, draft("pair"))] == [9]


@pytest.mark.parametrize(
    "wanted",
    [
        erasure(3, reason=None),
        erasure(99),
        erasure(1),
        erasure(),
        replace(erasure(3), type=CONSENT_GIVEN),
        replace(erasure(3), data={"sequences": "3"}),
        replace(erasure(3), data={"sequences": ["03"]}),
        replace(erasure(3), data={"sequences": [3]}),
        replace(erasure(3), data={"sequences": ["³"]}),
    ],
    ids=["no reason", "absent", "of the trial", "none", "type", "text", "zero", "number", "not a digit"],
)
def test_an_erasure_that_names_nothing_erasable_is_refused(store: Store, wanted: Draft) -> None:
    filled(store)
    with store.writing() as writer, pytest.raises(LedgerError) as caught:
        writer.erase(wanted, writer.head, salt("e"))
    assert caught.value.code == "LEDG-013" and store.head().sequence == 7
    assert verify_store(store).erased == ()


def test_what_is_erased_cannot_be_erased_again(store: Store) -> None:
    filled(store)
    with store.writing() as writer:
        writer.erase(erasure(3), writer.head, salt("e"))
        with pytest.raises(LedgerError) as caught:
            writer.erase(erasure(3, command="again"), writer.head, salt("f"))
    assert caught.value.code == "LEDG-013" and verify_store(store).erased == (3,)


def test_an_erasure_is_not_appended_without_erasing(store: Store) -> None:
    filled(store)
    with pytest.raises(LedgerError) as caught:
        record(store, erasure(3))
    assert caught.value.code == "LEDG-013"


def test_an_erasure_in_a_block_that_fails_is_undone(store: Store) -> None:
    filled(store)
    events = list(store.events())
    with pytest.raises(KeyError), store.writing() as writer:
        writer.erase(erasure(3), writer.head, salt("e"))
        raise KeyError("the caller fails")
    assert list(store.events()) == events and verify_store(store).ok


def test_every_store_ends_at_the_same_head(store: Store) -> None:
    filled(store)
    # the same commands, salts and times give the same bytes in every store, today and in 25 years
    expected = "2c5c8df1"
    assert store.head().hash.hex()[:8] == expected
    assert verify(store.entries()).ok
