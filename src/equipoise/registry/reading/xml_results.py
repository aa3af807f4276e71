"""The results of the older XML as a results section in version 2 shape: flow, baseline, outcomes, events.

Group ids of the XML (P1, B1, O1, E1) become those of version 2 (FG000 ...), numbered in each table from 0.
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from equipoise.registry.reading.tidy import as_code, as_count, as_text, as_yes, without_empty


def results_section(results: Element) -> dict[str, Any]:
    """The results section that these results are."""
    return without_empty(
        {
            "participantFlowModule": _flow(results.find("participant_flow")),
            "baselineCharacteristicsModule": _baseline(results.find("baseline")),
            "outcomeMeasuresModule": _outcomes(results.find("outcome_list")),
            "adverseEventsModule": _events(results.find("reported_events")),
            "moreInfoModule": _more(results),
        }
    )


def said(element: Element, path: str) -> str:
    """The text at a path, in one line; empty when there is none."""
    return " ".join((element.findtext(path) or "").split())


def block(element: Element, path: str) -> str:
    """The text at a path, as paragraphs."""
    return as_text(element.findtext(path) or "")


def _groups(table: Element, prefix: str) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The groups of a table, and the new id of each old one."""
    groups, ids = [], {}
    for number, found in enumerate(table.findall("group_list/group")):
        identity = f"{prefix}{number:03d}"
        ids[found.get("group_id", "")] = identity
        parts = {"id": identity, "title": said(found, "title"), "description": block(found, "description")}
        groups.append(without_empty(parts))
    return groups, ids


def _group(found: Element, ids: dict[str, str]) -> str:
    old = found.get("group_id", "")
    return ids.get(old, old)


def _flow(flow: Element | None) -> dict[str, Any]:
    if flow is None:
        return {}
    groups, ids = _groups(flow, "FG")
    return without_empty(
        {
            "recruitmentDetails": block(flow, "recruitment_details"),
            "preAssignmentDetails": block(flow, "pre_assignment_details"),
            "groups": groups,
            "periods": [_period(found, ids) for found in flow.findall("period_list/period")],
        }
    )


def _period(period: Element, ids: dict[str, str]) -> dict[str, Any]:
    milestones = [
        {
            "type": said(found, "title").upper(),
            "achievements": [
                _subjects(each, ids) for each in found.findall("participants_list/participants")
            ],
        }
        for found in period.findall("milestone_list/milestone")
    ]
    reasons = [
        {
            "type": said(found, "title"),
            "reasons": [_subjects(each, ids) for each in found.findall("participants_list/participants")],
        }
        for found in period.findall("drop_withdraw_reason_list/drop_withdraw_reason")
    ]
    return without_empty({"title": said(period, "title"), "milestones": milestones, "dropWithdraws": reasons})


def _subjects(found: Element, ids: dict[str, str]) -> dict[str, Any]:
    comment = as_text(found.text or "")
    return without_empty(
        {"groupId": _group(found, ids), "numSubjects": found.get("count", ""), "comment": comment}
    )


def _baseline(baseline: Element | None) -> dict[str, Any]:
    if baseline is None:
        return {}
    groups, ids = _groups(baseline, "BG")
    return without_empty(
        {
            "populationDescription": block(baseline, "population"),
            "groups": groups,
            "denoms": _denoms(baseline, ids),
            "measures": [_measure(found, ids) for found in baseline.findall("measure_list/measure")],
        }
    )


def _denoms(table: Element, ids: dict[str, str]) -> list[dict[str, Any]]:
    """How many were analysed, by group."""
    return [
        without_empty(
            {
                "units": said(found, "units"),
                "counts": [
                    {"groupId": _group(count, ids), "value": count.get("value", "")}
                    for count in found.findall("count_list/count")
                ],
            }
        )
        for found in table.findall("analyzed_list/analyzed")
    ]


def _measure(measure: Element, ids: dict[str, str]) -> dict[str, Any]:
    dispersion = as_code(said(measure, "dispersion"), {"95_CONFIDENCE_INTERVAL": "CONFIDENCE_95"})
    return without_empty(
        {
            "title": said(measure, "title"),
            "description": block(measure, "description"),
            "populationDescription": block(measure, "population"),
            "paramType": as_code(said(measure, "param")),
            "dispersionType": dispersion,
            "unitOfMeasure": said(measure, "units"),
            "denoms": _denoms(measure, ids),
            "classes": [_class(found, ids) for found in measure.findall("class_list/class")],
        }
    )


def _class(found: Element, ids: dict[str, str]) -> dict[str, Any]:
    categories = [
        without_empty(
            {
                "title": said(category, "title"),
                "measurements": [
                    _measurement(each, ids) for each in category.findall("measurement_list/measurement")
                ],
            }
        )
        for category in found.findall("category_list/category")
    ]
    return without_empty(
        {"title": said(found, "title"), "denoms": _denoms(found, ids), "categories": categories}
    )


def _measurement(found: Element, ids: dict[str, str]) -> dict[str, Any]:
    return without_empty(
        {
            "groupId": _group(found, ids),
            "value": found.get("value", ""),
            "spread": found.get("spread", ""),
            "lowerLimit": found.get("lower_limit", ""),
            "upperLimit": found.get("upper_limit", ""),
            "comment": as_text(found.text or ""),
        }
    )


def _outcomes(listed: Element | None) -> dict[str, Any]:
    found = listed.findall("outcome") if listed is not None else []
    return without_empty({"outcomeMeasures": [_outcome(each) for each in found]})


def _outcome(outcome: Element) -> dict[str, Any]:
    groups, ids = _groups(outcome, "OG")
    measure = outcome.find("measure")
    parts = _measure(measure, ids) if measure is not None else {}
    return without_empty(
        parts
        | {
            "type": as_code(said(outcome, "type")),
            "title": said(outcome, "title") or parts.get("title", ""),
            "description": block(outcome, "description") or parts.get("description", ""),
            "populationDescription": block(outcome, "population") or parts.get("populationDescription", ""),
            "reportingStatus": "POSTED" if measure is not None else "NOT_POSTED",
            "timeFrame": said(outcome, "time_frame"),
            "groups": groups,
            "analyses": [_analysis(found, ids) for found in outcome.findall("analysis_list/analysis")],
        }
    )


ANALYSIS = {
    "groupDescription": "groups_desc",
    "nonInferiorityComment": "non_inferiority_desc",
    "pValue": "p_value",
    "pValueComment": "p_value_desc",
    "statisticalMethod": "method",
    "statisticalComment": "method_desc",
    "paramType": "param_type",
    "paramValue": "param_value",
    "ciPctValue": "ci_percent",
    "ciLowerLimit": "ci_lower_limit",
    "ciUpperLimit": "ci_upper_limit",
    "dispersionValue": "dispersion_value",
    "estimateComment": "estimate_desc",
    "otherAnalysisDescription": "other_analysis_desc",
}
SIDES = {"2-Sided": "TWO_SIDED", "1-Sided": "ONE_SIDED"}


def _analysis(found: Element, ids: dict[str, str]) -> dict[str, Any]:
    old = [each.get("group_id", "") for each in found.findall("group_id_list/group_id")]
    written = [" ".join((each.text or "").split()) for each in found.findall("group_id_list/group_id")]
    return without_empty(
        {name: said(found, path) for name, path in ANALYSIS.items()}
        | {
            "groupIds": [
                ids.get(text or other, text or other) for text, other in zip(written, old, strict=True)
            ],
            "nonInferiorityType": as_code(said(found, "non_inferiority_type")),
            "testedNonInferiority": as_yes(said(found, "non_inferiority")),
            "ciNumSides": SIDES.get(said(found, "ci_n_sides"), ""),
            "dispersionType": as_code(said(found, "dispersion_type")),
        }
    )


def _events(events: Element | None) -> dict[str, Any]:
    if events is None:
        return {}
    groups, ids = _groups(events, "EG")
    totals = _totals(events, ids)
    return without_empty(
        {
            "frequencyThreshold": said(events, "other_events/frequency_threshold"),
            "timeFrame": said(events, "time_frame"),
            "description": block(events, "desc"),
            "eventGroups": [group | totals.get(group["id"], {}) for group in groups],
            "seriousEvents": _terms(events.find("serious_events"), ids),
            "otherEvents": _terms(events.find("other_events"), ids),
        }
    )


def _totals(events: Element, ids: dict[str, str]) -> dict[str, dict[str, int]]:
    """How many had any event, by group: the first line of each table says it."""
    totals: dict[str, dict[str, int]] = {}
    for kind in ("serious", "other"):
        first = events.find(f"{kind}_events/category_list/category/event_list/event")
        if first is None or not said(first, "sub_title").startswith("Total"):
            continue
        for each in first.findall("counts"):
            parts = {f"{kind}NumAffected": "subjects_affected", f"{kind}NumAtRisk": "subjects_at_risk"}
            counts = {name: as_count(each.get(path, "")) for name, path in parts.items()}
            totals.setdefault(_group(each, ids), {}).update(without_empty(counts))
    return totals


def _terms(table: Element | None, ids: dict[str, str]) -> list[dict[str, Any]]:
    if table is None:
        return []
    assessed = as_code(said(table, "default_assessment"))
    vocabulary = said(table, "default_vocab")
    return [
        without_empty(
            {
                "term": said(event, "sub_title"),
                "organSystem": said(category, "title"),
                "sourceVocabulary": said(event, "vocab") or vocabulary,
                "assessmentType": as_code(said(event, "assessment")) or assessed,
                "notes": block(event, "description"),
                "stats": [_stats(each, ids) for each in event.findall("counts")],
            }
        )
        for category in table.findall("category_list/category")
        if said(category, "title") != "Total"
        for event in category.findall("event_list/event")
    ]


def _stats(found: Element, ids: dict[str, str]) -> dict[str, Any]:
    parts = {"numEvents": "events", "numAffected": "subjects_affected", "numAtRisk": "subjects_at_risk"}
    counts = {name: as_count(found.get(path, "")) for name, path in parts.items()}
    return without_empty({"groupId": _group(found, ids), **counts})


def _more(results: Element) -> dict[str, Any]:
    contact = results.find("point_of_contact")
    names = {"title": "name_or_title", "organization": "organization", "phone": "phone", "email": "email"}
    limits = block(results, "limitations_and_caveats")
    point = {name: said(contact, path) for name, path in names.items()} if contact is not None else {}
    return without_empty(
        {
            "limitationsAndCaveats": {"description": limits} if limits else {},
            "pointOfContact": without_empty(point),
        }
    )
