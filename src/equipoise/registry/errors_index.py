"""The catalogue of coded errors of reading many records, keeping them and searching them.

The errors of one record stand in `errors`; those here come from files of records and from the index folder.
"""

from __future__ import annotations

from equipoise.registry.errors import RegistryError

CATALOGUE: dict[str, tuple[str, str, str]] = {
    "REGI-020": (
        "the file is cut off or damaged: {detail}",
        "Records after this place are missing; those before it were read.",
        "Fetch the file again and ingest it: what is known already is skipped.",
    ),
    "REGI-021": (
        "the record is larger than {detail}",
        "One study is never so large; reading it would take the memory of all others.",
        "Check how the file was made; one record is one study.",
    ),
    "REGI-022": (
        "this number has occurred before in the same file, with other content: {detail}",
        "Which of the two is the study's record cannot be known; the first was kept.",
        "Remove one of the two, or ingest them as two files, the older first.",
    ),
    "REGI-023": (
        "this is not the number of a study: {detail}",
        "The number names the record in addresses and files; one with other signs could name another file.",
        "Correct the number: 4 to 40 capital letters, digits and hyphens.",
    ),
    "REGI-024": (
        "this is not well-formed XML: {detail}",
        "A torn or hostile file would lose or invent parts of a record.",
        "Export the record again, without a document type, and as UTF-8 or in the encoding that it declares.",
    ),
    "REGI-025": (
        "this is no record that is known here: {detail}",
        "A file read as something it is not would fill the index with nonsense.",
        "Give ClinicalTrials.gov JSON (version 2) or XML, or public JSON of CTIS.",
    ),
    "REGI-026": (
        "the file cannot be read: {detail}",
        "Its records are not in the index.",
        "Check the path, the permissions and the password, and ingest it again.",
    ),
    "REGI-030": (
        "there is no index here: {detail}",
        "Nothing can be searched before records have been read.",
        "Make it with `equipoise registry ingest PATH --index DIR`.",
    ),
    "REGI-031": (
        "the index was made by another version: {detail}",
        "Its files mean something else than this version would read from them.",
        "Run `equipoise registry ingest --index DIR`: it is made anew from the records kept.",
    ),
    "REGI-032": (
        "the index cannot be written: {detail}",
        "The change is not visible; readers still see the index as it was before.",
        "Free space or correct the permissions, and run the same command again.",
    ),
    "REGI-033": (
        "another process is writing this index",
        "Two writers would mix what they write.",
        "Wait until it has ended, and run the same command again.",
    ),
    "REGI-034": (
        "the index is damaged: {detail}",
        "What it would answer could be wrong.",
        "Run `equipoise registry ingest --rebuild --index DIR`: it is made anew from the records kept.",
    ),
    "REGI-035": (
        "there is no study with the number {detail}",
        "Nothing can be said of a record that is not kept here.",
        "Check the number, or ingest the record.",
    ),
    "REGI-036": (
        "the index has no part for {detail}",
        "It was made without it, so the question has no answer here.",
        "Run `equipoise registry ingest --index DIR` with a version that makes it.",
    ),
    "REGI-037": (
        "the list of synonyms is not valid: {detail}",
        "A half-read list would find some names of a thing and not others.",
        "Write one group a line, its names apart by commas; `#` begins a remark.",
    ),
    "REGI-038": (
        "there is no facet {detail}",
        "A filter that is left out unseen shows studies that were not asked for.",
        "Use status, phase, type, condition, intervention, country, start or results.",
    ),
    "REGI-039": (
        "there is no such version of this record: {detail}",
        "Another version in its place would show differences that nobody asked about.",
        "Choose among the versions that the page of the study's versions lists.",
    ),
    "REGI-045": (
        "this is not the address of a database of records: {detail}",
        "Records would be looked for in the wrong place; and the file is copied, so a password must not be in it.",
        "Write one line, `postgresql://user@host/database`; the password comes from PGPASSWORD.",
    ),
    "REGI-046": (
        "the database of records cannot be reached: {detail}",
        "The index finds studies, but their records are there.",
        "Check that it runs, the address in `records.url`, the user's rights and PGPASSWORD.",
    ),
    "REGI-047": (
        "the driver of PostgreSQL is not installed: {detail}",
        "`records.url` says that the records are in such a database.",
        "Install it: `pip install 'equipoise[postgresql]'`.",
    ),
    "REGI-048": (
        "the making of a part of the index ended without a word: {detail}",
        "The part is as it was before; most often the memory of the machine was full.",
        "Free memory, and run `equipoise registry ingest --index DIR` again.",
    ),
    "REGI-049": (
        "the records of this index are in its own folder ({detail}), so it cannot be published",
        "Its copies would have search without records, or records that nobody updates.",
        "Keep the records in PostgreSQL: name the database in `records.url` before the first ingest.",
    ),
}


def index_error(code: str, place: str, detail: str = "") -> RegistryError:
    """The error of this code at this place; `detail` completes its sentence."""
    fault, why, remedy = CATALOGUE[code]
    return RegistryError(code=code, place=place, fault=fault.format(detail=detail), why=why, remedy=remedy)
