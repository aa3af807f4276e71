"""The report as a document: chapters of paragraphs, pairs, numbered tables and figures, all of it data.

What sets it (Typst) gets this data and a template that is the same for every study, so nothing that somebody typed is
ever read as a command. Tables are numbered here, once; the trace and the files use the same numbers.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from equipoise.analysis.figures import spoken
from equipoise.analysis.plan import plan_digest
from equipoise.analysis.reporting.trace import cell_id
from equipoise.analysis.reporting.widths import joined, widths
from equipoise.analysis.svg import LOOKS, Figure, svg
from equipoise.analysis.tables import MINUS, Row, Table

if TYPE_CHECKING:
    from equipoise.analysis.reporting.report import Report

PRINTED = LOOKS.replace("sans-serif", '"Libertinus Serif"')
LIBRARIES = ("equipoise", "numpy", "scipy", "msgspec", "typst")

TALL = 1.08
"""A figure so much higher than wide is set by its height, so that it fits on a page below a heading."""

CHAPTERS = (
    ("Estimands", "What is estimated, in the five attributes of ICH E9(R1).", (), ("estimands",)),
    ("Decisions and assumptions", "What the record leaves open, and what was chosen.", (), ("decisions",)),
    ("Participants", "Who was screened, randomised, followed and analysed; when and where.",
     ("flow", "recruitment"), ("sites",)),
    ("Baseline", "Whether the arms were alike at the start.", (), ("baseline",)),
    ("Primary result", "The first estimand.", ("responders", "survival", "values"),
     ("results", "times", "observed")),
    ("Secondary results", "The further estimands, in the order of the definition.",
     ("responders-", "survival-", "values-", "forest-"), ("results-", "times-")),
    ("Sensitivity and subgroups", "How far the result depends on what was assumed, and on whom it is asked of.",
     ("forest",), ("subgroups", "subgroups-", "checks", "tipping", "tipping-")),
    ("Course over time", "How the score changed.", ("means", "courses", "waterfall"), ("means",)),
    ("Safety", "What harms were seen.", ("events-by-term",), ("harms", "harm-")),
    ("Blinding", "How well the blind held.", (), ("masking",)),
    ("Conduct", "How the data were kept, and how far conduct kept to the protocol.", (), ("quality", "deviations")),
)  # fmt: skip
"""Title, purpose, figures and tables of each chapter, by identifier; one that ends with a hyphen stands for all that
begin so. What no chapter names is put into the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A file beside the report: its name, title, number of lines and SHA-256."""

    name: str
    title: str
    lines: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The parts in their order. tables: by number; figures: by number; chapters: what is set."""

    tables: Mapping[int, Table]
    figures: Mapping[int, Figure]
    chapters: tuple[dict[str, Any], ...] = field(default=())


def chosen(names: Sequence[str], found: Mapping[str, Any]) -> list[str]:
    """The identifiers that a chapter's names stand for, in the order of what was found."""
    made: list[str] = []
    for name in names:
        made += [each for each in found if each == name or (name.endswith("-") and each.startswith(name))]
    return list(dict.fromkeys(made))


def compose(report: Report, tables: Mapping[str, Table], figures: Mapping[str, Figure]) -> Document:
    """Chapters from tables and figures; a chapter without any is left out."""
    numbered: dict[int, Table] = {}
    drawn: dict[int, Figure] = {}
    chapters = []
    left = [each for each in tables if not any(each in chosen(chapter[3], tables) for chapter in CHAPTERS)]
    for title, purpose, shown, held in CHAPTERS:
        blocks: list[dict[str, Any]] = []
        for name in chosen(shown, figures):
            drawn[len(drawn) + 1] = figures[name]
            blocks.append(figure_block(len(drawn), figures[name], report))
        for name in [*chosen(held, tables), *(left if title == CHAPTERS[-1][0] else [])]:
            numbered[len(numbered) + 1] = tables[name]
            blocks.append(table_block(len(numbered), tables[name]))
        if blocks:
            chapters.append({"title": title, "purpose": purpose, "blocks": blocks})
    return Document(tables=numbered, figures=drawn, chapters=tuple(chapters))


def table_block(number: int, table: Table) -> dict[str, Any]:
    """A table for the template: texts with minus signs, an identifier for each row."""
    return {
        "kind": "table",
        "number": number,
        "title": table.title,
        "corner": table.corner,
        "columns": [joined(signed(each)) for each in table.columns],
        "prose": table.prose,
        "widths": widths(table),
        "notes": [signed(each) for each in table.notes],
        "rows": [row_data(number, place, each) for place, each in enumerate(table.rows, start=1)],
    }


def row_data(number: int, place: int, row: Row) -> dict[str, Any]:
    """A row for the template."""
    return {
        "head": signed(row.head),
        "cells": [signed(each) for each in row.cells],
        "level": row.level,
        "strong": row.strong,
        "id": cell_id(number, place),
    }


def signed(text: str) -> str:
    """Hyphens before digits as minus signs."""
    return MINUS.sub("−", text)


def figure_block(number: int, figure: Figure, report: Report) -> dict[str, Any]:
    """A figure for the template, as text of SVG; its words for those who do not see it."""
    return {
        "kind": "figure",
        "number": number,
        "svg": str(svg(figure, report.source, alone=True, looks=PRINTED, captioned=False)),
        "alt": signed(f"{figure.title}. {figure.description}".strip()),
        "caption": figure.caption,
        "tall": figure.height > TALL * figure.width,
    }


def cover(report: Report) -> dict[str, Any]:
    """The title block: what it is, of which trial, of which cut, and what it may be used for."""
    source, header = report.source, report.study.definition.study
    kind = "Report by arm" if report.by_arm else "Blind report"
    why = (
        "Made after the analysis was frozen, the trial locked and its unblinding recorded."
        if report.by_arm
        else "Made from what a masked person may read: all arms together, nothing under seal, no comparison."
    )
    facts = [
        ("Study", f"{header.id}, definition version {header.version}"),
        ("Protocol", f"{header.protocol.identifier}, version {header.protocol.version}"),
        ("Sponsor", header.sponsor),
        ("Kind of ledger", source.mode),
        ("Data until", source.until[:10]),
        ("Participants", str(report.sizes["all"])),
        ("Data cut", source.words),
        ("Head hash", source.head),
    ]
    return {
        "title": report.title,
        "kind": kind,
        "why": why,
        "facts": [list(each) for each in facts],
        "headlines": [
            signed(f"{each.variable}. {headline(each.analyses[0], each.ratio, report)}")
            for each in report.estimates
            if each.analyses
        ],
    }  # fmt: skip


def properties(report: Report) -> dict[str, Any]:
    """What the file says of itself to those who do not open it: title, sponsor, warning, cut."""
    source, header = report.source, report.study.definition.study
    kind = "Report by arm" if report.by_arm else "Blind report"
    warning = source.banner or source.mode
    return {
        "title": report.title,
        "author": header.sponsor,
        "description": f"{warning}. {kind} of {header.id}. {source.whole}; definition {source.digest}.",
        "keywords": [warning, kind, header.id],
    }


def headline(analysis: Any, ratio: bool, report: Report) -> str:
    """The main number of an estimand in one sentence; blind, how many values there are."""
    if report.by_arm:
        return spoken(analysis, ratio)
    group = analysis.groups[0]
    return f"All arms together: {group.analysed} with a value, {group.missing} missing."


def appendix(report: Report, listed: Sequence[Listed]) -> dict[str, Any]:
    """What is needed to make the report again, and the files that belong to it."""
    source = report.source
    flag = "" if report.by_arm else " --blind"
    facts = [
        ("Command", f"equipoise analyse LEDGER STUDY --out FOLDER --seed {source.seed}{flag}"),
        ("Seed of the imputations", str(source.seed)),
        ("Head hash of the cut", source.head),
        ("Entries of the cut", str(source.sequence)),
        ("Last entry recorded", source.until),
        ("Digest of the definition", source.digest),
        ("Digest of the estimands", plan_digest(report.study)),
        (
            "Versions",
            ", ".join([f"Python {platform.python_version()}", *(f"{n} {version(n)}" for n in LIBRARIES)]),
        ),
    ]
    return {
        "facts": [list(each) for each in facts],
        "listings": [
            {"name": each.name, "title": each.title, "lines": str(each.lines), "digest": each.digest}
            for each in listed
        ],
    }


def data_of(document: Document, report: Report, listed: Sequence[Listed]) -> dict[str, Any]:
    """The whole document for the template."""
    source = report.source
    day = source.until[:10].split("-")
    return {
        "study": report.study.definition.study.id,
        "language": "en",
        "banner": source.banner,
        "blind": not report.by_arm,
        "words": source.words.rpartition(", ")[0],
        "head": source.head,
        "date": [int(each) for each in day],
        "properties": properties(report),
        "cover": cover(report),
        "chapters": list(document.chapters),
        "appendix": appendix(report, listed),
    }
