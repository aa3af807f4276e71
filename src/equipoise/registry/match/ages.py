"""Ages and age limits, in the units that registries use, compared without rounding.

A patient's age is an interval, because "71 years" is any day from the 71st birthday to the eve of the 72nd.
With a date of birth the completed units are counted on the calendar. A limit that the interval straddles
is of unknown truth. Years and months compare exactly with each other, and so do weeks and days.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from equipoise.registry.match.truth import Truth

MONTHS = {"year": 12, "month": 1}
DAYS = {"week": Fraction(7), "day": Fraction(1), "hour": Fraction(1, 24), "minute": Fraction(1, 1440)}
SHORTEST, LONGEST = Fraction(28), Fraction(31)  # days of one month
YEAR_SHORTEST, YEAR_LONGEST = Fraction(365), Fraction(366)
LIMIT = re.compile(r"(\d{1,4})\s*(year|month|week|day|hour|minute)s?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """An age limit, as a whole number of a unit."""

    count: int
    unit: str

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """A patient's age: completed `count` of `unit`, or the date of birth and the day on which it is asked.

    spread: how many units more it may be; 1 where only the year of birth is known.
    """

    count: int = 0
    unit: str = "year"
    spread: int = 0
    born: date | None = None
    on: date | None = None

    def completed(self, unit: str) -> tuple[int, int]:
        """The fewest and the most completed units of this kind that the age can be."""
        if self.born is not None and self.on is not None:
            exact = completed(self.born, self.on, unit)
            return exact, exact
        if self.unit in MONTHS and unit in MONTHS:
            low, high = self.count * MONTHS[self.unit], (self.count + self.spread + 1) * MONTHS[self.unit] - 1
            return low // MONTHS[unit], high // MONTHS[unit]
        shortest, longest = days_of(self.unit)
        least, most = self.count * shortest, (self.count + self.spread + 1) * longest
        fewest, longest_unit = days_of(unit)
        return int(least // longest_unit), max(int(-(-most // fewest)) - 1, 0)

    def __str__(self) -> str:
        shown = Limit(count=self.completed("year")[0], unit="year") if self.born else None
        most = f"{self.count} or " if self.spread else ""
        return most + str(shown or Limit(count=self.count + self.spread, unit=self.unit))


def days_of(unit: str) -> tuple[Fraction, Fraction]:
    """The fewest and the most days that one unit has."""
    if unit == "year":
        return YEAR_SHORTEST, YEAR_LONGEST
    return (SHORTEST, LONGEST) if unit == "month" else (DAYS[unit], DAYS[unit])


def completed(born: date, on: date, unit: str) -> int:
    """How many whole units lie between two days; someone born on 29 February completes a year on 1 March."""
    if unit not in MONTHS:
        return int(Fraction((on - born).days) // DAYS[unit])
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    return months // MONTHS[unit]


def read_limit(text: str) -> Limit | None:
    """The limit that a record states ("18 Years"); None when it states none ("", "N/A")."""
    found = LIMIT.fullmatch(text.strip())
    return Limit(count=int(found[1]), unit=found[2].lower()) if found else None


def at_least(age: Age | None, limit: Limit) -> Truth:
    """Whether the age has reached the limit."""
    if age is None:
        return None
    low, high = age.completed(limit.unit)
    return True if low >= limit.count else False if high < limit.count else None


def at_most(age: Age | None, limit: Limit) -> Truth:
    """Whether the age has not passed the limit: 65 years lasts until the eve of the 66th birthday."""
    if age is None:
        return None
    low, high = age.completed(limit.unit)
    return True if high <= limit.count else False if low > limit.count else None


def over(age: Age | None, limit: Limit) -> Truth:
    """Whether the age is more than the limit. In its year the words have two readings: unknown."""
    if age is None:
        return None
    low, high = age.completed(limit.unit)
    return True if low > limit.count else False if high < limit.count else None


def under(age: Age | None, limit: Limit) -> Truth:
    """Whether the age is less than the limit."""
    reached = at_least(age, limit)
    return None if reached is None else not reached
