"""The hash chain: a salted commitment to each payload, and a hash over the commitments.

A bare hash of an allocation is guessed by trying each arm, so the chain holds sha256(salt || payload) with a
secret salt of 32 bytes. The salt has one length only, because with two lengths one commitment could be
opened in two ways. Chained bytes are format version, sequence, previous hash and commitment, and nothing
else: whoever holds only those can verify the whole chain without seeing one payload.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from equipoise.ledger.canonical import payload_bytes
from equipoise.ledger.entry import Draft, Entry, Head

FORMAT: Final = "1"
"""The version of the chained bytes and of the canonical payload."""

PREFIX: Final = b"equipoise-ledger-1\n"
SALT_BYTES: Final = 32


def commitment(salt: bytes, payload: bytes) -> bytes:
    """The 32 bytes that stand for a payload in the chain."""
    assert len(salt) == SALT_BYTES, "a salt of another length could be opened in two ways"
    return sha256(salt + payload).digest()


def entry_hash(sequence: int, previous: bytes, committed: bytes) -> bytes:
    """The 32 bytes that chain an entry to the one before it."""
    assert len(previous) == 32 and len(committed) == 32, "hashes have 32 bytes"
    return sha256(PREFIX + sequence.to_bytes(8, "big") + previous + committed).digest()


def chained(draft: Draft, head: Head, salt: bytes) -> Entry:
    """The entry of a draft that follows `head`. Raises LEDG-002 to LEDG-005 as `payload_bytes` does."""
    payload = payload_bytes(draft)
    committed = commitment(salt, payload)
    sequence = head.sequence + 1
    return Entry(
        sequence=sequence,
        previous=head.hash,
        commitment=committed,
        hash=entry_hash(sequence, head.hash, committed),
        salt=salt,
        payload=payload,
    )
