"""Recruitment: how many were randomised by each day, against the number that is planned."""

from __future__ import annotations

from datetime import date

from markupsafe import Markup

from equipoise.analysis.data.quality import Quality
from equipoise.analysis.figures.axes import HEIGHT, LEFT, MARKS, TOP, WIDTH, Scale, frame, scale
from equipoise.analysis.svg import Figure, label, path, tag

RIGHT = 96
FLOOR = HEIGHT - 112


def recruitment_figure(found: Quality) -> Figure | None:
    """Steps of the cumulative number randomised, from the first approved site on, against the plan: a straight line to
    the planned number in the planned time, or the number alone where the definition gives no time. None before the
    first randomisation."""
    if not found.randomised_on or found.opened is None:
        return None
    begin = found.plan[0] if found.plan else found.opened
    start, end = min(found.opened, found.randomised_on[0], begin), last_day(found)
    x = Scale(low=0, high=max((end - start).days, 1), start=LEFT, end=WIDTH - RIGHT, ticks=())
    total = len(found.randomised_on)
    y = scale(0, max(found.planned, total), FLOOR, TOP)
    parts = [frame(x, y, months(start, end), "Month", "Randomised"), planned_line(found, start, x, y)]
    steps = [(x.at((found.opened - start).days), y.at(0))]
    for count, day in enumerate(found.randomised_on, start=1):
        steps.append((x.at((day - start).days), y.at(count)))
    until = x.at((min(found.until, end) - start).days)
    line = tag("path", class_="line", d=path([*steps, (until, steps[-1][1])], step=True))
    low = y.at(total) + (16 if total > 0.85 * found.planned else 4)
    parts.append(tag("g", line + label(x.end + 8, low, f"Actual {total}", "label"), class_="arm-1"))
    words = said(found)
    return Figure(
        id="recruitment",
        title="Recruitment over time",
        description=words,
        width=WIDTH,
        height=FLOOR + 58,
        body=Markup("").join(parts),
        caption=f"Recruitment, planned and actual. {words}",
    )


def planned_line(found: Quality, start: date, x: Scale, y: Scale) -> Markup:
    """The plan as a line with its number."""
    left, right = x.start, x.end
    points = [(left, y.at(found.planned)), (right, y.at(found.planned))]
    if found.plan is not None:
        opens, closes = ((each - start).days for each in found.plan)
        points = [(x.at(opens), y.at(0)), (x.at(closes), y.at(found.planned)), (right, y.at(found.planned))]
    name = label(right + 8, y.at(found.planned) - 4, f"Planned {found.planned}", "quiet")
    return tag("path", class_="axis", d=path(points)) + name


def said(found: Quality) -> str:
    """Recruitment and its plan in words."""
    total, active = len(found.randomised_on), sum(each.randomised > 0 for each in found.sites)
    plan = "The definition gives no dates of recruitment."
    if found.plan is not None:
        plan = f"Planned from {found.plan[0]} to {found.plan[1]}."
    return (
        f"{total} of {found.planned} planned participants were randomised from {found.randomised_on[0]} to "
        f"{found.randomised_on[-1]}, at {active} of {len(found.sites)} approved sites. {plan}"
    )


def last_day(found: Quality) -> date:
    """The end of the axis: the last randomisation when the number is reached, else the day of the cut; never before
    the end of the plan."""
    end = found.randomised_on[-1] if len(found.randomised_on) >= found.planned else found.until
    return max(end, found.plan[1]) if found.plan else end


def months(start: date, end: date) -> list[tuple[float, str]]:
    """Marks at the first days of at most eight months, as 2026-03."""
    first = [
        date(year, month, 1)
        for year in range(start.year, end.year + 1)
        for month in range(1, 13)
        if start <= date(year, month, 1) <= end
    ]
    step = max(1, -(-len(first) // MARKS))
    return [(float((day - start).days), f"{day:%Y-%m}") for day in first[::step]]
