"""A record with its findings in the margin: the record's words, marked where a finding quotes them.

Findings on one text stand beside that text; spans may overlap, so the text is cut at every edge and each piece
knows the findings that cover it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from equipoise.registry.escapes import plain, whole
from equipoise.registry.lint import Finding
from equipoise.registry.lint.engine import text_at
from equipoise.registry.page.render import render_template
from equipoise.registry.page.sections import STANDARD
from equipoise.registry.page.site import Place
from equipoise.registry.record import Record

# The section of the page in which each part of a record stands.
SECTIONS = {
    "statusModule": "basics",
    "descriptionModule": "summary",
    "conditionsModule": "conditions",
    "designModule": "design",
    "outcomesModule": "outcomes",
    "armsInterventionsModule": "groups",
    "eligibilityModule": "eligibility",
    "sponsorCollaboratorsModule": "sponsors",
    "contactsLocationsModule": "contacts",
    "referencesModule": "references",
    "ipdSharingStatementModule": "data-sharing",
    "identificationModule": "identifiers",
}
ORDER = {"E": 0, "W": 1, "I": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A finding with its number on the page."""

    number: int
    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of the text under the same findings; `severity` is that of the gravest."""

    text: str
    severity: str = ""
    notes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What the margin says of one finding."""

    number: int
    code: str
    severity: str
    words: str
    message: str
    why: str
    question: str
    reviewed_by: str
    reviewed_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One text of the record with its findings; without pieces it is absent."""

    title: str
    path: str
    pieces: tuple[Piece, ...]
    findings: tuple[Note, ...]


def findings_page(
    record: Record, findings: Sequence[Finding], place: Place, banner: str | None = None
) -> str:
    """The page of a record's findings."""
    counts = Counter(one.severity for one in findings)
    return render_template(
        "findings.html",
        place=place,
        banner=banner,
        view_name="findings",
        record=record,
        passages=passages(record, findings),
        counts={letter: counts[letter] for letter in ORDER},
    )


def passages(record: Record, findings: Sequence[Finding]) -> tuple[Passage, ...]:
    """The texts that findings are about, in the order of the record's page, each with its findings."""
    paths = sorted({one.path for one in findings}, key=lambda path: (_place_of(path), path))
    found: list[Passage] = []
    number = 0
    for path in paths:
        here = sorted((one for one in findings if one.path == path), key=lambda one: (one.start, one.end))
        numbered = [Numbered(number=number + n, finding=one) for n, one in enumerate(here, 1)]
        number += len(here)
        text = text_at(record, path)
        found.append(
            Passage(
                title=section_title(path),
                path=path.removeprefix("protocolSection."),
                pieces=pieces(text, numbered),
                findings=tuple(_note(one) for one in numbered),
            )
        )
    return tuple(found)


def pieces(text: str, findings: Sequence[Numbered]) -> tuple[Piece, ...]:
    """The text cut at the edges of the findings. The number of a finding stands on the last piece that it covers."""
    spans = [
        (*whole(text, one.finding.start, one.finding.end), one)
        for one in findings
        if 0 <= one.finding.start < one.finding.end <= len(text)
    ]
    edges = sorted({0, len(text)} | {at for first, last, _ in spans for at in (first, last)})
    cut = []
    for start, end in zip(edges, edges[1:], strict=False):
        over = [(last, one) for first, last, one in spans if first <= start and last >= end]
        gravest = min((one.finding.severity for _, one in over), key=lambda one: ORDER[one], default="")
        ending = tuple(one.number for last, one in over if last == end)
        cut.append(Piece(text=plain(text[start:end]), severity=gravest, notes=ending))
    return tuple(cut)


def section_title(path: str) -> str:
    """The title of the page's section in which this path stands."""
    name = _section_of(path)
    return next(one.title for one in STANDARD if one.id == name)


def _section_of(path: str) -> str:
    if path.startswith("resultsSection"):
        return "results"
    module = next((part for part in path.split(".") if part in SECTIONS), "identificationModule")
    return "interventions" if ".interventions" in path else SECTIONS[module]


def _place_of(path: str) -> int:
    name = _section_of(path)
    return next(n for n, one in enumerate(STANDARD) if one.id == name)


def _note(one: Numbered) -> Note:
    finding = one.finding
    return Note(
        number=one.number,
        code=finding.code,
        severity=finding.severity,
        words=plain(finding.words),
        message=finding.message.rstrip("."),
        why=finding.why,
        question=finding.question,
        reviewed_by=finding.reviewed_by,
        reviewed_on=finding.reviewed_on,
    )
