"""The figures of a report, chosen and filled from its data: what exists is drawn, what does not is left
out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from equipoise.analysis.data.consort import POOLED
from equipoise.analysis.data.endpoint import Endpoint, endpoint
from equipoise.analysis.data.summaries import score_at
from equipoise.analysis.estimands.estimates import Estimate
from equipoise.analysis.estimands.scales import SCALES
from equipoise.analysis.estimands.subgroups import Subgroup
from equipoise.analysis.figures.flow import flow_figure
from equipoise.analysis.figures.forest import Axis, Line, forest_figure
from equipoise.analysis.figures.recruitment import recruitment_figure
from equipoise.analysis.figures.responders import responders_figure
from equipoise.analysis.figures.safety import harms_figure
from equipoise.analysis.figures.scores import Change, Course, courses_figure, means_figure, waterfall_figure
from equipoise.analysis.figures.survival import survival_figure
from equipoise.analysis.numbers import fixed, hundredfold, interval, p_value, percent_interval
from equipoise.analysis.reporting.listings import group_cell, means_table
from equipoise.analysis.reporting.of_values import values_of
from equipoise.analysis.results import Analysis, Contrast, Group
from equipoise.analysis.svg import Figure
from equipoise.analysis.tables import Table, table_html

if TYPE_CHECKING:
    from equipoise.analysis.reporting.report import Report
    from equipoise.study.study import Study

LONGEST = 56


def drawn(report: Report) -> dict[str, Figure]:
    """By identifier: the flow, responders, curves, forests, the score over time, harms, recruitment."""
    return {each.id: each for each in found(report)}


def found(report: Report) -> Iterator[Figure]:
    """The figures in the order of a report."""
    yield flow_figure(
        report.flow, report.labels, criterion_labels(report.study, report.by_arm), cause_labels(report.study)
    )
    first = report.estimates[0] if report.estimates else None
    if first and first.analyses and not first.curves and first.analyses[0].groups[0].proportion is not None:
        yield responders_figure(first.analyses[0], report.labels, first.label)
    for place, each in enumerate(report.estimates):
        if each.curves:
            figure = survival_of(each, report)
            yield figure if place == 0 else replace(figure, id=f"survival-{each.name}")
    for place, each in enumerate(report.estimates):
        figure = values_of(each, report)
        if figure is not None:
            yield figure if place == 0 else replace(figure, id=f"values-{each.name}")
    for place, each in enumerate(report.estimates):
        figure = forest_of(each, report)
        if figure is not None:
            yield figure if place == 0 else replace(figure, id=f"forest-{each.name}")
    yield from over_time(report)
    if report.harms is not None:
        figure = harms_figure(report.harms, report.arms, report.labels)
        if figure is not None:
            yield figure
    figure = recruitment_figure(report.quality)
    if figure is not None:
        yield figure


def over_time(report: Report) -> Iterator[Figure]:
    """The figures of the score, where the trial has one."""
    if not report.means:
        return
    named = next(
        (name for name, each in report.study.definition.estimands.items() if each.variable.score is not None),
        None,
    )
    table = table_html(means_of(report), report.source)
    yield means_figure(report.means, report.arms, report.labels, report.score_label, table)
    if named is None or not report.data.participants:
        return
    where = endpoint(report.study, named, report.study.definition.estimands[named])
    yield courses_figure(courses(report, where), report.means, report.arms, report.labels, report.score_label)
    estimate = next((each for each in report.estimates if each.name == named), None)
    if estimate is not None:
        found = changes(report, estimate)
        arms = [arm for arm in report.arms if any(each.arm == arm for each in found)]
        if arms:
            yield waterfall_figure(found, arms, report.labels, report.score_label, estimate.day)


def means_of(report: Report) -> Table:
    """The data behind the curve of means."""
    encounters = {key: each.label for key, each in report.study.definition.encounters.items()}
    return means_table(
        report.means, report.labels, encounters, f"{report.score_label}: data behind the figure"
    )


def courses(report: Report, where: Endpoint) -> list[Course]:
    """The observed masked scores of each participant from baseline on, by planned day."""
    days = {key: each.day or 0 for key, each in report.study.definition.encounters.items()}
    shown = where.encounters[where.encounters.index(where.baseline) :]
    made = []
    for row in report.data.participants:
        values = [(days.get(each, 0), score_at(report.data, where, row, each)) for each in shown]
        points = tuple((day, float(value)) for day, value in values if value is not None)
        made.append(Course(arm=row.arm or POOLED, points=points))
    return made


def changes(report: Report, estimate: Estimate) -> list[Change]:
    """The percent change of each participant of an estimate at its time point, whatever happened before."""
    named = report.study.definition.estimands[estimate.name]
    where = endpoint(report.study, estimate.name, named)
    rows = {row.subject: row for row in report.data.participants}
    made = []
    for outcome in estimate.population:
        value = score_at(report.data, where, rows[outcome.subject], where.timepoint)
        if value is None or not outcome.baseline:
            made.append(Change(arm=outcome.arm or POOLED, percent=None, reason=outcome.reason))
            continue
        percent = float(100 * (value - outcome.baseline) / outcome.baseline)
        made.append(Change(arm=outcome.arm or POOLED, percent=percent))
    return made


def survival_of(each: Estimate, report: Report) -> Figure:
    """The curves of a time to event with the numbers at risk."""
    followed = {
        arm: [int(row.value) for row in each.population if arm in (row.arm, POOLED) and row.value is not None]
        for arm in each.curves
    }
    estimand = report.study.definition.estimands[each.name]
    start = "the first dose" if estimand.variable.origin == "first_dose_on" else "randomisation"
    return survival_figure(
        each.curves, report.labels, each.label, each.day, report.arms, followed,
        axis=f"Days from {start}", confidence=float(estimand.confidence),
    )  # fmt: skip


def forest_of(each: Estimate, report: Report) -> Figure | None:
    """All analyses of an estimand and its subgroups; None where nothing is compared."""
    comparable = [one for one in each.analyses if one.contrasts and one.summary == each.summary]
    if not comparable:
        return None
    first = comparable[0].contrasts[0]
    ratio = each.ratio
    heading = "All analyses" if len(comparable) > 1 else "Primary analysis"
    lines = [Line(head=heading)]
    for one in comparable:
        lines += [analysis_line(one, contrast, ratio, report) for contrast in one.contrasts]
    factors = report.subgroups_of(each.name)
    for factor in factors:
        lines += subgroup_lines(factor, each.summary)
    arm, reference = report.labels[first.arm], report.labels[first.reference]
    scale = SCALES[each.summary]
    unit = " in percentage points" if scale.percent else ""
    title = f"{scale.label}{unit}, {arm} against {reference}"
    counted = ", ".join(f"{report.labels[g.arm]} {g.analysed}" for g in comparable[0].groups)
    lost = ", ".join(f"{report.labels[g.arm]} {g.missing}" for g in comparable[0].groups)
    others = sum(len(one.contrasts) > 0 and one.summary != each.summary for one in each.analyses)
    elsewhere = f" On another scale, and in the table alone: {others}." if others else ""
    note = " Subgroups are parts of the primary analysis, not corrected for their number." if factors else ""
    missing = "" if each.curves else f"; values missing: {lost}"
    return forest_figure(
        "forest",
        f"{each.label}: all analyses",
        lines,
        [(report.arms.index(g.arm) + 1, report.labels[g.arm]) for g in comparable[0].groups],
        Axis(title=title, null=1.0 if ratio else 0.0, ratio=ratio, percent=scale.percent),
        f"{each.label}: estimates with {fixed(100 * first.confidence, 0)}% intervals. "
        f"Analysed: {counted}{missing}.{note}{elsewhere}",
    )


def analysis_line(one: Analysis, contrast: Contrast, ratio: bool, report: Report) -> Line:
    """The row of one contrast of an analysis."""
    many = len(one.contrasts) > 1
    against = f" ({report.labels[contrast.arm]})" if many else ""
    return Line(
        head=f"{one.label}{against}",
        cells=tuple(cell(group, bool(one.imputations)) for group in one.groups),
        values=(contrast.estimate, contrast.lower, contrast.upper),
        shown=shown(contrast, one.summary),
        strong=one.role == "primary",
        indent=1,
    )


def cell(group: Group, imputed: bool) -> str:
    """`30.4/61`, the count without its percentage; a mean or a rate without its error."""
    if group.rate is not None:
        return fixed(group.rate, 2)
    return group_cell(group, imputed).partition(" (")[0]


def shown(contrast: Contrast, summary: str) -> str:
    """`32.4 (15.2 to 49.7)`."""
    if not SCALES[summary].percent:
        return f"{fixed(contrast.estimate, 2)} ({interval(contrast.lower, contrast.upper, 2)})"
    return f"{fixed(hundredfold(contrast.estimate))} ({percent_interval(contrast.lower, contrast.upper)})"


def subgroup_lines(factor: Subgroup, summary: str) -> list[Line]:
    """A heading with the test that the levels differ, then a row for each level."""
    test = f" (p for heterogeneity {p_value(factor.p_value)})" if factor.p_value is not None else ""
    lines = [Line(head=f"{factor.label}{test}")]
    for each in factor.levels:
        found = each.contrast
        lines.append(
            Line(
                head=each.label,
                cells=tuple(cell(one, not float(one.responders or 0).is_integer()) for one in each.groups)
                or ("–",),
                values=(found.estimate, found.lower, found.upper) if found else None,
                shown=shown(found, summary) if found else "not estimable",
                indent=1,
            )
        )
    return lines


def criterion_labels(study: Study, worded: bool = True) -> dict[str, str]:
    """By criterion, `Inclusion 5: ` and its first words; not `worded`, the number alone: words may name a
    drug."""
    made = {}
    for key, each in study.definition.criteria.items():
        kind = each.category.capitalize()
        number = each.number if each.number.lower().startswith(each.category) else f"{kind} {each.number}"
        if not worded:
            made[key] = number
            continue
        text = " ".join(each.text.replace("*", " ").split())
        short = text[:LONGEST].rpartition(" ")[0].rstrip(" ,;:(") + "…"
        made[key] = f"{number}: {text if len(text) <= LONGEST else short}"
    return made


def cause_labels(study: Study) -> Mapping[str, str]:
    """The words of the codes of every item named `cause`, the first form winning."""
    made: dict[str, str] = {}
    for form_id, form in study.definition.forms.items():
        if "cause" in form.items and form.items["cause"].type == "code":
            made = {**study.codes(form_id, "cause"), **made}
    return made
