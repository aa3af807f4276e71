"""A record as search sees it: the texts of its fields, the values of its facets, its numbers and dates.

Reading is tolerant: a part of the wrong type gives nothing. Field weights follow the search areas that
ClinicalTrials.gov publishes, rounded to what tests can tell apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from equipoise.registry.escapes import plain
from equipoise.registry.search.text import readable

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field that a query can name: its weight in the order of hits, and what it holds, in words."""

    weight: float
    holds: str


FIELDS: Mapping[str, Field] = {
    "number": Field(weight=1.0, holds="the study's numbers"),
    "acronym": Field(weight=1.0, holds="its acronym"),
    "title": Field(weight=0.89, holds="both titles"),
    "condition": Field(weight=0.81, holds="conditions, as named and as indexed"),
    "intervention": Field(weight=0.8, holds="interventions with their other names"),
    "keyword": Field(weight=0.6, holds="keywords"),
    "summary": Field(weight=0.6, holds="the brief summary"),
    "outcome": Field(weight=0.5, holds="outcomes"),
    "arm": Field(weight=0.45, holds="arms and groups"),
    "description": Field(weight=0.4, holds="the detailed description and the design in words"),
    "criteria": Field(weight=0.4, holds="eligibility"),
    "sponsor": Field(weight=0.4, holds="sponsor, collaborators and officials"),
    "place": Field(weight=0.3, holds="facilities, cities and countries"),
}
# Fields whose words count more than the same words elsewhere in the record, and by how much.
STRONG = ("title", "condition", "intervention", "keyword")
IN_STRONG, ANYWHERE = 1.2, 0.4
NUMBERS: Mapping[str, str] = {
    "start": "date of the start",
    "posted": "date of the first posting",
    "updated": "date of the last update",
    "enrolment": "number of participants",
    "age": "an age in years that the study takes",
}
MOST = 2**53  # what every part of the machinery keeps exactly
YEAR = 365.25
UNITS = {"YEAR": YEAR, "MONTH": YEAR / 12, "WEEK": 7.0, "DAY": 1.0, "HOUR": 0.0, "MINUTE": 0.0}
AGE = re.compile(r"(\d{1,4})\s*(YEAR|MONTH|WEEK|DAY|HOUR|MINUTE)S?", re.IGNORECASE)
DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is searched of one record. exact: names that, typed alone, mean this study. youngest, oldest: in days."""

    nct_id: str
    title: str
    texts: Mapping[str, tuple[str, ...]]
    facets: Mapping[str, tuple[str, ...]]
    exact: tuple[str, ...]
    start: int
    posted: int
    updated: int
    enrolment: int
    youngest: int
    oldest: int


def document(nct_id: str, data: Json) -> Document:
    """What is searched of this record."""
    protocol = part(data, "protocolSection")
    status = part(protocol, "statusModule")
    oldest = age_in_days(said(part(protocol, "eligibilityModule"), "maximumAge"), last=True)
    texts = {name: tuple(text for text in TEXTS[name](data) if text) for name in TEXTS}
    return Document(
        nct_id=nct_id,
        title=next(iter(texts["title"]), nct_id),
        texts=texts,
        facets={name: distinct(FACET_VALUES[name](data)) for name in FACET_VALUES},
        exact=exact_in(texts),
        start=as_day(said(part(status, "startDateStruct"), "date")),
        posted=as_day(
            said(part(status, "studyFirstPostDateStruct"), "date") or said(status, "studyFirstSubmitDate")
        ),
        updated=as_day(
            said(part(status, "lastUpdatePostDateStruct"), "date") or said(status, "lastUpdateSubmitDate")
        ),
        enrolment=_enrolment(protocol),
        youngest=age_in_days(said(part(protocol, "eligibilityModule"), "minimumAge"), last=False) or 0,
        oldest=MOST if oldest is None else oldest,
    )


def exact_in(texts: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The names that, typed alone, mean this study: its numbers and its acronym, in small letters."""
    return distinct(text.casefold() for name in ("number", "acronym") for text in texts[name])


def part(value: Any, *names: str) -> Json:
    """The object at a path; empty when there is none."""
    for name in names:
        if not isinstance(value, dict):
            return {}
        value = value.get(name)
    return value if isinstance(value, dict) else {}


def _text(text: str) -> str:
    return readable(plain(text))


def said(value: Json, name: str) -> str:
    """A text with its signs as signs; empty when there is none."""
    found = value.get(name)
    return _text(found) if isinstance(found, str) else ""


def texts_in(value: Json, name: str) -> list[str]:
    """The texts of a list; empty when there is none."""
    found = value.get(name)
    return [_text(item) for item in found if isinstance(item, str)] if isinstance(found, list) else []


def objects_in(value: Json, name: str) -> list[Json]:
    """The objects of a list; empty when there is none."""
    found = value.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def distinct(values: Iterable[str]) -> tuple[str, ...]:
    """The values that are not empty, in one spacing, each once whatever the size of its letters."""
    found: dict[str, str] = {}
    for value in values:
        spaced = " ".join(value.split())[:300] if value else ""
        if spaced:
            found.setdefault(spaced.casefold(), spaced)
    return tuple(found.values())


def as_day(text: str) -> int:
    """A date as the number YYYYMMDD, with zeros for what it leaves open; 0 when it is none."""
    found = DATE.fullmatch(text)
    return int("".join(piece or "00" for piece in found.groups())) if found else 0


def age_in_days(text: str, *, last: bool) -> int | None:
    """An age in days, None when there is none; `last`: the last day of that age in whole units."""
    found = AGE.fullmatch(text.strip())
    if found is None:
        return None
    unit = UNITS[found.group(2).upper()]
    count = int(found.group(1)) + (1 if last else 0)
    return int(count * unit) - (1 if last and unit >= 1 else 0)


def age(years: int, *, last: bool) -> int:
    """The first or the last day of an age in years, in days."""
    return min(int((years + 1) * YEAR) - 1 if last else int(years * YEAR), MOST)


def _enrolment(protocol: Json) -> int:
    count = part(protocol, "designModule", "enrollmentInfo").get("count")
    whole = isinstance(count, int) and not isinstance(count, bool)
    return min(max(count, 0), MOST) if whole else 0


def _numbers(names: Json) -> Iterator[str]:
    yield said(names, "nctId")
    yield from texts_in(names, "nctIdAliases")
    yield said(part(names, "orgStudyIdInfo"), "id")
    yield from (said(item, "id") for item in objects_in(names, "secondaryIdInfos"))


def _under(module: str) -> Callable[[Json], Json]:
    return lambda data: part(data, "protocolSection", module)


_names, _descriptions = _under("identificationModule"), _under("descriptionModule")
_conditions, _arms = _under("conditionsModule"), _under("armsInterventionsModule")
_design, _outcomes, _eligibility = (
    _under("designModule"),
    _under("outcomesModule"),
    _under("eligibilityModule"),
)
_sponsors, _contacts, _status = (
    _under("sponsorCollaboratorsModule"),
    _under("contactsLocationsModule"),
    _under("statusModule"),
)


def _indexed(data: Json, module: str) -> Iterator[str]:
    """The terms under which the registry indexed the record, and the wider ones above them."""
    found = part(data, "derivedSection", module)
    for name in ("meshes", "ancestors"):
        yield from (said(item, "term") for item in objects_in(found, name))


def _each(items: Iterable[Json], *names: str) -> Iterator[str]:
    """The texts under these names, of each object in turn."""
    for item in items:
        for name in names:
            found = item.get(name)
            if isinstance(found, str):
                yield _text(found)


def _condition_texts(data: Json) -> Iterator[str]:
    yield from texts_in(_conditions(data), "conditions")
    yield from _indexed(data, "conditionBrowseModule")


def _intervention_texts(data: Json) -> Iterator[str]:
    for item in objects_in(_arms(data), "interventions"):
        yield said(item, "name")
        yield from texts_in(item, "otherNames")
    yield from _indexed(data, "interventionBrowseModule")


def _outcome_texts(data: Json) -> Iterator[str]:
    for kind in ("primaryOutcomes", "secondaryOutcomes", "otherOutcomes"):
        yield from _each(objects_in(_outcomes(data), kind), "measure", "description")


def _arm_texts(data: Json) -> Iterator[str]:
    yield from _each(objects_in(_arms(data), "armGroups"), "label", "description")
    yield from _each(objects_in(_arms(data), "interventions"), "description")


def _description_texts(data: Json) -> Iterator[str]:
    yield said(_descriptions(data), "detailedDescription")
    info = part(_design(data), "designInfo")
    yield said(info, "interventionModelDescription")
    yield said(part(info, "maskingInfo"), "maskingDescription")
    yield said(_status(data), "whyStopped")


def _criteria_texts(data: Json) -> Iterator[str]:
    found = _eligibility(data)
    yield from (said(found, name) for name in ("eligibilityCriteria", "studyPopulation", "genderDescription"))


def _sponsor_texts(data: Json) -> Iterator[str]:
    found = _sponsors(data)
    yield said(part(found, "leadSponsor"), "name")
    yield from _each(objects_in(found, "collaborators"), "name")
    yield said(part(_names(data), "organization"), "fullName")
    yield said(part(found, "responsibleParty"), "investigatorFullName")
    yield from _each(objects_in(_contacts(data), "overallOfficials"), "name", "affiliation")


PLACE = ("facility", "city", "state", "country")
TEXTS: Mapping[str, Callable[[Json], Iterable[str]]] = {
    "number": lambda data: _numbers(_names(data)),
    "acronym": lambda data: [said(_names(data), "acronym")],
    "title": lambda data: [said(_names(data), "briefTitle"), said(_names(data), "officialTitle")],
    "condition": _condition_texts,
    "intervention": _intervention_texts,
    "keyword": lambda data: texts_in(_conditions(data), "keywords"),
    "summary": lambda data: [said(_descriptions(data), "briefSummary")],
    "outcome": _outcome_texts,
    "arm": _arm_texts,
    "description": _description_texts,
    "criteria": _criteria_texts,
    "sponsor": _sponsor_texts,
    "place": lambda data: dict.fromkeys(_each(objects_in(_contacts(data), "locations"), *PLACE)),
}
FACET_VALUES: Mapping[str, Callable[[Json], Iterable[str]]] = {
    "status": lambda data: [said(_status(data), "overallStatus")],
    "phase": lambda data: texts_in(_design(data), "phases"),
    "type": lambda data: [said(_design(data), "studyType")],
    "condition": lambda data: texts_in(_conditions(data), "conditions"),
    "intervention": lambda data: _each(objects_in(_arms(data), "interventions"), "name"),
    "country": lambda data: _each(objects_in(_contacts(data), "locations"), "country"),
    "start": lambda data: [said(part(_status(data), "startDateStruct"), "date")[:4]],
    "results": lambda data: ["yes" if data.get("hasResults") is True or "resultsSection" in data else "no"],
}
