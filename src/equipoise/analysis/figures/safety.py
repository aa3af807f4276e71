"""Adverse events by term: the share of each arm as dots, and the difference between two arms with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from equipoise.analysis.data.summaries import Harm, Harms
from equipoise.analysis.estimators.proportions import Table2x2, newcombe
from equipoise.analysis.figures.axes import Scale, scale, tick
from equipoise.analysis.numbers import fixed, hundredfold
from equipoise.analysis.svg import Figure, label, path, tag, wrapped

NAMES, PANEL, GAP, ROW, TOP = 262, 232, 48, 23, 44
MOST = 24
SHAPES = ("circle", "square", "diamond")


def harms_figure(found: Harms, arms: Sequence[str], labels: Mapping[str, str]) -> Figure | None:
    """The terms that most participants had, the largest difference of the first arm from the last on top; None where
    nobody had any or an arm is empty."""
    if not found.terms or not all(found.at_risk[arm] for arm in arms):
        return None
    kept = sorted(found.terms, key=lambda each: (-sum(each.people.values()), each.term))[:MOST]
    gaps = {id(each): difference(each, found, arms) for each in kept}
    kept.sort(key=lambda each: (-gaps[id(each)][0], each.term))
    most = max(100 * share(each, found, arm) for each in kept for arm in arms)
    left = scale(0, max(most, 1.0), NAMES, NAMES + PANEL, 5)
    ends = [100 * end for each in kept for end in gaps[id(each)]]
    start = NAMES + PANEL + GAP
    right = scale(min([0.0, *ends]), max([0.0, *ends]), start, start + PANEL, 6)
    bottom = TOP + ROW * len(kept) + 4.0
    parts = [axis(left, bottom, "Participants with the event, %"), axis(right, bottom, versus(arms, labels))]
    parts.append(tag("path", class_="axis", d=path([(right.at(0), TOP - 8.0), (right.at(0), bottom)])))
    parts.append(legend(arms, labels))
    for place, each in enumerate(kept):
        parts.append(row(each, found, arms, TOP + 10.0 + ROW * place, left, right, gaps[id(each)]))
    rest = len(found.terms) - len(kept)
    counted = ", ".join(f"{labels[arm]} {found.at_risk[arm]}" for arm in arms)
    return Figure(
        id="events-by-term",
        title="Adverse events by term",
        description=" ".join(words(each, found, arms, labels) for each in kept[:6]),
        width=int(right.end + 24),
        height=int(bottom + 54),
        body=Markup("").join(parts),
        caption=f"Adverse events: share of participants with each term, and differences with 95% intervals (Newcombe), "
        f"not corrected for their number. At risk: {counted}."
        + (f" {rest} rarer terms are in the table alone." if rest else ""),
    )


def versus(arms: Sequence[str], labels: Mapping[str, str]) -> str:
    """The title of the axis of differences."""
    return (
        "Difference in percentage points"
        if len(arms) < 3
        else f"{labels[arms[0]]} minus {labels[arms[-1]]}, %"
    )


def share(each: Harm, found: Harms, arm: str) -> float:
    """The proportion of an arm's participants with the term."""
    return each.people[arm] / found.at_risk[arm]


def difference(each: Harm, found: Harms, arms: Sequence[str]) -> tuple[float, float, float]:
    """First arm minus last: estimate, lower and upper end."""
    one, two = arms[0], arms[-1]
    table = Table2x2(x1=each.people[one], n1=found.at_risk[one], x2=each.people[two], n2=found.at_risk[two])
    interval = newcombe(table, 0.95)
    return share(each, found, one) - share(each, found, two), interval.lower, interval.upper


def axis(x: Scale, bottom: float, title: str) -> Markup:
    """The grid of one panel, its numbers and its title below."""
    parts = []
    for value in x.ticks:
        parts.append(tag("path", class_="grid", d=path([(x.at(value), TOP - 8.0), (x.at(value), bottom)])))
        parts.append(label(x.at(value), bottom + 18, tick(value), "quiet", "middle", 12))
    parts.append(label((x.start + x.end) / 2, bottom + 40, title, "quiet", "middle", 12))
    return Markup("").join(parts)


def legend(arms: Sequence[str], labels: Mapping[str, str]) -> Markup:
    """The mark of each arm with its name, in a line on top."""
    parts, x = [], float(NAMES)
    for place, arm in enumerate(arms):
        name = label(x + 14, 18, labels[arm], "label")
        parts.append(tag("g", dot(place, x + 4, 14.0) + name, class_=f"arm-{place + 1}"))
        x += 34 + 8.2 * len(labels[arm])
    return Markup("").join(parts)


def dot(place: int, x: float, y: float) -> Markup:
    """The mark of an arm: the shape tells it, not the colour alone."""
    kind = SHAPES[place % len(SHAPES)]
    if kind == "circle":
        return tag("circle", class_="mark", cx=x, cy=y, r=4.5)
    if kind == "square":
        return tag("rect", class_="mark", x=x - 4, y=y - 4, width=8, height=8)
    return tag("path", class_="mark", d=path([(x - 5, y), (x, y - 5), (x + 5, y), (x, y + 5), (x - 5, y)]))


def row(
    each: Harm,
    found: Harms,
    arms: Sequence[str],
    y: float,
    left: Scale,
    right: Scale,
    gap: tuple[float, float, float],
) -> Markup:
    """One term: its name, a dot for each arm, the difference."""
    name = wrapped(each.term[:1].upper() + each.term[1:], NAMES - 14, 13)
    parts = [label(NAMES - 12, y + 4, name[0] + ("…" if len(name) > 1 else ""), "", "end")]
    for place, arm in reversed(list(enumerate(arms))):
        mark = dot(place, left.at(100 * share(each, found, arm)), y)
        parts.append(tag("g", mark, class_=f"arm-{place + 1}"))
    middle, lower, upper = (right.at(100 * value) for value in gap)
    parts.append(tag("path", class_="whisker", d=path([(lower, y), (upper, y)])))
    parts.append(tag("rect", class_="mark", x=middle - 3.5, y=y - 3.5, width=7, height=7))
    return Markup("").join(parts)


def words(each: Harm, found: Harms, arms: Sequence[str], labels: Mapping[str, str]) -> str:
    """The shares of one term in words."""
    shares = ", ".join(f"{labels[arm]} {fixed(hundredfold(share(each, found, arm)), 1)}%" for arm in arms)
    return f"{each.term[:1].upper() + each.term[1:]}: {shares}."
