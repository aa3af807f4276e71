"""A virtual patient: latents drawn once, and values of items drawn where and when they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from equipoise.simulation.draws import Draws
from equipoise.simulation.making import Item, Items, Maker, making_of
from equipoise.simulation.scenario import Scenario

UNIT = 2**12
"""The fineness of the draw for one unit of an item: five units share the 64 bits of one draw."""


@dataclass(slots=True)
class Patient:
    """One virtual patient. `key` is stable over screening attempts; `arm` is set by allocation.

    first: of each item that a curve thins, the value at the first encounter in units, and the draw that they share.
    units: the draws of those units, in their order.  seen: the share that a rater saw, by curve, encounter and day.
    """

    key: str
    scenario: Scenario
    draws: Draws
    arm: str | None = None
    latents: dict[str, str] = field(default_factory=dict)
    first: dict[Item, tuple[int, int]] = field(default_factory=dict)
    units: dict[Item, list[int]] = field(default_factory=dict)
    days: dict[str, date] = field(default_factory=dict)
    seen: dict[tuple[str, str | None, date], int] = field(default_factory=dict)

    def holds(self, conditions: Mapping[str, str]) -> bool:
        """Whether the latents (and the arm) have these values."""
        return all(self.latent(name) == value for name, value in conditions.items())

    def latent(self, name: str) -> str | None:
        """The value of a latent, drawn when it is first asked for; None while it needs an arm that is not known."""
        if name == "arm":
            return self.arm
        value = self.latents.get(name)
        if value is None:
            if self.arm is None and self.scenario.latents[name].by_arm:
                return None
            make = making_of(self.scenario).latents[name]
            value = make(self, f"{self.key}|latent|{name}", None, None)
            if value is not None:
                self.latents[name] = value
        return value

    def record(self, form: str, encounter: str | None, today: date, attempt: int = 1) -> dict[str, Any]:
        """The values that people enter for a form at an encounter."""
        items = making_of(self.scenario).forms.get(form, ())
        return self.filled(items, f"{form}|{encounter}|{attempt}", encounter, today)

    def filled(self, items: Items, where: str, encounter: str | None, today: date) -> dict[str, Any]:
        """The values of some items; those for which there is nothing to enter are left out."""
        values: dict[str, Any] = {}
        key = f"{self.key}|{where}"
        for item, make in items:
            value = make(self, key, encounter, today)
            if value is not None:
                values[item] = value
        return values

    def anchor(self, name: str, today: date | None) -> date | None:
        """The date that a generator counts from."""
        if name == "today":
            return today
        if name in self.days:
            return self.days[name]
        if name in self.scenario.latents:
            text = self.latent(name)
            return None if text is None else date.fromisoformat(text)
        return None

    def at_first(self, make: Maker, item: Item, end: str) -> list[int]:
        """The draws of the units that an item has at the first encounter, in their order. `end` names it in a key."""
        key = f"{self.key}{end}"
        units = int(float(make(self, key, None, None) or 0))
        bits = self.draws.bits(f"{key}|units") if units else 0
        self.first[item] = units, bits
        return sorted([(bits // UNIT**place) % UNIT for place in range(units)])

    def left(self, curve_name: str, today: date) -> float:
        """The share of the disease that is left today; 1 before randomisation."""
        curve = self.scenario.curves[curve_name]
        start = self.days.get("randomised_on")
        depth = self.latent(curve.depth)
        if start is None or depth is None or today <= start:
            return 1.0
        elapsed = (today - start).days
        return 1.0 - float(depth) * (1.0 - 2.0 ** (-elapsed / curve.half_time))

    def units_left(self, curve_name: str, encounter: str | None, today: date) -> int:
        """What a rater sees of the share that is left, in parts of UNIT: one error a score, the same for all its
        items."""
        where = (curve_name, encounter, today)
        seen = self.seen.get(where)
        if seen is None:
            share, noise = self.left(curve_name, today), self.scenario.curves[curve_name].noise
            if noise:
                share += self.draws.normal(0.0, noise, f"{self.key}|{encounter}|rater")
            seen = self.seen[where] = int(share * UNIT)
        return seen
