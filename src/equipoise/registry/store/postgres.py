"""Records in PostgreSQL: the same versions of the same records, for a site of several machines.

A writer locks the table while it adds, so that sequence numbers rise by one and become visible in their order;
readers are never kept waiting. Each thread has its own connection, and one that was lost is opened once more.
"""

from __future__ import annotations

import hashlib
import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import islice
from typing import Any

import msgspec
from pg8000.exceptions import DatabaseError, InterfaceError
from pg8000.native import Connection

from equipoise.registry.errors_index import index_error
from equipoise.registry.interfaces import Change, Stored, Version
from equipoise.registry.reading.model import Reading
from equipoise.registry.store.address import Address
from equipoise.registry.store.differences import differences

FORMAT = 1
SCHEMA = """
CREATE TABLE registry_versions (
    sequence  bigint PRIMARY KEY,
    nct_id    text COLLATE "C" NOT NULL,
    effective date NOT NULL,  -- the day from which on the record was so, by its own word; at most "read"
    read      date NOT NULL,  -- the day on which it was read
    digest    bytea NOT NULL,  -- SHA-256 of the canonical JSON
    source    text NOT NULL,  -- the file and the place in it
    content   bytea NOT NULL  -- the canonical JSON, packed with zlib
);
ALTER TABLE registry_versions ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE INDEX registry_versions_by_number ON registry_versions (nct_id, effective, sequence);
CREATE TABLE registry_format (format integer NOT NULL);
"""
PACKING = 1
PAGE = 500  # rows that are asked for, and added, at a time
WAITING = 30.0  # seconds a reader waits for an answer
COLUMNS = "v.sequence, v.nct_id, v.effective, v.content"
IN_FORCE = f"""
SELECT {COLUMNS} FROM registry_versions v
WHERE v.sequence > cast(:after AS bigint) AND v.sequence <= cast(:at AS bigint) AND NOT EXISTS (
    SELECT 1 FROM registry_versions w WHERE w.nct_id = v.nct_id AND w.sequence <= cast(:at AS bigint)
    AND (w.effective, w.sequence) > (v.effective, v.sequence))
ORDER BY v.sequence LIMIT {PAGE}
"""
ONE = f"""
SELECT {COLUMNS} FROM registry_versions v WHERE nct_id = :nct_id AND sequence <= cast(:at AS bigint)
AND effective <= cast(:day AS date) ORDER BY effective DESC, sequence DESC LIMIT 1
"""
VERSION = f"""
SELECT {COLUMNS} FROM registry_versions v WHERE nct_id = :nct_id AND sequence = cast(:sequence AS bigint)
"""
SEVERAL = f"""
SELECT DISTINCT ON (nct_id) {COLUMNS} FROM registry_versions v
WHERE nct_id = ANY(cast(:numbers AS text[])) AND sequence <= cast(:at AS bigint)
ORDER BY nct_id, effective DESC, sequence DESC
"""
KNOWN = """
SELECT nct_id, effective, sequence, digest FROM registry_versions
WHERE nct_id = ANY(cast(:numbers AS text[])) ORDER BY effective DESC, sequence DESC
"""
INSERT = """
INSERT INTO registry_versions (sequence, nct_id, effective, read, digest, source, content)
SELECT s, n, e, cast(:read AS date), d, p, c FROM unnest(
    cast(:sequences AS bigint[]), cast(:numbers AS text[]), cast(:effectives AS date[]),
    cast(:digests AS bytea[]), cast(:sources AS text[]), cast(:contents AS bytea[])) AS t (s, n, e, d, p, c)
"""
ENDED = frozenset({"57P01", "57P02", "57P03"})  # the server went down, or is coming up
LAST_DAY = "9999-12-31"


class PostgreSQLRecords:
    """The versions of records in one database. Open it with `open`, or make it with `create`."""

    def __init__(self, address: Address, *, writes: bool) -> None:
        self._address = address
        self._writes = writes
        self._threads = threading.local()

    @classmethod
    def open(cls, address: Address) -> PostgreSQLRecords:
        """An existing database, to read. Errors: REGI-030 (no records), REGI-031, REGI-034, REGI-046 (not reached)."""
        records = cls(address, writes=False)
        if not records._exists():
            records.close()
            raise index_error("REGI-030", str(address), "it holds no records")
        records._check()
        return records

    @classmethod
    def create(cls, address: Address) -> PostgreSQLRecords:
        """The database, to read and write; its tables made when absent. Errors: REGI-031, REGI-032, REGI-046."""
        records = cls(address, writes=True)
        with records._transaction() as connection:
            # Two writers that begin at once must not both make the tables.
            connection.run("SELECT pg_advisory_xact_lock(hashtext('equipoise registry'))")
            if not records._exists():
                connection.run(SCHEMA)
                connection.run("INSERT INTO registry_format VALUES (cast(:format AS integer))", format=FORMAT)
        records._check()
        return records

    def head(self) -> int:
        """The sequence number of the last version kept; 0 when there is none."""
        return self._rows("SELECT coalesce(max(sequence), 0) FROM registry_versions")[0][0]

    def count(self, *, at: int | None = None) -> int:
        """How many studies there are."""
        sql = "SELECT count(DISTINCT nct_id) FROM registry_versions WHERE sequence <= cast(:at AS bigint)"
        return self._rows(sql, at=_at(at))[0][0]

    def record(self, nct_id: str, *, at: int | None = None) -> Stored | None:
        """The version in force of this study; None for a study that is not kept here."""
        return self._one(nct_id, _at(at), LAST_DAY)

    def records_of(self, numbers: Sequence[str], *, at: int | None = None) -> Mapping[str, Stored]:
        """The versions in force of these studies, in one question; those that are not kept are left out."""
        rows = self._rows(SEVERAL, numbers=list(numbers), at=_at(at)) if numbers else []
        with self._coded():
            found = [_stored(row) for row in rows]
        return {stored.nct_id: stored for stored in found}

    def records(self, *, after: int = 0, at: int | None = None) -> Iterator[Stored]:
        """The versions in force that were kept later than `after`, in order of sequence, one at a time."""
        end = self.head() if at is None else at
        while rows := self._rows(IN_FORCE, after=after, at=end):
            with self._coded():
                for row in rows:
                    yield _stored(row)
            after = rows[-1][0]

    def numbers(self, *, at: int | None = None) -> Iterator[str]:
        """The numbers of all studies, in order."""
        sql = """SELECT DISTINCT nct_id FROM registry_versions WHERE sequence <= cast(:at AS bigint)
                 AND nct_id > :last ORDER BY nct_id LIMIT 10000"""
        last = ""
        while rows := self._rows(sql, at=_at(at), last=last):
            yield from (number for (number,) in rows)
            last = rows[-1][0]

    def versions(self, nct_id: str) -> tuple[Version, ...]:
        """Every version of one study, the oldest first."""
        sql = """SELECT sequence, effective, read, digest, source FROM registry_versions
                 WHERE nct_id = :nct_id ORDER BY effective, sequence"""
        return tuple(
            Version(
                nct_id=nct_id, sequence=number, effective=day, read=read, digest=digest.hex(), source=source
            )
            for number, day, read, digest, source in self._rows(sql, nct_id=nct_id)
        )

    def version(self, nct_id: str, sequence: int) -> Stored | None:
        """One version of a study by its sequence number."""
        rows = self._rows(VERSION, nct_id=nct_id, sequence=sequence)
        with self._coded():
            return _stored(rows[0]) if rows else None

    def changes(self, nct_id: str, since: date, until: date) -> tuple[Change, ...]:
        """What differs between the versions in force at the end of these days. Errors: REGI-035 (unknown)."""
        before, after = (self._one(nct_id, _at(None), day.isoformat()) for day in (since, until))
        if before is None and after is None and self.record(nct_id) is None:
            raise index_error("REGI-035", str(self._address), nct_id)
        return differences(before.data if before else {}, after.data if after else {})

    def add(self, readings: Iterable[Reading], *, read: date) -> int:
        """Keeps each record that is new or differs, all in one transaction; how many were kept.

        A record is known when it equals the version in force, or an earlier one of the same day.
        Errors: REGI-032 (refused: a full disk, no right to write), REGI-046.
        """
        with self._transaction() as connection:
            connection.run("LOCK TABLE registry_versions IN EXCLUSIVE MODE")
            first = head = connection.run("SELECT coalesce(max(sequence), 0) FROM registry_versions")[0][0]
            remaining = iter(readings)
            while batch := list(islice(remaining, PAGE)):
                head = _keep(connection, batch, head, read)
        return head - first

    def close(self) -> None:
        """Closes the connection of this thread."""
        connection = getattr(self._threads, "connection", None)
        if connection is not None:
            del self._threads.connection
            _quietly_close(connection)

    @property
    def _connection(self) -> Connection:
        connection = getattr(self._threads, "connection", None)
        if connection is None:
            timeout = None if self._writes else WAITING
            connection = self._threads.connection = Connection(**self._address.arguments(), timeout=timeout)
        return connection

    def _rows(self, sql: str, **values: Any) -> list[Any]:
        """The rows of a question, asked once more where the connection was lost in between."""
        with self._coded():
            try:
                return self._connection.run(sql, **values) or []
            except (InterfaceError, OSError, DatabaseError) as error:
                if not _lost(error):
                    raise
                self.close()
            return self._connection.run(sql, **values) or []

    def _one(self, nct_id: str, at: int, day: str) -> Stored | None:
        rows = self._rows(ONE, nct_id=nct_id, at=at, day=day)
        with self._coded():
            return _stored(rows[0]) if rows else None

    def _exists(self) -> bool:
        return self._rows("SELECT to_regclass('registry_format') IS NOT NULL")[0][0]

    def _check(self) -> None:
        found = [number for (number,) in self._rows("SELECT format FROM registry_format")]
        if found != [FORMAT]:
            self.close()
            raise index_error("REGI-031", str(self._address), f"records of format {found}, expected {FORMAT}")

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """All or nothing. A connection that fails meanwhile is not used again."""
        self._rows("SELECT 1")  # opens a lost connection anew before anything is begun
        with self._coded():
            connection = self._connection
            connection.run("BEGIN")
            try:
                yield connection
                connection.run("COMMIT")
            except BaseException:
                self.close()
                raise

    @contextmanager
    def _coded(self) -> Iterator[None]:
        """Gives the errors of the database, of the way to it and of unpacking their codes."""
        try:
            yield
        except (InterfaceError, OSError) as error:
            self.close()
            raise index_error("REGI-046", str(self._address), _said(error)) from error
        except DatabaseError as error:
            code = "REGI-046" if _refused(error) else "REGI-032" if self._writes else "REGI-034"
            raise index_error(code, str(self._address), _said(error)) from error
        except (zlib.error, msgspec.DecodeError) as error:
            raise index_error("REGI-034", str(self._address), str(error)) from error


def _keep(connection: Connection, batch: Sequence[Reading], head: int, read: date) -> int:
    """Inserts those of a batch that are new or differ; the sequence number of the last."""
    known: dict[str, list[tuple[date, int, bytes]]] = {}
    numbers = sorted({reading.nct_id for reading in batch})
    for number, effective, sequence, digest in connection.run(KNOWN, numbers=numbers):
        known.setdefault(number, []).append((effective, sequence, bytes(digest)))
    rows: list[tuple[Any, ...]] = []
    for reading in batch:
        digest = hashlib.sha256(reading.content).digest()
        effective = min(reading.effective or read, read)
        versions = known.setdefault(reading.nct_id, [])
        in_force = max(versions, default=None)
        if in_force and (in_force[2] == digest or (effective, digest) in {(v[0], v[2]) for v in versions}):
            continue
        head += 1
        versions.append((effective, head, digest))
        # PostgreSQL keeps no text with a zero character; a path cannot hold one, the name of a zip's member can.
        source = reading.place.replace("\0", "")
        rows.append(
            (head, reading.nct_id, effective, digest, source, zlib.compress(reading.content, PACKING))
        )
    if rows:
        names = ("sequences", "numbers", "effectives", "digests", "sources", "contents")
        columns = {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
        connection.run(INSERT, read=read, **columns)
    return head


def _stored(row: Sequence[Any]) -> Stored:
    sequence, nct_id, effective, content = row
    data = msgspec.json.decode(zlib.decompress(content))
    return Stored(nct_id=nct_id, sequence=sequence, effective=effective, data=data)


def _at(at: int | None) -> int:
    return 2**62 if at is None else at


def _code(error: BaseException) -> str:
    """The five signs by which PostgreSQL names a complaint; empty when there are none."""
    found = error.args[0] if error.args else ""
    return str(found.get("C", "")) if isinstance(found, dict) else ""


def _lost(error: BaseException) -> bool:
    return not isinstance(error, DatabaseError) or _code(error) in ENDED


def _refused(error: BaseException) -> bool:
    """Whether no connection was had: the server is away or full, or does not take the user, the password, the name."""
    return _code(error) in ENDED or _code(error)[:2] in ("08", "28", "3D", "53") and _code(error) != "53100"


def _said(error: BaseException) -> str:
    """What the database said, on one line."""
    found = error.args[0] if error.args else ""
    return str(found.get("M", "")) if isinstance(found, dict) else str(error) or type(error).__name__


def _quietly_close(connection: Connection) -> None:
    """Ends a connection; one that is broken has ended already."""
    try:
        connection.close()
    except (InterfaceError, OSError):
        return
