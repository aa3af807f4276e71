"""A picture of named lines over a common axis: means over visits, power against size, bounds over information."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from equipoise.analysis.figures.axes import (
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Scale,
    apart,
    beside,
    frame,
    room,
    scale,
)
from equipoise.analysis.shown import number
from equipoise.analysis.svg import Figure, path, tag

FLOOR = HEIGHT - 52
Line = tuple[str, Sequence[tuple[float, float]]]
"""A name, and the points of its line."""


def lines_figure(
    key: str, title: str, lines: Sequence[Line], axes: tuple[str, str], marks: Sequence[tuple[float, str]] = (),
    whiskers: Sequence[Sequence[tuple[float, float, float]]] = (), span: tuple[float, float] | None = None,
) -> Figure:  # fmt: skip
    """Lines with their names at the end; whiskers of each line: (x, low, high); span: the height axis."""
    across = [x for _, points in lines for x, _ in points]
    heights = [y for _, points in lines for _, y in points]
    heights += [end for each in whiskers for _, low, high in each for end in (low, high)]
    x = scale(min(across), max(across), LEFT, WIDTH - RIGHT)
    if marks:
        x = Scale(low=marks[0][0], high=marks[-1][0], start=LEFT + 14, end=WIDTH - RIGHT - 14, ticks=())
    low, high = span or (min(heights), max(heights))
    y = scale(low, high, FLOOR, TOP)
    parts = [frame(x, y, marks or [(each, f"{each:g}") for each in x.ticks], *axes)]
    ends = apart([y.at(points[-1][1]) for _, points in lines], room([name for name, _ in lines]))
    for place, ((name, points), end) in enumerate(zip(lines, ends, strict=True)):
        shift = (place - (len(lines) - 1) / 2) * 5 if whiskers else 0.0
        drawn = [(x.at(a) + shift, y.at(b)) for a, b in points]
        inner = tag("path", class_="line", d=path(drawn)) + beside(WIDTH - RIGHT + 12, end + 4, name)
        for at, least, most in whiskers[place] if whiskers else ():
            ends_at = [(x.at(at) + shift, y.at(least)), (x.at(at) + shift, y.at(most))]
            inner += tag("path", class_="whisker", d=path(ends_at))
        parts.append(tag("g", inner, class_=f"arm-{place + 1}"))
    told = " ".join(
        f"{name}: {number(points[0][1])} at {number(points[0][0])}, {number(points[-1][1])} at {number(points[-1][0])}."
        for name, points in lines
    )
    return Figure(
        id=key,
        title=title,
        description=told,
        width=WIDTH,
        height=HEIGHT,
        body=Markup("").join(parts),
        caption=title,
    )
