"""Division, rounding and calendar steps, each defined once for the whole product.

Everything else is exact: Decimal addition and multiplication are done without losing a digit, and two
quantities compare as fractions. Only division (and a conversion that does not end in decimals) rounds: to
12 significant digits, half up, away from zero, once.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction

from equipoise.rules.values import UNKNOWN, Duration, Missing

DIGITS = 12
MAX_DIGITS = 28  # of one number, written or entered
# Holds any sum or product that a rule of bounded depth can make of such numbers; a lost digit is a crash.
EXACT = Context(prec=20_000, traps=[Inexact, InvalidOperation])
PLACES = Context(prec=20_000, rounding=ROUND_HALF_UP)
ROUNDED = Context(prec=DIGITS, rounding=ROUND_HALF_UP)

MONTHS = {"months": 1, "years": 12}
HOURS = {"hours": 1, "days": 24, "weeks": 168}
SCALE = {unit: Decimal(size) for unit, size in (HOURS | MONTHS).items()}


def add(left: Decimal, right: Decimal) -> Decimal:
    """The exact sum."""
    return EXACT.add(left, right)


def subtract(left: Decimal, right: Decimal) -> Decimal:
    """The exact difference."""
    return EXACT.subtract(left, right)


def multiply(left: Decimal, right: Decimal) -> Decimal:
    """The exact product."""
    return EXACT.multiply(left, right)


def divide(left: Decimal, right: Decimal) -> Decimal | Missing:
    """The quotient, rounded once to 12 significant digits half up; unknown when `right` is 0."""
    return ROUNDED.divide(left, right) if right else UNKNOWN


def rounded(exact: Fraction) -> Decimal:
    """The fraction rounded once to 12 significant digits half up."""
    return ROUNDED.divide(Decimal(exact.numerator), Decimal(exact.denominator))


def decimal_of(exact: Fraction) -> Decimal:
    """The fraction as a decimal: exact where its decimals end, else rounded like a quotient."""
    places, rest = 0, exact.denominator
    while rest % 10 == 0:
        places, rest = places + 1, rest // 10
    for factor in (2, 5):
        while rest % factor == 0:
            places, rest = places + 1, rest // factor
    if rest != 1:
        return rounded(exact)
    return Decimal(exact.numerator * 10**places // exact.denominator).scaleb(-places, EXACT)


def round_half_up(value: Decimal, places: int) -> Decimal:
    """Rounded to `places` decimals; a half goes away from zero."""
    return value.quantize(Decimal(1).scaleb(-places), context=PLACES)


def add_months(day: date, months: int) -> date:
    """The same day `months` calendar months later, or the last day of a shorter month.

    Raises ValueError outside the years 1 to 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise ValueError(f"year {year}")
    if day.day <= 28:  # every month has it
        return date(year, month + 1, day.day)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def shift(day: date, length: Duration, sign: int = 1) -> date | Missing:
    """`day` plus (or, with sign -1, minus) a duration.

    Unknown where that is not a day: a part of a day or of a month, or outside the years 1 to 9999.
    """
    months = MONTHS.get(length.unit)
    count = length.count * (months or HOURS[length.unit]) * sign
    steps, rest = divmod(count, 1 if months else 24)
    if rest:
        return UNKNOWN
    try:
        return add_months(day, int(steps)) if months else day + timedelta(days=int(steps))
    except (ValueError, OverflowError):
        return UNKNOWN


def age_in_years(birth: date, on: date) -> int:
    """Completed years: the greatest n for which birth + n years is not after `on`."""
    years = on.year - birth.year
    if on.month != birth.month:
        return years if on.month > birth.month else years - 1
    return years if add_months(birth, 12 * years) <= on else years - 1
