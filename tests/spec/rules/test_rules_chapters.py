"""Every example of every chapter comes to what the chapter says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from equipoise.rules import (
    Missing,
    Place,
    RuleError,
    check,
    evaluate,
    explain,
    explain_verdict,
    parse,
    to_text,
)
from equipoise.rules.errors import CATALOGUE
from equipoise.rules.printer import value_text
from tests.spec.rules import chapters_logic, chapters_values
from tests.spec.rules.chapter import Chapter, Example
from tests.spec.rules.world import SCOPE, case

CHAPTERS = chapters_values.CHAPTERS + chapters_logic.CHAPTERS
EXAMPLES = [(chapter, example) for chapter in CHAPTERS for example in chapter.examples]


def outcome(example: Example) -> str:
    """What an example comes to, written as the chapters write it."""
    scope = replace(SCOPE, own=example.own)
    try:
        expression = check(parse(example.expression, place=Place("rule", 7, 1)), scope)
    except RuleError as error:
        file, line, column = error.place.split(":")
        assert (file, line) == ("rule", "7")
        return f"{error.code} column {column}"
    assert parse(to_text(expression.node)) == expression.node
    verdict = evaluate(expression, case(example.data))
    assert explain(expression, scope)
    assert explain_verdict(expression, verdict, scope).endswith(".")
    if isinstance(verdict.value, Missing):
        return f"unknown ({verdict.value.reason})"
    return value_text(verdict.value)


@pytest.mark.parametrize(
    ("chapter", "example"), EXAMPLES, ids=[f"{c.title}: {e.expression[:60]}" for c, e in EXAMPLES]
)
def test_the_example_comes_to_what_the_chapter_says(chapter: Chapter, example: Example) -> None:
    assert outcome(example) == example.expected, chapter.title


def test_every_fault_of_an_expression_has_an_example() -> None:
    shown = {example.expected[:8] for _, example in EXAMPLES if example.expected.startswith("RULE-")}
    entered = {code for code in CATALOGUE if "RULE-041" <= code <= "RULE-047"} | {"RULE-035"}
    assert shown == set(CATALOGUE) - entered
