"""Records agree with the registry's published schema, and with the page they were written from."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from equipoise.exchange.ctgov import fill_results
from equipoise.registry.record import load_record, parse_record
from tests.spec.registry import example

STUDY = Path(__file__).parents[2] / "studies" / "NCT06965244"


@pytest.fixture(scope="module")
def study_schema(shared: Path) -> dict:
    """`#/components/schemas/Study` of the registry's OpenAPI document, version 2.0.5."""
    text = (shared / "standards" / "ctgov" / "ctg-oas-v2.0.5.yaml").read_text(encoding="utf-8")
    document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    for schema in document["components"]["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False  # what the registry does not know, it does not keep
    return {"$ref": "#/components/schemas/Study", "components": document["components"]}


def test_the_reference_record_validates_against_the_published_schema(study_schema: dict) -> None:
    record = json.loads((STUDY / "record.json").read_text(encoding="utf-8"))
    errors = list(jsonschema.Draft202012Validator(study_schema).iter_errors(record))
    assert [error.json_path + ": " + error.message for error in errors] == []


def test_the_schema_check_can_fail(study_schema: dict) -> None:
    wrong = {"protocolSection": {"designModule": {"enrollmentInfo": {"count": "122"}, "phase": "PHASE3"}}}
    found = {error.json_path for error in jsonschema.Draft202012Validator(study_schema).iter_errors(wrong)}
    assert found == {"$.protocolSection.designModule", "$.protocolSection.designModule.enrollmentInfo.count"}


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [value] if isinstance(value, str) else []


# What the schema calls by another name than the page does.
CODED = {"Drug: Lenalidomide", "Drug: Methotrexate (MTX)", "INVESTIGATOR", "OUTCOMES_ASSESSOR"}


def test_every_word_of_the_reference_record_stands_on_its_page(shared: Path) -> None:
    page = (shared / "record" / "NCT06965244.txt").read_text(encoding="utf-8")
    record = json.loads((STUDY / "record.json").read_text(encoding="utf-8"))
    invented = [text for text in _texts(record) if text not in page and text not in CODED]
    assert invented == []


def test_every_line_of_the_page_is_in_the_record_or_belongs_to_the_site(shared: Path) -> None:
    page = (shared / "record" / "NCT06965244.txt").read_text(encoding="utf-8")
    held = "\n".join(_texts(json.loads((STUDY / "record.json").read_text(encoding="utf-8"))))
    site = SITE_LINES | {"122 participants", "Investigators Outcome Assessors", "18 Years", "No"}
    lines = [line.strip() for line in page.splitlines() if line.strip()]
    missing = [line for line in lines if line not in held and line not in site]
    assert missing == []


SITE_LINES = {
    "NCT ID: NCT06965244",
    "Last Updated: 2025-05-11",
    "Study Results",
    "Results pending",
    "The study team has not published outcome measurements, participant flow, or safety data for this trial"
    " yet. Check back later for updates.",
    "Basic Information",
    "Get a concise snapshot of the trial, including recruitment status, study phase, enrollment targets, and"
    " key timeline milestones.",
    "Recruitment Status",
    "Clinical Phase",
    "Total Enrollment",
    "Study Classification",
    "Study Start Date",
    "Study Completion Date",
    "Brief Summary",
    "Review the sponsor-provided synopsis that highlights what the study is about and why it is being"
    " conducted.",
    "Detailed Description",
    "Dive into the extended narrative that explains the scientific background, objectives, and procedures in"
    " greater depth.",
    "Conditions",
    "See the medical conditions and disease areas that this research is targeting or investigating.",
    "Study Design",
    "Understand how the trial is structured, including allocation methods, masking strategies, primary"
    " purpose, and other design elements.",
    "Allocation Method",
    "Intervention Model",
    "Primary Study Purpose",
    "Blinding Strategy",
    "Study Groups",
    "Review each arm or cohort in the study, along with the interventions and objectives associated with"
    " them.",
    "Group Type EXPERIMENTAL",
    "Group Type ACTIVE_COMPARATOR",
    "Intervention Type DRUG",
    "Interventions",
    "Learn about the drugs, procedures, or behavioral strategies being tested and how they are applied within"
    " this trial.",
    "Eligibility Criteria",
    "Check the participation requirements, including inclusion and exclusion rules, age limits, and whether"
    " healthy volunteers are accepted.",
    "Minimum Eligible Age",
    "Eligible Sex",
    "Accepts Healthy Volunteers",
    "Sponsors",
    "Meet the organizations funding or collaborating on the study and learn about their roles.",
    "Sponsor Role lead",
    "Responsible Party",
    "Identify the individual or organization who holds primary responsibility for the study information"
    " submitted to regulators.",
    "Responsibility Role SPONSOR",
    "Central Contacts",
    "Reach out to these primary contacts for questions about participation or study logistics.",
    "Role: CONTACT",
    "Other Identifiers",
    "Review additional registry numbers or institutional identifiers associated with this trial.",
    "Identifier Type: CTIS",
    "Identifier Source: secondary_id",
    "Identifier Type: -",
    "Identifier Source: org_study_id",
    "More Related Trials",
    "Additional clinical trials that may be relevant based on similarity analysis.",
    "Autologous Polyclonal Tregs for Lupus",
    "NCT02428309 TERMINATED PHASE1",
}


def test_native_records_are_read(shared: Path) -> None:
    lines = (shared / "registry" / "native_v2.jsonl").read_text(encoding="utf-8").splitlines()
    records = [parse_record(line) for line in lines]
    assert len(records) == 18
    assert sum(record.results is not None for record in records) == 10
    assert all(record.nct_id.startswith("NCT") for record in records)


def test_a_sample_of_converted_records_is_read(shared: Path) -> None:
    with gzip.open(shared / "registry" / "records.jsonl.gz", "rt", encoding="utf-8") as stream:
        records = [parse_record(line) for number, line in enumerate(stream) if number % 25 == 0]
    assert len(records) == 427
    assert all(record.nct_id for record in records)


def test_the_reference_record_is_read() -> None:
    record = load_record(STUDY / "record.json")
    assert record.protocol.design_module.enrollment_info.count == 122
    assert len(record.protocol.arms_interventions_module.arm_groups) == 2


def test_a_filled_record_validates_against_the_published_schema(study_schema: dict) -> None:
    filled = fill_results(load_record(STUDY / "record.json"), example.results(banner=example.BANNER))
    errors = list(jsonschema.Draft202012Validator(study_schema).iter_errors(filled.raw))
    assert [error.json_path + ": " + error.message for error in errors] == []
