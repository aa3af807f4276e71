"""The evaluator for when only the value counts: an expression, written out once as one Python function of a case.

Edit checks, derivations and amounts are asked for hundreds of thousands of times in a trial, and nobody wants to
know which facts they read. Each class of node has a writer, which adds lines of Python and gives the name of what
they come to; the names and values of the definition enter as constants or quoted, never as code. The checks of a form
are written into one function. It gives the value of the reference in `evaluate`, which properties show over
generated expressions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from equipoise.rules import nodes as n
from equipoise.rules.operations import ARITHMETIC, FUNCTIONS, add, compare, inside, negate, subtract
from equipoise.rules.values import ABSENT, MISSING, NOT_RECORDED, Missing, Quantity, Value

if TYPE_CHECKING:
    from equipoise.rules.case import Case, Record

Function = Callable[["Case"], Any]

PLAIN = frozenset({Decimal, str})
"""Types whose values compare without units or uncertainty; the checker gives both sides of an operator one type."""

SIGNS = {"=": "=="}
"""The operators that Python writes in another way."""

READ = {
    "date": "ABSENT if {record} is None else {record}.date",
    "encounter": "ABSENT if {record} is None or {record}.encounter is None else {record}.encounter",
}
"""How the two items that every record has are read."""


def value_function(node: n.Node, parameters: Mapping[str, Value]) -> Function:
    """The function of a checked node: its value for a case."""
    text = _Text(parameters=parameters)
    text.line(f"return {text.write(node)}")
    return text.function()


def false_function(nodes: Sequence[n.Node], parameters: Mapping[str, Value]) -> Callable[[Case], list[int]]:
    """The function of several checked nodes: the places of those that are false for a case."""
    text = _Text(parameters=parameters)
    text.line("false = []")
    for place, node in enumerate(nodes):
        text.line(f"if {text.write(node)} is False: false.append({place})")
    text.line("return false")
    return text.function()


@dataclass(slots=True)
class _Text:
    """A function while it is written.

    parameters: the names of the definition that have one value.  constants: the values that the function names.
    depth: of the block that is open.  reads: the names of what was read in the outermost block, by how it was read: it
    holds for all that follows.  records: the names of bound variables.
    """

    parameters: Mapping[str, Value]
    lines: list[str] = field(default_factory=list)
    constants: dict[str, Any] = field(default_factory=dict)
    depth: int = 1
    number: int = 0
    reads: dict[str, str] = field(default_factory=dict)
    records: dict[str, str] = field(default_factory=dict)

    def write(self, node: n.Node) -> str:
        """Writes what a node comes to; gives its name."""
        return WRITE[type(node)](node, self)

    def line(self, line: str) -> None:
        self.lines.append(" " * self.depth + line)

    def fresh(self) -> str:
        self.number += 1
        return f"v{self.number}"

    def let(self, expression: str) -> str:
        """A new name for what an expression of Python comes to."""
        name = self.fresh()
        self.line(f"{name} = {expression}")
        return name

    def read(self, expression: str) -> str:
        """A name for what is read of the case: the same one, when it is read again."""
        if expression in self.reads:
            return self.reads[expression]
        name = self.let(expression)
        if self.depth == 1:
            self.reads[expression] = name
        return name

    def constant(self, value: Any) -> str:
        name = f"c{len(self.constants)}"
        self.constants[name] = value
        return name

    def known(self, parts: Sequence[str], expression: str) -> str:
        """A name for what an expression comes to when all parts are known; else for the first that is missing."""
        tests = [f"{part} if type({part}) is Missing else " for part in parts if part not in self.constants]
        return self.let("".join(tests) + expression)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        self.line(head)
        self.depth += 1
        yield
        self.depth -= 1

    def of_record(self, head: str, node: n.Node) -> str:
        """A function of a record that is bound to the variable of `head`: what a node comes to."""
        name, record = self.fresh(), self.records[head]
        with self.block(f"def {name}({record}):"):
            self.line(f"return {self.write(node)}")
        return name

    def function(self) -> Any:
        """The function that was written."""
        source = "\n".join(["def function(case):", *self.lines])
        space: dict[str, Any] = {**HELPERS, **self.constants}
        exec(compile(source, "<a rule>", "exec"), space)
        return space["function"]


def _literal(node: n.Literal, text: _Text) -> str:
    return text.constant(node.value)


def _name(node: n.Name, text: _Text) -> str:
    if node.name in text.parameters:
        return text.constant(text.parameters[node.name])
    return text.read(f"case.named({node.name!r})")


def _of(record: str, item: str, text: _Text) -> str:
    """Reads one item of a record, which may be none."""
    if item in READ:
        return text.read(READ[item].format(record=record))
    get = text.read(f"NOTHING.get if {record} is None else {record}.values.get")
    return text.read(f"{get}({item!r}, ABSENT)")


def _item(node: n.Item, text: _Text) -> str:
    if node.reads == n.OWN:
        return _of(text.read("case.own"), node.item, text)
    if node.reads == n.ONLY:
        return _of(text.read(f"last(case.records({node.form!r}))"), node.item, text)
    return _of(text.read(f"case.record({node.form!r}, {node.reads!r})"), node.item, text)


def _member(node: n.Member, text: _Text) -> str:
    return _of(text.records[node.variable], node.item, text)


def _not(node: n.Not, text: _Text) -> str:
    operand = text.write(node.operand)
    return text.known([operand], f"not {operand}")


def _chain(node: n.And | n.Or, text: _Text) -> str:
    """`deciding` as soon as a part is; else the first part that is unknown; else what all parts are."""
    kind, deciding = type(node), type(node) is n.Or
    left, parts = node.left, [node.right]
    while type(left) is kind:
        parts.append(left.right)
        left = left.left
    found = text.let(text.write(left))
    for part in reversed(parts):
        with text.block(f"if {found} is not {deciding}:"):
            other = text.write(part)
            text.line(f"if {found} is {not deciding} or {other} is {deciding}: {found} = {other}")
    return found


def _implies(node: n.Implies, text: _Text) -> str:
    left, found = text.write(node.left), text.fresh()
    with text.block(f"if {left} is False:"):
        text.line(f"{found} = True")
    with text.block("else:"):
        right = text.write(node.right)
        text.line(f"{found} = {left} if {right} is not True and type({left}) is Missing else {right}")
    return found


def _compare(node: n.Compare, text: _Text) -> str:
    left, right = text.write(node.left), text.write(node.right)
    sign, value = SIGNS.get(node.operator, node.operator), text.constants.get(right)
    usual = f"compare({node.operator!r}, {left}, {right})"
    if type(value) in PLAIN:
        return text.known([left], f"{left} {sign} {right}")
    if type(value) is Quantity:
        same = f"{left}.value {sign} {text.constant(value.value)} if {left}.unit == {value.unit!r} else "
        return text.known([left], same + usual)
    return text.known([left, right], usual)


def _among(node: n.Among, text: _Text) -> str:
    operand, values = text.write(node.operand), tuple(option.value for option in node.options)
    if {type(value) for value in values} <= PLAIN:
        return text.known([operand], f"{operand} in {text.constant(values)}")
    return text.known([operand], f"equal_to_one({text.constant(values)}, {operand})")


def _equal_to_one(options: tuple[Any, ...], operand: Any) -> Any:
    unknown: Any = False
    for option in options:
        equal = compare("=", operand, option)
        if equal is True:
            return True
        unknown = equal if unknown is False else unknown
    return unknown


def _between(node: n.Between, text: _Text) -> str:
    operand, low, high = (text.write(part) for part in (node.operand, node.low, node.high))
    ends = [text.constants.get(part) for part in (low, high)]
    usual = f"inside({operand}, {low}, {high})"
    if [type(end) for end in ends] == [Decimal, Decimal]:
        return text.known([operand], f"{low} <= {operand} <= {high}")
    if [type(end) for end in ends] == [Quantity, Quantity] and ends[0].unit == ends[1].unit:
        first, last = (text.constant(end.value) for end in ends)
        same = f"{first} <= {operand}.value <= {last} if {operand}.unit == {ends[0].unit!r} else "
        return text.known([operand], same + usual)
    return text.known([operand, low, high], usual)


def _is_known(node: n.IsKnown, text: _Text) -> str:
    return text.let(f"type({text.write(node.operand)}) is not Missing")


def _is_missing(node: n.IsMissing, text: _Text) -> str:
    operand = text.write(node.operand)
    if node.reason is None:
        return text.let(f"type({operand}) is Missing")
    return text.let(f"{operand} == {text.constant(MISSING[node.reason])}")


def _within(node: n.Within, text: _Text) -> str:
    parts = [text.write(part) for part in (node.operand, node.length, node.anchor)]
    near = text.constant(partial(_near, node.direction != "after", node.direction != "before"))
    return text.known(parts, f"{near}({', '.join(parts)})")


def _near(before: bool, after: bool, operand: Any, length: Any, anchor: Any) -> Any:
    """Whether a day lies within a length before or after another, or on either side of it."""
    low = subtract(anchor, length) if before else anchor
    high = add(anchor, length) if after else anchor
    for end in (low, high):
        if type(end) is Missing:
            return end
    return inside(operand, low, high)


def _if(node: n.If, text: _Text) -> str:
    """Both branches count when the condition is unknown: they may come to the same."""
    condition, then, other = text.write(node.condition), text.fresh(), text.fresh()
    with text.block(f"if {condition} is not False:"):
        text.line(f"{then} = {text.write(node.then)}")
    with text.block(f"if {condition} is not True:"):
        text.line(f"{other} = {text.write(node.other)}")
    both = f"either({condition}, {then}, {other})"
    return text.let(f"{then} if {condition} is True else {other} if {condition} is False else {both}")


def _either(condition: Missing, then: Any, other: Any) -> Any:
    """What an unknown condition leaves: the value of both branches where they have one, else the unknown."""
    if type(then) is Missing or type(other) is Missing:
        return condition
    return then if compare("=", then, other) is True else condition


def _arithmetic(node: n.Arithmetic, text: _Text) -> str:
    left, right = text.write(node.left), text.write(node.right)
    return text.known([left, right], f"{text.constant(ARITHMETIC[node.operator])}({left}, {right})")


def _negate(node: n.Negate, text: _Text) -> str:
    operand = text.write(node.operand)
    return text.known([operand], f"negate({operand})")


def _call(node: n.Call, text: _Text) -> str:
    parts = [text.write(argument) for argument in node.arguments]
    return text.known(parts, f"{text.constant(FUNCTIONS[node.function])}({', '.join(parts)})")


def _rows(node: n.Quantified | n.Select, text: _Text) -> tuple[str, str]:
    """The records of a form in their order, and whether there can be no more; the variable has a name from here."""
    text.records[node.variable] = text.fresh()
    records = text.read(f"case.records({node.form!r})")
    return records, text.read(f"case.log_closed({node.form!r})" if node.log else f"bool({records})")


def _quantified(node: n.Quantified, text: _Text) -> str:
    records, closed = _rows(node, text)
    condition = text.of_record(node.variable, node.condition)
    return text.let(f"{node.kind}_of({records}, {closed}, {condition})")


def _settled(deciding: bool, records: Sequence[Record], closed: bool, condition: Callable[..., Any]) -> Any:
    """any is settled by a true condition, all by a false one."""
    unknown: Any = not deciding
    for record in records:
        found = condition(record)
        if found is deciding:
            return deciding
        if type(found) is Missing and type(unknown) is not Missing:
            unknown = found
    return unknown if closed else MISSING[NOT_RECORDED]


def _count(records: Sequence[Record], closed: bool, condition: Callable[..., Any]) -> Any:
    if not closed:
        return MISSING[NOT_RECORDED]
    number = 0
    for record in records:
        found = condition(record)
        if type(found) is Missing:
            return found
        number += found
    return Decimal(number)


def _select(node: n.Select, text: _Text) -> str:
    records, closed = _rows(node, text)
    condition = text.of_record(node.variable, node.condition or n.Literal(value=True))
    value = text.of_record(node.variable, node.value)
    order = f"reversed({records})" if node.kind == "latest" else records
    return text.let(f"first_of({order}, {closed}, {condition}, {value})")


def _first_of(
    records: Sequence[Record], closed: bool, condition: Callable[..., Any], value: Callable[..., Any]
) -> Any:
    for record in records if closed else ():
        fits = condition(record)
        if type(fits) is Missing:
            return fits
        if fits:
            return value(record)
    return MISSING[NOT_RECORDED]


HELPERS: Mapping[str, Any] = {
    "ABSENT": ABSENT,
    "NOTHING": MappingProxyType({}),
    "Missing": Missing,
    "compare": compare,
    "inside": inside,
    "negate": negate,
    "last": lambda records: records[-1] if records else None,
    "equal_to_one": _equal_to_one,
    "either": _either,
    "any_of": partial(_settled, True),
    "all_of": partial(_settled, False),
    "count_of": _count,
    "first_of": _first_of,
}
"""What the functions that are written may name, beside their constants."""

WRITE: Mapping[type[n.Node], Callable[[Any, _Text], str]] = {
    n.Literal: _literal,
    n.Name: _name,
    n.Item: _item,
    n.Member: _member,
    n.Not: _not,
    n.And: _chain,
    n.Or: _chain,
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
