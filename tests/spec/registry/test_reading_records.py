"""Records and annotations are read tolerantly where something is absent, and with a code where it is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from equipoise.registry.errors import CATALOGUE, RegistryError, registry_error
from equipoise.registry.lint import lint, load_annotations
from equipoise.registry.lint.annotations import read_annotations
from equipoise.registry.lint.engine import text_at
from equipoise.registry.record import load_record, parse_record, read_record
from tests.spec.registry import example


def code(call: Any, *arguments: Any, **named: Any) -> RegistryError:
    with pytest.raises(RegistryError) as caught:
        call(*arguments, **named)
    return caught.value


def test_a_record_with_a_number_alone_is_read_and_every_module_is_there() -> None:
    record = read_record({"protocolSection": {"identificationModule": {"nctId": "NCT00000001"}}})
    assert record.nct_id == "NCT00000001"
    assert record.results is None and record.has_results is None
    assert record.protocol.eligibility_module.eligibility_criteria == ""
    assert record.protocol.design_module.design_info is None


def test_null_says_the_same_as_absent() -> None:
    record = read_record(example.record(designModule=None, conditionsModule={"conditions": ["A", None]}))
    assert record.protocol.conditions_module.conditions == ("A",)


def test_an_intervention_belongs_to_the_groups_that_it_names_else_to_those_that_name_it() -> None:
    arms = [
        {"label": "A", "interventionNames": ["Drug: Placebo", "Drug: X"]},
        {"label": "B", "interventionNames": ["Drug: Placebo"]},
        {"label": "C"},
    ]
    interventions = [
        {"name": "Placebo", "armGroupLabels": ["A"], "description": "tablet"},
        {"name": "Placebo", "armGroupLabels": ["B"], "description": "capsule"},
        {"name": "X"},
        {"name": "Y", "armGroupLabels": ["gone"]},
    ]
    module = {"armGroups": arms, "interventions": interventions}
    protocol = {"identificationModule": {"nctId": "NCT00000001"}, "armsInterventionsModule": module}
    record = read_record({"protocolSection": protocol})
    assert record.protocol.arms_interventions_module.given() == ((0, 2), (1,), ())


def test_fields_that_are_not_known_are_kept_beside_the_typed_parts() -> None:
    data = example.record(futureModule={"x": 1})
    assert read_record(data).raw == data


@pytest.mark.parametrize(
    ("module", "path"),
    [
        (
            {"designModule": {"enrollmentInfo": {"count": "122"}}},
            "$.protocolSection.designModule.enrollmentInfo.count",
        ),
        ({"designModule": {"phases": "PHASE3"}}, "$.protocolSection.designModule.phases"),
        ({"descriptionModule": ["text"]}, "$.protocolSection.descriptionModule"),
        (
            {"eligibilityModule": {"healthyVolunteers": "No"}},
            "$.protocolSection.eligibilityModule.healthyVolunteers",
        ),
    ],
)
def test_a_wrong_type_is_named_by_its_path(module: dict[str, Any], path: str) -> None:
    error = code(read_record, example.record(**module))
    assert error.code == "REGI-003"
    assert path in error.fault


@pytest.mark.parametrize("data", [[], "text", None, 3])
def test_what_is_no_object_is_no_record(data: Any) -> None:
    assert code(read_record, data).code == "REGI-003"


def test_a_record_without_number_is_refused() -> None:
    assert code(read_record, {}).code == "REGI-004"


@pytest.mark.parametrize("text", ["", "{", '{"protocolSection": ', b"\xff\xfe{", "[" * 200_000])
def test_torn_json_is_refused(text: str | bytes) -> None:
    assert code(parse_record, text).code == "REGI-002"


def test_deep_nesting_is_refused() -> None:
    deep: Any = "x"
    for _ in range(5_000):
        deep = [deep]
    assert code(read_record, {"protocolSection": deep}).code == "REGI-003"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert code(load_record, tmp_path / "none.json").code == "REGI-001"
    assert code(load_annotations, tmp_path / "none.yaml").code == "REGI-001"


NOTE = {
    "number": 1, "severity": "W", "path": "protocolSection.identificationModule.briefTitle", "quote": "Walking",
    "finding": "F.", "why": "W.", "question": "Q?", "reviewed_by": "statistician", "date": "2026-01-01",
}  # fmt: skip


@pytest.mark.parametrize(
    "change", [{"severity": "X"}, {"why": " "}, {"reviewed_by": ""}, {"number": "one"}, {"unknown": 1}]
)
def test_an_annotation_that_is_not_whole_is_refused(change: dict[str, Any]) -> None:
    assert code(read_annotations, {"nct_id": "NCT1", "findings": [NOTE | change]}).code == "REGI-007"


@pytest.mark.parametrize("content", [b"nct_id: [", b"\xff\xfe\xff", b"- 1"])
def test_a_file_of_annotations_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "annotations.yaml").write_bytes(content)
    assert code(load_annotations, tmp_path / "annotations.yaml").code == "REGI-007"


def test_an_annotation_is_merged_with_its_place_and_reader() -> None:
    found = lint(read_record(example.record()), read_annotations({"nct_id": "NCT1", "findings": [NOTE]}))
    note = next(one for one in found if one.source == "annotation")
    assert (note.code, note.number, note.words, note.start, note.end) == ("NOTE-001", 1, "Walking", 0, 7)
    assert (note.reviewed_by, note.reviewed_on) == ("statistician", "2026-01-01")


def test_an_annotation_of_words_that_are_not_there_is_refused() -> None:
    wrong = read_annotations({"nct_id": "NCT1", "findings": [NOTE | {"quote": "Running"}]})
    assert code(lint, read_record(example.record()), wrong).code == "REGI-008"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("protocolSection.conditionsModule.conditions[1]", "B"),
        ("protocolSection.conditionsModule.conditions[2]", ""),
        ("protocolSection.conditionsModule.conditions", ""),
        ("protocolSection.nothing.here[0]", ""),
    ],
)
def test_a_text_is_found_by_its_path(path: str, text: str) -> None:
    assert text_at(read_record(example.record(conditionsModule={"conditions": ["A", "B"]})), path) == text


@pytest.mark.parametrize("key", CATALOGUE)
def test_every_error_says_place_fault_why_and_remedy(key: str) -> None:
    error = registry_error(key, "here", "DETAIL")
    assert error.code == key and error.place == "here"
    assert error.fault and error.why and error.remedy and "{" not in error.fault
