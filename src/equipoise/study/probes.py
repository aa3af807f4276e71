"""Patients made to measure, to find two doses that apply at once and values for which there is none.

For each item that the conditions of a regimen read, the values that these conditions (and the parameters
and derivations that they name) mention are taken, with the next smaller and next greater value that the item
can have. Every combination is one patient. It finds any overlap or gap whose edge is written down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, islice, product
from typing import Any

from equipoise.rules.check import Expression
from equipoise.rules.evaluate import evaluate
from equipoise.rules.printer import value_text
from equipoise.rules.types import Boolean, Code, DateType, DurationType, Number, QuantityType, TextType, Type
from equipoise.rules.units import convert, same_dimension
from equipoise.rules.values import ABSENT, Duration, Missing, Quantity, Value
from equipoise.study.compiling import Compiled, declared
from equipoise.study.model import Definition

MOST = 4096
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ProbeRecord:
    """The one record of a form of a made patient."""

    values: Mapping[str, Value]
    encounter: str | None = None
    date: date = date(2000, 1, 1)
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Probe:
    """A made patient: one record of each form, complete; every name of the engine is missing."""

    compiled: Compiled
    values: Mapping[Key, Value]
    forms: dict[str, ProbeRecord] = field(default_factory=dict)
    own: None = None

    def record(self, form: str, encounter: str) -> ProbeRecord:
        """The same record at every encounter."""
        if form not in self.forms:
            values = {item: value for (name, item), value in self.values.items() if name == form}
            self.forms[form] = ProbeRecord(values)
        return self.forms[form]

    def records(self, form: str) -> tuple[ProbeRecord, ...]:
        """One record."""
        return (self.record(form, ""),)

    def log_closed(self, form: str) -> bool:
        """Every log is complete."""
        return True

    def named(self, name: str) -> Value | Missing:
        """A parameter, or a derivation over this patient."""
        if name in self.compiled.parameters:
            return self.compiled.parameters[name]
        rule = self.compiled.expressions.get(f"derivations.{name}.rule")
        return evaluate(rule, self).value if rule is not None else ABSENT


def probe(definition: Definition, compiled: Compiled, regimen: str) -> tuple[dict[tuple[str, str], str], str]:
    """The pairs of exceptions that overlap, each with a patient for whom they do; and a patient without a
    dose, or nothing when there is a base or no such patient."""
    path = f"regimens.{regimen}.dose.exceptions"
    ruling = definition.regimens[regimen].dose
    whens = {name: compiled.expressions[f"{path}.{name}.when"] for name in ruling.exceptions}
    overlaps: dict[tuple[str, str], str] = {}
    gap = ""
    if not whens:
        return overlaps, "nothing is written" if ruling.base is None else ""
    for patient in _patients(compiled, list(whens.values())):
        verdicts = {name: evaluate(rule, patient) for name, rule in whens.items()}
        true = [name for name, verdict in verdicts.items() if verdict.is_true]
        for pair in combinations(true, 2):
            overlaps.setdefault(pair, _words(patient))
        none = ruling.base is None and all(verdict.is_false for verdict in verdicts.values())
        gap = gap or (_words(patient) if none else "")
    return overlaps, gap


def _words(patient: Probe) -> str:
    return " and ".join(f"{form}.{item} = {value_text(v)}" for (form, item), v in patient.values.items())


def _patients(compiled: Compiled, whens: list[Expression]) -> Iterator[Probe]:
    """One patient for each combination of the values worth trying, at most MOST of them."""
    items, literals = _read(compiled, whens)
    choices = {
        key: list(_values(compiled.scope.forms[key[0]].items[key[1]].type, literals)) for key in sorted(items)
    }
    tried = {key: values for key, values in choices.items() if values}
    for values in islice(product(*tried.values()), MOST):
        yield Probe(compiled, dict(zip(tried, values, strict=True)))


def _read(compiled: Compiled, rules: list[Expression]) -> tuple[set[Key], list[Any]]:
    """The items that rules read, and the values that they mention, through parameters and derivations."""
    items: set[Key] = set()
    literals: list[Any] = []
    waiting, seen = list(rules), set()
    while waiting:
        rule = waiting.pop()
        literals += [literal.value for literal in declared(rule.node)]
        for dependency in rule.depends - seen:
            seen.add(dependency)
            if dependency[0] == "item" and dependency[2] not in ("date", "encounter"):
                items.add((dependency[1], dependency[2]))
            elif dependency[0] == "name" and dependency[1] in compiled.parameters:
                literals.append(compiled.parameters[dependency[1]])
            elif dependency[0] == "name" and f"derivations.{dependency[1]}.rule" in compiled.expressions:
                waiting.append(compiled.expressions[f"derivations.{dependency[1]}.rule"])
    return items, literals


def _values(kind: Type, literals: list[Any]) -> Iterator[Any]:
    """The values worth trying for an item: those mentioned, and their neighbours; all codes; both truths."""
    if isinstance(kind, Boolean):
        yield from (True, False)
    elif isinstance(kind, Code):
        yield from kind.values
    elif isinstance(kind, TextType):
        yield from sorted({value for value in literals if isinstance(value, str)} | {"other"})
    elif isinstance(kind, DateType):
        days = {value for value in literals if isinstance(value, date)}
        yield from sorted({day + timedelta(days=step) for day in days for step in (-1, 0, 1)})
    else:
        yield from _amounts(kind, literals)


def _amounts(kind: Number | QuantityType | DurationType, literals: list[Any]) -> Iterator[Any]:
    step = Decimal(1).scaleb(-(kind.decimals or 0))
    found: set[Decimal] = set()
    for value in literals:
        if isinstance(kind, Number) and isinstance(value, Decimal):
            found.add(value)
        elif isinstance(kind, QuantityType) and isinstance(value, Quantity):
            if same_dimension(kind.unit, value.unit):
                found.add(convert(value.value, value.unit, kind.unit))
        elif isinstance(kind, DurationType) and isinstance(value, Duration) and value.unit == kind.unit:
            found.add(value.count)
    for amount in sorted({value + side * step for value in found for side in (-1, 0, 1)}):
        if isinstance(kind, Number):
            yield amount
        elif isinstance(kind, QuantityType):
            yield Quantity(amount, kind.unit)
        else:
            yield Duration(amount, kind.unit)
