"""A tree back to text, and to canonical JSON for digests.

The text is canonical: one way to write each tree, with only the parentheses that it needs, and
`parse(to_text(node)) == node`. The JSON names nodes by words of this module, never by a class path, because
stored digests must be recomputable for decades.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from equipoise.rules import nodes as n
from equipoise.rules.parser import AND, COMPARISON, IF, IMPLIES, NOT, OR, PRODUCT, SUM, UNARY
from equipoise.rules.values import Duration, PartialDate, Quantity, Value

ATOM = UNARY + 1
LEVEL: Mapping[type[n.Node], int] = {
    n.If: IF,
    n.Implies: IMPLIES,
    n.Or: OR,
    n.And: AND,
    n.Not: NOT,
    n.Compare: COMPARISON,
    n.Among: COMPARISON,
    n.Between: COMPARISON,
    n.IsKnown: COMPARISON,
    n.IsMissing: COMPARISON,
    n.Within: COMPARISON,
    n.Negate: UNARY,
}


def to_text(node: n.Node) -> str:
    """The canonical text of a tree."""
    return TEXT[type(node)](node)


def _level(node: n.Node) -> int:
    if isinstance(node, n.Arithmetic):
        return SUM if node.operator in "+-" else PRODUCT
    return LEVEL.get(type(node), ATOM)


def _inside(node: n.Node, level: int) -> str:
    text = to_text(node)
    return text if _level(node) >= level else f"({text})"


def number_text(value: Decimal) -> str:
    """Digits with a point, never an exponent, without trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def value_text(value: Value) -> str:
    """A value as it is written in an expression."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, Quantity):
        return f"{number_text(value.value)} {value.unit}"
    if isinstance(value, Duration):
        return f"{number_text(value.count)} {value.unit}"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, PartialDate):
        return f"@{value.year:04}" + (f"-{value.month:02}" if value.month else "")
    assert isinstance(value, date), "a Range is never written"
    return value.isoformat()


def _item(node: n.Item) -> str:
    return f"{node.form}.{node.item}" + (f" at {node.encounter}" if node.encounter else "")


def _compare(node: n.Compare) -> str:
    return f"{_inside(node.left, SUM)} {node.operator} {_inside(node.right, SUM)}"


def _among(node: n.Among) -> str:
    return f"{_inside(node.operand, SUM)} in {{{', '.join(to_text(option) for option in node.options)}}}"


def _between(node: n.Between) -> str:
    return f"{_inside(node.operand, SUM)} in {_inside(node.low, SUM)}..{_inside(node.high, SUM)}"


def _missing(node: n.IsMissing) -> str:
    return f"{_inside(node.operand, SUM)} is missing" + (f"({node.reason})" if node.reason else "")


def _within(node: n.Within) -> str:
    operand, length = _inside(node.operand, SUM), _inside(node.length, SUM)
    return f"{operand} within {length} {node.direction} {_inside(node.anchor, SUM)}"


def _if(node: n.If) -> str:
    return f"if {to_text(node.condition)} then {to_text(node.then)} else {to_text(node.other)}"


def _arithmetic(node: n.Arithmetic) -> str:
    level = _level(node)
    return f"{_inside(node.left, level)} {node.operator} {_inside(node.right, level + 1)}"


def _negate(node: n.Negate) -> str:
    # A minus directly before a number would be read as part of the number.
    plain = _level(node.operand) > UNARY and not isinstance(node.operand, n.Literal)
    return f"-{to_text(node.operand)}" if plain else f"-({to_text(node.operand)})"


def _call(node: n.Call) -> str:
    return f"{node.function}({', '.join(to_text(argument) for argument in node.arguments)})"


def _quantified(node: n.Quantified) -> str:
    return f"{node.kind}({node.variable} in {node.form}: {to_text(node.condition)})"


def _select(node: n.Select) -> str:
    where = f" where {to_text(node.condition)}" if node.condition else ""
    return f"{node.kind}({node.variable} in {node.form}{where}: {to_text(node.value)})"


TEXT: Mapping[type[n.Node], Callable[[Any], str]] = {
    n.Literal: lambda node: value_text(node.value),
    n.Name: lambda node: node.name,
    n.Item: _item,
    n.Member: lambda node: f"{node.variable}.{node.item}",
    n.Not: lambda node: f"not {_inside(node.operand, NOT)}",
    n.And: lambda node: f"{_inside(node.left, AND)} and {_inside(node.right, NOT)}",
    n.Or: lambda node: f"{_inside(node.left, OR)} or {_inside(node.right, AND)}",
    n.Implies: lambda node: f"{_inside(node.left, OR)} implies {_inside(node.right, IMPLIES)}",
    n.Compare: _compare,
    n.Among: _among,
    n.Between: _between,
    n.IsKnown: lambda node: f"{_inside(node.operand, SUM)} is known",
    n.IsMissing: _missing,
    n.Within: _within,
    n.If: _if,
    n.Arithmetic: _arithmetic,
    n.Negate: _negate,
    n.Call: _call,
    n.Quantified: _quantified,
    n.Select: _select,
}

WORDS: Mapping[type[n.Node], str] = {
    n.Literal: "literal",
    n.Name: "name",
    n.Item: "item",
    n.Member: "member",
    n.Not: "not",
    n.And: "and",
    n.Or: "or",
    n.Implies: "implies",
    n.Compare: "compare",
    n.Among: "among",
    n.Between: "between",
    n.IsKnown: "is known",
    n.IsMissing: "is missing",
    n.Within: "within",
    n.If: "if",
    n.Arithmetic: "arithmetic",
    n.Negate: "negate",
    n.Call: "call",
    n.Quantified: "quantified",
    n.Select: "select",
}
MARKS = frozenset({"place", "item_place", "encounter_place", "form_place", "reads", "log"})


def to_data(node: n.Node) -> dict[str, Any]:
    """The tree as JSON values: the word of the node and its parts, without places and marks.

    Literals are their canonical text, so that no number becomes a binary float.
    """
    if isinstance(node, n.Literal):
        return {"node": "literal", "value": value_text(node.value)}
    data: dict[str, Any] = {"node": WORDS[type(node)]}
    for name in node.__dataclass_fields__:
        if name not in MARKS:
            data[name] = _data(getattr(node, name))
    return data


def _data(part: Any) -> Any:
    if isinstance(part, n.Node):
        return to_data(part)
    if isinstance(part, tuple):
        return [_data(one) for one in part]
    return part
