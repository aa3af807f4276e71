"""Where something was written: file, line and column, so that a message points at the offending character.

A `Place` is the place of the first character of an expression. An expression over several lines is written
as a literal block (`|`) in YAML, whose lines all begin in the same column; that is why a later line is
counted from the same column as the first.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """File, line and column; line and column count from 1."""

    file: str = "<expression>"
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def moved(self, text: str, offset: int) -> Place:
        """The place of the character `text[offset]`, when `text` begins here."""
        before = text[:offset]
        lines = before.count("\n")
        inside = offset - (before.rfind("\n") + 1)
        return Place(self.file, self.line + lines, self.column + inside)


NOWHERE = Place()
