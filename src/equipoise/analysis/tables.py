"""A table as data, and as HTML and CSV made from the same rows.

HTML uses the classes of the page's one stylesheet and carries neither style nor script. Every table names
the cut it comes from; one that is not of a live trial says so in its caption and in its metadata.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from equipoise.analysis.cut import Cut

MINUS = re.compile(r"(?<![\w.\-])-(?=\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a table. Without cells it is a heading of the lines below it; `level` indents.

    key: what the line is about (a term, a code, an encounter, an analysis), by which its numbers are traced.
    """

    head: str
    cells: tuple[str, ...] = ()
    level: int = 0
    strong: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table. `columns` are the headings of the cells; `arms` gives each column the number of its arm, or
    0; `keys` gives it the identifier of its arm, or "".

    prose: the cells are words, so they are aligned as text.
    """

    id: str
    title: str
    corner: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    arms: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    prose: bool = False
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a table or figure comes from; printed with each."""

    banner: str
    mode: str
    study: str
    cut: int
    head: str
    sequence: int
    digest: str
    seed: int = field(default=0)
    until: str = ""
    blind: bool = False

    @property
    def words(self) -> str:
        """`Data cut 1, ledger entry 5120, head 1a2b3c4d5e6f7081`; of a blind report the count of what is open."""
        return f"{self._slice}, head {self.head[:16]}"

    @property
    def whole(self) -> str:
        """The same with nothing cut short, for what stands alone as a file."""
        return f"{self._slice}, head hash {self.head}"

    @property
    def _slice(self) -> str:
        counted = f"open entry {self.sequence}, blind" if self.blind else f"ledger entry {self.sequence}"
        return f"Data cut {self.cut}, {counted}"

    @property
    def mark(self) -> str:
        """What the names of files begin with: `SIMULATED-`, `PRACTICE-`, or nothing for a live trial."""
        return f"{self.banner.partition(' ')[0]}-" if self.banner else ""


def provenance(slice_: Cut, digest: str, seed: int) -> Provenance:
    """The provenance of everything made from a cut."""
    return Provenance(
        banner=slice_.banner,
        mode=slice_.mode,
        study=slice_.study,
        cut=slice_.number,
        head=slice_.hash,
        sequence=slice_.sequence,
        digest=digest,
        seed=seed,
        until=slice_.until,
        blind=slice_.blind,
    )


def table_html(table: Table, source: Provenance) -> Markup:
    """The table in a box that scrolls by itself, its notes below, its provenance in the caption."""
    heads = Markup("").join(_column(table, place) for place in range(len(table.columns)))
    rows = Markup("\n").join(_row(table, row) for row in table.rows)
    notes = Markup("").join(
        Markup('<p class="table-note">{}</p>\n').format(_signed(note)) for note in table.notes
    )
    return Markup(
        '<div class="scroll" role="region" aria-labelledby="{id}" tabindex="0" data-mode="{mode}" data-head="{head}">\n'
        '<table>\n<caption id="{id}">{title}{banner} <span class="quiet">{words}</span></caption>\n'
        '<thead>\n<tr><th scope="col">{corner}</th>{heads}</tr>\n</thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n'
        "</div>\n{notes}"
    ).format(
        id=f"table-{table.id}",
        mode=source.mode,
        head=source.head,
        title=table.title,
        banner=banner_html(source),
        words=source.words,
        corner=table.corner,
        heads=heads,
        rows=rows,
        notes=notes,
    )


def banner_html(source: Provenance) -> Markup:
    """The warning that goes into captions; nothing for a live ledger."""
    return (
        Markup(' <span class="table-banner">{}</span>').format(source.banner) if source.banner else Markup("")
    )


def table_csv(table: Table, source: Provenance) -> str:
    """RFC 4180 text: the warning and the cut as comment lines first, then a header line and the rows."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for line in (source.banner, f"{table.title}. {source.whole}, {source.mode}"):
        if line:
            writer.writerow([f"# {line}"])
    writer.writerow([plain_cell(each) for each in (table.corner, *table.columns)])
    for row in table.rows:
        writer.writerow([plain_cell(row.head), *(plain_cell(cell) for cell in row.cells)])
    for note in table.notes:
        writer.writerow([f"# {note}"])
    return out.getvalue()


def padded(cells: Sequence[str], columns: int) -> tuple[str, ...]:
    """Cells filled up with empty ones."""
    return (*cells, *([""] * (columns - len(cells))))


def _column(table: Table, place: int) -> Markup:
    arm = table.arms[place] if place < len(table.arms) else 0
    kind = " ".join(name for name in ("" if table.prose else "value", f"arm-{arm}" if arm else "") if name)
    opening = Markup('<th scope="col" class="{}">').format(kind) if kind else Markup('<th scope="col">')
    return opening + escape(table.columns[place]) + Markup("</th>")


def _row(table: Table, row: Row) -> Markup:
    if not row.cells:
        return Markup('<tr class="spans level-{}"><th scope="rowgroup" colspan="{}">{}</th></tr>').format(
            row.level, len(table.columns) + 1, row.head
        )
    cell = Markup("<td>{}</td>") if table.prose else Markup('<td class="value">{}</td>')
    cells = Markup("").join(cell.format(_signed(each)) for each in row.cells)
    kind = f"level-{row.level} strong" if row.strong else f"level-{row.level}"
    return Markup('<tr><th scope="row" class="{}">{}</th>{}</tr>').format(kind, row.head, cells)


def _signed(text: str) -> str:
    """Hyphens before digits as minus signs, so that a screen reader and a line break treat them as such."""
    return MINUS.sub("−", text)


def plain_cell(cell: str) -> str:
    """A cell that a spreadsheet does not take for a formula; a negative number stays one."""
    if cell[:1] in "=+@\t\r" and cell or (cell[:1] == "-" and not re.fullmatch(r"-\d[\d.,]*%?( .*)?", cell)):
        return f"'{cell}"
    return cell
