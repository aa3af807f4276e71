"""Older XML of ClinicalTrials.gov and public JSON of CTIS become records in version 2 shape."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from equipoise.registry.errors import RegistryError
from equipoise.registry.reading import Reading, read_records
from equipoise.registry.reading.ctis import from_ctis
from equipoise.registry.reading.tidy import as_date
from equipoise.registry.reading.xml_record import from_xml
from equipoise.registry.record import read_record

from .records import ingested, written

XML = """<?xml version="1.0" encoding="UTF-8"?>
<clinical_study>
  <required_header><download_date>ClinicalTrials.gov processed this data</download_date></required_header>
  <id_info><org_study_id>EX-1</org_study_id><secondary_id>G1</secondary_id><nct_id>NCT00000001</nct_id></id_info>
  <brief_title>Walking or swimming</brief_title>
  <acronym>WALK</acronym>
  <official_title>A trial of walking
     or swimming</official_title>
  <sponsors>
    <lead_sponsor><agency>Example Clinic</agency><agency_class>U.S. Fed</agency_class></lead_sponsor>
    <collaborator><agency>Other &amp; Co</agency><agency_class>Industry</agency_class></collaborator>
  </sponsors>
  <source>Example Clinic</source>
  <oversight_info><has_dmc>Yes</has_dmc></oversight_info>
  <brief_summary><textblock>
      Walking is
      good.

        1. So is swimming, as
           one hears.
  </textblock></brief_summary>
  <overall_status>Active, not recruiting</overall_status>
  <why_stopped>rain</why_stopped>
  <start_date type="Actual">March 5, 2007</start_date>
  <completion_date type="Anticipated">June 2012</completion_date>
  <phase>Phase 1/Phase 2</phase>
  <study_type>Interventional</study_type>
  <study_design_info>
    <allocation>Non-Randomized</allocation>
    <intervention_model>Parallel Assignment</intervention_model>
    <primary_purpose>Supportive Care</primary_purpose>
    <masking>Double (Participant, Outcomes Assessor)</masking>
  </study_design_info>
  <primary_outcome><measure>Pain</measure><time_frame>1 year</time_frame></primary_outcome>
  <enrollment type="Actual">22</enrollment>
  <condition>Back Pain</condition>
  <arm_group><arm_group_label>Walk</arm_group_label><arm_group_type>Active Comparator</arm_group_type></arm_group>
  <intervention>
    <intervention_type>Dietary Supplement</intervention_type><intervention_name>Water</intervention_name>
    <arm_group_label>Walk</arm_group_label><other_name>Aqua</other_name>
  </intervention>
  <eligibility>
    <criteria><textblock>
        Inclusion Criteria:

          -  Adults with
             pain

          -  Consent
    </textblock></criteria>
    <gender>Both</gender><minimum_age>18 Years</minimum_age><maximum_age>N/A</maximum_age>
    <healthy_volunteers>Accepts Healthy Volunteers</healthy_volunteers>
  </eligibility>
  <overall_official><first_name>A.</first_name><last_name>Walker</last_name><degrees>MD</degrees>
    <role>Principal Investigator</role></overall_official>
  <overall_contact><last_name>Desk</last_name><phone>1</phone></overall_contact>
  <location>
    <facility><name>Clinic</name><address><city>Bern</city><country>Switzerland</country></address></facility>
    <status>Recruiting</status><contact><last_name>B</last_name></contact>
  </location>
  <reference><citation>Someone</citation><PMID>7</PMID></reference>
  <verification_date>March 2017</verification_date>
  <study_first_submitted>September 21, 2010</study_first_submitted>
  <last_update_posted type="Estimate">May 1, 2017</last_update_posted>
  <responsible_party><responsible_party_type>Principal Investigator</responsible_party_type></responsible_party>
  <keyword>pain</keyword>
  <patient_data><sharing_ipd>No</sharing_ipd></patient_data>
  <condition_browse><mesh_term>Pain</mesh_term></condition_browse>
  {results}
</clinical_study>
"""
RESULTS = """
  <clinical_results>
    <participant_flow>
      <recruitment_details>In spring.</recruitment_details>
      <group_list><group group_id="P1"><title>Walk</title></group>
        <group group_id="P2"><title>Swim</title></group></group_list>
      <period_list><period><title>Overall Study</title>
        <milestone_list><milestone><title>STARTED</title><participants_list>
          <participants group_id="P1" count="10"/><participants group_id="P2" count="12">all</participants>
        </participants_list></milestone></milestone_list>
        <drop_withdraw_reason_list><drop_withdraw_reason><title>Death</title><participants_list>
          <participants group_id="P2" count="1"/></participants_list></drop_withdraw_reason></drop_withdraw_reason_list>
      </period></period_list>
    </participant_flow>
    <baseline>
      <population>All</population>
      <group_list><group group_id="B1"><title>Walk</title></group></group_list>
      <analyzed_list><analyzed><units>Participants</units><count_list>
        <count group_id="B1" value="10"/></count_list></analyzed></analyzed_list>
      <measure_list><measure><title>Age</title><units>years</units><param>Mean</param>
        <dispersion>Standard Deviation</dispersion>
        <class_list><class><category_list><category><measurement_list>
          <measurement group_id="B1" value="44.6" spread="16.4"/>
        </measurement_list></category></category_list></class></class_list></measure></measure_list>
    </baseline>
    <outcome_list><outcome>
      <type>Primary</type><title>Pain</title><time_frame>1 year</time_frame><population>All</population>
      <group_list><group group_id="O1"><title>Walk</title></group></group_list>
      <measure><title>Pain</title><units>points</units><param>Number</param><class_list><class><title>Low</title>
        <category_list><category><title>x</title><measurement_list>
          <measurement group_id="O1" value="3" lower_limit="1" upper_limit="5"/>
        </measurement_list></category></category_list></class></class_list></measure>
      <analysis_list><analysis><group_id_list><group_id>O1</group_id></group_id_list>
        <non_inferiority_type>Superiority</non_inferiority_type><p_value>0.04</p_value><method>t-Test</method>
        <ci_percent>95</ci_percent><ci_n_sides>2-Sided</ci_n_sides><ci_lower_limit>1</ci_lower_limit>
      </analysis></analysis_list>
    </outcome></outcome_list>
    <reported_events>
      <time_frame>1 year</time_frame>
      <group_list><group group_id="E1"><title>Walk</title></group></group_list>
      <serious_events><default_vocab>MedDRA</default_vocab>
        <default_assessment>Systematic Assessment</default_assessment>
        <category_list>
          <category><title>Total</title><event_list><event><sub_title>Total, serious adverse events</sub_title>
            <counts group_id="E1" subjects_affected="2" subjects_at_risk="10"/></event></event_list></category>
          <category><title>Cardiac disorders</title><event_list><event><sub_title>Angina</sub_title>
            <counts group_id="E1" events="3" subjects_affected="2" subjects_at_risk="10"/></event></event_list>
          </category>
        </category_list></serious_events>
    </reported_events>
    <limitations_and_caveats>Few.</limitations_and_caveats>
    <point_of_contact><name_or_title>Desk</name_or_title><email>desk@example.org</email></point_of_contact>
  </clinical_results>
"""


def from_text(results: str = "") -> dict[str, Any]:
    """The record of the example."""
    return from_xml(XML.replace("{results}", results).encode(), "example")


def test_the_protocol_of_the_older_xml_is_in_its_places() -> None:
    record = read_record(from_text())
    protocol = record.protocol
    assert record.nct_id == "NCT00000001"
    assert record.has_results is False
    assert protocol.identification_module.official_title == "A trial of walking or swimming"
    assert protocol.status_module.overall_status == "ACTIVE_NOT_RECRUITING"
    assert protocol.status_module.start_date_struct.date == "2007-03-05"
    assert protocol.status_module.completion_date_struct.type == "ESTIMATED"
    assert protocol.status_module.completion_date_struct.date == "2012-06"
    assert protocol.status_module.last_update_post_date_struct.date == "2017-05-01"
    assert protocol.sponsor_collaborators_module.lead_sponsor.class_ == "FED"
    assert protocol.sponsor_collaborators_module.collaborators[0].name == "Other & Co"
    assert protocol.description_module.brief_summary == "Walking is good.\n\n1. So is swimming, as one hears."
    assert protocol.design_module.phases == ("PHASE1", "PHASE2")
    info = protocol.design_module.design_info
    assert (info.allocation, info.intervention_model) == ("NON_RANDOMIZED", "PARALLEL")
    assert info.masking_info.masking == "DOUBLE"
    assert info.masking_info.who_masked == ("PARTICIPANT", "OUTCOMES_ASSESSOR")
    assert protocol.design_module.enrollment_info.count == 22
    assert protocol.arms_interventions_module.interventions[0].type == "DIETARY_SUPPLEMENT"
    assert protocol.arms_interventions_module.interventions[0].other_names == ("Aqua",)
    people = protocol.eligibility_module
    assert people.eligibility_criteria == "Inclusion Criteria:\n\n- Adults with pain\n\n- Consent"
    assert (people.sex, people.minimum_age, people.maximum_age) == ("ALL", "18 Years", "")
    assert people.healthy_volunteers is True
    assert protocol.contacts_locations_module.overall_officials[0].name == "A. Walker, MD"
    assert protocol.contacts_locations_module.locations[0].city == "Bern"
    assert protocol.references_module.references[0].pmid == "7"
    assert from_text()["derivedSection"] == {"conditionBrowseModule": {"meshes": [{"term": "Pain"}]}}


def test_the_results_of_the_older_xml_are_in_their_places() -> None:
    record = read_record(from_text(RESULTS))
    results = record.results
    assert record.has_results is True
    flow = results.participant_flow_module
    assert [group.id for group in flow.groups] == ["FG000", "FG001"]
    started = flow.periods[0].milestones[0].achievements
    assert [(each.group_id, each.num_subjects, each.comment) for each in started] == [
        ("FG000", "10", ""),
        ("FG001", "12", "all"),
    ]
    assert flow.periods[0].drop_withdraws[0].reasons[0].group_id == "FG001"
    measure = results.baseline_characteristics_module.measures[0]
    assert (measure.param_type, measure.dispersion_type) == ("MEAN", "STANDARD_DEVIATION")
    assert measure.classes[0].categories[0].measurements[0].spread == "16.4"
    assert results.baseline_characteristics_module.denoms[0].counts[0].value == "10"
    outcome = results.outcome_measures_module.outcome_measures[0]
    assert (outcome.type, outcome.title, outcome.unit_of_measure) == ("PRIMARY", "Pain", "points")
    assert outcome.classes[0].categories[0].measurements[0].upper_limit == "5"
    analysis = outcome.analyses[0]
    assert (analysis.p_value, analysis.ci_num_sides, analysis.group_ids) == ("0.04", "TWO_SIDED", ("OG000",))
    events = results.adverse_events_module
    assert events.event_groups[0].serious_num_affected == 2
    assert [event.term for event in events.serious_events] == ["Angina"]
    assert events.serious_events[0].source_vocabulary == "MedDRA"
    assert events.serious_events[0].stats[0].num_events == 3
    assert results.more_info_module.limitations_and_caveats.description == "Few."


def test_a_study_without_sites_keeps_its_countries() -> None:
    text = "<clinical_study><id_info><nct_id>NCT00000001</nct_id></id_info><location_countries><country>Chad</country>"
    record = from_xml(f"{text}</location_countries></clinical_study>".encode(), "x")
    assert record["protocolSection"]["contactsLocationsModule"] == {"locations": [{"country": "Chad"}]}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<clinical_study>", "REGI-024"),
        (b"<clinical_study>&who;</clinical_study>", "REGI-024"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><clinical_study/>', "REGI-024"),
        ("<clinical_study/>".encode("utf-16"), "REGI-024"),
        (b'<?xml version="1.0" encoding="utf-7"?><clinical_study/>', "REGI-024"),
        (b'<?xml version="1.0" encoding="shift_jis"?><clinical_study>\xfc\xfc</clinical_study>', "REGI-024"),
        (b"<clinical_study><brief_title>Caf\xe9</brief_title></clinical_study>", "REGI-024"),
        (b"<html><body>Error</body></html>", "REGI-025"),
    ],
)
def test_xml_that_is_no_study_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(RegistryError, match=code):
        from_xml(content, "x")


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("UTF-8", "utf-8"),
        ("UTF-16", "utf-16"),
        ("UTF-16", "utf-8"),
        ("windows-1252", "cp1252"),
        ("ISO-8859-1", "latin-1"),
        ("ISO-8859-1", "cp1252"),
        ("ISO-8859-15", "iso-8859-15"),
    ],
)
def test_xml_is_read_in_the_encoding_that_it_declares(tmp_path: Path, declared: str, encoding: str) -> None:
    """Also where a file says UTF-16 and is UTF-8, or ISO-8859-1 and has the quotes of Windows-1252."""
    quotes = "\u201cCaf\xe9\u201d" if encoding in ("cp1252", "utf-8", "utf-16") else "Caf\xe9\x81"
    text = XML.replace("{results}", "").replace('encoding="UTF-8"', f'encoding="{declared}"', 1)
    title = f"<brief_title>{quotes}</brief_title>"
    text = re.sub("<brief_title>.*?</brief_title>", title, text, count=1, flags=re.DOTALL)
    (found,) = read_records(written(tmp_path / "a.xml", text.encode(encoding)))
    assert isinstance(found, Reading)
    assert json.loads(found.content)["protocolSection"]["identificationModule"]["briefTitle"] == quotes


def test_xml_without_a_number_is_refused_and_the_rest_is_read(tmp_path: Path) -> None:
    written(tmp_path / "a.xml", b"<clinical_study/>")
    written(tmp_path / "b.xml", XML.replace("{results}", RESULTS).encode())
    summary, unread = ingested(tmp_path / "index", tmp_path / "a.xml", tmp_path / "b.xml")
    assert (summary.studies, [each.error.code for each in unread]) == (1, ["REGI-004"])


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("March 2017", "2017-03"),
        ("March 5, 2017", "2017-03-05"),
        ("29/01/2021", "2021-01-29"),
        ("2022-08-03T15:41:19.271", "2022-08-03"),
        ("2022", "2022"),
        ("soon", ""),
        ("", ""),
    ],
)
def test_a_date_is_read_in_any_of_its_forms(text: str, date: str) -> None:
    assert as_date(text) == date


def test_both_shapes_of_ctis_are_read(shared: Path) -> None:
    folder = shared / "standards" / "ctis"
    older, newer = (
        read_record(from_ctis(json.loads((folder / f"{name}.json").read_bytes()), name)).protocol
        for name in ("2022-500244-37-00", "2024-510663-34-00")
    )
    assert older.identification_module.nct_id == "2022-500244-37-00"
    assert older.status_module.overall_status == "NOT_YET_RECRUITING"
    assert older.conditions_module.conditions == ("COVID-19",)
    assert older.design_module.phases == ("PHASE2",)
    assert older.eligibility_module.minimum_age == "18 Years"
    assert older.eligibility_module.maximum_age == ""
    assert older.contacts_locations_module.locations[0].city == "Cologne"
    names = {each.name for each in older.arms_interventions_module.interventions}
    assert names == {"Pioglitazone Placebo", "PIOGLITAZONE HYDROCHLORIDE", "PAMAPIMOD", "Pamapimod Placebo"}
    assert newer.status_module.overall_status == "RECRUITING"
    assert newer.status_module.start_date_struct.date == "2021-01-29"
    assert newer.identification_module.secondary_id_infos[0].id == "NCT04494412"
    assert newer.sponsor_collaborators_module.lead_sponsor.class_ == "INDUSTRY"
    assert newer.eligibility_module.sex == "ALL"
    assert newer.eligibility_module.maximum_age == "17 Years"
    assert len(newer.outcomes_module.primary_outcomes) == 4
    assert {each.country for each in newer.contacts_locations_module.locations} == {"Spain", "Italy"}
    assert newer.eligibility_module.eligibility_criteria.startswith("Inclusion Criteria:\n\n- Age.")


def test_ctis_with_anything_in_any_place_is_a_record_or_a_coded_error(shared: Path) -> None:
    """Every member in turn is replaced by values of other types, down to four levels."""
    data = json.loads((shared / "standards" / "ctis" / "2022-500244-37-00.json").read_bytes())
    seen = 0
    for owner, name in places(data, 4):
        kept = owner[name]
        for other in (None, 7, "x", [], [1], {}):
            owner[name] = other
            try:
                read_record(from_ctis(data, "x"))
            except RegistryError:
                seen += 1
        owner[name] = kept
    assert seen > 0


def places(value: Any, depth: int) -> list[tuple[Any, Any]]:
    """The members of a value and of what is in it, so deep."""
    if not depth or not isinstance(value, dict | list):
        return []
    names = [*value] if isinstance(value, dict) else [*range(min(len(value), 1))]
    return [place for name in names for place in [(value, name), *places(value[name], depth - 1)]]
