"""Results written into a ClinicalTrials.gov version 2 record.

The protocol section stays as it was registered: results never rewrite what was planned. Sums and
bounds are checked before anything is written, so that a results section that does not add up never
leaves the house. With a banner (simulation, practice) every module says so in its own words.
"""

from __future__ import annotations

from typing import Any

from equipoise.exchange.errors import exchange_error
from equipoise.exchange.registered import as_registered
from equipoise.exchange.results import (
    Baseline,
    BaselineCount,
    BaselineValue,
    CountRow,
    Counts,
    EventRow,
    FlowPeriod,
    OutcomeAnalysis,
    OutcomeResult,
    OutcomeRow,
    Results,
    SafetyResult,
    Value,
)
from equipoise.registry.record import Record, read_record

Json = dict[str, Any]
PEOPLE = "Participants"


def fill_results(record: Record, results: Results) -> Record:
    """The record with these results, everything else unchanged.

    Source of the fields: ClinicalTrials.gov API 2.0.5. Errors: EXCH-001 (a value too few or too many),
    EXCH-002 (the flow does not add up), EXCH-003 (a count out of bounds), EXCH-004 (a part missing),
    EXCH-005 (an outcome names a registered one that is not there).
    """
    check_results(results)
    outcomes = [_outcome(as_registered(one, results, record), results) for one in results.outcomes]
    section = {
        "participantFlowModule": _flow(results),
        "baselineCharacteristicsModule": _baseline(results),
        "outcomeMeasuresModule": {"outcomeMeasures": outcomes},
        "adverseEventsModule": _safety(results),
        "moreInfoModule": _more(results, record),
    }
    return read_record({**record.raw, "resultsSection": section, "hasResults": True}, place=record.nct_id)


def check_results(results: Results) -> None:
    """Raise the first error of shape, sum or bound in these results."""
    if not results.groups:
        raise exchange_error("EXCH-004", "results", "there is no group")
    for period in results.flow:
        _check_period(period, results)
    _check_baseline(results.baseline, results)
    for outcome in results.outcomes:
        _check_outcome(outcome, results)
    _check_safety(results.safety, results)


def _check_width(place: str, found: tuple[Any, ...], expected: int) -> None:
    if len(found) != expected:
        raise exchange_error("EXCH-001", place, f"{len(found)} values for {expected} columns")


def _check_within(place: str, part: Counts, whole: Counts) -> None:
    for number, (one, limit) in enumerate(zip(part, whole, strict=True), 1):
        if not 0 <= one <= limit:
            raise exchange_error("EXCH-003", place, f"{one} of {limit} in group {number}")


def _check_period(period: FlowPeriod, results: Results) -> None:
    place, width = f"flow, {period.title}", len(results.groups)
    for found in (
        period.started,
        period.completed,
        *(one.counts for one in period.milestones + period.reasons),
    ):
        _check_width(place, found, width)
    for one in period.milestones:
        _check_within(f"{place}, {one.title}", one.counts, period.started)
    left = _sums(period.reasons, width)
    for number, (started, completed, gone) in enumerate(
        zip(period.started, period.completed, left, strict=True), 1
    ):
        if started != completed + gone:
            detail = f"group {number}: {started} started, {completed} completed, {gone} left with a reason"
            raise exchange_error("EXCH-002", place, detail)


def _check_baseline(baseline: Baseline, results: Results) -> None:
    width = len(results.groups)
    _check_width("baseline", baseline.participants, width)
    for measure in baseline.measures:
        place = f"baseline, {measure.title}"
        if isinstance(measure, BaselineValue):
            _check_width(place, measure.values, width + 1)
            continue
        for one in measure.categories:
            _check_width(f"{place}, {one.title}", one.counts, width)
        _check_within(place, _sums(measure.categories, width), baseline.participants)


def _check_outcome(outcome: OutcomeResult, results: Results) -> None:
    place, width = f"outcome, {outcome.title}", len(results.groups)
    for name, text in (
        ("a title", outcome.title),
        ("a time frame", outcome.time_frame),
        ("a unit", outcome.unit),
    ):
        if not text.strip():
            raise exchange_error("EXCH-004", place, name)
    if not outcome.population and 0 in outcome.analysed:
        raise exchange_error("EXCH-004", place, "why nobody of a group was analysed (the population)")
    _check_width(place, outcome.analysed, width)
    if results.flow:
        _check_within(f"{place}, analysed", outcome.analysed, results.flow[0].started)
    for row in outcome.rows:
        _check_width(place, row.values, width)
        for value in row.values:
            if value.value == "NA" and not value.comment:
                raise exchange_error("EXCH-004", place, "a comment that says why a value is NA")
        if outcome.param == "COUNT_OF_PARTICIPANTS":
            _check_counts(place, row, outcome.analysed)
    for analysis in outcome.analyses:
        if not all(0 <= one < width for one in analysis.groups):
            raise exchange_error("EXCH-001", place, f"an analysis compares group places {analysis.groups}")


def _check_counts(place: str, row: OutcomeRow, analysed: Counts) -> None:
    for value in row.values:
        if value.value != "NA" and not value.value.isdecimal():
            raise exchange_error("EXCH-003", place, f"{value.value!r} is no count of participants")
    counts = tuple(0 if value.value == "NA" else int(value.value) for value in row.values)
    _check_within(place, counts, analysed)


def _check_safety(safety: SafetyResult, results: Results) -> None:
    width = len(results.groups)
    whole = {"deaths": safety.deaths, "serious": safety.serious, "other": safety.other}
    for name, counts in {"at risk": safety.at_risk, **whole}.items():
        _check_width(f"adverse events, {name}", counts, width)
    for name, counts in whole.items():
        _check_within(f"adverse events, {name}", counts, safety.at_risk)
    for row in safety.rows:
        place = f"adverse events, {row.term}"
        _check_width(place, row.affected, width)
        _check_within(place, row.affected, safety.serious if row.serious else safety.other)
        if row.events:
            _check_width(place, row.events, width)


def _sums(rows: tuple[CountRow, ...], width: int) -> Counts:
    return tuple(sum(row.counts[place] for row in rows) for place in range(width))


def _groups(results: Results, prefix: str, *, total: bool = False) -> list[Json]:
    groups = [
        _kept({"id": _id(prefix, place), "title": group.title, "description": group.description})
        for place, group in enumerate(results.groups)
    ]
    if total:
        groups.append(
            {"id": _id(prefix, len(groups)), "title": "Total", "description": "Total of all groups"}
        )
    return groups


def _id(prefix: str, place: int) -> str:
    return f"{prefix}{place:03d}"


def _kept(item: Json) -> Json:
    """The item without its empty texts and lists: a registry leaves out what is not said."""
    return {key: value for key, value in item.items() if value not in ("", None, [], {})}


def _said(text: str, results: Results) -> str:
    """The text, after the banner when there is one."""
    return ". ".join(filter(None, [results.banner, text]))


def _flow(results: Results) -> Json:
    return _kept(
        {
            "recruitmentDetails": _said(results.recruitment, results),
            "preAssignmentDetails": results.before_assignment,
            "groups": _groups(results, "FG"),
            "periods": [_period(period) for period in results.flow],
        }
    )


def _period(period: FlowPeriod) -> Json:
    left = tuple(start - end for start, end in zip(period.started, period.completed, strict=True))
    rows = [CountRow(title="STARTED", counts=period.started), *period.milestones]
    rows += [
        CountRow(title="COMPLETED", counts=period.completed),
        CountRow(title="NOT COMPLETED", counts=left),
    ]
    reasons = [{"type": one.title, "reasons": _subjects(one.counts)} for one in period.reasons]
    milestones = [{"type": one.title, "achievements": _subjects(one.counts)} for one in rows]
    return _kept({"title": period.title, "milestones": milestones, "dropWithdraws": reasons})


def _subjects(counts: Counts) -> list[Json]:
    return [{"groupId": _id("FG", place), "numSubjects": str(count)} for place, count in enumerate(counts)]


def _baseline(results: Results) -> Json:
    baseline = results.baseline
    counts = (*baseline.participants, sum(baseline.participants))
    return _kept(
        {
            "populationDescription": _said(baseline.population, results),
            "groups": _groups(results, "BG", total=True),
            "denoms": [_denom(counts, "BG")],
            "measures": [_baseline_measure(measure) for measure in baseline.measures],
        }
    )


def _denom(counts: Counts, prefix: str) -> Json:
    values = [{"groupId": _id(prefix, place), "value": str(count)} for place, count in enumerate(counts)]
    return {"units": PEOPLE, "counts": values}


def _baseline_measure(measure: BaselineCount | BaselineValue) -> Json:
    head = {"title": measure.title, "description": measure.description}
    if isinstance(measure, BaselineValue):
        head |= {
            "paramType": measure.param,
            "dispersionType": measure.dispersion,
            "unitOfMeasure": measure.unit,
        }
        categories = [{"measurements": _measurements(measure.values, "BG")}]
    else:
        head |= {"paramType": "COUNT_OF_PARTICIPANTS", "unitOfMeasure": PEOPLE}
        categories = [
            {"title": one.title, "measurements": _measurements(_with_total(one.counts), "BG")}
            for one in measure.categories
        ]
    return _kept({**head, "classes": [{"categories": categories}]})


def _with_total(counts: Counts) -> tuple[Value, ...]:
    return tuple(Value(value=str(count)) for count in (*counts, sum(counts)))


def _measurements(values: tuple[Value, ...], prefix: str) -> list[Json]:
    return [
        _kept(
            {
                "groupId": _id(prefix, place),
                "value": one.value,
                "spread": one.spread,
                "lowerLimit": one.lower,
                "upperLimit": one.upper,
                "comment": one.comment,
            }
        )
        for place, one in enumerate(values)
    ]


def _outcome(outcome: OutcomeResult, results: Results) -> Json:
    return _kept(
        {
            "type": outcome.kind,
            "title": outcome.title,
            "description": outcome.description,
            "populationDescription": _said(outcome.population, results),
            "reportingStatus": "POSTED",
            "paramType": outcome.param,
            "dispersionType": outcome.dispersion,
            "unitOfMeasure": outcome.unit,
            "timeFrame": outcome.time_frame,
            "groups": _groups(results, "OG"),
            "denoms": [_denom(outcome.analysed, "OG")],
            "classes": [_outcome_class(row) for row in outcome.rows],
            "analyses": [_analysis(one) for one in outcome.analyses],
        }
    )


def _outcome_class(row: OutcomeRow) -> Json:
    return _kept({"title": row.title, "categories": [{"measurements": _measurements(row.values, "OG")}]})


def _analysis(analysis: OutcomeAnalysis) -> Json:
    interval = bool(analysis.lower or analysis.upper)
    two_sided = bool(analysis.lower and analysis.upper)
    return _kept(
        {
            "groupIds": [_id("OG", place) for place in analysis.groups],
            "groupDescription": analysis.description,
            "nonInferiorityType": analysis.kind,
            "nonInferiorityComment": analysis.margin,
            "statisticalMethod": analysis.method,
            "statisticalComment": analysis.method_comment,
            "pValue": analysis.p_value,
            "paramType": analysis.estimate_name,
            "paramValue": analysis.estimate,
            "ciPctValue": analysis.level if interval else "",
            "ciNumSides": ("TWO_SIDED" if two_sided else "ONE_SIDED") if interval else "",
            "ciLowerLimit": analysis.lower,
            "ciUpperLimit": analysis.upper,
            "estimateComment": analysis.estimate_comment,
        }
    )


def _safety(results: Results) -> Json:
    safety = results.safety
    groups = [
        {
            **group,
            "deathsNumAffected": safety.deaths[place],
            "deathsNumAtRisk": safety.at_risk[place],
            "seriousNumAffected": safety.serious[place],
            "seriousNumAtRisk": safety.at_risk[place],
            "otherNumAffected": safety.other[place],
            "otherNumAtRisk": safety.at_risk[place],
        }
        for place, group in enumerate(_groups(results, "EG"))
    ]
    return _kept(
        {
            "frequencyThreshold": safety.threshold,
            "timeFrame": safety.time_frame,
            "description": _said(safety.description, results),
            "eventGroups": groups,
            "seriousEvents": [_event(row, safety) for row in safety.rows if row.serious],
            "otherEvents": [_event(row, safety) for row in safety.rows if not row.serious],
        }
    )


def _event(row: EventRow, safety: SafetyResult) -> Json:
    stats = []
    for place, affected in enumerate(row.affected):
        one: Json = {"groupId": _id("EG", place), "numAffected": affected, "numAtRisk": safety.at_risk[place]}
        stats.append({**one, "numEvents": row.events[place]} if row.events else one)
    assessment = "SYSTEMATIC_ASSESSMENT" if row.systematic else "NON_SYSTEMATIC_ASSESSMENT"
    return _kept(
        {
            "term": row.term,
            "organSystem": row.organ_system,
            "sourceVocabulary": row.vocabulary,
            "assessmentType": assessment,
            "notes": row.notes,
            "stats": stats,
        }
    )


def _more(results: Results, record: Record) -> Json:
    limits = _kept({"description": _said(results.limitations, results)})
    return _kept({"limitationsAndCaveats": limits, "pointOfContact": _contact(results, record)})


def _contact(results: Results, record: Record) -> Json:
    """Whom to ask about the results: who is named for it, or else the first central contact of the record."""
    if results.contact_title:
        return _kept({"title": results.contact_title, "organization": results.contact_organization})
    protocol = record.raw.get("protocolSection", {})
    central = protocol.get("contactsLocationsModule", {}).get("centralContacts", [])
    sponsor = protocol.get("sponsorCollaboratorsModule", {}).get("leadSponsor", {}).get("name", "")
    if not central:
        return {}
    one = central[0]
    said = {key: one.get(key, "") for key in ("email", "phone", "phoneExt")}
    return _kept({"title": one.get("name", ""), "organization": sponsor, **said})
