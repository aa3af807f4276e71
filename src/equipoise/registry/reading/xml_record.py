"""The older XML of ClinicalTrials.gov (one `clinical_study`) as a record in version 2 shape.

Names follow the registry's last public XML schema. Hard line breaks of text blocks are undone, coded words become
codes. A document type is refused, so that no file can name another file or multiply itself.
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from equipoise.registry.encoding import not_utf8, text_of_xml
from equipoise.registry.errors_index import index_error
from equipoise.registry.reading.tidy import (
    as_code,
    as_count,
    as_date,
    as_date_struct,
    as_text,
    as_yes,
    unique,
    without_empty,
)
from equipoise.registry.reading.xml_results import results_section

Element = ElementTree.Element
STATUSES = {"UNKNOWN_STATUS": "UNKNOWN", "NO_LONGER_RECRUITING": "ACTIVE_NOT_RECRUITING"}
CLASSES = {"U_S_FED": "FED"}
SEXES = {"BOTH": "ALL"}
NOT_APPLICABLE = {"N_A": "NA"}
TYPES = {"OBSERVATIONAL_PATIENT_REGISTRY": "OBSERVATIONAL"}
DATE_TYPES = {"ANTICIPATED": "ESTIMATED", "ESTIMATE": "ESTIMATED"}
MASKED = {
    "SUBJECT": "PARTICIPANT",
    "PARTICIPANT": "PARTICIPANT",
    "CAREGIVER": "CARE_PROVIDER",
    "CARE_PROVIDER": "CARE_PROVIDER",
    "INVESTIGATOR": "INVESTIGATOR",
    "OUTCOMES_ASSESSOR": "OUTCOMES_ASSESSOR",
}


def from_xml(content: bytes, place: str) -> dict[str, Any]:
    """The record in this XML. Errors: REGI-024 (not well-formed, or with a document type), REGI-025."""
    try:
        text = text_of_xml(content)
    except UnicodeDecodeError as error:
        said_so = "" if error.encoding == "utf-8" else f"it is not {error.encoding}, as it declares"
        raise index_error("REGI-024", place, said_so or not_utf8(content)) from error
    except LookupError as error:
        raise index_error("REGI-024", place, f"its encoding {error} is not known here") from error
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise index_error("REGI-024", place, "it has a document type")
    try:
        study = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError) as error:
        raise index_error("REGI-024", place, str(error)) from error
    if study.tag != "clinical_study":
        raise index_error("REGI-025", place, f"XML whose root is {ascii(study.tag[:40])}")
    return _record(study)


def said(element: Element, path: str) -> str:
    """The text at a path, in one line; empty when there is none."""
    return " ".join((element.findtext(path) or "").split())


def each(element: Element, path: str) -> list[str]:
    """The texts of all elements at a path."""
    return unique(" ".join((found.text or "").split()) for found in element.findall(path))


def block(element: Element, path: str) -> str:
    """The text block at a path, as paragraphs."""
    return as_text(element.findtext(f"{path}/textblock") or element.findtext(path) or "")


def dated(study: Element, path: str) -> dict[str, str]:
    """The date at a path with its type."""
    found = study.find(path)
    if found is None:
        return {}
    return as_date_struct(found.text or "", as_code(found.get("type", ""), DATE_TYPES))


def _record(study: Element) -> dict[str, Any]:
    protocol = {
        "identificationModule": _identification(study),
        "statusModule": _status(study),
        "sponsorCollaboratorsModule": _sponsors(study),
        "oversightModule": _oversight(study),
        "descriptionModule": {
            "briefSummary": block(study, "brief_summary"),
            "detailedDescription": block(study, "detailed_description"),
        },
        "conditionsModule": {"conditions": each(study, "condition"), "keywords": each(study, "keyword")},
        "designModule": _design(study),
        "armsInterventionsModule": _arms(study),
        "outcomesModule": {
            f"{kind}Outcomes": [_outcome(found) for found in study.findall(f"{kind}_outcome")]
            for kind in ("primary", "secondary", "other")
        },
        "eligibilityModule": _eligibility(study),
        "contactsLocationsModule": _contacts(study),
        "referencesModule": {"references": _references(study)},
        "ipdSharingStatementModule": _data_sharing(study),
    }
    results = study.find("clinical_results")
    others = {
        "resultsSection": results_section(results) if results is not None else None,
        "derivedSection": _derived(study),
    }
    return {
        "protocolSection": without_empty({name: without_empty(part) for name, part in protocol.items()}),
        **without_empty(others),
        "hasResults": results is not None,
    }


def _identification(study: Element) -> dict[str, Any]:
    organization = said(study, "source") or said(study, "sponsors/lead_sponsor/agency")
    return {
        "nctId": said(study, "id_info/nct_id"),
        "nctIdAliases": each(study, "id_info/nct_alias"),
        "orgStudyIdInfo": without_empty({"id": said(study, "id_info/org_study_id")}),
        "secondaryIdInfos": [{"id": text} for text in each(study, "id_info/secondary_id")],
        "briefTitle": said(study, "brief_title"),
        "officialTitle": said(study, "official_title"),
        "acronym": said(study, "acronym"),
        "organization": without_empty({"fullName": organization}),
    }


def _status(study: Element) -> dict[str, Any]:
    return {
        "statusVerifiedDate": as_date(said(study, "verification_date")),
        "overallStatus": as_code(said(study, "overall_status"), STATUSES),
        "lastKnownStatus": as_code(said(study, "last_known_status"), STATUSES),
        "whyStopped": said(study, "why_stopped"),
        "startDateStruct": dated(study, "start_date"),
        "primaryCompletionDateStruct": dated(study, "primary_completion_date"),
        "completionDateStruct": dated(study, "completion_date"),
        "studyFirstSubmitDate": as_date(
            said(study, "study_first_submitted") or said(study, "firstreceived_date")
        ),
        "studyFirstPostDateStruct": dated(study, "study_first_posted"),
        "resultsFirstSubmitDate": as_date(said(study, "results_first_submitted")),
        "resultsFirstPostDateStruct": dated(study, "results_first_posted"),
        "lastUpdateSubmitDate": as_date(
            said(study, "last_update_submitted") or said(study, "lastchanged_date")
        ),
        "lastUpdatePostDateStruct": dated(study, "last_update_posted"),
    }


def _sponsors(study: Element) -> dict[str, Any]:
    party = {
        "type": as_code(said(study, "responsible_party/responsible_party_type")),
        "investigatorFullName": said(study, "responsible_party/investigator_full_name"),
        "investigatorTitle": said(study, "responsible_party/investigator_title"),
        "investigatorAffiliation": said(study, "responsible_party/investigator_affiliation"),
        "oldNameTitle": said(study, "responsible_party/name_title"),
        "oldOrganization": said(study, "responsible_party/organization"),
    }
    agencies = {path: [_agency(found) for found in study.findall(f"sponsors/{path}")] for path in AGENCIES}
    return {
        "responsibleParty": without_empty(party),
        "leadSponsor": next(iter(agencies["lead_sponsor"]), {}),
        "collaborators": agencies["collaborator"],
    }


AGENCIES = ("lead_sponsor", "collaborator")


def _agency(found: Element) -> dict[str, Any]:
    return without_empty(
        {"name": said(found, "agency"), "class": as_code(said(found, "agency_class"), CLASSES)}
    )


def _oversight(study: Element) -> dict[str, Any]:
    return {
        "oversightHasDmc": as_yes(said(study, "oversight_info/has_dmc")),
        "isFdaRegulatedDrug": as_yes(said(study, "oversight_info/is_fda_regulated_drug")),
        "isFdaRegulatedDevice": as_yes(said(study, "oversight_info/is_fda_regulated_device")),
    }


def _design(study: Element) -> dict[str, Any]:
    info = study.find("study_design_info")
    enrolment = study.find("enrollment")
    count = as_count((enrolment.text or "").strip()) if enrolment is not None else None
    kind = as_code(enrolment.get("type", ""), DATE_TYPES) if enrolment is not None else ""
    written = said(study, "study_type")
    phases = said(study, "phase").replace("N/A", "NA").split("/")
    return {
        "studyType": as_code(written, TYPES),
        "patientRegistry": True if "Patient Registry" in written else None,
        "phases": [as_code(phase).replace("PHASE_", "PHASE") for phase in phases if phase],
        "designInfo": _design_info(info) if info is not None else {},
        "targetDuration": said(study, "target_duration"),
        "enrollmentInfo": without_empty({"count": count, "type": kind}) if count is not None else {},
    }


def _design_info(info: Element) -> dict[str, Any]:
    model = as_code(said(info, "intervention_model")).removesuffix("_ASSIGNMENT")
    masking, _, roles = said(info, "masking").partition("(")
    level = as_code(masking).removesuffix("_BLIND").removesuffix("_MASKED")
    who = [MASKED[role] for role in map(as_code, roles.rstrip(")").split(",")) if role in MASKED]
    return without_empty(
        {
            "allocation": as_code(said(info, "allocation"), NOT_APPLICABLE),
            "interventionModel": model,
            "interventionModelDescription": block(info, "intervention_model_description"),
            "primaryPurpose": as_code(said(info, "primary_purpose")),
            "observationalModel": as_code(said(info, "observational_model")),
            "timePerspective": as_code(said(info, "time_perspective")),
            "maskingInfo": without_empty(
                {
                    "masking": {"OPEN_LABEL": "NONE", "NO": "NONE"}.get(level, level),
                    "maskingDescription": block(info, "masking_description"),
                    "whoMasked": unique(who),
                }
            ),
        }
    )


def _arms(study: Element) -> dict[str, Any]:
    return {
        "armGroups": [
            without_empty(
                {
                    "label": said(arm, "arm_group_label"),
                    "type": as_code(said(arm, "arm_group_type")),
                    "description": block(arm, "description"),
                }
            )
            for arm in study.findall("arm_group")
        ],
        "interventions": [
            without_empty(
                {
                    "type": as_code(said(found, "intervention_type")),
                    "name": said(found, "intervention_name"),
                    "description": block(found, "description"),
                    "armGroupLabels": each(found, "arm_group_label"),
                    "otherNames": each(found, "other_name"),
                }
            )
            for found in study.findall("intervention")
        ],
    }


def _outcome(found: Element) -> dict[str, Any]:
    return without_empty(
        {
            "measure": said(found, "measure"),
            "description": block(found, "description"),
            "timeFrame": said(found, "time_frame"),
        }
    )


def _eligibility(study: Element) -> dict[str, Any]:
    found = study.find("eligibility")
    if found is None:
        return {}
    ages = {
        name: said(found, path)
        for name, path in (("minimumAge", "minimum_age"), ("maximumAge", "maximum_age"))
    }
    volunteers = said(found, "healthy_volunteers").casefold()
    return {
        "eligibilityCriteria": block(found, "criteria"),
        "healthyVolunteers": None if not volunteers else volunteers != "no",
        "sex": as_code(said(found, "gender"), SEXES),
        "genderBased": as_yes(said(found, "gender_based")),
        "genderDescription": block(found, "gender_description"),
        **{name: text for name, text in ages.items() if text != "N/A"},
        "studyPopulation": block(found, "study_pop"),
        "samplingMethod": as_code(said(found, "sampling_method")),
    }


def _contacts(study: Element) -> dict[str, Any]:
    central = [study.find(path) for path in ("overall_contact", "overall_contact_backup")]
    locations = [_location(found) for found in study.findall("location")]
    return {
        "centralContacts": [_contact(found) for found in central if found is not None],
        "overallOfficials": [
            without_empty(
                {
                    "name": _person(found),
                    "affiliation": said(found, "affiliation"),
                    "role": as_code(said(found, "role")),
                }
            )
            for found in study.findall("overall_official")
        ],
        "locations": locations or [{"country": name} for name in each(study, "location_countries/country")],
    }


def _person(found: Element) -> str:
    name = " ".join(each(found, "first_name") + each(found, "middle_name") + each(found, "last_name"))
    degrees = said(found, "degrees")
    return f"{name}, {degrees}" if degrees else name


def _contact(found: Element) -> dict[str, Any]:
    parts = {"phone": "phone", "phoneExt": "phone_ext", "email": "email"}
    return without_empty(
        {"name": _person(found), **{name: said(found, path) for name, path in parts.items()}}
    )


def _location(found: Element) -> dict[str, Any]:
    address = {name: said(found, f"facility/address/{name}") for name in ("city", "state", "zip", "country")}
    contacts = [each for path in ("contact", "contact_backup") if (each := found.find(path)) is not None]
    return without_empty(
        {
            "facility": said(found, "facility/name"),
            "status": as_code(said(found, "status"), STATUSES),
            **address,
            "contacts": [_contact(each) for each in contacts],
        }
    )


def _references(study: Element) -> list[dict[str, Any]]:
    kinds = {"reference": "BACKGROUND", "results_reference": "RESULT"}
    return [
        without_empty({"pmid": said(found, "PMID"), "type": kind, "citation": said(found, "citation")})
        for path, kind in kinds.items()
        for found in study.findall(path)
    ]


def _data_sharing(study: Element) -> dict[str, Any]:
    found = study.find("patient_data")
    if found is None:
        return {}
    return {
        "ipdSharing": as_code(said(found, "sharing_ipd")),
        "description": block(found, "ipd_description"),
        "timeFrame": said(found, "ipd_time_frame"),
        "accessCriteria": said(found, "ipd_access_criteria"),
        "url": said(found, "ipd_url"),
    }


def _derived(study: Element) -> dict[str, Any]:
    found = {
        "conditionBrowseModule": each(study, "condition_browse/mesh_term"),
        "interventionBrowseModule": each(study, "intervention_browse/mesh_term"),
    }
    return {name: {"meshes": [{"term": term} for term in terms]} for name, terms in found.items() if terms}
