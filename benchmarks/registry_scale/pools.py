"""The parts of real records from which invented ones are mixed: their sentences, names, places and modules.

Each given record is taken apart once. An invented study draws from a few of them, so that its words belong
together about as loosely as in a real record, and no two studies are copies of each other.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from equipoise.registry.search.document import objects_in, part, said, texts_in

Json = Mapping[str, Any]
SENTENCE = re.compile(r"(?<=[.!?])\s+")
MOST_PLACES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """One real record taken apart; `design`, `status` and `sponsors` are whole modules."""

    title: tuple[str, ...]
    summary: tuple[str, ...]
    description: tuple[str, ...]
    inclusion: tuple[str, ...]
    exclusion: tuple[str, ...]
    conditions: tuple[str, ...]
    keywords: tuple[str, ...]
    interventions: tuple[Json, ...]
    arms: tuple[Json, ...]
    primary: tuple[Json, ...]
    secondary: tuple[Json, ...]
    places: tuple[Json, ...]
    meshes: tuple[Json, ...]
    eligibility: Json
    design: Json
    status: Json
    sponsors: Json


def load_pools(path: Path) -> tuple[Parts, ...]:
    """The parts of every record of a packed file of lines, in its order."""
    return tuple(_parts(record) for record in _records(path))


def _records(path: Path) -> Iterator[Json]:
    with gzip.open(path, "rb") as file:
        for line in file:
            yield msgspec.json.decode(line)


def _parts(record: Json) -> Parts:
    protocol = part(record, "protocolSection")
    described = part(protocol, "descriptionModule")
    eligibility = part(protocol, "eligibilityModule")
    arms = part(protocol, "armsInterventionsModule")
    outcomes = part(protocol, "outcomesModule")
    conditions = part(protocol, "conditionsModule")
    inclusion, _, exclusion = said(eligibility, "eligibilityCriteria").partition("Exclusion Criteria")
    return Parts(
        title=tuple(said(part(protocol, "identificationModule"), "briefTitle").split()),
        summary=_sentences(said(described, "briefSummary")),
        description=_sentences(said(described, "detailedDescription")),
        inclusion=_lines(inclusion),
        exclusion=_lines(exclusion),
        conditions=tuple(texts_in(conditions, "conditions")),
        keywords=tuple(texts_in(conditions, "keywords")),
        interventions=tuple(objects_in(arms, "interventions")),
        arms=tuple(objects_in(arms, "armGroups")),
        primary=tuple(objects_in(outcomes, "primaryOutcomes")),
        secondary=tuple(objects_in(outcomes, "secondaryOutcomes")),
        places=tuple(objects_in(part(protocol, "contactsLocationsModule"), "locations"))[:MOST_PLACES],
        meshes=tuple(objects_in(part(record, "derivedSection", "conditionBrowseModule"), "meshes")),
        eligibility={name: value for name, value in eligibility.items() if name != "eligibilityCriteria"},
        design=part(protocol, "designModule"),
        status=part(protocol, "statusModule"),
        sponsors=part(protocol, "sponsorCollaboratorsModule"),
    )


def _sentences(text: str) -> tuple[str, ...]:
    return tuple(found for piece in SENTENCE.split(text) if (found := " ".join(piece.split())))


def _lines(text: str) -> tuple[str, ...]:
    found = (" ".join(line.strip(" \r-*:").split()) for line in text.splitlines())
    return tuple(line for line in found if line and not line.startswith(("Inclusion", "Exclusion")))
