"""An entered text is read in one way, or refused with a code."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from equipoise.rules import (
    Boolean,
    Code,
    DateType,
    Duration,
    Number,
    PartialDate,
    Quantity,
    RuleError,
    TextType,
    Type,
    parse_value,
    unit_type,
)

SEX = Code("sex", ("female", "male"))
READ = [
    (Number(1), "80.5", Decimal("80.5")),
    (Number(1), "80.50", Decimal("80.5")),
    (Number(), "-0", Decimal(0)),
    (unit_type("kg", 1), "80.0", Quantity(Decimal(80), "kg")),
    (unit_type("days", 1), "1.5", Duration(Decimal("1.5"), "days")),
    (unit_type("month"), "3", Duration(Decimal(3), "months")),
    (DateType(), "2024-02-29", date(2024, 2, 29)),
    (DateType(True), "2024-02", PartialDate(2024, 2)),
    (DateType(True), "2024", PartialDate(2024)),
    (Boolean(), "true", True),
    (Boolean(), "false", False),
    (SEX, "female", "female"),
    (TextType(), " as written ", " as written "),
]
REFUSED = [
    (Number(), "80,5", "RULE-041"),
    (Number(), "1e3", "RULE-041"),
    (Number(), " 1", "RULE-041"),
    (Number(), "١", "RULE-041"),
    (Number(0), "80.5", "RULE-042"),
    (unit_type("kg", 1), "80.05", "RULE-042"),
    (unit_type("months", 2), "1.5", "RULE-042"),
    (Number(), "1" * 29, "RULE-048"),
    (Boolean(), "yes", "RULE-043"),
    (DateType(), "22/11/2026", "RULE-044"),
    (DateType(), "2026-02-30", "RULE-044"),
    (DateType(True), "2026-13", "RULE-044"),
    (DateType(True), "2026-00", "RULE-044"),
    (DateType(), "2026-02", "RULE-045"),
    (SEX, "woman", "RULE-046"),
    (TextType(), "  ", "RULE-047"),
]


@pytest.mark.parametrize(("kind", "text", "expected"), READ)
def test_an_entered_text_is_a_value(kind: Type, text: str, expected: object) -> None:
    assert parse_value(kind, text) == expected


@pytest.mark.parametrize(("kind", "text", "code"), REFUSED)
def test_what_has_no_single_meaning_is_refused_at_its_place(kind: Type, text: str, code: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_value(kind, text, place="form.item")
    assert (caught.value.code, caught.value.place) == (code, "form.item")


@pytest.mark.parametrize(("unit", "code"), [("wk", "RULE-008"), ("stone", "RULE-007")])
def test_an_item_is_declared_in_a_unit_that_exists(unit: str, code: str) -> None:
    with pytest.raises(RuleError) as caught:
        unit_type(unit, 1, place="forms.yaml:3:4")
    assert caught.value.code == code
