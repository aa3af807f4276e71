"""How numbers are printed: a fixed number of decimals, rounded half up from the shortest decimal form,
never with the noise of a binary fraction, never as minus zero."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

LEAST_P = Decimal("0.001")


def fixed(value: float | Decimal | int | None, decimals: int = 1) -> str:
    """`12.3`; an absent or endless value is `–`. A float is read as the shortest decimal that names it."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return format(rounded if rounded else abs(rounded), "f")


def hundredfold(value: float | None) -> Decimal | float | None:
    """A share in percent, exactly: 100 times the shortest decimal that names it, so that 23/80 is 28.75 here as in
    `percent`, and rounds to the same digit. What has no end, or is absent, stays so."""
    if value is None or not math.isfinite(value):
        return value
    return 100 * Decimal(repr(float(value)))


def percent(part: float, whole: float, decimals: int = 1) -> str:
    """`45.2%`; of nobody, `–`."""
    return f"{fixed(100 * part / whole, decimals)}%" if whole else "–"


def count_percent(part: int, whole: int) -> str:
    """`28 (45.9%)`."""
    return f"{part} ({percent(part, whole)})"


def interval(
    lower: float | Decimal | None, upper: float | Decimal | None, decimals: int = 1, unit: str = ""
) -> str:
    """`8.1 to 41.0`; `to` and not a dash, since either end may be negative."""
    return f"{fixed(lower, decimals)}{unit} to {fixed(upper, decimals)}{unit}"


def percent_interval(lower: float | None, upper: float | None, decimals: int = 1, unit: str = "") -> str:
    """The interval of a share, in percent: `8.1 to 41.0`."""
    return interval(hundredfold(lower), hundredfold(upper), decimals, unit)


def p_value(p: float | None) -> str:
    """Three decimals; below a thousandth `<0.001`."""
    if p is None:
        return "–"
    return "<0.001" if Decimal(repr(p)) < LEAST_P else fixed(p, 3)


def plain(value: float | None, decimals: int = 6) -> float | None:
    """A number for JSON: rounded so that its shortest form shows no noise; None when there is none."""
    if value is None or not math.isfinite(value):
        return None
    return round(value, decimals) + 0.0
