"""The evaluator of one expression for one case: deliberately naive, and the reference for every other engine.

It walks the tree from left to right. A missing operand makes a comparison or arithmetic missing, with the
reason of the first missing operand; `and`, `or`, `implies` and `not` are Kleene's. It stops as soon as the
verdict is settled, and lists the facts that it read until then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from equipoise.rules import nodes as n
from equipoise.rules.case import Case, EmptyCase, Record
from equipoise.rules.check import Expression
from equipoise.rules.operations import ARITHMETIC, FUNCTIONS, add, compare, inside, negate, subtract
from equipoise.rules.scope import Scope
from equipoise.rules.values import ABSENT, MISSING, NOT_RECORDED, Missing, Value

# Types whose values are equal or not, without units or uncertainty.
PLAIN = frozenset({Decimal, str})


class Fact(NamedTuple):
    """One thing that was read: `form.item`, a form that is open or empty, or a name.

    sequence: the number of the event that it came from, None when nothing was recorded or for a name.
    A named tuple, since a trial reads hundreds of thousands of facts and a frozen dataclass takes three times as long.
    """

    item: str
    encounter: str | None
    value: Value | Missing
    sequence: int | None


class Verdict(NamedTuple):
    """What an expression comes to, and the facts that were read on the way."""

    value: Value | Missing
    facts: tuple[Fact, ...]

    @property
    def is_true(self) -> bool:
        """Known and true: the only verdict that opens a gate."""
        return self.value is True

    @property
    def is_false(self) -> bool:
        """Known and false."""
        return self.value is False

    @property
    def is_unknown(self) -> bool:
        """Not known."""
        return type(self.value) is Missing

    @property
    def missing(self) -> tuple[Fact, ...]:
        """The facts that are missing."""
        return tuple(fact for fact in self.facts if type(fact.value) is Missing)


class _Run:
    """One evaluation: the case, the records bound to variables, the facts read so far."""

    __slots__ = ("case", "facts", "records")

    def __init__(self, case: Case) -> None:
        self.case = case
        self.facts: list[Fact] = []
        self.records: dict[str, tuple[str, Record]] = {}


def evaluate(expression: Expression, case: Case) -> Verdict:
    """The verdict of a checked expression for a case."""
    run = _Run(case)
    node = expression.node
    value = EVALUATE[type(node)](node, run)
    return Verdict(value, tuple(run.facts))


def value_of(node: n.Node, case: Case) -> Value | Missing:
    """The value of any checked node for a case."""
    return EVALUATE[type(node)](node, _Run(case))  # type: ignore[no-any-return]


def inputs_all_missing_verdict(expression: Expression, scope: Scope) -> Verdict:
    """The verdict when nothing but the parameters is known.

    A criterion that is true then, or an exclusion that is false then, would let a participant pass about
    whom nobody asked anything.
    """
    return evaluate(expression, EmptyCase(scope.parameters))


def _value(node: n.Node, run: _Run) -> Any:
    return EVALUATE[type(node)](node, run)


def _literal(node: n.Literal, run: _Run) -> Any:
    return node.value


def _name(node: n.Name, run: _Run) -> Any:
    value = run.case.named(node.name)
    run.facts.append(Fact(node.name, None, value, None))
    return value


def _read(run: _Run, record: Record | None, form: str, item: str, encounter: str | None) -> Any:
    value: Any
    if record is None:
        value, sequence = ABSENT, None
    else:
        sequence, encounter = record.sequence, record.encounter
        if item == "date":
            value = record.date
        elif item == "encounter":
            value = ABSENT if encounter is None else encounter
        else:
            value = record.values.get(item, ABSENT)
    run.facts.append(Fact(f"{form}.{item}", encounter, value, sequence))
    return value


def _item(node: n.Item, run: _Run) -> Any:
    reads = node.reads
    if reads == n.OWN:
        return _read(run, run.case.own, node.form, node.item, None)
    if reads == n.ONLY:
        records = run.case.records(node.form)
        return _read(run, records[-1] if records else None, node.form, node.item, None)
    return _read(run, run.case.record(node.form, reads), node.form, node.item, reads)


def _member(node: n.Member, run: _Run) -> Any:
    form, record = run.records[node.variable]
    return _read(run, record, form, node.item, None)


def _not(node: n.Not, run: _Run) -> Any:
    value = _value(node.operand, run)
    return value if type(value) is Missing else not value


def _and(node: n.And, run: _Run) -> Any:
    left = _value(node.left, run)
    if left is False:
        return False
    right = _value(node.right, run)
    return left if type(left) is Missing and right is not False else right


def _or(node: n.Or, run: _Run) -> Any:
    left = _value(node.left, run)
    if left is True:
        return True
    right = _value(node.right, run)
    return left if type(left) is Missing and right is not True else right


def _implies(node: n.Implies, run: _Run) -> Any:
    left = _value(node.left, run)
    if left is False:
        return True
    right = _value(node.right, run)
    return left if type(left) is Missing and right is not True else right


def _compare(node: n.Compare, run: _Run) -> Any:
    left = _value(node.left, run)
    right = _value(node.right, run)
    if type(left) is Missing:
        return left
    return right if type(right) is Missing else compare(node.operator, left, right)


def _among(node: n.Among, run: _Run) -> Any:
    operand = _value(node.operand, run)
    if type(operand) is Missing:
        return operand
    if type(operand) in PLAIN:
        return any(operand == option.value for option in node.options)
    unknown: Any = False
    for option in node.options:
        equal = compare("=", operand, option.value)
        if equal is True:
            return True
        unknown = equal if unknown is False else unknown
    return unknown


def _between(node: n.Between, run: _Run) -> Any:
    values = [_value(part, run) for part in (node.operand, node.low, node.high)]
    for value in values:
        if type(value) is Missing:
            return value
    return inside(*values)


def _is_known(node: n.IsKnown, run: _Run) -> bool:
    return type(_value(node.operand, run)) is not Missing


def _is_missing(node: n.IsMissing, run: _Run) -> bool:
    value = _value(node.operand, run)
    if node.reason is None:
        return type(value) is Missing
    return bool(value == MISSING[node.reason])


def _within(node: n.Within, run: _Run) -> Any:
    values = [_value(part, run) for part in (node.operand, node.length, node.anchor)]
    for value in values:
        if type(value) is Missing:
            return value
    operand, length, anchor = values
    low = anchor if node.direction == "after" else subtract(anchor, length)
    high = anchor if node.direction == "before" else add(anchor, length)
    for value in (low, high):
        if type(value) is Missing:
            return value
    return inside(operand, low, high)


def _if(node: n.If, run: _Run) -> Any:
    condition = _value(node.condition, run)
    if condition is True:
        return _value(node.then, run)
    if condition is False:
        return _value(node.other, run)
    then, other = _value(node.then, run), _value(node.other, run)
    if type(then) is Missing or type(other) is Missing:
        return condition
    return then if compare("=", then, other) is True else condition


def _arithmetic(node: n.Arithmetic, run: _Run) -> Any:
    left = _value(node.left, run)
    right = _value(node.right, run)
    if type(left) is Missing:
        return left
    return right if type(right) is Missing else ARITHMETIC[node.operator](left, right)


def _negate(node: n.Negate, run: _Run) -> Any:
    value = _value(node.operand, run)
    return value if type(value) is Missing else negate(value)


def _call(node: n.Call, run: _Run) -> Any:
    values = [_value(argument, run) for argument in node.arguments]
    for value in values:
        if type(value) is Missing:
            return value
    return FUNCTIONS[node.function](*values)


def _open(form: str, run: _Run) -> Missing:
    """Notes that the form is open or without a record, and gives the missing value."""
    run.facts.append(Fact(item=form, encounter=None, value=ABSENT, sequence=None))
    return MISSING[NOT_RECORDED]


def _closed(node: n.Quantified | n.Select, records: Sequence[Record], run: _Run) -> bool:
    return run.case.log_closed(node.form) if node.log else bool(records)


def _each(node: n.Quantified, records: Sequence[Record], run: _Run) -> Any:
    """The condition for one record after another."""
    for record in records:
        run.records[node.variable] = (node.form, record)
        yield _value(node.condition, run)


def _quantified(node: n.Quantified, run: _Run) -> Any:
    records = run.case.records(node.form)
    closed = _closed(node, records, run)
    return QUANTIFY[node.kind](node, records, closed, run)


def _settled_by(deciding: bool) -> Callable[..., Any]:
    """any is settled by a true condition, all by a false one."""

    def run_through(node: n.Quantified, records: Sequence[Record], closed: bool, run: _Run) -> Any:
        unknown: Any = not deciding
        for value in _each(node, records, run):
            if value is deciding:
                return deciding
            if type(value) is Missing and type(unknown) is not Missing:
                unknown = value
        return unknown if closed else _open(node.form, run)

    return run_through


def _count(node: n.Quantified, records: Sequence[Record], closed: bool, run: _Run) -> Any:
    if not closed:
        return _open(node.form, run)
    found = 0
    for value in _each(node, records, run):
        if type(value) is Missing:
            return value
        found += value
    return Decimal(found)


QUANTIFY = {"any": _settled_by(True), "all": _settled_by(False), "count": _count}


def _select(node: n.Select, run: _Run) -> Any:
    records = run.case.records(node.form)
    if _closed(node, records, run):
        for record in reversed(records) if node.kind == "latest" else records:
            run.records[node.variable] = (node.form, record)
            fits = True if node.condition is None else _value(node.condition, run)
            if type(fits) is Missing:
                return fits
            if fits:
                return _value(node.value, run)
    return _open(node.form, run)


EVALUATE: Mapping[type[n.Node], Callable[[Any, _Run], Any]] = {
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
