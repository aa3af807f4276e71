"""The evaluator for when only the value counts: an expression made once into one function of a case.

Edit checks, derivations and amounts are asked for hundreds of thousands of times in a trial, and nobody wants to
know which facts they read. Each class of node has a maker that turns it into a function of the case and of the
records bound to variables; what the tree says (an operator, a literal, the form) is looked up when it is made, not
at each call. It gives the value of the reference in `evaluate`, which properties show over generated expressions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from equipoise.rules import nodes as n
from equipoise.rules.operations import ARITHMETIC, FUNCTIONS, ORDER, add, compare, inside, negate, subtract
from equipoise.rules.scope import BUILT_IN
from equipoise.rules.values import ABSENT, MISSING, NOT_RECORDED, Missing, Quantity

if TYPE_CHECKING:
    from equipoise.rules.case import Case, Record

Bound = dict[str, "Record"]
Function = Callable[["Case", Bound], Any]
Reader = Callable[["Record | None"], Any]

PLAIN = frozenset({Decimal, str})
"""Types whose values compare without units or uncertainty; the checker gives both sides of an operator one type."""


def made(node: n.Node) -> Function:
    """The function of a checked node: its value for a case, with no variable bound at the start."""
    return MAKE[type(node)](node)


def _literal(node: n.Literal) -> Function:
    value = node.value
    return lambda case, bound: value


def _name(node: n.Name) -> Function:
    name = node.name
    return lambda case, bound: case.named(name)


def _reader(item: str) -> Reader:
    """Reads one item of a record, or one of the two that every record has."""
    if item == "date":
        return lambda record: ABSENT if record is None else record.date
    if item == "encounter":
        return lambda record: ABSENT if record is None or record.encounter is None else record.encounter
    return lambda record: ABSENT if record is None else record.values.get(item, ABSENT)


def _item(node: n.Item) -> Function:
    form, item, reads, read = node.form, node.item, node.reads, _reader(node.item)
    if reads == n.OWN and item not in BUILT_IN:
        # most of what is asked in a trial; one call, not two
        return lambda case, bound: ABSENT if (own := case.own) is None else own.values.get(item, ABSENT)
    if reads == n.OWN:
        return lambda case, bound: read(case.own)
    if reads == n.ONLY:
        return lambda case, bound: read(records[-1] if (records := case.records(form)) else None)
    return lambda case, bound: read(case.record(form, reads))


def _member(node: n.Member) -> Function:
    variable, read = node.variable, _reader(node.item)
    return lambda case, bound: read(bound[variable])


def _not(node: n.Not) -> Function:
    operand = made(node.operand)

    def value(case: Case, bound: Bound) -> Any:
        found = operand(case, bound)
        return found if type(found) is Missing else not found

    return value


def _chain(node: n.Node) -> tuple[Function, ...]:
    """The parts of `a and b and c`, or of `a or b or c`, from left to right."""
    kind, parts = type(node), []
    while type(node) is kind:
        parts.append(made(node.right))  # type: ignore[attr-defined]
        node = node.left  # type: ignore[attr-defined]
    return made(node), *reversed(parts)


def _first(deciding: bool, parts: tuple[Function, ...]) -> Function:
    """`deciding` as soon as a part is; else the first part that is unknown; else what all parts are."""

    def value(case: Case, bound: Bound) -> Any:
        unknown: Any = None
        for part in parts:
            found = part(case, bound)
            if found is deciding:
                return deciding
            if unknown is None and type(found) is Missing:
                unknown = found
        return not deciding if unknown is None else unknown

    return value


def _and(node: n.And) -> Function:
    return _first(False, _chain(node))


def _or(node: n.Or) -> Function:
    return _first(True, _chain(node))


def _implies(node: n.Implies) -> Function:
    left, right = made(node.left), made(node.right)

    def value(case: Case, bound: Bound) -> Any:
        first = left(case, bound)
        if first is False:
            return True
        second = right(case, bound)
        return first if type(first) is Missing and second is not True else second

    return value


def _pair(left: Function, right: Function, operate: Callable[[Any, Any], Any]) -> Function:
    """An operation on two known values; else the first that is missing."""

    def value(case: Case, bound: Bound) -> Any:
        first, second = left(case, bound), right(case, bound)
        if type(first) is Missing:
            return first
        return second if type(second) is Missing else operate(first, second)

    return value


def _compare(node: n.Compare) -> Function:
    sign, left = node.operator, made(node.left)
    if isinstance(node.right, n.Literal) and type(node.right.value) in PLAIN:
        holds, right = ORDER[sign], node.right.value

        def value(case: Case, bound: Bound) -> Any:
            found = left(case, bound)
            return found if type(found) is Missing else holds(found, right)

        return value
    return _pair(left, made(node.right), partial(compare, sign))


def _among(node: n.Among) -> Function:
    operand, options = made(node.operand), tuple(option.value for option in node.options)
    among = _equal_to_one if {type(option) for option in options} - PLAIN else tuple.__contains__

    def value(case: Case, bound: Bound) -> Any:
        found = operand(case, bound)
        return found if type(found) is Missing else among(options, found)

    return value


def _equal_to_one(options: tuple[Any, ...], operand: Any) -> Any:
    unknown: Any = False
    for option in options:
        equal = compare("=", operand, option)
        if equal is True:
            return True
        unknown = equal if unknown is False else unknown
    return unknown


def _limits(node: n.Between) -> tuple[Any, Any, str | None] | None:
    """The numbers between which the operand is to lie, and their unit; None when they are not written so."""
    if not (isinstance(node.low, n.Literal) and isinstance(node.high, n.Literal)):
        return None
    low, high = node.low.value, node.high.value
    if isinstance(low, Decimal) and isinstance(high, Decimal):
        return low, high, None
    if isinstance(low, Quantity) and isinstance(high, Quantity) and low.unit == high.unit:
        return low.value, high.value, low.unit
    return None


def _between(node: n.Between) -> Function:
    operand, limits = made(node.operand), _limits(node)
    if limits is None:
        return _all_known((operand, made(node.low), made(node.high)), inside)
    low, high, unit = limits
    ends = node.low.value, node.high.value  # type: ignore[attr-defined]

    def value(case: Case, bound: Bound) -> Any:
        found = operand(case, bound)
        if type(found) is Decimal:
            return low <= found <= high
        if type(found) is Missing:
            return found
        return low <= found.value <= high if found.unit == unit else inside(found, *ends)

    return value


def _all_known(parts: tuple[Function, ...], operate: Callable[..., Any]) -> Function:
    """An operation on known values; else the first that is missing."""

    def value(case: Case, bound: Bound) -> Any:
        values = [part(case, bound) for part in parts]
        for each in values:
            if type(each) is Missing:
                return each
        return operate(*values)

    return value


def _is_known(node: n.IsKnown) -> Function:
    operand = made(node.operand)
    return lambda case, bound: type(operand(case, bound)) is not Missing


def _is_missing(node: n.IsMissing) -> Function:
    operand = made(node.operand)
    if node.reason is None:
        return lambda case, bound: type(operand(case, bound)) is Missing
    wanted = MISSING[node.reason]
    return lambda case, bound: bool(operand(case, bound) == wanted)


def _within(node: n.Within) -> Function:
    before, after = node.direction != "after", node.direction != "before"

    def holds(operand: Any, length: Any, anchor: Any) -> Any:
        low = subtract(anchor, length) if before else anchor
        high = add(anchor, length) if after else anchor
        for end in (low, high):
            if type(end) is Missing:
                return end
        return inside(operand, low, high)

    return _all_known((made(node.operand), made(node.length), made(node.anchor)), holds)


def _if(node: n.If) -> Function:
    condition, then, other = made(node.condition), made(node.then), made(node.other)
    if isinstance(node.then, n.Literal) and isinstance(node.other, n.Literal):
        return _either(condition, node.then.value, node.other.value)

    def value(case: Case, bound: Bound) -> Any:
        found = condition(case, bound)
        if found is True:
            return then(case, bound)
        if found is False:
            return other(case, bound)
        first, second = then(case, bound), other(case, bound)
        if type(first) is Missing or type(second) is Missing:
            return found
        return first if compare("=", first, second) is True else found

    return value


def _either(condition: Function, then: Any, other: Any) -> Function:
    """One of two known values; the first, where they are equal and the condition is unknown."""
    same = compare("=", then, other) is True

    def value(case: Case, bound: Bound) -> Any:
        found = condition(case, bound)
        if found is False:
            return other
        return then if found is True or same else found

    return value


def _arithmetic(node: n.Arithmetic) -> Function:
    return _pair(made(node.left), made(node.right), ARITHMETIC[node.operator])


def _negate(node: n.Negate) -> Function:
    return _all_known((made(node.operand),), negate)


def _call(node: n.Call) -> Function:
    return _all_known(tuple(made(argument) for argument in node.arguments), FUNCTIONS[node.function])


def _rows(node: n.Quantified | n.Select) -> Callable[[Case], tuple[Any, bool]]:
    """The records of a form in their order, and whether there can be no more."""
    form = node.form
    if node.log:
        return lambda case: (case.records(form), case.log_closed(form))
    return lambda case: ((records := case.records(form)), bool(records))


def _quantified(node: n.Quantified) -> Function:
    rows, variable, condition = _rows(node), node.variable, made(node.condition)
    if node.kind == "count":
        return _count(rows, variable, condition)
    deciding = node.kind == "any"

    def value(case: Case, bound: Bound) -> Any:
        records, closed = rows(case)
        unknown: Any = not deciding
        for bound[variable] in records:
            found = condition(case, bound)
            if found is deciding:
                return deciding
            if type(found) is Missing and type(unknown) is not Missing:
                unknown = found
        return unknown if closed else MISSING[NOT_RECORDED]

    return value


def _count(rows: Callable[[Case], tuple[Any, bool]], variable: str, condition: Function) -> Function:
    def value(case: Case, bound: Bound) -> Any:
        records, closed = rows(case)
        if not closed:
            return MISSING[NOT_RECORDED]
        number = 0
        for bound[variable] in records:
            found = condition(case, bound)
            if type(found) is Missing:
                return found
            number += found
        return Decimal(number)

    return value


def _select(node: n.Select) -> Function:
    rows, variable, wanted = _rows(node), node.variable, made(node.value)
    condition = made(node.condition or n.Literal(value=True))
    order = reversed if node.kind == "latest" else iter

    def value(case: Case, bound: Bound) -> Any:
        records, closed = rows(case)
        for bound[variable] in order(records) if closed else ():
            fits = condition(case, bound)
            if type(fits) is Missing:
                return fits
            if fits:
                return wanted(case, bound)
        return MISSING[NOT_RECORDED]

    return value


MAKE: Mapping[type[n.Node], Callable[[Any], Function]] = {
    n.Literal: _literal,
    n.Name: _name,
    n.Item: _item,
    n.Member: _member,
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
    n.Quantified: _quantified,
    n.Select: _select,
}
