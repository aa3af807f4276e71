"""A program that asks wrongly is told what is wrong, where, why and what to do; nothing is limited in silence."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from equipoise.cli.main import main
from equipoise.web import asking
from equipoise.web.asking import Parameter
from equipoise.web.description import ERROR, description
from tests.web.site import FIRST, Answer, Client

KEYS = {"code", "place", "fault", "why", "remedy"}
NAMES = {"/api/search": asking.SEARCH, "/api/related/{number}": asking.RELATED, "/api/match": asking.MATCH}


def refused(answer: Answer, code: str, status: int = 400) -> dict[str, str]:
    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    told = answer.json["error"]
    assert set(told) == KEYS == set(ERROR)
    assert all(told.values())
    return told


@pytest.mark.parametrize(
    ("path", "place", "said"),
    [
        ("search?size=101", "api/search?size", "size must be a whole number from 1 to 100, not '101'"),
        ("search?size=0", "api/search?size", "not '0'"),
        ("search?size=", "api/search?size", "not ''"),
        ("search?page=x", "api/search?page", "page must be a whole number from 1 to 500, not 'x'"),
        ("search?page=501", "api/search?page", "not '501'"),
        ("search?page=-1", "api/search?page", "not '-1'"),
        ("search?page=1.5", "api/search?page", "not '1.5'"),
        ("search?page=%D9%A3", "api/search?page", "a whole number"),
        ("search?page=1&page=2", "api/search?page", "page is given more than once"),
        ("search?order=best", "api/search?order", "one of relevance, updated"),
        ("search?count=sponsor", "api/search?count", "one of status, phase"),
        ("search?results=maybe", "api/search?results", "one of yes, no"),
        ("search?status=", "api/search?status", "a text of 1 to 300 letters"),
        ("search?q=" + "a" * 2001, "api/search?q", "1961 letters more"),
        (f"related/{FIRST}?top=0", "api/related/NUMBER?top", "from 1 to 200, not '0'"),
        (f"related/{FIRST}?top=201", "api/related/NUMBER?top", "not '201'"),
        (f"related/{FIRST}?top=ten", "api/related/NUMBER?top", "not 'ten'"),
        ("match?age=45&top=1000", "api/match?top", "not '1000'"),
        ("match?ecog=7", "api/match?ecog", "from 0 to 5, not '7'"),
        ("match?sex=f", "api/match?sex", "one of female, male"),
        ("match?age=4&age=5", "api/match?age", "more than once"),
    ],
)
def test_a_value_outside_its_limits_is_refused(client: Client, path: str, place: str, said: str) -> None:
    told = refused(client.get(f"/api/{path}"), "WEBA-007")
    assert told["place"] == place
    assert said in told["fault"].replace(",", "") or said in told["fault"]


@pytest.mark.parametrize(
    ("path", "place", "name"),
    [
        ("search?query=asthma", "api/search", "'query'; those here are q, status, phase"),
        ("search?q=asthma&sponsor=x", "api/search", "'sponsor'"),
        (f"related/{FIRST}?size=5", "api/related/NUMBER", "'size'; those here are top"),
        (f"studies/{FIRST}?fields=x", "api/studies/NUMBER", "'fields'; there are none here"),
        ("match?text=asthma", "api/match", "'text'"),
    ],
)
def test_an_unknown_parameter_is_refused(client: Client, path: str, place: str, name: str) -> None:
    told = refused(client.get(f"/api/{path}"), "WEBA-006")
    assert told["place"] == place
    assert name in told["fault"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"text": "asthma", "top": 0}, "WEBA-007"),
        ({"text": "asthma", "top": True}, "WEBA-007"),
        ({"text": "asthma", "top": 2.5}, "WEBA-007"),
        ({"text": "asthma", "top": "many"}, "WEBA-007"),
        ({"text": "asthma", "size": 3}, "WEBA-006"),
        ({"text": ""}, "WEBA-002"),
        ({"facts": {"ecog": 9}}, "MATC-003"),
        ({"facts": {"colour": "red"}}, "MATC-003"),
    ],
)
def test_a_body_is_held_to_the_same(client: Client, body: dict, code: str) -> None:
    refused(client.post("/api/match", json.dumps(body).encode()), code)


def test_other_ways_of_asking_are_refused(client: Client) -> None:
    posted = client.post("/api/search?q=a", b"")
    refused(posted, "WEBA-008", 405)
    assert posted.headers["Allow"] == "GET, HEAD"
    refused(client.get("/api/match"), "WEBA-003")
    refused(client.get("/api/search?q=caf%e9"), "WEBA-003")
    refused(client.get("/api/search?" + "&".join(["q=a"] * 500)), "WEBA-003")
    refused(client.get("/api/nothing"), "WEBA-001", 404)


def test_what_a_form_sends_is_understood(client: Client) -> None:
    """The page for a patient sends every field, filled or not."""
    sent = urlencode([(one.name, "45" if one.name == "age" else "") for one in asking.FACTS])
    assert client.get(f"/api/match?{sent}").status == 400, "an age alone says nothing to search by"
    sent = sent.replace("conditions=", "conditions=low+back+pain")
    assert client.get(f"/api/match?{sent}&top=1").json["considered"] >= 1


def test_the_description_lists_what_is_checked(client: Client) -> None:
    told = client.get("/api/openapi.json").json
    assert told == json.loads(json.dumps(description()))
    assert told["openapi"].startswith("3.1")
    for path, known in NAMES.items():
        listed = {
            one["name"]: one for one in told["paths"][path]["get"]["parameters"] if one["in"] == "query"
        }
        assert [*listed] == [one.name for one in known]
    body = told["paths"]["/api/match"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert [*body["properties"]] == [one.name for one in asking.BODY]
    text = json.dumps(told)
    for name in told["components"]["schemas"]:
        assert f'"#/components/schemas/{name}"' in text, name


def edges(one: Parameter) -> list[str]:
    """Values that just fit."""
    if one.choices:
        return [*one.choices]
    return [str(one.least), str(one.most)] if one.whole else ["a"]


@pytest.mark.parametrize("path", NAMES)
def test_every_value_that_is_described_is_answered(client: Client, path: str) -> None:
    """The limits of each parameter, asked for; a value that only the facts refuse is told by their own code."""
    where = path.replace("{number}", FIRST)
    more = "&conditions=low+back+pain" if path == "/api/match" else ""
    for one in NAMES[path]:
        for value in edges(one):
            answer = client.get(f"{where}?{urlencode({one.name: value})}{more}")
            assert answer.status == 200 or answer.json["error"]["code"].startswith("MATC-"), (one.name, value)


@pytest.mark.parametrize("asked", ["after=2x", "after=3", "before=0", "before=-1&after=2", "before=1.0"])
def test_a_version_that_is_not_there_is_said(client: Client, asked: str) -> None:
    for language in ("", "fr/"):
        answer = client.get(f"/{language}studies/{FIRST}/compare/?{asked}")
        assert (answer.status, "REGI-039" in answer.text) == (404, True)


def test_one_version_has_nothing_to_compare(client: Client) -> None:
    alone = "/studies/NCT10000002/compare/"
    answer = client.get(alone)
    assert answer.status == 200
    assert "One version of this record is kept here" in answer.text
    assert "<select" not in answer.text
    assert client.get(f"{alone}?after=1").status == 200
    missing = client.get(f"{alone}?after=2")
    assert missing.status == 404
    assert "and one is kept" in missing.text


@pytest.mark.parametrize(
    "words",
    [
        ["search", "a", "--size", "101"],
        ["search", "a", "--page", "0"],
        ["search", "a", "--size", "x"],
        ["related", FIRST, "--top", "0"],
    ],
)
def test_the_command_line_limits_nothing_in_silence(index, words: list[str], capsys) -> None:
    with pytest.raises(SystemExit):
        main([*words, "--index", str(index)])
    assert "is no whole number from 1 to" in capsys.readouterr().err
