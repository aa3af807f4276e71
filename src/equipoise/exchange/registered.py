"""What a conducted trial says in its own record beside the results: which registered outcome each reports, and the
status, dates and size that a plan has become.
"""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from equipoise.exchange.errors import exchange_error
from equipoise.exchange.results import OutcomeResult, Results
from equipoise.registry.record import Record, read_record

if TYPE_CHECKING:
    from equipoise.analysis.reporting.report import Report

KINDS = (
    ("primaryOutcomes", "PRIMARY"),
    ("secondaryOutcomes", "SECONDARY"),
    ("otherOutcomes", "OTHER_PRE_SPECIFIED"),
)


def as_registered(outcome: OutcomeResult, results: Results, record: Record) -> OutcomeResult:
    """The outcome under the title, kind and time frame that the record registers for it: the one that it names, one of
    the same words, or, for the only primary outcome, the only one registered. Its own title goes to the description.
    Raises EXCH-005."""
    module = record.raw.get("protocolSection", {}).get("outcomesModule", {})
    known = [(kind, one) for field, kind in KINDS for one in module.get(field, ())]
    wanted = plain_words(outcome.registered or outcome.title)
    found = next((each for each in known if plain_words(each[1].get("measure", "")) == wanted), None)
    if found is None and outcome.registered:
        raise exchange_error("EXCH-005", f"outcome, {outcome.title}", repr(outcome.registered))
    primary = [each for each in known if each[0] == "PRIMARY"]
    own = [each for each in results.outcomes if each.kind == "PRIMARY"]
    if found is None and outcome.kind == "PRIMARY" and len(primary) == len(own) == 1:
        found = primary[0]
    if found is None:
        return outcome
    kind, one = found
    said = outcome.title if plain_words(one["measure"]) != plain_words(outcome.title) else ""
    return replace(
        outcome,
        kind=kind,
        title=one["measure"],
        time_frame=one.get("timeFrame") or outcome.time_frame,
        description=". ".join(each.rstrip(".") for each in (said, outcome.description) if each),
    )


def plain_words(text: str) -> str:
    """The words of a title, without case and signs."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def finished(record: Record, report: Report) -> Record:
    """The registered record of a trial that has ended, with its status, real dates and real size. The results that go
    into it say where they come from. Raises the codes of reading a record."""
    raw: dict[str, Any] = copy.deepcopy(dict(record.raw))
    protocol = raw.setdefault("protocolSection", {})
    status = protocol.setdefault("statusModule", {})
    people = report.data.participants
    status["overallStatus"] = "COMPLETED"
    status["lastUpdatePostDateStruct"] = actual(date.fromisoformat(report.source.until[:10]))
    if people:
        status["startDateStruct"] = actual(min(row.randomised_on for row in people))
        status["primaryCompletionDateStruct"] = actual(primary_completion(report))
        status["completionDateStruct"] = actual(last_seen(report))
    protocol.setdefault("designModule", {})["enrollmentInfo"] = {"count": len(people), "type": "ACTUAL"}
    return read_record(raw, place=record.nct_id)


def actual(day: date) -> dict[str, str]:
    """A date that has come."""
    return {"date": day.isoformat(), "type": "ACTUAL"}


def last_seen(report: Report) -> date:
    """The last day on which somebody's part in the trial ended or somebody was scored; that of the cut while anybody is
    followed."""
    people = report.data.participants
    if any(row.ended_on is None for row in people):
        return date.fromisoformat(report.source.until[:10])
    scored = [each.on for rows in report.data.scores.values() for each in rows]
    return max([*(row.ended_on for row in people if row.ended_on), *scored])


def primary_completion(report: Report) -> date:
    """The last day on which the primary outcome was measured: the last score at its time point, or the day on which
    the last participant had been followed for it."""
    end = last_seen(report)
    first = report.estimates[0] if report.estimates else None
    if first is None:
        return end
    variable = report.study.definition.estimands[first.name].variable
    scored = [
        each.on
        for rows in report.data.scores.values()
        for each in rows
        if variable.timepoint is not None and each.encounter == variable.timepoint.encounter
    ]
    if variable.score is not None and scored:
        return min(end, max(scored))
    days = timedelta(days=first.day)
    return min(
        end, max(min(row.ended_on or end, row.randomised_on + days) for row in report.data.participants)
    )
