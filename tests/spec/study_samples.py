"""The definition `good/whole` and participants of it, for the specification of `study` and of its judgements."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from equipoise.study import Study, load
from equipoise.study.facts import Facts, Record

FOLDER = Path(__file__).resolve().parents[1] / "definitions" / "good" / "whole"
DAY = date(2026, 3, 2)


@cache
def whole() -> Study:
    """The definition that holds one of everything."""
    return load(FOLDER)


def record(form: str, at: str | None, repeat: str | None = None, day: date = DAY, **values: Any) -> Record:
    """A record of `whole`, with its values as entered."""
    return Record(form=form, encounter=at, repeat=repeat, date=day, values=whole().parse_record(form, values))


def participant(*records: Record, closed: tuple[str, ...] = (), **names: Any) -> Facts:
    """A participant of `whole`."""
    facts = Facts.empty(whole()).on(DAY)
    for one in records:
        facts = facts.with_record(one)
    for log in closed:
        facts = facts.with_log(log)
    for name, value in names.items():
        facts = facts.with_name(name, value)
    return facts


def weighing(text: str) -> Facts:
    """A participant of whom only the weight at baseline is known."""
    return participant(record("body", "baseline", weight=text))


def entered(**values: Any) -> Mapping[str, Any]:
    """The values of the form `body`."""
    return whole().parse_record("body", values)
