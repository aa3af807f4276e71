"""Well-typed expressions and data to evaluate them on: one generator for each class of node.

A generator is a function of a draw, the kind that is wanted, and the depth that is left; `GENERATORS` says
which kinds each class can give. A test fails when a class of node has no generator here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import strategies as st

from equipoise.rules import (
    Boolean,
    Code,
    DateType,
    Duration,
    FormScope,
    ItemScope,
    Missing,
    Node,
    Number,
    PartialDate,
    Quantity,
    Scope,
    unit_type,
)
from equipoise.rules import nodes as n
from equipoise.rules.values import REASONS
from tests.spec.rules.world import CaseOf, RecordOf

TRUTH, NUMBER, MASS, EXACT, CALENDAR, DAY, CODE = (
    "truth",
    "number",
    "mass",
    "exact",
    "calendar",
    "day",
    "code",
)
KINDS = (TRUTH, NUMBER, MASS, EXACT, CALENDAR, DAY, CODE)
AMOUNTS = (NUMBER, MASS, EXACT, CALENDAR)
ORDERED = (*AMOUNTS, DAY)
ITEMS = {
    "flag": (TRUTH, Boolean()),
    "score": (NUMBER, Number(1)),
    "any_number": (NUMBER, Number()),
    "weight": (MASS, unit_type("kg", 1)),
    "dose": (MASS, unit_type("mg", 0)),
    "pounds": (MASS, unit_type("[lb_av]", 1)),
    "wait": (EXACT, unit_type("days", 1)),
    "pause": (EXACT, unit_type("hours", 0)),
    "term": (CALENDAR, unit_type("months", 0)),
    "began": (DAY, DateType()),
    "vague": (DAY, DateType(partial=True)),
    "choice": (CODE, Code("choice", ("a", "b"))),
}
SCOPED = {name: ItemScope(type=kind) for name, (_, kind) in ITEMS.items()}
SCOPE = Scope(
    forms={
        "visit": FormScope(kind="encounter", encounters=("one", "two"), items=SCOPED),
        "person": FormScope(kind="single", items=SCOPED),
        "log": FormScope(kind="log", items=SCOPED),
    },
    encounters={"one": "One", "two": "Two"},
    names={f"the_{name}": kind for name, (_, kind) in ITEMS.items()},
)

# Values come from small pools, so that equal ones, and the ends of ranges, meet often.
EXACTS = [Decimal(text) for text in ("-2", "-1", "0", "0.5", "1", "2", "2.5", "3", "24")]
WHOLE = [Decimal(number) for number in range(-1, 5)]
NUMBERS = [*EXACTS, Decimal(4 * 10**18), Decimal(-(10**27)), Decimal("0.0000000000001"), Decimal(10**17)]
NEAR = [date(2026, 2, 25) + timedelta(days=days) for days in range(8)]
FAR = [date(1, 1, 1), date(2024, 2, 29), date(2025, 11, 30), date(9999, 12, 31)]
PARTIAL = [PartialDate(2026), PartialDate(2026, 2), PartialDate(2026, 3)]
DAYS = [*NEAR, *NEAR, *FAR, *PARTIAL]
CODES = ["a", "b"]
UNKNOWN = [Missing(reason) for reason in REASONS]


def pool_of(name: str) -> list[Any]:
    """Values as the item declares them."""
    kind, declared = ITEMS[name]
    amounts = EXACTS if getattr(declared, "decimals", 0) else WHOLE
    if kind == MASS:
        return [Quantity(amount, declared.unit) for amount in amounts]
    if kind in (EXACT, CALENDAR):
        return [Duration(amount, declared.unit) for amount in amounts]
    plain: dict[str, list[Any]] = {TRUTH: [True, False], DAY: NEAR, CODE: CODES, NUMBER: EXACTS}
    return {"any_number": NUMBERS, "vague": [*NEAR, *PARTIAL]}.get(name, plain[kind])


POOLS = {name: pool_of(name) for name in ITEMS}
Chooser = Callable[[list[Any]], Any]


def datum(choose: Chooser, name: str) -> Any:
    """A value of an item, missing one time in five."""
    return choose(UNKNOWN) if choose([0, 1, 2, 3, 4]) == 4 else choose(POOLS[name])


def record(choose: Chooser, encounter: str | None = None) -> RecordOf:
    """A record in which one item was never recorded."""
    absent = choose(list(ITEMS))
    values = {name: datum(choose, name) for name in ITEMS if name != absent}
    return RecordOf(encounter=encounter, date=choose(NEAR), sequence=choose([1, 2, 3]), values=values)


def person(choose: Chooser) -> CaseOf:
    """A participant: up to two visits, a person, a log that is open or closed, and names."""
    visits = [record(choose, encounter) for encounter in choose([("one", "two"), ("one",), ()])]
    log = [record(choose) for _ in range(choose([0, 1, 2]))]
    by_form = {
        "visit": visits,
        "log": sorted(log, key=lambda found: (found.date, found.sequence)),
        "person": [record(choose) for _ in range(choose([1, 1, 0]))],
    }
    names = {f"the_{name}": datum(choose, name) for name in ITEMS}
    return CaseOf(by_form=by_form, closed=frozenset(choose([("log",), ()])), names=names)


@st.composite
def cases(draw: st.DrawFn) -> CaseOf:
    """A participant that Hypothesis can vary and simplify."""
    return person(lambda options: draw(st.sampled_from(options)))


def people(count: int, seed: int) -> list[CaseOf]:
    """The same varied participants at every run, so that all examples go into the expressions."""
    return [person(Random(f"{seed}|{number}").choice) for number in range(count)]


@dataclass(frozen=True)
class Want:
    """What is wanted: a kind, the depth that is left, and the variables in reach."""

    kind: str
    depth: int = 3
    variables: tuple[str, ...] = ()
    draw: Any = field(default=None, compare=False)

    def part(self, kind: str) -> Node:
        """A smaller expression of a kind."""
        return node(self.draw, Want(kind, self.depth - 1, self.variables, self.draw))

    def pick(self, options: Any) -> Any:
        """One of some options."""
        return self.draw(st.sampled_from(list(options)))


def item_name(want: Want) -> str:
    return str(want.pick(name for name, (kind, _) in ITEMS.items() if kind == want.kind))


def value(want: Want, kind: str) -> Any:
    """A value that can be written in an expression."""
    if kind == MASS:
        return Quantity(want.pick(EXACTS), want.pick(["kg", "mg", "g", "[lb_av]"]))
    if kind == EXACT:
        count, unit = want.pick(WHOLE), want.pick(["days", "weeks", "hours"])
        return Duration(count * (24 if unit == "hours" else 1), unit)
    if kind == CALENDAR:
        return Duration(want.pick(WHOLE), want.pick(["months", "years"]))
    return want.pick({TRUTH: [True, False], DAY: DAYS, CODE: CODES, NUMBER: NUMBERS}[kind])


def literal(want: Want) -> Node:
    return n.Literal(value=value(want, want.kind))


def name(want: Want) -> Node:
    return n.Name(name=f"the_{item_name(want)}")


def item(want: Want) -> Node:
    if want.kind == DAY and want.draw(st.booleans()):
        return n.Item(form="visit", item="date", encounter="one")
    form = want.pick(["visit", "visit", "person"])
    encounter = want.pick(["one", "two"]) if form == "visit" else None
    return n.Item(form=form, item=item_name(want), encounter=encounter)


def member(want: Want) -> Node:
    built_in = want.kind == DAY and want.draw(st.booleans())
    return n.Member(variable=want.pick(want.variables), item="date" if built_in else item_name(want))


def negation(want: Want) -> Node:
    return n.Not(operand=want.part(TRUTH))


def logic(of: Any) -> Callable[[Want], Node]:
    return lambda want: of(left=want.part(TRUTH), right=want.part(TRUTH))


def comparison(want: Want) -> Node:
    kind = want.pick(KINDS)
    if kind == CODE:
        right = n.Literal(value=want.pick("ab")) if want.draw(st.booleans()) else want.part(CODE)
        return n.Compare(operator=want.pick(["=", "!="]), left=want.part(CODE), right=right)
    signs = ["=", "!=", "<", "<=", ">", ">="] if kind in ORDERED else ["=", "!="]
    return n.Compare(operator=want.pick(signs), left=want.part(kind), right=want.part(kind))


def among(want: Want) -> Node:
    kind = want.pick(KINDS)
    options = tuple(n.Literal(value=value(want, kind)) for _ in range(want.draw(st.integers(1, 3))))
    return n.Among(operand=want.part(kind), options=options)


def between(want: Want) -> Node:
    kind = want.pick(ORDERED)
    return n.Between(operand=want.part(kind), low=want.part(kind), high=want.part(kind))


def known(want: Want) -> Node:
    return n.IsKnown(operand=want.part(want.pick(KINDS)))


def is_missing(want: Want) -> Node:
    return n.IsMissing(operand=want.part(want.pick(KINDS)), reason=want.pick([None, *REASONS]))


def within(want: Want) -> Node:
    return n.Within(
        operand=want.part(DAY),
        length=want.part(want.pick([EXACT, CALENDAR])),
        direction=want.pick(["before", "after", "of"]),
        anchor=want.part(DAY),
    )


def conditional(want: Want) -> Node:
    return n.If(condition=want.part(TRUTH), then=want.part(want.kind), other=want.part(want.kind))


SHAPES: dict[str, list[tuple[str, str, str]]] = {
    NUMBER: [(NUMBER, sign, NUMBER) for sign in "+-*/"] + [(MASS, "/", MASS), (EXACT, "/", EXACT)],
    MASS: [
        (MASS, "+", MASS),
        (MASS, "-", MASS),
        (MASS, "*", NUMBER),
        (NUMBER, "*", MASS),
        (MASS, "/", NUMBER),
    ],
    EXACT: [(EXACT, "+", EXACT), (EXACT, "-", EXACT), (EXACT, "*", NUMBER), (DAY, "-", DAY)],
    CALENDAR: [(CALENDAR, "+", CALENDAR), (CALENDAR, "-", CALENDAR), (NUMBER, "*", CALENDAR)],
    DAY: [(DAY, sign, length) for sign in "+-" for length in (EXACT, CALENDAR)],
}


def arithmetic(want: Want) -> Node:
    left, sign, right = want.pick(SHAPES[want.kind])
    return n.Arithmetic(operator=sign, left=want.part(left), right=want.part(right))


def negate(want: Want) -> Node:
    return n.Negate(operand=want.part(want.kind))


def call(want: Want) -> Node:
    if want.kind == CALENDAR and want.draw(st.booleans()):
        return n.Call(function="age", arguments=(want.part(DAY), want.part(DAY)))
    function = want.pick(["min", "max"] if want.kind == DAY else ["min", "max", "sum", "abs", "round"])
    if function == "round":
        places = n.Literal(value=Decimal(want.draw(st.integers(0, 3))))
        return n.Call(function=function, arguments=(want.part(want.kind), places))
    count = 1 if function == "abs" else want.draw(st.integers(2, 3))
    return n.Call(function=function, arguments=tuple(want.part(want.kind) for _ in range(count)))


def inside(want: Want, kind: str, variable: str) -> Node:
    return node(want.draw, Want(kind, want.depth - 1, (*want.variables, variable), want.draw))


def quantified(want: Want) -> Node:
    variable = f"m{len(want.variables)}"
    kind = "count" if want.kind == NUMBER else want.pick(["any", "all"])
    condition = inside(want, TRUTH, variable)
    return n.Quantified(kind=kind, variable=variable, form=want.pick(["visit", "log"]), condition=condition)


def select(want: Want) -> Node:
    variable = f"m{len(want.variables)}"
    return n.Select(
        kind=want.pick(["latest", "earliest"]),
        variable=variable,
        form=want.pick(["visit", "log"]),
        condition=inside(want, TRUTH, variable) if want.draw(st.booleans()) else None,
        value=inside(want, want.kind, variable),
    )


# class: (the kinds that it gives, the generator)
GENERATORS: dict[type[Node], tuple[tuple[str, ...], Callable[[Want], Node]]] = {
    n.Literal: ((TRUTH, *ORDERED), literal),
    n.Name: (KINDS, name),
    n.Item: (KINDS, item),
    n.Member: (KINDS, member),
    n.Not: ((TRUTH,), negation),
    n.And: ((TRUTH,), logic(n.And)),
    n.Or: ((TRUTH,), logic(n.Or)),
    n.Implies: ((TRUTH,), logic(n.Implies)),
    n.Compare: ((TRUTH,), comparison),
    n.Among: ((TRUTH,), among),
    n.Between: ((TRUTH,), between),
    n.IsKnown: ((TRUTH,), known),
    n.IsMissing: ((TRUTH,), is_missing),
    n.Within: ((TRUTH,), within),
    n.If: (KINDS, conditional),
    n.Arithmetic: (ORDERED, arithmetic),
    n.Negate: (AMOUNTS, negate),
    n.Call: (ORDERED, call),
    n.Quantified: ((TRUTH, NUMBER), quantified),
    n.Select: (KINDS, select),
}
LEAVES = (n.Literal, n.Name, n.Item, n.Member)


def node(draw: Any, want: Want) -> Node:
    """An expression of the kind that is wanted."""
    fitting = [
        of
        for of, (kinds, _) in GENERATORS.items()
        if want.kind in kinds and (want.depth > 0 or of in LEAVES) and (of is not n.Member or want.variables)
    ]
    return GENERATORS[draw(st.sampled_from(fitting))][1](want)


@st.composite
def expressions(draw: st.DrawFn, of: type[Node] | None = None, depth: int = 3) -> Node:
    """A well-typed expression; with `of`, one whose root has that class."""
    kind = draw(st.sampled_from(GENERATORS[of][0] if of else KINDS))
    want = Want(kind, depth, (), draw)
    return GENERATORS[of][1](want) if of else node(draw, want)
