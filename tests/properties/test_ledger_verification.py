"""Whatever is changed in a chain is found, at its place, and whatever is withheld from it is not missed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from equipoise.ledger import GENESIS, Draft, Entry, Head, checkpoint, payload_bytes, verify, withheld
from equipoise.ledger.chain import chained, commitment, entry_hash
from equipoise.ledger.events import PAYLOAD_ERASED

from .ledger_samples import chain, drafts

PLAIN = Draft(
    type="FormRecorded",
    participant="01-0001",
    effective="2026-03-02",
    recorded="2026-03-02T09:15:00Z",
    actor="u",
    role="nurse",
    command="c",
    study="s",
    data={"form": "vital_signs"},
)
ENTRIES = chain([structs.replace(PLAIN, command=f"c{number}") for number in range(1, 8)])


def found(entries: list[Entry], **wanted: Any) -> list[tuple[str, int]]:
    """What `verify` reports, by code and entry."""
    return [(each.code, each.sequence) for each in verify(entries, **wanted).problems]


def with_change(sequence: int, /, **changes: Any) -> list[Entry]:
    """The chain with one entry changed."""
    return [replace(each, **changes) if each.sequence == sequence else each for each in ENTRIES]


@given(st.lists(drafts, max_size=6))
def test_a_chain_of_any_events_verifies(events: list[Draft]) -> None:
    entries = chain(events)
    report = verify(entries)
    assert report.ok and report.count == len(events) and report.withheld == report.erased == ()
    assert report.head == (Head(entries[-1].sequence, entries[-1].hash) if entries else GENESIS)


@given(
    st.integers(min_value=1, max_value=7),
    st.sampled_from(["previous", "commitment", "hash", "salt", "payload"]),
    st.data(),
)
def test_one_changed_bit_is_found_at_its_entry(sequence: int, field: str, data: st.DataObject) -> None:
    content = bytearray(getattr(ENTRIES[sequence - 1], field))
    bit = data.draw(st.integers(min_value=0, max_value=8 * len(content) - 1))
    content[bit // 8] ^= 1 << bit % 8
    problems = found(with_change(sequence, **{field: bytes(content)}))
    assert problems and problems[0][1] == sequence


@given(st.permutations(ENTRIES))
def test_another_order_is_found(entries: list[Entry]) -> None:
    assert (found(entries) == []) == (entries == ENTRIES)


@given(st.sets(st.integers(min_value=0, max_value=6), max_size=6))
def test_a_gap_is_found_unless_the_end_is_missing(missing: set[int]) -> None:
    entries = [entry for place, entry in enumerate(ENTRIES) if place not in missing]
    only_the_end = entries == ENTRIES[: len(entries)]
    assert (found(entries) == []) == only_the_end
    # that the end is missing only a checkpoint can tell
    last = ENTRIES[-1]
    printed = checkpoint(Head(7, last.hash), study="S", mode="live", recorded="2026-03-02T10:00:00Z")
    assert (found(entries, checkpoints=[printed]) == []) == (not missing)


@given(st.sets(st.integers(min_value=1, max_value=7)))
def test_any_payload_can_be_withheld_and_the_chain_still_verifies(hidden: set[int]) -> None:
    entries = list(withheld(ENTRIES, lambda event: event.sequence not in hidden))
    report = verify(entries)
    assert report.ok and set(report.withheld) == hidden and report.head.hash == ENTRIES[-1].hash
    assert all(
        (entry.payload is None) == (entry.salt is None) == (entry.sequence in hidden) for entry in entries
    )
    # what was withheld once stays withheld
    assert list(withheld(entries, lambda event: True)) == entries


@pytest.mark.parametrize(
    ("sequence", "changes", "problems"),
    [
        (3, {"sequence": 9}, [("LEDG-020", 9), ("LEDG-022", 9), ("LEDG-020", 4)]),
        (3, {"sequence": 0}, [("LEDG-020", 0), ("LEDG-022", 0), ("LEDG-020", 4)]),
        (3, {"sequence": 2**63}, [("LEDG-020", 2**63), ("LEDG-022", 2**63), ("LEDG-020", 4)]),
        (3, {"previous": b""}, [("LEDG-021", 3), ("LEDG-022", 3)]),
        (3, {"commitment": bytes(32)}, [("LEDG-022", 3), ("LEDG-023", 3)]),
        (3, {"commitment": b""}, [("LEDG-022", 3), ("LEDG-023", 3)]),
        (3, {"hash": bytes(32)}, [("LEDG-022", 3), ("LEDG-021", 4)]),
        (3, {"payload": b"{}"}, [("LEDG-023", 3)]),
        (3, {"salt": b"short"}, [("LEDG-023", 3)]),
        (3, {"payload": None}, [("LEDG-025", 3)]),
        (3, {"salt": None}, [("LEDG-025", 3)]),
        (3, {"payload": None, "salt": None}, []),
    ],
)
def test_each_fault_has_its_code_at_its_place(
    sequence: int, changes: dict[str, Any], problems: list[tuple[str, int]]
) -> None:
    assert found(with_change(sequence, **changes)) == problems


def forged(payload: bytes) -> list[Entry]:
    """A chain whose last payload was chained by another program."""
    head = Head(7, ENTRIES[-1].hash)
    salt = bytes(32)
    committed = commitment(salt, payload)
    digest = entry_hash(8, head.hash, committed)
    last = Entry(
        sequence=8, previous=head.hash, commitment=committed, hash=digest, salt=salt, payload=payload
    )
    return [*ENTRIES, last]


def test_a_payload_in_another_form_is_found_although_its_chain_holds() -> None:
    assert found(forged(b"{}")) == [("LEDG-009", 8)]
    assert found(forged(payload_bytes(PLAIN).replace(b":", b": ", 1))) == [("LEDG-024", 8)]
    assert found(forged(payload_bytes(PLAIN).replace(b'"vital_signs"', b"80"))) == [("LEDG-024", 8)]
    assert found(forged(payload_bytes(PLAIN))) == []


def test_an_erasure_accounts_only_for_what_came_before_it() -> None:
    def ended(*named: str) -> list[Entry]:
        wanted = structs.replace(PLAIN, type=PAYLOAD_ERASED, data={"sequences": list(named)})
        return [*ENTRIES, chained(wanted, Head(7, ENTRIES[-1].hash), bytes(32))]

    entries = list(withheld(ended("3", "8"), lambda event: event.sequence not in {3, 4}))
    report = verify(entries)
    assert report.ok and report.erased == (3,) and report.withheld == (4,)
    assert found(ended()) == [("LEDG-013", 8)]
    # an erasure cannot name in advance what is still to come
    early = ended("9")
    late = chained(PLAIN, Head(8, early[-1].hash), bytes(32))
    assert verify(withheld([*early, late], lambda event: event.sequence != 9)).withheld == (9,)


def test_a_checkpoint_holds_the_chain_to_what_was_printed() -> None:
    def printed(sequence: int, digest: bytes) -> Any:
        return checkpoint(Head(sequence, digest), study="S", mode="live", recorded="2026-03-02T10:00:00Z")

    good = [printed(entry.sequence, entry.hash) for entry in ENTRIES] + [printed(0, GENESIS.hash)]
    assert found(ENTRIES, checkpoints=good) == []
    rewritten = chain([structs.replace(PLAIN, command=f"c{number}", actor="v") for number in range(1, 8)])
    assert found(rewritten) == []
    assert found(rewritten, checkpoints=good[2:4]) == [("LEDG-027", 3), ("LEDG-027", 4)]
    assert found(ENTRIES[:5], checkpoints=good) == [("LEDG-028", 6), ("LEDG-028", 7)]
    assert found([], checkpoints=[printed(0, bytes([1]) * 32)]) == [("LEDG-027", 0)]


def test_a_problem_says_where_what_why_and_what_to_do() -> None:
    first, second = verify(with_change(3, hash=bytes(32))).problems
    assert (
        str(first).startswith("LEDG-022 ledger entry 3: ") and "Why: " in str(first) and "Do: " in str(first)
    )
    assert str(replace(second, sequence=0)).startswith("LEDG-021 ledger: ")
    assert str(Head(3, bytes(32))) == "3:" + "00" * 32


def test_a_commitment_hides_which_of_two_arms_it_holds() -> None:
    # without the salt each arm could be tried; with it the same event has another commitment each time
    arms = [payload_bytes(structs.replace(PLAIN, data={"arm": arm})) for arm in ("active", "control")]
    salts = [bytes([number]) * 32 for number in range(8)]
    assert len({commitment(salt, arm) for salt in salts for arm in arms}) == 16
    with pytest.raises(AssertionError):
        commitment(b"short", arms[0])
