"""Results that show themselves: a short table in words, the same with a picture in a notebook, and a Polars frame.

Rounding never changes what is said: a number that is cut short keeps its zeros (`0.0500` is near 0.05, `0.05` is it),
and gets more digits where fewer would put it on a threshold that it is not on.
"""

from __future__ import annotations

import base64
import dataclasses
import math
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    import polars

    from equipoise.analysis.svg import Figure
    from equipoise.analysis.tables import Provenance, Table

DIGITS, MOST, SMALLEST = 4, 9, -7
THRESHOLDS = (0.0, 0.001, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 0.8, 0.9, 0.95, 0.975, 0.99, 1.0)


def number(value: float | None, digits: int = DIGITS) -> str:
    """A number with this many significant digits, or more where these would move it onto a threshold."""
    if value is None:
        return "–"
    if isinstance(value, bool | int):
        return str(value)
    value = float(value)
    if math.isnan(value):
        return "not defined"
    if math.isinf(value):
        return "infinite" if value > 0 else "minus infinite"
    exact = Decimal(repr(value))
    if exact == exact.to_integral_value() or not exact:
        return format(exact.to_integral_value(), "f") if exact else "0"
    if exact.adjusted() < SMALLEST:
        return f"{value:.{digits - 1}e}"
    for more in range(digits, MOST + 1):
        step = Decimal(1).scaleb(min(exact.adjusted() - more + 1, -1))
        rounded = exact.quantize(step, rounding=ROUND_HALF_UP)
        if rounded == exact:
            return format(exact.normalize(), "f")
        if float(rounded) not in THRESHOLDS:
            break
    return format(rounded, "f")


class Shown:
    """What every result can do. A class says its `table()`, and its `figure()` where it has one; a class that says
    none shows its fields."""

    __slots__ = ()

    def table(self) -> Table:
        """The numbers as a table of text."""
        return fields_table(self)

    def figure(self) -> Figure | None:
        """The picture, where there is one."""
        return None

    def origin(self) -> Provenance:
        """Where the numbers come from; its banner stands above them."""
        from equipoise.analysis.tables import Provenance

        return Provenance(banner="", mode="frame", study="", cut=0, head="", sequence=0, digest="")

    def to_frame(self) -> polars.DataFrame:
        """The numbers as a Polars frame of one row; a class with several says so."""
        import polars

        return polars.DataFrame([flat(self)])

    def __repr__(self) -> str:
        banner = self.origin().banner
        return "\n".join([*([banner] if banner else []), in_words(self.table())])

    def _repr_html_(self) -> str:
        return str(in_html(self.table(), self.figure(), self.origin()))


def words(name: str) -> str:
    """`p_value` as `p value`."""
    return name.replace("_", " ")


def cell(value: Any) -> str:
    """One value in words."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        if hasattr(value, "lower") and hasattr(value, "upper") and hasattr(value, "confidence"):
            return f"{number(value.lower)} to {number(value.upper)} ({100 * value.confidence:g}%)"
        return "; ".join(f"{words(k)} {cell(v)}" for k, v in shown_fields(value).items())
    if isinstance(value, Mapping):
        return ", ".join(f"{k}: {cell(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        inner = [" / ".join(map(cell, each)) if isinstance(each, tuple) else cell(each) for each in value]
        return ", ".join(inner) or "none"
    if isinstance(value, float | int) or value is None:
        return number(value)
    shape = getattr(value, "shape", None)
    if shape is None:
        return str(value)
    return f"array {shape}" if len(shape) > 1 or value.size > MOST else cell(value.tolist())


def shown_fields(value: Any) -> dict[str, Any]:
    """The fields that a reader is shown, in their order."""
    return {each.name: getattr(value, each.name) for each in dataclasses.fields(value) if each.repr}


def fields_table(value: Any) -> Table:
    """A line for each field."""
    from equipoise.analysis.tables import Row, Table

    title = "".join(f" {each.lower()}" if each.isupper() else each for each in type(value).__name__).strip()
    rows = tuple(Row(head=words(name), cells=(cell(one),)) for name, one in shown_fields(value).items())
    return Table(id="result", title=title.capitalize(), corner="", columns=("",), rows=rows)


def flat(value: Any) -> dict[str, Any]:
    """The fields as one flat row: those of a part carry its name, but for an interval's; sequences are lists."""
    row: dict[str, Any] = {}
    for name, one in shown_fields(value).items():
        if dataclasses.is_dataclass(one) and not isinstance(one, type):
            inner = flat(one)
            row |= inner if name == "interval" else {f"{name}_{key}": each for key, each in inner.items()}
        elif isinstance(one, tuple):
            row[name] = list(one)
        elif isinstance(one, str | int | float | bool) or one is None:
            row[name] = one
    return row


def in_words(table: Table) -> str:
    """The table as lines of text: title, columns set apart by spaces, notes."""
    heads = (table.corner, *table.columns)
    lines = [heads] if any(heads) else []
    for row in table.rows:
        cells = (("  " * row.level) + row.head, *row.cells)
        lines.append((*cells, *([""] * (len(heads) - len(cells)))))
    widths = [max(len(line[place]) for line in lines) for place in range(len(heads))] if lines else []
    text = [table.title]
    for line in lines:
        first, rest = line[0].ljust(widths[0]), zip(line[1:], widths[1:], strict=True)
        set_apart = [each.ljust(width) if len(heads) == 2 else each.rjust(width) for each, width in rest]
        text.append("  ".join(("", first, *set_apart)).rstrip())
    text += [f"  {note}" for note in table.notes]
    return "\n".join(text)


def in_html(table: Table, figure: Figure | None, source: Provenance) -> Markup:
    """The table with a caption and scoped headings, then the picture as an image with its description."""
    look = "padding:0.1em 0.6em;text-align:" + ("left" if table.prose else "right")
    heads = Markup("").join(
        Markup('<th scope="col" style="{}">{}</th>').format(look, each) for each in table.columns
    )
    head = Markup('<thead><tr><th scope="col">{}</th>{}</tr></thead>').format(table.corner, heads)
    rows = Markup("").join(
        Markup('<tr><th scope="row" style="text-align:left">{}</th>{}</tr>').format(
            row.head,
            Markup("").join(Markup('<td style="{}">{}</td>').format(look, each) for each in row.cells),
        )
        for row in table.rows
    )
    notes = Markup("").join(Markup("<p>{}</p>").format(note) for note in table.notes)
    made = Markup("{}<table><caption>{}</caption>{}<tbody>{}</tbody></table>{}").format(
        Markup("<p><strong>{}</strong></p>").format(source.banner) if source.banner else "",
        table.title,
        head if any((table.corner, *table.columns)) else "",
        rows,
        notes,
    )
    return made if figure is None else made + picture_html(figure, source)


def picture_html(figure: Figure, source: Provenance) -> Markup:
    """The picture as an image: its styles stay its own, and its description is read aloud."""
    from equipoise.analysis.svg import svg

    data = base64.b64encode(str(svg(figure, source, alone=True, captioned=False)).encode()).decode()
    return Markup(
        '<figure><img src="data:image/svg+xml;base64,{}" alt="{}" width="{}" style="max-width:100%">'
        "<figcaption>{}</figcaption></figure>"
    ).format(Markup(data), figure.description, figure.width, figure.caption)
