"""Some three hundred real records, kept in a store and in both search indexes, for the contract of search."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path

from equipoise.registry.folder import Folder
from equipoise.registry.interfaces import SearchIndex
from equipoise.registry.reading import Reading, read_records
from equipoise.registry.search import part
from equipoise.registry.search.naive import NaiveSearch
from equipoise.registry.search.synonyms import Synonyms
from equipoise.registry.store import SQLiteRecords

TODAY = date(2026, 11, 22)
EVERY = 35


def some_records(shared: Path, folder: Path) -> Path:
    """A file with every 35th of the reference records, as JSON lines."""
    path = folder / "some.jsonl"
    with gzip.open(shared / "registry" / "records.jsonl.gz", "rb") as lines:
        path.write_bytes(b"".join(islice(lines, 0, None, EVERY)))
    return path


def readings(path: Path) -> Iterator[Reading]:
    """The records of a file that can be read."""
    return (found for found in read_records(path) if isinstance(found, Reading))


def both(path: Path, folder: Path, synonyms: Synonyms) -> tuple[SearchIndex, SearchIndex]:
    """The index and the naive reference, with the records of a file."""
    place = Folder(folder)
    with place.writing():
        store = SQLiteRecords.create(place.records)
        store.add(readings(path), read=TODAY)
        made = place.fresh("search")
        part.make(made)
        place.switch("search", made)
    kept = part.TantivySearch(place, store, synonyms)
    naive = NaiveSearch(synonyms)
    for index in (kept, naive):
        index.update(store.records(), head=store.head())
    return kept, naive
