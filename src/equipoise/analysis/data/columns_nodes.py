"""What each node of the expression language does to columns, or why it goes row by row.

`evaluate_columns` gives, for every participant, the value that `rules.evaluate` gives. A node is either in
`VECTOR`, with a function that raises `NotExact` when this data does not allow it, or in `ROWS`, with the
reason why it never works on columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np

from equipoise.analysis.data.columns import (
    AMOUNTS,
    DAY,
    DURATION,
    NUMBER,
    TRUTH,
    Column,
    Frame,
    NotExact,
    Reasons,
    checked,
    first_missing,
    rescaled,
    times,
)
from equipoise.rules import Expression, Missing, Node, Value
from equipoise.rules import nodes as n
from equipoise.rules.arithmetic import HOURS, SCALE
from equipoise.rules.units import is_offset, ratio
from equipoise.rules.values import REASONS

LAST_DAY = date.max.toordinal()


def evaluate_columns(expression: Expression, frame: Frame) -> list[Value | Missing]:
    """The value of a checked expression for every participant of the frame, in their order."""
    try:
        return column_of(expression.node, frame).list()
    except NotExact:
        return frame.rows(expression.node)


def column_of(node: Node, frame: Frame) -> Column:
    """The node as a column. Raises NotExact when its values are no column (intervals, mixed units)."""
    if type(node) not in VECTOR:
        return frame.packed(frame.rows(node))
    try:
        return VECTOR[type(node)](node, frame)
    except NotExact:
        return frame.packed(frame.rows(node))


def _truth(values: Any, missing: Reasons) -> Column:
    return Column(kind=TRUTH, values=np.where(missing == 0, values, 0).astype(np.int64), missing=missing)


def _masked(column: Column, values: Any, missing: Reasons, **changes: Any) -> Column:
    """A column like `column`, with other values, and 0 where it is missing."""
    kept = {"kind": column.kind, "decimals": column.decimals, "unit": column.unit, "texts": column.texts}
    return Column(values=checked(np.where(missing == 0, values, 0)), missing=missing, **(kept | changes))


def _literal(node: n.Literal, frame: Frame) -> Column:
    return frame.packed([node.value] * len(frame.cases))


def _not(node: n.Not, frame: Frame) -> Column:
    operand = column_of(node.operand, frame)
    return _truth(1 - operand.values, operand.missing)


def _settled(left: Column, right: Column, deciding: int) -> Column:
    """Kleene: a side that is known to be `deciding` settles it; else the first missing side does."""
    decided = np.zeros(len(left.values), bool)
    for side in (left, right):
        decided |= (side.missing == 0) & (side.values == deciding)
    missing = np.where(decided, 0, first_missing(left, right)).astype(np.int8)
    return _truth(np.where(decided, deciding, 1 - deciding), missing)


def _and(node: n.And, frame: Frame) -> Column:
    return _settled(column_of(node.left, frame), column_of(node.right, frame), 0)


def _or(node: n.Or, frame: Frame) -> Column:
    return _settled(column_of(node.left, frame), column_of(node.right, frame), 1)


def _implies(node: n.Implies, frame: Frame) -> Column:
    left = column_of(node.left, frame)
    return _settled(_truth(1 - left.values, left.missing), column_of(node.right, frame), 1)


def _factor(left: Column, right: Column) -> Fraction:
    """How many units of the right one unit of the left is."""
    if left.unit == right.unit:
        return Fraction(1)
    if left.kind == DURATION:
        return Fraction(SCALE[left.unit]) / Fraction(SCALE[right.unit])
    if is_offset(left.unit) or is_offset(right.unit):
        raise NotExact
    return ratio(left.unit, right.unit)


def _on_one_scale(left: Column, right: Column) -> tuple[Any, Any]:
    """Two columns as integers that compare as their values do."""
    nothing = left.missing.all() or right.missing.all()
    if nothing or left.kind not in AMOUNTS:
        return left.values, right.values
    factor = _factor(left, right)
    decimals = max(left.decimals, right.decimals)
    one, other = rescaled(left, decimals), rescaled(right, decimals)
    return times(one.values, factor.numerator), times(other.values, factor.denominator)


ORDER: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


def _ordered(sign: str, left: Column, right: Column) -> Any:
    return ORDER[sign](*_on_one_scale(left, right))


def _compare(node: n.Compare, frame: Frame) -> Column:
    left, right = column_of(node.left, frame), column_of(node.right, frame)
    return _truth(_ordered(node.operator, left, right), first_missing(left, right))


def _among(node: n.Among, frame: Frame) -> Column:
    operand = column_of(node.operand, frame)
    found = np.zeros(len(operand.values), bool)
    for option in node.options:
        found |= _ordered("=", operand, _literal(option, frame))
    return _truth(found, operand.missing)


def _between(node: n.Between, frame: Frame) -> Column:
    operand, low, high = (column_of(part, frame) for part in (node.operand, node.low, node.high))
    inside = _ordered(">=", operand, low) & _ordered("<=", operand, high)
    return _truth(inside, first_missing(operand, low, high))


def _is_known(node: n.IsKnown, frame: Frame) -> Column:
    operand = column_of(node.operand, frame)
    return _truth(operand.missing == 0, np.zeros_like(operand.missing))


def _is_missing(node: n.IsMissing, frame: Frame) -> Column:
    operand = column_of(node.operand, frame)
    wanted = None if node.reason is None else REASONS.index(node.reason) + 1
    found = operand.missing != 0 if wanted is None else operand.missing == wanted
    return _truth(found, np.zeros_like(operand.missing))


def _within(node: n.Within, frame: Frame) -> Column:
    operand, length, anchor = (column_of(part, frame) for part in (node.operand, node.length, node.anchor))
    low = anchor if node.direction == "after" else _shifted(anchor, length, -1)
    high = anchor if node.direction == "before" else _shifted(anchor, length, 1)
    inside = (operand.values >= low.values) & (operand.values <= high.values)
    return _truth(inside, first_missing(operand, length, anchor))


def _shifted(day: Column, length: Column, sign: int) -> Column:
    """Days plus or minus exact durations. Raises NotExact for calendar ones and where no day results."""
    missing = first_missing(day, length)
    if missing.all():
        return _masked(day, day.values, missing)
    if length.unit not in HOURS:
        raise NotExact
    hours, scale = times(length.values, HOURS[length.unit]), 24 * 10**length.decimals
    moved = day.values + sign * (hours // scale)
    known = missing == 0
    if (hours % scale)[known].any() or ((moved < 1) | (moved > LAST_DAY))[known].any():
        raise NotExact
    return _masked(day, moved, missing)


def _if(node: n.If, frame: Frame) -> Column:
    condition, then, other = (column_of(part, frame) for part in (node.condition, node.then, node.other))
    then, other = _alike(then, other)
    unknown = condition.missing != 0
    agree = unknown & (then.missing == 0) & (other.missing == 0) & (then.values == other.values)
    take = (~unknown & (condition.values == 1)) | agree
    missing = np.where(take, then.missing, np.where(unknown, condition.missing, other.missing))
    return _masked(then, np.where(take, then.values, other.values), missing.astype(np.int8))


def _alike(left: Column, right: Column) -> tuple[Column, Column]:
    """Two columns with the same kind, unit and decimals. Raises NotExact for two units."""
    if left.missing.all():
        left = _masked(right, left.values, left.missing)
    if right.missing.all():
        right = _masked(left, right.values, right.missing)
    if left.unit != right.unit or left.kind != right.kind:
        raise NotExact
    decimals = max(left.decimals, right.decimals)
    return rescaled(left, decimals), rescaled(right, decimals)


def _arithmetic(node: n.Arithmetic, frame: Frame) -> Column:
    left, right = column_of(node.left, frame), column_of(node.right, frame)
    missing = first_missing(left, right)
    if missing.all():
        return _masked(left, left.values, missing)
    if node.operator == "/":
        raise NotExact
    if node.operator == "*":
        return _product(left, right, missing)
    if left.kind == DAY and right.kind == DURATION:
        return _shifted(left, right, 1 if node.operator == "+" else -1)
    if left.kind == DAY:
        return _masked(left, left.values - right.values, missing, kind=DURATION, unit="days")
    one, other = _alike(left, right)
    sign = 1 if node.operator == "+" else -1
    return _masked(one, one.values + sign * other.values, missing)


def _product(left: Column, right: Column, missing: Reasons) -> Column:
    """The product with a plain number; the units of two quantities are the reference's business."""
    if left.kind == NUMBER:
        left, right = right, left
    if right.kind != NUMBER:
        raise NotExact
    largest = [int(np.abs(column.values).max()) for column in (left, right)]
    times(np.array([largest[0]]), largest[1])
    return _masked(left, left.values * right.values, missing, decimals=left.decimals + right.decimals)


def _negate(node: n.Negate, frame: Frame) -> Column:
    operand = column_of(node.operand, frame)
    return _masked(operand, -operand.values, operand.missing)


def _call(node: n.Call, frame: Frame) -> Column:
    if node.function not in FUNCTIONS:
        raise NotExact
    columns = [column_of(argument, frame) for argument in node.arguments]
    found = columns[0]
    for column in columns[1:]:
        missing = first_missing(found, column)
        one, other = _alike(found, column)
        found = _masked(one, FUNCTIONS[node.function](one.values, other.values), missing)
    return _masked(found, np.abs(found.values), found.missing) if node.function == "abs" else found


FUNCTIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "min": np.minimum,
    "max": np.maximum,
    "sum": np.add,
    "abs": np.abs,
}
VECTOR: Mapping[type[Node], Callable[[Any, Frame], Column]] = {
    n.Literal: _literal,
    n.Name: lambda node, frame: frame.read(node),
    n.Item: lambda node, frame: frame.read(node),
    n.Not: _not,
    n.And: _and,
    n.Or: _or,
    n.Implies: _implies,
    n.Compare: _compare,
    n.Among: _among,
    n.Between: _between,
    n.IsKnown: _is_known,
    n.IsMissing: _is_missing,
    n.Within: _within,
    n.If: _if,
    n.Arithmetic: _arithmetic,
    n.Negate: _negate,
    n.Call: _call,
}
ROWS: Mapping[type[Node], str] = {
    n.Member: "belongs to one record of one participant",
    n.Quantified: "goes over the records of each participant",
    n.Select: "goes over the records of each participant",
}
