"""Units of measurement by UCUM code: which are known, which share a dimension, and exact conversion.

A unit is a product of atoms of `unit_table` with whole exponents; braces hold annotations that change
nothing (`{beats}/min`). Every factor is a fraction, so conversion is exact; where its decimals do not end
(pounds from kilograms) the result is rounded once, by the rule of `arithmetic`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from equipoise.rules.arithmetic import decimal_of
from equipoise.rules.unit_table import ATOMS, COMMON, OFFSETS, PREFIXES, Dimension

COMPONENT = re.compile(
    r"""(?P<number>\d+(?![*^\d]))
    | (?P<symbol>10[*^] | (?: [A-Za-z%] | \[[A-Za-z0-9_]+\] )+ ) (?P<exponent>-?\d+)? (?:\{[^{}]*\})?
    | (?P<note>\{[^{}]*\})""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A parsed unit: base value = (value + offset) * factor, in base units of `dimension`."""

    factor: Fraction
    dimension: Dimension
    offset: Fraction = Fraction(0)


def _atom(symbol: str) -> tuple[Fraction, Dimension] | None:
    if symbol in ATOMS:
        return ATOMS[symbol][:2]
    prefix, rest = symbol[:1], symbol[1:]
    if prefix in PREFIXES and rest in ATOMS and ATOMS[rest][2]:
        return PREFIXES[prefix] * ATOMS[rest][0], ATOMS[rest][1]
    return None


def _component(match: re.Match[str]) -> tuple[Fraction, Dimension] | None:
    if match["note"]:
        return Fraction(1), ()
    if match["number"]:
        number = int(match["number"])
        return (Fraction(number), ()) if number else None
    found = _atom(match["symbol"])
    if found is None:
        return None
    power = int(match["exponent"] or 1)
    if not 0 < abs(power) <= 30:
        return None
    return found[0] ** power, tuple((base, exponent * power) for base, exponent in found[1])


def _product(parts: list[tuple[int, Fraction, Dimension]]) -> Unit:
    factor, exponents = Fraction(1), {}
    for sign, size, dimension in parts:
        factor *= size**sign
        for base, exponent in dimension:
            exponents[base] = exponents.get(base, 0) + sign * exponent
    return Unit(factor, tuple(sorted((base, power) for base, power in exponents.items() if power)))


@lru_cache(maxsize=1024)
def read(code: str) -> Unit | None:
    """The unit of a UCUM code, or None when it is not one that we know."""
    if code in OFFSETS:
        return Unit(*ATOMS[code][:2], OFFSETS[code])
    parts: list[tuple[int, Fraction, Dimension]] = []
    position, sign = 0, 1
    if code.startswith("/"):
        position, sign = 1, -1
    while True:
        match = COMPONENT.match(code, position)
        found = _component(match) if match else None
        if match is None or found is None or match["symbol"] in OFFSETS:
            return None
        parts.append((sign, *found))
        position = match.end()
        if position == len(code):
            return _product(parts)
        if code[position] not in "./":
            return None
        sign = -1 if code[position] == "/" else 1
        position += 1


def known(unit: str) -> bool:
    """Whether the code is a unit that we can convert."""
    return read(unit) is not None


def unit_of(code: str) -> Unit:
    """The unit of a code that was checked before. Raises ValueError when it is not known."""
    unit = read(code)
    if unit is None:
        raise ValueError(f"unknown unit {code!r}")
    return unit


def same_dimension(left: str, right: str) -> bool:
    """Whether two units measure the same thing."""
    return unit_of(left).dimension == unit_of(right).dimension


def in_base(value: Decimal, unit: str) -> Fraction:
    """The exact amount in base units; two quantities of one dimension compare by it."""
    found = unit_of(unit)
    return (Fraction(value) + found.offset) * found.factor


def convert(value: Decimal, from_unit: str, to_unit: str) -> Decimal:
    """The value in another unit of the same dimension; exact where its decimals end.

    Raises ValueError when the dimensions differ or a unit is not known.
    """
    if from_unit == to_unit:
        return value
    if not same_dimension(from_unit, to_unit):
        raise ValueError(f"{from_unit} and {to_unit} are units of different dimensions")
    target = unit_of(to_unit)
    return decimal_of(in_base(value, from_unit) / target.factor - target.offset)


def ratio(left: str, right: str) -> Fraction:
    """How many `right` one `left` is, for two units of one dimension and no offset."""
    return unit_of(left).factor / unit_of(right).factor


def is_offset(unit: str) -> bool:
    """Whether the scale's zero is arbitrary, as for degrees Celsius."""
    return unit in OFFSETS


@lru_cache(maxsize=256)
def compound(left: str, right: str, sign: int) -> tuple[str, Fraction]:
    """The unit of a product (sign 1) or quotient (sign -1) of two units, and the factor to apply.

    The unit is a common one of the same size if there is one, else a common one of the same dimension,
    else it is written from base units. Empty text stands for a plain number.
    """
    one, other = unit_of(left), unit_of(right)
    made = _product([(1, one.factor, one.dimension), (sign, other.factor, other.dimension)])
    if not made.dimension:
        return "", made.factor
    fits = [code for code in COMMON if code not in OFFSETS and unit_of(code).dimension == made.dimension]
    same = [code for code in fits if unit_of(code).factor == made.factor]
    written = ".".join(base if power == 1 else f"{base}{power}" for base, power in made.dimension)
    code = (same or fits or [written])[0]
    return code, made.factor / unit_of(code).factor
