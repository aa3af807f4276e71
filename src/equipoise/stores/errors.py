"""The catalogue of the stores' errors, and the one place where a database's complaint becomes one of them.

What a database says is never passed on as it is: a nurse reads place, fault, why and remedy, and the
message never holds a value of a participant.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from equipoise.errors import EquipoiseError


class StoreError(EquipoiseError):
    """A fault of a store on disk, with a code of `CATALOGUE`."""


_RESTORE = "Stop writing, keep the damaged file, and restore the ledger from a copy that verifies."

CATALOGUE: dict[str, tuple[str, str]] = {
    "STOR-001": (
        "A ledger is created on purpose, in a mode; it never appears because a path was misspelt.",
        "Check the path, or name the mode in which to create the ledger.",
    ),
    "STOR-002": ("Nothing can be read from it, and nothing will be written over it.", "Check the path."),
    "STOR-003": ("Events may be missing from what is read.", _RESTORE),
    "STOR-004": (
        "Adding a ledger to another program's database by accident would harm both.",
        "Check the path, or create the ledger in a file of its own.",
    ),
    "STOR-005": (
        "An older program could misread what a newer one recorded.",
        "Install the version of Equipoise that wrote the ledger, or a newer one.",
    ),
    "STOR-006": (
        "A ledger in a form that this version does not know must not be guessed at.",
        "Open it with the version of Equipoise that wrote it.",
    ),
    "STOR-007": (
        "The last command was not recorded; everything acknowledged before it is safe.",
        "Free some space on the disk and give the command again.",
    ),
    "STOR-008": (
        "Another writer held the ledger the whole time; the command was not recorded.",
        "Give the command again; if it stays, look for a program that hangs.",
    ),
    "STOR-009": (
        "The command was not recorded.",
        "Check that the file and its folder can be read and written by this account.",
    ),
    "STOR-010": (
        "The ledger is append-only; what was recorded is corrected by a new event.",
        "Record a correction.",
    ),
    "STOR-011": (
        "An event that is acknowledged must survive a power cut.",
        "Keep the ledger on a local disk, with write-ahead log and full synchronisation.",
    ),
    "STOR-012": ("The device failed while it was read or written.", _RESTORE),
}


def fault(code: str, place: str, text: str) -> StoreError:
    """The error of this code; `place` says where, `text` what is wrong in one sentence."""
    why, remedy = CATALOGUE[code]
    return StoreError(code=code, place=place, fault=text, why=why, remedy=remedy)


_SQLITE: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_NOTADB: ("STOR-002", "the file is not an SQLite database"),
    sqlite3.SQLITE_CORRUPT: ("STOR-003", "the database file is damaged or cut off"),
    sqlite3.SQLITE_FULL: ("STOR-007", "there is no space left for the ledger"),
    sqlite3.SQLITE_BUSY: ("STOR-008", "the ledger stayed locked by another writer"),
    sqlite3.SQLITE_LOCKED: ("STOR-008", "the ledger stayed locked by another reader of this connection"),
    sqlite3.SQLITE_READONLY: ("STOR-009", "the ledger cannot be written"),
    sqlite3.SQLITE_PERM: ("STOR-009", "the ledger may not be opened"),
    sqlite3.SQLITE_CANTOPEN: ("STOR-009", "the ledger cannot be opened"),
    sqlite3.SQLITE_CONSTRAINT: ("STOR-010", "the guards of the ledger refused the change"),
    sqlite3.SQLITE_IOERR: ("STOR-012", "the device failed"),
}


@contextmanager
def translated(place: str) -> Iterator[None]:
    """A complaint of SQLite becomes a StoreError; what has no code here is passed on, never swallowed."""
    try:
        yield
    except sqlite3.Error as error:
        primary = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the primary result code
        if primary not in _SQLITE:
            raise
        code, text = _SQLITE[primary]
        raise fault(code, place, text) from error
