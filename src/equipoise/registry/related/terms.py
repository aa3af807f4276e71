"""What of a record counts when studies are compared: the words of its text, and a few structured groups.

The text is the scientific part of the record: titles, descriptions, conditions, keywords, arms, interventions,
outcomes, eligibility. References, study numbers and addresses of the web are left out, because they say who
registered or cited a study and not what it is. Beside the text stand the words of its conditions, of its
interventions, of its investigators with where they work, and its phases.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from equipoise.registry.escapes import plain

WORD = re.compile(r"[^\W_]+")
# ASCII text is cut into words by a table, several times as fast as by a pattern, and most text is ASCII.
SIGNS = {code: " " for code in range(128) if not chr(code).isalnum()}
ACCENTS = re.compile("[\u0300-\u036f]+")
# Numbers of studies in several registries, of publications, and addresses: they identify, they do not describe.
# The marks say where the slow search for them is worth its time; a shorter text holds none.
SHORTEST = 7
MARKS = (
    "nct0",
    "nct 0",
    "http",
    "www.",
    "pmid",
    "pmc",
    "doi:",
    "isrctn",
    "drks",
    "actrn",
    "jprn",
    "eudract",
    "euct",
)
NUMBERS = re.compile(
    r"\bnct\s?\d{8}\b|\b20\d\d-5\d{5}-\d\d(?:-\d\d)?\b|\b20\d\d-\d{6}-\d\d\b|\b(?:isrctn|drks|actrn)\s?\d{6,}"
    r"|\bjprn-\w+|\bpmid:?\s*\d+|\bpmc\d+|\bdoi:?\s*10\.\S+|https?://\S+|\bwww\.\S+"
)
Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The words of one record by group; `body` with how often each occurs, the others as sets."""

    body: Mapping[str, int]
    condition: frozenset[str]
    intervention: frozenset[str]
    people: frozenset[str]
    phase: frozenset[str]


def terms(data: Data) -> Terms:
    """The terms of a version 2 record. A part that is absent or of a strange type gives no terms."""
    return Terms(
        body=Counter(words("\n".join(body_text(data)))),
        condition=frozenset(words("\n".join((*conditions(data), *mesh(data, "condition", ancestors=True))))),
        intervention=frozenset(
            words("\n".join((*interventions(data), *mesh(data, "intervention", ancestors=True))))
        ),
        people=frozenset(words("\n".join(people(data)))),
        phase=frozenset(phases(data)),
    )


def words(text: str) -> list[str]:
    """The words of a text in lower case, without accents; numbers that identify something are left out."""
    lowered = text.lower()
    if len(lowered) >= SHORTEST and any(mark in lowered for mark in MARKS):
        lowered = NUMBERS.sub(" ", lowered)
    return cut(lowered)


def cut(text: str) -> list[str]:
    """The words of a text in lower case, without accents; those written in ASCII come first."""
    if text.isascii():
        return text.translate(SIGNS).split()
    pieces = text.split()
    ours = " ".join([piece for piece in pieces if piece.isascii()])
    others = " ".join([piece for piece in pieces if not piece.isascii()])
    # Taking a sign apart can give a capital letter, and making it small can give an accent.
    apart = ACCENTS.sub("", unicodedata.normalize("NFKD", others).lower())
    return ours.translate(SIGNS).split() + WORD.findall(apart)


def body_text(data: Data) -> Iterator[str]:
    """The texts that describe what the study is."""
    protocol = part(data, "protocolSection")
    yield from strings(part(protocol, "identificationModule"), "briefTitle", "officialTitle", "acronym")
    yield from strings(part(protocol, "descriptionModule"), "briefSummary", "detailedDescription")
    yield from strings(part(protocol, "conditionsModule"), "conditions", "keywords")
    arms = part(protocol, "armsInterventionsModule")
    for arm in items(arms, "armGroups"):
        yield from strings(arm, "label", "description")
    for intervention in items(arms, "interventions"):
        yield from strings(intervention, "name", "otherNames", "description")
    outcomes = part(protocol, "outcomesModule")
    for kind in ("primaryOutcomes", "secondaryOutcomes", "otherOutcomes"):
        for outcome in items(outcomes, kind):
            yield from strings(outcome, "measure", "description", "timeFrame")
    yield from strings(part(protocol, "eligibilityModule"), "eligibilityCriteria", "studyPopulation")
    yield from mesh(data, "condition")
    yield from mesh(data, "intervention")


def conditions(data: Data) -> tuple[str, ...]:
    """The conditions as the record writes them."""
    return tuple(strings(part(data, "protocolSection", "conditionsModule"), "conditions"))


def interventions(data: Data) -> tuple[str, ...]:
    """The names of the interventions, their other names included, as the record writes them."""
    arms = part(data, "protocolSection", "armsInterventionsModule")
    return tuple(
        name for each in items(arms, "interventions") for name in strings(each, "name", "otherNames")
    )


def mesh(data: Data, kind: str, *, ancestors: bool = False) -> tuple[str, ...]:
    """The subject headings that the registry derived, of conditions or interventions."""
    module = part(data, "derivedSection", f"{kind}BrowseModule")
    lists = ("meshes", "ancestors") if ancestors else ("meshes",)
    return tuple(term for name in lists for each in items(module, name) for term in strings(each, "term"))


def people(data: Data) -> Iterator[str]:
    """The investigators and where they work; not the sponsor, which many unrelated studies share."""
    for official in items(part(data, "protocolSection", "contactsLocationsModule"), "overallOfficials"):
        yield from strings(official, "name", "affiliation")
    party = part(data, "protocolSection", "sponsorCollaboratorsModule", "responsibleParty")
    yield from strings(party, "investigatorFullName", "investigatorAffiliation")


def investigators(data: Data) -> tuple[str, ...]:
    """The names of the investigators."""
    officials = items(part(data, "protocolSection", "contactsLocationsModule"), "overallOfficials")
    party = part(data, "protocolSection", "sponsorCollaboratorsModule", "responsibleParty")
    named = [name for each in officials for name in strings(each, "name")]
    return tuple(dict.fromkeys([*named, *strings(party, "investigatorFullName")]))


def phases(data: Data) -> tuple[str, ...]:
    """The phases, as coded; the type of the study where it has none."""
    design = part(data, "protocolSection", "designModule")
    coded = tuple(each for each in strings(design, "phases") if each != "NA")
    return coded or tuple(strings(design, "studyType"))


def sponsor(data: Data) -> str:
    """The lead sponsor."""
    lead = part(data, "protocolSection", "sponsorCollaboratorsModule", "leadSponsor")
    return next(strings(lead, "name"), "")


def part(data: Data, *names: str) -> Data:
    """The object at this path; an empty one where there is none."""
    for name in names:
        inner = data.get(name)
        data = inner if isinstance(inner, dict) else {}
    return data


def items(data: Data, name: str) -> Iterator[Data]:
    """The objects of a list."""
    listed = data.get(name)
    if isinstance(listed, list | tuple):
        yield from (each for each in listed if isinstance(each, dict))


def strings(data: Data, *names: str) -> Iterator[str]:
    """The texts under these names with their signs as signs, those in lists one by one."""
    for name in names:
        value = data.get(name)
        if isinstance(value, str):
            if value:
                yield plain(value)
        elif isinstance(value, list | tuple):
            yield from (plain(each) for each in value if isinstance(each, str) and each)
