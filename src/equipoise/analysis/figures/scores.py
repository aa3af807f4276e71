"""The score over time: means with intervals, every participant's course, and the change of each as a waterfall."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from equipoise.analysis.data.summaries import Mean
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
    cut,
    fitted,
    frame,
    panels,
    room,
    scale,
    tick,
)  # fmt: skip
from equipoise.analysis.numbers import fixed
from equipoise.analysis.svg import Figure, label, path, tag

FLOOR = HEIGHT - 52
MOST = 100.0
"""A rise beyond 100% is drawn as 100% with its number, so that one participant does not flatten all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The observed masked scores of one participant: (day, value) in order."""

    arm: str
    points: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The percent change of one participant from baseline to the last score up to the time point, or none and why."""

    arm: str
    percent: float | None
    reason: str = ""


def weeks(days: Sequence[int]) -> list[tuple[float, str]]:
    """Marks of an axis in days, labelled in weeks."""
    return [(float(each), str(each // 7) if each % 7 == 0 else fixed(each / 7, 1)) for each in days]


def means_figure(
    rows: Sequence[Mean], arms: Sequence[str], labels: Mapping[str, str], title: str, table: Markup
) -> Figure:
    """Mean score over time by arm with 95% intervals, direct labels, the number observed, and the data below."""
    drawn = [row for row in rows if row.observed]
    high = max([row.upper if math.isfinite(row.upper) else row.mean for row in drawn], default=1.0)
    low = min([row.lower if math.isfinite(row.lower) else row.mean for row in drawn], default=0.0)
    days = sorted({row.day for row in rows}) or [0]
    x = Scale(low=0, high=max(days[-1], 1), start=LEFT, end=WIDTH - RIGHT, ticks=())
    floor = 0.0 if all(row.mean >= 0 for row in drawn) else low
    y = scale(floor, max(high, 1.0), FLOOR, TOP)
    parts = [frame(x, y, weeks(days), "Weeks from randomisation", title)]
    ends = [next((y.at(r.mean) for r in reversed(drawn) if r.arm == arm), TOP) for arm in arms]
    names = [labels.get(arm, EVERYBODY) for arm in arms]
    beside_lines = fitted(names)
    heights = apart(ends, room(beside_lines), FLOOR - room(beside_lines) + 15)
    for place, (arm, height) in enumerate(zip(arms, heights, strict=True)):
        mine = [row for row in drawn if row.arm == arm]
        shift = (place - (len(arms) - 1) / 2) * 5
        parts.append(series(mine, x, y, shift, place + 1, beside_lines[place], height))
    seen = {(row.arm, row.day): row.observed for row in rows}
    lines = [
        (place + 1, names[place], [seen.get((arm, day), 0) for day in days]) for place, arm in enumerate(arms)
    ]
    below, bottom = counts_below(x, FLOOR + 66, "Number with a score", days, lines)
    last = [f"{name} {numbers[-1]}" for _, name, numbers in lines]
    return Figure(
        id="means",
        title=f"{title} over time by arm" if len(arms) > 1 else f"{title} over time",
        description=described_means(drawn, arms, labels),
        width=WIDTH,
        height=int(bottom),
        body=Markup("").join([*parts, below]),
        caption=f"{title}: mean of observed masked scores with 95% intervals; with a score at the last encounter: "
        f"{', '.join(last)}.",
        after=Markup("<details>\n<summary>Data behind the figure</summary>\n{}</details>\n").format(table),
    )


def series(
    rows: Sequence[Mean], x: Scale, y: Scale, shift: float, arm: int, name: str, height: float
) -> Markup:
    """One arm: whiskers, line, marks, label."""
    parts = []
    for row in rows:
        if math.isfinite(row.lower):
            at = x.at(row.day) + shift
            parts.append(
                tag("path", class_="whisker", d=path([(at, y.at(row.lower)), (at, y.at(row.upper))]))
            )
    points = [(x.at(row.day) + shift, y.at(row.mean)) for row in rows]
    if points:
        parts.append(tag("path", class_="line", d=path(points)))
    parts += [tag("circle", class_="mark", cx=px, cy=py, r=4.5) for px, py in points]
    parts.append(beside(x.end + 12, height + 4, name))
    return tag("g", Markup("").join(parts), class_=f"arm-{arm}")


def described_means(rows: Sequence[Mean], arms: Sequence[str], labels: Mapping[str, str]) -> str:
    """First and last mean of each arm, in words."""
    parts = []
    for arm in arms:
        mine = [row for row in rows if row.arm == arm]
        if mine:
            one, two = mine[0], mine[-1]
            parts.append(
                f"{labels.get(arm, EVERYBODY)}: mean {fixed(one.mean)} on day {one.day} "
                f"and {fixed(two.mean)} on day {two.day}."
            )
    return " ".join(parts)


def courses_figure(
    rows: Sequence[Course], means: Sequence[Mean], arms: Sequence[str], labels: Mapping[str, str], title: str
) -> Figure:
    """A thin line for each participant and the mean as a thick one, a panel for each arm on one scale."""
    values = [value for row in rows for _, value in row.points]
    days = sorted({row.day for row in means}) or [0]
    y = scale(min([0.0, *values]), max([1.0, *values]), FLOOR, TOP + 18)
    parts = []
    for place, (arm, (start, end)) in enumerate(zip(arms, panels(len(arms)), strict=True)):
        x = Scale(low=0, high=max(days[-1], 1), start=start + 6, end=end - 6, ticks=())
        mine = [row for row in rows if row.arm == arm]
        name = f"{labels.get(arm, EVERYBODY)} (n = {len(mine)})"
        parts.append(panel(x, y, start, end, place == 0, sparse(weeks(days), end - start), name, place + 1))
        threads = [
            tag("path", class_="thread", d=path([(x.at(day), y.at(value)) for day, value in row.points]))
            for row in mine
            if row.points
        ]
        middle = [(x.at(row.day), y.at(row.mean)) for row in means if row.arm == arm and row.observed]
        line = tag("path", class_="line", d=path(middle)) if middle else Markup("")
        parts.append(tag("g", Markup("").join([*threads, line]), class_=f"arm-{place + 1}"))
    parts.append(label((LEFT + WIDTH) / 2, FLOOR + 42, "Weeks from randomisation", "quiet", "middle", 12))
    parts.append(label(4, 13, title, "quiet", size=12))
    alone = sum(len(row.points) < 2 for row in rows)
    return Figure(
        id="courses",
        title=f"{title} of every participant",
        description=f"Thin lines: {len(rows)} participants; thick lines: means. {described_means(means, arms, labels)}",
        width=WIDTH,
        height=HEIGHT,
        body=Markup("").join(parts),
        caption=f"{title}: the observed masked scores of each of {len(rows)} participants, and the means; "
        f"{alone} with fewer than two scores have no line.",
    )


def sparse(marks: Sequence[tuple[float, str]], width: float) -> list[tuple[float, str]]:
    """The marks of an axis, thinned where their labels would touch."""
    step = max(1, math.ceil(len(marks) * 26 / max(width, 1)))
    return list(marks)[::step]


def panel(
    x: Scale,
    y: Scale,
    start: float,
    end: float,
    first: bool,
    marks: Sequence[tuple[float, str]],
    name: str,
    arm: int,
) -> Markup:
    """The grid of one panel with its name on top; the first one carries the numbers of the height axis."""
    parts = [tag("path", class_="grid", d=path([(start, y.at(v)), (end, y.at(v))])) for v in y.ticks]
    if first:
        parts += [label(start - 8, y.at(value) + 4, tick(value), "quiet", "end", 12) for value in y.ticks]
    parts.append(tag("path", class_="axis", d=path([(start, y.start), (end, y.start)])))
    for value, text in marks:
        parts.append(tag("path", class_="axis", d=path([(x.at(value), y.start), (x.at(value), y.start + 5)])))
        parts.append(label(x.at(value), y.start + 20, text, "quiet", "middle", 12))
    if arm:
        short = label(start + 2, y.end - 8, cut(name, end - start - 8, 13), "label")
        parts.append(tag("g", short, class_=f"arm-{arm}"))
    return Markup("").join(parts)


def waterfall_figure(
    rows: Sequence[Change], arms: Sequence[str], labels: Mapping[str, str], title: str, day: int
) -> Figure:
    """A bar for each participant, from the worst to the best, a panel for each arm on one scale."""
    known = [row for row in rows if row.percent is not None]
    lowest = min([-100.0, *(row.percent or 0.0 for row in known)])
    highest = max([0.0, *(min(row.percent or 0.0, MOST) for row in known)])
    y = scale(lowest, highest, FLOOR + 20, TOP + 18, 4)
    parts = []
    for place, (arm, (start, end)) in enumerate(zip(arms, panels(len(arms)), strict=True)):
        mine = sorted((row.percent or 0.0 for row in known if row.arm == arm), reverse=True)
        x = Scale(low=0, high=max(len(mine), 1), start=start + 2, end=end - 2, ticks=())
        name = f"{labels.get(arm, EVERYBODY)} (n = {len(mine)})"
        parts.append(panel(x, y, start, end, place == 0, [], name, place + 1))
        parts.append(tag("path", class_="axis", d=path([(start, y.at(0)), (end, y.at(0))])))
        bars = [fall(x, y, rank, value) for rank, value in enumerate(mine)]
        parts.append(tag("g", Markup("").join(bars), class_=f"arm-{place + 1}"))
    parts.append(label(4, 13, "Change from baseline, %", "quiet", size=12))
    gaps = [
        f"{labels.get(arm, EVERYBODY)} {sum(r.arm == arm and r.percent is None for r in rows)}"
        for arm in arms
    ]
    halves = [
        f"{labels.get(arm, EVERYBODY)}: {sum(r.arm == arm and (r.percent or 0) <= -50 for r in known)} of "
        f"{sum(r.arm == arm for r in known)} fell by at least half."
        for arm in arms
    ]
    return Figure(
        id="waterfall",
        title=f"{title}: change of each participant",
        description=" ".join(halves),
        width=WIDTH,
        height=FLOOR + 34,
        body=Markup("").join(parts),
        caption=f"{title}: percent change from baseline to the time point (day {day}) of each participant, whatever "
        "happened before; rises beyond 100% end in a circle; without a masked score at that encounter: "
        f"{', '.join(gaps)}.",
    )


def fall(x: Scale, y: Scale, rank: int, value: float) -> Markup:
    """One bar of the waterfall; a value above the scale ends in a circle."""
    shown = min(value, MOST)
    top, bottom = sorted((y.at(shown), y.at(0)))
    wide = max((x.at(1) - x.at(0)) * 0.8, 0.8)
    left = x.at(rank) + (x.at(1) - x.at(0)) * 0.1
    bar = tag("rect", class_="mark", x=left, y=top, width=wide, height=max(bottom - top, 1.0), stroke_width=0)
    if value <= MOST:
        return bar
    return bar + tag("circle", class_="mark", cx=left + wide / 2, cy=top, r=3.5)
