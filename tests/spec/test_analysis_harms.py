"""Adverse events as tables count them: coded, on treatment, below their organ system."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import msgspec
import pytest

from equipoise.analysis.data.datasets import adverse_events, attempts, coder
from equipoise.analysis.data.populations import emergent, safety
from equipoise.analysis.data.rows import NOT_CODED, AdverseEvent
from equipoise.analysis.reporting.render import tables
from equipoise.analysis.reporting.report import Report, analyse
from equipoise.study.model import Coding
from equipoise.study.study import Study
from tests.spec.analysis_trial import small, whole

SKIN, CHEST = "Skin and subcutaneous tissue disorders", "Respiratory, thoracic and mediastinal disorders"
CODING = Coding(
    dictionary="Own map",
    version="2",
    systems={SKIN: {"rash": "Dermatitis", "red skin": "Dermatitis"}, CHEST: {"cough": "Cough"}},
)


def coding(given: Coding | None = CODING) -> Study:
    """The small study with a coding."""
    study = small()
    kept = msgspec.structs.replace(study.definition.safety, coding=given)
    return replace(study, definition=msgspec.structs.replace(study.definition, safety=kept))


@pytest.fixture(scope="module")
def report() -> Report:
    """The small trial, coded."""
    study, trial = coding(), whole()
    trial.close()
    cut = trial.cut()
    made = analyse(small(), cut, 1)
    rows = adverse_events(study, attempts(cut))
    return replace(made, study=study, data=replace(made.data, adverse_events=rows))


def test_case_and_spaces_do_not_tell_terms_apart() -> None:
    code = coder(coding())
    assert code("  Red   SKIN ") == code("rash") == code("dermatitis") == ("Dermatitis", SKIN)


def test_a_term_that_the_coding_lacks_keeps_its_first_spelling_and_is_not_coded() -> None:
    code = coder(coding())
    assert code("ALT raised") == ("ALT raised", NOT_CODED)
    assert code("alt  raised") == ("ALT raised", NOT_CODED)


def test_without_a_coding_there_are_no_systems() -> None:
    code = coder(coding(None))
    assert code("Rash") == ("Rash", "") and code("RASH") == ("Rash", "")


def test_what_began_before_the_first_dose_is_not_counted(report: Report) -> None:
    """Somebody without a dose is not at risk; an event with a month alone counts."""
    treated = safety(report.data).members
    first = treated[0]

    def event(subject: str, onset: str) -> AdverseEvent:
        return AdverseEvent(
            subject=subject, event="1", term="x", system="", grade="1", serious=False, onset=onset, sequence=1
        )

    early = event(first.subject, (first.first_dose_on - timedelta(days=1)).isoformat())
    same = event(first.subject, first.first_dose_on.isoformat())
    month = event(first.subject, f"{first.first_dose_on - timedelta(days=40):%Y-%m}")
    stranger = event("nobody", date.max.isoformat())
    assert emergent((early, same, month, stranger), treated) == (same, month)


def test_the_table_counts_each_organ_system_and_says_what_is_not_coded(report: Report) -> None:
    from equipoise.analysis.data.summaries import harms

    found = harms(report.emergent, safety(report.data).members, report.data.participants, report.arms)
    table = tables(replace(report, harms=found))["harms"]
    rows = [(row.level, row.head, row.cells) for row in table.rows]
    place = rows.index((0, "All adverse events", ()))
    assert rows[place + 1 :] == [
        (1, SKIN, ("1 (25.0%); 2", "1 (20.0%); 1")),
        (2, "Dermatitis", ("1 (25.0%); 2", "1 (20.0%); 1")),
        (1, NOT_CODED, ("1 (25.0%); 1", "0 (0.0%); 0")),
        (2, "Pneumonia", ("1 (25.0%); 1", "0 (0.0%); 0")),
    ]
    assert "Coded by Own map, version 2." in table.notes and "Not in the coding: pneumonia." in table.notes


def test_the_table_says_how_many_events_are_left_out(report: Report) -> None:
    rows = tuple(replace(each, onset="2020-01-01") for each in report.data.adverse_events)
    table = tables(replace(report, data=replace(report.data, adverse_events=rows)))["harms"]
    assert any(note.endswith("before randomisation without one: 4.") for note in table.notes)
