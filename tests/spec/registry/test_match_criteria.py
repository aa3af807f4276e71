"""Criteria in words: which are understood, what they say of a patient, and which are left alone, never guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from equipoise.registry.match.ages import Limit
from equipoise.registry.match.criteria import LONGEST, MOST, Criterion, criteria_of, judge
from equipoise.registry.match.facts import Facts, read_facts
from equipoise.registry.match.hard import Terms, hard_findings, terms_of
from equipoise.registry.match.notes import read_note
from equipoise.registry.match.together import worded_findings
from equipoise.registry.match.truth import Verdict

TODAY = date(2026, 11, 22)
WOMAN = {"age": 62, "sex": "F"}
MAN = {"age": 62, "sex": "M"}


def known(**given: Any) -> Facts:
    """Facts of a patient."""
    return read_facts(given, today=TODAY)


def verdict(text: str, facts: Facts, side: str = "inclusion") -> str:
    """The verdict on one criterion."""
    return str(judge(Criterion(side=side, text=text), facts).verdict)


@pytest.mark.parametrize(
    ("text", "at_17", "at_18", "at_65", "at_66"),
    [
        ("Age ≥ 18 years", "not met", "met", "met", "met"),
        ("Aged 18 to 65 years", "not met", "met", "met", "not met"),
        ("Between the ages of 18 and 65 years, inclusive", "not met", "met", "met", "not met"),
        ("18 years of age or older", "not met", "met", "met", "met"),
        ("Male or female patients 18-65 years old", "not met", "met", "met", "not met"),
        ("Patients over 18 years.", "not met", "not known", "met", "met"),
        ("Age < 66 years", "met", "met", "met", "not met"),
        ("at least 18 years old", "not met", "met", "met", "met"),
        (r"Age \>= 18 years", "not met", "met", "met", "met"),
        ("18 years and older with diabetes", "not met", "not known", "not known", "not known"),
        ("Disease onset before the age of 18 years", "not known", "not known", "not known", "not known"),
        ("Symptoms for more than 18 years", "not known", "not known", "not known", "not known"),
    ],
)
def test_ages(text: str, at_17: str, at_18: str, at_65: str, at_66: str) -> None:
    found = [verdict(text, known(age=age)) for age in (17, 18, 65, 66)]
    assert found == [at_17, at_18, at_65, at_66]
    assert verdict(text, known()) == "not known"


@pytest.mark.parametrize(
    ("text", "side", "given", "expected"),
    [
        ("Female", "inclusion", WOMAN, "met"),
        ("Female", "inclusion", MAN, "not met"),
        ("Men and women", "inclusion", MAN, "met"),
        ("Women must use contraception", "inclusion", MAN, "not known"),
        ("Men over 40 and women over 70 years of age", "inclusion", WOMAN, "not known"),
        ("Pregnant or breastfeeding women", "exclusion", MAN, "met"),
        ("Pregnant or breastfeeding women", "exclusion", WOMAN, "not known"),
        ("Pregnant or breastfeeding women", "exclusion", {**WOMAN, "pregnant": True}, "not met"),
        ("Pregnancy or lactation", "exclusion", {**WOMAN, "pregnant": False}, "not known"),
        ("Pregnancy or lactation", "exclusion", {**WOMAN, "pregnant": False, "breastfeeding": False}, "met"),
        ("Women who are pregnant, nursing or planning to become pregnant", "exclusion", MAN, "met"),
        ("Not pregnant", "inclusion", {**WOMAN, "pregnant": True}, "not met"),
        ("ECOG performance status ≤ 2", "inclusion", {"ecog": 2}, "met"),
        ("ECOG performance status 0-1", "inclusion", {"ecog": 2}, "not met"),
        ("WHO performance status < 2", "inclusion", {"ecog": 2}, "not met"),
        ("Karnofsky performance status ≥ 70%", "inclusion", {"karnofsky": 60}, "not met"),
        ("Karnofsky 70 or higher", "inclusion", {"karnofsky": 70}, "met"),
        ("ECOG performance status ≤ 2", "inclusion", {}, "not known"),
    ],
)
def test_sex_pregnancy_and_performance(text: str, side: str, given: dict[str, Any], expected: str) -> None:
    assert verdict(text, known(**given), side) == expected


def lab(name: str, value: float | str, unit: str = "", **more: Any) -> Facts:
    """Facts with one measured value."""
    return known(labs=[{"name": name, "value": str(value), **({"unit": unit} if unit else {}), **more}])


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("Platelets ≥ 100,000/mm3", lab("platelets", 150, "10*9/L"), "met"),
        ("Platelets ≥ 100 x 10^9/L", lab("platelets", 99999, "/uL"), "not met"),
        ("Platelet count > 100,000/µL", lab("platelets", 100000, "/uL"), "not met"),
        ("Hemoglobin at least 10 g/dL", lab("Hgb", 100, "g/L"), "met"),
        ("Hemoglobin at least 10 g/dL", lab("Hgb", 10), "not known"),
        ("Serum creatinine ≤ 1.5 mg/dL", lab("creatinine", 100, "umol/L"), "not known"),
        ("Creatinine clearance > 60 ml/min", lab("creatinine", 1, "mg/dL"), "not known"),
        ("BMI of 19-35", lab("BMI", 35), "met"),
        ("BMI between 19 and 35 kg/m2", lab("BMI", "35.1"), "not met"),
        ("AST ≤ 2.5 x ULN", lab("AST", 100, "U/L", upper_limit="40"), "met"),
        ("AST ≤ 2.5 x ULN", lab("AST", 101, "U/L", upper_limit="40"), "not met"),
        ("AST ≤ 2.5 times the upper limit of normal", lab("AST", 20, "U/L"), "not known"),
        ("HbA1c 7.0 to 10.0 %", lab("HbA1c", "10.1", "%"), "not met"),
        ("LVEF < 40%", lab("LVEF", 25), "met"),
        ("Temperature ≥ 38°C", lab("temperature", "100.4", "[degF]"), "met"),
        ("Decrease in hemoglobin > 2 g/dL", lab("Hgb", 10, "g/dL"), "not known"),
        ("Platelets ≥ 100,000/mm3 and hemoglobin ≥ 10 g/dL", lab("platelets", 9, "10*9/L"), "not met"),
        ("Platelets ≥ 100,000/mm3 and hemoglobin ≥ 10 g/dL", lab("platelets", 900, "10*9/L"), "not known"),
    ],
)
def test_measurements_compare_in_their_units_or_not_at_all(text: str, facts: Facts, expected: str) -> None:
    assert verdict(text, facts) == expected


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("Platelets ≥ 100,000", lab("platelets", 150), "met"),
        ("Platelet count ≥ 100", lab("platelets", 80_000), "not met"),
        ("WBC > 3,000 cells/mm3", lab("WBC", 17_580), "met"),
        ("WBC > 3.0 x 10^9/L", lab("WBC", 20), "not known"),
        ("Creatinine ≤ 1.5 mg/dL", lab("creatinine", "1.2"), "met"),
        ("Creatinine ≤ 1.5 times normal", lab("creatinine", "1.2"), "not known"),
        ("eGFR ≥ 60 mL/min/1.73m2", lab("eGFR", 45), "not met"),
        ("HbA1c ≤ 7.5 %", lab("HbA1c", 58), "met"),
        ("HbA1c ≤ 7.4 %", lab("HbA1c", 58, "mmol/mol"), "not met"),
        ("HbA1c between 48 and 86 mmol/mol", lab("HbA1c", "8.2", "%"), "met"),
        ("Temperature higher than 38℃ Celsius degree", lab("temperature", 39), "met"),
        ("Temperature > 38 °C", lab("temperature", 99), "not met"),
    ],
)
def test_a_bare_number_has_the_only_unit_that_makes_it_possible(
    text: str, facts: Facts, expected: str
) -> None:
    assert verdict(text, facts) == expected


WILLING = read_note(
    "A 40-year-old man. He will provide informed consent and will comply with the trial protocol."
)


@pytest.mark.parametrize(
    ("text", "side", "expected"),
    [
        ("Written informed consent", "inclusion", "met"),
        ("Patient or, if appropriate, legal guardian has signed informed consent", "inclusion", "met"),
        ("Inability to give consent", "exclusion", "met"),
        ("Patients who refuse to sign the consent form", "exclusion", "met"),
        ("Patients who refuse to sign the consent form", "inclusion", "not met"),
        ("Informed consent", "exclusion", "not known"),
        ("Willing to comply with all study procedures", "inclusion", "met"),
        ("Informed consent and willing to comply with study visits", "inclusion", "met"),
        ("History of poor compliance with medication", "exclusion", "not known"),
        ("Consent to a liver biopsy", "inclusion", "not known"),
        ("Prisoners, or unable to give informed consent", "exclusion", "not known"),
        ("Inability to consent. Those with dementia", "exclusion", "not known"),
    ],
)  # fmt: skip
def test_consent_is_judged_where_the_note_speaks_of_it(text: str, side: str, expected: str) -> None:
    assert verdict(text, WILLING, side) == expected
    assert verdict(text, read_note("A 40-year-old man."), side) == "not known"


def test_a_refusal_is_one_and_both_are_none() -> None:
    refuses = read_note("A 40-year-old man who refuses to participate.")
    assert verdict("Written informed consent", refuses) == "not met"
    assert read_note("She gave informed consent. Later she declined to participate.").consents is None


@pytest.mark.parametrize(
    ("text", "side", "by_age"),
    [
        ("Adults", "inclusion", {10: "not met", 18: "not known", 30: "met"}),
        ("Adult patients", "inclusion", {10: "not met", 30: "met"}),
        ("Children", "exclusion", {10: "not met", 15: "not known", 30: "met"}),
        ("Minors", "exclusion", {10: "not met", 30: "met"}),
        ("Adolescents", "inclusion", {9: "not met", 15: "met", 19: "not known", 30: "not met"}),
        ("Elderly", "inclusion", {40: "not met", 70: "not known", 85: "met"}),
        ("Infants", "inclusion", {1: "not known", 3: "not met"}),
        ("Newborns", "exclusion", {2: "met"}),
        ("Adult T-cell leukemia", "inclusion", {10: "not known", 30: "not known"}),
        ("Minor surgery", "exclusion", {10: "not known"}),
        ("Women incapable of bearing children", "inclusion", {10: "not known"}),
        ("Child-Pugh class C", "exclusion", {10: "not known"}),
    ],
)  # fmt: skip
def test_times_of_life_are_sure_only_far_from_where_they_begin(
    text: str, side: str, by_age: dict[int, str]
) -> None:
    assert {age: verdict(text, known(age=age), side) for age in by_age} == by_age
    assert verdict(text, known(), side) == "not known"


@pytest.mark.parametrize(
    ("text", "side", "given", "expected"),
    [
        ("Adults with gout or asthma", "inclusion", {"age": 10}, "not met"),
        ("Adults with gout or asthma", "inclusion", {"age": 40}, "not known"),
        ("Adults with gout or asthma", "inclusion", {"age": 40, "conditions": ["asthma"]}, "met"),
        ("Postmenopausal women, 55-75 years old", "inclusion", {"age": 51, "sex": "F"}, "not met"),
        ("At least one of: gout, age over 65 years", "inclusion", {"age": 51}, "not known"),
        ("Women with gout 12 years of age and older", "exclusion", MAN, "met"),
        ("Pregnant women, or women of childbearing age who do not use contraception", "exclusion", MAN, "met"),
        ("Pregnant women, or women of childbearing age who do not use contraception", "exclusion", WOMAN, "not known"),
        ("Prior or concurrent methotrexate use", "exclusion", {"drugs": ["methotrexate"]}, "not met"),
        ("Common variable immunodeficiency (CVID)", "inclusion", {"conditions": ["common variable immunodeficiency"]},
         "met"),
    ],
)  # fmt: skip
def test_what_everybody_must_be_is_asked_beside_the_rest(
    text: str, side: str, given: dict[str, Any], expected: str
) -> None:
    assert verdict(text, known(**given), side) == expected


ILL = read_note(
    "A 62-year-old woman with thalidomide, AST, spirometry, breast cancer, jaundice, Hep C cirrhosis, "
    "interferon, asthma."
)


@pytest.mark.parametrize(
    "text",
    [
        "Hypersensitivity to bortezomib, boron or thalidomide",
        "Contraindications for bronchial provocation or spirometry",
        "AST and/or ALT above the normal range",
        "Child Pugh class B or C cirrhosis",
        "Varices in high-risk patients (patients with epilepsy, asthma)",
        "Interferon or immunosuppressant within the last 6 months",
        "History of jaundice or high fevers before the present illness",
        "History of other breast cancer",
        "Sex partners with hepatitis B or asthma",
        "Masses in neck or jaundice",
    ],
)
def test_a_name_alone_keeps_nobody_out_where_the_words_around_it_change_it(text: str) -> None:
    assert verdict(text, ILL, "exclusion") == "not known"


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("Bone density below the mean of young adult men", WOMAN, "not known"),
        ("Males: ejection fraction at least 50%", WOMAN, "not known"),
        ("Patients of both sexes", WOMAN, "met"),
        ("Patients of female sex", WOMAN, "met"),
        ("Platelets ≥ 100,000/mm3", {"labs": [{"name": "platelets", "value": 300000, "unit": "/mL"}]}, "not known"),
    ],
)  # fmt: skip
def test_what_is_said_of_others_or_by_a_slip_decides_nothing(
    text: str, facts: dict[str, Any], expected: str
) -> None:
    assert verdict(text, known(**facts)) == expected


def test_a_sex_or_age_that_the_fields_admit_is_that_of_a_group() -> None:
    words = "Inclusion Criteria:\n\n- men age ≥ 55 years\n\n- women age ≥ 65 years\n"
    both = Terms(nct_id="n1", sex="ALL", minimum=Limit(count=55, unit="year"), criteria=words)
    verdicts = [str(each.verdict) for each in worded_findings(both, known(age=70, sex="F"))]
    assert verdicts == ["not known", "met"]
    men = replace(both, sex="MALE")
    assert [str(each.verdict) for each in worded_findings(men, known(age=70, sex="F"))] == ["not met", "met"]
    wide = replace(both, maximum=Limit(count=90, unit="year"))
    assert [str(each.verdict) for each in worded_findings(wide, known(age=60, sex="F"))] == [
        "not known",
        "not known",
    ]


def test_a_lasting_condition_in_a_history_is_had_and_one_that_is_over_is_not() -> None:
    note = read_note("History of hypertension. History of stroke. History of childhood asthma.")
    assert verdict("Hypertension", note) == "met"
    assert verdict("Stroke", note) == verdict("Asthma", note) == "not known"


def test_criteria_that_describe_groups_or_the_studys_own_condition_keep_nobody_out() -> None:
    terms = Terms(
        nct_id="n1",
        conditions=("Asthma", "Gout"),
        criteria="Inclusion Criteria:\n\n- Patients aged under 50 years with severe steroid dependent asthma\n"
        "- Patients aged over 49 years with mild intermittent seasonal asthma\n\nExclusion Criteria:\n\n"
        "- History of gout\n- Epilepsy\n",
    )
    facts = known(age=60, conditions=["gout", "epilepsy"])
    found = {each.words: (str(each.verdict), each.why) for each in worded_findings(terms, facts)}
    assert found["History of gout"] == ("not known", "the study is about this condition")
    assert found["Epilepsy"][0] == "not met"
    first = found["Patients aged under 50 years with severe steroid dependent asthma"]
    assert first == ("not known", "the study has several groups with ages of their own")


NOTE = read_note(
    "A 62-year-old woman with HTN, type 2 diabetes and asthma. No history of stroke. Denies chest pain. "
    "Status post appendectomy. Her father had gout. Suspected tuberculosis."
)


@pytest.mark.parametrize(
    ("text", "side", "expected"),
    [
        ("Hypertension", "inclusion", "met"),
        ("Patients with a diagnosis of type II diabetes", "inclusion", "met"),
        ("Diabetes mellitus", "exclusion", "not met"),
        ("Diabetes or epilepsy", "inclusion", "met"),
        ("Diabetes and epilepsy", "inclusion", "not known"),
        ("Asthma, epilepsy or psoriasis", "exclusion", "not met"),
        ("Stroke", "exclusion", "met"),
        ("History of stroke", "exclusion", "met"),
        ("Hemorrhagic stroke", "exclusion", "met"),
        ("History of chest pain", "exclusion", "not known"),
        ("Severe chest pain", "exclusion", "met"),
        ("Appendectomy", "exclusion", "not known"),
        ("Prior appendectomy", "exclusion", "not met"),
        ("Appendectomy within 4 weeks", "exclusion", "not known"),
        ("Uncontrolled hypertension", "exclusion", "not known"),
        ("Gout", "exclusion", "not known"),
        ("Tuberculosis", "exclusion", "not known"),
        ("Epilepsy", "exclusion", "not known"),
        ("No hypertension", "inclusion", "not met"),
        ("No stroke", "inclusion", "met"),
        ("Asthma unless well controlled", "exclusion", "not known"),
        ("Pulmonary or asthma disease", "exclusion", "not known"),
        ("Treatment for asthma", "exclusion", "not known"),
        ("At risk of asthma", "exclusion", "not known"),
        ("Asthma:", "exclusion", "not known"),
        ("Women with epilepsy or asthma", "exclusion", "not known"),
        ("Disease", "exclusion", "not known"),
        ("Asthma " * LONGEST, "exclusion", "not known"),
        ("", "exclusion", "not known"),
    ],
)
def test_conditions_are_decided_only_by_what_is_said(text: str, side: str, expected: str) -> None:
    assert verdict(text, NOTE, side) == expected


@pytest.mark.parametrize(
    ("drug", "expected"),
    [
        ({"name": "rituximab", "days_ago": 10}, "not met"),
        ({"name": "rituximab", "days_ago": 28}, "not met"),
        ({"name": "rituximab", "days_ago": 29}, "met"),
        ({"name": "rituximab", "days_ago": 400, "current": True}, "not met"),
        ({"name": "rituximab", "ever": True}, "not known"),
        ({"name": "rituximab", "ever": False}, "met"),
        ({"name": "rituximab", "present": False}, "not known"),
        ({"name": "warfarin"}, "not known"),
    ],
)
def test_a_time_window_needs_a_time(drug: dict[str, Any], expected: str) -> None:
    assert (
        verdict("Treatment with rituximab within 4 weeks before screening", known(drugs=[drug]), "exclusion")
        == expected
    )


def test_now_needs_to_be_said() -> None:
    for drug, expected in (({"current": True}, "not met"), ({}, "not known"), ({"days_ago": 3}, "not known")):
        facts = known(drugs=[{"name": "warfarin", **drug}])
        assert verdict("Concomitant warfarin", facts, "exclusion") == expected


def test_a_statement_and_its_opposite_decide_nothing() -> None:
    facts = read_note("She has asthma. Denies asthma.")
    assert verdict("Asthma", facts) == "not known"


TEXT = """Inclusion Criteria:

1. Age ≥ 18 years
2. At least two of the following:
   * Cough
   * Fever

Exclusion Criteria:

* Any of the following:
* Asthma
"""


def test_lists_are_kept_and_an_item_of_a_list_is_not_judged_alone() -> None:
    found = list(criteria_of(TEXT))
    assert [(each.side, each.text, each.listed) for each in found] == [
        ("inclusion", "Age ≥ 18 years", False),
        ("inclusion", "At least two of the following:", False),
        ("inclusion", "Cough", True),
        ("inclusion", "Fever", True),
        ("exclusion", "Any of the following:", False),
        ("exclusion", "Asthma", True),
    ]
    facts = read_note("She has asthma and cough.")
    assert {judge(each, facts).verdict for each in found[2:]} == {Verdict.NOT_KNOWN}


def test_a_criterion_without_a_side_is_not_judged_and_endless_lists_end() -> None:
    assert judge(Criterion(side="", text="Asthma"), NOTE).verdict is Verdict.NOT_KNOWN
    assert len(list(criteria_of("Inclusion Criteria:\n\n" + "* Asthma\n" * (MOST + 5)))) == MOST


def fields(facts: Facts, **eligibility: Any) -> dict[str, str]:
    """The verdicts on the fields of a record, by kind."""
    data = {
        "protocolSection": {
            "eligibilityModule": eligibility,
            "statusModule": {"overallStatus": "RECRUITING"},
            "contactsLocationsModule": {"locations": [{"country": "France"}, {"country": "France"}, "x", {}]},
        }
    }
    return {each.kind: f"{each.verdict}: {each.why}" for each in hard_findings(terms_of("NCT1", data), facts)}


def test_the_fields_of_a_record_are_judged_with_their_reason() -> None:
    found = fields(
        known(age=71, sex="M", country="france", conditions=["gout"]),
        minimumAge="18 Years",
        maximumAge="65 Years",
        sex="FEMALE",
        healthyVolunteers=False,
    )
    assert found == {
        "minimum age": "met: age 71",
        "maximum age": "not met: age 71 > 65",
        "sex": "not met: male, and only female may enter",
        "healthy volunteers": "met: no healthy volunteer",
        "country": "met: france",
        "status": "met: the status is recruiting",
    }


def test_fields_of_which_nothing_is_known_stay_unknown() -> None:
    found = fields(known(), minimumAge="18 Years", sex="FEMALE", healthyVolunteers=False)
    assert {kind: text.partition(":")[0] for kind, text in found.items()} == {
        "minimum age": "not known",
        "sex": "not known",
        "healthy volunteers": "not known",
        "country": "not known",
        "status": "met",
    }
    assert fields(known(), sex="ALL", maximumAge="N/A", healthyVolunteers=True)["sex"].startswith("met")
    assert "not met" in fields(known(healthy=True), healthyVolunteers=False)["healthy volunteers"]
    assert fields(known(country="Chad"))["country"] == "not met: no site in Chad"
    assert "maximum age" not in fields(known(), maximumAge="N/A")
    assert fields(known(age=0), minimumAge="6 Months")["minimum age"].startswith(
        "not known: age 0 years may be"
    )


def test_a_record_with_fields_of_the_wrong_type_says_nothing() -> None:
    data = {
        "protocolSection": {
            "eligibilityModule": {"sex": 3, "minimumAge": ["18 Years"], "healthyVolunteers": "no"},
            "statusModule": [],
            "conditionsModule": {"conditions": "gout"},
            "contactsLocationsModule": {"locations": "here"},
        }
    }
    assert [each.kind for each in hard_findings(terms_of("NCT1", data), known(age=3))] == ["status"]


def test_titles_between_criteria_are_no_criteria() -> None:
    text = "PROTOCOL ENTRY CRITERIA:\n\n--Prior Therapy--\n\nNo steroids for 4 weeks\n\nONE OF THE FOLLOWING:\n\nAsthma"
    assert [each.text for each in criteria_of(text)] == [
        "No steroids for 4 weeks",
        "ONE OF THE FOLLOWING:",
        "Asthma",
    ]


@pytest.mark.parametrize(
    ("text", "side", "given", "expected"),
    [
        ("Adults and children.", "inclusion", {"age": 8}, "met"),
        ("Children, adolescents and adults", "inclusion", {"age": 40}, "met"),
        ("Infants and children", "inclusion", {"age": 40}, "not met"),
        ("Fracture over 3 days old", "exclusion", {"age": 80, "conditions": ["fracture"]}, "not known"),
        ("Patients over 3 days old", "inclusion", {"age": 1}, "met"),
        (
            "All patients with gout will be included. Patients under 18 years will be excluded",
            "inclusion",
            {"age": 67, "conditions": ["gout"]},
            "not known",
        ),
        (
            "Treatment for cannabis or alcohol use",
            "exclusion",
            {"age": 40, "conditions": ["alcohol use disorder"]},
            "not known",
        ),
        ("Needs home care (occupational therapy, nursing)", "inclusion", MAN, "not known"),
        ("Pregnant or nursing", "exclusion", MAN, "met"),
    ],
)
def test_words_that_belong_to_something_else_decide_nothing(
    text: str, side: str, given: dict[str, Any], expected: str
) -> None:
    assert verdict(text, known(**given), side) == expected
