"""What conduct adds by itself (queries, deviations, numbers) is sealed wherever it follows from something sealed."""

from __future__ import annotations

from typing import Any

import pytest

from equipoise.blinding import category
from tests.properties.masked_trial import masked
from tests.spec.conduct.driver import Driver, tiny


@pytest.fixture
def trial() -> Driver:
    """Two sites and one randomised participant, 01-0001, with many platelets."""
    found = Driver(masked())
    found.ok("open_ledger", data={"mode": "practice"})
    for site in ("01", "02"):
        data = {"site": site, "name": f"Site {site}", "country": "FR", "approved_on": "2026-01-01"}
        found.ok("activate_site", data=data)
    subject = found.ok("screen_participant")[0].data["subject"]
    found.ok("give_consent", subject, data={"version": "1"})
    record(found, "person", "screening", age="40", sex="f")
    record(found, "body", "screening", weight="70.0")
    found.ok("close_log", subject, data={"form": "history", "status": "none"})
    record(found, "blood", "baseline", platelets="200")
    found.score(subject, "baseline")
    found.ok("confirm_eligibility", subject, data={"moment": "randomisation"})
    found.ok("randomise", subject)
    return found


def record(trial: Driver, form: str, encounter: str, kind: str = "record_form", **values: str) -> list[Any]:
    given = {"reason": "slip"} if kind == "correct_form" else {}
    data = {"form": form, "values": values}
    return list(trial.ok(kind, "01-0001", encounter=encounter, data=data, **given))


def later(trial: Driver, day: str = "2026-04-20") -> None:
    """Another day, outside the windows of the first month."""
    trial.day = day


def seen(trial: Driver) -> list[tuple[str, str]]:
    """Type and category of the events of the last command."""
    command = trial.events[-1].command
    return [(each.type, category(masked(), each)) for each in trial.events if each.command == command]


def test_a_query_of_a_check_that_reads_the_laboratory_is_sealed_on_an_open_form(trial: Driver) -> None:
    record(trial, "blood", "any_day", platelets="60")
    *_, doubtful, thin = record(trial, "body", "any_day", weight="30.0")
    assert (doubtful.data["query"], thin.data["query"]) == ("Q1", "S1")
    assert seen(trial) == [("FormRecorded", "form"), ("QueryOpened", "query"), ("QueryOpened", "sealed")]


def test_open_and_sealed_queries_are_counted_apart_and_answers_keep_their_place(trial: Driver) -> None:
    record(trial, "blood", "any_day", platelets="40")
    record(trial, "body", "any_day", weight="160.0")
    asked = {"form": "body", "text": "Sure?"}
    trial.ok("open_query", "01-0001", encounter="after_stop", data=asked)
    state = trial.people["01-0001"]
    assert list(state.queries) == ["S1", "Q1", "S2"]
    for kind in ("answer_query", "close_query"):
        (event,) = trial.ok(kind, "01-0001", data={"query": "S2", "text": "Yes."})
        assert event.encounter == "after_stop"
        assert seen(trial)[0][1] == "sealed"


def test_the_windows_of_open_and_of_sealed_forms_are_judged_apart_and_once(trial: Driver) -> None:
    later(trial)
    for form, concerns in (("blood", "sealed"), ("body", "open")):
        values = {"platelets": "200"} if form == "blood" else {"weight": "70.0"}
        _, late = record(trial, form, "month_1", **values)
        assert (late.data["code"], late.data["concerns"]) == ("DEVI-002", concerns)


def test_a_second_open_form_of_a_visit_outside_its_window_is_no_second_deviation() -> None:
    trial = Driver(tiny()).opened()
    subject = trial.ok("screen_participant")[0].data["subject"]
    trial.ok("give_consent", subject, data={"version": "1"})
    later(trial)
    codes = []
    for form, values in (("person", {"age": "40", "sex": "f"}), ("body", {"weight": "70.0"})):
        told = trial.ok("record_form", subject, encounter="screening", data={"form": form, "values": values})
        codes.append([each.data.get("code") for each in told])
    assert codes == [[None, "DEVI-002"], [None]]


def test_a_finding_that_rests_on_the_laboratory_is_sealed_after_a_correction(trial: Driver) -> None:
    record(trial, "blood", "any_day", platelets="60")
    _, found = record(trial, "body", "screening", kind="correct_form", weight="50.0")[:2]
    assert found.type in ("DeviationRecorded", "QueryOpened")
    deviations = [each for each in trial.events if each.type == "DeviationRecorded"]
    assert [(each.data["code"], each.data["concerns"]) for each in deviations] == [("DEVI-003", "sealed")]


def test_an_open_finding_stays_open_after_a_correction(trial: Driver) -> None:
    record(trial, "person", "screening", kind="correct_form", age="17")
    deviations = [each for each in trial.events if each.type == "DeviationRecorded"]
    assert [(each.data["code"], each.data["concerns"]) for each in deviations] == [("DEVI-003", "open")]


def test_findings_of_a_randomisation_outside_are_sealed_where_they_read_the_laboratory(trial: Driver) -> None:
    subject = trial.ok("screen_participant")[0].data["subject"]
    trial.ok("give_consent", subject, data={"version": "1"})
    trial.ok("randomise", subject, data={"happened": "yes", "arm": "north"})
    told = {
        each.data["text"][:3]: each.data["concerns"]
        for each in trial.events
        if each.type == "DeviationRecorded" and each.data["code"] == "RAND-014"
    }
    assert told == {"I01": "open", "I02": "sealed", "E01": "open"}


def test_what_belongs_to_the_way_through_the_trial_names_no_encounter(trial: Driver) -> None:
    place = {"encounter": "after_stop"}
    (moved,) = trial.ok("transfer_participant", "01-0001", data={"to": "02"}, role="sponsor", **place)
    (ended,) = trial.ok("end_study", "01-0001", data={"status": "completed"}, site="02", **place)
    assert moved.encounter is None and ended.encounter is None
    assert {category(masked(), each) for each in trial.events[-2:]} == {"person"}


def test_a_correction_keeps_the_encounter_of_what_is_corrected(trial: Driver) -> None:
    row = {"form": "history", "repeat": "1", "values": {"condition": "other"}}
    trial.ok("record_form", "01-0001", data=row, encounter="after_stop")
    (first,) = trial.events[-1:]
    (fixed,) = trial.ok("correct_form", "01-0001", data=row, reason="slip")[:1]
    assert first.encounter == fixed.encounter == "after_stop"
    assert category(masked(), trial.events[-1]) == "sealed"


def test_the_lock_says_that_something_is_open_and_not_how_much(trial: Driver) -> None:
    record(trial, "blood", "any_day", platelets="40")
    trial.ok("stop_treatment", "01-0001", data={"cause": "completed"})
    refusal = trial.refused("lock_trial")
    assert not any(letter.isdigit() for finding in refusal.findings for letter in str(finding))
