"""Reporting clocks: from awareness, in hours or calendar days, with upgrades, completion and lateness."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from equipoise.conduct.clocks import Running, clocks
from equipoise.conduct.safety import clocks as exported

from .test_safety_reports import AWARE, REPORT, judged, reported
from .treated import Clinic, clinic, deviations

SERIOUS = {"serious": "true", "criteria": ["hospitalisation"], "grade": "3"}
SUSAR = {**SERIOUS, "term": "fever", "causality": {"alphadrug": "related"}}
FATAL = {**SUSAR, "criteria": ["death"], "grade": "5", "outcome": "fatal"}


def running(here: Clinic, on: date | datetime = date(2026, 3, 2)) -> dict[str, Running]:
    """The clocks that run, by name."""
    return {each.clock: each for each in clocks(here.study, here.state, on)}


def sent(here: Clinic, clock: str, when: str, **more: Any) -> list[Any]:
    """A report that was sent."""
    here.day = max(here.day, when[:10])
    at = f"{here.day}T23:59:59"
    return here.do(
        "submit_safety_report", event="AE1", clock=clock, effective=when, at=at, role="safety", **more
    )


def test_a_serious_event_starts_the_clock_of_the_site_and_no_other_does() -> None:
    assert exported is clocks
    assert running(reported()) == {}
    here = reported(**SERIOUS)
    (clock,) = running(here).values()
    assert (clock.clock, clock.started, clock.to) == ("site", REPORT["site_aware"], "sponsor")
    assert clock.due == datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
    assert clock.label and clock.reference == "Article 41"


def test_hours_run_to_the_minute() -> None:
    here = reported(**SERIOUS)
    assert not running(here, datetime(2026, 3, 3, 8, 0, tzinfo=UTC))["site"].overdue
    assert running(here, datetime(2026, 3, 3, 8, 1, tzinfo=UTC))["site"].overdue
    assert not running(here, date(2026, 3, 3))["site"].overdue
    assert running(here, date(2026, 3, 4))["site"].overdue


def test_an_awareness_without_a_time_counts_from_the_beginning_of_the_day() -> None:
    here = reported(**SERIOUS, site_aware="2026-03-02")
    assert running(here)["site"].due == datetime(2026, 3, 3, tzinfo=UTC)


def test_an_event_that_becomes_serious_starts_the_clock_then() -> None:
    here = reported()
    here.day = "2026-03-10"
    later = "2026-03-10T07:00:00Z"
    here.do("update_adverse_event", event="AE1", changes=SERIOUS, site_aware=later)
    assert running(here)["site"].started == later


def test_the_site_s_report_stops_its_clock_and_makes_the_sponsor_aware() -> None:
    here = reported(**SUSAR)
    assert set(running(here)) == {"site"}
    assert deviations(sent(here, "site", "2026-03-02T20:00:00Z")) == []
    (clock,) = running(here).values()
    assert (clock.clock, clock.started) == ("other", "2026-03-02T20:00:00Z")
    assert clock.due == datetime(2026, 3, 17, 23, 59, 59, tzinfo=UTC)
    assert here.state.adverse_events["AE1"].sponsor_aware == "2026-03-02T20:00:00Z"


def test_the_day_of_awareness_is_day_0() -> None:
    here = reported(**FATAL)
    judged(here, causality={"alphadrug": "related"})
    clock = running(here)["fatal"]
    assert (clock.started, clock.due.date()) == (AWARE, date(2026, 3, 9))
    assert not running(here, date(2026, 3, 9))["fatal"].overdue
    assert running(here, date(2026, 3, 10))["fatal"].overdue
    assert "upgrade" not in running(here) and "other" not in running(here)


@pytest.mark.parametrize(
    ("when", "late"),
    [
        ("2026-03-09", []),
        ("2026-03-09T23:00:00Z", []),
        ("2026-03-10", ["SAFE-009"]),
        ("2026-03-10T00:00:00Z", ["SAFE-009"]),
    ],
)
def test_a_late_report_is_recorded_with_a_deviation(when: str, late: list[str]) -> None:
    here = reported(**FATAL)
    judged(here, causality={"alphadrug": "related"})
    events = sent(here, "fatal", when)
    assert deviations(events) == late and events[0].type == "SafetyReportSubmitted"
    assert "fatal" not in running(here)


def test_a_second_report_for_a_clock_is_no_second_delay() -> None:
    here = reported(**FATAL)
    judged(here, causality={"alphadrug": "related"})
    sent(here, "fatal", "2026-03-09")
    assert deviations(sent(here, "fatal", "2026-04-09")) == []
    assert here.state.adverse_events["AE1"].submitted["fatal"] == "2026-03-09"


def test_a_report_that_no_clock_asks_for_is_recorded() -> None:
    here = reported()
    assert deviations(sent(here, "other", "2026-04-01")) == []


def test_what_makes_an_event_fatal_starts_the_upgrade_clock_from_that_knowledge() -> None:
    here = reported(**SUSAR)
    judged(here, causality={"alphadrug": "related"})
    here.day = "2026-03-12"
    later = "2026-03-12T10:00:00Z"
    changes = {"criteria": ["hospitalisation", "death"], "grade": "5", "outcome": "fatal"}
    here.do("update_adverse_event", event="AE1", changes=changes, site_aware=later)
    found = running(here)
    assert set(found) == {"site", "upgrade"}
    assert (found["upgrade"].started, found["upgrade"].due.date()) == (later, date(2026, 3, 19))


def test_an_event_that_was_fatal_from_the_start_is_no_upgrade_later() -> None:
    here = reported(**FATAL)
    judged(here, causality={"alphadrug": "related"})
    here.do("update_adverse_event", event="AE1", changes={"onset": "2026-02-28"}, site_aware=AWARE)
    judged(here, causality={"alphadrug": "related"})
    assert set(running(here)) == {"site", "fatal"}


def test_a_judgement_that_makes_a_suspected_reaction_starts_the_sponsor_s_clock() -> None:
    here = reported(**{**SUSAR, "causality": {"alphadrug": "not_related"}})
    sent(here, "site", "2026-03-02T20:00:00Z")
    assert running(here) == {}
    here.day = "2026-03-05"
    judged(here, sponsor_aware="2026-03-05T09:00:00Z")
    assert running(here)["other"].started == "2026-03-02T20:00:00Z"


def test_a_second_judgement_starts_the_clock_from_its_own_knowledge() -> None:
    here = reported(**{**SUSAR, "causality": {"alphadrug": "not_related"}})
    judged(here, causality={"alphadrug": "not_related"})
    assert set(running(here)) == {"site"}
    here.day = "2026-03-08"
    judged(here, sponsor_aware="2026-03-08T09:00:00Z")
    assert running(here)["other"].started == "2026-03-08T09:00:00Z"


def test_a_first_judgement_after_a_change_counts_from_the_judgement() -> None:
    here = reported(**{**SERIOUS, "causality": {"alphadrug": "not_related"}})
    sent(here, "site", "2026-03-02T20:00:00Z")
    here.day = "2026-03-08"
    here.do("update_adverse_event", event="AE1", changes={"term": "fever"}, site_aware="2026-03-08T08:00:00Z")
    judged(here, sponsor_aware="2026-03-08T09:00:00Z")
    assert running(here)["other"].started == "2026-03-08T09:00:00Z"


def test_an_incomplete_report_starts_the_clock_of_its_completion() -> None:
    here = reported(**FATAL)
    judged(here, causality={"alphadrug": "related"})
    sent(here, "fatal", "2026-03-05", complete="false")
    clock = running(here)["completion"]
    assert (clock.started, clock.due.date()) == ("2026-03-05", date(2026, 3, 13))
    sent(here, "completion", "2026-03-10", complete="no")
    assert set(running(here)) == {"site"}


def test_a_complete_report_needs_no_completion_nor_does_one_to_somebody_else() -> None:
    here = reported(**FATAL)
    judged(here, causality={"alphadrug": "related"})
    sent(here, "site", "2026-03-02T20:00:00Z", complete="false")
    sent(here, "fatal", "2026-03-05")
    assert running(here) == {}


def test_a_clock_whose_rule_no_longer_holds_is_owed_no_more() -> None:
    here = reported(**SERIOUS)
    here.do(
        "update_adverse_event", event="AE1", site_aware=AWARE,
        changes={"serious": "false", "criteria": [], "grade": "2"},
    )  # fmt: skip
    assert running(here) == {}


def test_a_clock_whose_rule_is_unknown_runs() -> None:
    here = reported(**{**SUSAR, "causality": {"followdrug": "related"}})
    judged(here, causality={"followdrug": "related"})
    assert "other" in running(here)


def test_the_most_urgent_clock_comes_first() -> None:
    here = reported(**FATAL)
    judged(here, causality={"alphadrug": "related"})
    assert [each.clock for each in clocks(here.study, here.state, date(2026, 3, 2))] == ["site", "fatal"]


def test_a_report_needs_its_event_a_clock_and_a_time() -> None:
    here = reported(**SERIOUS)
    assert here.no("submit_safety_report", event="AE2", clock="site").code == "SAFE-002"
    assert here.no("submit_safety_report", event="AE1", clock="none").code == "SAFE-008"
    assert here.no("submit_safety_report", event="AE1", clock="site", complete="half").code == "SAFE-003"
    assert (
        here.no("submit_safety_report", event="AE1", clock="site", effective="2026-02-1").code == "SAFE-003"
    )


def test_safety_is_recorded_after_the_end_of_study() -> None:
    here = clinic()
    here.do("end_study", status="completed")
    assert running(reported(here, **SERIOUS))["site"]
