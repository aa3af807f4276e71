"""Runs every rule on a record and merges the reviewed annotations in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from equipoise.registry.errors import registry_error
from equipoise.registry.escapes import plain
from equipoise.registry.lint import (
    agreement,
    criteria,
    design,
    dosing,
    exclusions,
    groups,
    hygiene,
    outcomes,
    people,
    posted,
    terms,
    timing,
    wording,
)
from equipoise.registry.lint.annotations import Annotation, Annotations
from equipoise.registry.lint.layout import lay_out, word_list
from equipoise.registry.lint.model import RULES, Finding, Hit, Rule
from equipoise.registry.record import Record

MODULES = (
    dosing,
    design,
    groups,
    agreement,
    outcomes,
    criteria,
    people,
    exclusions,
    timing,
    wording,
    hygiene,
    posted,
    terms,
)
ORDER = {"E": 0, "W": 1, "I": 2}


def lint(
    record: Record,
    annotations: Annotations | None = None,
    *,
    today: date | None = None,
    drug_names: Collection[str] = (),
) -> tuple[Finding, ...]:
    """All findings, the blocking ones first, then in the order of code and place.

    today: for rules on dates that have passed; without it they are silent. drug_names: further names
    for the spelling rule. Error: REGI-008 when an annotation quotes words that the record has not.
    """
    subject = lay_out(record, today=today, drug_names=word_list("drug_names.txt").union(drug_names))
    found = [_finding(rule, hit) for rule in RULES for hit in rule.check(subject)]
    for note in annotations.findings if annotations else ():
        found.append(_annotated(note, record))
    return tuple(sorted(set(found), key=lambda one: (ORDER[one.severity], one.code, one.path, one.start)))


def _finding(rule: Rule, hit: Hit) -> Finding:
    return Finding(
        code=rule.code,
        severity=rule.severity,
        path=hit.path,
        start=hit.start,
        end=hit.end,
        words=hit.text,
        message=plain(hit.message) or rule.title,
        why=rule.why,
        question=rule.question,
    )


def _annotated(note: Annotation, record: Record) -> Finding:
    start = end = 0
    if note.quote:
        text = text_at(record, note.path)
        start = text.find(note.quote)
        if start < 0:
            raise registry_error("REGI-008", f"{record.nct_id}, finding {note.number}", repr(note.quote))
        end = start + len(note.quote)
    return Finding(
        code=f"NOTE-{note.number:03d}",
        severity=note.severity,
        path=note.path,
        start=start,
        end=end,
        words=note.quote,
        message=note.finding,
        why=note.why,
        question=note.question,
        source="annotation",
        number=note.number,
        reviewed_by=note.reviewed_by,
        reviewed_on=note.date,
    )


def text_at(record: Record, path: str) -> str:
    """The text at a path such as `protocolSection.armsInterventionsModule.armGroups[0].label`, or nothing."""
    value: object = record.raw
    for part in path.replace("[", ".[").split("."):
        if part.startswith("[") and isinstance(value, list):
            place = int(part[1:-1])
            value = value[place] if place < len(value) else ""
        else:
            value = value.get(part, "") if isinstance(value, dict) else ""
    return value if isinstance(value, str) else ""
