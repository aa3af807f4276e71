"""A Pratt parser: text to nodes, by the binding powers of `POWER`.

From loose to tight: if, implies, or, and, not, comparison (also in, is, within), + -, * /, unary minus.
Comparisons do not chain, and a depth limit keeps a hostile or generated text from exhausting the stack.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from equipoise.rules import nodes as n
from equipoise.rules.entry import partial_date
from equipoise.rules.errors import RuleError, fault
from equipoise.rules.lexer import RESERVED, Token, hint, tokens
from equipoise.rules.place import NOWHERE, Place
from equipoise.rules.types import CALENDAR, DURATION_UNITS
from equipoise.rules.values import REASONS, Duration, Quantity, Value

MAX_DEPTH = 90
IF, IMPLIES, OR, AND, NOT, COMPARISON, SUM, PRODUCT, UNARY = range(9)
COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
POWER = {"implies": IMPLIES, "or": OR, "and": AND, "in": COMPARISON, "is": COMPARISON, "within": COMPARISON}
POWER |= dict.fromkeys(COMPARISONS, COMPARISON) | {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT}
LOGIC: dict[str, type[n.And] | type[n.Or] | type[n.Implies]] = {
    "and": n.And,
    "or": n.Or,
    "implies": n.Implies,
}
FUNCTIONS = ("min", "max", "sum", "abs", "round", "age")
QUANTIFIERS = ("any", "all", "count")
SELECTIONS = ("latest", "earliest")


def parse(text: str, *, place: Place = NOWHERE) -> n.Node:
    """The tree of one expression, whose first character is at `place`.

    Raises RuleError (RULE-001 to 010, 029, 030, 032 to 034, 038, 048) at the offending character.
    """
    parser = _Parser(text, place)
    if parser.now.kind == "end":
        raise fault("RULE-032", place)
    node = parser.expression(IF)
    if parser.now.kind != "end":
        raise fault("RULE-005", parser.here(), found=parser.now)
    return node


class _Parser:
    """The tokens, the position in them, and the variables of the collections around it."""

    def __init__(self, text: str, place: Place) -> None:
        self.text = text
        self.start = place
        self.tokens = tokens(text, place)
        self.index = 0
        self.depth = 0
        self.variables: list[str] = []

    @property
    def now(self) -> Token:
        return self.tokens[self.index]

    def here(self, token: Token | None = None) -> Place:
        return self.start.moved(self.text, (token or self.now).offset)

    def take(self) -> Token:
        token = self.now
        self.index += 1
        return token

    def at(self, text: str) -> bool:
        return self.now.text == text and self.now.kind in ("word", "symbol")

    def accept(self, text: str) -> bool:
        found = self.at(text)
        self.index += found
        return found

    def wrong(self, expected: str) -> RuleError:
        if self.now.kind == "end":
            return fault("RULE-004", self.here(), expected=expected)
        return fault("RULE-003", self.here(), expected=expected, found=self.now)

    def expect(self, text: str) -> None:
        if not self.accept(text):
            raise self.wrong(text)

    def name(self, expected: str) -> str:
        if self.now.kind != "word" or self.now.text in RESERVED:
            raise self.wrong(expected)
        return self.take().text

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise fault("RULE-034", self.here(), limit=MAX_DEPTH)

    def expression(self, power: int) -> n.Node:
        """Everything from here that binds at least as tightly as `power`."""
        before = self.depth
        self.deeper()
        left = self.prefix()
        compared = False
        while (bound := self.binding()) >= power:
            self.deeper()
            if bound == COMPARISON and compared:
                raise fault("RULE-033", self.here())
            compared = bound == COMPARISON
            left = self.infix(left, bound)
        self.depth = before
        return left

    def binding(self) -> int:
        return POWER.get(self.now.text, -1) if self.now.kind in ("word", "symbol") else -1

    def infix(self, left: n.Node, bound: int) -> n.Node:
        token = self.take()
        place = self.here(token)
        if token.text in LOGIC:
            right = self.expression(bound if token.text == "implies" else bound + 1)
            return LOGIC[token.text](left=left, right=right, place=place)
        if token.text in COMPARISONS:
            return n.Compare(operator=token.text, left=left, right=self.expression(SUM), place=place)
        if bound == COMPARISON:
            return {"in": self.membership, "is": self.known, "within": self.within}[token.text](left, place)
        right = self.expression(bound + 1)
        return n.Arithmetic(operator=token.text, left=left, right=right, place=place)

    def membership(self, operand: n.Node, place: Place) -> n.Node:
        if self.accept("{"):
            options = [self.literal()]
            while self.accept(","):
                options.append(self.literal())
            self.expect("}")
            return n.Among(operand=operand, options=tuple(options), place=place)
        low = self.expression(SUM)
        self.expect("..")
        high = self.expression(SUM)
        return n.Between(operand=operand, low=_with_unit_of(high, low), high=high, place=place)

    def known(self, operand: n.Node, place: Place) -> n.Node:
        if self.accept("known"):
            return n.IsKnown(operand=operand, place=place)
        self.expect("missing")
        if not self.accept("("):
            return n.IsMissing(operand=operand, place=place)
        at = self.here()
        reason = self.name("a reason")
        if reason not in REASONS:
            raise fault("RULE-030", at, found=reason, hint=hint(reason, REASONS), values=", ".join(REASONS))
        self.expect(")")
        return n.IsMissing(operand=operand, reason=reason, place=place)

    def within(self, operand: n.Node, place: Place) -> n.Node:
        length = self.expression(SUM)
        direction = self.now.text
        if not (self.accept("before") or self.accept("after") or self.accept("of")):
            raise self.wrong("before, after or of")
        anchor = self.expression(SUM)
        return n.Within(operand=operand, length=length, direction=direction, anchor=anchor, place=place)

    def prefix(self) -> n.Node:
        place = self.here()
        if self.accept("not"):
            return n.Not(operand=self.expression(NOT), place=place)
        if self.accept("if"):
            condition = self.expression(IF)
            self.expect("then")
            then = self.expression(IF)
            self.expect("else")
            return n.If(condition=condition, then=then, other=self.expression(IF), place=place)
        if self.accept("("):
            inner = self.expression(IF)
            self.expect(")")
            return inner
        if self.at("-") and self.tokens[self.index + 1].kind != "number":
            self.take()
            return n.Negate(operand=self.expression(UNARY), place=place)
        if self.now.kind == "word" and self.now.text not in RESERVED:
            return self.reference(place)
        return self.literal()

    def literal(self) -> n.Literal:
        place = self.here()
        sign = "-" if self.accept("-") else ""
        token = self.now
        if token.kind == "number":
            return n.Literal(value=_amount(sign, self.take(), place), place=place)
        if not sign and token.kind == "date":
            return n.Literal(value=_date(self.take(), place), place=place)
        if not sign and token.kind == "text":
            return n.Literal(value=self.take().text[1:-1].replace("''", "'"), place=place)
        if not sign and (self.accept("true") or self.accept("false")):
            return n.Literal(value=token.text == "true", place=place)
        code = "RULE-004" if token.kind == "end" else "RULE-038"
        raise fault(code, self.here(), expected="an expression", found=token)

    def reference(self, place: Place) -> n.Node:
        name = self.take().text
        if self.accept("("):
            if name in FUNCTIONS:
                return n.Call(function=name, arguments=self.arguments(), place=place)
            if name in QUANTIFIERS or name in SELECTIONS:
                return self.collection(name, place)
            near = hint(name, FUNCTIONS + QUANTIFIERS + SELECTIONS)
            raise fault("RULE-010", place, found=name, hint=near)
        if not self.accept("."):
            return n.Name(name=name, place=place)
        if self.now.kind != "word":
            raise self.wrong("the name of an item")
        item_place, item = self.here(), self.take().text
        if name in self.variables:
            return n.Member(variable=name, item=item, place=place, item_place=item_place)
        at = self.accept("at")
        return n.Item(
            form=name,
            item=item,
            place=place,
            item_place=item_place,
            encounter_place=self.here(),
            encounter=self.name("the name of an encounter") if at else None,
        )

    def arguments(self) -> tuple[n.Node, ...]:
        found = [self.expression(IF)]
        while self.accept(","):
            found.append(self.expression(IF))
        self.expect(")")
        return tuple(found)

    def collection(self, kind: str, place: Place) -> n.Node:
        at = self.here()
        variable = self.name("a variable")
        if variable in self.variables:
            raise fault("RULE-029", at, found=variable)
        self.expect("in")
        form_place, form = self.here(), self.name("the name of a form")
        self.variables.append(variable)
        condition = self.expression(IF) if kind in SELECTIONS and self.accept("where") else None
        self.expect(":")
        body = self.expression(IF)
        self.expect(")")
        self.variables.pop()
        shared = {"kind": kind, "variable": variable, "form": form, "place": place, "form_place": form_place}
        if kind in QUANTIFIERS:
            return n.Quantified(condition=body, **shared)
        return n.Select(condition=condition, value=body, **shared)


def _amount(sign: str, token: Token, place: Place) -> Value:
    value = Decimal(sign + token.text) + 0 if token.text.strip("0.") == "" else Decimal(sign + token.text)
    if token.unit is None:
        return value
    plural = token.unit if token.unit in DURATION_UNITS else token.unit + "s"
    if plural not in DURATION_UNITS:
        return Quantity(value, token.unit)
    if DURATION_UNITS[plural] == CALENDAR and value % 1:
        raise fault("RULE-009", place, found=token.text, unit=plural)
    return Duration(value, plural)


def _date(token: Token, place: Place) -> Value:
    parts = [int(part) for part in token.text.lstrip("@").split("-")]
    try:
        if len(parts) == 3:
            return date(*parts)
        return partial_date(*parts)
    except ValueError:
        raise fault("RULE-006", place, found=token.text) from None


def _with_unit_of(high: n.Node, low: n.Node) -> n.Node:
    """`20..400 kg` writes the unit once: a bare number at the low end takes it."""
    if not (isinstance(low, n.Literal) and isinstance(low.value, Decimal) and isinstance(high, n.Literal)):
        return low
    if isinstance(high.value, Quantity):
        return replace(low, value=Quantity(low.value, high.value.unit))
    if isinstance(high.value, Duration):
        return replace(low, value=Duration(low.value, high.value.unit))
    return low
