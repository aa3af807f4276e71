"""Signs that registries write with a backslash or as a reference are shown as signs, wherever a text is shown."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from equipoise.cli.lint import said as finding_said
from equipoise.exchange.ctgov import fill_results
from equipoise.registry.escapes import plain, whole
from equipoise.registry.ingest import ingest
from equipoise.registry.lint import lint
from equipoise.registry.record import read_record
from equipoise.web.application import application
from tests.spec.registry import example
from tests.web.site import TODAY, Client, records, study

SIGNS = r" \<5 \>2 \[x\] 10\*9 \_ a&lt;b R&amp;D"
NUMBER = "NCT10000050"
# What a registry codes, computes with or links to is not written with escapes.
KEPT = frozenset({"nctId", "date", "type", "class", "sex", "url", "email", "phone", "overallStatus", "studyType",
                  "phases", "masking", "allocation", "paramType", "dispersionType", "groupId", "id", "value", "unit",
                  "minimumAge", "country", "ipdSharing", "infoTypes", "pmid", "ciNumSides", "nonInferiorityType",
                  "groupIds", "numSubjects", "spread", "studyFirstSubmitDate", "paramValue", "pValue"})  # fmt: skip
VIEWS = ("", "related/", "findings/", "history/", "compare/")
PAGES = [f"/{language}studies/{NUMBER}/{view}" for language in ("", "fr/") for view in VIEWS]
# The rule on escapes names one in its reason.
NAMED = r"`\&lt;`"
SHOWN = re.compile(r"\\[<>\[\]*_]|\\&lt;|\\&gt;|&amp;(?:lt|gt|amp);")


def escaped(value: Any, name: str = "") -> Any:
    """The value with escaped signs at the end of every text that people write."""
    if isinstance(value, dict):
        return {key: escaped(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [escaped(item, name) for item in value]
    return value + SIGNS if isinstance(value, str) and name not in KEPT else value


def record(number: str, **more: Any) -> dict[str, Any]:
    """A study with results, every text of which has escapes."""
    made = study(
        number,
        "Walking for low back pain",
        ipdSharingStatementModule={"ipdSharing": "YES", "description": "On request.", "timeFrame": "Soon"},
        referencesModule={"references": [{"pmid": "1", "type": "RESULT", "citation": "Doe J."}]},
        outcomesModule={
            "primaryOutcomes": [{"measure": "Pain", "description": "VAS", "timeFrame": "Week 4"}]
        },
        **more,
    )
    return escaped(dict(fill_results(read_record(made), example.results()).raw))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    folder = tmp_path_factory.mktemp("escapes")
    path = folder / "records.jsonl"
    older = record(NUMBER, updated="2024-05-06", conditions=["Back Ache"])
    for listed in ([older], [record(NUMBER), record("NCT10000051"), *records()]):
        path.write_text("\n".join(map(json.dumps, listed)), encoding="utf-8")
        assert ingest([path], folder / "index", today=TODAY).unread == 0
    return Client(application(folder / "index", today=lambda: TODAY))


@pytest.mark.parametrize(
    "path", [*PAGES, "/search/?q=walking+pain", "/search/?q=vas&condition=low+back+pain"]
)
def test_no_page_shows_an_escape(client: Client, path: str) -> None:
    text = client.get(path).text.replace(NAMED, "")
    assert "5 &gt;2 [x] 10*9" in text
    assert not SHOWN.findall(text)


def test_matching_shows_none(client: Client) -> None:
    text = client.post("/match/", b"text=A+woman+of+45+with+low+back+pain,+pregnant").text
    assert NUMBER in text
    assert not SHOWN.findall(text)
    trials = client.post("/api/match", json.dumps({"text": "woman, 45, low back pain"}).encode()).text
    assert r"\\<" not in trials
    assert "&lt;" not in trials


@pytest.mark.parametrize("path", ["search?q=walking+vas", f"related/{NUMBER}"])
def test_programs_get_signs(client: Client, path: str) -> None:
    answer = client.get(f"/api/{path}&count=condition" if "?" in path else f"/api/{path}").text
    assert "<5 >2 [x] 10*9" in answer
    assert r"\\<" not in answer
    assert "&lt;" not in answer


def test_the_record_itself_stays_as_it_was_read(client: Client) -> None:
    twin = client.get(f"/api/studies/{NUMBER}").json
    assert twin == record(NUMBER)


def test_findings_say_signs_and_keep_their_place_in_the_record() -> None:
    criteria = "Inclusion Criteria:\n\n* Age \\>= 18 years and/or weight \\< 80 kg\n* Hb \\> 10"
    made = example.record(eligibilityModule={"eligibilityCriteria": criteria})
    found = lint(read_record(made), today=date(2026, 1, 1))
    assert any("\\" in one.words for one in found)
    for one in found:
        if one.code == "LINT-099":  # it is about the escapes themselves, and its reason names one
            continue
        assert "\\" not in one.message
        assert "\\" not in finding_said(one)
        if one.path.endswith("eligibilityCriteria"):
            assert criteria[one.start : one.end] == one.words


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        (r"\<5 and \>= 2", "<5 and >= 2"),
        (r"10\*9/L \[a\] \_x\_ \#1 and\/or", "10*9/L [a] _x_ #1 and/or"),
        (r"R\&D &amp; &Amp; &lt;3 &gte;4 &#8805;5 &#x3b1; &plusmn;", "R&D & & <3 ≥4 ≥5 α ±"),
        ("AT&T; &nothing; a\\nb C:\\temp", "AT&T; &nothing; a\\nb C:\\temp"),
        (r"\\<", r"\<"),
    ],
)
def test_escapes_are_undone_once(stored: str, shown: str) -> None:
    assert plain(stored) == shown


def test_a_span_is_widened_to_the_escapes_at_its_edges() -> None:
    text = r"a \< b \> c"
    assert whole(text, 3, 8) == (2, 9)
    assert whole(text, 0, 1) == (0, 1)
    assert plain(text[2:9]) == "< b >"


def test_hostile_records_stay_text(client: Client) -> None:
    assert "<script>alert" not in client.get("/studies/NCT10000003/").text


def test_texts_that_only_look_like_tags_are_never_tags(client: Client, tmp_path: Path) -> None:
    """A reference that stands for a tag becomes the tag's letters, and is escaped like any other."""
    made = study("NCT10000060", "Tags &lt;script&gt;alert(1)&lt;/script&gt;")
    path = tmp_path / "one.jsonl"
    path.write_text(json.dumps(made), encoding="utf-8")
    ingest([path], tmp_path / "index", today=TODAY)
    served = Client(application(tmp_path / "index", today=lambda: TODAY))
    for where in ("/studies/NCT10000060/", "/search/?q=tags", "/studies/NCT10000060/findings/"):
        text = served.get(where).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text
