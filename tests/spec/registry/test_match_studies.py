"""Matching against an index: ranked studies with their reasons, the excluded with theirs, and trials that run here."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from equipoise.cli.main import main
from equipoise.cli.match_study import given, read_mapping
from equipoise.errors import EquipoiseError
from equipoise.registry.errors import RegistryError
from equipoise.registry.index import RegistryIndex
from equipoise.registry.match.facts import read_facts
from equipoise.registry.match.hard import terms_of
from equipoise.registry.match.matching import Matcher
from equipoise.registry.match.notes import read_note
from equipoise.registry.match.part import STATE
from equipoise.registry.match.retrieval import MemoryCandidates, fused, terms
from equipoise.registry.match.running import RunningCriterion, RunningTrial
from equipoise.registry.search.document import document
from equipoise.rules import (
    DateType,
    FormScope,
    ItemScope,
    Place,
    QuantityType,
    Scope,
    check,
    parse,
)
from equipoise.rules.values import Quantity
from equipoise.study import load

from .records import index_of, lines, number, study, written

TODAY = date(2026, 11, 22)
NOTE = "A 71-year-old woman with asthma and hypertension. Denies gout. Her father had psoriasis."


def trial(count: int, condition: str, criteria: str = "", **eligibility: Any) -> dict[str, Any]:
    """A record on one condition."""
    return study(
        count,
        f"Treatment of {condition}",
        conditionsModule={"conditions": [condition]},
        eligibilityModule={"eligibilityCriteria": criteria, **eligibility},
    )


RECORDS = (
    trial(1, "Asthma", maximumAge="65 Years"),
    trial(2, "Asthma", "Inclusion Criteria:\n\n* Hypertension\n\nExclusion Criteria:\n\n* Gout\n* Epilepsy"),
    trial(3, "Asthma", "Exclusion Criteria:\n\n* Hypertension"),
    trial(4, "Gout"),
    trial(5, "Psoriasis"),
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> RegistryIndex:
    """An index of a few records."""
    return index_of(tmp_path_factory.mktemp("match"), *RECORDS)


def test_studies_are_ranked_with_reasons_and_the_excluded_come_last_with_theirs(index: RegistryIndex) -> None:
    found = index.match(NOTE)
    assert [each.nct_id for each in found] == [number(2), number(3), number(1)]
    assert found.possible[0].nct_id == number(2) and not found.possible[0].excluded
    assert {each.nct_id: each.excluded for each in found.excluded} == {
        number(1): ("excluded because age 71 > 65",),
        number(3): ("excluded because it excludes: Hypertension (“hypertension.”)",),
    }
    first = found[0]
    assert first.score > 0 and [reason.kind for reason in first.reasons][0] == "condition"
    words = {each.words: str(each.verdict) for each in first.findings if each.kind == "criterion"}
    assert words == {"Hypertension": "met", "Gout": "met", "Epilepsy": "not known"}
    assert "no medical advice" in found.notice


def test_every_excluded_study_carries_its_reason(index: RegistryIndex) -> None:
    for note in (NOTE, "A 3-day-old boy with asthma", "A 30-year-old man with asthma, gout, hypertension"):
        for each in index.match(note):
            assert bool(each.excluded) == any(one.bars and one.kind != "status" for one in each.findings)
            assert all(text.startswith("excluded because ") and len(text) > 20 for text in each.excluded)


def test_a_study_that_does_not_recruit_is_shown_and_excluded_only_on_demand(index: RegistryIndex) -> None:
    facts = read_note(NOTE)
    assert number(2) in [each.nct_id for each in index.match_facts(facts).possible]
    closed = index.match_facts(facts, open_only=True)
    assert not closed.possible
    assert "excluded because the status is completed" in closed.excluded[0].excluded


def test_a_full_list_keeps_the_excluded_that_would_have_stood_in_it(index: RegistryIndex) -> None:
    found = index.match(NOTE, 1)
    assert [each.nct_id for each in found] == [number(2)]
    assert [each.nct_id for each in found.excluded] == [number(3)], (
        "the other one comes after the end of the list"
    )


@pytest.mark.parametrize(
    ("note", "top", "code"), [("A woman", 10, "MATC-001"), (NOTE, 0, "MATC-005"), (NOTE, 5000, "MATC-005")]
)
def test_what_cannot_be_matched_is_refused(index: RegistryIndex, note: str, top: int, code: str) -> None:
    with pytest.raises(RegistryError) as caught:
        index.match(note, top)
    assert caught.value.code == code


def test_a_damaged_state_is_said(tmp_path: Path) -> None:
    made = index_of(tmp_path, trial(1, "Asthma"))
    state = next((tmp_path / "index").glob(f"matching-*/{STATE}"))
    for content, code in (("{", "REGI-034"), ('{"format": 99}', "REGI-031")):
        state.write_text(content)
        with pytest.raises(RegistryError) as caught:
            made.match(NOTE)
        assert caught.value.code == code


def test_denied_relatives_age_and_sex_are_no_search_words() -> None:
    weights = terms(read_note(NOTE))
    assert {"asthma", "hypertension"} <= weights.keys()
    assert not {"gout", "psoriasis", "71", "woman", "denies", "father"} & weights.keys()
    assert "hypertension" in terms(read_note("He has HTN"))
    assert "asthma" in terms(
        read_facts({"conditions": ["asthma", {"name": "gout", "present": False}]}, today=TODAY)
    )


def test_the_naive_reference_finds_the_same_studies_as_the_index(index: RegistryIndex) -> None:
    texts = {}
    for record in RECORDS:
        name = record["protocolSection"]["identificationModule"]["nctId"]
        made = document(name, record)
        texts[name] = {"text": " ".join(text for each in made.texts.values() for text in each)}
        texts[name] |= {field: " ".join(made.texts[field]) for field in ("condition", "title", "keyword")}
    facts = read_note(NOTE)
    naive = Matcher(
        candidates=MemoryCandidates(texts),
        terms=lambda numbers: {
            each["protocolSection"]["identificationModule"]["nctId"]: terms_of(
                each["protocolSection"]["identificationModule"]["nctId"], each
            )
            for each in RECORDS
        },
        today=TODAY,
        running={},
    ).match(facts)
    assert {each.nct_id: each.excluded for each in naive} == {
        each.nct_id: each.excluded for each in index.match(NOTE)
    }


def test_rankings_are_fused_by_rank_alone() -> None:
    assert [name for name, _ in fused([["a", "b", "c"], ["c", "b", "d"]])] == ["c", "b", "a", "d"]
    found = Matcher(
        candidates=MemoryCandidates({"n1": {"text": "asthma"}, "n2": {"text": "gout"}}),
        terms=lambda numbers: {each: terms_of(each, {}) for each in numbers},
        today=TODAY,
        running={},
        meaning=lambda text, size: ["n2", "n1"],
    ).match(read_note("Asthma"))
    assert {each.nct_id for each in found} == {"n1", "n2"}


SCOPE = Scope(
    forms={
        "vitals": FormScope(
            kind="single",
            items={
                "born": ItemScope(type=DateType(), label="Date of birth"),
                "weight": ItemScope(type=QuantityType("kg"), label="Weight"),
            },
        )
    },
    names={"today": DateType()},
)


def rule(text: str) -> Any:
    """A rule of the scope above."""
    return check(parse(text, place=Place("rules", 1, 1)), SCOPE)


def running(**values: Any) -> RunningTrial:
    """A trial that runs here, whose items these values fill."""
    return RunningTrial(
        terms=terms_of("NCT9", trial(9, "Migraine")),
        criteria=[
            RunningCriterion(
                side="inclusion", words="Adults", rule=rule("age(vitals.born, today) >= 18 years")
            ),
            RunningCriterion(side="exclusion", words="Over 120 kg", rule=rule("vitals.weight > 120 kg")),
        ],
        scope=SCOPE,
        facts=lambda facts: {("vitals", name): value for name, value in values.items()},
        parameters={"today": TODAY},
    )


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ({}, ["not known", "not known"]),
        ({"born": date(2008, 11, 22)}, ["met", "not known"]),
        ({"born": date(2008, 11, 23)}, ["not met", "not known"]),
        ({"weight": Quantity(121, "kg")}, ["not known", "not met"]),
    ],
)
def test_a_trial_that_runs_here_is_judged_by_its_own_rules(
    index: RegistryIndex, given_: dict[str, Any], expected: list[str]
) -> None:
    found = index.match_facts(read_note(NOTE), top=1, today=TODAY, running={"NCT9": running(**given_)})
    own = next(each for each in (*found.possible, *found.excluded) if each.nct_id == "NCT9")
    assert [str(each.verdict) for each in own.findings if each.kind == "rule"] == expected
    assert bool(own.excluded) == ("not met" in expected)


def test_the_command_prints_words_or_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    index_of(tmp_path, *RECORDS)
    place = str(tmp_path / "index")
    assert main(["match", NOTE, "--index", place]) == 0
    text = capsys.readouterr().out
    assert "This is no medical advice." in text and "excluded because age 71 > 65" in text
    facts = written(tmp_path / "facts.json", json.dumps({"age": 40, "conditions": ["asthma"]}).encode())
    assert main(["match", "--facts", str(facts), "--index", place, "--json", "--country", "Chad"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["notice"].startswith("This is no medical advice")
    assert {each["nct_id"] for each in content["trials"]} == {number(1), number(2), number(3)}
    assert main(["match", "", "--index", place]) == 3
    assert "MATC-001" in capsys.readouterr().err
    assert (
        main(["match", "--facts", str(facts), NOTE, "--index", place, "--all", "--today", "2026-11-22"]) == 0
    )
    assert "not known" in capsys.readouterr().out


def test_a_study_folder_brings_its_rules(
    tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index_of(tmp_path, *RECORDS)
    folder = root / "studies" / "NCT06965244"
    note = "A 62-year-old woman with asthma, breastfeeding, platelets 350 x10^9/L"
    facts = written(tmp_path / "facts.json", lines({"birth_date": "1964-01-01", "text": note, "sex": "F"}))
    arguments = [
        "match",
        "--facts",
        str(facts),
        "--index",
        str(tmp_path / "index"),
        "--study",
        str(folder),
        "--json",
    ]
    assert main([*arguments, "--today", "2026-11-22"]) == 0
    content = json.loads(capsys.readouterr().out)
    own = next(each for each in content["excluded"] if each["nct_id"] == "NCT06965244")
    rules = {
        each["words"].split(".")[0] + each["side"]: each["verdict"]
        for each in own["findings"]
        if each["kind"] == "rule"
    }
    assert any(each["kind"] == "annotation" and each["text"] for each in own["reasons"])
    assert (rules["1inclusion"], rules["8exclusion"], rules["2inclusion"]) == ("met", "not met", "not known")


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"no_form.item": "sex"}',
        '{"demography.sex": "shoe size"}',
        '{"demography.sex": "measured luck"}',
    ],
)
def test_a_mapping_that_is_wrong_is_refused(tmp_path: Path, root: Path, content: str) -> None:
    path = written(tmp_path / "matching.json", content.encode())
    with pytest.raises(EquipoiseError) as caught:
        read_mapping(path, load(root / "studies" / "NCT06965244"))
    assert caught.value.code == "COMM-005"


def test_a_measured_value_fills_an_item_in_its_own_unit_or_not_at_all(root: Path) -> None:
    study_ = load(root / "studies" / "NCT06965244")
    mapping = {("laboratory", "haemoglobin"): "measured hemoglobin", ("demography", "sex"): "sex"}
    labs = [{"name": "hemoglobin", "value": "10.2", "unit": "g/dL"}]
    assert given(mapping, study_, read_facts({"labs": labs, "sex": "M"}, today=TODAY)) == {
        ("laboratory", "haemoglobin"): Quantity(Decimal("102"), "g/L"),
        ("demography", "sex"): "male",
    }
    assert (
        given(
            mapping,
            study_,
            read_facts({"labs": [{"name": "hemoglobin", "value": 6, "unit": "mmol/L"}]}, today=TODAY),
        )
        == {}
    )
    assert read_mapping(root / "nowhere.json", study_) == {}
