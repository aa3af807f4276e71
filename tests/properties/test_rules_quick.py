"""The value that an expression gives as one function is, for every expression and all data, the reference's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.rules import Node, check, evaluate, to_text
from equipoise.rules.nodes import NODE_CLASSES, Member
from tests.properties.rules_expressions import SCOPE, cases, expressions, people
from tests.spec.rules.world import CaseOf


def agree(node: Node, people: list[CaseOf]) -> None:
    """Both give the same value, of the same type, for each participant."""
    expression = check(node, SCOPE)
    for person in people:
        expected = evaluate(expression, person).value
        found = expression.value(person)
        assert (type(found), found) == (type(expected), expected), to_text(node)


@given(expressions(), st.lists(cases(), min_size=1, max_size=4))
def test_the_function_and_the_reference_agree(node: Node, people: list[CaseOf]) -> None:
    agree(node, people)


PEOPLE = people(12, seed=2)


@pytest.mark.parametrize("of", [of for of in NODE_CLASSES if of is not Member], ids=lambda of: of.__name__)
def test_the_function_and_the_reference_agree_on_each_class_of_node(of: type[Node]) -> None:
    @given(expressions(of, depth=1))
    def run(node: Node) -> None:
        agree(node, PEOPLE)

    run()
