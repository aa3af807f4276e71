"""Text and tree are two faces of one expression, and nothing that is typed can crash the parser."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from equipoise.rules import (
    Missing,
    Node,
    RuleError,
    check,
    evaluate,
    explain,
    explain_verdict,
    parse,
    to_data,
    to_text,
)
from tests.properties.rules_expressions import SCOPE, cases, expressions
from tests.spec.rules.world import CaseOf


@given(expressions())
def test_the_canonical_text_parses_to_the_same_tree(node: Node) -> None:
    text = to_text(node)
    assert parse(text) == node
    assert to_text(parse(text)) == text


@given(expressions())
def test_equal_trees_have_equal_data(node: Node) -> None:
    assert to_data(node) == json.loads(json.dumps(to_data(parse(to_text(node)))))


@given(expressions(), cases())
def test_every_expression_has_a_verdict_and_a_sentence(node: Node, person: CaseOf) -> None:
    expression = check(node, SCOPE)
    verdict = evaluate(expression, person)
    assert verdict.is_unknown == isinstance(verdict.value, Missing)
    assert explain(expression, SCOPE)
    assert explain_verdict(expression, verdict, SCOPE).endswith(".")


WORDS = """if then else and or not in is within before at where any( all( latest( visit . date 5 kg 10*9/L days
{ } ( ) ' , : .. = < + - / @2026 2026-01-01 missing known true min( m 0.5 * % [ ]"""
PIECES = st.sampled_from([*WORDS.split(), "\n"])


@given(st.lists(PIECES | st.text(max_size=3), max_size=20).map(" ".join))
def test_any_text_is_an_expression_or_a_coded_error_inside_it(text: str) -> None:
    try:
        node = parse(text)
    except RuleError as error:
        _, line, column = error.place.split(":")
        lines = text.split("\n")
        assert 1 <= int(line) <= len(lines)
        assert 1 <= int(column) <= len(lines[int(line) - 1]) + 1
    else:
        assert parse(to_text(node)) == node
