"""The expression as data: a small closed set of frozen nodes, each with the place where it was written.

Two trees are equal when they mean the same; places, and the marks that the checker adds (`reads`, `log`),
do not count. Every engine (the evaluator, the columns, the explanation, the printer) is a table from these
classes to functions, and a test fails when one of them lacks a class.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from equipoise.rules.place import NOWHERE, Place
from equipoise.rules.values import Value

OWN = "own record"  # mark of the checker: the item is read from the record being entered
ONLY = "only record"  # mark of the checker: the form is not tied to encounters


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What all nodes share: the place of their first or deciding character."""

    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal(Node):
    """A value written in the expression."""

    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Node):
    """A bare name: a parameter, a derivation or a context name."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item(Node):
    """FORM.ITEM, or FORM.ITEM at ENCOUNTER. `reads`: OWN, ONLY or the encounter, set by the checker."""

    form: str
    item: str
    encounter: str | None = None
    item_place: Place = field(default=NOWHERE, compare=False, repr=False)
    encounter_place: Place = field(default=NOWHERE, compare=False, repr=False)
    reads: str = field(default=OWN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member(Node):
    """VARIABLE.ITEM inside a collection."""

    variable: str
    item: str
    item_place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Node):
    """not OPERAND."""

    operand: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class And(Node):
    """LEFT and RIGHT."""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Or(Node):
    """LEFT or RIGHT."""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Implies(Node):
    """LEFT implies RIGHT, which is (not LEFT) or RIGHT."""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare(Node):
    """LEFT = != < <= > >= RIGHT."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Among(Node):
    """OPERAND in {LITERAL, ...}."""

    operand: Node
    options: tuple[Literal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Between(Node):
    """OPERAND in LOW..HIGH, both ends included."""

    operand: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class IsKnown(Node):
    """OPERAND is known."""

    operand: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class IsMissing(Node):
    """OPERAND is missing, or OPERAND is missing(REASON)."""

    operand: Node
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Within(Node):
    """OPERAND within LENGTH before|after|of ANCHOR, both ends included."""

    operand: Node
    length: Node
    direction: str
    anchor: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class If(Node):
    """if CONDITION then THEN else OTHER."""

    condition: Node
    then: Node
    other: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic(Node):
    """LEFT + - * / RIGHT."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Negate(Node):
    """-OPERAND."""

    operand: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Node):
    """FUNCTION(ARGUMENT, ...) of the closed table of functions."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantified(Node):
    """any|all|count(VARIABLE in FORM: CONDITION). `log`: whether the form is a log, set by the checker."""

    kind: str
    variable: str
    form: str
    condition: Node
    form_place: Place = field(default=NOWHERE, compare=False, repr=False)
    log: bool = field(default=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Select(Node):
    """latest|earliest(VARIABLE in FORM where CONDITION: VALUE). `log` as for Quantified."""

    kind: str
    variable: str
    form: str
    condition: Node | None = None
    value: Node
    form_place: Place = field(default=NOWHERE, compare=False, repr=False)
    log: bool = field(default=False, compare=False, repr=False)


NODE_CLASSES: tuple[type[Node], ...] = (
    Literal,
    Name,
    Item,
    Member,
    Not,
    And,
    Or,
    Implies,
    Compare,
    Among,
    Between,
    IsKnown,
    IsMissing,
    Within,
    If,
    Arithmetic,
    Negate,
    Call,
    Quantified,
    Select,
)
