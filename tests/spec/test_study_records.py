"""What is entered on a form becomes the values of a record; what cannot be read is refused with a code.

An entry is text, or an object with the reason why there is none. Computed items are computed on entry from
the other items of the same record, in their own unit and with their own decimals.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from equipoise.errors import EquipoiseError
from equipoise.rules import Duration, Missing, PartialDate, Quantity
from equipoise.rules.types import TextType
from equipoise.study.parsing import Texts
from tests.copying import copied
from tests.spec.study_samples import entered, record, whole


def test_each_type_of_item_is_read() -> None:
    person = whole().parse_record(
        "person", {"born": "1980-05", "sex": "female", "smokes": "n", "note": "80.0"}
    )
    assert person == {"born": PartialDate(1980, 5), "sex": "female", "smokes": "n", "note": "80.0"}
    assert entered(weight="80.0", pregnant="false")["weight"] == Quantity(Decimal("80.0"), "kg")
    assert entered(pregnant="false")["pregnant"] is False
    assert whole().parse_record("history", {"since": "3"})["since"] == Duration(Decimal(3), "weeks")
    assert whole().parse_record("person", {"born": "1980-05-04"})["born"] == date(1980, 5, 4)


@pytest.mark.parametrize("reason", ["not_done", "not_asked", "unknown", "refused"])
def test_a_value_may_be_missing_for_a_reason(reason: str) -> None:
    assert entered(weight={"missing": reason})["weight"] == Missing(reason)


def test_computed_items_follow_each_other_whatever_their_order() -> None:
    """The class of the body mass index is computed from the index, the index from weight and height."""
    values = entered(weight="80.0", height="1.75")
    assert values["bmi"] == Decimal("26.1")
    assert values["size"] == "great"


def test_a_computed_item_is_kept_in_its_own_unit_and_decimals() -> None:
    assert entered(weight="80.0")["weight_lb"] == Quantity(Decimal(176), "[lb_av]")


def test_what_cannot_be_computed_is_missing() -> None:
    assert entered(weight="80.0")["bmi"] == Missing("not_recorded")
    assert entered(weight={"missing": "refused"}, height="1.75")["bmi"] == Missing("refused")


def test_a_correction_keeps_what_it_does_not_name_and_computes_anew() -> None:
    earlier = record("body", "baseline", weight="80.0", height="1.75", pregnant="false")
    values = whole().parse_record("body", {"weight": "70.0"}, earlier)
    assert (values["weight"], values["height"]) == (Quantity(Decimal("70.0"), "kg"), earlier.values["height"])
    assert (values["bmi"], values["size"]) == (Decimal("22.9"), "small")


@pytest.mark.parametrize(
    ("values", "code", "place"),
    [
        ({"wait": "80.0"}, "STUD-050", "body"),
        ({"bmi": "25.0"}, "STUD-052", "body.bmi"),
        ({"weight": {"missing": "forgotten"}}, "STUD-053", "body.weight"),
        ({"weight": {"missing": "not_recorded"}}, "STUD-053", "body.weight"),
        ({"weight": {"missing": "refused", "why": "shy"}}, "STUD-053", "body.weight"),
        ({"weight": 80}, "STUD-054", "body.weight"),
        ({"weight": "heavy"}, "RULE-041", "body.weight"),
        ({"weight": "80.05"}, "RULE-042", "body.weight"),
        ({"pregnant": "no"}, "RULE-043", "body.pregnant"),
    ],
)
def test_an_entry_that_cannot_be_read_is_refused(values: dict[str, object], code: str, place: str) -> None:
    with pytest.raises(EquipoiseError) as caught:
        whole().parse_record("body", values)
    assert (caught.value.code, caught.value.place) == (code, place)


def test_an_unknown_item_is_answered_with_the_likely_one() -> None:
    with pytest.raises(EquipoiseError, match="did you mean 'weight'"):
        entered(wieght="80.0")


def test_a_computed_duration_keeps_its_decimals(tmp_path) -> None:  # type: ignore[no-untyped-def]

    from equipoise.study import load
    from tests.spec.study_samples import FOLDER

    copied(FOLDER, tmp_path / "study")
    forms = tmp_path / "study" / "forms" / "forms.yaml"
    item = "      doubled: {label: D, type: quantity, unit: weeks, decimals: 1, derive: history.since * 2}\n"
    mark = "      since: {label: For how long, type: quantity, unit: weeks}\n"
    forms.write_text(forms.read_text(encoding="utf-8").replace(mark, mark + item), encoding="utf-8")
    values = load(tmp_path / "study").parse_record("history", {"since": "3"})
    assert values["doubled"] == Duration(Decimal("6.0"), "weeks")


def test_texts_are_read_once_until_there_are_too_many_of_them() -> None:
    texts = Texts(TextType(), "person.note")
    assert texts["a"] is texts["a"]
    for number in range(Texts.MANY):
        assert texts[str(number)] == str(number)
    assert "a" not in texts and len(texts) <= Texts.MANY
    assert texts["a"] == "a"
