"""Tables of the conduct: recruitment by site, and how the data were kept; and the subgroups in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equipoise.analysis.estimands.scales import SCALES, shown, shown_interval
from equipoise.analysis.numbers import fixed, p_value, percent
from equipoise.analysis.reporting.listings import group_cell
from equipoise.analysis.results import Contrast
from equipoise.analysis.tables import Row, Table

if TYPE_CHECKING:
    from equipoise.analysis.data.quality import Quality
    from equipoise.analysis.estimands.estimates import Estimate
    from equipoise.analysis.reporting.report import Report


def observed_table(report: Report) -> Table:
    """The endpoints of a blind report: how many values there are, and what share of them is a response or an event."""
    rows, notes = [], []
    for each in report.estimates:
        one = each.analyses[0]
        group = one.groups[0]
        share = percent(group.responders or 0, group.analysed) if group.proportion is not None else "–"
        cells = (str(group.analysed), share, str(group.missing), str(group.by_event))
        rows.append(Row(head=each.variable, cells=cells, key=each.name))
        notes += [f"Method: {one.method}.", *one.notes]
    return Table(
        id="observed",
        title="Endpoints as observed, all arms together",
        corner="Endpoint",
        columns=("With a value", "Response or event", "Missing", "Died before"),
        rows=tuple(rows),
        notes=tuple(dict.fromkeys(notes)),
    )


def sites_table(found: Quality) -> Table:
    """One line for each approved site, then the total. Sites are named as they were entered."""
    rows = [
        Row(
            head=f"{each.site} {each.name}",
            cells=(each.approved_on, *counts(each.screened, each.randomised, each.missed, each.queries)),
            key=each.site,
        )
        for each in found.sites
    ]
    whole = [sum(getattr(each, name) for each in found.sites) for name in COUNTED]
    rows.append(Row(head="All sites", cells=("", *counts(*whole)), strong=True))
    return Table(
        id="sites",
        title="Recruitment by site",
        corner="Site",
        columns=("Approved on", "Screenings", "Randomised", "Visits missed", "Queries"),
        keys=("SiteActivated", "ParticipantScreened", "ParticipantRandomised", "VisitMissed", "QueryOpened"),
        rows=tuple(rows),
        notes=("Screenings count each attempt. A participant counts at the site of randomisation.",),
    )


COUNTED = ("screened", "randomised", "missed", "queries")


def counts(*numbers: int) -> tuple[str, ...]:
    """Counts as text."""
    return tuple(str(each) for each in numbers)


def quality_table(found: Quality) -> Table:
    """Counts of what was recorded, corrected, asked and missed."""
    known = found.entry_soon is not None
    return Table(
        id="quality",
        title="Data quality",
        corner="Measure",
        columns=("Count",),
        rows=(
            Row(
                head="Randomised, of planned",
                cells=(f"{len(found.randomised_on)} of {found.planned}",),
                key="ParticipantRandomised",
            ),
            Row(head="Forms recorded", cells=(str(found.records),), key="FormRecorded"),
            Row(head="Corrections", cells=(str(found.corrected),), key="FormCorrected"),
            Row(head="Queries opened", cells=(str(found.queries),), key="QueryOpened"),
            Row(head="Queries still open", cells=(str(found.queries_open),), key="QueryOpened"),
            Row(head="Visits missed", cells=(str(found.missed),), key="VisitMissed"),
            Row(
                head="Median days from visit to entry",
                cells=(fixed(found.entry_median, 0),),
                key="FormRecorded",
            ),
            Row(
                head="Entered within 7 days",
                cells=(percent(found.entry_soon, 1) if known else "–",),
                key="FormRecorded",
            ),
        ),
    )


def subgroups_table(first: Estimate, report: Report) -> Table:
    """Of an estimand, every level of every factor with its groups and its estimate, and the test that the levels
    differ."""
    factors = report.subgroups_of(first.name)
    ends = list(first.arms[:1] + first.arms[-1:])
    lines: list[Row] = []
    notes: list[str] = []
    for factor in factors:
        lines.append(Row(head=factor.label, key=factor.id))
        for each in factor.levels:
            groups = [group_cell(one, not float(one.responders or 0).is_integer()) for one in each.groups]
            cells = groups or ["–"] * len(ends)
            contrast = estimate_cell(each.contrast, first.summary)
            if each.note:
                notes.append(f"{factor.label}, {each.label}: {each.note}")
            lines.append(
                Row(head=each.label, cells=(*cells, contrast), level=1, key=f"{factor.id}:{each.id}")
            )
        if factor.p_value is not None:
            test = ("", "", f"p = {p_value(factor.p_value)}".replace("= <", "< "))
            lines.append(Row(head="Heterogeneity", cells=test, level=1, key=factor.id))
        if factor.unknown:
            notes.append(f"{factor.label}: not known, and in no level: {factor.unknown}.")
    confidence = next((one.contrast.confidence for f in factors for one in f.levels if one.contrast), 0.95)
    return Table(
        id="subgroups" if first is report.estimates[0] else f"subgroups-{first.name}",
        title=f"{first.label}: subgroups",
        corner="Subgroup",
        columns=(
            *(report.labels[arm] for arm in ends),
            f"{SCALES[first.summary].label} ({percent(confidence, 1, 0)} interval)",
        ),
        arms=(*(report.arms.index(arm) + 1 for arm in ends), 0),
        keys=(*ends, ",".join(ends)),
        rows=tuple(lines),
        notes=(
            "Parts of the primary analysis, a model fitted anew in each. Heterogeneity: Cochran's Q. Not corrected for "
            "their number.",
            *notes,
        ),
    )  # fmt: skip


def estimate_cell(found: Contrast | None, summary: str) -> str:
    """`32.4% (15.2% to 49.7%)`."""
    if found is None:
        return "not estimable"
    scale = SCALES[summary]
    return f"{shown(scale, found.estimate)} ({shown_interval(scale, found.lower, found.upper)})"
