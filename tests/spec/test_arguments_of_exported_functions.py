"""What `import equipoise` gives holds arguments to the kinds that it declares, and takes numbers of any make."""

from __future__ import annotations

import inspect
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

import equipoise as eq
from equipoise.analysis.frames.given import KINDS

OTHERS = {"Any", "object", "str | Path", "date | None", "bytes | int"}
"""Annotations whose values the functions judge themselves."""
FUNCTIONS = [name for name in sorted(eq.PLACES) if inspect.isfunction(getattr(eq, name))]


def test_every_annotation_of_an_exported_function_has_its_kind() -> None:
    used = {
        each.annotation
        for name in FUNCTIONS
        for each in inspect.signature(getattr(eq, name)).parameters.values()
    }
    assert {each for each in used if not each.startswith("Literal")} <= KINDS.keys() | OTHERS


def test_numbers_of_other_kinds_are_read_as_what_they_are() -> None:
    plain = eq.exact_power(0.75, 0.5, 61, 61)
    assert eq.exact_power(Decimal("0.75"), np.float32(0.5), np.int64(61), 61.0) == plain
    assert eq.exact_power(np.array(0.75), [Decimal("0.5")], 61, 61) == pytest.approx([plain])
    assert eq.means_power(5, 100, 100, sd=[12, 12]) == eq.means_power(5, 100, 100, sd=(12, 12))
    assert (
        eq.risk_difference(38.0, np.int64(61), 27, 61).estimate == eq.risk_difference(38, 61, 27, 61).estimate
    )
    assert (
        eq.expected_events([(0, 0.05)], 0.07, 10, 10, eq.Window(accrual=1, follow_up=1), dropout=[0, 0]) > 0
    )


@pytest.mark.parametrize(
    ("name", "arguments", "named", "said"),
    [
        ("exact_power", ("0.75", 0.5, 61, 61), {}, "p1: '0.75' is not a number or an array of numbers"),
        ("exact_power", (["a"], 0.5, 61, 61), {}, "p1: ['a'] is not a number or an array of numbers"),
        ("exact_power", (0.75, 0.5, 61.5, 61), {}, "n1: 61.5 is not a whole number"),
        ("exact_power", (0.75, 0.5, "61", 61), {}, "n1: '61' is not a whole number"),
        ("exact_power", (0.75, 0.5, 61, 61), {"test": None}, "test: None is not a text"),
        ("proportions_size", (0.75, True), {}, "p2: True is not a number"),
        (
            "proportions_size",
            (0.75, 0.5),
            {"margin": [1, 2, 3]},
            "margin: [1, 2, 3] is not a number or a pair of",
        ),
        ("formula_power", (0.75, 0.5, 61, 61), {"both_tails": "no"}, "both_tails: 'no' is not True or False"),
        (
            "boundaries",
            ("LDOF", "half"),
            {},
            "information: 'half' is not a whole number or a sequence of numbers",
        ),
        (
            "boundaries",
            ("LDOF", [0.5, "1"]),
            {},
            "information: [0.5, '1'] is not a whole number or a sequence of",
        ),
        (
            "boundaries",
            ("user", 2),
            {"user": 3},
            "user: 3 is not a function or a sequence of numbers or None",
        ),
        ("sequential_power", ([2.9, 1.9], 2.8), {}, "bounds: [2.9, 1.9] is not what `eq.boundaries` returns"),
        ("cut", ("out/ledger.sqlite",), {}, "is not what `eq.open_ledger` or `eq.practice_trial` returns"),
        ("design_report", ("studies/NAME",), {}, "study: 'studies/NAME' is not what `eq.load_study` returns"),
        (
            "compare_means",
            ({},),
            {"outcome": [1.0] * 99, "arm": "a", "reference": 1},
            "outcome: a list is not a text",
        ),
    ],
)
def test_another_kind_is_refused_by_argument_and_kind(
    name: str, arguments: tuple[Any, ...], named: dict[str, Any], said: str
) -> None:
    with pytest.raises(eq.EquipoiseError) as caught:
        getattr(eq, name)(*arguments, **named)
    assert caught.value.code == "FRAM-008" and caught.value.place.startswith(f"{name}, ")
    assert said in str(caught.value)
