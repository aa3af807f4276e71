"""How wide the columns of a printed table are, in shares of the page, by what stands in them."""

from __future__ import annotations

from equipoise.analysis.tables import Table


def widths(table: Table) -> list[int]:
    """The relative width of each column, the heads first: by the longest cell and the longest word of the heading."""
    if table.prose:
        return [22, 78] if len(table.columns) == 1 else [16, *[24] * (len(table.columns) - 2), 34, 12]
    heads = max([len(row.head) + 2 * row.level for row in table.rows if row.cells], default=10)
    made = [min(max(heads, 10, longest(table.corner)), 40)]
    for place, name in enumerate(table.columns):
        cells = max([len(row.cells[place]) for row in table.rows if row.cells], default=4)
        made.append(max(longest(name) + 1, min(cells, 32), 5))
    return made


def longest(text: str) -> int:
    """The length of the longest word."""
    return max(map(len, text.split()), default=0)


def joined(text: str) -> str:
    """`(n = 61)` without a place to break."""
    return text.replace("(n = ", "(n\u00a0=\u00a0")
