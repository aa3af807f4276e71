"""Short notes as clinicians write them: what must be understood of each, and what must never be made up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from equipoise.registry.match.ages import Age, Limit, at_least
from equipoise.registry.match.facts import Facts
from equipoise.registry.match.hard import Terms, hard_findings
from equipoise.registry.match.notes import read_note

TODAY = date(2026, 11, 22)
F, M = "FEMALE", "MALE"


def fields(facts: Facts) -> dict[str, Any]:
    """The facts other than statements that are known, values by name with their unit."""
    plain = {
        name: getattr(facts, name)
        for name in ("age", "sex", "pregnant", "breastfeeding", "healthy", "country")
        if getattr(facts, name) is not None
    }
    return {
        **plain,
        **facts.performance,
        **{each.name: (each.value, each.unit) for each in facts.measurements},
    }


def had(facts: Facts, words: str) -> bool:
    """Whether the note says that the patient has or had something of these words."""
    return any(each.present and set(words.split()) <= each.words for each in facts.statements)


def denied(facts: Facts) -> set[str]:
    """What the note says that the patient has not."""
    return {" ".join(sorted(each.words)) for each in facts.statements if not each.present}


NOTES: list[tuple[str, dict[str, Any], set[str], set[str]]] = [
    # the note, its facts, words that must be had, words that must be denied
    (
        "54 yo woman, rheumatoid arthritis, no pregnancy, ECOG 1, lives in France",
        {"age": Age(count=54), "sex": F, "pregnant": False, "ecog": 1, "country": "France"},
        {"arthritis rheumatoid"},
        {"pregnancy"},
    ),
    (
        "58F, hypoglycemia unawareness. denies retinopathy.",
        {"age": Age(count=58), "sex": F},
        {"hypoglycemia unawareness"},
        {"retinopathy"},
    ),
    (
        "55F on sertraline, bupropion. h/o bipolar: no. asthma: yes",
        {"age": Age(count=55), "sex": F},
        {"sertraline", "bupropion", "asthma"},
        {"bipolar"},
    ),
    ("60M, JCV neg, naive to fingolimod", {"age": Age(count=60), "sex": M}, set(), {"jcv", "fingolimod"}),
    ("31M psoriasis, biologic-naive", {"age": Age(count=31), "sex": M}, {"psoriasis"}, {"biologic"}),
    ("50F, HER2-negative breast cancer", {"age": Age(count=50), "sex": F}, {"breast cancer"}, set()),
    ("Healthy 25M volunteer", {"age": Age(count=25), "sex": M}, set(), set()),
    (
        "Femme de 54 ans, lupus, pas d'asthme, sous trastuzumab, mère : diabète",
        {"age": Age(count=54), "sex": F},
        {"lupus", "trastuzumab"},
        {"asthme"},
    ),
    (
        "Patiente de 33 ans, enceinte, n'a jamais reçu de rituximab",
        {"age": Age(count=33), "sex": F, "pregnant": True},
        set(),
        {"n rituximab"},
    ),
    ("Homme âgé de 67 ans, sans diabète", {"age": Age(count=67), "sex": M}, set(), {"diabete"}),
    ("Bébé de 9 mois, aucune fracture", {"age": Age(count=9, unit="month")}, set(), {"fracture"}),
    (
        "Femme, 40 ans, non enceinte",
        {"age": Age(count=40), "sex": F, "pregnant": False},
        set(),
        {"enceinte"},
    ),
    ("54F with HTN", {"age": Age(count=54), "sex": F}, {"hypertension"}, set()),
    ("Pt 54F, gout", {"age": Age(count=54), "sex": F}, {"gout"}, set()),
    ("A woman of 54 with lupus", {"age": Age(count=54), "sex": F}, {"lupus"}, set()),
    ("Woman, 54, gout", {"age": Age(count=54), "sex": F}, {"gout"}, set()),
    ("Woman (54) with gout", {"age": Age(count=54), "sex": F}, {"gout"}, set()),
    ("a man of 61 years, asthma", {"age": Age(count=61), "sex": M}, {"asthma"}, set()),
    ("female 54y asthma", {"age": Age(count=54), "sex": F}, set(), set()),
    ("a boy of 6 months with asthma", {"age": Age(count=6, unit="month"), "sex": M}, {"asthma"}, set()),
    ("I am 45 and have lupus", {"age": Age(count=45)}, {"lupus"}, set()),
    ("She is 33. Asthma.", {"age": Age(count=33), "sex": F}, {"asthma"}, set()),
    ("My mother is 70. I am 45.", {"age": Age(count=45)}, set(), set()),
    ("A woman of 45 kg", {"sex": F}, set(), set()),
    ("A woman of 30-40 years", {"sex": F}, set(), set()),
    ("man of 100 mg/day", {"sex": M}, set(), set()),
    ("male 6 months after surgery", {"sex": M}, set(), set()),
    ("She is 33 weeks along", {"sex": F}, set(), set()),
    ("She is 20/40", {"sex": F}, set(), set()),
    ("He is 5.5", {"sex": M}, set(), set()),
    ("Her mother, a woman of 70, has gout", {"sex": F}, set(), set()),
    ("F/54, psoriasis", {"age": Age(count=54), "sex": F}, {"psoriasis"}, set()),
    ("M, 61, gout", {"age": Age(count=61), "sex": M}, {"gout"}, set()),
    ("Woman born 1970 with migraine", {"age": Age(count=55, spread=1), "sex": F}, {"migraine"}, set()),
    ("Man, DOB 1970-11-23, asthma", {"age": Age(born=date(1970, 11, 23), on=TODAY), "sex": M}, set(), set()),
    ("Her mother, born 1940, has gout", {"sex": F}, set(), set()),
    ("T2DM, HbA1c 8.2 %, eGFR 45", {"hba1c": (Decimal("8.2"), "%"), "egfr": (Decimal(45), "mL/min")}, set(), set()),
    ("61M, fever up to 39 C", {"age": Age(count=61), "sex": M, "temperature": (Decimal(39), "Cel")}, set(), set()),
    ("Fever for 5 days, fever of 5 days", {}, set(), set()),
    ("stage IIIB NSCLC, EGFR+", {}, {"cancer cell iiib lung non small stage"}, set()),
    ("NSCLC with EGFR 19del", {}, {"cancer cell lung non small"}, set()),
    ("A man who 3 days ago fell", {"sex": M}, set(), set()),
    ("WHO PS 2, Karnofsky 70", {"ecog": 2, "karnofsky": 70}, set(), set()),
    ("ECOG 0-1", {}, set(), set()),
    ("32F pregnant 20 weeks", {"age": Age(count=32), "sex": F, "pregnant": True}, set(), set()),
    ("32 y/o, 20 weeks pregnant", {"age": Age(count=32), "pregnant": True}, set(), set()),
    ("Not pregnant, breastfeeding", {"pregnant": False, "breastfeeding": True}, set(), {"pregnant"}),
    ("She wants to become pregnant", {"sex": F}, set(), set()),
    ("No history of pregnancy", {}, set(), {"pregnancy"}),
    ("His wife is pregnant", {"sex": M}, set(), set()),
    ("non-smoker", {}, set(), {"smoking"}),
    ("never smoker, HTN", {}, set(), {"smoking"}),
    ("Never had a seizure", {}, set(), {"seizure"}),
    ("denies chest pain, dyspnea, syncope", {}, set(), {"chest pain", "dyspnea", "syncope"}),
    ("no fever, chills or cough", {}, set(), {"fever", "chill", "cough"}),
    ("no diabetes, hypertension", {}, set(), {"diabete"}),
    ("no diabetes but hypertension", {}, {"hypertension"}, {"diabete"}),
    ("no stroke, on warfarin", {}, {"warfarin"}, {"stroke"}),
    ("denies chest pain on exertion", {}, set(), set()),
    ("no known asthma, takes methotrexate", {}, {"methotrexate"}, {"asthma"}),
    ("not only asthma", {}, {"asthma"}, set()),
    ("58F with HTN, mother had breast cancer", {"age": Age(count=58), "sex": F}, {"hypertension"}, set()),
    ("Breast cancer in her mother", {"sex": F}, set(), set()),
    ("College student, polyps in his older siblings", {"sex": M}, set(), set()),
    ("Family history: her mother and her sister have gout", {"sex": F}, set(), set()),
    ("Lupus, lives near Lyon, France", {"country": "France"}, {"lupus"}, set()),
    ("Seen in Paris, France, for lupus", {"country": "France"}, {"lupus"}, set()),
    ("resides in the USA", {"country": "United States"}, set(), set()),
    ("French patient with lupus", {}, set(), set()),
    ("Returned from Kenya with fever", {}, set(), set()),
    ("Presumptive diagnosis of hepatitis", {}, set(), set()),
    ("was living in a camp in Sudan", {}, set(), set()),
    ("Man, temperature 36.5C (97.7F)", {"sex": M, "temperature": (Decimal("36.5"), "Cel")}, set(), set()),
    ("Temp 98F, gout", {"temperature": (Decimal(98), "[degF]")}, {"gout"}, set()),
    ("born in Paris, France", {}, set(), set()),
    ("Her brother lives in Canada", {"sex": F}, set(), set()),
    ("lives in France; lives in Spain", {}, set(), set()),
    ("not living in France", {}, set(), {"france living"}),
]  # fmt: skip


@pytest.mark.parametrize(("note", "expected", "present", "absent"), NOTES, ids=[each[0] for each in NOTES])
def test_a_short_note_gives_these_facts_and_no_other(
    note: str, expected: dict[str, Any], present: set[str], absent: set[str]
) -> None:
    facts = read_note(note, today=TODAY)
    assert fields(facts) == expected
    assert all(had(facts, words) for words in present)
    assert present or not had(facts, "hepatitis")
    assert denied(facts) == absent
    assert "country" not in expected or not had(facts, "france")


def test_two_countries_are_none_and_that_is_said() -> None:
    facts = read_note("Lives in France. Treated in Madrid, Spain.")
    assert facts.country is None and "several countries" in facts.notes[0]


def test_a_country_that_is_read_is_judged_as_one_that_is_given() -> None:
    there, here = Terms(nct_id="n1", countries=("Spain",)), Terms(nct_id="n2", countries=("France", "Spain"))
    facts = read_note("54F with lupus, lives in France")
    verdicts = [
        {each.kind: str(each.verdict) for each in hard_findings(terms, facts)}["country"]
        for terms in (there, here)
    ]
    assert verdicts == ["not met", "met"]


def test_a_year_of_birth_needs_the_day_and_leaves_the_age_open_by_one_year() -> None:
    assert read_note("Woman born 2008 with asthma").age is None
    age = read_note("Woman born 2008 with asthma", today=TODAY).age
    assert str(age) == "17 or 18 years"
    assert [at_least(age, Limit(count=years, unit="year")) for years in (17, 18, 19)] == [True, None, False]
    for impossible in ("Born 2031", "DOB 2031-01-01", "DOB 1970-13-45"):
        assert read_note(impossible + ", asthma", today=TODAY).age in (None, Age(count=55, spread=1))


def test_what_is_taken_now_is_current_and_what_was_taken_is_past() -> None:
    stated = {" ".join(each.words): each for each in read_note("On warfarin. Prior methotrexate.").statements}
    assert stated["warfarin"].current and not stated["warfarin"].past
    assert stated["methotrexate"].past and not stated["methotrexate"].current


def test_what_is_over_is_that_one_thing_alone() -> None:
    told = read_note("71M ex-smoker 40 pk-yr, stage III melanoma", today=TODAY).statements
    assert [each.past for each in told if "melanoma" in each.words or "smoking" in each.words] == [
        True,
        False,
    ]
