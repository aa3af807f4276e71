"""Axes in round steps, grid lines and labels beside lines: what the figures share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from equipoise.analysis.numbers import fixed
from equipoise.analysis.svg import label, path, tag, wrapped

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 58, 160, 22, 52
LABEL_LINES = 3
EVERYBODY = "All"
MARKS = 8
MANY = 6
"""More labels than this beside lines have one line each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """From data to the picture, along one axis, with the ticks of a round step."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]

    def at(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def scale(low: float, high: float, start: float, end: float, count: int = 5) -> Scale:
    """A scale whose ends are ticks of a step of 1, 2 or 5 times a power of ten."""
    span = max(high - low, 1e-9)
    power = 10.0 ** math.floor(math.log10(span / count))
    step = next(each * power for each in (1, 2, 5, 10) if span / (each * power) <= count)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(round(each * step, 10) for each in range(first, last + 1))
    return Scale(low=ticks[0], high=ticks[-1], start=start, end=end, ticks=ticks)


def frame(x: Scale, y: Scale, x_marks: Sequence[tuple[float, str]], x_title: str, y_title: str) -> Markup:
    """Grid lines, axes, tick labels and the axes' titles."""
    parts = []
    for value in y.ticks:
        height = y.at(value)
        parts.append(tag("path", class_="grid", d=path([(x.start, height), (x.end, height)])))
        parts.append(label(x.start - 8, height + 4, tick(value), "quiet", "end", 12))
    parts.append(tag("path", class_="axis", d=path([(x.start, y.start), (x.end, y.start)])))
    for value, text in x_marks:
        parts.append(tag("path", class_="axis", d=path([(x.at(value), y.start), (x.at(value), y.start + 5)])))
        parts.append(label(x.at(value), y.start + 20, text, "quiet", "middle", 12))
    parts.append(label((x.start + x.end) / 2, y.start + 42, x_title, "quiet", "middle", 12))
    parts.append(label(4, 13, y_title, "quiet", size=12))
    return Markup("").join(parts)


def tick(value: float) -> str:
    """A tick's number without needless decimals."""
    return fixed(value, 0) if value == round(value) else format(value, "g")


def room(names: Sequence[str]) -> float:
    """The height that the longest of the labels beside the lines needs."""
    return 4.0 + 15 * max(min(LABEL_LINES, len(wrapped(name, RIGHT - 14, 13))) for name in names)


def fitted(names: Sequence[str]) -> list[str]:
    """The labels beside the lines; where they are many, what each has room for in one line."""
    if len(names) <= MANY:
        return list(names)
    return [cut(name, RIGHT - 24, 13) for name in names]


def cut(text: str, width: float, size: float) -> str:
    """The first line of a text, which says that there was more."""
    lines = wrapped(text, width, size)
    return "".join(lines[:1]) + ("…" if len(lines) > 1 else "")


def apart(heights: Sequence[float], least: float, most: float = math.inf) -> list[float]:
    """Heights of labels moved down where they would touch, in the order given; the lowest not below `most`, if all of
    them have room above it."""
    placed = dict.fromkeys(range(len(heights)), 0.0)
    order = sorted(placed, key=lambda each: heights[each])
    last = -math.inf
    for place in order:
        last = placed[place] = max(heights[place], last + least)
    for place in reversed(order):
        placed[place] = min(placed[place], most)
        most = placed[place] - least
    return list(placed.values())


def beside(x: float, y: float, name: str) -> Markup:
    """A label beside a line, in at most three lines."""
    lines = wrapped(name, RIGHT - 14, 13)[:LABEL_LINES]
    return Markup("").join(label(x, y + 15 * place, line, "label") for place, line in enumerate(lines))


def panels(
    count: int, left: float = LEFT, width: float = WIDTH, gap: float = 26
) -> list[tuple[float, float]]:
    """The left and right end of each of several panels side by side that share the height axis of the first."""
    each = (width - left - 12 - gap * (count - 1)) / count
    return [(left + place * (each + gap), left + place * (each + gap) + each) for place in range(count)]


def counts_below(
    x: Scale, top: float, title: str, times: Sequence[float], rows: Sequence[tuple[int, str, Sequence[int]]]
) -> tuple[Markup, float]:
    """A line of numbers for each arm below an axis, under a title, and where it ends. rows: the number of the
    arm (0 for everybody), its label beside the numbers, a number for each of the times."""
    parts = [label(x.start, top, title, "quiet", size=12)]
    y = top
    for arm, name, numbers in rows:
        y += 18
        line = [
            label(x.at(time), y, str(number), "", "middle", 12)
            for time, number in zip(times, numbers, strict=True)
        ]
        line.append(label(x.end + 12, y, cut(name, RIGHT - 24, 12), "label", size=12))
        parts.append(tag("g", Markup("").join(line), class_=f"arm-{arm}" if arm else None))
    return Markup("").join(parts), y + 8
