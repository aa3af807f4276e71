"""Small helpers that turn other registries' words into the forms of version 2: codes, dates, lists, text.

All of them accept whatever a stranger's file holds: what has no meaning for the form becomes empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

CODE = re.compile(r"[^A-Z0-9]+")
DATE_FORMS = (
    ("%B %d, %Y", "%Y-%m-%d"),
    ("%B %Y", "%Y-%m"),
    ("%Y-%m-%d", "%Y-%m-%d"),
    ("%d/%m/%Y", "%Y-%m-%d"),
    ("%Y-%m", "%Y-%m"),
    ("%Y", "%Y"),
)
PARAGRAPH = re.compile(r"\n[ \t]*\n")
EMPTY: tuple[Any, ...] = (None, "", [], {})


def without_empty(parts: dict[str, Any]) -> dict[str, Any]:
    """A part of a record without the members that say nothing."""
    return {name: value for name, value in parts.items() if value not in EMPTY}


def as_code(text: str, also: dict[str, str] | None = None) -> str:
    """A coded value as version 2 writes it: `Active, not recruiting` is ACTIVE_NOT_RECRUITING."""
    code = CODE.sub("_", text.upper()).strip("_")
    return (also or {}).get(code, code)


def as_date(text: str) -> str:
    """A date as YYYY-MM-DD, YYYY-MM or YYYY; empty when it is none."""
    text = text.strip().partition("T")[0]
    for form, wanted in DATE_FORMS:
        try:
            return datetime.strptime(text, form).strftime(wanted)  # noqa: DTZ007 (a day has no time zone)
        except ValueError:
            continue
    return ""


def as_date_struct(text: str, kind: str = "") -> dict[str, str]:
    """A date with its type, where version 2 has such a pair; empty when it is no date."""
    date = as_date(text)
    return without_empty({"date": date, "type": kind}) if date else {}


def as_count(text: str) -> int | None:
    """A whole number of participants; None when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def as_yes(text: str) -> bool | None:
    """Yes and no; None for anything else."""
    return {"yes": True, "no": False}.get(text.strip().casefold())


def as_text(text: str) -> str:
    """Wrapped and indented text as paragraphs, each on one line, apart by empty lines."""
    paragraphs = (" ".join(part.split()) for part in PARAGRAPH.split(text.strip()))
    return "\n\n".join(part for part in paragraphs if part)


def unique(texts: Iterable[str]) -> list[str]:
    """The texts that are not empty, each once, in order."""
    return [*dict.fromkeys(text for text in texts if text)]
