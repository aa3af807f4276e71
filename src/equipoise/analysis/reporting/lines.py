"""Listings: the participants, events and deviations one by one. They go into files beside the report, which refers to
them by name and digest; they hold what people typed, and, by arm, the arm of each participant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from equipoise.analysis.numbers import fixed
from equipoise.analysis.tables import Row, Table

if TYPE_CHECKING:
    from equipoise.analysis.reporting.report import Report


def line_listings(report: Report) -> dict[str, Table]:
    """By identifier: disposition, outcomes of the first estimand, deviations and, by arm, adverse events."""
    made = [disposition(report), outcomes(report), deviations(report)]
    if report.by_arm:
        made.append(events(report))
    return {each.id: each for each in made}


def arm_column(report: Report) -> tuple[str, ...]:
    """The heading of the arm, where arms may be shown."""
    return ("Arm",) if report.by_arm else ()


def arm_of(report: Report, subject: str) -> tuple[str, ...]:
    """The label of a participant's arm, where arms may be shown."""
    if not report.by_arm:
        return ()
    found = next((row.arm for row in report.data.participants if row.subject == subject), None)
    return (report.labels.get(found or "", ""),)


def text(value: object) -> str:
    """A value as text; nothing for None."""
    return "" if value is None else str(value)


def disposition(report: Report) -> Table:
    """Every randomised participant: where, when, how the part in the trial ended."""
    rows = []
    for row in report.data.participants:
        treated = (text(row.first_dose_on), text(row.stopped_on), row.stop_cause) if report.by_arm else ()
        ended = (row.ended, text(row.ended_on), row.ended_cause)
        cells = (
            row.number,
            row.site,
            *arm_of(report, row.subject),
            row.stratum,
            text(row.randomised_on),
            *treated,
            *ended,
        )
        rows.append(Row(head=row.subject, cells=cells, key=row.subject))  # fmt: skip
    treatment = ("First dose", "Treatment ended", "Cause") if report.by_arm else ()
    return Table(
        id="listing-disposition",
        title="Listing: participants",
        corner="Participant",
        columns=(
            "Number",
            "Site",
            *arm_column(report),
            "Stratum",
            "Randomised on",
            *treatment,
            "Status",
            "On",
            "Why",
        ),
        rows=tuple(rows),
        prose=True,
    )


def outcomes(report: Report) -> Table:
    """What the first estimand says of each participant, and why where there is no value."""
    first = report.estimates[0] if report.estimates else None
    rows = []
    for row in first.population if first else ():
        values = (row.kind, row.reason, fixed(row.value, 1) if row.value is not None else "")
        start = fixed(row.baseline, 1) if row.baseline is not None else ""
        rows.append(
            Row(head=row.subject, cells=(*arm_of(report, row.subject), start, *values), key=row.subject)
        )
    for subject, why in (first.excluded if first else {}).items():
        rows.append(Row(head=subject, cells=(*arm_of(report, subject), "", "excluded", why, ""), key=subject))
    return Table(
        id="listing-outcomes",
        title=f"Listing: outcomes, {first.label}" if first else "Listing: outcomes",
        corner="Participant",
        columns=(*arm_column(report), "Baseline", "Kind", "Reason", "Value"),
        rows=tuple(rows),
        prose=True,
    )


def deviations(report: Report) -> Table:
    """Every deviation in order of entry; blind, without the words that somebody typed."""
    rows = tuple(
        Row(
            head=row.subject,
            cells=(*arm_of(report, row.subject), row.code, row.category, row.happened[:10], row.text),
            key=str(row.sequence),
        )
        for row in report.data.deviations
    )
    return Table(
        id="listing-deviations",
        title="Listing: protocol deviations",
        corner="Participant",
        columns=(*arm_column(report), "Code", "Category", "Happened", "Words"),
        rows=rows,
        prose=True,
    )


def events(report: Report) -> Table:
    """The last version of every adverse event of the randomised."""
    rows = tuple(
        Row(
            head=row.subject,
            cells=(
                *arm_of(report, row.subject),
                row.reported,
                row.term,
                row.system,
                row.grade,
                "yes" if row.serious else "no",
                row.onset,
            ),
            key=f"{row.subject}/{row.event}",
        )
        for row in report.data.adverse_events
    )
    return Table(
        id="listing-adverse-events",
        title="Listing: adverse events",
        corner="Participant",
        columns=(
            *arm_column(report),
            "Reported term",
            "Preferred term",
            "Organ system",
            "Grade",
            "Serious",
            "Onset",
        ),
        rows=rows,
        prose=True,
    )
