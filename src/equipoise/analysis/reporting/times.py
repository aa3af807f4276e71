"""Tables of times to an event (medians, shares at days, restricted means), and of what speaks against the models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equipoise.analysis.numbers import (
    count_percent,
    fixed,
    hundredfold,
    p_value,
    percent,
    percent_interval,
)
from equipoise.analysis.results import Check, Group, Share
from equipoise.analysis.tables import Row, Table

if TYPE_CHECKING:
    from equipoise.analysis.estimands.estimates import Estimate
    from equipoise.analysis.reporting.report import Report


def times_table(each: Estimate, report: Report) -> Table:
    """By arm: participants, events, the median, the share without the event at each horizon, a restricted mean."""
    estimand = report.study.definition.estimands[each.name]
    groups = each.analyses[0].groups
    level = percent(float(estimand.confidence), 1, 0)
    rows = [
        Row(head="Participants", cells=tuple(str(one.analysed) for one in groups)),
        Row(
            head="With the event, n (%)",
            cells=tuple(count_percent(int(one.responders or 0), one.analysed) for one in groups),
        ),
        Row(head=f"Median, days ({level} interval)", cells=tuple(median_cell(one) for one in groups)),
    ]
    for place, day in enumerate(estimand.variable.horizons):
        cells = tuple(share_cell(one.shares[place]) if one.shares else "–" for one in groups)
        rows.append(
            Row(head=f"Without the event after day {day} ({level} interval); still followed", cells=cells)
        )
    restricted = next((a for a in each.analyses if any(one.mean is not None for one in a.groups)), None)
    if restricted is not None:
        head = f"Mean days without the event up to day {max(estimand.variable.horizons)} (standard error)"
        rows.append(Row(head=head, cells=tuple(mean_cell(one) for one in restricted.groups)))
    numbered = tuple(report.arms.index(one.arm) + 1 for one in groups)
    return Table(
        id="times" if each is report.estimates[0] else f"times-{each.name}",
        title=f"{each.label}: times to the event",
        corner="Kaplan-Meier estimate",
        columns=tuple(report.labels[one.arm] for one in groups),
        arms=numbered,
        keys=tuple(one.arm for one in groups),
        rows=tuple(rows),
        notes=(
            "Intervals: of the median by Brookmeyer and Crowley, of shares by the logarithm of minus their logarithm. "
            "A median is not reached, or an end not known, where the curve or its band stays above a half.",
        ),
    )


def days(value: float | None, lacking: str) -> str:
    """A number of days, with a decimal only where it is between two."""
    return lacking if value is None else fixed(value, 0 if value == round(value) else 1)


def median_cell(one: Group) -> str:
    """`123 (98 to not known)`."""
    lower, upper = one.median_interval
    if one.median is None and lower is None:
        return "not reached"
    return f"{days(one.median, 'not reached')} ({days(lower, 'not known')} to {days(upper, 'not known')})"


def share_cell(one: Share) -> str:
    """`61.2% (48.1% to 72.0%); 23`."""
    if one.survival is None:
        return "not followed so far"
    share = f"{fixed(hundredfold(one.survival), 1)}%"
    if one.lower is None or one.upper is None:
        return f"{share}; {one.at_risk}"
    return f"{share} ({percent_interval(one.lower, one.upper, 1, '%')}); {one.at_risk}"


def mean_cell(one: Group) -> str:
    """`201.4 (8.3)`."""
    return "–" if one.mean is None else f"{fixed(one.mean)} ({fixed(one.mean_error)})"


def checks_table(report: Report) -> Table | None:
    """The tests of what the models assume; None where no model is tested."""
    rows: list[Row] = []
    tests: dict[str, str] = {}
    for estimate in report.estimates:
        for analysis in estimate.analyses:
            if analysis.checks:
                rows.append(Row(head=f"{estimate.variable}: {analysis.label}"))
                tests |= {each.assumption: each.test for each in analysis.checks}
                rows += [
                    Row(
                        head=f"{each.assumption}: {subject(each, report)}",
                        cells=(fixed(each.statistic, 2), str(each.df or "–"), p_value(each.p_value)),
                        level=1,
                        key=estimate.name,
                    )
                    for each in analysis.checks
                ]
    if not rows:
        return None
    return Table(
        id="checks",
        title="What speaks against the models",
        corner="Assumption",
        columns=("Statistic", "Degrees of freedom", "p"),
        rows=tuple(rows),
        notes=(
            *(f"{name}: {test}." for name, test in tests.items()),
            "A small p-value speaks against the assumption; a large one does not prove it. The analyses stay as "
            "they were planned, whatever is found here.",
        ),
    )


def subject(each: Check, report: Report) -> str:
    """What was tested, with the labels of the arms."""
    one, _, two = each.subject.partition(" against ")
    return (
        f"{report.labels[one]} against {report.labels[two]}" if one in report.labels and two else each.subject
    )
