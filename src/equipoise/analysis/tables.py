"""A table as data, and as HTML and CSV made from the same rows.

HTML uses the classes of the page's one stylesheet and carries neither style nor script. Every table names
the cut it comes from; one that is not of a live trial says so in its caption and in its metadata.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from equipoise.analysis.cut import Cut

MINUS = re.compile(r"(?<![\w.\-])-(?=\d)")
CSV_SOURCE = ("notice", "source", "notes")
"""The last columns of a table as CSV."""
DENSE = 6
"""From this number of columns on, a table of numbers is set closer."""


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
    rows = Markup("\n").join(_rows(table))
    notes = Markup("").join(
        Markup('<p class="table-note">{}</p>\n').format(_signed(note)) for note in table.notes
    )
    return Markup(
        '<div class="scroll" role="region" aria-labelledby="{id}" tabindex="0" data-mode="{mode}" data-head="{head}">\n'
        '<table{kind}>\n<caption id="{id}"><span class="caption-text">{title}{banner} '
        '<span class="quiet">{words}</span></span></caption>\n'
        '<thead>\n<tr><th scope="col">{corner}</th>{heads}</tr>\n</thead>\n{rows}\n</table>\n'
        "</div>\n{notes}"
    ).format(
        kind=_kind(table),
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
    """RFC 4180 text, one header line and every row as long as it, so that any reader of CSV takes it as it is. The last
    columns are what the rows come from: the warning and the cut on each, the table's notes on the first."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([plain_cell(each) for each in (table.corner or "Row", *table.columns, *CSV_SOURCE)])
    said = (source.banner, f"{table.title}. {source.whole}, {source.mode}")
    for place, row in enumerate(table.rows or (Row(head=""),)):  # the warning stands in an empty table too
        notes = " ".join(table.notes) if place == 0 else ""
        cells = (row.head, *padded(row.cells, len(table.columns)), *said, notes)
        writer.writerow([plain_cell(each) for each in cells])
    return out.getvalue()


def padded(cells: Sequence[str], columns: int) -> tuple[str, ...]:
    """Cells filled up with empty ones."""
    return (*cells, *([""] * (columns - len(cells))))


def _kind(table: Table) -> Markup:
    """The class of a table whose width asks for it: many columns are set closer, columns of words have shares."""
    if table.prose and len(table.columns) > 2:
        return Markup(' class="words"')
    return Markup(' class="dense"') if len(table.columns) >= DENSE else Markup("")


def _column(table: Table, place: int) -> Markup:
    arm = table.arms[place] if place < len(table.arms) else 0
    kind = " ".join(name for name in ("" if table.prose else "value", f"arm-{arm}" if arm else "") if name)
    opening = Markup('<th scope="col" class="{}">').format(kind) if kind else Markup('<th scope="col">')
    return opening + escape(_signed(table.columns[place])) + Markup("</th>")


def _rows(table: Table) -> Iterator[Markup]:
    """The rows in groups: each heading of rows begins one, which is what it is the heading of."""
    yield Markup("<tbody>")
    for place, row in enumerate(table.rows):
        if place and not row.cells:
            yield Markup("</tbody>\n<tbody>")
        yield _row(table, row)
    yield Markup("</tbody>")


def _row(table: Table, row: Row) -> Markup:
    head = _signed(row.head)
    if not row.cells:
        return Markup('<tr class="spans level-{}"><th scope="rowgroup" colspan="{}">{}</th></tr>').format(
            row.level, len(table.columns) + 1, head
        )
    cell = Markup("<td>{}</td>") if table.prose else Markup('<td class="value">{}</td>')
    cells = Markup("").join(cell.format(_signed(each)) for each in row.cells)
    kind = f"level-{row.level} strong" if row.strong else f"level-{row.level}"
    return Markup('<tr><th scope="row" class="{}">{}</th>{}</tr>').format(kind, head, cells)


def _signed(text: str) -> str:
    """Hyphens before digits as minus signs, so that a screen reader and a line break treat them as such."""
    return MINUS.sub("−", text)


def plain_cell(cell: str) -> str:
    """A cell that a spreadsheet does not take for a formula; a negative number stays one."""
    if cell[:1] in "=+@\t\r" and cell or (cell[:1] == "-" and not re.fullmatch(r"-\d[\d.,]*%?( .*)?", cell)):
        return f"'{cell}"
    return cell
