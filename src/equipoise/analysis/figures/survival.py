"""Kaplan-Meier curves with direct labels and the number at risk below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from equipoise.analysis.figures.axes import (
    EVERYBODY,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Scale,
    apart,
    beside,
    counts_below,
    frame,
    room,
    scale,
    tick,
)  # fmt: skip
from equipoise.analysis.numbers import fixed
from equipoise.analysis.survival import Point
from equipoise.analysis.svg import Figure, path, tag

FLOOR = HEIGHT - 52


def survival_figure(
    curves: Mapping[str, Sequence[Point]],
    labels: Mapping[str, str],
    title: str,
    last: int,
    order: Sequence[str],
    followed: Mapping[str, Sequence[int]],
) -> Figure:
    """Kaplan-Meier curves; time in days. followed: by arm, the days of everybody, for the number at risk."""
    x = scale(0, max(last, 1), LEFT, WIDTH - RIGHT, 6)
    y = Scale(low=0, high=100, start=FLOOR, end=TOP, ticks=(0, 25, 50, 75, 100))
    marks = [(each, tick(each)) for each in x.ticks]
    parts = [frame(x, y, marks, "Days from randomisation", "Without the event, %")]
    ends = [100 * (points[-1].survival if points else 1.0) for points in curves.values()]
    names = [labels.get(arm, EVERYBODY) for arm in curves]
    heights = apart([y.at(each) for each in ends], room(names))
    words, lines = [], []
    for place, (arm, points) in enumerate(curves.items()):
        steps = [(x.at(0), y.at(100)), *((x.at(p.time), y.at(100 * p.survival)) for p in points)]
        line = tag("path", class_="line", d=path([*steps, (x.at(last), steps[-1][1])], step=True))
        number = order.index(arm) + 1
        parts.append(
            tag("g", line + beside(x.end + 12, heights[place] + 4, names[place]), class_=f"arm-{number}")
        )
        words.append(f"{names[place]}: {fixed(ends[place], 0)}% without the event at the end.")
        days = followed.get(arm, ())
        lines.append((number, names[place], [sum(each >= time for each in days) for time in x.ticks]))
    below, bottom = counts_below(x, FLOOR + 66, "Number at risk", x.ticks, lines)
    counted = [
        f"{name} {sum(p.events for p in points)} of {len(followed.get(arm, ()))}"
        for name, (arm, points) in zip(names, curves.items(), strict=True)
    ]
    return Figure(
        id="survival",
        title=title,
        description=" ".join(words),
        width=WIDTH,
        height=int(bottom),
        body=Markup("").join([*parts, below]),
        caption=f"{title}: Kaplan-Meier estimate. Events: {', '.join(counted)}; the others are censored.",
    )
