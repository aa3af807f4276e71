"""The ledger: what was entered and what was acted on, append-only and hash-chained.

All else is a fold of the events and can be rebuilt. This package holds the shapes, the canonical bytes, the
chain, the protocol of a store, the stores in memory, and `verify`. It knows no database, no clock and no
source of randomness.
"""

from __future__ import annotations

from equipoise.ledger.canonical import payload_bytes, read_payload
from equipoise.ledger.checkpoints import Checkpoint, check_signature, checkpoint, read_checkpoint, signed
from equipoise.ledger.entry import GENESIS, MODES, Draft, Entry, Event, Head, numbered
from equipoise.ledger.errors import LedgerError
from equipoise.ledger.memory import MemoryStore, PlainStore
from equipoise.ledger.store import Store, Writer
from equipoise.ledger.verify import Problem, Report, verify, verify_store, withheld

__all__ = [
    "GENESIS",
    "MODES",
    "Checkpoint",
    "Draft",
    "Entry",
    "Event",
    "Head",
    "LedgerError",
    "MemoryStore",
    "PlainStore",
    "Problem",
    "Report",
    "Store",
    "Writer",
    "check_signature",
    "checkpoint",
    "numbered",
    "payload_bytes",
    "read_checkpoint",
    "read_payload",
    "signed",
    "verify",
    "verify_store",
    "withheld",
]
