"""How far a trial has recruited, as a part of its page: counts over time and by site, never by arm.

What is counted comes from elsewhere; this module knows no trial and no ledger. Small numbers of a site are not said:
whoever knows some of the people there could tell the others by subtraction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from equipoise.errors import EquipoiseError
from equipoise.registry.page.render import START, NamedSection, render_template

WIDTH, HEIGHT = 760, 250
LEFT, RIGHT, TOP, BOTTOM = 52, 92, 18, 34
MOST_TICKS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCount:
    """A site: its name, country, day of opening, and how many were randomised; None where that is not said."""

    name: str
    country: str
    opened: str
    randomised: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recruitment:
    """What the public is told of a trial while it runs.

    until: the day of the last thing told. months: `YYYY-MM` and how many were randomised up to its end, in order
    without gaps. counted: the last month that the counts by site cover, empty before the first has passed.
    least: smaller counts of a site are not said. locked, unblinded: the days, empty before.
    """

    mode: str
    status: str
    until: str
    planned: int
    screened: int
    randomised: int
    months: tuple[tuple[str, int], ...]
    sites: tuple[SiteCount, ...]
    counted: str
    least: int
    locked: str = ""
    unblinded: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A mark on an axis: where, and what it says."""

    at: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """The curve of those randomised, ready to draw: points of the line, the area below it, axes, the plan."""

    width: int
    height: int
    line: str
    area: str
    x_axis: tuple[Tick, ...]
    y_axis: tuple[Tick, ...]
    left: int
    right: int
    bottom: int
    plan: float | None
    last: tuple[float, float]


def recruitment_section(
    told: Recruitment, banner: str | None, language: str, fault: EquipoiseError | None = None
) -> NamedSection:
    """The part of the page, in a language. fault: why there are no results though they are open."""
    html = render_template(
        "recruitment.html", language=language, told=told, banner=banner, curve=curve_of(told), fault=fault
    )
    return NamedSection(
        id="live",
        title="Recruitment",
        purpose="How many people have joined so far. It follows the trial's own ledger.",
        html=Markup(html),
        position="results" if told.unblinded else START,  # by then readers want the results first
        language=language,
    )


def curve_of(told: Recruitment) -> Curve | None:
    """The curve; None before anybody was randomised."""
    if not told.randomised:
        return None
    most = nice(max(told.planned, told.randomised))
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    step = (right - LEFT) / len(told.months)

    def y(count: int) -> float:
        return round(bottom - (bottom - TOP) * count / most, 1)

    points = [(float(LEFT), y(0))]
    points += [(round(LEFT + step * n, 1), y(count)) for n, (_, count) in enumerate(told.months, 1)]
    line = " ".join(f"{x},{height}" for x, height in points)
    return Curve(
        width=WIDTH,
        height=HEIGHT,
        line=line,
        area=f"{line} {points[-1][0]},{bottom} {LEFT},{bottom}",
        x_axis=tuple(
            Tick(at=round(LEFT + step * (n + 1), 1), label=told.months[n][0])
            for n in spread(len(told.months))
        ),
        y_axis=tuple(Tick(at=y(most * n // 4), label=str(most * n // 4)) for n in range(5)),
        left=LEFT,
        right=right,
        bottom=bottom,
        plan=y(told.planned) if told.planned else None,
        last=points[-1],
    )


def nice(most: int) -> int:
    """The smallest round number that is not below, and that four divides."""
    scale = 4
    while True:
        for factor in (1, 2, 3, 5):
            if scale * factor >= most:
                return scale * factor
        scale *= 10


def spread(count: int) -> Sequence[int]:
    """At most `MOST_TICKS` places of so many, evenly, with the last."""
    every = -(-count // MOST_TICKS)
    return range((count - 1) % every, count, every)
