"""The same records in SQLite's own full-text search, for comparison: six columns without their content, stemmed.

It gives numbers only: no records, no reasons, no facets, no spelling tolerance.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.registry_scale.queries import Asked
from equipoise.registry.folder import Folder
from equipoise.registry.search.document import document
from equipoise.registry.store.place import open_records

COLUMNS = ("title", "condition", "intervention", "keyword", "summary")
TABLE = f"""CREATE VIRTUAL TABLE words USING fts5({", ".join(COLUMNS)}, body, content='',
            tokenize='porter unicode61 remove_diacritics 2')"""
TOP = """SELECT rowid FROM words WHERE words MATCH ?
         ORDER BY bm25(words, 0.89, 0.81, 0.8, 0.6, 0.6, 0.4) LIMIT 20"""


def build(index: Path, path: Path) -> None:
    """Makes the table of all records of an index."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute(TABLE)
    marks = ", ".join("?" * (len(COLUMNS) + 2))
    with connection:
        connection.executemany(
            f"INSERT INTO words (rowid, {', '.join(COLUMNS)}, body) VALUES ({marks})", rows(index)
        )
    connection.close()


def rows(index: Path) -> Iterator[tuple[object, ...]]:
    """A row for each record: its number, and its texts."""
    for stored in open_records(Folder(index)).records():
        texts = document(stored.nct_id, stored.data).texts
        body = (text for name, each in texts.items() if name not in COLUMNS for text in each)
        yield (stored.sequence, *("\n".join(texts[name]) for name in COLUMNS), "\n".join(body))


def expression(asked: Asked) -> str:
    """A query in the words of FTS5."""
    quoted = [f'"{word}"' for word in asked.words]
    if asked.kind == "phrase":
        return " + ".join(quoted)
    return f"{quoted[0]}*" if asked.kind == "beginning of a word" else " ".join(quoted)


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]))
