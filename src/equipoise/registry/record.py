"""A public record in ClinicalTrials.gov's version 2 JSON, typed and frozen.

Reading is tolerant of what is absent (most records lack something) and strict on what is present: a
field of the wrong type is a coded error with its path. Coded values stay text, because a registry adds
values before its readers know them. The JSON itself is kept beside the typed parts, so that a finding
can quote a place in it and nothing that this version does not know is lost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from equipoise.registry.encoding import not_utf8
from equipoise.registry.errors import registry_error
from equipoise.registry.results_model import Part, ResultsSection


class StudyId(Part):
    id: str = ""
    type: str = ""
    domain: str = ""
    link: str = ""


class Organization(Part):
    full_name: str = ""
    class_: str = msgspec.field(default="", name="class")


class Identification(Part):
    nct_id: str = ""
    nct_id_aliases: tuple[str, ...] = ()
    org_study_id_info: StudyId | None = None
    secondary_id_infos: tuple[StudyId, ...] = ()
    brief_title: str = ""
    official_title: str = ""
    acronym: str = ""
    organization: Organization | None = None


class DateStruct(Part):
    date: str = ""
    type: str = ""


class Status(Part):
    status_verified_date: str = ""
    overall_status: str = ""
    last_known_status: str = ""
    why_stopped: str = ""
    start_date_struct: DateStruct | None = None
    primary_completion_date_struct: DateStruct | None = None
    completion_date_struct: DateStruct | None = None
    study_first_submit_date: str = ""
    study_first_post_date_struct: DateStruct | None = None
    results_first_submit_date: str = ""
    results_first_post_date_struct: DateStruct | None = None
    last_update_submit_date: str = ""
    last_update_post_date_struct: DateStruct | None = None


class ResponsibleParty(Part):
    type: str = ""
    investigator_full_name: str = ""
    investigator_title: str = ""
    investigator_affiliation: str = ""
    old_name_title: str = ""
    old_organization: str = ""


class Sponsor(Part):
    name: str = ""
    class_: str = msgspec.field(default="", name="class")


class Sponsors(Part):
    responsible_party: ResponsibleParty | None = None
    lead_sponsor: Sponsor | None = None
    collaborators: tuple[Sponsor, ...] = ()


class Oversight(Part):
    oversight_has_dmc: bool | None = None


class Description(Part):
    brief_summary: str = ""
    detailed_description: str = ""


class Conditions(Part):
    conditions: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


class Masking(Part):
    masking: str = ""
    masking_description: str = ""
    who_masked: tuple[str, ...] = ()


class DesignInfo(Part):
    allocation: str = ""
    intervention_model: str = ""
    intervention_model_description: str = ""
    primary_purpose: str = ""
    observational_model: str = ""
    time_perspective: str = ""
    masking_info: Masking | None = None


class Enrollment(Part):
    count: int | None = None
    type: str = ""


class Design(Part):
    study_type: str = ""
    phases: tuple[str, ...] = ()
    target_duration: str = ""
    design_info: DesignInfo | None = None
    enrollment_info: Enrollment | None = None


class ArmGroup(Part):
    label: str = ""
    type: str = ""
    description: str = ""
    intervention_names: tuple[str, ...] = ()


class Intervention(Part):
    type: str = ""
    name: str = ""
    description: str = ""
    arm_group_labels: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()


class ArmsInterventions(Part):
    arm_groups: tuple[ArmGroup, ...] = ()
    interventions: tuple[Intervention, ...] = ()

    def given(self) -> tuple[tuple[int, ...], ...]:
        """What each group is given, in the order of the groups: places in `interventions`.

        An intervention says its groups; where it says none, the groups that name it have it. Two can have one name.
        """
        by: dict[str, set[int]] = {}
        for place, one in enumerate(self.interventions):
            for key in [f"of {label}" for label in one.arm_group_labels] or [f"named {one.name}"]:
                by.setdefault(key, set()).add(place)
        found = []
        for arm in self.arm_groups:
            keys = [
                f"of {arm.label}",
                *(f"named {name.split(': ', 1)[-1]}" for name in arm.intervention_names),
            ]
            places = set().union(*(by.get(key, ()) for key in keys))
            found.append(tuple(sorted(places)))
        return tuple(found)


class Outcome(Part):
    measure: str = ""
    description: str = ""
    time_frame: str = ""


class Outcomes(Part):
    primary_outcomes: tuple[Outcome, ...] = ()
    secondary_outcomes: tuple[Outcome, ...] = ()
    other_outcomes: tuple[Outcome, ...] = ()


class Eligibility(Part):
    eligibility_criteria: str = ""
    healthy_volunteers: bool | None = None
    sex: str = ""
    gender_based: bool | None = None
    gender_description: str = ""
    minimum_age: str = ""
    maximum_age: str = ""
    std_ages: tuple[str, ...] = ()
    study_population: str = ""
    sampling_method: str = ""


class Contact(Part):
    name: str = ""
    role: str = ""
    phone: str = ""
    phone_ext: str = ""
    email: str = ""


class Official(Part):
    name: str = ""
    affiliation: str = ""
    role: str = ""


class GeoPoint(Part):
    lat: float | None = None
    lon: float | None = None


class Location(Part):
    facility: str = ""
    status: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""
    contacts: tuple[Contact, ...] = ()
    geo_point: GeoPoint | None = None


class ContactsLocations(Part):
    central_contacts: tuple[Contact, ...] = ()
    overall_officials: tuple[Official, ...] = ()
    locations: tuple[Location, ...] = ()


class Reference(Part):
    pmid: str = ""
    type: str = ""
    citation: str = ""


class Link(Part):
    label: str = ""
    url: str = ""


class References(Part):
    references: tuple[Reference, ...] = ()
    see_also_links: tuple[Link, ...] = ()


class DataSharing(Part):
    ipd_sharing: str = ""
    description: str = ""
    info_types: tuple[str, ...] = ()
    time_frame: str = ""
    access_criteria: str = ""
    url: str = ""


class Protocol(Part):
    """The protocol section: each module is always there, empty when the record lacks it."""

    identification_module: Identification = Identification()
    status_module: Status = Status()
    sponsor_collaborators_module: Sponsors = Sponsors()
    oversight_module: Oversight = Oversight()
    description_module: Description = Description()
    conditions_module: Conditions = Conditions()
    design_module: Design = Design()
    arms_interventions_module: ArmsInterventions = ArmsInterventions()
    outcomes_module: Outcomes = Outcomes()
    eligibility_module: Eligibility = Eligibility()
    contacts_locations_module: ContactsLocations = ContactsLocations()
    references_module: References = References()
    ipd_sharing_statement_module: DataSharing | None = None


class Record(Part):
    """One study's record. `raw` is the JSON as read; change neither."""

    protocol: Protocol = msgspec.field(default=Protocol(), name="protocolSection")
    results: ResultsSection | None = msgspec.field(default=None, name="resultsSection")
    has_results: bool | None = None
    raw: dict[str, Any] = {}

    @property
    def nct_id(self) -> str:
        """The registry's number of the study."""
        return self.protocol.identification_module.nct_id


# msgspec learns a type when it first meets it, and two threads that do so at once end the process: so it is learnt
# here, before there can be a second thread. The same is done beside the other types that requests read.
DECODER = msgspec.json.Decoder(Record)


def read_record(data: Mapping[str, Any], *, place: str = "record") -> Record:
    """The record in this JSON object. Errors: REGI-003 (wrong type, with its path), REGI-004 (no number)."""
    if not isinstance(data, Mapping):
        raise registry_error("REGI-003", place, f"expected an object, found {type(data).__name__}")
    try:
        typed = msgspec.convert({**_without_nulls(data), "raw": dict(data)}, Record)
    except msgspec.ValidationError as error:
        raise registry_error("REGI-003", place, str(error)) from error
    except RecursionError as error:
        raise registry_error("REGI-003", place, "it is nested too deeply") from error
    if not typed.nct_id:
        raise registry_error("REGI-004", place)
    return typed


def parse_record(text: str | bytes, *, place: str = "record") -> Record:
    """The record in this JSON text. Errors: REGI-002 (not JSON), REGI-003, REGI-004."""
    try:
        data = json.loads(text)
    except UnicodeDecodeError as error:
        raise registry_error("REGI-002", place, not_utf8(error.object) or str(error)) from error
    except ValueError as error:
        raise registry_error("REGI-002", place, str(error)) from error
    except RecursionError as error:
        raise registry_error("REGI-002", place, "it is nested too deeply") from error
    return read_record(data, place=place)


def load_record(path: Path) -> Record:
    """The record in this file. Errors: REGI-001 (cannot be read), REGI-002, REGI-003, REGI-004."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise registry_error("REGI-001", str(path), error.strerror or str(error)) from error
    return parse_record(content, place=str(path))


def _without_nulls(value: Any) -> Any:
    """The value with null members left out: in these records null says the same as absent."""
    if isinstance(value, str):  # most are, and to ask for a mapping is slow
        return value
    if isinstance(value, dict | Mapping):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value if item is not None]
    return value
