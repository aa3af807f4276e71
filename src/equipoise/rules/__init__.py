"""The expression language: rules as data, checked for types and units, evaluated in three values.

`parse` gives a tree with places, `check` gives it types and dependencies in a scope, `evaluate` gives the
verdict for one case with the facts that it read, and `explain` says both in words. It knows no study.
"""

from __future__ import annotations

from equipoise.rules.case import Case, EmptyCase, Record
from equipoise.rules.check import Dependency, Expression, check
from equipoise.rules.entry import parse_value
from equipoise.rules.errors import RuleError
from equipoise.rules.evaluate import Fact, Verdict, evaluate, inputs_all_missing_verdict
from equipoise.rules.explain import explain, explain_verdict, say_value
from equipoise.rules.nodes import Node
from equipoise.rules.parser import parse
from equipoise.rules.place import Place
from equipoise.rules.printer import to_data, to_text
from equipoise.rules.scope import FormScope, ItemScope, Scope
from equipoise.rules.types import (
    Boolean,
    Code,
    DateType,
    DurationType,
    Number,
    QuantityType,
    TextType,
    Type,
    unit_type,
)
from equipoise.rules.values import Duration, Missing, PartialDate, Quantity, Range, Value

__all__ = [
    "Boolean",
    "Case",
    "Code",
    "DateType",
    "Dependency",
    "Duration",
    "DurationType",
    "EmptyCase",
    "Expression",
    "Fact",
    "FormScope",
    "ItemScope",
    "Missing",
    "Node",
    "Number",
    "PartialDate",
    "Place",
    "Quantity",
    "QuantityType",
    "Range",
    "Record",
    "RuleError",
    "Scope",
    "TextType",
    "Type",
    "Value",
    "Verdict",
    "check",
    "evaluate",
    "explain",
    "explain_verdict",
    "inputs_all_missing_verdict",
    "parse",
    "parse_value",
    "say_value",
    "to_data",
    "to_text",
    "unit_type",
]
