"""Tables as Rich Text: for the word processors of those who write the paper. A small writer of our own.

The text is ASCII: braces and backslashes are escaped, other characters written as UTF-16 units. A long table is divided
here into parts of a page, each with its title and headings, since not every word processor repeats the rows that are
marked as headings (they are marked all the same). A row stays on one page, numbers are centred and words stand left.
Each table ends with its notes, its source and the whole head hash; the same table gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from equipoise.analysis.reporting.widths import joined, widths
from equipoise.analysis.svg import wrapped
from equipoise.analysis.tables import MINUS, Provenance, Row, Table

TWIPS_A4 = (11906, 16838)
MARGIN = 1134
PAGE = "{\\field{\\*\\fldinst PAGE}{\\fldrslt 1}}"
WIDE = 5
"""From this number of columns on, the page lies on its side."""
TWIPS_LINE = 240
"""The height of a line of text of ten points."""
TWIPS_ROW = 20
"""What a row is higher than its lines."""
GAP = 70
"""The space beside the text of a cell."""
INDENT = 240
NARROWER = 9.0
"""The size, in points, of the sans-serif letters that are as wide as ours of ten."""


def escaped(text: str) -> str:
    """Text that Rich Text shows as it is: `{`, `}` and `\\` escaped, other than ASCII as UTF-16 units, a line break as
    one, other control characters left out."""
    parts = []
    for each in text:
        if each in "{}\\":
            parts.append(f"\\{each}")
        elif each == "\n":
            parts.append("\\line ")
        elif " " <= each <= "~":
            parts.append(each)
        elif each > "~" and each != "\x7f":
            units = each.encode("utf-16-le", "surrogatepass")
            for place in range(0, len(units), 2):
                number = int.from_bytes(units[place : place + 2], "little", signed=True)
                parts.append(f"\\u{number}?")
    return "".join(parts)


def rtf(tables: Iterable[Table], source: Provenance, title: str) -> str:
    """One document with each table on a page of its own."""
    made = tuple(tables)
    lying = any(len(each.columns) >= WIDE for each in made)
    width, height = TWIPS_A4[::-1] if lying else TWIPS_A4
    page = f"\\paperw{width}\\paperh{height}\\margl{MARGIN}\\margr{MARGIN}\\margt{MARGIN}\\margb{MARGIN}"
    turned = "\\landscape" if lying else ""
    right = f"\\tqr\\tx{width - 2 * MARGIN}"
    room = (width - 2 * MARGIN, height - 2 * MARGIN)
    bodies = "\\page\n".join(body(each, source, room) for each in made)
    return (
        "{\\rtf1\\ansi\\ansicpg1252\\deff0\\uc1\\deflang2057\n"
        "{\\fonttbl{\\f0\\froman\\fcharset0 Times New Roman;}}\n"
        f"{{\\info{{\\title {escaped(title)}}}{{\\doccomm {escaped(comment(source))}}}}}\n"
        f"{page}{turned}\\fs20\n"
        f"{{\\header\\pard\\ql{right}\\fs16 {escaped(source.study)}\\tab {escaped(source.banner)}\\par}}\n"
        f"{{\\footer\\pard\\ql{right}\\fs16 {escaped(source.words)}\\tab Page {PAGE}\\par}}\n"
        f"{bodies}}}\n"
    )


def comment(source: Provenance) -> str:
    """Where the document comes from, in its properties."""
    return f"{source.banner or source.mode}; {source.whole}; definition {source.digest}"


def body(table: Table, source: Provenance, room: tuple[int, int]) -> str:
    """Caption, rows, notes and source of one table, in parts of a page."""
    ends = columns(table, room[0])
    parts = divided(table, ends, room[1])
    lines: list[str] = []
    for place, part in enumerate(parts):
        before = "" if place == 0 else "\\pagebb"
        again = f" ({place + 1} of {len(parts)})" if len(parts) > 1 else ""
        if source.banner:
            lines.append(f"\\pard{before}\\keepn\\ql\\b\\cf0 {escaped(source.banner)}\\b0\\par")
            before = ""
        lines.append(f"\\pard{before}\\keepn\\ql\\sb120\\sa80\\b {escaped(table.title + again)}\\b0\\par")
        lines.append(header(table, ends))
        lines += [line(row, table, ends) for row in part]
    lines.append("\\pard\\ql\\fs16\\sb80")
    notes = [*table.notes, f"Source: {source.whole}. Table {table.id}."]
    lines += [f"{shown(note)}\\par" for note in notes]
    lines.append("\\fs20")
    return "\n".join(lines) + "\n"


def shown(text: str) -> str:
    """The text of a cell: hyphens before digits are minus signs, as in the other files for readers."""
    return escaped(MINUS.sub("−", text))


def columns(table: Table, width: int) -> tuple[int, ...]:
    """The right end of each cell."""
    shares = widths(table)
    total, ends, at = sum(shares), [], 0
    for share in shares:
        at += share
        ends.append(width * at // total)
    return tuple(ends)


def divided(table: Table, ends: Sequence[int], height: int) -> list[list[Row]]:
    """The rows of each page. What a row needs is estimated, rather too high; a heading of rows ends no page."""
    top = 5 * TWIPS_LINE + high((table.corner, *table.columns), ends)
    parts: list[list[Row]] = [[]]
    used = top
    for row in table.rows:
        need = high((row.head, *row.cells), ends if row.cells else ends[-1:], row.level)
        if parts[-1] and used + need > height:
            rows = parts[-1]
            last = next((n for n in range(len(rows) - 1, -1, -1) if rows[n].cells), len(rows) - 1)
            carried = rows[last + 1 :]
            parts[-1] = rows[: last + 1]
            parts.append(carried)
            used = top + sum(high((each.head,), ends[-1:], each.level) for each in carried)
        parts[-1].append(row)
        used += need
    return parts


def high(cells: Sequence[str], ends: Sequence[int], indent: int = 0) -> int:
    """How high a row is: as many lines as its longest cell."""
    most, start = 1, 0
    for place, (text, end) in enumerate(zip(cells, ends, strict=True)):
        inside = end - start - 2 * GAP - (INDENT * indent if place == 0 else 0)
        lines = [wrapped(each, inside / 20, NARROWER) for each in text.split("\n")]
        most, start = max(most, sum(max(1, len(each)) for each in lines)), end
    return most * TWIPS_LINE + TWIPS_ROW


def row_of(
    cells: Sequence[str], ends: Sequence[int], head: bool, top: bool, words: bool, indent: int = 0
) -> str:
    """A row: its definition, then its cells. Borders are above and below the header, and below the table's rows."""
    rule = "\\clbrdrb\\brdrs\\brdrw10" if head else "\\clbrdrb\\brdrs\\brdrw2"
    over = "\\clbrdrt\\brdrs\\brdrw15" if top else ""
    shape = "".join(f"{over}{rule}\\clvertalt\\cellx{end}" for end in ends)
    repeated = "\\trhdr" if head else ""
    written = []
    for place, text in enumerate(cells):
        align = "\\ql" if place == 0 or words else "\\qc"
        left = f"\\li{indent * INDENT}" if place == 0 and indent else "\\li0"
        written.append(f"\\pard\\intbl{align}{left} {text}\\cell")
    return f"\\trowd\\trgaph{GAP}{repeated}\\trkeep{shape}\n" + "\n".join(written) + "\\row"


def header(table: Table, ends: Sequence[int]) -> str:
    """The row of headings, which repeats on every page."""
    cells = [f"\\b {shown(joined(each))}\\b0" for each in (table.corner, *table.columns)]
    return row_of(cells, ends, head=True, top=True, words=table.prose)


def line(row: Row, table: Table, ends: Sequence[int]) -> str:
    """One row; a heading of rows spans all columns."""
    if not row.cells:
        return row_of([f"\\b {shown(row.head)}\\b0"], ends[-1:], False, False, table.prose, row.level)
    head = f"\\b {shown(row.head)}\\b0" if row.strong else shown(row.head)
    return row_of([head, *(shown(cell) for cell in row.cells)], ends, False, False, table.prose, row.level)
