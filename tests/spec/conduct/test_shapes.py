"""The shape of a command's data: text everywhere, but for a few lists, words and truths."""

from __future__ import annotations

from typing import Any

import pytest

from equipoise.conduct.shapes import misshapen

from .treated import clinic


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"days": "28", "weekday": None},
        {"happened": "yes", "blinded": True, "complete": None},
        {"criteria": ["death"], "to": None},
        {"causality": {"a": "related"}, "expected": {"a": True}},
        {"values": {"red": {"missing": "not_done"}}},
        {"changes": {"criteria": ["death"], "term": "fever"}},
        {"changes": None, "values": None, "causality": None},
    ],
)
def test_sound_data_pass(data: dict[str, Any]) -> None:
    assert misshapen(data) is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"days": 28}, "`days` is to be text; numbers are text as entered"),
        ({"regimen": ["weekly"]}, "`regimen` is to be text; numbers are text as entered"),
        ({"happened": 1}, "`happened` is to be yes or no"),
        ({"criteria": "death"}, "`criteria` is to be a list of words"),
        ({"to": [1]}, "`to` is to be a list of people"),
        ({"causality": ["related"]}, "`causality` is to be a word for each product"),
        ({"causality": {"a": []}}, "`causality` is to be a word for each product"),
        ({"values": "red"}, "`values` is to be an entry for each item"),
        ({"changes": {"term": 5}}, "`changes` is to be the new value of each field"),
    ],
)
def test_other_data_are_refused_with_words(data: dict[str, Any], words: str) -> None:
    assert misshapen(data) == words


def test_a_command_of_another_shape_is_refused_before_it_is_read() -> None:
    answer = clinic().no("prescribe", prescription="P1", regimen="weekly", days=28)
    assert answer.code == "COND-010" and "numbers are text" in answer.fault
