"""What a report leaves on disk: PDF, tables, listings, figures, numbers with their trace, and the page of the trial.

Every file is written whole or not at all, and every one from practice or simulation says so in itself.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from equipoise.analysis.cut import can_by_arm, cut
from equipoise.analysis.reporting.document import headline
from equipoise.analysis.reporting.package import package
from equipoise.analysis.reporting.render import sections
from equipoise.analysis.reporting.report import Report, analyse
from equipoise.cli.showing import write_whole
from equipoise.exchange.ctgov import fill_results
from equipoise.exchange.registered import finished
from equipoise.exchange.report import results_of
from equipoise.ledger.store import Store
from equipoise.registry.page import NamedSection, write_site
from equipoise.registry.record import Record
from equipoise.study.study import Study

FIRST = ("flow", "primary-result", "over-time")
"""The parts that a reader wants first; the record's long tables of results follow them."""

IN_RECORD = ("baseline", "harms")
"""The parts whose tables stand in the results section of the filled record already."""


def report_of(study: Study, store: Store, seed: int, *, by_arm: bool | None = None) -> Report:
    """The report of the first cut of a ledger: all that it holds now. Where it is not said whether by arm, it is by arm
    once the analysis was frozen, the trial locked and unblinded, and blind before."""
    made = cut(store.events(), 1, store.head())
    return analyse(study, made, seed, by_arm=can_by_arm(made) if by_arm is None else by_arm)


def write_files(report: Report, folder: Path) -> list[Path]:
    """Writes the report: PDF, RTF, tables, listings, figures, numbers and their trace; the paths, the PDF last."""
    written = []
    for name, content in package(report).items():
        write_whole(folder / name, content)
        written.append(folder / name)
    return written


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
    return fill_results(finished(record, report), results_of(report)), parts


def write_page(report: Report, record: Record, folder: Path, files: Sequence[Path] = ()) -> Path:
    """Writes the page of the trial, its record filled with the results, with links to the report's files; its path.
    Needs a report by arm."""
    filled, parts = page_parts(report, record)
    if files:
        parts = (*parts, files_section([each.relative_to(folder) for each in files], report))
    mark = report.source.mark
    text = json.dumps(filled.raw, ensure_ascii=False, indent=2) + "\n"
    write_whole(folder / f"{mark}record.json", text)
    return write_site(folder, filled, banner=report.source.banner or None, sections=parts)


WHOLE = {
    "report.pdf": "Statistical report (PDF)",
    "tables.rtf": "All tables (RTF)",
    "tables.csv": "All numbers, one line each (CSV)",
    "report.json": "All results (JSON)",
    "trace.json": "Trace of each number to the ledger (JSON)",
}
"""The files of the whole report, by name, in the words of their links."""


def files_section(files: Sequence[Path], report: Report) -> NamedSection:
    """The part of the page that links the report and its files, the PDF first."""
    names = {each.as_posix().removeprefix(report.source.mark): each for each in files}
    whole = [link(names[name], words) for name, words in WHOLE.items() if name in names]
    folders: dict[str, list[Markup]] = {}
    for each in files:
        if len(each.parts) > 1:
            shown = each.name.removeprefix(report.source.mark)
            folders.setdefault(each.parts[0].capitalize(), []).append(link(each, shown))
    rows = Markup("").join(
        Markup("<h3>{}</h3>\n<ul>{}</ul>\n").format(name, items(found)) for name, found in folders.items()
    )
    return NamedSection(
        id="report-files",
        title="Report and files",
        purpose="The statistical report, every table, listing and figure, and the trace of each number.",
        html=Markup(
            '<div class="prose"><ul>{}</ul>\n<details>\n<summary>Single tables, listings and figures</summary>\n{}'
            "</details></div>\n"
        ).format(items(whole), rows),
        position="results",
    )


def link(path: Path, words: str) -> Markup:
    """A link to a file beside the page."""
    return Markup('<a href="{}">{}</a>').format(path.as_posix(), words)


def items(links: Sequence[Markup]) -> Markup:
    """The links as items of a list."""
    return Markup("\n").join(Markup("<li>{}</li>").format(each) for each in links)


def headlines(report: Report) -> str:
    """The primary analysis of each estimand in one sentence; blind, how many values there are."""
    return "\n".join(
        f"{estimate.variable}. {headline(estimate.analyses[0], estimate.ratio, report)}"
        for estimate in report.estimates
        if estimate.analyses
    )
