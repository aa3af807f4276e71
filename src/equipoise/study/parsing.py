"""From what was entered on a form to the values of a record.

What was entered is text, or an object that says why there is none. Computed items are computed here, once,
from the other items of the same record, and kept with the decimals of the item.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from types import MappingProxyType
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


Reader = Callable[[str], Value]


def reader_of(kind: Type, place: str) -> Reader:
    """Reads the texts of one item. Most are one of a few, so that the latest different ones are kept as read."""
    return lru_cache(maxsize=256)(partial(parse_value, kind, place=place))


@dataclass(frozen=True, slots=True, kw_only=True)
class FormParser:
    """Reads the entries of one form: `readers` has what people enter, `derived` what is computed, in its order."""

    form: str
    types: Mapping[str, Type]
    readers: Mapping[str, Reader]
    derived: Mapping[str, Expression]
    items: Mapping[str, Item]
    parameters: Mapping[str, Value]
    recent: list[tuple[Any, Any, Mapping[str, Value | Missing]]] = field(default_factory=list, compare=False)

    def parse(
        self, given: Mapping[str, Any], earlier: Mapping[str, Value | Missing] | None
    ) -> Mapping[str, Value | Missing]:
        """The values of the record. Raises EquipoiseError at the first entry that cannot be read.

        The last answer is kept: what is decided on is folded right afterwards, with the same entries.
        """
        for entered, before, answer in self.recent[:1]:  # one read: another thread may put its own there
            if before is earlier and entered == given:
                return answer
        parsed = self._parsed(given, earlier)
        self.recent[:] = [(dict(given), earlier, parsed)]
        return parsed

    def _parsed(
        self, given: Mapping[str, Any], earlier: Mapping[str, Value | Missing] | None
    ) -> Mapping[str, Value | Missing]:
        readers, values = self.readers, dict(earlier or {})
        for name, entry in given.items():
            reader = readers.get(name) if isinstance(entry, str) else None
            values[name] = reader(entry) if reader is not None else self.unsaid(name, entry)
        for name, rule in self.derived.items():
            values[name] = self.computed(name, rule, values)
        return MappingProxyType(values)

    def unsaid(self, name: str, entry: Any) -> Missing:
        """Why there is no value, of an entry that is not the text of an item that people enter."""
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

    def computed(self, name: str, rule: Expression, values: Mapping[str, Value | Missing]) -> Value | Missing:
        """The value of a computed item, in its unit and with its decimals."""
        case = EmptyCase(self.parameters, Proposed(values=values))  # type: ignore[arg-type]
        value = rule.value(case)
        item = self.items[name]
        if isinstance(value, Decimal):
            return round_half_up(value, item.decimals)
        if isinstance(value, Quantity):
            amount = convert(value.value, value.unit, item.unit or "")
            return Quantity(round_half_up(amount, item.decimals), item.unit or "")
        if isinstance(value, Duration):
            return Duration(round_half_up(value.count, item.decimals), value.unit)
        return value
