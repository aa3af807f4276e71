"""Records in SQLite: every version of each record, its content hashed and packed.

A version is only ever added. Which one is in force follows from its own date, then from the order of reading,
so that an old file that is read late does not undo a newer record. Each thread has its own connection.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from pathlib import Path

import msgspec

from equipoise.registry.errors_index import index_error
from equipoise.registry.interfaces import Change, Stored, Version
from equipoise.registry.reading.model import Reading
from equipoise.registry.store.differences import differences

FORMAT = 1
SCHEMA = """
CREATE TABLE versions (
    sequence  INTEGER PRIMARY KEY,
    nct_id    TEXT NOT NULL,
    effective TEXT NOT NULL,  -- the day from which on the record was so, by its own word; at most `read`
    read      TEXT NOT NULL,  -- the day on which it was read
    digest    BLOB NOT NULL,  -- SHA-256 of the canonical JSON
    source    TEXT NOT NULL,  -- the file and the place in it
    content   BLOB NOT NULL   -- the canonical JSON, packed with zlib
) STRICT;
CREATE INDEX versions_by_number ON versions (nct_id, effective, sequence, digest);
"""
# The same content is the fastest to pack that is still a third of its size.
PACKING = 1
PACKERS, BATCH, PIECE = 2, 250, 50  # threads that pack; records that are kept at a time, and packed at a time
# What was kept a moment ago is taken into the parts of an index next: so much of it need not be unpacked again.
RECENT = 2_000
# A few thousand pages that change here and there are written once, and put in their places after the answer.
PRAGMAS = ("synchronous = NORMAL", "cache_size = -65536", "wal_autocheckpoint = 8000")
INSERT = "INSERT INTO versions (nct_id, effective, read, digest, source, content) VALUES (?, ?, ?, ?, ?, ?)"
VERSIONS = "SELECT effective, digest FROM versions WHERE nct_id = ? ORDER BY effective DESC, sequence DESC"
COLUMNS = "v.sequence, v.nct_id, v.effective, v.content"
IN_FORCE = f"""
SELECT {COLUMNS} FROM versions v WHERE v.sequence > :after AND v.sequence <= :at AND NOT EXISTS (
    SELECT 1 FROM versions w WHERE w.nct_id = v.nct_id AND w.sequence <= :at
    AND (w.effective, w.sequence) > (v.effective, v.sequence))
ORDER BY v.sequence
"""


Met = dict[str, list[tuple[str, bytes]]]  # by study: day and digest of its versions, the one in force first


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What of a batch is to be kept: rows without content, contents, and these packed, a piece at a time."""

    rows: Sequence[tuple[str, str, str, bytes, str]]
    contents: Sequence[bytes]
    packed: Iterable[list[bytes]]


class SQLiteRecords:
    """The versions of records in one file. Open it with `open`, or make it with `create`."""

    def __init__(self, path: Path, *, writes: bool) -> None:
        self._path = path
        self._writes = writes
        self._threads = threading.local()
        self._recent: dict[int, bytes] = {}  # content by sequence

    @classmethod
    def open(cls, path: Path) -> SQLiteRecords:
        """An existing file, to read. Errors: REGI-030 (none), REGI-031 (of another version), REGI-034 (damaged)."""
        if not path.is_file():
            raise index_error("REGI-030", str(path), "it holds no records")
        records = cls(path, writes=False)
        records._check()
        return records

    @classmethod
    def create(cls, path: Path) -> SQLiteRecords:
        """The file, to read and write; made when absent. Errors: REGI-031, REGI-032, REGI-034."""
        records = cls(path, writes=True)
        with records._coded():
            connection = records._connection
            connection.execute("PRAGMA journal_mode = WAL")
            if connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
                connection.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version = {FORMAT}; COMMIT;")
        records._check()
        return records

    def head(self) -> int:
        """The sequence number of the last version kept; 0 when there is none."""
        with self._coded():
            return self._connection.execute("SELECT coalesce(max(sequence), 0) FROM versions").fetchone()[0]

    def count(self, *, at: int | None = None) -> int:
        """How many studies there are."""
        sql = "SELECT count(DISTINCT nct_id) FROM versions WHERE sequence <= ?"
        with self._coded():
            return self._connection.execute(sql, (self._at(at),)).fetchone()[0]

    def record(self, nct_id: str, *, at: int | None = None) -> Stored | None:
        """The version in force of this study; None for a study that is not kept here."""
        sql = f"""SELECT {COLUMNS} FROM versions v WHERE nct_id = ? AND sequence <= ?
                  ORDER BY effective DESC, sequence DESC LIMIT 1"""
        with self._coded():
            row = self._connection.execute(sql, (nct_id, self._at(at))).fetchone()
            return _stored(row) if row else None

    def records_of(self, numbers: Sequence[str], *, at: int | None = None) -> Mapping[str, Stored]:
        """The versions in force of these studies; those that are not kept are left out."""
        found = ((number, self.record(number, at=at)) for number in numbers)
        return {number: stored for number, stored in found if stored is not None}

    def records(self, *, after: int = 0, at: int | None = None) -> Iterator[Stored]:
        """The versions in force that were kept later than `after`, in order of sequence, one at a time."""
        with self._coded():
            for row in self._connection.execute(IN_FORCE, {"after": after, "at": self._at(at)}):
                yield _stored(row, self._recent.get(row[0]))

    def numbers(self, *, at: int | None = None) -> Iterator[str]:
        """The numbers of all studies, in order."""
        sql = "SELECT DISTINCT nct_id FROM versions WHERE sequence <= ? ORDER BY nct_id"
        with self._coded():
            for (number,) in self._connection.execute(sql, (self._at(at),)):
                yield number

    def versions(self, nct_id: str) -> tuple[Version, ...]:
        """Every version of one study, the oldest first."""
        sql = """SELECT sequence, effective, read, digest, source FROM versions
                 WHERE nct_id = ? ORDER BY effective, sequence"""
        with self._coded():
            rows = self._connection.execute(sql, (nct_id,)).fetchall()
        return tuple(
            Version(
                nct_id=nct_id,
                sequence=sequence,
                effective=date.fromisoformat(effective),
                read=date.fromisoformat(read),
                digest=digest.hex(),
                source=source,
            )
            for sequence, effective, read, digest, source in rows
        )

    def version(self, nct_id: str, sequence: int) -> Stored | None:
        """One version of a study by its sequence number."""
        sql = f"SELECT {COLUMNS} FROM versions v WHERE nct_id = ? AND sequence = ?"
        with self._coded():
            row = self._connection.execute(sql, (nct_id, sequence)).fetchone()
            return _stored(row) if row else None

    def changes(self, nct_id: str, since: date, until: date) -> tuple[Change, ...]:
        """What differs between the versions in force at the end of these days. Errors: REGI-035 (unknown)."""
        sql = f"""SELECT {COLUMNS} FROM versions v WHERE nct_id = ? AND effective <= ?
                  ORDER BY effective DESC, sequence DESC LIMIT 1"""
        with self._coded():
            pair = [
                self._connection.execute(sql, (nct_id, day.isoformat())).fetchone() for day in (since, until)
            ]
            known = any(pair) or self.record(nct_id) is not None
        if not known:
            raise index_error("REGI-035", str(self._path), nct_id)
        before, after = (_stored(row).data if row else {} for row in pair)
        return differences(before, after)

    def add(self, readings: Iterable[Reading], *, read: date) -> int:
        """Keeps each record that is new or differs, all in one transaction; how many were kept.

        A record is known when it equals the version in force, or an earlier one of the same day.
        Errors: REGI-032 (the disk is full, or the file cannot be written), REGI-034.
        """
        kept = 0
        remaining = iter(readings)
        self._recent = {}
        recent: dict[int, bytes] = {}
        met: Met = {}
        with self._coded(), self._connection as connection, ThreadPoolExecutor(PACKERS) as threads:
            before = Batch(rows=(), contents=(), packed=())
            while batch := list(islice(remaining, BATCH)):
                found = _fresh(connection, batch, read, threads, met)
                recent |= _insert(connection, before, room=RECENT - len(recent))  # while this one is packed
                kept += len(found.rows)
                before = found
            recent |= _insert(connection, before, room=RECENT - len(recent))
        self._recent = recent
        return kept

    def close(self) -> None:
        """Closes the connection of this thread."""
        connection = getattr(self._threads, "connection", None)
        if connection is not None:
            connection.close()
            del self._threads.connection

    @property
    def _connection(self) -> sqlite3.Connection:
        connection = getattr(self._threads, "connection", None)
        if connection is None:
            mode = "rwc" if self._writes else "ro"
            connection = sqlite3.connect(
                f"{self._path.absolute().as_uri()}?mode={mode}", uri=True, timeout=30
            )
            for pragma in PRAGMAS if self._writes else ():
                connection.execute(f"PRAGMA {pragma}")
            self._threads.connection = connection
        return connection

    def _at(self, at: int | None) -> int:
        return 2**62 if at is None else at

    def _check(self) -> None:
        with self._coded():
            found = self._connection.execute("PRAGMA user_version").fetchone()[0]
            self._connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        if found != FORMAT:
            self.close()
            raise index_error("REGI-031", str(self._path), f"records of format {found}, expected {FORMAT}")

    @contextmanager
    def _coded(self) -> Iterator[None]:
        """Gives the errors of SQLite and of unpacking their codes."""
        try:
            yield
        except (sqlite3.OperationalError, OSError) as error:
            raise index_error(
                "REGI-032" if self._writes else "REGI-034", str(self._path), str(error)
            ) from error
        except (sqlite3.DatabaseError, zlib.error, msgspec.DecodeError) as error:
            raise index_error("REGI-034", str(self._path), str(error)) from error


def _fresh(
    connection: sqlite3.Connection,
    batch: Sequence[Reading],
    read: date,
    threads: ThreadPoolExecutor,
    met: Met,
) -> Batch:
    """Those of a batch that are new or differ. Threads pack them, while no Python runs. met: the versions of studies
    as they will be when the batches before this one are kept."""
    rows: list[tuple[str, str, str, bytes, str]] = []
    contents: list[bytes] = []
    for reading in batch:
        digest = hashlib.sha256(reading.content).digest()
        effective = min(reading.effective or read, read).isoformat()
        versions = met.get(reading.nct_id)
        if versions is None:
            versions = met[reading.nct_id] = connection.execute(VERSIONS, (reading.nct_id,)).fetchall()
        if versions and (versions[0][1] == digest or (effective, digest) in versions):
            continue
        # The one in force comes first: the latest by its date, then by the order of reading.
        place = next((n for n, (day, _) in enumerate(versions) if effective >= day), len(versions))
        versions.insert(place, (effective, digest))
        rows.append((reading.nct_id, effective, read.isoformat(), digest, reading.place))
        contents.append(reading.content)
    pieces = [contents[start : start + PIECE] for start in range(0, len(contents), PIECE)]
    return Batch(rows=rows, contents=contents, packed=threads.map(_packed, pieces))


def _insert(connection: sqlite3.Connection, batch: Batch, *, room: int) -> dict[int, bytes]:
    """Keeps what is fresh of a batch; its contents by their numbers, when there is room for so many."""
    packed = chain.from_iterable(batch.packed)
    connection.executemany(INSERT, ((*row, content) for row, content in zip(batch.rows, packed, strict=True)))
    if not 0 < len(batch.rows) <= room:
        return {}
    # Within a transaction each row gets the number after that of the row before.
    last = connection.execute("SELECT max(sequence) FROM versions").fetchone()[0]
    return dict(zip(range(last - len(batch.rows) + 1, last + 1), batch.contents, strict=True))


def _packed(contents: Sequence[bytes]) -> list[bytes]:
    return [zlib.compress(content, PACKING) for content in contents]


def _stored(row: tuple[int, str, str, bytes], unpacked: bytes | None = None) -> Stored:
    """A row as a record. unpacked: its content, where it need not be unpacked."""
    sequence, nct_id, effective, content = row
    data = msgspec.json.decode(unpacked or zlib.decompress(content))
    return Stored(nct_id=nct_id, sequence=sequence, effective=date.fromisoformat(effective), data=data)
