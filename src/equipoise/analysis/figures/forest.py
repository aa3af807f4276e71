"""A forest plot: every analysis of one comparison on one scale, then the subgroups with the test that they differ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from equipoise.analysis.figures.axes import Scale, scale, tick
from equipoise.analysis.svg import Figure, label, path, tag, wrapped

EDGE, NAMES, COLUMN, PLOT, TEXT = 4.0, 258, 88, 222, 160
ROW, EXTRA, HEAD = 27, 15, 64
MOST_TICKS = 6
WIDEST = 16.0
"""A ratio beyond 1/16 to 16 is drawn at the edge with an arrow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row: words, a text for each arm, and estimate, lower and upper end, or None and why. Without cells it is a
    heading. strong: the primary analysis."""

    head: str
    cells: tuple[str, ...] = ()
    values: tuple[float, float, float] | None = None
    shown: str = ""
    strong: bool = False
    indent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """The scale of a forest plot: its words, the value of no effect, and whether it is logarithmic."""

    title: str
    null: float
    ratio: bool
    percent: bool


def forest_figure(
    key: str, title: str, lines: Sequence[Line], columns: Sequence[tuple[int, str]], axis: Axis, caption: str
) -> Figure:
    """The figure; `columns` are the numbers and headings of the arms."""
    start = NAMES + COLUMN * len(columns) + 16.0
    x = scale_of(lines, axis, start, start + PLOT)
    heights = [ROW + EXTRA * (len(names(line)) - 1) for line in lines]
    bottom = HEAD + sum(heights) + 6.0
    parts = headings(columns, axis, x)
    every = -(-len(x.ticks) // MOST_TICKS)
    for place, value in enumerate(x.ticks):
        parts.append(tag("path", class_="grid", d=path([(x.at(value), HEAD - 6.0), (x.at(value), bottom)])))
        if place % every == 0:
            parts.append(label(x.at(value), bottom + 18, shown_tick(value, axis), "quiet", "middle", 12))
    null = x.at(math.log(axis.null) if axis.ratio else axis.null)
    parts.append(tag("path", class_="axis", d=path([(null, HEAD - 6.0), (null, bottom)])))
    y = float(HEAD)
    for line, height in zip(lines, heights, strict=True):
        parts.append(row(line, y, len(columns), x, axis))
        y += height
    width = int(x.end + 14 + TEXT)
    parts.append(label((x.start + x.end) / 2, bottom + 40, axis.title, "quiet", "middle", 12))
    return Figure(
        id=key,
        title=title,
        description=" ".join(f"{each.head}: {each.shown}." for each in lines if each.cells),
        width=width,
        height=int(bottom + 52),
        body=Markup("").join(parts),
        caption=caption,
    )


def headings(columns: Sequence[tuple[int, str]], axis: Axis, x: Scale) -> list[Markup]:
    """The headings of the arms and of the numbers to the right."""
    parts = []
    for place, (arm, name) in enumerate(columns):
        at = NAMES + COLUMN * (place + 1)
        lines = shortened(wrapped(name, COLUMN - 8, 12), 3)
        words = [label(at, 20 + 15 * rank, text, "label", "end", 12) for rank, text in enumerate(lines)]
        parts.append(tag("g", Markup("").join(words), class_=f"arm-{arm}"))
    kind = "Ratio" if axis.ratio else "Difference"
    parts.append(label(x.end + 14, 20, f"{kind} (interval)", "quiet", size=12))
    return parts


def shown_tick(value: float, axis: Axis) -> str:
    """The number at a tick."""
    if axis.ratio:
        return format(round(math.exp(value), 4), "g")
    return tick(round(100 * value, 6)) if axis.percent else tick(value)


def scale_of(lines: Sequence[Line], axis: Axis, start: float, end: float) -> Scale:
    """The scale that holds every interval: round steps, or halves and doubles of a ratio."""
    ends = [end for line in lines if line.values for end in line.values if math.isfinite(end)]
    if not axis.ratio:
        return scale(min([axis.null, *ends]), max([axis.null, *ends, axis.null + 0.01]), start, end, 6)
    low = max(1 / WIDEST, min([0.5, *(each for each in ends if each > 0)]))
    high = min(WIDEST, max([2.0, *ends]))
    first, last = math.floor(math.log2(low) + 1e-9), math.ceil(math.log2(high) - 1e-9)
    ticks = tuple(each * math.log(2) for each in range(first, last + 1))
    return Scale(low=ticks[0], high=ticks[-1], start=start, end=end, ticks=ticks)


def names(line: Line) -> list[str]:
    """The words of a row in at most three lines; a heading goes on over the columns."""
    room = NAMES - 8 - 14 * line.indent if line.cells else NAMES + 2 * COLUMN
    return shortened(wrapped(line.head, room, 13) or [""], 3)


def shortened(lines: list[str], most: int) -> list[str]:
    """The first lines; the last one says that there were more."""
    return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1]}…"]


def row(line: Line, y: float, columns: int, x: Scale, axis: Axis) -> Markup:
    """One row: words, numbers by arm, interval and its text."""
    kind = "label" if line.strong or not line.cells else ""
    parts = [
        label(EDGE + 14.0 * line.indent, y + 14 + EXTRA * place, text, kind)
        for place, text in enumerate(names(line))
    ]
    for place, text in enumerate(line.cells[:columns]):
        parts.append(label(NAMES + COLUMN * (place + 1), y + 14, text, "", "end", 12))
    if line.shown:
        parts.append(label(x.end + 14, y + 14, line.shown, "label" if line.strong else "", size=12))
    if line.values:
        parts.append(mark(line, y + 10, x, axis))
    return Markup("").join(parts)


def mark(line: Line, y: float, x: Scale, axis: Axis) -> Markup:
    """The interval as a line and the estimate as a square; an end beyond the scale becomes an arrow."""
    estimate, lower, upper = (
        (on_scale(value, axis) for value in line.values) if line.values else (0.0, 0.0, 0.0)
    )
    left, right = max(lower, x.low), min(upper, x.high)
    parts = [tag("path", class_="whisker", d=path([(x.at(left), y), (x.at(right), y)]))]
    for at, beyond, way in ((left, lower < x.low, 1), (right, upper > x.high, -1)):
        tip = x.at(at)
        points = (
            [(tip + 6 * way, y - 4), (tip, y), (tip + 6 * way, y + 4)]
            if beyond
            else [(tip, y - 4), (tip, y + 4)]
        )
        parts.append(tag("path", class_="whisker", d=path(points)))
    if x.low <= estimate <= x.high:
        side = 10.0 if line.strong else 7.0
        square = {"x": x.at(estimate) - side / 2, "y": y - side / 2, "width": side, "height": side}
        parts.append(tag("rect", class_="mark", **square))
    return Markup("").join(parts)


def on_scale(value: float, axis: Axis) -> float:
    """The place of a value: a ratio by its logarithm."""
    if not axis.ratio:
        return value
    return math.log(value) if value > 0 else -math.inf
