"""The columns give, for every expression and all data, the values of the reference."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.analysis.data.columns import Frame
from equipoise.analysis.data.columns_nodes import ROWS, VECTOR, evaluate_columns
from equipoise.rules import Node, check, evaluate, to_text
from equipoise.rules.nodes import NODE_CLASSES
from tests.properties.rules_expressions import SCOPE, cases, expressions, people
from tests.spec.rules.world import CaseOf


def agree(node: Node, people: list[CaseOf]) -> None:
    """Both engines give the same value, of the same type, for each participant."""
    expression = check(node, SCOPE)
    reference: list[Any] = [evaluate(expression, person).value for person in people]
    found = evaluate_columns(expression, Frame(people, SCOPE))
    assert found == reference, to_text(node)
    assert [type(value) for value in found] == [type(value) for value in reference]


@given(expressions(), st.lists(cases(), min_size=1, max_size=4))
def test_columns_and_reference_agree(node: Node, people: list[CaseOf]) -> None:
    agree(node, people)


PEOPLE = people(12, seed=1)


@pytest.mark.parametrize("of", [of for of in NODE_CLASSES if of in VECTOR], ids=lambda of: of.__name__)
def test_columns_and_reference_agree_on_each_class_of_node(of: type[Node]) -> None:
    @given(expressions(of, depth=1))
    def run(node: Node) -> None:
        agree(node, PEOPLE)

    run()


def test_every_class_of_node_works_on_columns_or_says_why_not() -> None:
    assert set(VECTOR) | set(ROWS) == set(NODE_CLASSES)
    assert not set(VECTOR) & set(ROWS)
    assert all(ROWS.values())
