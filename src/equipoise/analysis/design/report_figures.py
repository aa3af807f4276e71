"""The pictures of a design report: power against what is assumed, the size of the tests, events over time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from equipoise.analysis.design.report import NAMES, Compared, percent
from equipoise.analysis.design.report_binary import BinaryReport, power_curve, size_curve
from equipoise.analysis.design.report_means import MeansReport, power_of_differences
from equipoise.analysis.design.report_times import TimesReport, events_over_time, power_at
from equipoise.analysis.figures.axes import (
    BOTTOM,
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
from equipoise.analysis.svg import Figure, label, path, tag

Line = tuple[str, Sequence[float]]
DRAWN = ("pooled_z", "unconditional_z", "fisher")


def figures_of(each: Compared) -> tuple[Figure, ...]:
    """The pictures of one comparison, in the order of the tables."""
    if isinstance(each, MeansReport):
        return (means_power_figure(each),)
    if isinstance(each, TimesReport):
        return times_power_figure(each), events_figure(each)
    return power_figure(each), size_figure(each)


def power_figure(each: BinaryReport) -> Figure:
    """The exact power against the new arm's proportion, with and without the loss of the first assumptions."""
    main = each.shown[0]
    reference = main.assumed[1]
    gains = np.linspace(0.0, min(0.45, 0.99 - reference), 91)
    lines: list[Line] = [("Nobody lost", 100 * power_curve(each, reference, 0.0, main.loss_counts, gains))]
    if main.loss:
        counted = "as non-response" if main.loss_counts == "non_response" else "and left out"
        curve = power_curve(each, reference, main.loss, main.loss_counts, gains)
        lines.append((f"{percent(main.loss)} lost, {counted}", 100 * curve))
    x = scale(100 * reference, 100 * (reference + gains[-1]), LEFT, WIDTH - RIGHT)
    marks = [(value, f"{value:g}%") for value in x.ticks]
    body = curves(
        100 * (reference + gains), lines, x, power_axis(), marks, "Assumed in the new arm", "Power, %"
    )
    dots = [
        (100 * main.assumed[0], 100 * main.exact, 1),
        *([(100 * main.assumed[0], 100 * main.handled, 2)] if main.loss else []),
    ]
    return drawn(
        f"power-{each.estimand}",
        f"{each.label}: power against {percent(reference)} in the reference arm",
        body + points(dots, x, power_axis()),
        f"With {percent(main.assumed[0])} in the new arm the power is {percent(main.exact)}; with the loss "
        f"{percent(main.handled)}.",
        f"Exact power of the {NAMES[each.test]}, {each.groups[0]} against {each.groups[1]} participants; the marks are "
        "the first assumptions.",
    )


def size_figure(each: BinaryReport) -> Figure:
    """The size of three tests over the common proportion, with the level as a dashed line."""
    proportions = np.linspace(0.005, 0.995, 199)
    tests = [each.test, *(test for test in DRAWN if test != each.test)][:3]
    lines: list[Line] = [
        (NAMES[test].capitalize(), 100 * size_curve(each, test, proportions)) for test in tests
    ]
    high = 100 * max(each.alpha, max(one.largest for one in each.sizes if one.test in tests))
    x = Scale(low=0, high=100, start=LEFT, end=WIDTH - RIGHT, ticks=(0, 20, 40, 60, 80, 100))
    y = scale(0, 1.1 * high, HEIGHT - BOTTOM, TOP)
    marks = [(float(value), f"{value:g}%") for value in x.ticks]
    body = curves(100 * proportions, lines, x, y, marks, "Common proportion of both arms", "Rejected, %", 150)
    at = y.at(100 * each.alpha)
    level = tag("path", class_="axis", d=path([(x.start, at), (x.end, at)]), stroke_dasharray="6 4")
    words = label(x.start + 6, at - 6, f"level {percent(each.alpha)}", "quiet", size=12)
    return drawn(
        f"size-{each.estimand}",
        f"{each.label}: how often the tests reject when nothing differs",
        body + level + words,
        f"The {NAMES[each.test]} reaches {percent(each.primary.largest, 2)} at a common {percent(each.primary.at)}.",
        f"Exact size, {each.groups[0]} against {each.groups[1]} participants.",
    )


def means_power_figure(each: MeansReport) -> Figure:
    """The power against the difference under the first assumptions, without and with the loss."""
    main = each.shown[0]
    size = abs(main.difference)
    gaps = np.linspace(2 * size / 80, 2 * size, 80)
    lines: list[Line] = [("Nobody lost", 100 * power_of_differences(main, gaps, each.groups, each.alpha))]
    dots = [(size, 100 * main.power, 1)]
    if main.loss:
        lines.append(
            (f"{percent(main.loss)} lost", 100 * power_of_differences(main, gaps, main.left, each.alpha))
        )
        dots.append((size, 100 * main.handled, 2))
    x = scale(0, 2 * size, LEFT, WIDTH - RIGHT)
    marks = [(value, f"{value:g}") for value in x.ticks]
    body = curves(
        gaps, lines, x, power_axis(), marks, "Difference of the means, without its sign", "Power, %"
    )
    return drawn(
        f"power-{each.estimand}",
        f"{each.label}: power against the difference",
        body + points(dots, x, power_axis()),
        f"At a difference of {size:g} the power is {percent(main.power)}; with the loss {percent(main.handled)}.",
        f"T test, standard deviation {main.sd:g}, {each.groups[0]} against {each.groups[1]} participants; the marks "
        "are the first assumptions.",
    )


def times_power_figure(each: TimesReport) -> Figure:
    """The power against the hazard ratio under the first assumptions, one line for each method."""
    ratios = np.linspace(0.2, 0.99, 80)
    lines: list[Line] = [
        (
            name,
            [100 * power_at(each.shown[0], r, each.groups, each.window, each.alpha, method) for r in ratios],
        )
        for name, method in (("Expected statistic", "lakatos"), ("Schoenfeld's formula", "schoenfeld"))
    ]
    x = Scale(low=0.2, high=1.0, start=LEFT, end=WIDTH - RIGHT, ticks=(0.2, 0.4, 0.6, 0.8, 1.0))
    marks = [(value, f"{value:g}") for value in x.ticks]
    main = each.shown[0]
    dots = [(main.hazard_ratio, 100 * main.powers["lakatos"], 1)]
    return drawn(
        f"power-{each.estimand}",
        f"{each.label}: power against the hazard ratio",
        curves(ratios, lines, x, power_axis(), marks, "Hazard ratio", "Power, %")
        + points(dots, x, power_axis()),
        f"At a hazard ratio of {main.hazard_ratio:g} the power is {percent(main.powers['lakatos'])}.",
        f"Log-rank test, {each.groups[0]} against {each.groups[1]} participants; the mark is the first assumptions.",
    )


def events_figure(each: TimesReport) -> Figure:
    """The events expected by calendar time in both arms, under the first assumptions."""
    times = np.linspace(0, each.window.duration, 61)
    main = each.shown[0]
    lines: list[Line] = [(each.labels[arm], events_over_time(each, main, arm, times)) for arm in (0, 1)]
    x = scale(0, each.window.duration, LEFT, WIDTH - RIGHT)
    y = scale(0, max(max(values) for _, values in lines), HEIGHT - BOTTOM, TOP)
    marks = [(value, f"{value:g}") for value in x.ticks if value <= each.window.duration]
    title = f"{each.unit.capitalize()} from the first arrival"
    return drawn(
        f"events-{each.estimand}",
        f"{each.label}: events expected over time",
        curves(times, lines, x, y, marks, title, "Events"),
        " ".join(f"{name}: {values[-1]:.1f} events at the end." for name, values in lines),
        f"Under the first assumptions: {main.label}.",
    )


def power_axis() -> Scale:
    """From 0 to 100%."""
    return Scale(low=0, high=100, start=HEIGHT - BOTTOM, end=TOP, ticks=(0, 20, 40, 60, 80, 100))


def curves(
    at: np.ndarray,
    lines: Sequence[Line],
    x: Scale,
    y: Scale,
    marks: Sequence[tuple[float, str]],
    x_title: str,
    y_title: str,
    labelled: int = -1,
) -> Markup:
    """Axes and lines, each labelled at its end, at the height that it has at the point `labelled`."""
    parts = [frame(x, y, marks, x_title, y_title)]
    heights = apart([y.at(float(values[labelled])) for _, values in lines], room([name for name, _ in lines]))
    for place, ((name, values), height) in enumerate(zip(lines, heights, strict=True)):
        drawn_points = [(x.at(float(a)), y.at(float(b))) for a, b in zip(at, values, strict=True)]
        line = tag("path", class_="line", d=path(drawn_points))
        parts.append(tag("g", line + beside(x.end + 12, height + 4, name), class_=f"arm-{place + 1}"))
    return Markup("").join(parts)


def points(dots: Sequence[tuple[float, float, int]], x: Scale, y: Scale) -> Markup:
    """Marks at values of both axes, in the colour of a line."""
    return Markup("").join(
        tag("g", tag("circle", class_="mark", cx=x.at(a), cy=y.at(b), r=4.5), class_=f"arm-{arm}")
        for a, b, arm in dots
    )


def drawn(name: str, title: str, body: Markup, description: str, caption: str) -> Figure:
    """A figure of the usual size."""
    return Figure(
        id=name,
        title=title,
        description=description,
        width=WIDTH,
        height=HEIGHT,
        body=body,
        caption=f"{title}. {caption}",
    )
