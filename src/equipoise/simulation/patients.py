"""A virtual patient: latents drawn once, and values of items drawn where and when they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from equipoise.simulation.draws import Draws
from equipoise.simulation.scenario import Generator, Scenario

UNIT = 2**12
"""The fineness of the draw for one unit of an item: five units share the 64 bits of one draw."""


@dataclass(slots=True)
class Patient:
    """One virtual patient. `key` is stable over screening attempts; `arm` is set by allocation."""

    key: str
    scenario: Scenario
    draws: Draws
    arm: str | None = None
    latents: dict[str, str] = field(default_factory=dict)
    first: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    days: dict[str, date] = field(default_factory=dict)
    seen: dict[tuple[str, str | None, date], float] = field(default_factory=dict)

    def holds(self, conditions: Mapping[str, str]) -> bool:
        """Whether the latents (and the arm) have these values."""
        return all(self.latent(name) == value for name, value in conditions.items())

    def latent(self, name: str) -> str | None:
        """The value of a latent, drawn when it is first asked for; None while it needs an arm that is not known."""
        if name == "arm":
            return self.arm
        value = self.latents.get(name)
        if value is None:
            generator = self.scenario.latents[name]
            if generator.by_arm and self.arm is None:
                return None
            value = self.generate(generator, f"latent|{name}", None, None, None)
            if value is not None:
                self.latents[name] = value
        return value

    def record(self, form: str, encounter: str | None, today: date, attempt: int = 1) -> dict[str, Any]:
        """The values that people enter for a form at an encounter."""
        where = f"{form}|{encounter}|{attempt}"
        values: dict[str, Any] = {}
        for item, generator in self.scenario.forms.get(form, {}).items():
            value = self.entry(generator, f"{where}|{item}", encounter, today, (form, item))
            if value is not None:
                values[item] = value
        return values

    def entry(
        self,
        generator: Generator,
        key: str,
        encounter: str | None,
        today: date | None,
        item: tuple[str, str] | None,
    ) -> Any:
        """An entered value: text, a missing reason, or None when there is nothing to enter."""
        if encounter is not None and encounter in generator.at:
            generator = generator.at[encounter]
        if generator.missing is not None and self.draws.chance(
            generator.probability, f"{self.key}|{key}|missing"
        ):
            return {"missing": generator.missing}
        return self.generate(generator, key, encounter, today, item)

    def generate(
        self,
        generator: Generator,
        key: str,
        encounter: str | None,
        today: date | None,
        item: tuple[str, str] | None,
    ) -> str | None:
        """The text of a value. A generator that only wraps others hands on to the one that applies."""
        if generator.by_arm:
            chosen = generator.by_arm.get(self.arm or "")
            return None if chosen is None else self.generate(chosen, key, encounter, today, item)
        if generator.when and not self.holds(generator.when):
            if generator.otherwise is None:
                return None
            return self.generate(generator.otherwise, key, encounter, today, item)
        if generator.then is not None:
            return self.entry(generator.then, key, encounter, today, item)
        if generator.value is not None:
            return generator.value
        if generator.thin is not None and item is not None and today is not None:
            return self.thinned(generator, encounter, today, item)
        key = f"{self.key}|{key}"
        if generator.choose and generator.thin is None:
            return self.draws.choose(generator.choose, key)
        if generator.days is not None:
            return self.day(generator, key, today)
        return self.number(generator, key, encounter, today, item)

    def day(self, generator: Generator, key: str, today: date | None) -> str | None:
        """A date at a drawn distance from its anchor."""
        anchor = self.anchor(generator.anchor, today)
        if anchor is None:
            return None
        low, high = generator.days or (0, 0)
        return (anchor + timedelta(days=self.draws.between(low, high, key))).isoformat()

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

    def number(
        self,
        generator: Generator,
        key: str,
        encounter: str | None,
        today: date | None,
        item: tuple[str, str] | None,
    ) -> str | None:
        """A number: of a latent, normal or between; then noise, limits and decimals."""
        if generator.latent is not None:
            text = self.latent(generator.latent)
            if text is None or not _numeric(text):
                return text
            value = float(text)
        elif generator.normal is not None:
            value = self.draws.normal(*generator.normal, key)
        elif generator.between is not None:
            low, high = generator.between
            value = low + self.draws.uniform(key) * (
                high - low + (1 if generator.decimals in (None, 0) else 0)
            )
            value = min(value, high) if generator.decimals else float(int(value // 1))
        else:
            return None
        value *= generator.scale
        if generator.plus is not None:
            more = self.generate(generator.plus, f"{key}|plus", encounter, today, item)
            value += float(more or 0)
        return self.kept(value, generator)

    @staticmethod
    def kept(value: float, generator: Generator) -> str:
        """The number within its limits and with its decimals, as a person writes it."""
        if generator.low is not None:
            value = max(value, generator.low)
        if generator.high is not None:
            value = min(value, generator.high)
        return f"{value:.{generator.decimals or 0}f}"

    def left(self, curve_name: str, today: date) -> float:
        """The share of the disease that is left today; 1 before randomisation."""
        curve = self.scenario.curves[curve_name]
        start = self.days.get("randomised_on")
        depth = self.latent(curve.depth)
        if start is None or depth is None or today <= start:
            return 1.0
        elapsed = (today - start).days
        return 1.0 - float(depth) * (1.0 - 2.0 ** (-elapsed / curve.half_time))

    def thinned(self, generator: Generator, encounter: str | None, today: date, item: tuple[str, str]) -> str:
        """The item's own first value, each unit of it kept with the share that is left, a rater's error on top.

        Each unit has one draw for the whole trial, so that an item only falls while the share falls.
        """
        first = self.first.get(item)
        if first is None:
            first = self.first[item] = self.at_first(generator, f"{self.key}|{item}")
        units, bits = first
        if units == 0:
            return "0"
        kept, whole = 0, int(self.share_left(generator.thin or "", encounter, today) * UNIT)
        for _ in range(units):
            kept += bits % UNIT < whole
            bits //= UNIT
        return str(kept)

    def at_first(self, generator: Generator, key: str) -> tuple[int, int]:
        """The value of an item at the first encounter, in units, and the draw that its units share."""
        if generator.choose:
            text = self.draws.choose(generator.choose, f"{key}|first")
        else:
            normal, between = generator.normal, generator.between
            base = Generator(normal=normal, between=between, low=0, high=generator.high)
            text = self.number(base, f"{key}|first", None, None, None) or "0"
        return int(float(text)), self.draws.bits(f"{key}|units")

    def share_left(self, curve_name: str, encounter: str | None, today: date) -> float:
        """What a rater sees of the share that is left: one error a score, the same for all its items."""
        where = (curve_name, encounter, today)
        share = self.seen.get(where)
        if share is None:
            share, noise = self.left(curve_name, today), self.scenario.curves[curve_name].noise
            if noise:
                share += self.draws.normal(0.0, noise, f"{self.key}|{encounter}|rater")
            self.seen[where] = share
        return share


def _numeric(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()
