"""Invented records for the tests of ingesting and searching, and an index of them."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from equipoise.registry.index import RegistryIndex, open_index
from equipoise.registry.ingest import Summary, Watch, ingest
from equipoise.registry.reading import Unread

TODAY = date(2026, 11, 22)


def study(number: int, title: str = "", *, updated: str = "2020-01-01", **modules: Any) -> dict[str, Any]:
    """A small record; `modules` replace or add modules of its protocol section."""
    protocol: dict[str, Any] = {
        "identificationModule": {"nctId": f"NCT{number:08d}", "briefTitle": title or f"Study {number}"},
        "statusModule": {"overallStatus": "COMPLETED", "lastUpdatePostDateStruct": {"date": updated}},
        "conditionsModule": {"conditions": ["Back Pain"]},
        "designModule": {"studyType": "INTERVENTIONAL", "phases": ["PHASE2"]},
    }
    return {"protocolSection": protocol | modules, "hasResults": False}


def lines(*records: Any) -> bytes:
    """Records as JSON lines; text stands as it is."""
    return b"".join(
        (each if isinstance(each, str) else json.dumps(each)).encode() + b"\n" for each in records
    )


def written(path: Path, content: bytes) -> Path:
    """The path, with this content."""
    path.write_bytes(content)
    return path


def packed(path: Path, *records: Any) -> Path:
    """A zip of one file a study, as the registry gives all its studies."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, record in enumerate(records):
            content = record if isinstance(record, str) else json.dumps(record)
            archive.writestr(f"NCT0000xxxx/{place}.json", content)
    return path


def squeezed(path: Path, *records: Any) -> Path:
    """JSON lines in gzip."""
    return written(path, gzip.compress(lines(*records)))


def ingested(
    folder: Path, *paths: Path, today: date = TODAY, **parts: Any
) -> tuple[Summary, Sequence[Unread]]:
    """What ingesting these files did, and what could not be read."""
    unread: list[Unread] = []
    return ingest(paths, folder, today=today, watch=Watch(unread=unread.append), **parts), unread


def index_of(folder: Path, *records: Any) -> RegistryIndex:
    """An index of these records."""
    path = written(folder / "records.jsonl", lines(*records))
    summary, unread = ingested(folder / "index", path)
    assert not unread
    assert summary.studies == len(records)
    return open_index(folder / "index")


def found(index: RegistryIndex, text: str, **facets: Any) -> list[str]:
    """The numbers of the studies that a text finds, in order."""
    return [hit.nct_id for hit in index.search(text, **facets)]


def number(place: int) -> str:
    """The number of a study made by `study`."""
    return f"NCT{place:08d}"
