"""The checker: names, types and units, and what an expression depends on.

It gives back the same tree with two marks that the engines need (where an item is read from, whether a form
is a log), or raises the first fault with its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from equipoise.rules import nodes as n
from equipoise.rules import typing_rules as rules
from equipoise.rules.errors import fault
from equipoise.rules.lexer import hint
from equipoise.rules.place import Place
from equipoise.rules.printer import to_text
from equipoise.rules.quick import Function, value_function
from equipoise.rules.scope import BUILT_IN, ENCOUNTER, LOG, FormScope, Scope
from equipoise.rules.types import Boolean, DateType, DurationType, Number, Type, name_of
from equipoise.rules.values import Value

Dependency = tuple[str, ...]
Checked = tuple[n.Node, Type]


@dataclass(frozen=True, kw_only=True)
class Expression:
    """A checked expression.

    node: the tree.  type: what it gives.  text: its canonical text.
    depends: ("item", form, item), ("form", form) and ("name", name) of everything that it reads.
    alone: whether it reads no record but the one that is being entered.  parameters: the values that it may name.
    """

    node: n.Node
    type: Type
    depends: frozenset[Dependency]
    text: str
    alone: bool = field(compare=False)
    parameters: Mapping[str, Value] = field(compare=False, repr=False)

    @cached_property
    def value(self) -> Function:
        """The function of a case that gives what it comes to, without the facts behind it: the value of `evaluate`.
        It is written when it is first asked for."""
        return value_function(self.node, self.parameters)


@dataclass(slots=True)
class _Checking:
    scope: Scope
    depends: set[Dependency] = field(default_factory=set)
    alone: bool = True
    variables: dict[str, str] = field(default_factory=dict)


def check(node: n.Node, scope: Scope) -> Expression:
    """The checked expression. Raises RuleError (RULE-007 to 037) at the offending character."""
    c = _Checking(scope)
    checked, kind = _check(node, c)
    return Expression(
        node=checked,
        type=kind,
        depends=frozenset(c.depends),
        text=to_text(checked),
        alone=c.alone,
        parameters=scope.parameters,
    )


def _check(node: n.Node, c: _Checking) -> Checked:
    return CHECK[type(node)](node, c)


def _boolean(node: n.Node, c: _Checking) -> n.Node:
    checked, kind = _check(node, c)
    if not isinstance(kind, Boolean):
        raise fault("RULE-024", node.place, found=name_of(kind))
    return checked


def _literal(node: n.Literal, c: _Checking) -> Checked:
    return node, rules.type_of_value(node.value)


def _name(node: n.Name, c: _Checking) -> Checked:
    if node.name in c.scope.sealed:
        raise fault("RULE-014", node.place, found=node.name)
    if node.name not in c.scope.names:
        near = hint(node.name, c.scope.names)
        raise fault("RULE-013", node.place, found=node.name, hint=near)
    c.depends.add(("name", node.name))
    return node, c.scope.names[node.name]


def _form(name: str, place: Place, c: _Checking) -> FormScope:
    if name not in c.scope.forms:
        raise fault("RULE-011", place, found=name, hint=hint(name, c.scope.forms))
    return c.scope.forms[name]


def _item_type(form: str, item: str, place: Place, c: _Checking) -> Type:
    if item in BUILT_IN:
        c.depends.add(("form", form))
        return c.scope.built_in(item)
    items = c.scope.forms[form].items
    if item not in items:
        raise fault("RULE-012", place, form=form, found=item, hint=hint(item, [*items, *BUILT_IN]))
    c.depends.add(("item", form, item))
    return items[item].type


def _reads(node: n.Item, form: FormScope, c: _Checking) -> str:
    """Where the item's value comes from: OWN, ONLY or an encounter."""
    if node.encounter is not None:
        if node.encounter not in c.scope.encounters:
            near = hint(node.encounter, c.scope.encounters)
            raise fault("RULE-015", node.encounter_place, found=node.encounter, hint=near)
        if form.kind == LOG or node.encounter not in form.encounters:
            raise fault("RULE-016", node.encounter_place, form=node.form, found=node.encounter)
        return node.encounter
    if node.form == c.scope.own:
        return n.OWN
    if form.kind == LOG:
        raise fault("RULE-017", node.place, form=node.form, item=node.item)
    if form.kind != ENCOUNTER:
        return n.ONLY
    if len(form.encounters) != 1:
        raise fault("RULE-018", node.place, form=node.form, item=node.item)
    return form.encounters[0]


def _item(node: n.Item, c: _Checking) -> Checked:
    form = _form(node.form, node.place, c)
    kind = _item_type(node.form, node.item, node.item_place, c)
    reads = _reads(node, form, c)
    c.alone = c.alone and reads == n.OWN
    return replace(node, reads=reads), kind


def _member(node: n.Member, c: _Checking) -> Checked:
    return node, _item_type(c.variables[node.variable], node.item, node.item_place, c)


def _not(node: n.Not, c: _Checking) -> Checked:
    return replace(node, operand=_boolean(node.operand, c)), Boolean()


def _logic(node: n.And | n.Or | n.Implies, c: _Checking) -> Checked:
    return replace(node, left=_boolean(node.left, c), right=_boolean(node.right, c)), Boolean()


def _compare(node: n.Compare, c: _Checking) -> Checked:
    left, left_type = _check(node.left, c)
    right, right_type = _check(node.right, c)
    rules.comparable(left, left_type, right, right_type, node.place)
    if node.operator not in ("=", "!="):
        rules.ordered(left_type, node.operator, node.place)
    return replace(node, left=left, right=right), Boolean()


def _among(node: n.Among, c: _Checking) -> Checked:
    operand, kind = _check(node.operand, c)
    for option in node.options:
        rules.comparable(operand, kind, option, rules.type_of_value(option.value), option.place)
    return replace(node, operand=operand), Boolean()


def _between(node: n.Between, c: _Checking) -> Checked:
    operand, kind = _check(node.operand, c)
    low, low_type = _check(node.low, c)
    high, high_type = _check(node.high, c)
    rules.ordered(kind, "a range", node.place)
    rules.comparable(operand, kind, low, low_type, low.place)
    rules.comparable(operand, kind, high, high_type, high.place)
    return replace(node, operand=operand, low=low, high=high), Boolean()


def _known(node: n.IsKnown | n.IsMissing, c: _Checking) -> Checked:
    operand, _ = _check(node.operand, c)
    return replace(node, operand=operand), Boolean()


def _within(node: n.Within, c: _Checking) -> Checked:
    operand, kind = _check(node.operand, c)
    length, length_type = _check(node.length, c)
    anchor, anchor_type = _check(node.anchor, c)
    for part, found in ((operand, kind), (anchor, anchor_type)):
        if not isinstance(found, DateType):
            raise fault("RULE-019", part.place, left=name_of(found), right="a date")
    if not isinstance(length_type, DurationType):
        raise fault("RULE-019", length.place, left=name_of(length_type), right="a duration")
    rules.whole_days(length)
    return replace(node, operand=operand, length=length, anchor=anchor), Boolean()


def _if(node: n.If, c: _Checking) -> Checked:
    condition = _boolean(node.condition, c)
    then, then_type = _check(node.then, c)
    other, other_type = _check(node.other, c)
    kind = rules.joined(then, then_type, other, other_type, other.place)
    return replace(node, condition=condition, then=then, other=other), kind


def _arithmetic(node: n.Arithmetic, c: _Checking) -> Checked:
    left, left_type = _check(node.left, c)
    right, right_type = _check(node.right, c)
    kind = rules.arithmetic(node.operator, left_type, right_type, node.place)
    if isinstance(left_type, DateType) and isinstance(right_type, DurationType):
        rules.whole_days(right)
    return replace(node, left=left, right=right), kind


def _negate(node: n.Negate, c: _Checking) -> Checked:
    operand, kind = _check(node.operand, c)
    return replace(node, operand=operand), rules.amount("-", kind, node.place)


def _call(node: n.Call, c: _Checking) -> Checked:
    checked = [_check(argument, c) for argument in node.arguments]
    kind = FUNCTION_TYPES[node.function](node, checked)
    return replace(node, arguments=tuple(argument for argument, _ in checked)), kind


def _extremum(node: n.Call, checked: list[Checked]) -> Type:
    """min, max and sum: two or more of one ordered kind (sum: of amounts)."""
    if len(checked) < 2:
        words = {"function": node.function, "expected": "two or more arguments", "found": len(checked)}
        raise fault("RULE-027", node.place, **words)
    first, kind = checked[0]
    for argument, other in checked[1:]:
        kind = rules.joined(first, kind, argument, other, argument.place)
    if node.function == "sum":
        return rules.amount("sum", kind, node.place)
    rules.ordered(kind, node.function, node.place)
    return kind


def _abs(node: n.Call, checked: list[Checked]) -> Type:
    rules.count_of_arguments(node, 1)
    return rules.amount("abs", checked[0][1], node.place)


def _round(node: n.Call, checked: list[Checked]) -> Type:
    rules.count_of_arguments(node, 2)
    places = node.arguments[1]
    value = places.value if isinstance(places, n.Literal) else None
    if not isinstance(value, Decimal) or value % 1 or not 0 <= value <= 12:
        raise fault("RULE-028", places.place)
    return rules.amount("round", checked[0][1], node.place)


def _age(node: n.Call, checked: list[Checked]) -> Type:
    rules.count_of_arguments(node, 2)
    for argument, kind in checked:
        if not isinstance(kind, DateType):
            raise fault("RULE-019", argument.place, left=name_of(kind), right="a date")
    return DurationType("calendar", "years", 0)


FUNCTION_TYPES: Mapping[str, Callable[[n.Call, list[Checked]], Type]] = {
    "min": _extremum,
    "max": _extremum,
    "sum": _extremum,
    "abs": _abs,
    "round": _round,
    "age": _age,
}


def _bound(node: n.Quantified | n.Select, c: _Checking) -> bool:
    """Binds the variable to the form; gives whether the form is a log."""
    form = _form(node.form, node.form_place, c)
    taken = (c.scope.forms, c.scope.names, c.scope.sealed, c.variables)
    if any(node.variable in names for names in taken):
        raise fault("RULE-029", node.place, found=node.variable)
    c.variables[node.variable] = node.form
    c.depends.add(("form", node.form))
    c.alone = False
    return form.kind == LOG


def _quantified(node: n.Quantified, c: _Checking) -> Checked:
    log = _bound(node, c)
    condition = _boolean(node.condition, c)
    del c.variables[node.variable]
    kind: Type = Number(0) if node.kind == "count" else Boolean()
    return replace(node, condition=condition, log=log), kind


def _select(node: n.Select, c: _Checking) -> Checked:
    log = _bound(node, c)
    condition = None if node.condition is None else _boolean(node.condition, c)
    value, kind = _check(node.value, c)
    del c.variables[node.variable]
    return replace(node, condition=condition, value=value, log=log), kind


CHECK: Mapping[type[n.Node], Callable[[Any, _Checking], Checked]] = {
    n.Literal: _literal,
    n.Name: _name,
    n.Item: _item,
    n.Member: _member,
    n.Not: _not,
    n.And: _logic,
    n.Or: _logic,
    n.Implies: _logic,
    n.Compare: _compare,
    n.Among: _among,
    n.Between: _between,
    n.IsKnown: _known,
    n.IsMissing: _known,
    n.Within: _within,
    n.If: _if,
    n.Arithmetic: _arithmetic,
    n.Negate: _negate,
    n.Call: _call,
    n.Quantified: _quantified,
    n.Select: _select,
}
