"""The golden files pin the canonical bytes and the chain: a ledger of today is read in 25 years."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from equipoise.ledger import Draft, MemoryStore, payload_bytes, read_payload, verify
from equipoise.ledger.canonical import FIELDS, is_canonical
from equipoise.ledger.chain import FORMAT, PREFIX

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "ledger"
PAYLOADS = (GOLDEN / "payloads.jsonl").read_bytes().split(b"\n")[:-1]
CHAIN = [
    (int(number), *(bytes.fromhex(each) for each in rest))
    for number, *rest in (line.split() for line in (GOLDEN / "chain.txt").read_text().splitlines())
]


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(1, len(PAYLOADS) + 1))
def test_a_payload_is_written_as_these_bytes_and_read_back(payload: bytes) -> None:
    fields = json.loads(payload)
    assert tuple(fields) == FIELDS
    assert payload_bytes(Draft(**fields)) == payload
    event = read_payload(payload, 7)
    assert event.sequence == 7 and payload_bytes(event) == payload and is_canonical(payload, event)


def test_the_chain_needs_nothing_but_sha256() -> None:
    previous = bytes(32)
    for payload, (number, salt, committed, digest) in zip(PAYLOADS, CHAIN, strict=True):
        assert committed == sha256(salt + payload).digest()
        chained = b"equipoise-ledger-1\n" + number.to_bytes(8, "big") + previous + committed
        assert len(chained) == 19 + 8 + 32 + 32 and digest == sha256(chained).digest()
        previous = digest
    assert f"equipoise-ledger-{FORMAT}\n".encode() == PREFIX


def test_a_store_writes_the_golden_chain() -> None:
    store = MemoryStore("practice")
    for payload, (_, salt, _, _) in zip(PAYLOADS, CHAIN, strict=True):
        with store.writing() as writer:
            writer.append([Draft(**json.loads(payload))], writer.head, [salt])
    found = [(entry.sequence, entry.salt, entry.commitment, entry.hash) for entry in store.entries()]
    assert found == CHAIN and [entry.payload for entry in store.entries()] == PAYLOADS
    assert verify(store.entries()).ok
