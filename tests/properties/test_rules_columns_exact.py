"""Columns are integers and nothing is lost in them: what would overflow or be inexact goes row by row."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from equipoise.analysis.data.columns import LIMIT, Frame, NotExact, checked, rescaled, times
from equipoise.analysis.data.columns_nodes import VECTOR, column_of, evaluate_columns
from equipoise.rules import check, evaluate, parse
from equipoise.rules import nodes as n
from tests.properties.rules_expressions import SCOPE
from tests.spec.rules.world import CaseOf, value


def people(**names: list[str]) -> list[CaseOf]:
    """Participants by the values of names, one list a name."""
    return [
        CaseOf(names=dict(zip(names, map(value, row), strict=True)))
        for row in zip(*names.values(), strict=True)
    ]


def outcomes(text: str, cases: list[CaseOf]) -> tuple[bool, list[object]]:
    """Whether the root worked on columns, and the values; they must be the reference's."""
    expression = check(parse(text), SCOPE)
    frame = Frame(cases, SCOPE)
    try:
        VECTOR[type(expression.node)](expression.node, frame)
        vectorised = True
    except NotExact:
        vectorised = False
    values = evaluate_columns(expression, frame)
    assert values == [evaluate(expression, case).value for case in cases]
    return vectorised, list(values)


def test_a_weight_is_held_as_a_scaled_integer() -> None:
    frame = Frame(people(the_weight=["80.5 kg", "missing(refused)"]), SCOPE)
    column = column_of(n.Name(name="the_weight"), frame)
    assert column.values.dtype == np.int64
    assert column.values.tolist() == [805, 0]
    assert (column.decimals, column.unit, column.missing.tolist()) == (1, "kg", [0, 5])
    assert column_of(n.Name(name="the_weight"), frame) is column


def test_an_item_is_scaled_by_its_declared_decimals() -> None:
    frame = Frame([CaseOf()], SCOPE)
    assert frame.declared(n.Item(form="visit", item="weight", encounter="one")) == 1
    assert frame.declared(n.Item(form="visit", item="date", encounter="one")) is None
    assert frame.packed([Decimal("80.50")], 1).values.tolist() == [805]
    with pytest.raises(NotExact):
        frame.packed([Decimal("80.55")], 1)


@pytest.mark.parametrize(
    ("text", "vectorised", "expected"),
    [
        ("the_any_number * the_any_number", True, "4"),
        ("the_any_number * 3000000000000000000", False, "6000000000000000000"),
        ("the_any_number + 4611686018427387903", False, "4611686018427387905"),
        ("the_any_number + 4611686018427387901", True, "4611686018427387903"),
        ("sum(the_any_number, 4611686018427387903)", False, "4611686018427387905"),
        ("the_any_number < 0.000000000001", True, "false"),
        ("the_any_number < 0.0000000000001", False, "false"),
        ("4000000000000000000 > 0.5 * the_any_number", False, "true"),
        ("the_any_number / 2", False, "1"),
        ("the_any_number * 2 kg", True, "4 kg"),
        ("2 kg * the_any_number", True, "4 kg"),
        ("2 kg * 3 m", False, "6 m.kg"),
        ("2 kg < 3000 g", True, "true"),
        ("2 kg + 3 g", False, "2.003 kg"),
        ("2 Cel < 3 K", False, "false"),
        ("2 weeks > 3 days", True, "true"),
        ("2026-01-31 + 1 months", False, "2026-02-28"),
        ("2026-01-31 + 1 weeks", True, "2026-02-07"),
        ("2026-01-31 - 48 hours", True, "2026-01-29"),
        ("9999-12-31 + 1 days", False, "missing(unknown)"),
        ("2026-01-31 + the_any_number * 0.25 * 1 days", False, "missing(unknown)"),
        ("@2026 < 2027-01-01", False, "true"),
        ("round(the_any_number, 0)", False, "2"),
    ],
)
def test_what_is_not_exact_goes_row_by_row(text: str, vectorised: bool, expected: str) -> None:
    found, values = outcomes(text, people(the_any_number=["2", "2"]))
    assert found is vectorised
    if expected != "6 m.kg":
        assert values == [value(expected)] * 2


def test_rows_with_two_units_stay_values() -> None:
    flags = people(the_flag=["true", "false"])
    found, values = outcomes("if the_flag then 2 kg else 3 mg", flags)
    assert not found
    assert values == [value("2 kg"), value("3 mg")]
    assert outcomes("(if the_flag then 2 kg else 3 mg) < 1 kg", flags)[1] == [False, True]


def test_nobody_gives_no_values() -> None:
    assert outcomes("the_any_number * 2 < 5 and the_flag", []) == (True, [])


def test_the_limit_leaves_room_for_one_sum() -> None:
    assert checked(np.array([LIMIT - 1])) + checked(np.array([LIMIT - 1])) == 2 * (LIMIT - 1)
    for values in ([LIMIT], [-LIMIT], [5, LIMIT]):
        with pytest.raises(NotExact):
            checked(np.array(values))
    assert checked(np.array([], np.int64)).tolist() == []
    with pytest.raises(NotExact):
        times(np.array([2]), LIMIT // 2)
    with pytest.raises(NotExact):
        times(np.array([0]), LIMIT)
    column = column_of(n.Literal(value=Decimal("1.5")), Frame([CaseOf()], SCOPE))
    assert rescaled(column, 3).values.tolist() == [1500]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the_began within the_wait before the_vague", "missing(refused)"),
        ("2026-01-01 within the_wait before the_vague", "missing(refused)"),
        ("2026-01-01 within 3 days before the_vague", "missing(not_done)"),
        ("the_vague + 3 days", "missing(not_done)"),
        ("2026-01-01 - the_wait", "missing(refused)"),
        ("if true then the_weight else 3 kg", "missing(unknown)"),
        ("if false then the_weight else 3 kg", "3 kg"),
        ("if false then 3 kg else the_weight", "missing(unknown)"),
        ("min(the_weight, 3 kg)", "missing(unknown)"),
        ("the_weight * 2", "missing(unknown)"),
    ],
)
def test_a_column_without_any_value_keeps_the_reason_of_the_first_missing_operand(
    text: str, expected: str
) -> None:
    nobody = people(
        the_began=["missing(refused)"],
        the_wait=["missing(refused)"],
        the_vague=["missing(not_done)"],
        the_weight=["missing(unknown)"],
    )
    assert outcomes(text, nobody) == (True, [value(expected)])
