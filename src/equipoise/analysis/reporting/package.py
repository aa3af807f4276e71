"""Everything that a report leaves behind, as bytes by file name: tables, listings, figures, PDF, RTF, JSON, trace.

Nothing is written here. The names begin with the warning of a ledger that is not live, where there is one.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from equipoise.analysis.reporting.document import Document, Listed, compose, data_of
from equipoise.analysis.reporting.lines import line_listings
from equipoise.analysis.reporting.long import long_csv
from equipoise.analysis.reporting.pdf import typeset
from equipoise.analysis.reporting.render import figures, report_json, svg_files, tables
from equipoise.analysis.reporting.rtf import rtf
from equipoise.analysis.reporting.trace import traced
from equipoise.analysis.tables import table_csv

if TYPE_CHECKING:
    from equipoise.analysis.reporting.report import Report


def package(report: Report) -> dict[str, bytes]:
    """All files of a report. Paths are relative to its folder; the order is that in which they are made."""
    mark = report.source.mark
    document = compose(report, tables(report), figures(report))
    made = {f"figures/{name}": str(text).encode() for name, text in svg_files(report).items()}
    made |= table_files(document, report)
    listed = []
    for key, listing in line_listings(report).items():
        name = f"listings/{mark}{key.removeprefix('listing-')}.csv"
        made[name] = table_csv(listing, report.source).encode()
        listed.append(described(name, listing.title, len(listing.rows), made[name]))
    trace = json.dumps(traced(report, document.tables), ensure_ascii=False, separators=(",", ":")) + "\n"
    made[f"{mark}trace.json"] = trace.encode()
    made[f"{mark}report.json"] = (report_json(report) + "\n").encode()
    for name, title in (
        (f"{mark}trace.json", "Trace of every number"),
        (f"{mark}report.json", "All results as data"),
    ):
        listed.append(described(name, title, made[name].count(b"\n"), made[name]))
    made[f"{mark}report.pdf"] = typeset(data_of(document, report, listed))
    return made


def table_files(document: Document, report: Report) -> dict[str, bytes]:
    """Each table as CSV and RTF, all tables in one RTF, and all cells in one long CSV."""
    source = report.source
    made = {}
    for table in document.tables.values():
        name = f"tables/{source.mark}{table.id}"
        made[f"{name}.csv"] = table_csv(table, source).encode()
        made[f"{name}.rtf"] = rtf([table], source, table.title).encode("ascii")
    made[f"{source.mark}tables.rtf"] = rtf(document.tables.values(), source, report.title).encode("ascii")
    made[f"{source.mark}tables.csv"] = long_csv(document.tables, source).encode()
    return made


def described(name: str, title: str, lines: int, content: bytes) -> Listed:
    """A file as the report refers to it."""
    return Listed(name=name, title=title, lines=lines, digest=hashlib.sha256(content).hexdigest())
