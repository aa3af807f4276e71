"""Public JSON of CTIS, the European register, as a record in version 2 shape.

Both shapes in use are read: that of the first public portal and that of the second. The CTIS number stands in
the place of the registry's number. What CTIS has no field for (arms, masking, time frames) stays absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from equipoise.registry.errors import registry_error
from equipoise.registry.reading.tidy import as_count, as_date, as_date_struct, unique, without_empty

# The public status of a trial, by code in the second shape and in words in the first.
STATUSES = {
    "1": "NOT_YET_RECRUITING",
    "2": "NOT_YET_RECRUITING",
    "3": "RECRUITING",
    "4": "RECRUITING",
    "5": "ACTIVE_NOT_RECRUITING",
    "6": "SUSPENDED",
    "7": "SUSPENDED",
    "8": "COMPLETED",
    "9": "WITHDRAWN",
    "10": "TERMINATED",
    "11": "WITHDRAWN",
    "12": "WITHDRAWN",
    "under evaluation": "NOT_YET_RECRUITING",
    "authorised, not started": "NOT_YET_RECRUITING",
    "authorised, recruitment pending": "NOT_YET_RECRUITING",
    "authorised, recruiting": "RECRUITING",
    "ongoing, recruiting": "RECRUITING",
    "ongoing, recruitment ended": "ACTIVE_NOT_RECRUITING",
    "temporarily halted": "SUSPENDED",
    "suspended": "SUSPENDED",
    "ended": "COMPLETED",
    "expired": "WITHDRAWN",
    "revoked": "TERMINATED",
    "not authorised": "WITHDRAWN",
    "cancelled": "WITHDRAWN",
}
PHASE = re.compile(r"\bPhase (IV|I{1,3})\b")
PHASES = {"I": "PHASE1", "II": "PHASE2", "III": "PHASE3", "IV": "PHASE4"}
AGES = re.compile(r"(\d+)\s*(?:-\s*(\d+)|\+)")
NOTHING = frozenset({"", "n/a", "na", "-"})


def from_ctis(data: dict[str, Any], place: str) -> dict[str, Any]:
    """The record in this public JSON. Errors: REGI-003 (its parts are not where either shape has them)."""
    part = _first_part(data)
    if not part:
        raise registry_error(
            "REGI-003", place, "neither authorizedApplication nor applications holds a partI"
        )
    details = mapping(part, "trialDetails")
    protocol = {
        "identificationModule": _identification(data, details),
        "statusModule": _status(data, details),
        "sponsorCollaboratorsModule": {"leadSponsor": _sponsor(data, part)},
        "descriptionModule": _description(details),
        "conditionsModule": _conditions(data, part, details),
        "designModule": _design(data, details),
        "armsInterventionsModule": {"interventions": _products(part)},
        "outcomesModule": _outcomes(details),
        "eligibilityModule": _eligibility(data, details),
        "contactsLocationsModule": {"locations": [*_sites(data)], "centralContacts": _contacts(part)},
    }
    return {
        "protocolSection": without_empty({name: without_empty(module) for name, module in protocol.items()}),
        "hasResults": bool(data.get("results")),
    }


def mapping(value: Any, *names: str) -> dict[str, Any]:
    """The object at a path of names; empty when there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def items(value: Any, *names: str) -> list[dict[str, Any]]:
    """The objects of the list at a path of names; empty when there is none."""
    found = mapping(value, *names[:-1]).get(names[-1]) if names else value
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def said(value: Any, *names: str) -> str:
    """The text at a path of names; empty when there is none, or one that says nothing."""
    found = mapping(value, *names[:-1]).get(names[-1])
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    text = str(found).strip()
    return "" if text.casefold() in NOTHING else text


def _first_part(data: dict[str, Any]) -> dict[str, Any]:
    newer = mapping(data, "authorizedApplication", "authorizedPartI")
    return newer or next(
        (mapping(each, "partI") for each in items(data, "applications") if mapping(each, "partI")), {}
    )


def _second_parts(data: dict[str, Any]) -> list[dict[str, Any]]:
    newer = items(data, "authorizedApplication", "authorizedPartsII")
    return newer or [part for each in items(data, "applications") for part in items(each, "partIIInfo")]


def _identification(data: dict[str, Any], details: dict[str, Any]) -> dict[str, Any]:
    names = mapping(details, "clinicalTrialIdentifiers")
    full = said(names, "fullTitle") or said(data, "title")
    others = [
        (said(names, "secondaryIdentifyingNumbers", "nctNumber", "number"), "REGISTRY"),
        (said(data, "authorizedApplication", "eudraCt", "eudraCtCode"), "EUDRACT_NUMBER"),
    ]
    return {
        "nctId": said(data, "ctNumber"),
        "orgStudyIdInfo": without_empty({"id": said(names, "shortTitle")}),
        "secondaryIdInfos": [{"id": number, "type": kind} for number, kind in others if number],
        "briefTitle": said(names, "publicTitle") or full,
        "officialTitle": full,
    }


def _status(data: dict[str, Any], details: dict[str, Any]) -> dict[str, Any]:
    status = said(data, "ctPublicStatusCode") or said(data, "ctStatus")
    planned = mapping(details, "trialInformation", "trialDuration")
    started = as_date(said(data, "startDateEU"))
    decided = re.search(r"\d[\d/-]+", said(data, "decisionDate"))
    return {
        "overallStatus": STATUSES.get(status.casefold(), "UNKNOWN"),
        "startDateStruct": as_date_struct(started, "ACTUAL")
        or as_date_struct(said(planned, "estimatedRecruitmentStartDate"), "ESTIMATED"),
        "completionDateStruct": as_date_struct(
            said(planned, "estimatedGlobalEndDate") or said(planned, "estimatedEndDate"), "ESTIMATED"
        ),
        "studyFirstPostDateStruct": as_date_struct(decided.group() if decided else "", "ACTUAL"),
        "lastUpdatePostDateStruct": as_date_struct(
            said(data, "lastUpdated") or said(data, "publishDate"), "ACTUAL"
        ),
    }


def _sponsor(data: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    sponsors = items(part, "sponsors")
    lead = next((each for each in sponsors if each.get("primary") is True), mapping(data, "primarySponsor"))
    organisation = mapping(lead, "organisation")
    industry = "company" in said(organisation, "type").casefold() or lead.get("isCommercial") is True
    return without_empty({"name": said(organisation, "name"), "class": "INDUSTRY" if industry else "OTHER"})


def _description(details: dict[str, Any]) -> dict[str, Any]:
    aims = mapping(details, "trialInformation", "trialObjective")
    others = [said(each, "secondaryObjective") for each in items(aims, "secondaryObjectives")]
    return {
        "briefSummary": said(aims, "mainObjective"),
        "detailedDescription": "\n\n".join(f"- {text}" for text in others if text),
    }


def _conditions(data: dict[str, Any], part: dict[str, Any], details: dict[str, Any]) -> dict[str, Any]:
    terms = items(details, "trialInformation", "medicalCondition", "meddraConditionTerms")
    areas = [said(each, "name") for each in items(part, "therapeuticAreas")]
    return {
        "conditions": unique(said(each, "medicalCondition") for each in items(part, "medicalConditions")),
        "keywords": unique([*(said(each, "termName") for each in terms), *areas]),
    }


def _design(data: dict[str, Any], details: dict[str, Any]) -> dict[str, Any]:
    count = as_count(said(data, "totalNumberEnrolled"))
    return {
        "studyType": "INTERVENTIONAL",
        "phases": unique(PHASES[number] for number in PHASE.findall(said(data, "trialPhase"))),
        "enrollmentInfo": {"count": count, "type": "ESTIMATED"} if count is not None else {},
    }


def _products(part: dict[str, Any]) -> list[dict[str, Any]]:
    """The products, each once: those of one name are several strengths or forms of it."""
    found: dict[str, dict[str, Any]] = {}
    for each in items(part, "products"):
        known = mapping(each, "productDictionaryInfo")
        substance = said(known, "activeSubstanceName")
        name = said(each, "productName") or said(known, "prodName") or substance
        others = [substance] if substance and substance != name else []
        if name:
            found.setdefault(name, without_empty({"type": "DRUG", "name": name, "otherNames": others}))
    return [*found.values()]


def _outcomes(details: dict[str, Any]) -> dict[str, Any]:
    ends = mapping(details, "trialInformation", "endPoint")
    return {
        f"{kind}Outcomes": [{"measure": said(each, "endPoint")} for each in items(ends, f"{kind}EndPoints")]
        for kind in ("primary", "secondary")
    }


def _eligibility(data: dict[str, Any], details: dict[str, Any]) -> dict[str, Any]:
    criteria = mapping(details, "trialInformation", "eligibilityCriteria")
    people = mapping(details, "trialInformation", "populationOfTrialSubjects")
    lists = [
        f"{title} Criteria:\n\n" + "\n\n".join(f"- {text}" for text in texts)
        for title in ("Inclusion", "Exclusion")
        if (
            texts := unique(
                said(each, f"principal{title}Criteria")
                for each in items(criteria, f"principal{title}Criteria")
            )
        )
    ]
    sexes = [sex for sex in ("FEMALE", "MALE") if people.get(f"is{sex.title()}Subjects") is True]
    return {
        "eligibilityCriteria": "\n\n".join(lists),
        "sex": "ALL" if len(sexes) == 2 else "".join(sexes),
        **_ages(said(data, "ageGroup")),
    }


def _ages(groups: str) -> dict[str, str]:
    """The span of the age groups: `65+ years, 18-64 years` is from 18 years, without an upper limit."""
    spans = [(int(low), int(high) if high else None) for low, high in AGES.findall(groups)]
    if not spans:
        return {}
    lowest = min(low for low, _ in spans)
    highs = [high for _, high in spans]
    highest = "" if None in highs else f"{max(high for high in highs if high is not None)} Years"
    return without_empty({"minimumAge": f"{lowest} Years" if lowest else "", "maximumAge": highest})


def _sites(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for part in _second_parts(data):
        country = said(part, "mscInfo", "mscName") or said(part, "mscInfo", "countryName")
        sites = items(part, "trialSites")
        for site in sites:
            where = mapping(site, "organisationAddressInfo")
            yield without_empty(
                {
                    "facility": said(where, "organisation", "name"),
                    "city": said(where, "address", "city"),
                    "zip": said(where, "address", "postcode"),
                    "country": said(where, "address", "countryName") or country,
                }
            )
        if not sites and country:
            yield {"country": country}


def _contacts(part: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        without_empty(
            {
                "name": said(each, "functionalName"),
                "role": "CONTACT",
                "phone": said(each, "telephone"),
                "email": said(each, "functionalEmailAddress"),
            }
        )
        for sponsor in items(part, "sponsors")
        for each in items(sponsor, "publicContacts")
    ]
