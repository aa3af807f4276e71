"""From a report to what people see and keep: tables, figures, HTML sections, JSON, CSV.

`sections` gives the page's named parts that a registry record cannot hold; `csv_files` and `report_json`
give the same numbers for machines. All of them carry the provenance and, unless the trial is live, the
warning.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup

from equipoise.analysis.data.consort import POOLED
from equipoise.analysis.data.populations import safety
from equipoise.analysis.data.rows import NOT_CODED
from equipoise.analysis.estimands.estimates import Estimate
from equipoise.analysis.reporting.attributes import attributes_table
from equipoise.analysis.reporting.conduct import observed_table, quality_table, sites_table, subgroups_table
from equipoise.analysis.reporting.drawn import drawn, means_of
from equipoise.analysis.reporting.guesses import masking_table
from equipoise.analysis.reporting.listings import (
    baseline_table,
    decision_table,
    deviation_table,
    harms_table,
    rates_table,
    result_table,
)
from equipoise.analysis.reporting.report import Report
from equipoise.analysis.reporting.result_listing import grid_table
from equipoise.analysis.reporting.serial import report_data
from equipoise.analysis.reporting.times import checks_table, times_table
from equipoise.analysis.svg import Figure, figure_html, svg
from equipoise.analysis.tables import Table, table_csv, table_html


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A named part of a page: an identifier, a title, one sentence that says its use, and trusted HTML."""

    id: str
    title: str
    purpose: str
    html: Markup


def tables(report: Report) -> dict[str, Table]:
    """Every table of a report, by identifier, in the order of a report."""
    made = [attributes_table(report)] if report.estimates else []
    made += [
        baseline_table(report.baseline, report.sizes, report.labels, report.arms),
        *(results_of(each, report) for each in report.estimates if each.analyses and report.by_arm),
    ]
    if report.by_arm:
        made += [times_table(each, report) for each in report.estimates if each.curves and each.analyses]
        checks = checks_table(report)
        made += [checks] if checks else []
    if report.estimates and not report.by_arm:
        made.append(observed_table(report))
    made += [subgroups_table(each, report) for each in report.estimates if report.subgroups_of(each.name)]
    if report.means:
        made.append(means_of(report))
    arm_of = {row.subject: row.arm or POOLED for row in report.data.participants}
    if report.harms is not None:
        made.append(
            harms_table(
                report.harms, report.labels, report.arms, report.harms_population, harms_notes(report)
            )
        )
    for each in report.estimates:
        made += [grid_table(one, report.labels, f"{each.name}-{one.id}") for one in each.analyses if one.grid]
    if report.rates:
        made.append(rates_table(report.rates, report.labels, report.arms))
    if report.masking is not None:
        made.append(masking_table(report.masking, report.labels, report.arms))
    made += [sites_table(report.quality), quality_table(report.quality)]
    made.append(deviation_table(report.data.deviations, arm_of, report.labels, report.arms))
    if report.study.definition.decisions and report.by_arm:
        made.append(decision_table(report.study.definition.decisions))
    return {each.id: each for each in made}


def harms_notes(report: Report) -> tuple[str, ...]:
    """How the events were coded, and which of them the table leaves out."""
    coding = report.study.definition.safety.coding
    treated = {row.subject for row in safety(report.data).members}
    early = sum(each.subject in treated for each in report.data.adverse_events) - len(report.emergent)
    strange = {each.reported for each in report.emergent if each.system == NOT_CODED}
    if coding is None:
        notes = ["Terms as reported; the definition codes none."]
    else:
        notes = [f"Coded by {coding.dictionary}, version {coding.version}."]
    if strange:
        notes.append(f"Not in the coding: {', '.join(sorted(strange))}.")
    if early:
        notes.append(
            f"Events that began before the first dose, or before randomisation without one: {early}."
        )
    return tuple(notes)


def results_of(each: Estimate, report: Report) -> Table:
    """The result table of one estimand; further estimands carry their name in the identifier."""
    made = result_table(f"{each.label}: {each.variable}", each.analyses, report.labels, each.arms, each.ratio)
    colours = tuple(report.arms.index(arm) + 1 for arm in each.arms)
    made = replace(made, arms=(*colours, *[0] * (len(made.columns) - len(colours))))
    return made if each is report.estimates[0] else replace(made, id=f"results-{each.name}")


def figures(report: Report) -> dict[str, Figure]:
    """Every figure of a report, by identifier, in the order of a report."""
    return drawn(report)


PAGE = (
    ("flow", "Flow of participants", "Who was screened, randomised, treated, followed and analysed."),
    ("primary-result", "Primary result", "What was estimated, how, and how sure it is."),
    ("over-time", "The score over time", "How the score changed in each arm."),
    ("baseline", "Baseline characteristics", "Whether the arms were alike at the start."),
    ("harms", "Adverse events", "What harms were seen in each arm."),
    (
        "events-by-term",
        "Adverse events by term",
        "Which harms differ between the arms, and how sure that is.",
    ),
    (
        "tipping-points",
        "Tipping points",
        "How far missing values would have to be off before the conclusion changes.",
    ),
    ("masking", "Masking of the assessors", "Whether those who scored could tell the arm."),
    ("recruitment", "Recruitment and data", "How many joined when and where, and how the data were kept."),
    ("deviations", "Protocol deviations", "How far conduct kept to the protocol."),
    ("decisions", "Decisions and assumptions", "What the record leaves open, and what was chosen."),
)
"""The parts of a page: identifier, title, and the sentence that says its use."""

HOLDS = {
    "flow": ("flow",),
    "primary-result": (
        "responders",
        "survival",
        "values",
        "forest",
        "results",
        "times",
        "checks",
        "subgroups",
        "observed",
    ),
    "tipping-points": ("tipping",),
    "masking": ("masking",),
    "over-time": ("means", "courses", "waterfall"),
    "baseline": ("baseline",),
    "harms": ("harms", "harm-rates"),
    "events-by-term": ("events-by-term",),
    "recruitment": ("recruitment", "sites", "quality"),
    "deviations": ("deviations",),
    "decisions": ("decisions",),
}
"""The figures and tables of each part, figures first."""


def sections(report: Report) -> tuple[Part, ...]:
    """The parts of a page, in their order, each with its figures and tables as HTML; empty ones are left
    out."""
    shown = {key: figure_html(each, report.source) for key, each in figures(report).items()}
    tabled = {key: table_html(each, report.source) for key, each in tables(report).items()}
    tabled.pop("means", None)
    made = []
    for key, title, purpose in PAGE:
        held = [each for name in HOLDS[key] for found in (shown, tabled) for each in belonging(found, name)]
        if held:
            made.append(Part(id=key, title=title, purpose=purpose, html=Markup("").join(held)))
    return tuple(made)


def belonging(found: Mapping[str, Markup], name: str) -> list[Markup]:
    """What has this name, or is that of a further estimand."""
    return [html for key, html in found.items() if key == name or key.startswith(f"{name}-")]


def csv_files(report: Report) -> dict[str, str]:
    """By file name, each table as CSV; the name says when it is simulated."""
    return {
        f"{report.source.mark}{key}.csv": table_csv(each, report.source)
        for key, each in tables(report).items()
    }


def svg_files(report: Report) -> dict[str, Markup]:
    """By file name, each figure as a file of its own."""
    return {
        f"{report.source.mark}{key}.svg": svg(each, report.source, alone=True)
        for key, each in figures(report).items()
    }


def report_json(report: Report) -> str:
    """The report as JSON text: numbers rounded to 6 decimals, keys in a fixed order."""
    return json.dumps(report_data(report), ensure_ascii=False, indent=2)
