"""What the commands that report share: a console wide enough for tables, a table drawn with its notes, files that are
written whole or not at all.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from equipoise.analysis.tables import Provenance, Table

HEAD = 30
"""Columns of text that the first column of a table gets, at most."""


def headed(title: str, source: Provenance, narrowest: int) -> Console:
    """A console of at least so many columns, on which the title, the banner and the source have been printed."""
    from rich.console import Console

    console = Console(highlight=False)
    console.width = max(console.width, narrowest)
    console.print(title, markup=False, soft_wrap=True)
    console.print(f"{source.banner}\n{source.words}\n", markup=False, soft_wrap=True)
    return console


def draw(console: Console, table: Table) -> None:
    """One table with its notes."""
    from rich import box
    from rich.table import Table as Drawn
    from rich.text import Text

    drawn = Drawn(title=Text(table.title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    longest = max(len(row.head) for row in table.rows)
    drawn.add_column(table.corner, min_width=min(longest, HEAD))
    for name in table.columns:
        drawn.add_column(name, justify="right")
    for row in table.rows:
        drawn.add_row(*map(Text, (row.head, *row.cells)), style="bold" if row.strong else None)
    console.print(drawn)
    for note in table.notes:
        console.print(f"  {note}", markup=False, style="dim")


def prepared(folder: Path) -> None:
    """Makes a folder, and proves that it can be written to, before a long work that ends there. Raises OSError."""
    from tempfile import TemporaryFile

    folder.mkdir(parents=True, exist_ok=True)
    TemporaryFile(dir=folder).close()


def write_whole(path: Path, content: bytes | str) -> None:
    """Writes a neighbour first and moves it over, so that a reader sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(content.encode() if isinstance(content, str) else content)
    beside.replace(path)
