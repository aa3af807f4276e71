"""The ledger in SQLite, the embedded default.

Write-ahead log and full synchronisation: an event that was acknowledged survives a power cut. One lock a
write (`BEGIN IMMEDIATE`, or a savepoint inside the caller's own transaction). Triggers refuse update, delete
and every insert that does not follow the head; the last because `INSERT OR REPLACE` walks past the other two.
There is no unique constraint besides the sequence, since a replace would delete the row that it meets. The
columns type, participant and command repeat the payload for the index and are checked against it. Triggers
stop accidents, not an administrator: against that a checkpoint leaves the machine.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from equipoise.ledger.canonical import read_payload
from equipoise.ledger.chain import FORMAT, commitment
from equipoise.ledger.entry import GENESIS, Entry, Event, Head
from equipoise.ledger.errors import LedgerError
from equipoise.ledger.errors import fault as ledger_fault
from equipoise.ledger.events import TRIAL_SCOPE
from equipoise.ledger.store import ChainWriter, check_mode
from equipoise.stores.errors import fault, translated
from equipoise.stores.schema import GUARDS, SCHEMA, statements

PAGE = 2000
"""Rows fetched at once: no cursor stays open between pages, so a reader never holds the log back."""

CACHE = 32 * 1024
"""KiB of pages kept in memory, so that a batch of a whole simulated trial does not spill into the log."""

_INSERT = (
    "INSERT INTO ledger_entry"
    " (sequence, previous, commitment, hash, salt, payload, type, participant, command)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_EVENT = "SELECT sequence, type, participant, commitment, salt, payload FROM ledger_entry"
_ENTRY = "SELECT sequence, previous, commitment, hash, salt, payload FROM ledger_entry"
_TYPES = ", ".join(f"'{each}'" for each in sorted(TRIAL_SCOPE))

_INDEX_FAULT = "the index disagrees with the payload"


class SQLiteStore:
    """A store in an SQLite database. Make it with `open` or `on`.

    One connection, used from one thread. Its errors are `StoreError` (STOR-...) and `LedgerError`.
    """

    def __init__(self, connection: sqlite3.Connection, place: str, mode: str, *, owned: bool) -> None:
        self.mode = mode
        self.place = place
        self._connection = connection
        self._owned = owned
        self._forgot = False  # whether the log may hold an erased payload
        self._depth = 0  # how many blocks are open; within one the lock is held

    @classmethod
    def open(
        cls, path: str | os.PathLike[str], mode: str | None = None, patience: float = 60.0
    ) -> SQLiteStore:
        """The ledger in a file; it is created when it is absent and a mode is given.

        patience: seconds to wait for another writer. Raises LEDG-001, LEDG-010, STOR-001 to STOR-006,
        STOR-009 and STOR-011.
        """
        file = Path(path)
        if mode is not None:
            check_mode(mode)
        if not file.exists():
            if mode is None:
                raise fault("STOR-001", str(file), "there is no ledger")
            _create_file(file, mode)
        elif file.is_file() and file.stat().st_size == 0:
            raise fault("STOR-003", str(file), "the file is empty")
        with translated(str(file)):
            connection = sqlite3.connect(file, timeout=patience, isolation_level=None)
        try:
            store = cls._checked(connection, str(file), mode, owned=True)
            connection.execute(f"PRAGMA cache_size = -{CACHE}")
            return store
        except BaseException:
            connection.close()
            raise

    @classmethod
    def on(cls, connection: sqlite3.Connection, mode: str, place: str = "database") -> SQLiteStore:
        """The ledger on a connection of the caller, whose own tables may join its transactions.

        The tables are created when they are absent. The caller commits a transaction that the caller began.
        """
        check_mode(mode)
        with translated(place):
            absent = not _has_ledger(connection)
        if absent:
            with _transaction(connection, place), translated(place):
                _create_tables(connection, mode)
        return cls._checked(connection, place, mode, owned=False)

    @classmethod
    def _checked(
        cls, connection: sqlite3.Connection, place: str, mode: str | None, *, owned: bool
    ) -> SQLiteStore:
        with translated(place):
            about = _read_about(connection, place)
            _make_durable(connection, place)
        if mode is not None and mode != about["mode"]:
            raise ledger_fault("LEDG-010", place, f"the ledger is {about['mode']}, not {mode}")
        return cls(connection, place, check_mode(about["mode"]), owned=owned)

    def close(self) -> None:
        """Close the connection, when the store opened it itself."""
        if self._owned:
            self._connection.close()

    def __enter__(self) -> SQLiteStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def head(self) -> Head:
        """See `Store.head`."""
        rows = self._rows("SELECT sequence, hash FROM ledger_entry ORDER BY sequence DESC LIMIT 1")
        return Head(*rows[0]) if rows else GENESIS

    def events(
        self, *, participant: str | None = None, trial_scope: bool = False, after: int = 0
    ) -> Iterator[Event]:
        """See `Store.events`. Raises LEDG-009 and LEDG-023 for a row that was altered."""
        # one SELECT an index: SQLite would walk the whole table for an OR
        parts = []
        if participant is not None:
            parts.append("SELECT sequence FROM ledger_entry WHERE participant = :participant")
        if trial_scope:
            parts.append(f"SELECT sequence FROM ledger_entry WHERE type IN ({_TYPES})")
            parts.append("SELECT sequence FROM ledger_entry WHERE participant IS NULL")
        chosen = f" AND sequence IN ({' UNION '.join(parts)})" if parts else ""
        for page in self._pages(_EVENT, f"{chosen} AND payload IS NOT NULL", after, participant):
            yield from map(self._event, page)

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """See `Store.entries`."""
        for page in self._pages(_ENTRY, "", after, None):
            for sequence, previous, committed, digest, salt, payload in page:
                yield Entry(
                    sequence=sequence,
                    previous=previous,
                    commitment=committed,
                    hash=digest,
                    salt=salt,
                    payload=payload,
                )

    def command(self, command_id: str) -> tuple[Event, ...]:
        """See `Store.command`."""
        return self.answer(command_id) or ()

    def answer(self, command_id: str) -> tuple[Event, ...] | None:
        """The events of a command that were not erased; None when the command is new."""
        rows = self._rows(f"{_EVENT} WHERE command = ? ORDER BY sequence", (command_id,))
        return tuple(self._event(row) for row in rows if row[-1] is not None) if rows else None

    @contextmanager
    def writing(self) -> Iterator[ChainWriter]:
        """See `Store.writing`."""
        with self.batch():
            writer = ChainWriter(self)
            try:
                yield writer
            finally:
                writer.close()

    @contextmanager
    def batch(self) -> Iterator[None]:
        """See `Store.batch`. Inside a transaction of the caller it is a savepoint, and the caller commits.

        After an erasure the log is emptied, since its frames still hold what was erased. In a transaction of
        the caller that is left to the caller, and to the next time that the last connection is closed.
        """
        joined = self._connection.in_transaction and not self._depth
        with _transaction(self._connection, self.place):
            if joined:  # takes the lock even when the caller began without it; touches no row
                with translated(self.place):
                    self._connection.execute("DELETE FROM ledger_entry WHERE 0")
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
        if self._forgot and not self._connection.in_transaction:
            self._rows("PRAGMA wal_checkpoint(TRUNCATE)")
            self._forgot = False

    def faults(self) -> tuple[tuple[int, str], ...]:
        """See `Store.faults`: a damaged file, absent guards, and index columns that hide or move an event."""
        found = [(0, row[0]) for row in self._rows("PRAGMA integrity_check(20)") if row[0] != "ok"]
        rows = self._rows("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        kept = dict(rows)
        found += [(0, f"the guard {name} is absent") for name, sql in GUARDS.items() if kept.get(name) != sql]
        columns = "SELECT sequence, payload, type, participant, command FROM ledger_entry"
        for page in self._pages(columns, " AND payload IS NOT NULL", 0, None):
            found += [(row[0], _INDEX_FAULT) for row in page if not _index_holds(*row)]
        return tuple(found)

    def copy(self, path: str | os.PathLike[str]) -> None:
        """A whole copy of the database in a new file, also while others write.

        A copy of the file alone would miss what is still in the log. Raises STOR-004 when the file exists.
        """
        file = Path(path)
        if file.exists():
            raise fault("STOR-004", str(file), "there is a file already, and a copy overwrites nothing")
        with translated(str(file)):
            target = sqlite3.connect(file, isolation_level=None)
            try:
                self._connection.backup(target)
            finally:
                target.close()

    def put(self, entries: Sequence[Entry], events: Sequence[Event]) -> None:
        """Insert entries that follow the head; called by the writer alone."""
        rows = [
            (
                entry.sequence,
                entry.previous,
                entry.commitment,
                entry.hash,
                entry.salt,
                entry.payload,
                event.type,
                event.participant,
                event.command,
            )
            for entry, event in zip(entries, events, strict=True)
        ]
        assert self._connection.in_transaction, "an append outside a transaction would hold no lock"
        with _transaction(self._connection, self.place), translated(self.place):  # all of a command, or none
            self._connection.executemany(_INSERT, rows)

    def get(self, sequence: int) -> Event | None:
        """The event of an entry; None when there is none or it was erased."""
        rows = self._rows(f"{_EVENT} WHERE sequence = ? AND payload IS NOT NULL", (sequence,))
        return self._event(rows[0]) if rows else None

    def forget(self, sequences: Sequence[int]) -> None:
        """Overwrite payload and salt; called by the writer alone, after it recorded the erasure."""
        with translated(self.place):
            self._forgot = True
            self._connection.execute("PRAGMA secure_delete = ON")  # zeroes, not only a free page
            self._connection.executemany(
                "UPDATE ledger_entry SET salt = NULL, payload = NULL WHERE sequence = ?",
                [(sequence,) for sequence in sequences],
            )

    def _event(self, row: tuple[int, str, str | None, bytes, bytes, bytes]) -> Event:
        sequence, kind, participant, committed, salt, payload = row
        if salt is None or len(salt) != 32 or commitment(salt, payload) != committed:
            raise ledger_fault("LEDG-023", f"ledger entry {sequence}", "payload and commitment do not agree")
        event = read_payload(payload, sequence)
        if event.type != kind or event.participant != participant:
            raise ledger_fault("LEDG-009", f"ledger entry {sequence}", _INDEX_FAULT)
        return event

    def _rows(self, sql: str, values: Sequence[object] | dict[str, object] = ()) -> list[tuple]:
        with translated(self.place):
            return _cursor(self._connection).execute(sql, values).fetchall()

    def _pages(self, select: str, where: str, after: int, participant: str | None) -> Iterator[list[tuple]]:
        last = self.head().sequence  # an iterator sees the ledger as it was when it began
        sql = f"{select} WHERE sequence > :after AND sequence <= :last{where} ORDER BY sequence LIMIT {PAGE}"
        while True:
            page = self._rows(sql, {"after": after, "last": last, "participant": participant})
            yield page
            if len(page) < PAGE:
                return
            after = page[-1][0]


def _index_holds(sequence: int, payload: bytes, *index: str | None) -> bool:
    try:
        event = read_payload(payload, sequence)
    except LedgerError:  # `verify` says more about it
        return False
    return [event.type, event.participant, event.command] == list(index)


def _cursor(connection: sqlite3.Connection) -> sqlite3.Cursor:
    cursor = connection.cursor()
    cursor.row_factory = None  # the caller's connection may make rows of its own kind
    return cursor


@contextmanager
def _transaction(connection: sqlite3.Connection, place: str) -> Iterator[None]:
    """A transaction that is begun to write; a savepoint inside another one.

    Only its own statements are translated: an error of the caller's tables stays what it is.
    """
    nested = connection.in_transaction
    with translated(place):
        connection.execute("SAVEPOINT ledger" if nested else "BEGIN IMMEDIATE")
    try:
        yield
        with translated(place):
            connection.execute("RELEASE ledger" if nested else "COMMIT")
    except BaseException:
        if connection.in_transaction:  # on a full disk SQLite may have rolled back already
            if nested:
                connection.execute("ROLLBACK TO ledger")
                connection.execute("RELEASE ledger")
            else:
                connection.execute("ROLLBACK")
        raise


def _has_ledger(connection: sqlite3.Connection) -> bool:
    sql = "SELECT count(*) FROM sqlite_master WHERE name = 'ledger_about'"
    return bool(_cursor(connection).execute(sql).fetchone()[0])


def _create_tables(connection: sqlite3.Connection, mode: str) -> None:
    if _has_ledger(connection):
        return  # another process was first, between the question and the lock
    for statement in statements():
        connection.execute(statement)
    about = [("mode", mode), ("format", FORMAT), ("schema", str(SCHEMA))]  # `schema` last: it seals the table
    connection.executemany("INSERT INTO ledger_about (key, value) VALUES (?, ?)", about)


def _create_file(file: Path, mode: str) -> None:
    """A whole new ledger appears at once under its name, or not at all, whoever else creates it meanwhile."""
    try:
        with tempfile.TemporaryDirectory(prefix=f".{file.name}-", dir=file.parent) as folder:
            draft = Path(folder) / file.name
            _create_database(draft, mode)
            os.link(draft, file)
        parent = os.open(file.parent, os.O_RDONLY)
        os.fsync(parent)  # the new name must survive a power cut too
        os.close(parent)
    except FileExistsError:
        return  # another process was first: its ledger is opened and its mode is checked
    except OSError as error:
        raise fault("STOR-009", str(file), f"the ledger cannot be created: {error.strerror}") from error


def _create_database(file: Path, mode: str) -> None:
    with translated(str(file)):
        connection = sqlite3.connect(file, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            with _transaction(connection, str(file)):
                _create_tables(connection, mode)
        finally:
            connection.close()


def _read_about(connection: sqlite3.Connection, place: str) -> dict[str, str]:
    if not _has_ledger(connection):
        raise fault("STOR-004", place, "it is a database without a ledger")
    about = dict(_cursor(connection).execute("SELECT key, value FROM ledger_about").fetchall())
    schema, chain = about.get("schema", ""), about.get("format", "")
    if _is_newer(schema, SCHEMA) or _is_newer(chain, int(FORMAT)):
        raise fault("STOR-005", place, f"it was written by a newer version (schema {schema}, format {chain})")
    if schema != str(SCHEMA) or chain != FORMAT:
        raise fault(
            "STOR-006", place, f"schema {schema or 'absent'}, format {chain or 'absent'} is not known"
        )
    return about


def _is_newer(text: str, known: int) -> bool:
    return text.isascii() and text.isdigit() and int(text) > known


def _make_durable(connection: sqlite3.Connection, place: str) -> None:
    if not connection.in_transaction:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
    journal = _cursor(connection).execute("PRAGMA journal_mode").fetchone()[0]
    synchronous = _cursor(connection).execute("PRAGMA synchronous").fetchone()[0]
    on_disk = any(row[1] == "main" and row[2] for row in _cursor(connection).execute("PRAGMA database_list"))
    if on_disk and (journal != "wal" or synchronous < 2):
        raise fault("STOR-011", place, f"journal {journal}, synchronous {synchronous}")
