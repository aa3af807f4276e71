"""The generators of a scenario, each made once into a function of a patient and a moment.

A whole trial asks for a hundred thousand values. What a generator says (its weights, its limits, which latents it
waits for) is looked up when its function is made, not at each value. A function is given the patient, the key of its
draws so far, the encounter and the day; the end of the key is its own.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from equipoise.simulation.draws import weighted
from equipoise.simulation.scenario import Generator, Scenario

if TYPE_CHECKING:
    from equipoise.simulation.patients import Patient

Item = tuple[str, str]
Maker = Callable[["Patient", str, "str | None", "date | None"], Any]
"""Gives an entered value: text, a missing reason, or None when there is nothing to enter."""
Items = tuple[tuple[str, Maker], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """The functions of a scenario: of its latents, of the items of its forms, of the rows of its logs."""

    latents: Mapping[str, Maker]
    forms: Mapping[str, Items]
    logs: Mapping[str, tuple[Items, ...]]


@lru_cache(maxsize=16)
def making_of(scenario: Scenario) -> Making:
    """The functions of a scenario, made when they are first asked for."""
    return Making(
        latents={name: drawn(generator, None, "") for name, generator in scenario.latents.items()},
        forms={form: _items(form, items) for form, items in scenario.forms.items()},
        logs={form: tuple(_items(form, row.values) for row in rows) for form, rows in scenario.logs.items()},
    )


def _items(form: str, items: Mapping[str, Generator]) -> Items:
    return tuple((item, entered(part, (form, item), f"|{item}")) for item, part in items.items())


def entered(generator: Generator, item: Item | None, end: str) -> Maker:
    """What people enter: at some encounters by another generator, and now and then only why there is nothing."""
    usual = _missable(generator, item, end)
    if not generator.at:
        return usual
    places = {encounter: _missable(part, item, end) for encounter, part in generator.at.items()}

    def make(patient: Patient, where: str, encounter: str | None, today: date | None) -> Any:
        return places.get(encounter, usual)(patient, where, encounter, today)  # type: ignore[arg-type]

    return make


def _missable(generator: Generator, item: Item | None, end: str) -> Maker:
    there = drawn(generator, item, end)
    if generator.missing is None:
        return there
    probability, reason, last = generator.probability, generator.missing, f"{end}|missing"

    def make(patient: Patient, where: str, encounter: str | None, today: date | None) -> Any:
        if patient.draws.chance(probability, where + last):
            return {"missing": reason}
        return there(patient, where, encounter, today)

    return make


def drawn(generator: Generator, item: Item | None, end: str) -> Maker:
    """The text of a value. A generator that only wraps others hands on to the one that applies."""
    if generator.by_arm:
        return _by_arm(generator, item, end)
    if generator.when:
        return _when(generator, item, end)
    return _plain(generator, item, end)


def _nothing(patient: Patient, where: str, encounter: str | None, today: date | None) -> None:
    """There is nothing to enter."""


def _by_arm(generator: Generator, item: Item | None, end: str) -> Maker:
    arms: dict[str | None, Maker] = {arm: drawn(part, item, end) for arm, part in generator.by_arm.items()}

    def make(patient: Patient, where: str, encounter: str | None, today: date | None) -> Any:
        return arms.get(patient.arm, _nothing)(patient, where, encounter, today)

    return make


def _when(generator: Generator, item: Item | None, end: str) -> Maker:
    conditions, then = tuple(generator.when.items()), _plain(generator, item, end)
    other = _nothing if generator.otherwise is None else drawn(generator.otherwise, item, end)

    def make(patient: Patient, where: str, encounter: str | None, today: date | None) -> Any:
        known = patient.latents
        for name, wanted in conditions:
            if (known.get(name) or patient.latent(name)) != wanted:
                return other(patient, where, encounter, today)
        return then(patient, where, encounter, today)

    return make


def _plain(generator: Generator, item: Item | None, end: str) -> Maker:
    """A generator whose conditions hold."""
    if generator.then is not None:
        return entered(generator.then, item, end)
    if generator.value is not None:
        value = generator.value
        return lambda patient, where, encounter, today: value
    if generator.thin is not None and item is not None:
        return _thinned(generator, generator.thin, item)
    if generator.choose and generator.thin is None:
        choose = weighted(generator.choose)
        return lambda patient, where, encounter, today: choose(patient.draws.uniform(where + end))
    if generator.days is not None:
        return _day(generator.anchor, generator.days, end)
    return _number(generator, item, end)


def _day(anchor: str, days: tuple[int, int], end: str) -> Maker:
    """A date at a drawn distance from its anchor."""
    low, high = days

    def make(patient: Patient, where: str, encounter: str | None, today: date | None) -> str | None:
        start = patient.anchor(anchor, today)
        if start is None:
            return None
        return (start + timedelta(days=patient.draws.between(low, high, where + end))).isoformat()

    return make


def _number(generator: Generator, item: Item | None, end: str) -> Maker:
    """A number: of a latent, normal or between; then noise, limits and decimals."""
    written = _written(generator, item, end)
    if generator.latent is not None:
        name = generator.latent

        def of_latent(patient: Patient, where: str, encounter: str | None, today: date | None) -> Any:
            text = patient.latent(name)
            number = None if text is None else _number_of(text)
            return text if number is None else written(number, patient, where, encounter, today)

        return of_latent
    draw = _normal(generator.normal, end) if generator.normal is not None else _between(generator, end)
    if draw is None:
        return _nothing

    def make(patient: Patient, where: str, encounter: str | None, today: date | None) -> str:
        return written(draw(patient, where), patient, where, encounter, today)

    return make


def _normal(normal: tuple[float, float], end: str) -> Callable[[Patient, str], float]:
    mean, deviation = normal
    return lambda patient, where: patient.draws.normal(mean, deviation, where + end)


def _between(generator: Generator, end: str) -> Callable[[Patient, str], float] | None:
    """Whole numbers from the lowest to the highest, or any number between them where decimals are kept."""
    if generator.between is None:
        return None
    low, high = generator.between
    if generator.decimals:
        return lambda patient, where: min(low + patient.draws.uniform(where + end) * (high - low), high)
    return lambda patient, where: float((low + patient.draws.uniform(where + end) * (high - low + 1)) // 1)


def _written(generator: Generator, item: Item | None, end: str) -> Callable[..., str]:
    """The number scaled, with its noise, within its limits and with its decimals, as a person writes it."""
    scale, kind = generator.scale, f".{generator.decimals or 0}f"
    low = -math.inf if generator.low is None else generator.low
    high = math.inf if generator.high is None else generator.high
    noise = None if generator.plus is None else drawn(generator.plus, item, f"{end}|plus")

    def write(value: float, patient: Patient, where: str, encounter: str | None, today: date | None) -> str:
        value *= scale
        if noise is not None:
            value += float(noise(patient, f"{patient.key}|{where}", encounter, today) or 0)
        return format(value if low <= value <= high else min(max(value, low), high), kind)

    return write


def _thinned(generator: Generator, curve: str, item: Item) -> Maker:
    """The item's own first value, each unit of it kept with the share that is left, a rater's error on top.

    Each unit has one draw for the whole trial, so that an item only falls while the share falls.
    """
    base = Generator(normal=generator.normal, between=generator.between, low=0, high=generator.high)
    first, end = (
        drawn(Generator(choose=generator.choose) if generator.choose else base, None, "|first"),
        f"|{item}",
    )

    def make(patient: Patient, where: str, encounter: str | None, today: date | None) -> str:
        units = patient.units.get(item)
        if units is None:
            units = patient.units[item] = patient.at_first(first, item, end)
        assert today is not None, "an item of a form is entered on a day"
        return str(bisect_left(units, patient.units_left(curve, encounter, today))) if units else "0"

    return make


@lru_cache(maxsize=4096)
def _number_of(text: str) -> float | None:
    """The number that a text is, None when it is a word."""
    return float(text) if text.lstrip("-").replace(".", "", 1).isdigit() else None
