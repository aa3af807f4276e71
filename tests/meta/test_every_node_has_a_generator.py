"""Every class of node is generated, evaluated, explained, printed and checked: none can be forgotten."""

from __future__ import annotations

from importlib import import_module

import pytest

from equipoise.rules import nodes, printer
from equipoise.rules.nodes import NODE_CLASSES, Node
from tests.properties.rules_expressions import GENERATORS

TABLES = {
    "generators": GENERATORS,
    "checker": import_module("equipoise.rules.check").CHECK,
    "evaluator": import_module("equipoise.rules.evaluate").EVALUATE,
    "quick evaluator": import_module("equipoise.rules.quick").WRITE,
    "explanation": import_module("equipoise.rules.explain").SAY,
    "printer": printer.TEXT,
    "data": printer.WORDS,
}


def test_the_list_of_nodes_is_complete() -> None:
    defined = {
        found
        for found in vars(nodes).values()
        if isinstance(found, type) and issubclass(found, Node) and found is not Node
    }
    assert defined == set(NODE_CLASSES)


@pytest.mark.parametrize("table", TABLES)
def test_each_table_has_every_class(table: str) -> None:
    assert set(TABLES[table]) == set(NODE_CLASSES)
