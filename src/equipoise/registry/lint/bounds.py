"""Keeps a record of any size readable: very long texts and lists are read from their beginning, and that is said.

Real records stay far below these bounds. A record that does not was made by a program or by an attacker, and
patterns must not run over megabytes. Only the modules that the rules read as free text are bounded, and the texts
of results; places and contacts, which are merely counted, are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from equipoise.registry.lint.model import Hit, Subject, absent, rule
from equipoise.registry.record import Record, read_record

TEXT = 40_000
ITEMS = 300
WHOLE = 400_000
MODULES = (
    "identificationModule", "statusModule", "descriptionModule", "conditionsModule", "designModule",
    "armsInterventionsModule", "outcomesModule", "eligibilityModule",
)  # fmt: skip


@dataclass(slots=True)
class _Budget:
    """What is left to read, and the first place where reading stopped."""

    left: int
    items: int
    stopped: str = ""

    def cut(self, value: Any, path: str) -> Any:
        """The value with its long texts and lists cut, and nothing but empty texts once the budget is spent."""
        if isinstance(value, str):
            return self._text(value, path)
        if isinstance(value, dict):
            return {key: self.cut(item, f"{path}.{key}") for key, item in value.items()}
        if isinstance(value, list):
            if len(value) > self.items:
                self.stopped = self.stopped or f"{path}[{self.items}]"
            return [self.cut(item, f"{path}[{place}]") for place, item in enumerate(value[: self.items])]
        return value

    def _text(self, text: str, path: str) -> str:
        room = min(TEXT, self.left)
        if len(text) > room:
            self.stopped = self.stopped or path
        self.left -= min(len(text), room)
        return text[:room]


def bounded(record: Record) -> tuple[Record, str]:
    """The record as far as it is read, and the place where reading stopped (empty for all real records)."""
    section = record.raw.get("protocolSection") or {}
    budget = _Budget(left=WHOLE, items=ITEMS)
    modules = {
        name: budget.cut(value, f"protocolSection.{name}") if name in MODULES else value
        for name, value in section.items()
    }
    posted = _Budget(left=100 * WHOLE, items=100 * ITEMS)
    results = posted.cut(record.raw.get("resultsSection"), "resultsSection")
    stopped = budget.stopped or posted.stopped
    if not stopped:
        return record, ""
    # However much stands before it, a record keeps its number.
    modules["identificationModule"] = modules["identificationModule"] | {"nctId": record.nct_id}
    return read_record({**record.raw, "protocolSection": modules, "resultsSection": results}), stopped


@rule(
    "LINT-118",
    "W",
    "The record is too large to be read whole",
    why="Nobody can read it either, and faults behind the place named here were not looked for.",
    question="Which part of this is the record of the trial?",
)
def too_large(subject: Subject) -> Iterator[Hit]:
    """A text above 40,000 characters, a list above 300 items, or more than 400,000 characters in all."""
    if subject.unread:
        yield absent(subject.unread, "not read from here on")
