"""The values of each arm in the primary analysis: means and rates as dots with intervals, categories as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from equipoise.analysis.figures.axes import WIDTH, Scale, scale, tick
from equipoise.analysis.numbers import fixed, interval
from equipoise.analysis.svg import Figure, label, path, tag, text_width, wrapped

ROW, TOP = 54, 16.0
FAINTEST = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """The value of one arm with its interval; `number` is that of the arm, `people` how many it comes from."""

    number: int
    name: str
    value: float
    lower: float
    upper: float
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The counts of the categories of one arm, in their order."""

    number: int
    name: str
    counts: tuple[int, ...]


def dots_figure(rows: Sequence[Dot], title: str, axis: str, decimals: int, caption: str) -> Figure:
    """A dot for each arm with its interval as a line, the numbers to the right."""
    left, bottom = margin([each.name for each in rows]), TOP + ROW * len(rows)
    ends = [end for each in rows for end in (each.lower, each.upper)]
    x = scale(min(ends), max(*ends, min(ends) + 1e-6), left, WIDTH - 190, 5)
    parts = [below(x, bottom, axis, [(value, tick(value)) for value in x.ticks])]
    for place, each in enumerate(rows):
        middle = TOP + ROW * place + 20
        shown = f"{fixed(each.value, decimals)} ({interval(each.lower, each.upper, decimals)})"
        drawn = [
            names(each.name, x, middle),
            tag("path", class_="whisker", d=path([(x.at(each.lower), middle), (x.at(each.upper), middle)])),
            tag("circle", class_="mark", cx=x.at(each.value), cy=middle, r=5.5),
            label(x.end + 12, middle - 2, shown, "label"),
            label(x.end + 12, middle + 14, f"n = {each.people}", "quiet", size=12),
        ]
        parts.append(tag("g", Markup("").join(drawn), class_=f"arm-{each.number}"))
    said = " ".join(f"{each.name}: {fixed(each.value, decimals)}, n = {each.people}." for each in rows)
    return made(title, said, bottom, parts, caption)


def bars_figure(rows: Sequence[Bar], categories: Sequence[str], title: str, caption: str) -> Figure:
    """A bar for each arm, divided by the shares of the categories, the lowest first and faintest."""
    left, bottom = margin([each.name for each in rows]), TOP + ROW * len(rows)
    x = Scale(low=0, high=100, start=left, end=WIDTH - 70, ticks=(0, 25, 50, 75, 100))
    parts = [below(x, bottom, "", [(value, f"{tick(value)}%") for value in x.ticks])]
    said = []
    for place, each in enumerate(rows):
        total, start, drawn = sum(each.counts), 0.0, [names(each.name, x, TOP + ROW * place + 20)]
        for rank, count in enumerate(each.counts):
            share = 100 * count / total
            width = x.at(start + share) - x.at(start)
            strength = FAINTEST + (1 - FAINTEST) * rank / max(1, len(categories) - 1)
            spot = {"x": x.at(start), "y": TOP + ROW * place, "width": width, "height": 34.0}
            drawn.append(tag("rect", class_="mark", fill_opacity=f"{strength:.2f}", **spot))
            if width > 26:
                middle = x.at(start) + width / 2
                drawn.append(
                    label(middle, TOP + ROW * place + 48, f"{fixed(share, 0)}%", "quiet", "middle", 11)
                )
            start += share
        parts.append(tag("g", Markup("").join(drawn), class_=f"arm-{each.number}"))
        counted = ", ".join(f"{name} {n}" for name, n in zip(categories, each.counts, strict=True))
        said.append(f"{each.name}: {counted}.")
    order = " < ".join(categories)
    return made(title, " ".join(said), bottom, parts, f"{caption} Categories, faint to strong: {order}.")


def margin(found: Sequence[str]) -> float:
    """The room for the names to the left."""
    return min(250.0, max([text_width(each, 13) for each in found], default=0.0) + 16)


def names(name: str, x: Scale, middle: float) -> Markup:
    """The name of an arm, to the left of its row, in at most two lines."""
    lines = wrapped(name, x.start - 12, 13)[:2]
    first = middle + 4 - 8 * (len(lines) - 1)
    return Markup("").join(
        label(x.start - 10, first + 16 * rank, line, "", "end") for rank, line in enumerate(lines)
    )


def below(x: Scale, bottom: float, title: str, marks: Sequence[tuple[float, str]]) -> Markup:
    """The grid, its numbers, and the title of the axis."""
    parts = []
    for value, text in marks:
        parts.append(tag("path", class_="grid", d=path([(x.at(value), 8.0), (x.at(value), bottom)])))
        parts.append(label(x.at(value), bottom + 18, text, "quiet", "middle", 12))
    if title:
        parts.append(label((x.start + x.end) / 2, bottom + 40, title, "quiet", "middle", 12))
    return Markup("").join(parts)


def made(title: str, said: str, bottom: float, parts: Sequence[Markup], caption: str) -> Figure:
    """The figure, which is called `values`."""
    return Figure(
        id="values",
        title=title,
        description=said,
        width=WIDTH,
        height=int(bottom + 52),
        body=Markup("").join(parts),
        caption=caption,
    )
