"""The values that an expression can have: known ones, and `Missing` with the reason why.

Known values are bool, Decimal, str (text and codes), datetime.date, and the four classes below. A `Range`
is never entered or stored: it is what arithmetic on a partial date gives, and it compares by its two ends.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

NOT_RECORDED = "not_recorded"
REASONS = (NOT_RECORDED, "not_done", "not_asked", "unknown", "refused")


@dataclass(frozen=True, slots=True)
class Missing:
    """No value, and why not; `reason` is one of REASONS. Logic treats it as unknown."""

    reason: str = NOT_RECORDED


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount with a UCUM unit."""

    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time. `unit` is hours, days, weeks (exact) or months, years (calendar)."""

    count: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date of which only the year, or year and month, is known."""

    year: int
    month: int | None = None

    @property
    def low(self) -> date:
        """The first day that it can be."""
        return date(self.year, self.month or 1, 1)

    @property
    def high(self) -> date:
        """The last day that it can be."""
        month = self.month or 12
        return date(self.year, month, monthrange(self.year, month)[1])


@dataclass(frozen=True, slots=True)
class Range:
    """Everything from `low` to `high`, both possible: dates, or durations of one unit."""

    low: date | Duration
    high: date | Duration


Value = bool | Decimal | str | date | Quantity | Duration | PartialDate | Range

MISSING = {reason: Missing(reason) for reason in REASONS}
UNKNOWN = MISSING["unknown"]
ABSENT = MISSING[NOT_RECORDED]
