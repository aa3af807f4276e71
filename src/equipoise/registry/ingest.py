"""Ingesting: files of records into the store, then everything made from the store brought up to date.

Both halves can be cut off at any moment and run again. Records are kept in small transactions, and what is kept
already is skipped; an index is made aside or changed in one commit, and begins again where its last commit was.
So readers see the index as it was before or as it is after, and nothing between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from equipoise.registry import making
from equipoise.registry.errors import RegistryError
from equipoise.registry.folder import Folder
from equipoise.registry.index import PARTS, can_open, open_part
from equipoise.registry.interfaces import Store
from equipoise.registry.reading import Reading, Unread, paths_of, read_records
from equipoise.registry.store.place import create_records

BATCH = 500
MANY = 20_000  # new records from which on the parts are made at the same time
MAKE_ANEW = frozenset({"REGI-030", "REGI-031", "REGI-034", "REGI-036"})


@dataclass(slots=True, kw_only=True)
class Watch:
    """What is told while it runs: bytes of a file read, a record that cannot be read, the part being made."""

    read: Callable[[Path, int], None] = lambda path, behind: None
    unread: Callable[[Unread], None] = lambda found: None
    making: Callable[[str], None] = lambda part: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What was done: records read, of them kept as new or changed, records unread, studies now in the index."""

    read: int
    kept: int
    unread: int
    studies: int


@dataclass(slots=True)
class _Tally:
    read: int = 0
    kept: int = 0
    unread: int = 0
    watch: Watch = field(default_factory=Watch)


def ingest(
    paths: Iterable[Path], folder: Path, *, today: date, watch: Watch | None = None, rebuild: bool = False
) -> Summary:
    """Reads these files and folders into the index in `folder`, which is made when absent.

    today: the day of reading. rebuild: make every part anew from the records kept. Without paths the parts alone
    are brought up to date. Errors: REGI-031 to REGI-034; what is wrong with a record goes to `watch.unread`.
    """
    place = Folder(folder)
    tally = _Tally(watch=watch or Watch())
    with place.writing():
        store = create_records(place)
        try:
            for path in paths_of(paths):
                _read(path, store, today, tally)
            _bring_all_up(place, store, tally.watch, rebuild=rebuild)
            studies = store.count()
        finally:
            store.close()
    return Summary(read=tally.read, kept=tally.kept, unread=tally.unread, studies=studies)


def _read(path: Path, store: Store, today: date, tally: _Tally) -> None:
    """Keeps the records of one file, a batch in each transaction."""
    readings = _readings(path, tally)
    while batch := list(islice(readings, BATCH)):
        tally.kept += store.add(batch, read=today)
        tally.watch.read(path, batch[-1].behind)


def _readings(path: Path, tally: _Tally) -> Iterator[Reading]:
    for found in read_records(path):
        if isinstance(found, Reading):
            tally.read += 1
            yield found
        else:
            tally.unread += 1
            tally.watch.unread(found)


def _bring_all_up(folder: Folder, store: Store, watch: Watch, *, rebuild: bool) -> None:
    """Brings every part up; where many records are new to one of them, all at the same time."""
    names = [name for name in PARTS if can_open(name)]
    behind = store.head() - (0 if rebuild else min(_sequence(name, folder, store) for name in names))
    children = names[1:] if behind > MANY and making.cores() > 1 else []
    with making.beside(children, folder.path, rebuild=rebuild):
        for name in names:
            watch.making(name)
            if name not in children:
                bring_up(name, folder, store, rebuild=rebuild)


def _sequence(name: str, folder: Folder, store: Store) -> int:
    """How far the store has been taken into a part; 0 when it has to be made."""
    part = _usable(name, folder, store)
    return part.sequence if part is not None else 0


def bring_up(name: str, folder: Folder, store: Store, *, rebuild: bool = False) -> None:
    """Brings one part up to the head of the store: in place, or aside when there is none that can be used."""
    part = None if rebuild else _usable(name, folder, store)
    if part is not None:
        _update(part, store)
        return
    made = folder.fresh(name)
    import_module(PARTS[name]).make(made)
    _update(open_part(name, Folder(folder.path, {name: made}), store), store)
    folder.switch(name, made)


def _usable(name: str, folder: Folder, store: Store) -> Any:
    """The part in use; None when there is none, or one that is damaged or of another version."""
    try:
        return open_part(name, folder, store)
    except RegistryError as error:
        if error.code not in MAKE_ANEW:
            raise
    return None


def _update(part: Any, store: Store) -> None:
    head = store.head()
    if part.sequence != head or head == 0:
        part.update(store.records(after=part.sequence, at=head), head=head)
