"""One more fact about a patient never turns a definite verdict on another: it can only make the unknown known."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.registry.errors import RegistryError
from equipoise.registry.match.criteria import Criterion, criteria_of, judge
from equipoise.registry.match.facts import LONGEST, Facts, read_facts
from equipoise.registry.match.hard import hard_findings, terms_of
from equipoise.registry.match.notes import read_note
from equipoise.registry.match.truth import Verdict

TODAY = date(2026, 11, 22)
TERMS = terms_of(
    "NCT1",
    {
        "protocolSection": {
            "eligibilityModule": {
                "minimumAge": "18 Years", "maximumAge": "65 Years", "sex": "FEMALE", "healthyVolunteers": False
            },
            "contactsLocationsModule": {"locations": [{"country": "France"}]},
        }
    },
)  # fmt: skip
CRITERIA = [
    Criterion(side=side, text=text)
    for side in ("inclusion", "exclusion")
    for text in (
        "Age ≥ 18 years", "Women aged 18 to 65 years", "Pregnant or breastfeeding women", "ECOG ≤ 1", "Gout or asthma",
        "Asthma and eczema", "Platelets ≥ 100 x 10^9/L and hemoglobin ≥ 10 g/dL", "BMI > 30", "History of gout",
        "Warfarin within 4 weeks", "Current warfarin", "Female with asthma", "No eczema",
    )
]  # fmt: skip
NAMES = ("asthma", "gout", "eczema", "warfarin", "stroke")
STATED = st.one_of(
    st.sampled_from([{}, {"present": True}, {"present": False}, {"ever": True}, {"ever": False}]),
    st.fixed_dictionaries({"days_ago": st.integers(0, 60)}),
    st.just({"current": True}),
)
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "age": st.integers(0, 130),
        "sex": st.sampled_from(["F", "M"]),
        "pregnant": st.booleans(),
        "breastfeeding": st.booleans(),
        "country": st.sampled_from(["France", "Chad"]),
        "ecog": st.integers(0, 4),
        **dict.fromkeys(NAMES, STATED),
        **{
            f"lab {name}": st.integers(1, 400).map(lambda value: str(value))
            for name in ("platelets", "hemoglobin", "bmi")
        },
    },
)
UNITS = {"platelets": "10*9/L", "hemoglobin": "g/dL", "bmi": "kg/m2"}


def facts_of(chosen: dict[str, Any]) -> Facts | None:
    """The facts, or none when they contradict each other."""
    plain = {
        name: value for name, value in chosen.items() if name not in NAMES and not name.startswith("lab ")
    }
    data = plain | {
        "conditions": [{"name": name, **chosen[name]} for name in NAMES if name in chosen],
        "labs": [
            {"name": name, "value": chosen[f"lab {name}"], "unit": unit}
            for name, unit in UNITS.items()
            if f"lab {name}" in chosen
        ],
    }
    try:
        return read_facts(data, today=TODAY)
    except RegistryError as error:
        assert error.code == "MATC-004"
        return None


def verdicts(facts: Facts) -> list[Verdict]:
    """Every verdict, on fields and on words."""
    fields = [each.verdict for each in hard_findings(TERMS, facts)]
    return fields + [judge(each, facts).verdict for each in CRITERIA]


@given(chosen=FACTS, data=st.data())
def test_adding_a_fact_never_turns_a_definite_verdict(chosen: dict[str, Any], data: st.DataObject) -> None:
    after = facts_of(chosen)
    if not chosen or after is None:
        return
    left_out = data.draw(st.sampled_from(sorted(chosen)))
    before = facts_of({name: value for name, value in chosen.items() if name != left_out})
    assert before is not None, "fewer facts cannot contradict each other when more do not"
    for earlier, later in zip(verdicts(before), verdicts(after), strict=True):
        assert earlier in (later, Verdict.NOT_KNOWN)


def test_nothing_known_is_nothing_decided() -> None:
    found = verdicts(read_facts({}, today=TODAY))
    assert set(found) == {Verdict.NOT_KNOWN}


@given(text=st.text(max_size=400))
def test_any_text_is_read_as_a_note_or_refused(text: str) -> None:
    try:
        facts = read_note(text)
    except RegistryError as error:
        assert error.code == "MATC-001" and not any(sign.isalnum() for sign in text)
    else:
        assert all(each.words for each in facts.statements)


@given(text=st.text(max_size=300), side=st.sampled_from(["inclusion", "exclusion", ""]))
def test_any_criterion_is_judged_and_stays_unknown_for_a_patient_of_whom_nothing_is_known(
    text: str, side: str
) -> None:
    nobody = read_facts({}, today=TODAY)
    assert judge(Criterion(side=side, text=text), nobody).verdict is Verdict.NOT_KNOWN
    assert all(each.text == " ".join(each.text.split()) for each in criteria_of(text))


@pytest.mark.parametrize(
    "piece", ["≥", "age ", "no ", "(", "18 ", "a,", "ECOG (", "or and ", "women or men "]
)
def test_repetitive_text_ends_soon(piece: str) -> None:
    text = piece * (LONGEST // len(piece))
    judged = judge(
        Criterion(side="inclusion", text=text[:1000]), read_note("A man of 40 years. " + text[: LONGEST - 30])
    )
    assert judged.verdict in set(Verdict)
