"""A value as it was entered, read as the type of its item.

The ledger stores the entered text; this gives the value that rules and analyses use, or a coded error. It
accepts one way to write each value, and nothing is guessed.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from equipoise.rules.arithmetic import EXACT, MAX_DIGITS, round_half_up
from equipoise.rules.errors import fault
from equipoise.rules.types import (
    Boolean,
    Code,
    DateType,
    DurationType,
    Number,
    QuantityType,
    TextType,
    Type,
)
from equipoise.rules.values import Duration, PartialDate, Quantity, Value

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", re.ASCII)


def parse_value(kind: Type, text: str, *, place: str = "<entry>") -> Value:
    """The value of an entered text. Raises RULE-041 to 048.

    `80.0` for a number or quantity (in the unit of the item), `true` or `false`, `2026-11-22` (or `2026-11`
    and `2026` where the item accepts partial dates), a code, or any text.
    """
    if not text.strip():
        raise fault("RULE-047", place)
    if isinstance(kind, Number):
        return _number(text, kind.decimals, place)
    if isinstance(kind, QuantityType):
        return Quantity(_number(text, kind.decimals, place), kind.unit)
    if isinstance(kind, DurationType):
        decimals = kind.decimals if kind.kind == "exact" else 0
        return Duration(_number(text, decimals, place), kind.unit)
    if isinstance(kind, DateType):
        return _date(text, kind.partial, place)
    if isinstance(kind, Boolean):
        if text not in ("true", "false"):
            raise fault("RULE-043", place, text=text)
        return text == "true"
    assert isinstance(kind, Code | TextType)
    if isinstance(kind, Code) and text not in kind.values:
        raise fault("RULE-046", place, text=text, values=", ".join(kind.values))
    return text


def _number(text: str, decimals: int | None, place: str) -> Decimal:
    if not NUMBER.fullmatch(text):
        raise fault("RULE-041", place, text=text)
    if len(text) > MAX_DIGITS:
        raise fault("RULE-048", place, limit=MAX_DIGITS)
    value = EXACT.plus(Decimal(text))
    # a whole number has no decimals to count, and most entries are whole
    if "." in text and decimals is not None and value != round_half_up(value, decimals):
        raise fault("RULE-042", place, text=text, decimals=decimals)
    return value


def _date(text: str, partial: bool, place: str) -> date | PartialDate:
    if not DATE.fullmatch(text):
        raise fault("RULE-044", place, text=text)
    try:
        whole = len(text) == len("2026-11-22")
        found = date.fromisoformat(text) if whole else partial_date(*map(int, text.split("-")))
    except ValueError:
        raise fault("RULE-044", place, text=text) from None
    if isinstance(found, PartialDate) and not partial:
        raise fault("RULE-045", place, text=text)
    return found


def partial_date(year: int, month: int | None = None) -> PartialDate:
    """A date without its day or month. Raises ValueError outside the calendar."""
    date(year, month or 1, 1)
    if month == 0:
        raise ValueError("month 0")
    return PartialDate(year, month)
