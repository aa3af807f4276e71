"""Kaplan-Meier curves with direct labels and the number at risk below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from equipoise.analysis.estimators.survival import Bands, Point, band, survival_at
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
    fitted,
    frame,
    room,
    scale,
    tick,
)  # fmt: skip
from equipoise.analysis.numbers import fixed
from equipoise.analysis.svg import Figure, path, tag

FLOOR = HEIGHT - 52


def survival_figure(
    curves: Mapping[str, Sequence[Point]],
    labels: Mapping[str, str],
    title: str,
    last: int,
    order: Sequence[str],
    followed: Mapping[str, Sequence[float]],
    *,
    axis: str = "Days from randomisation",
    confidence: float = 0.95,
    kind: Bands = "log-log",
) -> Figure:
    """Kaplan-Meier curves with bands; a tick where somebody is censored. followed: by arm, the times of
    everybody, for the number at risk. axis: the title of the times' axis."""
    x = scale(0, max(last, 1), LEFT, WIDTH - RIGHT, 6)
    y = Scale(low=0, high=100, start=FLOOR, end=TOP, ticks=(0, 25, 50, 75, 100))
    marks = [(each, tick(each)) for each in x.ticks]
    parts = [frame(x, y, marks, axis, "Without the event, %")]
    ends = [100 * (points[-1].survival if points else 1.0) for points in curves.values()]
    names = [labels.get(arm, EVERYBODY) for arm in curves]
    short = fitted(names)
    heights = apart([y.at(each) for each in ends], room(short), FLOOR - room(short) + 15)
    words, lines = [], []
    for place, (arm, points) in enumerate(curves.items()):
        end = max(followed.get(arm, ()), default=last)
        number = order.index(arm) + 1
        drawn = curve(points, x, y, end, confidence, kind) + censored(points, followed.get(arm, ()), x, y)
        name = beside(x.end + 12, heights[place] + 4, short[place])
        parts.append(tag("g", drawn + name, class_=f"arm-{number}"))
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
        caption=f"{title}: Kaplan-Meier estimate with pointwise {fixed(100 * confidence, 0)}% bands ({kind}). "
        f"Events: {', '.join(counted)}; the others are censored (ticks).",
    )


def curve(
    points: Sequence[Point], x: Scale, y: Scale, end: float, confidence: float, kind: Bands = "log-log"
) -> Markup:
    """The band and the line of one arm, up to the last time of anybody."""
    steps = [(x.at(0), y.at(100)), *((x.at(p.time), y.at(100 * p.survival)) for p in points)]
    line = tag("path", class_="line", d=path([*steps, (x.at(end), steps[-1][1])], step=True))
    bands = [(point.time, found) for point in points if (found := band(point, confidence, kind))]
    if not bands:
        return line
    stop = next((point.time for point in points if point.survival == 0), end)
    edges = []
    for side in ("upper", "lower"):
        ends = [(x.at(time), y.at(100 * getattr(found, side))) for time, found in bands]
        edges.append([(x.at(0), y.at(100)), *ends, (x.at(stop), ends[-1][1])])
    upper = path(corners(edges[0]))
    lower = path(list(reversed(corners(edges[1])))).replace("M", "L", 1)
    return tag("path", class_="band", d=f"{upper}{lower}Z") + line


def corners(steps: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points of a stepped line with its corners."""
    made = [steps[0]]
    for at, height in steps[1:]:
        made += [(at, made[-1][1]), (at, height)]
    return made


def censored(points: Sequence[Point], followed: Sequence[float], x: Scale, y: Scale) -> Markup:
    """A tick on the curve at each time at which somebody was followed to and had no event."""
    events = {point.time: point.events for point in points}
    times = sorted(time for time, count in Counter(followed).items() if count > events.get(time, 0))
    parts = []
    for time in times:
        height = y.at(100 * survival_at(points, time))
        parts.append(
            tag("path", class_="whisker", d=path([(x.at(time), height - 4), (x.at(time), height + 4)]))
        )
    return Markup("").join(parts)
