"""The value that an expression gives as one function is, for every expression and all data, the reference's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.rules import Node, RuleError, check, evaluate, parse, to_text
from equipoise.rules.nodes import NODE_CLASSES, Member
from equipoise.rules.quick import false_function
from tests.properties.rules_expressions import POOLS, SCOPE, cases, expressions, people
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


FIXED = {f"the_{name}": POOLS[name][0] for name in ("flag", "score", "weight", "wait", "vague", "choice")}


@given(expressions(), cases())
def test_parameters_may_be_written_into_the_function(node: Node, person: CaseOf) -> None:
    expression = check(node, replace(SCOPE, parameters=FIXED))
    known = replace(person, names={**person.names, **FIXED})
    assert expression.value(known) == evaluate(expression, known).value


@given(st.lists(expressions(), max_size=5), cases())
def test_several_in_one_function_are_false_where_the_reference_is(nodes: list[Node], person: CaseOf) -> None:
    checked = [check(node, SCOPE) for node in nodes]
    expected = [place for place, each in enumerate(checked) if evaluate(each, person).value is False]
    assert false_function([each.node for each in checked], {})(person) == expected


PEOPLE = people(12, seed=2)


@pytest.mark.parametrize("of", [of for of in NODE_CLASSES if of is not Member], ids=lambda of: of.__name__)
def test_the_function_and_the_reference_agree_on_each_class_of_node(of: type[Node]) -> None:
    @given(expressions(of, depth=1))
    def run(node: Node) -> None:
        agree(node, PEOPLE)

    run()


def deepest(make: Callable[[int], str]) -> str:
    """The longest of these texts that the parser takes."""
    for depth in count(1):
        try:
            parse(make(depth + 1))
        except RuleError as error:
            assert error.code == "RULE-034"
            return make(depth)
    raise AssertionError("the parser has no limit")


@pytest.mark.parametrize(
    "make",
    [
        lambda depth: "not " * depth + "the_flag",
        lambda depth: "the_flag implies " * depth + "the_flag",
        lambda depth: "if the_flag then 1 else " * depth + "2",
        lambda depth: "if " * depth + "the_flag" + " then the_flag else true" * depth,
        lambda depth: "1" + " + 1" * depth,
        lambda depth: "max(1, " * depth + "2" + ")" * depth,
        lambda depth: (
            "".join(f"(the_flag {'and' if it % 2 else 'or'} " for it in range(depth))
            + "the_flag"
            + ")" * depth
        ),
        lambda depth: "".join(f"any(x{it} in log: " for it in range(depth)) + "the_flag" + ")" * depth,
        lambda depth: "".join(f"latest(x{it} in log: " for it in range(depth)) + "the_flag" + ")" * depth,
    ],
)
def test_the_deepest_expression_that_can_be_written_is_a_function(make: Callable[[int], str]) -> None:
    agree(parse(deepest(make)), [person for person in PEOPLE if len(person.by_form["log"]) < 2])
