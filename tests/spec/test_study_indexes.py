"""A study answers at once what conduct asks: rules by path, checks by form, and who reads an item."""

from __future__ import annotations

import typing
from collections.abc import Iterator

import msgspec
import pytest

from equipoise.rules import Boolean, Code, QuantityType
from equipoise.study.convert import fields_of, without_none
from equipoise.study.model import Definition, Rule
from equipoise.study.references import LINKS
from equipoise.study.sites import SITES, walk
from tests.spec.study_samples import whole


def test_a_rule_is_found_by_its_dotted_path() -> None:
    assert whole().rule("criteria.I1.rule").type == Boolean()
    assert whole().has_rule("regimens.vitamin.needed")
    assert not whole().has_rule("regimens.tablet.needed")
    with pytest.raises(KeyError):
        whole().rule("criteria.I2.rule")


def test_forms_encounters_items_and_codes_are_found_by_their_identifiers() -> None:
    study = whole()
    assert study.form("body").label == "Body"
    assert study.encounter("week_4").day == 28
    assert study.item_type("body", "weight") == QuantityType("kg", 1)
    assert study.item_type("person", "smokes") == Code("yes_no", ("y", "n"))
    assert study.codes("person", "smokes") == {"y": "Yes", "n": "No"}
    assert study.codes("person", "sex") == {"female": "Female", "male": "Male"}
    assert study.acts == {"guess": "guess", "adverse_event": "adverse", "intake": "intake"}


def test_the_checks_of_a_form_are_those_of_its_items_and_its_own() -> None:
    checks = whole().checks_on("body")
    assert [(check.item, check.must) for check in checks] == [
        ("weight", True),
        ("weight", False),
        (None, True),
    ]
    assert checks[0].message.startswith("Weight: ")
    assert (checks[2].message, checks[2].reference) == ("Lower than a metre", "WHOLE-P 6")


def test_an_item_knows_all_rules_that_read_it_also_through_derivations() -> None:
    readers = whole().dependents[("item", "body", "weight")]
    assert {
        "derivations.heavy.rule",
        "allocation.strata.heavy.rule",
        "gates.weighed.rule",
        "regimens.tablet.dose.exceptions.light.when",
        "encounters.week_4.when",
        "forms.body.items.weight.must",
    } <= readers
    assert "criteria.I1.rule" not in readers


def test_a_form_knows_the_derivations_that_read_it() -> None:
    assert whole().touched[("form", "body")] == {"heavy", "bmi_class"}
    assert whole().touched[("name", "arm")] == {"on_tablet"}


def test_the_scope_of_a_form_is_its_own() -> None:
    assert whole().scope().own is None
    assert whole().scope("body").own == "body"
    assert whole().scope_of("safety.clocks.serious.when").own == "adverse"


def test_the_arm_is_sealed_where_blinded_people_read() -> None:
    study = whole()
    assert study.scope_of("criteria.I1.rule").sealed == {"arm", "on_tablet"}
    assert study.scope_of("gates.weighed.rule").sealed == {"arm", "on_tablet"}
    assert study.scope_of("gates.no_bleeding.rule").sealed == frozenset()
    assert study.scope_of("regimens.vitamin.needed").sealed == frozenset()


def test_a_place_is_said_as_file_line_and_column() -> None:
    assert whole().place("criteria.I1.rule").endswith("study.yaml:43:62")


@pytest.mark.parametrize(
    ("act", "mode", "expected"),
    [
        ("dose", "live", ["dose_at_80"]),
        ("dose", "practice", []),
        ("dose", "simulation", []),
        ("analyse", "practice", ["later"]),
        ("randomise", "live", []),
    ],
)
def test_an_act_waits_for_its_decisions(act: str, mode: str, expected: list[str]) -> None:
    """A live ledger needs them decided; practice and simulation run on assumptions, and say so."""
    assert [name for name, _ in whole().open_decisions(act, mode)] == expected


def rule_fields(shape: typing.Any, pattern: str = "") -> Iterator[str]:
    """The patterns of all fields of the model that hold a rule."""
    shape = without_none(shape)
    if shape == Rule:
        yield pattern
    elif isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        for name, inner in fields_of(shape).items():
            yield from rule_fields(inner, f"{pattern}.{name}" if pattern else name)
    elif typing.get_origin(shape) is dict:
        yield from rule_fields(typing.get_args(shape)[1], f"{pattern}.*")


def test_every_place_for_a_rule_says_what_it_gives_and_what_unknown_means() -> None:
    assert set(rule_fields(Definition)) == set(SITES)
    assert all(site.unknown and site.gives for site in SITES.values())
    assert whole().site("gates.weighed.rule").unknown == "the gate stays closed, with the missing items"


def test_every_link_of_the_table_is_a_field_of_the_whole_definition() -> None:
    assert set(LINKS) <= {leaf.pattern for leaf in walk(whole().definition)}
