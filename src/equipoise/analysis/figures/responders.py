"""The share of responders as bars, and the main comparison in one sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from equipoise.analysis.estimands.scales import SCALES, shown, shown_interval
from equipoise.analysis.figures.axes import WIDTH, Scale, tick
from equipoise.analysis.numbers import fixed, hundredfold
from equipoise.analysis.results import Analysis, Group
from equipoise.analysis.svg import Figure, label, path, tag, text_width, wrapped


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
    parts.append(label(x.at(share) + 8, top + 15, f"{fixed(hundredfold(each.proportion), 1)}%", "label"))
    parts.append(label(x.at(share) + 8, top + 31, numbers, "quiet", size=12))
    return tag("g", Markup("").join(parts), class_=f"arm-{place + 1}")


def described_bars(groups: Sequence[Group], labels: Mapping[str, str]) -> str:
    """The percentages in words."""
    return " ".join(
        f"{labels[each.arm]}: {fixed(hundredfold(each.proportion), 1)}% of {each.analysed}."
        for each in groups
    )


def spoken(analysis: Analysis, ratio: bool = False) -> str:
    """The first contrast in one sentence, for summaries and for the ends of commands (`ratio` is not read:
    the analysis says what it estimates)."""
    if not analysis.contrasts:
        return f"{analysis.label}: not estimable."
    first, scale = analysis.contrasts[0], SCALES[analysis.summary]
    between = shown_interval(scale, first.lower, first.upper)
    return f"{analysis.label}: {scale.label.lower()} {shown(scale, first.estimate)} ({between})."
