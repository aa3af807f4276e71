"""What other packages rely on: places, dependencies, facts, words and canonical data of an expression."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from equipoise.rules import (
    FormScope,
    ItemScope,
    Place,
    RuleError,
    TextType,
    check,
    evaluate,
    explain,
    explain_verdict,
    inputs_all_missing_verdict,
    parse,
    to_data,
)
from tests.spec.rules.world import SCOPE, case

WEIGHT = "vital_signs.weight at screening < weight_limit"


def test_a_fault_on_a_later_line_points_into_that_line() -> None:
    with pytest.raises(RuleError) as caught:
        parse("true and\n  ;", place=Place("criteria.yaml", 10, 5))
    assert caught.value.code == "RULE-001"
    assert caught.value.place == "criteria.yaml:11:7"


def test_an_expression_knows_what_it_depends_on() -> None:
    text = f"any(m in history: m.grade > 2 and m.date < today) or {WEIGHT}"
    assert check(parse(text), SCOPE).depends == {
        ("form", "history"),
        ("item", "history", "grade"),
        ("item", "vital_signs", "weight"),
        ("name", "today"),
        ("name", "weight_limit"),
    }


def test_facts_say_what_was_read_and_from_which_event() -> None:
    found = evaluate(check(parse(WEIGHT), SCOPE), case({"vital_signs at screening": {"weight": "79 kg"}}))
    fact, limit = found.facts
    assert (fact.item, fact.encounter, fact.sequence) == ("vital_signs.weight", "screening", 1)
    assert (limit.item, limit.sequence) == ("weight_limit", None)
    assert found.missing == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (WEIGHT, None),
        (f"not ({WEIGHT}) is known", True),
        ("any(m in history: m.grade > 2)", None),
        ("vital_signs.smoker at week_4 is missing or eligible", True),
        ("count(m in history: true) > 0 and false", False),
    ],
)
def test_the_verdict_when_nobody_asked_anything(text: str, value: bool | None) -> None:
    found = inputs_all_missing_verdict(check(parse(text), SCOPE), SCOPE)
    assert found.value is value or (value is None and found.is_unknown)


def test_an_item_may_not_take_the_name_of_a_built_in_one() -> None:
    with pytest.raises(RuleError) as caught:
        FormScope(kind="log", items={"date": ItemScope(type=TextType())}, place="forms.yaml:4:1")
    assert caught.value.code == "RULE-035"


def test_a_log_is_never_read_at_an_encounter() -> None:
    log = FormScope(kind="log", items={"note": ItemScope(type=TextType())}, encounters=("screening",))
    with pytest.raises(RuleError) as caught:
        check(parse("notes.note at screening"), replace(SCOPE, forms={"notes": log}))
    assert (caught.value.code, caught.value.place) == ("RULE-016", "<expression>:1:15")


SENTENCES = [
    (WEIGHT, "body weight at Screening is less than the weight limit"),
    ("vital_signs.smoker at week_4 = true", "current smoker at Week 4"),
    ("vital_signs.smoker at week_4 = false", "not current smoker at Week 4"),
    ("vital_signs.smoker at week_4 != false", "current smoker at Week 4"),
    ("today < @2026-03", "today is before 2026-03"),
    ("demography.birth_date <= today", "date of birth is on or before today"),
    ("today - 3 months > randomised_on", "today minus 3 months is after the date of randomisation"),
    ("today - randomised_on > 1 weeks", "today minus the date of randomisation is more than 1 week"),
    ("vital_signs.date at week_4 > today", "the date of Vital signs at Week 4 is after today"),
    ("demography.encounter is known", "the encounter of Demography is known"),
    (
        "any(m in history: m.began >= today)",
        "in at least one record of Medical history, start date is on or after today",
    ),
    ("all(m in history: m.grade < 3)", "in every record of Medical history, grade is less than 3"),
    ("count(m in history: true) = 2", "the number of records of Medical history in which yes is 2"),
    (
        "latest(m in history where m.grade = 1: m.event)",
        "event in the latest record of Medical history in which grade is 1",
    ),
    ("earliest(m in history: m.event)", "event in the earliest record of Medical history"),
    ("eligible implies not eligible", "if eligible, then not (eligible)"),
    ("eligible and (true or false)", "eligible and (yes or no)"),
    ("eligible and true and false", "eligible and yes and no"),
    ("eligible is missing(refused)", "eligible is missing (refused)"),
    ("demography.sex in {'male', 'female'}", "sex is one of male, female"),
    ("-(1 + 2) * 3 in 0..2", "(minus (1 plus 2)) times 3 is from 0 to 2"),
    ("if eligible then 1 else 2", "1 if eligible, otherwise 2"),
    ("age(demography.birth_date, today)", "the age on today of someone born on date of birth"),
    ("round(1.25, 1)", "1.25 rounded to 1 decimals"),
    ("sum(1, 2)", "the sum of 1 and 2"),
    ("today within 28 days before randomised_on", "today is within 28 days before the date of randomisation"),
]


@pytest.mark.parametrize(("text", "sentence"), SENTENCES, ids=[text for text, _ in SENTENCES])
def test_a_rule_reads_as_a_sentence(text: str, sentence: str) -> None:
    assert explain(check(parse(text), SCOPE), SCOPE) == sentence


def test_a_verdict_reads_as_a_sentence_with_its_facts() -> None:
    expression = check(parse(WEIGHT), SCOPE)
    rule = "body weight at Screening is less than the weight limit"
    light = evaluate(expression, case({"vital_signs at screening": {"weight": "79.0 kg"}}))
    facts = "body weight at Screening is 79.0 kg; the weight limit is 80 kg"
    assert explain_verdict(expression, light, SCOPE) == f"True: {rule}. Because: {facts}."
    asked = evaluate(expression, case({"vital_signs at screening": {"weight": "missing(refused)"}}))
    assert explain_verdict(expression, asked, SCOPE) == (
        f"Cannot be decided: {rule}. Open: body weight at Screening is refused."
    )
    vague = check(parse("@2026 < 2026-03-01"), SCOPE)
    assert "too imprecise" in explain_verdict(vague, evaluate(vague, case({})), SCOPE)
    log = check(parse("any(m in history: m.grade = 1)"), SCOPE)
    assert "Medical history is not complete" in explain_verdict(log, evaluate(log, case({})), SCOPE)
    span = check(parse("today - @2026-01"), SCOPE)
    ago = evaluate(span, case({"today": "2026-02-01"}))
    assert explain_verdict(span, ago, SCOPE).startswith("1 day to 31 days: today minus 2026-01.")


def test_the_data_of_a_tree_is_json_without_places() -> None:
    text = "any(m in history: m.grade in {1, 2}) and vital_signs.weight at screening > 80 kg"
    here, there = (to_data(parse(text, place=Place("a", line, 1))) for line in (1, 2))
    assert here == there == json.loads(json.dumps(here))
    assert here["right"]["right"] == {"node": "literal", "value": "80 kg"}
    assert here["left"]["condition"]["options"][1] == {"node": "literal", "value": "2"}
    assert to_data(parse("x is missing")) == {
        "node": "is missing",
        "operand": {"node": "name", "name": "x"},
        "reason": None,
    }


def test_a_checked_tree_equals_the_parsed_one_and_reads_its_own_record() -> None:
    node = parse("vital_signs.weight < 80 kg")
    own = check(node, replace(SCOPE, own="vital_signs"))
    assert own.node == node
    assert evaluate(own, case({"own": {"weight": "81 kg"}})).is_false
