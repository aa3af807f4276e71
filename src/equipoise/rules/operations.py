"""Comparison and arithmetic on known values.

A partial date stands for an interval of days, and what follows from it is an interval too. A comparison of
intervals is true or false only when every pair of points in them agrees; else it is unknown. Quantities
compare as exact fractions of their base unit.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import Any

from equipoise.rules import arithmetic as exact
from equipoise.rules.units import compound, convert, in_base
from equipoise.rules.values import UNKNOWN, Duration, Missing, PartialDate, Quantity, Range, Value

ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
DAYLIKE = (date, PartialDate)


def compare(sign: str, left: Any, right: Any) -> bool | Missing:
    """LEFT sign RIGHT for two known values of one scale; unknown where partial dates leave it open."""
    kind = type(left)
    if kind is Quantity:
        if left.unit == right.unit:
            return ORDER[sign](left.value, right.value)
        return ORDER[sign](in_base(left.value, left.unit), in_base(right.value, right.unit))
    if kind in (Decimal, str, bool) or (kind is date and type(right) is date):
        return ORDER[sign](left, right)
    if kind is Duration and type(right) is Duration and left.unit == right.unit:
        return ORDER[sign](left.count, right.count)
    return _compare_intervals(sign, _ends(left), _ends(right))


def _scaled(length: Duration) -> Decimal:
    return exact.multiply(length.count, exact.SCALE[length.unit])


def _ends(value: Any) -> tuple[Any, Any]:
    if isinstance(value, Duration):
        return _scaled(value), _scaled(value)
    if isinstance(value, date):
        return value, value
    low, high = value.low, value.high
    return (low, high) if isinstance(low, date) else (_scaled(low), _scaled(high))


def _compare_intervals(sign: str, left: tuple[Any, Any], right: tuple[Any, Any]) -> bool | Missing:
    if sign in (">", ">="):
        return _compare_intervals("<" if sign == ">" else "<=", right, left)
    (low, high), (other_low, other_high) = left, right
    if sign in ("=", "!="):
        if high < other_low or other_high < low:
            return sign == "!="
        return sign == "=" if low == high == other_low == other_high else UNKNOWN
    if ORDER[sign](high, other_low):
        return True
    return UNKNOWN if ORDER[sign](low, other_high) else False


def inside(operand: Any, low: Any, high: Any) -> bool | Missing:
    """low <= operand <= high, by Kleene's and."""
    above, below = compare(">=", operand, low), compare("<=", operand, high)
    if above is False or below is False:
        return False
    return above if isinstance(above, Missing) else below


def _interval(low: Any, high: Any) -> Any:
    if isinstance(low, Missing) or isinstance(high, Missing):
        return UNKNOWN
    return low if low == high else Range(low, high)


def _points(value: Any) -> tuple[Any, Any]:
    """The two ends of a date or duration as values, not as numbers."""
    return (value, value) if isinstance(value, (date, Duration)) else (value.low, value.high)


def _is_day(value: Any) -> bool:
    return isinstance(value, DAYLIKE) or (isinstance(value, Range) and isinstance(value.low, date))


def _add_durations(left: Duration, right: Duration) -> Duration:
    """The sum, in the finer of the two units, so that it is exact."""
    if left.unit == right.unit:
        return Duration(exact.add(left.count, right.count), left.unit)
    unit = min(left.unit, right.unit, key=exact.SCALE.__getitem__)
    scaled = exact.add(_scaled(left), _scaled(right))
    return Duration(exact.decimal_of(Fraction(scaled) / Fraction(exact.SCALE[unit])), unit)


def add(left: Any, right: Any) -> Any:
    """LEFT + RIGHT; a quantity keeps the unit of the left, a duration the finer unit."""
    if isinstance(left, Decimal):
        return exact.add(left, right)
    if isinstance(left, Quantity):
        return Quantity(exact.add(left.value, convert(right.value, right.unit, left.unit)), left.unit)
    if isinstance(right, Duration) and isinstance(left, (Duration, date)):
        return _add_durations(left, right) if isinstance(left, Duration) else exact.shift(left, right)
    (low, high), (first, last) = _points(left), _points(right)
    if _is_day(left):
        return _interval(exact.shift(low, first), exact.shift(high, last))
    return _interval(add(low, first), add(high, last))


def negate(value: Any) -> Any:
    """The negative of a number, quantity or duration."""
    if isinstance(value, Quantity):
        return Quantity(exact.subtract(Decimal(0), value.value), value.unit)
    if isinstance(value, Duration):
        return Duration(exact.subtract(Decimal(0), value.count), value.unit)
    if isinstance(value, Range):
        return Range(negate(value.high), negate(value.low))
    return exact.subtract(Decimal(0), value)


def subtract(left: Any, right: Any) -> Any:
    """LEFT - RIGHT; two dates give days."""
    if not _is_day(right):
        return add(left, negate(right))
    (low, high), (first, last) = _points(left), _points(right)
    return _interval(_days(low, last), _days(high, first))


def _days(left: date, right: date) -> Duration:
    return Duration(Decimal((left - right).days), "days")


def multiply(left: Any, right: Any) -> Any:
    """LEFT * RIGHT; unknown for an interval."""
    if isinstance(left, Range) or isinstance(right, Range):
        return UNKNOWN
    if isinstance(left, Decimal):
        left, right = right, left
    if isinstance(right, Decimal):
        return _with_amount(left, exact.multiply(_amount(left), right))
    unit, factor = compound(left.unit, right.unit, 1)
    value = exact.decimal_of(Fraction(exact.multiply(left.value, right.value)) * factor)
    return Quantity(value, unit) if unit else value


def divide(left: Any, right: Any) -> Any:
    """LEFT / RIGHT, rounded once; unknown for an interval and when RIGHT is 0."""
    if isinstance(left, Range) or isinstance(right, Range) or not _amount(right):
        return UNKNOWN
    if isinstance(right, Decimal):
        return _with_amount(left, exact.divide(_amount(left), right))
    if isinstance(right, Duration):
        return exact.divide(_scaled(left), _scaled(right))
    unit, factor = compound(left.unit, right.unit, -1)
    value = exact.rounded(Fraction(left.value) / Fraction(right.value) * factor)
    return Quantity(value, unit) if unit else value


def _amount(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    return value.value if isinstance(value, Quantity) else value.count


def _with_amount(value: Any, amount: Any) -> Any:
    if isinstance(value, Decimal):
        return amount
    return Quantity(amount, value.unit) if isinstance(value, Quantity) else Duration(amount, value.unit)


def smallest(first: Any, *others: Any) -> Any:
    """The least of the values, the earliest written among equals; unknown where that is open."""
    return _extreme("<", first, others)


def greatest(first: Any, *others: Any) -> Any:
    """The greatest of the values, the earliest written among equals; unknown where that is open."""
    return _extreme(">", first, others)


def _extreme(sign: str, best: Any, others: tuple[Any, ...]) -> Any:
    for value in others:
        better = compare(sign, value, best)
        if isinstance(better, Missing):
            return UNKNOWN
        best = value if better else best
    return best


def total(first: Any, *others: Any) -> Any:
    """The sum, added from left to right."""
    return reduce(exact.EXACT.add if isinstance(first, Decimal) else add, others, first)


def absolute(value: Any) -> Any:
    """Without its sign; unknown for an interval."""
    if isinstance(value, Range):
        return UNKNOWN
    return _with_amount(value, _amount(value).copy_abs())


def rounded(value: Any, places: Decimal) -> Any:
    """Rounded half up, away from zero, in its own unit; unknown for an interval."""
    if isinstance(value, Range):
        return UNKNOWN
    return _with_amount(value, exact.round_half_up(_amount(value), int(places)))


def age(birth: Any, on: Any) -> Any:
    """Completed years from birth to a day."""
    (born_first, born_last), (first, last) = _points(birth), _points(on)
    young, old = exact.age_in_years(born_last, first), exact.age_in_years(born_first, last)
    youngest = Duration(Decimal(young), "years")
    return youngest if young == old else Range(youngest, Duration(Decimal(old), "years"))


ARITHMETIC: dict[str, Callable[[Any, Any], Value | Missing]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
}
FUNCTIONS: dict[str, Callable[..., Value | Missing]] = {
    "min": smallest,
    "max": greatest,
    "sum": total,
    "abs": absolute,
    "round": rounded,
    "age": age,
}
