"""Values of many participants as columns of scaled integers, and rules evaluated over them.

A column holds 64-bit integers: a number scaled by the decimals that its item declares, a day as its
ordinal, a text as its index in a vocabulary; beside them stands, row by row, why a value is missing. No
value is ever a binary float. Whatever cannot be held or computed exactly (division, rounding, calendar
months, partial dates, collections, a sum that would overflow) goes row by row through the evaluator of
`rules`, which is the reference: both give the same values, and a property test shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from equipoise.rules import Case, Duration, Missing, Node, Quantity, Scope, Value
from equipoise.rules import nodes as n
from equipoise.rules.arithmetic import EXACT
from equipoise.rules.evaluate import value_of
from equipoise.rules.values import MISSING, REASONS

Integers = npt.NDArray[np.int64]
Reasons = npt.NDArray[np.int8]

LIMIT = 2**62  # every value stays below it, so that the sum of two still fits
MOST_DECIMALS = 12
TRUTH, NUMBER, QUANTITY, DURATION, DAY, TEXT = "truth", "number", "quantity", "duration", "day", "text"
KINDS: dict[type, str] = {
    bool: TRUTH,
    Decimal: NUMBER,
    Quantity: QUANTITY,
    Duration: DURATION,
    date: DAY,
    str: TEXT,
}
AMOUNTS = (NUMBER, QUANTITY, DURATION)
CODE_OF = {reason: index + 1 for index, reason in enumerate(REASONS)}


class NotExact(Exception):
    """This node cannot be computed exactly in columns; the rows go through the reference instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One value a participant.

    values: integers of shape (participants,), 0 where missing.  missing: 0 where known, else the index of
    the reason in REASONS plus 1.  kind: TRUTH, NUMBER, QUANTITY, DURATION, DAY or TEXT.  decimals: how far
    a number is scaled.  unit: of a quantity or duration.  texts: what the integers of a TEXT stand for.
    """

    kind: str
    values: Integers
    missing: Reasons
    decimals: int = 0
    unit: str = ""
    texts: Sequence[str] = ()

    def value(self, row: int) -> Value | Missing:
        """The value of one participant, as the reference gives it."""
        if self.missing[row]:
            return MISSING[REASONS[self.missing[row] - 1]]
        return self._known(int(self.values[row]))

    def _known(self, number: int) -> Value:
        if self.kind == TRUTH:
            return bool(number)
        if self.kind == DAY:
            return date.fromordinal(number)
        if self.kind == TEXT:
            return self.texts[number]
        amount = Decimal(number).scaleb(-self.decimals, EXACT)
        if self.kind == QUANTITY:
            return Quantity(amount, self.unit)
        return Duration(amount, self.unit) if self.kind == DURATION else amount

    def list(self) -> list[Value | Missing]:
        """All values."""
        return [self.value(row) for row in range(len(self.values))]


class Frame:
    """The participants of an analysis, whose items are read into columns once and shared by all rules."""

    __slots__ = ("cases", "columns", "indexes", "scope", "texts")

    def __init__(self, cases: Sequence[Case], scope: Scope) -> None:
        self.cases = cases
        self.scope = scope
        self.texts: list[str] = []
        self.indexes: dict[str, int] = {}
        self.columns: dict[tuple[str, ...], Column] = {}

    def rows(self, node: Node) -> list[Value | Missing]:
        """The node evaluated by the reference, participant by participant."""
        return [value_of(node, case) for case in self.cases]

    def read(self, node: n.Item | n.Name) -> Column:
        """The column of an item or a name, read once."""
        key = (node.name,) if isinstance(node, n.Name) else (node.form, node.item, node.reads)
        if key not in self.columns:
            self.columns[key] = self.packed(self.rows(node), self.declared(node))
        return self.columns[key]

    def declared(self, node: n.Item | n.Name) -> int | None:
        """The decimals that the item declares, None where it declares none."""
        if isinstance(node, n.Name) or node.item not in self.scope.forms[node.form].items:
            return None
        return getattr(self.scope.forms[node.form].items[node.item].type, "decimals", None)

    def index(self, text: str) -> int:
        """The integer that stands for a text in every column of this frame."""
        if text not in self.indexes:
            self.indexes[text] = len(self.texts)
            self.texts.append(text)
        return self.indexes[text]

    def packed(self, found: Sequence[Value | Missing], decimals: int | None = None) -> Column:
        """Values as a column. Raises NotExact for intervals, mixed units, or numbers too long or too
        fine."""
        missing = np.fromiter(
            (CODE_OF[value.reason] if type(value) is Missing else 0 for value in found), np.int8, len(found)
        )
        known = [value for value in found if type(value) is not Missing]
        kind, unit = _kind_of(known)
        numbers: Iterable[int]
        if kind in AMOUNTS:
            amounts = [_amount(value) for value in known]
            decimals = _decimals(amounts) if decimals is None else decimals
            numbers = [_scaled(amount, decimals) for amount in amounts]
        elif kind == DAY:
            numbers = [value.toordinal() for value in known]  # type: ignore[union-attr]
        else:
            numbers = [self.index(value) if isinstance(value, str) else int(value) for value in known]  # type: ignore[arg-type, call-overload]
        values = np.zeros(len(found), np.int64)
        values[missing == 0] = numbers
        return Column(
            kind=kind, values=values, missing=missing, decimals=decimals or 0, unit=unit, texts=self.texts
        )


def _kind_of(known: Sequence[Value]) -> tuple[str, str]:
    """The one kind and unit of all values; truth where none is known, since only the reasons count then."""
    kinds = {(KINDS.get(type(value), ""), _unit(value)) for value in known} or {(TRUTH, "")}
    if len(kinds) > 1 or ("", "") in kinds:
        raise NotExact
    return kinds.pop()


def _unit(value: Any) -> str:
    return value.unit if isinstance(value, Quantity | Duration) else ""


def _amount(value: Any) -> Decimal:
    if isinstance(value, Quantity):
        return value.value
    return value.count if isinstance(value, Duration) else value


def _decimals(amounts: Iterable[Decimal]) -> int:
    exponents = [int(amount.normalize(EXACT).as_tuple().exponent) for amount in amounts]
    found = -min(exponents, default=0)
    if found > MOST_DECIMALS:
        raise NotExact
    return max(found, 0)


def _scaled(amount: Decimal, decimals: int) -> int:
    scaled = amount.scaleb(decimals, EXACT)
    if scaled != scaled.to_integral_value() or abs(scaled) >= LIMIT:
        raise NotExact
    return int(scaled)


def checked(values: Integers) -> Integers:
    """The values, when all are small enough to be added again. Raises NotExact otherwise."""
    if len(values) and max(-int(values.min()), int(values.max())) >= LIMIT:
        raise NotExact
    return values


def times(values: Integers, factor: int) -> Integers:
    """The values times a whole number. Raises NotExact where that would overflow."""
    largest = max(-int(values.min()), int(values.max())) if len(values) else 0
    if largest * abs(factor) >= LIMIT or abs(factor) >= LIMIT:
        raise NotExact
    return values * factor


def rescaled(column: Column, decimals: int) -> Column:
    """The same numbers with more decimals. Raises NotExact where they would overflow."""
    values = times(column.values, 10 ** (decimals - column.decimals))
    return replace(column, values=values, decimals=decimals)


def first_missing(*columns: Column) -> Reasons:
    """Row by row the reason of the first column that is missing there, else 0."""
    found = columns[0].missing
    for column in columns[1:]:
        found = np.where(found == 0, column.missing, found)
    return found
