"""`equipoise registry ingest` and `equipoise search`: what they print, and what their exit codes mean."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from equipoise.cli import exits
from equipoise.cli.main import main
from equipoise.registry.errors import RegistryError
from equipoise.registry.folder import Folder
from equipoise.registry.index import open_index
from equipoise.registry.search import part

from .records import found, index_of, ingested, lines, number, study, written


def said(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """The exit code of a command, and what it printed to each stream."""
    code = main([str(word) for word in words])
    output = capsys.readouterr()
    return code, output.out, output.err


def test_ingest_says_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "a.jsonl", lines(study(1), study(2)))
    code, out, err = said(capsys, "registry", "ingest", path, "--index", tmp_path / "index")
    assert (code, err) == (exits.OK, "")
    assert out == (
        "2 records read: 2 new or changed, 0 known already; 0 could not be read. The index has 2 studies.\n"
    )


def test_ingest_names_what_it_could_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "a.jsonl", lines(study(1), "{", "[]"))
    words = ("registry", "ingest", path, "--index", tmp_path / "index")
    code, out, err = said(capsys, *words)
    assert code == exits.FINDINGS
    assert f"REGI-002 {path}:2: this is not JSON" in err
    assert f"REGI-025 {path}:3: " in err
    assert "2 could not be read" in out
    code, out, _ = said(capsys, *words, "--json")
    content = json.loads(out)
    assert [content[name] for name in ("read", "kept", "unread", "studies")] == [1, 0, 2, 1]
    assert [reason["code"] for reason in content["reasons"]] == ["REGI-002", "REGI-025"]


def test_ingest_makes_the_search_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    index_of(tmp_path, study(1, "walking"))
    before = Folder(tmp_path / "index").part("search")
    assert said(capsys, "registry", "ingest", "--index", tmp_path / "index", "--rebuild")[0] == exits.OK
    assert Folder(tmp_path / "index").part("search") != before


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of an index of three studies."""
    index_of(
        tmp_path,
        study(1, "Walking for back pain", statusModule={"overallStatus": "RECRUITING"}),
        study(2, "Swimming", descriptionModule={"briefSummary": "Swimming or <b>walking</b> for pain."}),
        study(3, "Rest"),
    )
    return tmp_path / "index"


def test_search_prints_hits_with_their_reasons(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "search", "walking", "--index", folder, "--count", "status")
    assert code == exits.OK
    assert out.startswith("2 studies found; page 1, 2 shown.\n")
    assert (
        f"{number(1)}  Walking for back pain\n  RECRUITING, PHASE2\n  in title: *Walking* for back pain\n"
        in out
    )
    assert "  in summary: Swimming or <b>*walking*</b> for pain.\n" in out
    assert "recruitment status: COMPLETED (1), RECRUITING (1)" in out


def test_search_takes_facets_order_and_page(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = (
        "--index",
        folder,
        "--json",
        "--status",
        "completed",
        "--order",
        "updated",
        "--size",
        "1",
        "--page",
        "2",
    )
    code, out, _ = said(capsys, "search", "pain", *words)
    content = json.loads(out)
    assert code == exits.OK
    assert (content["total"], len(content["hits"])) == (2, 1)
    assert content["query"] == "q=pain&status=completed&order=updated&page=2&size=1"
    assert said(capsys, "search", "--url", content["query"], "--index", folder, "--json")[1] == out


def test_search_says_how_a_text_was_understood(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "search", '"walkin', "--index", folder)[1]
    assert out.startswith("Note: a quote has no end.\n")
    out = said(capsys, "search", "walkimg", "--index", folder)[1]
    assert "Note: no study has walkimg: words spelled nearly so were searched." in out
    assert "*Walking*" in out


def test_search_help_explains_the_language(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["search", "--help"])
    assert end.value.code == exits.OK
    out = capsys.readouterr().out
    assert "start:2015..2020 a span" in out
    assert "a OR b           either" in out


def test_search_without_an_index_says_how_to_make_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = said(capsys, "search", "x", "--index", tmp_path)
    assert code == exits.INPUT
    assert "REGI-030" in err


def test_a_word_in_title_or_condition_counts_more_than_one_elsewhere(tmp_path: Path) -> None:
    fields = [
        ("eligibilityModule", {"eligibilityCriteria": "walking"}),
        ("descriptionModule", {"briefSummary": "walking"}),
        ("conditionsModule", {"conditions": ["walking"]}),
    ]
    records = [study(place, "other", **{name: value}) for place, (name, value) in enumerate(fields, 1)]
    index = index_of(tmp_path, *records, study(4, "walking"))
    order = found(index, "walking")
    assert sorted(order[:2]) == [number(3), number(4)]
    assert sorted(order[2:]) == [number(1), number(2)]
    assert found(index, "walking other")[0] == number(3), "both words where they count more"


def test_words_that_stand_together_as_typed_count_more(tmp_path: Path) -> None:
    titles = ["failure of the left heart", "left of heart or failure", "left heart failure now or then"]
    index = index_of(tmp_path, *(study(place, title) for place, title in enumerate(titles, 1)))
    assert found(index, "left heart failure")[0] == number(3)


def test_an_acronym_or_another_number_names_its_study(tmp_path: Path) -> None:
    names = {
        "nctId": number(1),
        "acronym": "WALK Well",
        "orgStudyIdInfo": {"id": "XY-12/3"},
        "briefTitle": "Title",
    }
    others = [study(place, "walk well walk well XY-12/3") for place in (2, 3)]
    index = index_of(tmp_path, *others, study(1, identificationModule=names))
    for text in ("walk well", "XY-12/3", "xy-12/3"):
        hits = index.search(text).hits
        assert hits[0].nct_id == number(1)
        assert hits[0].reasons[0].kind == "number"
        assert len(hits) == 3


def test_synonyms_of_the_folder_are_found(tmp_path: Path) -> None:
    index_of(tmp_path, study(1, "myocardial infarction"), study(2, "heart attack"))
    folder = tmp_path / "index"
    assert found(open_index(folder), "heart attack") == [number(2)]
    written(folder / "synonyms.txt", b"heart attack, myocardial infarction\n")
    hits = open_index(folder).search("heart attack").hits
    assert sorted(hit.nct_id for hit in hits) == [number(1), number(2)]
    assert {reason.words for hit in hits for reason in hit.reasons} == {
        ("heart", "attack"),
        ("myocardial infarction",),
    }
    written(folder / "synonyms.txt", b"alone\n")
    with pytest.raises(RegistryError, match="REGI-037"):
        open_index(folder).search("heart")


def test_a_long_text_is_shown_around_its_first_word(tmp_path: Path) -> None:
    text = "lorem ipsum " * 60 + "the Wálking stick " + "dolor sit " * 60
    index = index_of(tmp_path, study(1, descriptionModule={"detailedDescription": text}))
    [reason] = index.search("walking").hits[0].reasons
    assert reason.text.startswith("… ") and reason.text.endswith(" …")
    assert len(reason.text) < 220
    assert [reason.text[start:end] for start, end in reason.marks] == ["Wálking"]


def test_a_facet_with_values_in_several_writings_counts_them_together(tmp_path: Path) -> None:
    names = ["Back Pain", "back pain", "BACK  pain", "Back Pain", "Neck"]
    records = [
        study(place, conditionsModule={"conditions": [name, name]}) for place, name in enumerate(names, 1)
    ]
    index = index_of(tmp_path, *records)
    assert index.search("", counts=["condition"]).facets["condition"] == (("Back Pain", 4), ("Neck", 1))
    assert index.search("", condition="BACK PAIN").total == 4
    assert index.search("", condition=["neck", "back pain"]).total == 5
    assert index.search("", results=False).total == 5
    assert index.search("", phase="phase II").total == index.search("", phase=["2"]).total == 5
    assert index.search("", phase="early phase 1").total == 0


def test_any_field_of_the_wrong_type_that_reading_lets_pass_is_searched_without_it(tmp_path: Path) -> None:
    odd = study(1, "walking") | {
        "derivedSection": {"conditionBrowseModule": {"meshes": [1, {"term": 2}], "ancestors": 3}}
    }
    odd["protocolSection"]["designModule"] |= {"enrollmentInfo": {"count": 10**15}}
    index = index_of(tmp_path, odd)
    assert found(index, "walking enrolment:1..") == [number(1)]


def test_a_hit_on_a_record_that_has_gone_on_is_shown_as_it_was_found(tmp_path: Path) -> None:
    index = index_of(tmp_path, study(1, "walking"))
    path = written(tmp_path / "b.json", lines(study(1, "cycling", updated="2021-01-01")))
    hit = index.search("walking").hits[0]
    ingested(tmp_path / "index", path)
    assert hit.reasons[0].text == "walking"
    assert index.record(number(1)).record.protocol.identification_module.brief_title == "cycling"


def test_an_index_in_use_is_not_written_by_a_reader(tmp_path: Path) -> None:
    index_of(tmp_path, study(1, "walking"))
    files = sorted((tmp_path / "index").rglob("search-*/*"))
    before = [(path, path.stat().st_mtime_ns) for path in files]
    found(open_index(tmp_path / "index"), "walking")
    assert [(path, path.stat().st_mtime_ns) for path in files] == before
    assert part.NAME == "search"


def test_the_package_opens_an_index_by_one_name(folder: Path) -> None:
    from equipoise import registry

    index = registry.open_index(folder)
    for hit in index.search("pain"):
        assert hit.nct_id and hit.score > 0 and hit.reasons
    with pytest.raises(RegistryError) as refused:
        registry.open_index(folder / "none")
    assert refused.value.code == "REGI-030"
