"""The catalogue of coded errors of the registry.

One function makes each error, so that a message is written once and a test can assert its code.
"""

from __future__ import annotations

from equipoise.errors import EquipoiseError


class RegistryError(EquipoiseError):
    """An error in reading, showing or checking a public record."""


CATALOGUE: dict[str, tuple[str, str, str]] = {
    "REGI-001": (
        "the record cannot be read: {detail}",
        "Without the record there is nothing to show or to check.",
        "Give the path of a readable file.",
    ),
    "REGI-002": (
        "this is not JSON: {detail}",
        "A record is exchanged as one JSON object a study; a torn file would lose parts of it unseen.",
        "Fetch or export the record again, as UTF-8 (`iconv -f WINDOWS-1252 -t UTF-8` recodes older files).",
    ),
    "REGI-003": (
        "a field has the wrong type: {detail}",
        "A value read as something else would be shown, searched and checked wrongly.",
        "Correct the field to the type in the registry's version 2 schema.",
    ),
    "REGI-004": (
        "there is no protocol section with an identifier",
        "A record that has no number cannot be cited, compared or stored.",
        "Give protocolSection.identificationModule.nctId.",
    ),
    "REGI-005": (
        "the page cannot be written: {detail}",
        "A half-written page could show results without their banner.",
        "Free space or choose a writable folder; the earlier page is untouched.",
    ),
    "REGI-006": (
        "the section {detail} cannot be placed on the page",
        "Two sections with one id cannot both be linked to, and one after an unknown section would be lost.",
        "Give each section its own id (letters, digits, hyphens) and the id of a section that exists.",
    ),
    "REGI-007": (
        "the annotations are not valid: {detail}",
        "An annotation stands for a person's reading; a half-read one would speak for nobody.",
        "Correct the entry: number, quote, place, severity, why, question, reviewed_by and date.",
    ),
    "REGI-008": (
        "the annotated words are not in the record: {detail}",
        "The record has changed since the reading, or the words are not exact: the finding may be false.",
        "Read the record again and correct or withdraw the annotation.",
    ),
    "REGI-009": (
        "there is no catalogue for the language {detail}",
        "A page with half its words in another language misleads its reader.",
        "Choose a language that has a catalogue, or add one in registry/locale.",
    ),
}


def registry_error(code: str, place: str, detail: str = "") -> RegistryError:
    """The error of this code at this place; `detail` completes its sentence."""
    fault, why, remedy = CATALOGUE[code]
    return RegistryError(code=code, place=place, fault=fault.format(detail=detail), why=why, remedy=remedy)
