"""What the evaluator reads, as protocols: a case (one participant) and its records.

Whoever holds the data implements these; nothing is copied for an evaluation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from equipoise.rules.values import ABSENT, Missing, Value


class Record(Protocol):
    """One record of a form. An item that is absent from `values` was not recorded."""

    @property
    def encounter(self) -> str | None: ...
    @property
    def date(self) -> date: ...
    @property
    def sequence(self) -> int: ...
    @property
    def values(self) -> Mapping[str, Value | Missing]: ...


class Case(Protocol):
    """All that is known of one participant."""

    @property
    def own(self) -> Record | None: ...
    def record(self, form: str, encounter: str) -> Record | None:
        """The record of a form at an encounter."""
        ...

    def records(self, form: str) -> Sequence[Record]:
        """All records of a form, in order of date, then of entry."""
        ...

    def log_closed(self, form: str) -> bool:
        """Whether "none" or "complete on a date" was recorded for a log."""
        ...

    def named(self, name: str) -> Value | Missing:
        """The value of a parameter, a derivation or a context name."""
        ...


@dataclass(frozen=True, slots=True)
class EmptyCase:
    """A case about which nothing is known but the parameters of the study and, perhaps, the record that is being
    entered."""

    parameters: Mapping[str, Value]
    own: Record | None = None

    def record(self, form: str, encounter: str) -> None:
        """No record."""

    def records(self, form: str) -> tuple[Record, ...]:
        """No records."""
        return ()

    def log_closed(self, form: str) -> bool:
        """Open: nobody has said that the log is complete."""
        return False

    def named(self, name: str) -> Value | Missing:
        """The parameter, or missing."""
        return self.parameters.get(name, ABSENT)
