"""A report as plain data for JSON: rounded numbers, names instead of objects, provenance first.

The shape is documented in the reference of estimators; an exporter or a reader in another language needs
nothing else. Rows of participants are not part of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from equipoise.analysis.data.consort import Branch, Flow, Reason
from equipoise.analysis.data.quality import Quality
from equipoise.analysis.data.summaries import Characteristic, Harm, Harms, Mean, Spread
from equipoise.analysis.estimands.estimates import Estimate
from equipoise.analysis.estimands.subgroups import Subgroup
from equipoise.analysis.estimators.survival import Point
from equipoise.analysis.numbers import plain
from equipoise.analysis.results import Analysis, Contrast, Group

if TYPE_CHECKING:
    from equipoise.analysis.reporting.report import Report

FORMAT = "equipoise-report-1"


def report_data(report: Report) -> dict[str, Any]:
    """The whole report. `notice` is the warning of a trial that is not live, else empty."""
    source = report.source
    return {
        "format": FORMAT,
        "notice": source.banner,
        "mode": source.mode,
        "study": source.study,
        "title": report.title,
        "definition": source.digest,
        "cut": {"number": source.cut, "sequence": source.sequence, "head": source.head},
        "seed": source.seed,
        "by_arm": report.by_arm,
        "blind": source.blind,
        "arms": [
            {"id": arm, "label": report.labels[arm], "randomised": size(report, arm)} for arm in report.arms
        ],
        "flow": flow_data(report.flow),
        "baseline": [characteristic_data(each) for each in report.baseline],
        "subgroups": [subgroup_data(each) for each in report.subgroups],
        "quality": quality_data(report.quality),
        "estimands": [estimate_data(each) for each in report.estimates],
        "means": [mean_data(each) for each in report.means],
        "adverse_events": {"population": report.harms_population, **harms_data(report.harms)}
        if report.harms
        else None,
        "deviations": [deviation(report, code, category) for code, category in deviation_kinds(report)],
    }


def size(report: Report, arm: str) -> int:
    """The number randomised of a column."""
    return report.sizes[arm]


def flow_data(flow: Flow) -> dict[str, Any]:
    """The counts of the flow; reasons without the persons behind them."""
    return {
        "assessed": flow.assessed,
        "screenings": flow.attempts,
        "excluded": reasons(flow.excluded),
        "criteria": reasons(flow.criteria),
        "randomised": flow.randomised,
        "arms": [branch_data(each) for each in flow.branches],
    }


def branch_data(branch: Branch) -> dict[str, Any]:
    """One arm of the flow."""
    return {
        "arm": branch.arm,
        "allocated": branch.allocated,
        "received": branch.received,
        "not_received": reasons(branch.not_received),
        "stopped_treatment": reasons(branch.stopped),
        "left_study": reasons(branch.left),
        "analysed": branch.analysed,
        "missing": branch.imputed,
        "non_response_by_event": branch.by_event,
        "not_analysed": reasons(branch.excluded),
    }


def reasons(found: Sequence[Reason]) -> list[dict[str, Any]]:
    """Reasons and counts."""
    return [{"reason": each.text, "count": each.count} for each in found]


def characteristic_data(each: Characteristic) -> dict[str, Any]:
    """A baseline characteristic: statistics by column, or counts by column and code."""
    head = {"id": each.id, "label": each.label, "unit": each.unit}
    if each.spreads is not None:
        return {**head, "kind": "continuous", "columns": {k: spread_data(v) for k, v in each.spreads.items()}}
    return {
        **head,
        "kind": "categorical",
        "codes": dict(each.codes or {}),
        "columns": {key: dict(counts) for key, counts in (each.counts or {}).items()},
        "missing": dict(each.missing or {}),
    }


def spread_data(each: Spread) -> dict[str, Any]:
    """Statistics of a continuous variable."""
    return {key: rounded(value) for key, value in asdict(each).items()}


def estimate_data(each: Estimate) -> dict[str, Any]:
    """An estimand with its analyses and, for a time to event, its curves."""
    return {
        "id": each.name,
        "label": each.label,
        "variable": each.variable,
        "objective": each.objective,
        "measure": each.summary,
        "reference": each.arms[-1],
        "day": each.day,
        "analyses": [analysis_data(one) for one in each.analyses],
        "curves": {arm: [point_data(point) for point in points] for arm, points in each.curves.items()},
    }


def analysis_data(each: Analysis) -> dict[str, Any]:
    """One analysis."""
    return {
        "id": each.id,
        "label": each.label,
        "role": each.role,
        "summary": each.summary,
        "method": each.method,
        "imputations": each.imputations,
        "groups": [group_data(one) for one in each.groups],
        "contrasts": [contrast_data(one) for one in each.contrasts],
        "grid": [{key: rounded(value) for key, value in asdict(point).items()} for point in each.grid],
        "checks": [{key: rounded(value) for key, value in asdict(one).items()} for one in each.checks],
        "notes": list(each.notes),
    }


def group_data(each: Group) -> dict[str, Any]:
    return {key: rounded(value) for key, value in asdict(each).items()}


def contrast_data(each: Contrast) -> dict[str, Any]:
    return {key: rounded(value) for key, value in asdict(each).items()}


def subgroup_data(each: Subgroup) -> dict[str, Any]:
    """A factor, its levels and the test of heterogeneity."""
    levels = [
        {
            "id": one.id,
            "label": one.label,
            "groups": [group_data(group) for group in one.groups],
            "contrast": contrast_data(one.contrast) if one.contrast else None,
            "note": one.note,
        }
        for one in each.levels
    ]
    return {
        "estimand": each.estimand,
        "id": each.id,
        "label": each.label,
        "heterogeneity": rounded(each.p_value),
        "levels": levels,
    }


def quality_data(found: Quality) -> dict[str, Any]:
    """Recruitment and quality of the data: counts, days as text."""
    made = {key: rounded(value) for key, value in asdict(found).items() if key != "sources"}
    days = {"until": str(found.until), "opened": str(found.opened) if found.opened else None}
    days["plan"] = [str(each) for each in found.plan] if found.plan else None
    return {**made, **days, "randomised_on": [str(each) for each in found.randomised_on]}


def mean_data(each: Mean) -> dict[str, Any]:
    return {key: rounded(value) for key, value in asdict(each).items()}


def point_data(each: Point) -> dict[str, Any]:
    return {key: rounded(value) for key, value in asdict(each).items()}


def harms_data(found: Harms) -> dict[str, Any]:
    """Adverse events: numbers at risk, deaths, and participants and events by term."""
    return {
        "at_risk": dict(found.at_risk),
        "deaths": dict(found.deaths),
        "any": harm_data(found.any_event),
        "serious": harm_data(found.serious),
        "serious_terms": [harm_data(each) for each in found.serious_terms],
        "terms": [harm_data(each) for each in found.terms],
        "systems": [harm_data(each) for each in found.systems],
    }


def harm_data(each: Harm) -> dict[str, Any]:
    return {
        "system": each.system,
        "term": each.term,
        "people": dict(each.people),
        "events": dict(each.events),
    }


def deviation_kinds(report: Report) -> list[tuple[str, str]]:
    """Code and category of the deviations, in the order in which they first happened."""
    return list(dict.fromkeys((row.code, row.category) for row in report.data.deviations))


def deviation(report: Report, code: str, category: str) -> dict[str, Any]:
    """How many deviations and participants one kind counts, whatever the arm."""
    mine = [row for row in report.data.deviations if (row.code, row.category) == (code, category)]
    return {
        "code": code,
        "category": category,
        "participants": len({row.subject for row in mine}),
        "deviations": len(mine),
    }


def rounded(value: Any) -> Any:
    """A float without noise; anything else as it is."""
    return plain(value) if isinstance(value, float) else value
