"""From a report to a record's results: the same numbers, every group in its place, and all of it adds up."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from equipoise.analysis.cut import cut
from equipoise.analysis.reporting.render import sections, tables
from equipoise.analysis.reporting.report import Report, analyse
from equipoise.cli.simulating import practice_seal, scenario_of
from equipoise.exchange.ctgov import fill_results
from equipoise.exchange.errors import ExchangeError
from equipoise.exchange.registered import finished, last_seen, primary_completion
from equipoise.exchange.report import results_of
from equipoise.ledger import MemoryStore
from equipoise.registry.lint.engine import lint
from equipoise.registry.record import Record, load_record, read_record
from equipoise.simulation.trial import simulate
from equipoise.study.load import load
from equipoise.study.organs import ORGAN_SYSTEMS

STUDY = Path(__file__).resolve().parents[2] / "studies" / "NCT06965244"
PARTICIPANTS = 24


@pytest.fixture(scope="module")
def report() -> Report:
    """The report of a small simulated trial."""
    study = load(STUDY)
    scenario = msgspec.structs.replace(scenario_of(STUDY, "base"), participants=PARTICIPANTS)
    store = MemoryStore("simulation")
    simulate(study, scenario, 5, practice_seal(STUDY), store=store)
    return analyse(study, cut(store.events(), 1, store.head()), 5)


def test_everybody_who_started_completed_or_left_for_a_reason(report: Report) -> None:
    period = results_of(report).flow[0]
    assert sum(period.started) == PARTICIPANTS
    for place, started in enumerate(period.started):
        assert started == period.completed[place] + sum(row.counts[place] for row in period.reasons)


def test_the_primary_outcome_has_the_numbers_of_the_table(report: Report) -> None:
    outcome = results_of(report).outcomes[0]
    estimate = report.estimates[0]
    assert (outcome.kind, outcome.title) == ("PRIMARY", estimate.variable)
    assert outcome.analysed == tuple(group.analysed for group in estimate.analyses[0].groups)
    contrast = estimate.analyses[0].contrasts[0]
    assert float(outcome.analyses[0].estimate) == pytest.approx(100 * contrast.estimate, abs=0.051)
    assert float(outcome.analyses[0].lower) == pytest.approx(100 * contrast.lower, abs=0.051)
    assert len(outcome.analyses) == sum(len(each.contrasts) for each in estimate.analyses)


def test_the_record_has_what_the_registry_requires_of_every_trial(report: Report) -> None:
    """Age, sex and region under the registry's own titles, everybody in one region, and somebody to ask."""
    record = load_record(STUDY / "record.json")
    module = fill_results(record, results_of(report)).raw["resultsSection"]
    measures = {each["title"]: each for each in module["baselineCharacteristicsModule"]["measures"]}
    assert {"Age, Continuous", "Sex: Female, Male", "Region of Enrollment"} <= set(measures)
    assert measures["Age, Continuous"]["description"] == "Age at randomisation"
    (country,) = measures["Region of Enrollment"]["classes"][0]["categories"]
    assert country["title"] == "France"
    counted = [
        int(value["value"])
        for each in measures["Region of Enrollment"]["classes"][0]["categories"]
        for value in each["measurements"]
        if value["groupId"] == "BG002"
    ]
    assert sum(counted) == PARTICIPANTS
    contact = module["moreInfoModule"]["pointOfContact"]
    central = record.raw["protocolSection"]["contactsLocationsModule"]["centralContacts"][0]
    assert contact["title"] == central["name"] and contact["phone"] == central["phone"]
    named = replace(results_of(report), contact_title="Head of trials", contact_organization="A hospital")
    module = fill_results(record, named).raw["resultsSection"]
    assert module["moreInfoModule"]["pointOfContact"] == {
        "title": "Head of trials",
        "organization": "A hospital",
    }
    alone = read_record({"protocolSection": {"identificationModule": {"nctId": "NCT00000000"}}}, place="x")
    assert (
        "pointOfContact"
        not in fill_results(alone, results_of(report)).raw["resultsSection"]["moreInfoModule"]
    )


def test_the_name_of_a_method_is_short_and_its_details_stand_beside_it(report: Report) -> None:
    for outcome in results_of(report).outcomes:
        for each in outcome.analyses:
            assert 0 < len(each.method) <= 100 and "," not in each.method
    first = results_of(report).outcomes[0].analyses[0]
    assert report.estimates[0].analyses[0].method.endswith(first.method_comment[1:])


def test_a_person_with_an_event_is_counted_once_among_those_at_risk(report: Report) -> None:
    safety = results_of(report).safety
    assert safety.at_risk == tuple(report.harms.at_risk[arm] for arm in report.arms)
    assert safety.serious == tuple(report.harms.serious.people[arm] for arm in report.arms)
    events = [row for row in safety.rows if not row.serious]
    assert events
    for place in range(len(report.arms)):
        assert max(row.affected[place] for row in events) <= safety.other[place] <= safety.at_risk[place]
        assert all(row.events[place] >= row.affected[place] for row in events)


def test_a_death_outside_the_safety_population_is_said_in_words(report: Report) -> None:
    first, *others = report.data.participants
    untreated = replace(first, first_dose_on=None, died_on=first.randomised_on)
    changed = replace(report, data=replace(report.data, participants=(untreated, *others)))
    safety = results_of(changed).safety
    label = report.labels[first.arm]
    assert "Deaths of other randomised participants: " in safety.description
    assert f"{label} 1" in safety.description


def test_the_record_holds_the_results_and_keeps_what_was_registered(report: Report) -> None:
    record = load_record(STUDY / "record.json")
    filled = fill_results(record, results_of(report))
    assert filled.raw["protocolSection"] == record.raw["protocolSection"]
    assert filled.raw["resultsSection"].keys() >= {"participantFlowModule", "outcomeMeasuresModule"}
    assert "SIMULATED" in json.dumps(filled.raw["resultsSection"]["moreInfoModule"], ensure_ascii=False)


def registered(*outcomes: dict[str, str], kind: str = "primaryOutcomes") -> Record:
    """A record that registers these outcomes."""
    return read_record(
        {
            "protocolSection": {
                "identificationModule": {"nctId": "NCT00000000"},
                "outcomesModule": {kind: list(outcomes)},
            }
        }
    )


def test_the_only_primary_outcome_is_reported_under_its_registered_title_and_time_frame(
    report: Report,
) -> None:
    record = registered({"measure": "Response of the skin", "timeFrame": "16 weeks"})
    first, *others = fill_results(record, results_of(report)).raw["resultsSection"]["outcomeMeasuresModule"][
        "outcomeMeasures"
    ]
    assert (first["type"], first["title"], first["timeFrame"]) == (
        "PRIMARY",
        "Response of the skin",
        "16 weeks",
    )
    assert first["description"].startswith(report.estimates[0].variable)
    assert [each["title"] for each in others] == [each.variable for each in report.estimates[1:]]


def test_an_outcome_of_the_same_words_takes_the_registered_kind(report: Report) -> None:
    title = report.estimates[1].variable
    record = registered({"measure": title.upper(), "timeFrame": "16 weeks"}, kind="otherOutcomes")
    found = fill_results(record, results_of(report)).raw["resultsSection"]["outcomeMeasuresModule"]
    second = found["outcomeMeasures"][1]
    assert (second["type"], second["title"]) == ("OTHER_PRE_SPECIFIED", title.upper())
    assert title not in second["description"] and second["timeFrame"] == "16 weeks"


def test_an_outcome_that_names_a_registered_one_which_is_not_there_is_refused(report: Report) -> None:
    results = results_of(report)
    first = replace(results.outcomes[0], registered="Survival")
    with pytest.raises(ExchangeError, match="EXCH-005"):
        fill_results(
            registered({"measure": "Response", "timeFrame": "1 day"}), replace(results, outcomes=(first,))
        )


def test_a_finished_trial_says_so_with_dates_and_size_that_are_real(report: Report) -> None:
    """Its own record then has no finding that the registered one had not."""
    record = load_record(STUDY / "record.json")
    done = finished(record, report)
    protocol = done.raw["protocolSection"]
    status = protocol["statusModule"]
    people = report.data.participants
    assert status["overallStatus"] == "COMPLETED"
    assert status["startDateStruct"]["date"] == min(row.randomised_on for row in people).isoformat()
    assert status["primaryCompletionDateStruct"]["date"] <= status["completionDateStruct"]["date"]
    last = max(row.ended_on for row in people)
    assert status["completionDateStruct"] == {"date": last.isoformat(), "type": "ACTUAL"}
    assert protocol["designModule"]["enrollmentInfo"] == {"count": PARTICIPANTS, "type": "ACTUAL"}
    today = max(row.ended_on for row in people)
    before = {(hit.code, hit.path) for hit in lint(record, today=today)}
    after = {(hit.code, hit.path) for hit in lint(fill_results(done, results_of(report)), today=today)}
    assert after <= before and "LINT-028" not in {code for code, _ in after}


def test_a_trial_that_is_still_followed_ends_with_the_cut(report: Report) -> None:
    first, *others = report.data.participants
    data = replace(report.data, participants=(replace(first, ended_on=None), *others))
    open_still = replace(report, data=data)
    assert last_seen(open_still).isoformat() == report.source.until[:10]
    unscored = replace(open_still, data=replace(data, scores={}))
    assert primary_completion(unscored) <= last_seen(open_still)
    assert primary_completion(replace(unscored, estimates=())) == last_seen(unscored)


def test_adverse_events_stand_under_the_organ_system_of_the_coding(report: Report) -> None:
    """Every term has the organ system that a registry requires, and no name of a dictionary that it does not take."""
    module = fill_results(load_record(STUDY / "record.json"), results_of(report)).raw["resultsSection"]
    events = module["adverseEventsModule"]["seriousEvents"] + module["adverseEventsModule"]["otherEvents"]
    assert events and {each["organSystem"] for each in events} <= set(ORGAN_SYSTEMS)
    assert not any("sourceVocabulary" in each for each in events)
    words = "Terms by Study map of reported terms, after the headings of SmPC 4.8, version 1."
    assert words in module["adverseEventsModule"]["description"]


def test_rarer_events_than_the_threshold_are_left_out_and_serious_ones_never(report: Report) -> None:
    definition = report.study.definition
    safety = msgspec.structs.replace(definition.safety, threshold=10, coding=None)
    study = replace(report.study, definition=msgspec.structs.replace(definition, safety=safety))
    few, many = results_of(replace(report, study=study)).safety, results_of(report).safety
    assert few.threshold == "10" and len(few.rows) < len(many.rows) and few.other <= many.other
    assert [row.term for row in few.rows if row.serious] == [row.term for row in many.rows if row.serious]
    for row in few.rows:
        assert row.serious or any(100 * n > 10 * of for n, of in zip(row.affected, few.at_risk, strict=True))
        assert row.vocabulary == ""


def test_a_pooled_report_has_no_groups_to_report(report: Report) -> None:
    with pytest.raises(ExchangeError, match="EXCH-004"):
        results_of(replace(report, by_arm=False))


def test_what_a_record_cannot_hold_goes_to_the_page(report: Report) -> None:
    assert {part.id for part in sections(report)} >= {"flow", "over-time", "decisions"}


def test_the_record_says_the_numbers_of_the_printed_tables(report: Report) -> None:
    """One source: each estimate and interval of the record stands in the table of its estimand, digit by digit."""
    found = results_of(report)
    shown = tables(report)
    compared = [each for each in report.estimates if each.analyses]
    assert [each.title for each in found.outcomes] == [each.variable for each in compared]
    assert [each.kind for each in found.outcomes] == ["PRIMARY", *["SECONDARY"] * (len(compared) - 1)]
    for outcome, estimate in zip(found.outcomes, compared, strict=True):
        name = "results" if estimate is report.estimates[0] else f"results-{estimate.name}"
        cells = [" ".join(row.cells) for row in shown[name].rows if "not estimable" not in row.cells]
        assert len(cells) == len(outcome.analyses)
        for one, text in zip(outcome.analyses, cells, strict=True):
            assert one.estimate in text and one.lower in text and one.upper in text and one.p_value in text
