"""Recruitment: how many were randomised by each day, against the number that is planned."""

from __future__ import annotations

from datetime import date

from markupsafe import Markup

from equipoise.analysis.figures.axes import HEIGHT, LEFT, MARKS, TOP, WIDTH, Scale, frame, scale
from equipoise.analysis.quality import Quality
from equipoise.analysis.svg import Figure, label, path, tag

RIGHT = 96
FLOOR = HEIGHT - 112


def recruitment_figure(found: Quality) -> Figure | None:
    """Steps of the cumulative number randomised, from the first approved site on; the planned number as a line. None
    before the first randomisation."""
    if not found.randomised_on or found.opened is None:
        return None
    start, end = min(found.opened, found.randomised_on[0]), last_day(found)
    x = Scale(low=0, high=max((end - start).days, 1), start=LEFT, end=WIDTH - RIGHT, ticks=())
    total = len(found.randomised_on)
    y = scale(0, max(found.planned, total), FLOOR, TOP)
    parts = [frame(x, y, months(start, end), "Month", "Randomised")]
    steps = [(x.at(0), y.at(0))]
    for count, day in enumerate(found.randomised_on, start=1):
        steps.append((x.at((day - start).days), y.at(count)))
    line = tag("path", class_="line", d=path([*steps, (x.end, steps[-1][1])], step=True))
    name = label(x.end + 8, y.at(total) + 16, f"Actual {total}", "label")
    plan = tag("path", class_="axis", d=path([(x.at(0), y.at(found.planned)), (x.end, y.at(found.planned))]))
    parts += [tag("g", line + name, class_="arm-1"), plan]
    parts.append(label(x.end + 8, y.at(found.planned) - 4, f"Planned {found.planned}", "quiet"))
    open_sites = sum(each.randomised > 0 for each in found.sites)
    words = (
        f"{total} of {found.planned} planned participants were randomised from {found.randomised_on[0]} to "
        f"{found.randomised_on[-1]}, at {open_sites} of {len(found.sites)} approved sites."
    )
    return Figure(
        id="recruitment",
        title="Recruitment over time",
        description=words,
        width=WIDTH,
        height=FLOOR + 58,
        body=Markup("").join(parts),
        caption=f"Recruitment, planned and actual. {words}",
    )


def last_day(found: Quality) -> date:
    """The end of the axis: the last randomisation when the plan is reached, else the day of the cut."""
    return found.randomised_on[-1] if len(found.randomised_on) >= found.planned else found.until


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
