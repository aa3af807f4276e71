"""Line chart, bar chart and survival curve, drawn by own layout: axes in round steps, labels beside the
lines."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from equipoise.analysis.numbers import fixed, interval
from equipoise.analysis.results import Analysis, Group
from equipoise.analysis.summaries import Mean
from equipoise.analysis.survival import Point
from equipoise.analysis.svg import Figure, label, path, tag, text_width, wrapped

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 58, 160, 22, 52
LABEL_LINES = 3
EVERYBODY = "All"


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


def apart(heights: Sequence[float], least: float) -> list[float]:
    """Heights of labels moved down where they would touch, in the order given."""
    placed = dict.fromkeys(range(len(heights)), 0.0)
    last = -math.inf
    for place in sorted(placed, key=lambda each: heights[each]):
        last = placed[place] = max(heights[place], last + least)
    return list(placed.values())


def means_figure(
    rows: Sequence[Mean], arms: Sequence[str], labels: Mapping[str, str], title: str, table: Markup
) -> Figure:
    """Mean score over time by arm with 95% intervals, direct labels, and the data below."""
    drawn = [row for row in rows if row.observed]
    high = max([row.upper if math.isfinite(row.upper) else row.mean for row in drawn], default=1.0)
    low = min([row.lower if math.isfinite(row.lower) else row.mean for row in drawn], default=0.0)
    days = sorted({row.day for row in rows}) or [0]
    x = Scale(low=0, high=max(days[-1], 1), start=LEFT, end=WIDTH - RIGHT, ticks=())
    floor = 0.0 if all(row.mean >= 0 for row in drawn) else low
    y = scale(floor, max(high, 1.0), HEIGHT - BOTTOM, TOP)
    marks = [(float(each), str(each // 7) if each % 7 == 0 else fixed(each / 7, 1)) for each in days]
    parts = [frame(x, y, marks, "Weeks from randomisation", title)]
    ends = [next((y.at(r.mean) for r in reversed(drawn) if r.arm == arm), TOP) for arm in arms]
    for place, (arm, height) in enumerate(
        zip(arms, apart(ends, room([labels.get(arm, EVERYBODY) for arm in arms])), strict=True)
    ):
        mine = [row for row in drawn if row.arm == arm]
        shift = (place - (len(arms) - 1) / 2) * 5
        parts.append(series(mine, x, y, shift, place + 1, labels.get(arm, EVERYBODY), height))
    return Figure(
        id="means",
        title=f"{title} over time by arm",
        description=described_means(drawn, arms, labels),
        width=WIDTH,
        height=HEIGHT,
        body=Markup("").join(parts),
        caption=f"{title}: mean of observed masked scores with 95% intervals.",
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


def beside(x: float, y: float, name: str) -> Markup:
    """A label beside a line, in at most three lines."""
    lines = wrapped(name, RIGHT - 14, 13)[:LABEL_LINES]
    return Markup("").join(label(x, y + 15 * place, line, "label") for place, line in enumerate(lines))


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


def responders_figure(analysis: Analysis, labels: Mapping[str, str], title: str) -> Figure:
    """A bar for each arm of the primary analysis, with its percentage and numbers."""
    groups = [each for each in analysis.groups if math.isfinite(each.proportion)]
    room = max([text_width(labels[each.arm], 13) for each in groups], default=0.0)
    left = min(250.0, room + 16)
    x = Scale(low=0, high=100, start=left, end=WIDTH - 110, ticks=(0, 25, 50, 75, 100))
    bottom = 16 + 54 * len(groups)
    parts = []
    for value in x.ticks:
        parts.append(tag("path", class_="grid", d=path([(x.at(value), 8), (x.at(value), float(bottom))])))
        parts.append(label(x.at(value), bottom + 18, f"{tick(value)}%", "quiet", "middle", 12))
    parts += [
        bar(each, place, x, labels[each.arm], bool(analysis.imputations)) for place, each in enumerate(groups)
    ]
    return Figure(
        id="responders",
        title=title,
        description=described_bars(groups, labels),
        width=WIDTH,
        height=bottom + 28,
        body=Markup("").join(parts),
        caption=f"{title}: share of responders in the primary analysis.",
    )


def bar(each: Group, place: int, x: Scale, name: str, imputed: bool) -> Markup:
    """One bar, its arm to the left and its numbers to the right."""
    top, share = 16.0 + 54 * place, 100 * each.proportion
    numbers = f"{fixed(each.responders, 1 if imputed else 0)}/{each.analysed}"
    names = wrapped(name, x.start - 12, 13)[:2]
    parts = [tag("rect", class_="mark bar", x=x.start, y=top, width=x.at(share) - x.start, height=34, rx=3)]
    for rank, line in enumerate(names):
        parts.append(label(x.start - 10, top + 22 - 8 * (len(names) - 1) + 16 * rank, line, "", "end"))
    parts.append(label(x.at(share) + 8, top + 15, f"{fixed(share, 1)}%", "label"))
    parts.append(label(x.at(share) + 8, top + 31, numbers, "quiet", size=12))
    return tag("g", Markup("").join(parts), class_=f"arm-{place + 1}")


def described_bars(groups: Sequence[Group], labels: Mapping[str, str]) -> str:
    """The percentages in words."""
    return " ".join(
        f"{labels[each.arm]}: {fixed(100 * each.proportion, 1)}% of {each.analysed}." for each in groups
    )


def survival_figure(
    curves: Mapping[str, Sequence[Point]],
    labels: Mapping[str, str],
    title: str,
    last: int,
    order: Sequence[str],
) -> Figure:
    """Kaplan-Meier curves with direct labels; time in days."""
    x = scale(0, max(last, 1), LEFT, WIDTH - RIGHT, 6)
    y = Scale(low=0, high=100, start=HEIGHT - BOTTOM, end=TOP, ticks=(0, 25, 50, 75, 100))
    parts = [
        frame(
            x, y, [(each, tick(each)) for each in x.ticks], "Days from randomisation", "Without the event, %"
        )
    ]
    ends = [100 * (points[-1].survival if points else 1.0) for points in curves.values()]
    heights = apart([y.at(each) for each in ends], room([labels.get(arm, EVERYBODY) for arm in curves]))
    words = []
    for place, (arm, points) in enumerate(curves.items()):
        steps = [(x.at(0), y.at(100)), *((x.at(p.time), y.at(100 * p.survival)) for p in points)]
        line = tag("path", class_="line", d=path([*steps, (x.at(last), steps[-1][1])], step=True))
        name = labels.get(arm, EVERYBODY)
        parts.append(
            tag(
                "g", line + beside(x.end + 12, heights[place] + 4, name), class_=f"arm-{order.index(arm) + 1}"
            )
        )
        words.append(f"{name}: {fixed(ends[place], 0)}% without the event at the end.")
    return Figure(
        id="survival",
        title=title,
        description=" ".join(words),
        width=WIDTH,
        height=HEIGHT,
        body=Markup("").join(parts),
        caption=f"{title}: Kaplan-Meier estimate.",
    )


def spoken(analysis: Analysis, ratio: bool) -> str:
    """The first contrast in one sentence, for summaries and for the ends of commands."""
    if not analysis.contrasts:
        return f"{analysis.label}: not estimable."
    first = analysis.contrasts[0]
    if ratio:
        return f"{analysis.label}: hazard ratio {fixed(first.estimate, 2)} ({interval(first.lower, first.upper, 2)})."
    shown = interval(100 * first.lower, 100 * first.upper, 1, "%")
    return f"{analysis.label}: difference {fixed(100 * first.estimate, 1)}% ({shown})."
