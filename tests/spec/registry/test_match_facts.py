"""Facts about a patient: read from JSON, or from a description in words, and refused where they contradict."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from equipoise.registry.errors import RegistryError
from equipoise.registry.match.ages import Age
from equipoise.registry.match.facts import LONGEST, load_facts, read_facts
from equipoise.registry.match.notes import read_note

TODAY = date(2026, 11, 22)


def code_of(data: Any) -> str:
    """The code of the error that these facts raise."""
    with pytest.raises(RegistryError) as caught:
        read_facts(data, today=TODAY)
    return caught.value.code


def test_facts_are_read_with_their_units_and_names() -> None:
    facts = load_facts(
        json.dumps(
            {
                "birth_date": "1955-11-23",
                "age": 70,
                "sex": "f",
                "country": "France",
                "ecog": 1,
                "conditions": ["HTN", {"name": "tuberculosis", "ever": False}],
                "drugs": [{"name": "metformin", "current": True}],
                "labs": [{"name": "Hgb", "value": "8.5", "unit": "g/dl"}, {"name": "BMI", "value": 30}],
            }
        ),
        today=TODAY,
    )
    assert facts.age is not None and facts.age.completed("year") == (70, 70)
    assert (facts.sex, facts.country, facts.performance, facts.pregnant) == (
        "FEMALE",
        "France",
        {"ecog": 1},
        None,
    )
    assert [(sorted(each.words), each.present, each.past) for each in facts.statements] == [
        (["hypertension"], True, False),
        (["tuberculosis"], False, True),
        (["metformin"], True, False),
    ]
    assert [(each.name, str(each.value), each.unit) for each in facts.measurements] == [
        ("hemoglobin", "8.5", "g/dl"),
        ("bmi", "30", "kg/m2"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        [],
        {"agee": 3},
        {"age": "71"},
        {"age": -1},
        {"age": 131},
        {"age": True},
        {"sex": "both"},
        {"pregnant": "yes"},
        {"birth_date": "2026-13-01"},
        {"birth_date": "2027-01-01"},
        {"conditions": "asthma"},
        {"conditions": [{"nam": "asthma"}]},
        {"conditions": ["of the"]},
        {"labs": [{"name": "mood", "value": 1}]},
        {"labs": [{"name": "INR", "value": "NaN"}]},
        {"labs": [{"name": "INR", "value": "1e99"}]},
        {"labs": [{"name": "INR", "value": "one"}]},
        {"labs": [{"name": "INR"}]},
        {"labs": ["INR"]},
        {"labs": [{"name": "creatinine", "value": 1, "unit": "furlongs"}]},
        {"ecog": 101},
        {"age_unit": "decades", "age": 3},
    ],
)
def test_a_fact_that_is_wrong_is_refused(data: Any) -> None:
    assert code_of(data) == "MATC-003"


@pytest.mark.parametrize(
    "data",
    [
        {"age": 71, "birth_date": "1990-01-01"},
        {"sex": "male", "pregnant": True},
        {"sex": "male", "breastfeeding": True},
        {"conditions": ["asthma", {"name": "asthma", "present": False}]},
        {"conditions": [{"name": "asthma", "present": True, "ever": False}]},
        {"healthy": True, "drugs": ["warfarin"]},
        {"labs": [{"name": "INR", "value": 1}, {"name": "INR", "value": 2}]},
    ],
)
def test_facts_that_contradict_each_other_are_refused(data: Any) -> None:
    assert code_of(data) == "MATC-004"


def test_what_is_no_json_or_too_long_is_refused_without_repeating_it() -> None:
    for text, code in (("{", "MATC-003"), ("[" * 50_000, "MATC-002"), ("[" * 15_000, "MATC-003")):
        with pytest.raises(RegistryError) as caught:
            load_facts(text, today=TODAY)
        assert caught.value.code == code
    with pytest.raises(RegistryError) as caught:
        read_facts({"sex": "secretly 47 kg"}, today=TODAY)
    assert "secretly" not in str(caught.value)


@pytest.mark.parametrize(
    ("note", "age", "sex"),
    [
        ("A 71-year-old woman with asthma.", Age(count=71), "FEMALE"),
        ("48 M with gout", Age(count=48), "MALE"),
        ("Pt is a 22yo F with flares", Age(count=22), "FEMALE"),
        ("62 yo male with a stroke", Age(count=62), "MALE"),
        ("A 3-day-old female infant", Age(count=3, unit="day"), "FEMALE"),
        ("A 5 month old boy", Age(count=5, unit="month"), "MALE"),
        ("Aged 40, she has migraine", Age(count=40), "FEMALE"),
        ("X is a 41 year man", Age(count=41), "MALE"),
        (
            "Her mother, a 70-year-old woman, has gout. The patient is a 30-year-old man.",
            Age(count=30),
            "MALE",
        ),
        ("Someone with eczema for 3 years", None, None),
        ("He said she was ill", None, None),
    ],
)
def test_age_and_sex_are_those_of_the_patient(note: str, age: Age | None, sex: str | None) -> None:
    facts = read_note(note)
    assert (facts.age, facts.sex) == (age, sex)


def stated(note: str) -> set[tuple[str, bool, bool]]:
    """What a note says: words, present, past."""
    return {(" ".join(sorted(each.words)), each.present, each.past) for each in read_note(note).statements}


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("She has HTN and asthma.", {("hypertension", True, False), ("asthma", True, False)}),
        ("He denies fever, chills or cough.", {(word, False, False) for word in ("fever", "chill", "cough")}),
        ("No history of tuberculosis.", {("tuberculosis", False, True)}),
        ("Never had a seizure.", {("seizure", False, True)}),
        ("s/p CABG.", {("artery bypass coronary graft", True, True)}),
        ("Her mother has diabetes.", set()),
        ("Screening for cancer is planned.", set()),
        ("No fever but cough.", {("fever", False, False), ("cough", True, False)}),
        ("Denies angina. Reports gout.", {("angina", False, False), ("gout report", True, False)}),
    ],
)  # fmt: skip
def test_statements_keep_negation_past_relatives_and_doubts_apart(
    note: str, expected: set[tuple[str, bool, bool]]
) -> None:
    assert stated(note) == expected


def test_measurements_pregnancy_and_performance_are_read_from_words() -> None:
    facts = read_note(
        "A 30-year-old woman. Hgb: 13.6 g/dl, WBC 8,000 /mm3, EF was 25%, BP 120/75. ECOG 1. Beta hcg: negative. "
        "She is not breastfeeding. Creatinine 1 mg/dl, later creatinine 2 mg/dl."
    )
    assert {(each.name, str(each.value), each.unit) for each in facts.measurements} == {
        ("hemoglobin", "13.6", "g/dL"),
        ("leukocytes", "8000", "/uL"),
        ("ejection fraction", "25", "%"),
        ("systolic pressure", "120", "mm[Hg]"),
        ("diastolic pressure", "75", "mm[Hg]"),
    }
    assert (facts.pregnant, facts.breastfeeding, facts.performance) == (False, False, {"ecog": 1})
    assert facts.notes == ("several values of creatinine: none is used",)


def test_a_pregnancy_beside_a_man_is_not_used_and_said() -> None:
    facts = read_note("A 40-year-old man, who is pregnant")
    assert facts.pregnant is None and "not used" in facts.notes[0]
    assert read_note("A pregnant woman").pregnant is True


@pytest.mark.parametrize(
    ("note", "code"), [("", "MATC-001"), (" \n\t…", "MATC-001"), ("a" * (LONGEST + 1), "MATC-002")]
)
def test_an_empty_or_endless_note_is_refused(note: str, code: str) -> None:
    with pytest.raises(RegistryError) as caught:
        read_note(note)
    assert caught.value.code == code


def test_hostile_signs_are_only_words() -> None:
    facts = read_note(
        "<script>alert(1)</script> \x00\x1b[31m NOT AND OR title:( 30-year-old woman ' OR 1=1 --"
    )
    assert facts.age == Age(count=30)
    assert "\x00" not in facts.text and "\x1b" not in facts.text


def test_facts_given_stand_over_those_read() -> None:
    given = read_facts({"age": 50, "labs": [{"name": "INR", "value": 1}]}, today=TODAY)
    both = given.over(read_note("A 40-year-old man with gout, INR 3"))
    assert (both.age, both.sex) == (Age(count=50), "MALE")
    assert [str(each.value) for each in both.measurements] == ["1"]
    assert len(both.statements) == len(read_note("A 40-year-old man with gout, INR 3").statements)
