"""Processes that write to one ledger, for the tests of locks and of killed writers.

Run as a program: `writers.py many PATH NAME COUNT` appends COUNT commands and prints each acknowledged one;
`writers.py endless PATH NAME` does so until it is killed; `writers.py stuck PATH` appends inside a block,
says so, and never ends the block.
"""

from __future__ import annotations

import itertools
import sys
import time
from hashlib import sha256

from equipoise.ledger import Draft
from equipoise.stores import SQLiteStore


def _draft(command: str) -> Draft:
    return Draft(
        type="FormRecorded",
        participant=command.partition("-")[0],
        effective="2026-03-02",
        recorded="2026-03-02T09:15:00Z",
        actor="u-nurse",
        role="nurse",
        command=command,
        study="5d" * 32,
        data={"form": "vital_signs", "values": {"weight": "80.0"}},
    )


def _record(store: SQLiteStore, command: str) -> None:
    with store.writing() as writer:
        drafts = [_draft(command)] * 2
        salts = [sha256(f"{command} {place}".encode()).digest() for place in range(2)]
        writer.append(drafts, writer.head, salts)


def _many(path: str, name: str, numbers: itertools.count[int] | range) -> None:
    with SQLiteStore.open(path, mode="practice") as store:
        for number in numbers:
            _record(store, f"{name}-{number}")
            print(f"{name}-{number}", flush=True)


def _stuck(path: str) -> None:
    with SQLiteStore.open(path) as store, store.writing() as writer:
        writer.append([_draft("stuck-1")], writer.head, [bytes(31) + b"1"])
        print("inside", flush=True)
        time.sleep(600)


if __name__ == "__main__":
    what, where, *rest = sys.argv[1:]
    if what == "many":
        _many(where, rest[0], range(int(rest[1])))
    elif what == "endless":
        _many(where, rest[0], itertools.count())
    else:
        _stuck(where)
