"""A report as a person at a prompt wants it: what it says, and every table and picture under its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from equipoise.analysis.frames.errors import frame_error, unlike
from equipoise.analysis.shown import Shown, in_html, picture_html
from equipoise.analysis.svg import Figure
from equipoise.analysis.tables import Provenance, Row, Table

if TYPE_CHECKING:
    import polars


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Piece(Shown):
    """One table or picture of a document, with where it comes from."""

    made: Table | Figure
    source: Provenance

    def table(self) -> Table:
        """The table; of a picture, its description."""
        if isinstance(self.made, Table):
            return self.made
        lines = (Row(head=self.made.description), Row(head=self.made.caption))
        return Table(id=self.made.id, title=self.made.title, corner="", columns=(), rows=lines)

    def figure(self) -> Figure | None:
        """The picture; of a table, none."""
        return self.made if isinstance(self.made, Figure) else None

    def origin(self) -> Provenance:
        """Where the numbers come from."""
        return self.source

    def to_frame(self) -> polars.DataFrame:
        """The cells as text, as they are printed."""
        import polars

        made = self.table()
        heads = [made.corner or "row", *(name or f"column {n + 1}" for n, name in enumerate(made.columns))]
        names = [name if name not in heads[:n] else f"{name} ({n})" for n, name in enumerate(heads)]
        rows = [[row.head, *row.cells, *[""] * (len(names) - 1 - len(row.cells))] for row in made.rows]
        return polars.DataFrame(rows, schema=dict.fromkeys(names, polars.String), orient="row")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Document(Shown):
    """A report: sentences, tables and pictures by name, and the whole result as data in `content`.

    `document["results"]` is one table or picture; `names` lists them; `write(folder)` leaves its files on disk.
    """

    title: str
    sentences: tuple[str, ...]
    tables: Mapping[str, Table]
    figures: Mapping[str, Figure]
    source: Provenance
    content: Any = field(repr=False)
    files: Callable[[], Mapping[str, bytes]] = field(repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its tables and pictures; a picture whose name is that of a table too has `figure-` before it."""
        return (*self.tables, *(f"figure-{each}" if each in self.tables else each for each in self.figures))

    def __getitem__(self, name: str) -> Piece:
        """A table or a picture. Raises FRAM-005."""
        if name in self.tables:
            return Piece(made=self.tables[name], source=self.source)
        if name in self.names:
            return Piece(
                made=self.figures.get(name) or self.figures[name.removeprefix("figure-")], source=self.source
            )
        raise frame_error("FRAM-005", "document", f"table or picture {unlike(name, self.names)}")

    def table(self) -> Table:
        """What it says, and what it holds."""
        held = (f"Tables: {', '.join(self.tables)}.", f"Pictures: {', '.join(self.figures) or 'none'}.")
        lines = tuple(Row(head=each) for each in self.sentences)
        return Table(id="document", title=self.title, corner="", columns=(), rows=lines, notes=held)

    def origin(self) -> Provenance:
        """Where the numbers come from."""
        return self.source

    def _repr_html_(self) -> str:
        shown = [in_html(self.table(), None, self.source)]
        shown += [in_html(each, None, self.source) for each in self.tables.values()]
        return str(
            Markup("").join([*shown, *(picture_html(each, self.source) for each in self.figures.values())])
        )

    def write(self, folder: str | Path) -> list[Path]:
        """Writes its files into a folder, which is made; gives their paths."""
        written = []
        for name, content in self.files().items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            written.append(path)
        return written


def texts_of(
    tables: Mapping[str, Table], figures: Mapping[str, Figure], source: Provenance
) -> dict[str, bytes]:
    """The tables as CSV and the pictures as SVG, by the names of their files."""
    from equipoise.analysis.svg import svg
    from equipoise.analysis.tables import table_csv

    made = {f"{name}.csv": table_csv(each, source).encode() for name, each in tables.items()}
    made |= {f"{name}.svg": str(svg(each, source, alone=True)).encode() for name, each in figures.items()}
    return made
