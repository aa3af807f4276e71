"""The kinds of value that the checker tells apart.

An item declares one of these; every expression has one. `decimals` is the precision with which an item is
entered, used to refuse finer entries and to hold whole columns as scaled integers; it never changes what an
expression means.
"""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.rules.errors import fault
from equipoise.rules.place import NOWHERE, Place
from equipoise.rules.units import known

EXACT = "exact"
CALENDAR = "calendar"
DURATION_UNITS = {"hours": EXACT, "days": EXACT, "weeks": EXACT, "months": CALENDAR, "years": CALENDAR}
DURATION_WORDS = DURATION_UNITS | {word[:-1]: kind for word, kind in DURATION_UNITS.items()}
# Codes of UCUM for lengths of time whose rules differ; a word says which is meant.
TIME_CODES = frozenset({"h", "d", "wk", "mo", "a", "mo_j", "a_j", "mo_g", "a_g"})


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Number:
    """A decimal number without a unit."""

    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class QuantityType:
    """An amount in a UCUM unit."""

    unit: str
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class TextType:
    """Free text."""


@dataclass(frozen=True, slots=True)
class Code:
    """One of a closed list of codes."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DateType:
    """A date; `partial` says whether an item accepts one without its day or month."""

    partial: bool = False


@dataclass(frozen=True, slots=True)
class DurationType:
    """A length of time: exact (hours, days, weeks) or calendar (months, years)."""

    kind: str
    unit: str = "days"
    decimals: int | None = None


Type = Boolean | Number | QuantityType | TextType | Code | DateType | DurationType


def unit_type(unit: str, decimals: int | None = None, *, place: Place | str = NOWHERE) -> Type:
    """The type of an amount in `unit`: a duration for day(s), month(s) ..., else a quantity.

    Raises RULE-007 for an unknown unit and RULE-008 for a time written as a UCUM code.
    """
    if unit in DURATION_WORDS:
        plural = unit if unit in DURATION_UNITS else unit + "s"
        return DurationType(DURATION_UNITS[plural], plural, decimals)
    if unit in TIME_CODES:
        raise fault("RULE-008", place, unit=unit)
    if not known(unit):
        raise fault("RULE-007", place, unit=unit, hint="")
    return QuantityType(unit, decimals)


def name_of(kind: Type) -> str:
    """The kind in words, for messages."""
    if isinstance(kind, QuantityType):
        return f"a quantity in {kind.unit}"
    if isinstance(kind, DurationType):
        return "a duration in days or weeks" if kind.kind == EXACT else "a duration in months or years"
    if isinstance(kind, Code):
        return f"a code of {kind.name}"
    names = {Boolean: "true or false", Number: "a number", TextType: "a text", DateType: "a date"}
    return names[type(kind)]
