"""From a report to a record's results: the same numbers, every group in its place, and all of it adds up."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from equipoise.analysis.cut import cut
from equipoise.analysis.render import sections, tables
from equipoise.analysis.report import Report, analyse
from equipoise.cli.simulating import practice_seal, scenario_of
from equipoise.exchange.ctgov import fill_results
from equipoise.exchange.errors import ExchangeError
from equipoise.exchange.report import results_of
from equipoise.ledger import MemoryStore
from equipoise.registry.record import load_record
from equipoise.simulation.trial import simulate
from equipoise.study.load import load

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
