"""Units convert exactly, and what is not a unit is said to be none."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from equipoise.rules.arithmetic import EXACT
from equipoise.rules.units import convert, known, ratio, same_dimension


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        ("80", "kg", "kg", "80"),
        ("80", "kg", "g", "80000"),
        ("1", "[in_i]", "cm", "2.54"),
        ("98.6", "[degF]", "Cel", "37"),
        ("37", "Cel", "[degF]", "98.6"),
        ("120", "mm[Hg]", "kPa", "15.99864"),
        ("7", "mg/wk", "mg/d", "1"),
        ("4.5", "10*9/L", "10*3/uL", "4.5"),
        ("4500", "/uL", "10*9/L", "4.5"),
        ("1", "kg", "[lb_av]", "2.20462262185"),
    ],
)
def test_conversion(value: str, source: str, target: str, expected: str) -> None:
    assert convert(Decimal(value), source, target) == Decimal(expected)


@pytest.mark.parametrize(
    "code", ["", "/", "kg/", "kg//m", "m0", "m31", "0", "kgs", "x.Cel", "[degF]2", "kg m", "10*"]
)
def test_a_code_that_is_no_unit(code: str) -> None:
    assert known(code) == (code == "10*")


def test_units_of_different_dimensions_do_not_convert() -> None:
    assert not same_dimension("mg/dL", "mmol/L")
    with pytest.raises(ValueError, match="different dimensions"):
        convert(Decimal(1), "mg/dL", "mmol/L")
    with pytest.raises(ValueError, match="unknown unit"):
        convert(Decimal(1), "stone", "kg")


def test_numbers_in_a_unit_are_factors() -> None:
    assert ratio("kg/7/d", "kg/d") == Fraction(1, 7)


def test_exact_arithmetic_crashes_rather_than_lose_a_digit() -> None:
    with pytest.raises(ArithmeticError):
        EXACT.divide(Decimal(1), Decimal(3))
