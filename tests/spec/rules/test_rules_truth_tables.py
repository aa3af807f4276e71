"""The truth tables of and, or, implies and not, written out by hand."""

from __future__ import annotations

import pytest

from equipoise.rules import EmptyCase, Missing, Scope, Verdict, check, evaluate, parse
from equipoise.rules.types import Boolean

VALUES = {"T": True, "F": False, "U": Missing("refused")}
ROWS = ("TT", "TF", "TU", "FT", "FF", "FU", "UT", "UF", "UU")
TABLES = {"and": "TFUFFFUFU", "or": "TTTTFUTUU", "implies": "TFUTTTTUU"}
SCOPE = Scope(names={"left": Boolean(), "right": Boolean()})


def verdict(text: str, left: str, right: str = "U") -> Verdict:
    """The verdict for two letters of T, F and U."""
    names = {"left": VALUES[left], "right": VALUES[right]}
    return evaluate(check(parse(text), SCOPE), EmptyCase(names))  # type: ignore[arg-type]


@pytest.mark.parametrize("word", TABLES)
@pytest.mark.parametrize("row", range(9))
def test_two_sides(word: str, row: int) -> None:
    assert verdict(f"left {word} right", *ROWS[row]).value == VALUES[TABLES[word][row]]


@pytest.mark.parametrize(("side", "expected"), ["TF", "FT", "UU"])
def test_not(side: str, expected: str) -> None:
    assert verdict("not left", side).value == VALUES[expected]


def test_exactly_one_of_true_false_and_unknown_holds() -> None:
    for letter in VALUES:
        found = verdict("left", letter)
        assert [found.is_true, found.is_false, found.is_unknown] == [letter == other for other in VALUES]


def test_the_facts_behind_a_verdict_are_those_read_until_it_was_settled() -> None:
    assert [fact.item for fact in verdict("left and right", "F", "T").facts] == ["left"]
    found = verdict("left and right", "U", "T")
    assert [fact.item for fact in found.facts] == ["left", "right"]
    assert [fact.item for fact in found.missing] == ["left"]
