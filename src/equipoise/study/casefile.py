"""The shape of a case file: named patients, and what the protocol says about them.

A case file stands beside the definition and is written by people who know the protocol, not the software. It
is read like the definition, so a fault in it is said with its place. `conduct.cases` runs it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from equipoise.study import source
from equipoise.study.convert import convert
from equipoise.study.errors import DefinitionError, problem
from equipoise.study.load import in_order
from equipoise.study.model import Identifier, Part, Words
from equipoise.study.source import Source

Entry = str | dict[Annotated[str, Meta(pattern="^missing$")], str]
Judged = Literal["met", "not_met", "unknown"]


class RecordedForm(Part):
    """A record of a form, or a change of one: the entries replace those of the record with the same encounter
    (or `repeat`, the row of a log). `date` is by default that of the record, else today."""

    form: Identifier
    encounter: Identifier | None = None
    repeat: str | None = None
    date: str | None = None
    values: dict[Identifier, Entry] = {}
    remove: bool = False


class Patient(Part):
    """Somebody to begin with. `like` names another patient, whose facts come first."""

    like: Identifier | None = None
    today: str | None = None
    names: dict[Identifier, str] = {}
    records: tuple[RecordedForm, ...] = ()
    logs: dict[Identifier, Literal["open", "none", "complete"]] = {}


class Expectation(Part):
    """What the protocol says. `rules` holds any rule by its dotted path; `refused` is the code of the error
    with which an entry of this case is refused. A value that is not known is written `unknown`."""

    eligible: Literal["yes", "no", "not_yet"] | None = None
    criteria: dict[Identifier, Judged] = {}
    gates: dict[Identifier, Literal["open", "closed", "unknown"]] = {}
    dose: dict[Identifier, str] = {}
    needed: dict[Identifier, Literal["yes", "no", "unknown"]] = {}
    instructions: dict[Identifier, tuple[Identifier, ...]] = {}
    derivations: dict[Identifier, str] = {}
    strata: dict[Identifier, str] = {}
    missing: dict[Identifier, tuple[str, ...]] = {}
    checks: dict[Identifier, tuple[str, ...]] = {}
    rules: dict[str, str] = {}
    refused: str | None = None


class Case(Part):
    """One patient, what is different, and what follows. `moment` says which eligibility is judged."""

    case: Words
    patient: Identifier
    expect: Expectation
    today: str | None = None
    moment: Literal["screening", "randomisation"] = "randomisation"
    change: tuple[RecordedForm, ...] = ()
    names: dict[Identifier, str] = {}
    logs: dict[Identifier, Literal["open", "none", "complete"]] = {}
    reference: str = ""


class CaseFile(Part):
    """A whole file."""

    cases: tuple[Case, ...]
    patients: dict[Identifier, Patient] = {}


def read_cases(path: Path) -> tuple[CaseFile, Source]:
    """A case file and the places of its parts. Raises DefinitionError with every fault."""
    found = Source()
    source.read_file(found, path)
    content = None if found.problems else convert(found, CaseFile)
    if content is not None:
        for index, case in enumerate(content.cases):
            if case.patient not in content.patients:
                place = found.place(f"cases.{index}.patient")
                found.problems.append(
                    problem("STUD-060", place, found=f"there is no patient {case.patient!r}")
                )
        for name, patient in content.patients.items():
            if patient.like is not None and not _ends(content.patients, name):
                place = found.place(f"patients.{name}.like")
                words = f"the patient {name!r} is like nobody who exists, or like itself"
                found.problems.append(problem("STUD-060", place, found=words))
    if content is None or found.problems:
        raise DefinitionError(in_order(found.problems), str(path))
    return content, found


def _ends(patients: dict[str, Patient], name: str) -> bool:
    """Whether the chain of `like` ends at a patient who is like nobody."""
    seen: set[str] = set()
    while name in patients and name not in seen:
        seen.add(name)
        like = patients[name].like
        if like is None:
            return True
        name = like
    return False
