"""Facts about a patient in a web address: read as they were typed, kept in the answer, the same for programs."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.registry.match.facts import FIELDS, read_facts
from equipoise.registry.page.facts_form import LISTS, SINGLE, FactsForm, Lab, form_of
from tests.web.site import FIRST, TODAY, Client
from tests.web.test_page_sections import Page

ASKED = (
    "age=54&sex=female&country=FR&conditions=low+back+pain%0Aasthma;fever&without=diabetes&drugs=aspirin"
    "&tried=ibuprofen&never=morphine&ecog=1&pregnant=no"
    "&lab=hemoglobin&value=11.2&unit=g/dL&limit=&lab=alt&value=30&unit=U/L&limit=40&lab=&value=&unit=&limit="
)
TEXT = st.text(max_size=12)
LABS = st.lists(st.builds(Lab, lab=TEXT, value=TEXT, unit=TEXT, limit=TEXT), max_size=3).map(tuple)
FORMS = st.builds(FactsForm, **dict.fromkeys((*SINGLE, *LISTS), TEXT), labs=LABS)


def test_an_address_is_read_into_facts() -> None:
    form = form_of(ASKED)
    assert form is not None
    facts = read_facts(form.data(), today=TODAY)
    assert (str(facts.age), facts.sex, facts.pregnant, dict(facts.performance)) == (
        "54 years",
        "FEMALE",
        False,
        {"ecog": 1},
    )
    told = [(one.text, one.present, one.past, one.current) for one in facts.statements]
    assert told == [
        ("low back pain", True, False, False),
        ("asthma", True, False, False),
        ("fever", True, False, False),
        ("diabetes", False, False, False),
        ("aspirin", True, False, True),
        ("ibuprofen", True, True, False),
        ("morphine", False, True, False),
    ]
    assert [(one.name, str(one.value), one.unit, one.upper_limit) for one in facts.measurements] == [
        ("hemoglobin", "11.2", "g/dL", None),
        ("alt", "30", "U/L", 40),
    ]
    assert len(form.rows) == 4


@given(FORMS)
def test_the_address_of_a_form_gives_it_back(form: FactsForm) -> None:
    read = form_of(form.to_url())
    if read is not None:
        assert form_of(read.to_url()) == read
        assert read.data().keys() <= FIELDS


@given(st.text(max_size=80))
def test_no_address_is_too_strange(text: str) -> None:
    form = form_of(text)
    assert form is None or form.data()


def test_what_holds_no_fact_is_no_question() -> None:
    assert form_of("") is None and form_of("colour=red&age_unit=months") is None
    assert form_of("&".join("age=1" for _ in range(500))) is None


def test_the_answer_keeps_the_form_and_its_address_and_says_what_was_understood(client: Client) -> None:
    answer = client.get(f"/match/?{ASKED}")
    page = Page(answer.text)
    assert answer.status == 200 and answer.headers["Cache-Control"] == "no-store"
    assert "no medical advice" in page.words() and "hemoglobin 11.2 g/dL" in page.words()
    assert f"../studies/{FIRST}/" in [one["href"] for one in page.all("a")]
    values = {one.get("name"): one.get("value") for one in page.all("input") if one.get("name") == "age"}
    assert values == {"age": "54"}
    french = next(one["href"] for one in page.all("a") if one.get("lang") == "fr")
    assert parse_qsl(french.partition("?")[2]) == parse_qsl(ASKED)
    assert "Compris" in client.get(f"/fr/match/?{ASKED}").text


def test_a_field_filled_wrongly_comes_back_with_the_fault(client: Client) -> None:
    answer = client.get("/match/?age=old&conditions=asthma")
    assert answer.status == 400 and "MATC-003" in answer.text and 'value="old"' in answer.text
    assert "facts.age" in answer.text
    french = client.get("/fr/match/?age=old&conditions=asthma").text
    assert "Les faits ne sont pas valables\u00a0: un nombre entier entre 0 et 47580 est attendu" in french
    assert "Corrigez le champ" in french


def test_programs_ask_by_address_and_by_body_and_get_the_same(client: Client) -> None:
    form = form_of(ASKED)
    assert form is not None
    by_address = client.get(f"/api/match?{ASKED}&top=3").json
    body = json.dumps({"facts": form.data(), "top": 3}).encode()
    by_body = client.post("/api/match", body, "application/json").json
    assert by_address == by_body and len(by_address["trials"]) <= 3
    assert by_address["excluded"] is not None and by_address["considered"] > 0
    both = {"facts": {"age": 16}, "text": "A girl with low back pain."}
    said = client.post("/api/match", json.dumps(both).encode(), "application/json").json
    assert FIRST in [one["nct_id"] for one in said["excluded"]]
    assert client.get("/api/match").status == 400
    assert client.get("/api/match?age=old").json["error"]["code"] == "MATC-003"


@pytest.mark.parametrize(("country", "met"), [("FR", "met"), ("France", "met"), ("Chile", "not met")])
def test_a_country_is_known_by_code_and_by_name(client: Client, country: str, met: str) -> None:
    found = client.get(f"/api/match?conditions=headache&country={country}").json
    trials = [*found["trials"], *found["excluded"]]
    verdicts = [one["verdict"] for trial in trials for one in trial["findings"] if one["kind"] == "country"]
    assert verdicts and set(verdicts) == {met}
