"""What a report leaves on disk: tables as CSV, figures as SVG, the numbers as JSON, and the page of the trial.

Every file is written whole or not at all, and every one from practice or simulation says so in itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from equipoise.analysis.cut import cut
from equipoise.analysis.figures import spoken
from equipoise.analysis.render import csv_files, report_json, sections, svg_files
from equipoise.analysis.report import Report, analyse
from equipoise.exchange.ctgov import fill_results
from equipoise.exchange.report import results_of
from equipoise.ledger.store import Store
from equipoise.registry.page import NamedSection, write_site
from equipoise.registry.record import Record
from equipoise.study.study import Study

FIRST = ("flow", "primary-result", "over-time")
"""The parts that a reader wants first; the record's long tables of results follow them."""

IN_RECORD = ("baseline", "harms")
"""The parts whose tables stand in the results section of the filled record already."""


def report_of(study: Study, store: Store, seed: int, *, by_arm: bool = True) -> Report:
    """The report of the first cut of a ledger: all that it holds now."""
    return analyse(study, cut(store.events(), 1, store.head()), seed, by_arm=by_arm)


def write_files(report: Report, folder: Path) -> list[Path]:
    """Writes the tables, the figures and the numbers; their paths."""
    mark = report.source.mark
    texts: Mapping[str, str] = {
        **{f"tables/{name}": text for name, text in csv_files(report).items()},
        **{f"figures/{name}": str(markup) for name, markup in svg_files(report).items()},
        f"{mark}report.json": report_json(report) + "\n",
    }
    written = []
    for name, text in texts.items():
        _write(folder / name, text)
        written.append(folder / name)
    return written


def _write(path: Path, text: str) -> None:
    """Writes a neighbour first and moves it over, so that a reader sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def page_parts(report: Report, record: Record) -> tuple[Record, tuple[NamedSection, ...]]:
    """The record filled with the results, and the sections that no record holds. Needs a report by arm."""
    parts = tuple(
        NamedSection(
            id=part.id,
            title=part.title,
            purpose=part.purpose,
            html=part.html,
            position="start" if part.id in FIRST else "results",
        )
        for part in sections(report)
        if part.id not in IN_RECORD
    )
    return fill_results(record, results_of(report)), parts


def write_page(report: Report, record: Record, folder: Path) -> Path:
    """Writes the page of the trial, its record filled with the results; its path. Needs a report by arm."""
    filled, parts = page_parts(report, record)
    mark = "" if report.source.mode == "live" else "SIMULATED-"
    text = json.dumps(filled.raw, ensure_ascii=False, indent=2) + "\n"
    _write(folder / f"{mark}record.json", text)
    return write_site(folder, filled, banner=report.source.banner or None, sections=parts)


def headlines(report: Report) -> str:
    """The primary analysis of each estimand in one sentence."""
    return "\n".join(
        f"{estimate.variable}. {spoken(estimate.analyses[0], estimate.ratio)}"
        for estimate in report.estimates
        if estimate.analyses
    )
