"""Pregnancies: reported like serious events, barring the drugs that the study names, followed to their outcome."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from equipoise.conduct.clocks import clocks

from .test_safety_reports import REPORT
from .treated import Clinic, alarms, clinic, deviations, drugs

FOUND: dict[str, Any] = {"event": "PR1", "of": "participant", "site_aware": "2026-03-02T08:00:00Z"}
SUPPLY = {"prescription": "P1", "quantity": "16", "days": "28"}


def pregnant(here: Clinic | None = None, **change: str) -> Clinic:
    """A participant with a reported pregnancy."""
    here = here or clinic()
    here.do("report_pregnancy", **{**FOUND, **change})
    return here


def test_her_own_pregnancy_bars_prescribing_and_dispensing() -> None:
    here = clinic()
    here.weekly()
    events = here.do("report_pregnancy", **FOUND)
    assert alarms(events) == ["DOSE-032"]
    answer = here.no("prescribe", prescription="P2", regimen="weekly", days="28", weekday="monday")
    assert answer.code == "DOSE-007" and answer.findings == ("PR1",)
    assert here.no("dispense", **SUPPLY).code == "DOSE-007"
    assert deviations(here.do("dispense", **SUPPLY, happened="yes")) == ["DOSE-007"]


def test_other_drugs_and_a_partner_s_pregnancy_bar_nothing() -> None:
    here = pregnant()
    assert here.do("prescribe", prescription="P1", regimen="follower", days="28")
    here = pregnant(of="partner")
    assert here.weekly()


@pytest.mark.parametrize(
    ("outcome", "open_"), [("not_confirmed", True), ("birth_healthy", False), ("ongoing", False)]
)
def test_only_one_that_was_not_confirmed_no_longer_bars(outcome: str, open_: bool) -> None:
    here = pregnant()
    here.do("record_pregnancy_outcome", event="PR1", outcome=outcome)
    if open_:
        assert here.weekly()
    else:
        data = {"prescription": "P1", "regimen": "weekly", "days": "28", "weekday": "monday"}
        assert here.no("prescribe", **data).code == "DOSE-007"


@pytest.mark.parametrize("of", ["participant", "partner"])
def test_both_are_reported_within_24_hours(of: str) -> None:
    here = pregnant(of=of)
    (clock,) = clocks(here.study, here.state, date(2026, 3, 2))
    assert (clock.event, clock.clock, clock.due.isoformat()) == ("PR1", "site", "2026-03-03T08:00:00+00:00")
    here.day = "2026-03-04"
    events = here.do("submit_safety_report", event="PR1", clock="site", effective="2026-03-04T08:00:00Z")
    assert deviations(events) == ["SAFE-009"]
    assert clocks(here.study, here.state, date(2026, 3, 5)) == ()


def test_it_is_followed_to_its_outcome_even_after_the_end_of_study() -> None:
    here = clinic()
    here.do("end_study", status="completed")
    pregnant(here)
    here.do("record_pregnancy_outcome", event="PR1", outcome="ongoing")
    here.do("record_pregnancy_outcome", event="PR1", outcome="birth_healthy")
    assert here.state.pregnancies["PR1"].outcome == "birth_healthy"
    (record,) = here.state.facts.records("pregnancy")
    assert record.values["outcome"] == "birth_healthy"
    assert here.no("record_pregnancy_outcome", event="PR1", outcome="stillbirth").code == "PREG-004"


def test_what_cannot_be_is_refused() -> None:
    here = clinic()
    assert here.no("report_pregnancy", of="partner").code == "COND-010"
    for change in ({"of": "sister"}, {"site_aware": "soon"}, {"site_aware": "2026-03-02T13:00:00Z"}):
        assert here.no("report_pregnancy", **{**FOUND, **change}).code == "PREG-003"
    assert here.no("record_pregnancy_outcome", event="PR1", outcome="ongoing").code == "PREG-002"
    pregnant(here)
    assert here.no("record_pregnancy_outcome", event="PR1", outcome="twins").code == "PREG-003"
    assert here.no("report_pregnancy", **FOUND).code == "PREG-001"
    assert here.no("report_adverse_event", **{**REPORT, "event": "PR1"}).code == "SAFE-001"


def test_a_value_that_the_form_cannot_hold_is_refused() -> None:
    here = clinic(study=drugs(("of: {label: Whose, type: code, codes: {participant: Participant, partner: Partner}}",
                               "of: {label: Whose, type: code, codes: {participant: Participant}}")))  # fmt: skip
    assert here.no("report_pregnancy", **{**FOUND, "of": "partner"}).code == "PREG-003"


def test_a_study_without_a_form_for_pregnancies_keeps_the_events() -> None:
    study = drugs(("    kind: log\n    act: pregnancy\n", "    kind: log\n"))
    here = pregnant(clinic(study=study))
    assert "PR1" in here.state.pregnancies and here.state.facts.records("pregnancy") == ()
