"""Reviewed annotations: what a person read in a record that no rule can see.

They stand as data in a study's folder: number, exact quote, place, severity, why, question, who read it
in which role, and when. The same file may say which numbers of the study's own catalogue each rule's
findings answer (`rules`), so that a reader sees what is covered and by what.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import yaml

from equipoise.registry.errors import registry_error


class Annotation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One reviewed finding; `quote` is empty when the finding is about something absent."""

    number: int
    severity: str
    path: str
    finding: str
    why: str
    question: str
    reviewed_by: str
    date: str
    quote: str = ""


class Annotations(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The annotations of one record; `rules` maps a rule's code to the catalogue numbers it answers."""

    nct_id: str
    findings: tuple[Annotation, ...] = ()
    rules: dict[str, tuple[int, ...]] = {}


def read_annotations(data: Any, *, place: str = "annotations") -> Annotations:
    """The annotations in this structure. Error: REGI-007."""
    try:
        found = msgspec.convert(data, Annotations)
    except msgspec.ValidationError as error:
        raise registry_error("REGI-007", place, str(error)) from error
    for one in found.findings:
        empty = [
            name
            for name in ("path", "finding", "why", "question", "reviewed_by", "date")
            if not getattr(one, name).strip()
        ]
        if empty or one.severity not in ("E", "W", "I"):
            detail = f"finding {one.number}: {', '.join(empty) or 'severity'}"
            raise registry_error("REGI-007", place, detail)
    return found


def load_annotations(path: Path) -> Annotations:
    """The annotations in this YAML file. Errors: REGI-001 (cannot be read), REGI-007 (not valid)."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise registry_error("REGI-001", str(path), error.strerror or str(error)) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise registry_error("REGI-007", str(path), str(error)) from error
    return read_annotations(data, place=str(path))
