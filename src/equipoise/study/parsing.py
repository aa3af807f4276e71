"""From what was entered on a form to the values of a record.

What was entered is text, or an object that says why there is none. Computed items are computed here, once,
from the other items of the same record, and kept with the decimals of the item.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from equipoise.rules.arithmetic import round_half_up
from equipoise.rules.case import EmptyCase
from equipoise.rules.check import Expression
from equipoise.rules.entry import parse_value
from equipoise.rules.types import Type
from equipoise.rules.units import convert
from equipoise.rules.values import MISSING, NOT_RECORDED, Duration, Missing, Quantity, Value
from equipoise.study.errors import hint, problem
from equipoise.study.model import Item

ENTERED_REASONS = tuple(reason for reason in MISSING if reason != NOT_RECORDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A record before it has a date: what the computed items read."""

    values: Mapping[str, Value | Missing]
    encounter: str | None = None
    date: date = date.min
    sequence: int = 0


class Texts(dict[str, Value]):
    """The values of the texts of one item, read when they are first met. Most are one of a few; when there are
    many, they are forgotten."""

    __slots__ = ("kind", "place")
    MANY = 256

    def __init__(self, kind: Type, place: str) -> None:
        super().__init__()
        self.kind, self.place = kind, place

    def __missing__(self, text: str) -> Value:
        if not isinstance(text, str):
            raise TypeError("only text is read")
        value = parse_value(self.kind, text, place=self.place)
        if len(self) >= self.MANY:
            self.clear()
        self[text] = value
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class FormParser:
    """Reads the entries of one form: `texts` has what people enter, `derived` what is computed, in its order."""

    form: str
    types: Mapping[str, Type]
    texts: Mapping[str, Texts]
    derived: Mapping[str, Expression]
    items: Mapping[str, Item]
    parameters: Mapping[str, Value]
    recent: list[tuple[Any, Any, Mapping[str, Value | Missing]]] = field(
        default_factory=lambda: [(None, None, {})], compare=False
    )

    def parse(
        self, given: Mapping[str, Any], earlier: Mapping[str, Value | Missing] | None
    ) -> Mapping[str, Value | Missing]:
        """The values of the record. Raises EquipoiseError at the first entry that cannot be read.

        The last answer is kept: what is decided on is folded right afterwards, with the same entries.
        """
        entered, before, answer = self.recent[0]  # one read: another thread may put its own there
        if before is earlier and entered == given:
            return answer
        parsed = self._parsed(given, earlier)
        self.recent[0] = (dict(given), earlier, parsed)
        return parsed

    def _parsed(
        self, given: Mapping[str, Any], earlier: Mapping[str, Value | Missing] | None
    ) -> Mapping[str, Value | Missing]:
        texts = self.texts
        try:
            entered = {name: texts[name][entry] for name, entry in given.items()}
        except (KeyError, TypeError):  # something that is not the text of an item that people enter
            entered = {name: self.read(name, entry) for name, entry in given.items()}
        values = {**earlier, **entered} if earlier else entered
        if self.derived:
            case = EmptyCase(self.parameters, Proposed(values=values))  # type: ignore[arg-type]
            for name, rule in self.derived.items():
                values[name] = self.computed(name, rule.value(case))
        return values

    def read(self, name: str, entry: Any) -> Value | Missing:
        """The value of an entry, or why there is none."""
        if isinstance(entry, str) and name in self.texts:
            return self.texts[name][entry]
        place = f"{self.form}.{name}"
        if name not in self.types:
            close = hint(name, self.types)
            raise problem("STUD-050", self.form, form=self.form, name=name, hint=close)
        if name in self.derived:
            raise problem("STUD-052", place, name=name)
        if not isinstance(entry, Mapping):
            raise problem("STUD-054", place, name=name, found=f"text was expected, found {entry!r}")
        reason = entry.get("missing")
        if reason not in ENTERED_REASONS or len(entry) != 1:
            raise problem("STUD-053", place, found=reason)
        return MISSING[reason]

    def computed(self, name: str, value: Value | Missing) -> Value | Missing:
        """The value of a computed item, in its unit and with its decimals."""
        item = self.items[name]
        if isinstance(value, Decimal):
            return round_half_up(value, item.decimals)
        if isinstance(value, Quantity):
            amount = convert(value.value, value.unit, item.unit or "")
            return Quantity(round_half_up(amount, item.decimals), item.unit or "")
        if isinstance(value, Duration):
            return Duration(round_half_up(value.count, item.decimals), value.unit)
        return value
