"""Lays a record out for the rules: its free texts with their paths, its criteria with side and offset."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

from equipoise.registry.lint.bounds import MODULES, bounded
from equipoise.registry.lint.model import Criterion, Subject, Text
from equipoise.registry.record import Record

FREE = frozenset(
    {
        "briefTitle", "officialTitle", "briefSummary", "detailedDescription", "conditions",
        "interventionModelDescription", "maskingDescription", "description", "label", "name", "otherNames",
        "measure", "timeFrame", "eligibilityCriteria", "studyPopulation", "genderDescription", "whyStopped",
    }
)  # fmt: skip
_LINE = re.compile(r"[^\n]+")
_MARKER = re.compile(r"^\s*(?:[*\-•·]|\d{1,3}[.)])\s+")
_SIDE = re.compile(r"^\W*(?:[\w/]+\s+){0,3}?(inclusion|exclusion)\s+(?:criteria|criterion)\b", re.I)
_HEADING = re.compile(
    r"^\W*(?:(required)|(allowed|permitted)|(excluded)|(?:patients|participants|subjects) must(?: have| be)?)"
    r"\s*(?:\([^()\n]{1,60}\))?\s*:\s*$"
    r"|^\W*eligibility criteria (?:for|of|to)\b()",
    re.I,
)


def lay_out(record: Record, *, today: date | None, drug_names: Collection[str]) -> Subject:
    """The record as the rules read it."""
    record, unread = bounded(record)
    section = record.raw.get("protocolSection") or {}
    modules = {name: section[name] for name in MODULES if name in section}
    texts = tuple(_walk(modules, "protocolSection", ""))
    criteria = tuple(split_criteria(record.protocol.eligibility_module.eligibility_criteria))
    names = frozenset(name.lower() for name in drug_names)
    return Subject(
        record=record, texts=texts, criteria=criteria, today=today, drug_names=names, unread=unread
    )


def _walk(value: Any, path: str, name: str) -> Iterator[Text]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _walk(item, f"{path}.{key}", key)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _walk(item, f"{path}[{number}]", name)
    elif isinstance(value, str) and name in FREE and value.strip():
        yield Text(path=path, text=value)


def split_criteria(text: str) -> Iterator[Criterion]:
    """The criteria of an eligibility text: one an item or paragraph, with hard-wrapped lines joined to it."""
    side, parent, numbered = "", "", False
    for start, end in _items(text):
        body = text[start:end]
        named = _side(body)
        if named is not None:
            side, parent = named, ""
            continue
        marker = _MARKER.match(body)
        is_number = bool(marker) and any(sign.isdigit() for sign in body[: marker.end()])  # type: ignore[union-attr]
        nested = bool(marker) and not is_number and numbered
        offset = marker.end() if marker else 0
        yield Criterion(
            side=side,
            start=start + offset,
            text=body[offset:],
            parent=parent if nested else "",
            marked=bool(marker),
        )
        if is_number or not marker:
            parent, numbered = body[offset:], is_number


def _side(body: str) -> str | None:
    """The side that a heading opens, empty for what is neither, None for what is no heading."""
    found = _SIDE.match(body)
    if found:
        return found[1].lower()
    heading = _HEADING.match(body)
    if not heading:
        return None
    return "exclusion" if heading[3] else "" if heading[2] or heading[4] is not None else "inclusion"


def _items(text: str) -> Iterator[tuple[int, int]]:
    """Offsets of items: a line that has no marker and follows no blank line continues the one before."""
    open_at, last = -1, -1
    for line in _LINE.finditer(text):
        if not line[0].strip():
            continue
        fresh = open_at < 0 or bool(_MARKER.match(line[0])) or bool(_SIDE.match(line[0]))
        fresh = fresh or bool(_SIDE.match(text[open_at:last])) or text[last : line.start()].count("\n") > 1
        if fresh and open_at >= 0:
            yield open_at, last
        if fresh:
            open_at = line.start() + len(line[0]) - len(line[0].lstrip())
        last = line.end()
    if open_at >= 0:
        yield open_at, last


@lru_cache(maxsize=4)
def word_list(name: str) -> frozenset[str]:
    """The words of a list of this package: one a line, `#` for comments."""
    text = files("equipoise.registry.lint").joinpath(name).read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))
