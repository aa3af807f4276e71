"""The masked assessor's work list: one calendar, from open events alone."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from equipoise.blinding import Viewer, worklist
from equipoise.ledger.entry import Event
from tests.properties.masked_trial import masked

from .events import event, screened

HERE = Viewer(user="assessor-01", role="assessor", site="01")
BEGUN = [screened(), event("ConsentGiven", version="1", given_on="2026-03-02")]
RANDOMISED = [*BEGUN, event("ParticipantRandomised", day="2026-03-09", number="R-0001", stratum="all")]


def lines(events: list[Event], on: str, viewer: Viewer = HERE) -> list[tuple[str, bool]]:
    return [
        (each.encounter, each.overdue) for each in worklist(masked(), events, viewer, date.fromisoformat(on))
    ]


def scored(encounter: str, **given: Any) -> Event:
    return event("AssessmentSubmitted", encounter=encounter, actor="assessor-01", role="assessor", **given)


def test_before_randomisation_screening_and_baseline_are_asked_for() -> None:
    assert lines(BEGUN[:1], "2026-03-02") == []
    assert lines(BEGUN, "2026-03-03") == [("baseline", False), ("screening", False)]


def test_windows_count_from_randomisation_and_last_until_the_score_is_signed() -> None:
    events = [*RANDOMISED, scored("screening"), scored("baseline")]
    assert lines(events, "2026-04-02") == []
    assert lines(events, "2026-04-03") == [("month_1", False)]
    assert lines(events, "2026-04-10") == [("month_1", True)]
    assert lines([*events, scored("month_1")], "2026-04-10") == []
    assert lines([*events, event("VisitMissed", encounter="month_1")], "2026-04-10") == []


def test_lines_are_numbered_in_order_of_their_last_day() -> None:
    found = worklist(masked(), RANDOMISED, HERE, date(2026, 5, 4))
    assert [(each.number, each.encounter) for each in found] == [
        (1, "baseline"), (2, "screening"), (3, "month_1"), (4, "month_2"),
    ]  # fmt: skip
    assert (found[2].first, found[2].last) == (date(2026, 4, 3), date(2026, 4, 9))


@pytest.mark.parametrize(
    "under_seal",
    [
        event("TreatmentStopped", day="2026-03-20", cause="adverse_event"),
        event("ConsentWithdrawn", day="2026-03-20", scope="treatment"),
        event("DoseTaken", day="2026-03-12", regimen="daily"),
        event("FormRecorded", encounter="after_stop", form="body", values={}),
        event("ParticipantLost", data={}),
    ],
)
def test_the_list_goes_on_whatever_is_done_with_the_drug(under_seal: Event) -> None:
    events = [*RANDOMISED, scored("screening"), scored("baseline")]
    assert lines([*events, under_seal], "2026-04-04") == lines(events, "2026-04-04") == [("month_1", False)]


@pytest.mark.parametrize(
    "end",
    [
        event("StudyEnded", status="completed", cause=""),
        event("DeathRecorded"),
        event("ScreeningFailed", reasons=["declined"]),
        event("ConsentWithdrawn", scope="visits"),
    ],
)
def test_the_list_ends_with_the_participants_part(end: Event) -> None:
    assert lines([*RANDOMISED, end], "2026-04-04") == []


def test_a_participant_is_on_the_list_of_the_site_that_follows() -> None:
    there = Viewer(user="assessor-02", role="assessor", site="02")
    moved = [*RANDOMISED, event("ParticipantTransferred", data={"from": "01", "to": "02"})]
    assert lines(moved, "2026-03-09") == []
    assert ("baseline", False) in lines(moved, "2026-03-09", there)
    assert lines(RANDOMISED, "2026-03-09", there) == []
    assert worklist(masked(), [event("LedgerOpened", None), *RANDOMISED], there, date(2026, 3, 9)) == ()


def test_a_study_without_a_masked_assessment_has_no_list() -> None:
    from dataclasses import replace

    study = masked()
    open_label = replace(study, definition=msgspec.structs.replace(study.definition, assessment=None))
    assert worklist(open_label, RANDOMISED, HERE, date(2026, 3, 9)) == ()
