"""Every common unit has the factor and the dimension that the UCUM essence gives it.

The essence is read by its own small reader below, from value and unit to base units. Where we differ on
purpose (see `rules/unit_table.py`), the essence's atom is treated as a base unit: mol, eq, osm (counts of
particles) and the arbitrary units.
"""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import pytest

from equipoise.rules.unit_table import ATOMS, COMMON, OFFSETS
from equipoise.rules.units import unit_of

SPACE = "{http://unitsofmeasure.org/ucum-essence}"
KEPT_APART = {"mol", "eq", "osm"}
# Special units have a function instead of a factor: their scale in kelvin, from the same file's prose.
SCALES = {"Cel": Fraction(1), "[degF]": Fraction(5, 9)}
Size = tuple[Fraction, Counter[str]]


class Essence:
    """The essence's prefixes and units, resolved on demand."""

    def __init__(self, path: Path) -> None:
        root = ElementTree.parse(path).getroot()
        self.base = {unit.get("Code", "") for unit in root.iter(f"{SPACE}base-unit")}
        self.prefixes = {
            prefix.get("Code", ""): Fraction(prefix.find(f"{SPACE}value").get("value"))  # type: ignore[union-attr, arg-type]
            for prefix in root.iter(f"{SPACE}prefix")
        }
        self.units = {unit.get("Code", ""): unit for unit in root.iter(f"{SPACE}unit")}

    def atom(self, code: str) -> Size | None:
        if code in self.base or code in KEPT_APART:
            return Fraction(1), Counter({code: 1})
        if code in SCALES:
            return SCALES[code], Counter({"K": 1})
        unit = self.units.get(code)
        if unit is None:
            return None
        if unit.get("isArbitrary") == "yes":
            return Fraction(1), Counter({code: 1})
        value = unit.find(f"{SPACE}value")
        assert value is not None
        factor, dimension = self.size(value.get("Unit", ""))
        return factor * Fraction(value.get("value", "")), dimension

    def component(self, text: str) -> Size:
        text = re.sub(r"\{[^}]*\}", "", text)
        if not text or re.fullmatch(r"\d+", text):
            return Fraction(text or 1), Counter()
        exact = self.atom(text)
        if exact:
            return exact
        symbol, exponent = re.fullmatch(r"(.*?)([+-]?\d+)?", text).groups()  # type: ignore[union-attr]
        found = self.atom(symbol)
        for length in (1, 2):
            if found is None and symbol[:length] in self.prefixes:
                rest = self.atom(symbol[length:])
                found = rest and (self.prefixes[symbol[:length]] * rest[0], rest[1])
        assert found is not None, text
        power = int(exponent or 1)
        return found[0] ** power, Counter({base: count * power for base, count in found[1].items()})

    def size(self, code: str) -> Size:
        factor, dimension, sign = Fraction(1), Counter[str](), 1
        for part in re.findall(r"[./]|(?:\{[^}]*\}|\[[^\]]*\]|[^./{\[])+", code):
            if part in "./":
                sign = 1 if part == "." else -1
                continue
            size, exponents = self.component(part)
            factor *= size**sign
            for base, count in exponents.items():
                dimension[base] += sign * count
        return factor, dimension


@pytest.fixture(scope="module")
def essence(shared: Path) -> Essence:
    return Essence(shared / "standards" / "ucum" / "ucum-essence.xml")


def plain(dimension: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((base, count) for base, count in dimension.items() if count))


@pytest.mark.parametrize("code", sorted({*COMMON, *ATOMS}))
def test_the_unit_is_that_of_ucum(code: str, essence: Essence) -> None:
    factor, dimension = essence.size(code)
    ours = unit_of(code)
    assert ours.dimension == plain(dimension)
    assert ours.factor == factor


def test_the_offsets_are_those_of_celsius_and_fahrenheit() -> None:
    assert {"Cel": Fraction("273.15"), "[degF]": Fraction("459.67")} == OFFSETS


def test_at_least_eighty_units_are_listed_once() -> None:
    assert len(COMMON) == len(set(COMMON)) >= 80
