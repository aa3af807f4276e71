"""The picture of a randomisation assessed: a row for each scheme, with guesses, differences and errors side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from equipoise.analysis.design.report import percent
from equipoise.analysis.figures.axes import Scale, scale, tick
from equipoise.analysis.svg import Figure, label, path, tag, wrapped
from equipoise.simulation.randomisation.assess import Assessed
from equipoise.simulation.randomisation.report import RandomisationReport, number

NAMES, PANEL, GAP, HEAD, LINE, ROOM = 256, 196, 34, 92, 16, 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One measure: its words, the marks (words and a value of a scheme), and a value to hold against."""

    title: str
    unit: str
    marks: tuple[tuple[str, Callable[[Assessed], float]], ...]
    against: float | None = None


def panels_of(report: RandomisationReport) -> tuple[Panel, ...]:
    """Guesses, differences and errors."""
    return (
        Panel(
            title="Right guesses, %",
            unit="%",
            marks=(
                ("all but the draws known", lambda each: 100 * each.best.value),
                ("one list known", lambda each: 100 * each.guess_list.value),
                ("one site known", lambda each: 100 * each.guess_site.value),
            ),
            against=100 * report.unknowing,
        ),
        Panel(
            title="Difference in 95% of trials",
            unit="",
            marks=(
                ("in all", lambda each: each.trial.end95),
                ("worst stratum", lambda each: each.strata.end95),
                ("worst site", lambda each: each.sites.end95),
            ),
        ),
        Panel(
            title="Type I error of the t-test, %",
            unit="%",
            marks=(
                ("guess, list known", lambda each: 100 * each.errors["selection_list"]["t"].value),
                ("guess, site known", lambda each: 100 * each.errors["selection_site"]["t"].value),
                ("drift", lambda each: 100 * each.errors["linear"]["t"].value),
            ),
            against=100 * report.assumptions.alpha,
        ),
    )


def comparison(report: RandomisationReport) -> Figure:
    """The picture."""
    names = [wrapped(each.candidate.label, NAMES - 14, 13) for each in report.assessed]
    heights = [ROOM + LINE * len(lines) for lines in names]
    bottom = HEAD + sum(heights)
    parts = [_rows(report, names, heights)]
    for place, panel in enumerate(panels_of(report)):
        start = NAMES + place * (PANEL + GAP)
        parts.append(_panel(panel, report.assessed, heights, float(start), float(bottom)))
    return Figure(
        id="schemes",
        title="Schemes compared for this trial",
        description=" ".join(map(_described, report.assessed)),
        width=NAMES + 3 * (PANEL + GAP),
        height=bottom + 34,
        body=Markup("").join(parts),
        caption="Guesses and differences are better further to the left; errors should lie on the line, the level of "
        "the test. The line of the first panel is the guess of who knows nothing but the ratio. "
        "The scheme of this trial is framed.",
    )


def _described(each: Assessed) -> str:
    own = " (this trial)" if each.candidate.own else ""
    return (
        f"{each.candidate.label}{own}: guessed {percent(each.guess_list.value)} where a list is known; arms within "
        f"{number(each.trial.end95)} in all and {number(each.strata.end95)} in the worst stratum; error "
        f"{percent(each.errors['selection_list']['t'].value)} under guessing."
    )


def _rows(report: RandomisationReport, names: Sequence[list[str]], heights: Sequence[int]) -> Markup:
    parts, y = [], float(HEAD)
    for each, lines, height in zip(report.assessed, names, heights, strict=True):
        if each.candidate.own:
            wide = float(NAMES + 3 * (PANEL + GAP) - 4)
            parts.append(tag("rect", class_="box", x=2.0, y=y + 1, width=wide, height=height - 2.0, rx=4.0))
        for place, text in enumerate(lines):
            kind = "label" if each.candidate.own else ""
            parts.append(label(10.0, y + ROOM / 2 + 12 + LINE * place, text, kind))
        y += height
    return Markup("").join(parts)


def _panel(
    panel: Panel, rows: Sequence[Assessed], heights: Sequence[int], start: float, bottom: float
) -> Markup:
    x = _scale(panel, rows, start)
    parts = [label(start, 14, panel.title, "label", size=12)]
    for place, (words, _) in enumerate(panel.marks):
        y = 32.0 + 18 * place
        key = _mark(place, start + 6, y - 4) + label(start + 18, y, words, "quiet", size=12)
        parts.append(tag("g", key, class_=f"arm-{place + 1}"))
    every = -(-len(x.ticks) // 5)
    for place, value in enumerate(x.ticks):
        parts.append(tag("path", class_="grid", d=path([(x.at(value), HEAD), (x.at(value), bottom)])))
        if place % every == 0:
            parts.append(label(x.at(value), bottom + 18, tick(value), "quiet", "middle", 12))
    if panel.against is not None:
        at = x.at(panel.against)
        parts.append(tag("path", class_="axis", d=path([(at, HEAD), (at, bottom)])))
    y = float(HEAD)
    for each, height in zip(rows, heights, strict=True):
        for place, (_, value) in reversed(list(enumerate(panel.marks))):
            offset = (place - 1) * 8.0
            mark = _mark(place, x.at(value(each)), y + height / 2 + offset)
            parts.append(tag("g", mark, class_=f"arm-{place + 1}"))
        y += height
    return Markup("").join(parts)


def _scale(panel: Panel, rows: Sequence[Assessed], start: float) -> Scale:
    values = [value(each) for each in rows for _, value in panel.marks]
    if panel.against is not None:
        values.append(panel.against)
    low = 0.0 if panel.unit != "%" else min(values)
    return scale(low, max(values), start + 6, start + PANEL - 6)


def _mark(place: int, x: float, y: float) -> Markup:
    """A disc, a square or a triangle, so that marks differ without colour."""
    if place == 0:
        return tag("circle", class_="mark", cx=x, cy=y, r=5.0)
    if place == 1:
        return tag("rect", class_="mark", x=x - 4.5, y=y - 4.5, width=9.0, height=9.0)
    corners = path([(x, y - 5.5), (x + 5.5, y + 4.5), (x - 5.5, y + 4.5)]) + "Z"
    return tag("path", class_="mark", d=corners)
