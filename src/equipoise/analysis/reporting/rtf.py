"""Tables as Rich Text: for the word processors of those who write the paper. A small writer of our own.

The text is ASCII: braces and backslashes are escaped, other characters written as UTF-16 units. Header rows repeat on
every page, a row stays on one page, numbers are centred and words stand left. Each table ends with its notes, its
source and the whole head hash; the same table gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from equipoise.analysis.tables import Provenance, Row, Table

TWIPS_A4 = (11906, 16838)
MARGIN = 1134
PAGE = "{\\field{\\*\\fldinst PAGE}{\\fldrslt 1}}"
WIDE = 5
"""From this number of columns on, the page lies on its side."""


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
    bodies = "\\page\n".join(body(each, source, width - 2 * MARGIN) for each in made)
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


def body(table: Table, source: Provenance, width: int) -> str:
    """Caption, rows, notes and source of one table."""
    cells = columns(table, width)
    lines = [f"\\pard\\keepn\\ql\\sb120\\sa80\\b {escaped(table.title)}\\b0\\par"]
    if source.banner:
        lines.insert(0, f"\\pard\\keepn\\ql\\b\\cf0 {escaped(source.banner)}\\b0\\par")
    lines.append(header(table, cells))
    lines += [line(row, table, cells) for row in table.rows]
    lines.append("\\pard\\ql\\fs16\\sb80")
    notes = [*table.notes, f"Source: {source.whole}. Table {table.id}."]
    lines += [f"{escaped(note)}\\par" for note in notes]
    lines.append("\\fs20")
    return "\n".join(lines) + "\n"


def columns(table: Table, width: int) -> tuple[int, ...]:
    """The right end of each cell: the first is wider, by as much as the words need; prose shares the rest evenly."""
    first = width * 34 // 100 if not table.prose else width * 22 // 100
    if len(table.columns) == 1 and not table.prose:
        first = width * 70 // 100
    rest = (width - first) // max(1, len(table.columns))
    return (first, *(first + rest * (place + 1) for place in range(len(table.columns))))


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
        left = f"\\li{indent * 240}" if place == 0 and indent else "\\li0"
        written.append(f"\\pard\\intbl{align}{left} {text}\\cell")
    return f"\\trowd\\trgaph70{repeated}\\trkeep{shape}\n" + "\n".join(written) + "\\row"


def header(table: Table, ends: Sequence[int]) -> str:
    """The row of headings, which repeats on every page."""
    cells = [f"\\b {escaped(each)}\\b0" for each in (table.corner, *table.columns)]
    return row_of(cells, ends, head=True, top=True, words=table.prose)


def line(row: Row, table: Table, ends: Sequence[int]) -> str:
    """One row; a heading of rows spans all columns."""
    if not row.cells:
        return row_of([f"\\b {escaped(row.head)}\\b0"], ends[-1:], False, False, table.prose, row.level)
    head = f"\\b {escaped(row.head)}\\b0" if row.strong else escaped(row.head)
    return row_of([head, *(escaped(cell) for cell in row.cells)], ends, False, False, table.prose, row.level)
