"""All tables in one CSV with one line a cell and headings that never change, for those who read it by program."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from equipoise.analysis.reporting.trace import cell_id
from equipoise.analysis.tables import Provenance, Table, plain_cell

HEADINGS = (
    "study", "mode", "notice", "cut", "head", "table", "table_title", "cell", "row", "row_key", "level", "column",
    "column_key", "value",
)  # fmt: skip


def long_csv(tables: Mapping[int, Table], source: Provenance) -> str:
    """RFC 4180 text in UTF-8; `cell` is the identifier that the trace resolves. A heading of rows has no line."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    whole = (source.study, source.mode, source.banner, str(source.cut), source.head)
    for number, table in tables.items():
        for place, row in enumerate(table.rows, start=1):
            for column, value in enumerate(row.cells, start=1):
                key = table.keys[column - 1] if column <= len(table.keys) else ""
                line = (
                    *whole, table.id, table.title, cell_id(number, place, column), row.head, row.key, str(row.level),
                    table.columns[column - 1], key, value,
                )  # fmt: skip
                writer.writerow([plain_cell(each) for each in line])
    return out.getvalue()
