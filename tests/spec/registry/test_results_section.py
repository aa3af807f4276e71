"""Results go into a record as the registry wants them, and only when they add up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from equipoise.exchange.ctgov import fill_results
from equipoise.exchange.errors import ExchangeError
from equipoise.exchange.results import CountRow, OutcomeAnalysis, OutcomeRow, Value
from equipoise.registry.record import read_record
from tests.spec.registry import example


def filled(**changes: object) -> dict:
    return fill_results(read_record(example.record()), example.results(**changes)).raw["resultsSection"]


def code(**changes: object) -> str:
    with pytest.raises(ExchangeError) as caught:
        filled(**changes)
    return caught.value.code


def test_the_protocol_is_left_as_registered() -> None:
    before = read_record(example.record())
    after = fill_results(before, example.results())
    assert after.raw["protocolSection"] == before.raw["protocolSection"]
    assert after.has_results is True and before.raw["hasResults"] is False
    assert after.protocol == before.protocol


def test_started_is_completed_plus_not_completed() -> None:
    period = filled()["participantFlowModule"]["periods"][0]
    counts = {
        one["type"]: [stat["numSubjects"] for stat in one["achievements"]] for one in period["milestones"]
    }
    assert list(counts) == ["STARTED", "Received allocated treatment", "COMPLETED", "NOT COMPLETED"]
    assert counts["STARTED"] == ["10", "12"]
    assert counts["COMPLETED"] == ["8", "11"]
    assert counts["NOT COMPLETED"] == ["2", "1"]


def test_baseline_has_a_total_that_is_summed() -> None:
    baseline = filled()["baselineCharacteristicsModule"]
    assert [group["id"] for group in baseline["groups"]] == ["BG000", "BG001", "BG002"]
    assert baseline["groups"][-1]["title"] == "Total"
    assert [count["value"] for count in baseline["denoms"][0]["counts"]] == ["10", "12", "22"]
    women = baseline["measures"][0]["classes"][0]["categories"][0]
    assert [one["value"] for one in women["measurements"]] == ["6", "7", "13"]
    assert baseline["measures"][1]["dispersionType"] == "STANDARD_DEVIATION"


def test_an_outcome_has_its_denominators_values_and_analysis() -> None:
    outcome = filled()["outcomeMeasuresModule"]["outcomeMeasures"][0]
    assert [count["value"] for count in outcome["denoms"][0]["counts"]] == ["10", "12"]
    analysis = outcome["analyses"][0]
    assert analysis["groupIds"] == ["OG000", "OG001"]
    assert (analysis["ciLowerLimit"], analysis["ciUpperLimit"], analysis["ciNumSides"]) == (
        "-14.6",
        "64.6",
        "TWO_SIDED",
    )


def test_one_limit_makes_a_one_sided_interval_and_none_makes_none() -> None:
    base = example.results().outcomes[0]
    one = OutcomeAnalysis(method="Exact", level="97.5", lower="0.1")
    none = OutcomeAnalysis(method="Exact", level="95", p_value="0.5")
    found = filled(outcomes=(replace(base, analyses=(one, none)),))["outcomeMeasuresModule"][
        "outcomeMeasures"
    ][0]
    assert found["analyses"][0]["ciNumSides"] == "ONE_SIDED"
    assert "ciPctValue" not in found["analyses"][1]


def test_every_adverse_event_count_has_its_denominator() -> None:
    events = filled()["adverseEventsModule"]
    assert [(one["deathsNumAffected"], one["deathsNumAtRisk"]) for one in events["eventGroups"]] == [
        (0, 10),
        (0, 12),
    ]
    assert [one["term"] for one in events["seriousEvents"]] == ["Fracture"]
    assert events["seriousEvents"][0]["stats"][0] == {
        "groupId": "EG000", "numAffected": 1, "numAtRisk": 10, "numEvents": 1,
    }  # fmt: skip
    assert "numEvents" not in events["otherEvents"][0]["stats"][0]


def test_a_banner_stands_in_every_module() -> None:
    section = filled(banner=example.BANNER)
    for place in (
        section["participantFlowModule"]["recruitmentDetails"],
        section["baselineCharacteristicsModule"]["populationDescription"],
        section["outcomeMeasuresModule"]["outcomeMeasures"][0]["populationDescription"],
        section["adverseEventsModule"]["description"],
        section["moreInfoModule"]["limitationsAndCaveats"]["description"],
    ):
        assert place.startswith(example.BANNER)


def test_a_flow_that_loses_people_is_refused() -> None:
    period = example.results().flow[0]
    assert code(flow=(replace(period, completed=(7, 11)),)) == "EXCH-002"
    assert (
        code(flow=(replace(period, milestones=(CountRow(title="Treated", counts=(11, 12)),)),)) == "EXCH-003"
    )


def test_a_column_too_few_or_too_many_is_refused() -> None:
    parts = example.results()
    outcome, baseline = parts.outcomes[0], parts.baseline
    assert code(flow=(replace(parts.flow[0], started=(10,)),)) == "EXCH-001"
    assert code(baseline=replace(baseline, participants=(10, 12, 22))) == "EXCH-001"
    assert (
        code(baseline=replace(baseline, measures=(replace(baseline.measures[1], values=()),))) == "EXCH-001"
    )
    assert code(outcomes=(replace(outcome, rows=(OutcomeRow(values=(Value(value="5"),)),)),)) == "EXCH-001"
    far = replace(outcome.analyses[0], groups=(0, 2))
    assert code(outcomes=(replace(outcome, analyses=(far,)),)) == "EXCH-001"
    assert code(safety=replace(parts.safety, deaths=())) == "EXCH-001"
    short = replace(parts.safety.rows[0], events=(1,))
    assert code(safety=replace(parts.safety, rows=(short,))) == "EXCH-001"


def test_counts_beyond_their_denominator_are_refused() -> None:
    parts = example.results()
    outcome = parts.outcomes[0]
    many = OutcomeRow(values=(Value(value="5"), Value(value="13")))
    assert code(outcomes=(replace(outcome, rows=(many,)),)) == "EXCH-003"
    share = OutcomeRow(values=(Value(value="0.5"), Value(value="9")))
    assert code(outcomes=(replace(outcome, rows=(share,)),)) == "EXCH-003"
    assert code(outcomes=(replace(outcome, analysed=(11, 12)),)) == "EXCH-003"
    assert code(safety=replace(parts.safety, deaths=(0, 13))) == "EXCH-003"
    more = replace(parts.safety.rows[0], affected=(2, 0))
    assert code(safety=replace(parts.safety, rows=(more,))) == "EXCH-003"


def test_a_missing_part_is_refused() -> None:
    outcome = example.results().outcomes[0]
    assert code(groups=()) == "EXCH-004"
    assert code(outcomes=(replace(outcome, time_frame=" "),)) == "EXCH-004"
    assert code(outcomes=(replace(outcome, population="", analysed=(0, 12)),)) == "EXCH-004"
    unknown = OutcomeRow(values=(Value(value="NA"), Value(value="9")))
    assert code(outcomes=(replace(outcome, param="NUMBER", rows=(unknown,)),)) == "EXCH-004"
