"""What reading gives: a study's record, or why it could not be read; and the limits that reading keeps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from equipoise.registry.errors import RegistryError

# The largest records of the registry, with results, are below 10 MiB.
MOST_BYTES = 32 * 1024 * 1024
LARGEST = f"{MOST_BYTES // (1024 * 1024)} MiB"
NUMBER = re.compile(r"[A-Z0-9][A-Z0-9-]{3,39}")


# The dates by which a registry says from when on a record was as it is, the best first.
POSTED = (
    ("lastUpdatePostDateStruct", "date"),
    ("lastUpdateSubmitDate",),
    ("studyFirstPostDateStruct", "date"),
    ("studyFirstSubmitDate",),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One record: where it was read, its number, its canonical version 2 JSON, and from when on it was so.

    effective: the record's own date of its last update, None when it has none. behind: bytes of the file read.
    """

    place: str
    nct_id: str
    content: bytes
    effective: date | None
    behind: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """One record, or the rest of one file, that could not be read, with the coded reason."""

    place: str
    error: RegistryError
    behind: int = 0


def posted(data: Mapping[str, Any]) -> date | None:
    """The day from which on the record says that it was as it is; None when it says none."""
    status = data["protocolSection"].get("statusModule") or {}
    for path in POSTED:
        found: Any = status
        for name in path:
            found = found.get(name) if isinstance(found, Mapping) else None
        if isinstance(found, str) and (day := _day(found)):
            return day
    return None


def _day(text: str) -> date | None:
    """A whole date; None for a month, a year or anything else."""
    try:
        return date.fromisoformat(text) if len(text) == len("YYYY-MM-DD") else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Raw:
    """One value as it stood in a file, not yet known to be a record, or the error in its place."""

    place: str
    value: Any = None
    error: RegistryError | None = None
