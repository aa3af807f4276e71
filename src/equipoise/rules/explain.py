"""A rule, and a verdict, as a sentence that a clinician accepts, in the labels of the study.

The sentence is made from the tree, so it cannot disagree with what is evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from equipoise.rules import nodes as n
from equipoise.rules.check import Expression
from equipoise.rules.evaluate import Fact, Verdict
from equipoise.rules.printer import value_text
from equipoise.rules.scope import BUILT_IN, Scope
from equipoise.rules.types import DateType, Type
from equipoise.rules.values import Duration, Missing, PartialDate, Quantity, Range, Value

COMPARISONS = {
    "=": "is",
    "!=": "is not",
    "<": "is less than",
    "<=": "is at most",
    ">": "is more than",
    ">=": "is at least",
}
DATE_COMPARISONS = COMPARISONS | {
    "<": "is before",
    "<=": "is on or before",
    ">": "is after",
    ">=": "is on or after",
}
SIGNS = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}
MISSING_WORDS = {
    "not_recorded": "not recorded yet",
    "not_done": "not done",
    "not_asked": "not asked",
    "unknown": "unknown",
    "refused": "refused",
}
FUNCTION_WORDS = {
    "min": "the least of",
    "max": "the greatest of",
    "sum": "the sum of",
    "abs": "the size of",
}
CONTEXT_LABELS = {
    "today": "today",
    "consented_on": "the date of consent",
    "randomised_on": "the date of randomisation",
    "first_dose_on": "the date of the first dose",
    "last_dose_on": "the date of the last dose",
    "treatment_stopped_on": "the date on which treatment stopped",
    "arm": "the arm",
}


class _Words:
    """The labels of a scope, and the forms that variables stand for."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.forms: dict[str, str] = {}

    def form(self, form: str) -> str:
        return self.scope.forms[form].label or _plain(form)

    def item(self, form: str, item: str) -> str:
        if item == "date":
            return f"the date of {self.form(form)}"
        if item == "encounter":
            return f"the encounter of {self.form(form)}"
        return self.scope.forms[form].items[item].label or _plain(item)

    def type_of(self, form: str, item: str) -> Type:
        if item in BUILT_IN:
            return self.scope.built_in(item)
        return self.scope.forms[form].items[item].type

    def encounter(self, encounter: str) -> str:
        return self.scope.encounters.get(encounter) or _plain(encounter)

    def name(self, name: str) -> str:
        return self.scope.labels.get(name) or CONTEXT_LABELS.get(name) or _plain(name)


def _plain(identifier: str) -> str:
    return identifier.replace("_", " ")


def say_value(value: Value | Missing) -> str:
    """A value in words: `80.0 kg`, `yes`, `2026-11-22`, `refused`."""
    if isinstance(value, Missing):
        return MISSING_WORDS[value.reason]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Quantity):
        return f"{value.value:f} {value.unit}"
    if isinstance(value, Duration):
        unit = value.unit[:-1] if value.count == 1 else value.unit
        return f"{value.count:f} {unit}"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Range):
        return f"{say_value(value.low)} to {say_value(value.high)}"
    if isinstance(value, PartialDate):
        return value_text(value)[1:]
    return value.isoformat() if isinstance(value, date) else value


def explain(expression: Expression, scope: Scope) -> str:
    """The rule as a sentence without its full stop."""
    return _say(expression.node, _Words(scope))


def explain_verdict(expression: Expression, verdict: Verdict, scope: Scope) -> str:
    """The verdict and why, as sentences: what the rule says, what it came to, and the facts behind it."""
    words = _Words(scope)
    rule = explain(expression, scope)
    if verdict.is_unknown:
        lacking = _facts(verdict.missing, words) or "the dates are too imprecise"
        return f"Cannot be decided: {rule}. Open: {lacking}."
    facts = _facts(verdict.facts, words)
    because = f" Because: {facts}." if facts else ""
    if isinstance(verdict.value, bool):
        return f"{'True' if verdict.value else 'False'}: {rule}.{because}"
    return f"{say_value(verdict.value)}: {rule}.{because}"


def _facts(facts: tuple[Fact, ...], words: _Words) -> str:
    said = dict.fromkeys(_fact(fact, words) for fact in facts)
    return "; ".join(said)


def _fact(fact: Fact, words: _Words) -> str:
    form, _, item = fact.item.partition(".")
    if item:
        at = f" at {words.encounter(fact.encounter)}" if fact.encounter else ""
        return f"{words.item(form, item)}{at} is {say_value(fact.value)}"
    if form in words.scope.forms:
        return f"{words.form(form)} is not complete or has no such record"
    return f"{words.name(form)} is {say_value(fact.value)}"


def _say(node: n.Node, words: _Words) -> str:
    return SAY[type(node)](node, words)


def _part(node: n.Node, words: _Words) -> str:
    """A part of a sentence, in brackets where its extent would be unclear."""
    text = _say(node, words)
    return f"({text})" if isinstance(node, LOOSE + (n.Arithmetic, n.Negate)) else text


def _item(node: n.Item, words: _Words) -> str:
    label = words.item(node.form, node.item)
    return f"{label} at {words.encounter(node.encounter)}" if node.encounter else label


def _join(word: str) -> Callable[[Any, _Words], str]:
    def say(node: Any, words: _Words) -> str:
        parts = (_clause(part, node, words) for part in (node.left, node.right))
        return f" {word} ".join(parts)

    return say


def _clause(part: n.Node, within: n.Node, words: _Words) -> str:
    """One side of `and` or `or`; a chain of the same word needs no brackets."""
    loose = isinstance(part, LOOSE) and type(part) is not type(within)
    return f"({_say(part, words)})" if loose else _say(part, words)


def _implies(node: n.Implies, words: _Words) -> str:
    return f"if {_say(node.left, words)}, then {_say(node.right, words)}"


def _is_date(node: n.Node, words: _Words) -> bool:
    """Whether the sentence should say before and after instead of less and more."""
    match node:
        case n.Literal():
            return isinstance(node.value, date | PartialDate)
        case n.Name():
            return isinstance(words.scope.names[node.name], DateType)
        case n.Item():
            return isinstance(words.type_of(node.form, node.item), DateType)
        case n.Member():
            return isinstance(words.type_of(words.forms[node.variable], node.item), DateType)
        case n.Arithmetic():
            return _is_date(node.left, words) and not _is_date(node.right, words)
    return False


def _compare(node: n.Compare, words: _Words) -> str:
    left, right = _say(node.left, words), _say(node.right, words)
    if isinstance(node.right, n.Literal) and isinstance(node.right.value, bool):
        return left if (node.operator == "=") is node.right.value else f"not {left}"
    table = DATE_COMPARISONS if _is_date(node.left, words) or _is_date(node.right, words) else COMPARISONS
    return f"{left} {table[node.operator]} {right}"


def _among(node: n.Among, words: _Words) -> str:
    return (
        f"{_say(node.operand, words)} is one of {', '.join(_say(option, words) for option in node.options)}"
    )


def _between(node: n.Between, words: _Words) -> str:
    low, high = _say(node.low, words), _say(node.high, words)
    return f"{_say(node.operand, words)} is from {low} to {high}"


def _missing(node: n.IsMissing, words: _Words) -> str:
    why = f" ({MISSING_WORDS[node.reason]})" if node.reason else ""
    return f"{_say(node.operand, words)} is missing{why}"


def _within(node: n.Within, words: _Words) -> str:
    operand, length, anchor = (_say(part, words) for part in (node.operand, node.length, node.anchor))
    return f"{operand} is within {length} {node.direction} {anchor}"


def _if(node: n.If, words: _Words) -> str:
    condition, then, other = (_say(part, words) for part in (node.condition, node.then, node.other))
    return f"{then} if {condition}, otherwise {other}"


def _arithmetic(node: n.Arithmetic, words: _Words) -> str:
    left, right = _part(node.left, words), _part(node.right, words)
    return f"{left} {SIGNS[node.operator]} {right}"


def _call(node: n.Call, words: _Words) -> str:
    said = [_say(argument, words) for argument in node.arguments]
    if node.function == "age":
        return f"the age on {said[1]} of someone born on {said[0]}"
    if node.function == "round":
        return f"{said[0]} rounded to {said[1]} decimals"
    return f"{FUNCTION_WORDS[node.function]} {' and '.join(said)}"


def _quantified(node: n.Quantified, words: _Words) -> str:
    words.forms[node.variable] = node.form
    condition, form = _say(node.condition, words), words.form(node.form)
    if node.kind == "count":
        return f"the number of records of {form} in which {condition}"
    return f"in {'every' if node.kind == 'all' else 'at least one'} record of {form}, {condition}"


def _select(node: n.Select, words: _Words) -> str:
    words.forms[node.variable] = node.form
    where = f" in which {_say(node.condition, words)}" if node.condition else ""
    return f"{_say(node.value, words)} in the {node.kind} record of {words.form(node.form)}{where}"


def _member(node: n.Member, words: _Words) -> str:
    return words.item(words.forms[node.variable], node.item)


LOOSE = (n.And, n.Or, n.Implies, n.If)
SAY: Mapping[type[n.Node], Callable[[Any, _Words], str]] = {
    n.Literal: lambda node, words: say_value(node.value),
    n.Name: lambda node, words: words.name(node.name),
    n.Item: _item,
    n.Member: _member,
    n.Not: lambda node, words: f"not ({_say(node.operand, words)})",
    n.And: _join("and"),
    n.Or: _join("or"),
    n.Implies: _implies,
    n.Compare: _compare,
    n.Among: _among,
    n.Between: _between,
    n.IsKnown: lambda node, words: f"{_say(node.operand, words)} is known",
    n.IsMissing: _missing,
    n.Within: _within,
    n.If: _if,
    n.Arithmetic: _arithmetic,
    n.Negate: lambda node, words: f"minus {_part(node.operand, words)}",
    n.Call: _call,
    n.Quantified: _quantified,
    n.Select: _select,
}
