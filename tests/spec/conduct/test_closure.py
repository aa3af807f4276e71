"""Transfers, missed visits, exits, deviations, judgements, the calendar, the lock."""

from __future__ import annotations

from datetime import date

from equipoise.conduct.schedule import expected, planned, visits_due
from equipoise.conduct.state import State
from tests.spec.conduct.driver import Driver, tiny


def _two_sites() -> Driver:
    trial = Driver().opened()
    site = {"site": "02", "name": "Site 02", "country": "France", "approved_on": "2026-01-01"}
    trial.ok("activate_site", data=site)
    return trial


def test_a_transfer_keeps_number_arm_and_randomising_site() -> None:
    trial = _two_sites()
    subject = trial.randomised()
    before = trial.people[subject]
    assert trial.refused("transfer_participant", subject, data={"to": "09"}).code == "DISP-001"
    assert trial.refused("transfer_participant", subject, data={"to": "01"}).code == "DISP-002"
    trial.ok("transfer_participant", subject, data={"to": "02"})
    after = trial.people[subject]
    assert (after.number, after.arm, after.randomising_site) == (before.number, before.arm, "01")
    weight = {"form": "body", "values": {"weight": "70"}}
    assert trial.refused("record_form", subject, encounter="any_day", data=weight).code == "COND-007"
    trial.ok("record_form", subject, encounter="any_day", data=weight, site="02")


def test_a_visit_is_missed_once_and_only_if_it_did_not_take_place() -> None:
    trial = Driver().opened()
    subject = trial.randomised()
    missed = "record_missed_visit"
    assert trial.refused(missed, subject, encounter="nowhere").code == "COND-009"
    assert trial.refused(missed, subject, encounter="screening").code == "DISP-003"
    trial.ok(missed, subject, encounter="month_1", data={"cause": "abroad"})
    assert trial.refused(missed, subject, encounter="month_1").code == "DISP-004"


def test_loss_death_and_end_are_distinct() -> None:
    trial = Driver().opened()
    lost, died = trial.randomised(), trial.randomised()
    assert trial.refused("record_loss", lost).code == "COND-010"
    trial.ok("record_loss", lost, data={"last_contact": "2026-03-01"})
    assert trial.refused("end_study", lost, data={"status": "gone"}).code == "DISP-007"
    assert trial.refused("end_study", lost, data={"status": "died"}).code == "DISP-008"
    trial.ok("end_study", lost, data={"status": "lost"})
    assert trial.refused("end_study", lost, data={"status": "lost"}).code == "DISP-005"
    assert trial.refused("record_loss", lost, data={"last_contact": "2026-03-01"}).code == "DISP-005"
    trial.ok("record_death", died)
    assert trial.refused("record_death", died).code == "DISP-006"
    assert trial.refused("end_study", died, data={"status": "completed"}).code == "DISP-008"
    trial.ok("end_study", died, data={"status": "died"})
    assert trial.people[died].died and trial.people[lost].lost
    trial.ok("record_death", lost)


def test_a_deviation_says_what_it_could_tell() -> None:
    trial = Driver().opened()
    subject = trial.randomised()
    for data in ({}, {"text": "x"}, {"text": "x", "category": "minor"}):
        assert trial.refused("record_deviation", subject, data=data).code == "COND-010"
    given = {"text": "x", "category": "major", "concerns": "open", "known": "2026-03-01T10:00:00Z"}
    (event,) = trial.ok("record_deviation", subject, data=given)
    assert event.data["happened"] == "2026-03-02" and event.data["known"] == given["known"]


def test_a_window_is_judged_by_when_a_thing_happened() -> None:
    trial = Driver().opened()
    subject = trial.randomised()
    trial.day = "2026-04-20"
    weight = {"form": "body", "values": {"weight": "70"}}
    late = trial.ok("record_form", subject, encounter="month_1", data=weight, effective="2026-04-05")
    assert [event.type for event in late] == ["FormRecorded", "DeviationRecorded"]
    assert late[1].data["code"] == "DEVI-002" and late[1].data["concerns"] == "open"
    blood = {"form": "blood", "values": {"platelets": "200"}}
    sealed = trial.ok("record_form", subject, encounter="month_1", data=blood, effective="2026-04-05")
    assert sealed[1].data["concerns"] == "sealed"
    in_time = trial.randomised()
    trial.day = "2026-06-30"
    when = {"effective": "2026-05-20"}
    assert len(trial.ok("record_form", in_time, encounter="month_1", data=weight, **when)) == 1


def test_the_calendar_lists_what_is_due() -> None:
    trial = Driver().opened()
    subject = trial.randomised()
    state = State(trial=trial.trial, participant=trial.people[subject])
    assert visits_due(tiny(), State(), date(2026, 4, 1)) == ()
    tasks = visits_due(tiny(), state, date(2026, 4, 1))
    assert {(task.encounter, task.what) for task in tasks} == {
        ("baseline", "body"),
        ("month_1", "body"),
        ("month_1", "blood"),
        ("month_1", "score"),
        ("month_1", "guess"),
    }
    assert {task.overdue for task in tasks if task.encounter == "baseline"} == {True}
    trial.ok("record_missed_visit", subject, encounter="month_1", data={})
    trial.ok("open_query", subject, data={"form": "body", "text": "Shoes on?"})
    tasks = visits_due(tiny(), State(participant=trial.people[subject]), date(2026, 4, 11))
    assert {(task.kind, task.encounter) for task in tasks} == {
        ("form", "baseline"),
        ("form", "women"),
        ("query", None),
    }
    trial.ok("withdraw_consent", subject, data={"scope": "visits"})
    assert visits_due(tiny(), State(participant=trial.people[subject]), date(2026, 4, 11)) == ()


def test_an_encounter_may_hang_on_a_rule_or_be_dropped_after_the_stop() -> None:
    trial = Driver().opened()
    woman, man = trial.randomised(), trial.randomised(sex="m")
    day = date(2026, 4, 11)
    assert expected(tiny(), trial.people[woman], "women", day)
    assert not expected(tiny(), trial.people[man], "women", day)
    assert planned(tiny(), trial.people[woman], "after_stop") is None
    assert planned(tiny(), trial.people[woman], "any_day") is None
    trial.ok("stop_treatment", woman, data={"cause": "wish"})
    assert not expected(tiny(), trial.people[woman], "women", day)
    assert expected(tiny(), trial.people[woman], "month_1", day)
    assert planned(tiny(), trial.people[woman], "after_stop").target == date(2026, 3, 12)


def test_the_lock_waits_for_queries_judgements_and_the_plan() -> None:
    trial = Driver().opened()
    subject = trial.randomised()
    trial.ok("open_query", subject, data={"form": "body", "text": "Shoes on?"})
    trial.ok("record_loss", subject, data={"last_contact": "2026-03-01"})
    refusal = trial.refused("lock_trial")
    assert refusal.code == "LOCK-003" and len(refusal.findings) == 3
    assert trial.refused("unblind_trial", data={"to": ["statistician-1"]}).code == "LOCK-004"
    trial.ok("answer_query", subject, data={"query": "Q1", "text": "No."})
    trial.ok("close_query", subject, data={"query": "Q1"})
    judged = {"what": "loss-1", "verdict": "no_intercurrent_event"}
    assert trial.refused("adjudicate", subject, data={**judged, "what": "loss-9"}).code == "ADJU-001"
    assert trial.refused("adjudicate", subject, data={**judged, "verdict": "maybe"}).code == "ADJU-002"
    seen = trial.refused("adjudicate", subject, data=judged, actor="investigator-1")
    assert seen.code == "ADJU-003"
    trial.ok("adjudicate", subject, data=judged)
    assert trial.refused("freeze_analysis").code == "COND-010"
    trial.ok("freeze_analysis", data={"plan": "a" * 64})
    assert trial.refused("freeze_analysis", data={"plan": "a" * 64}).code == "LOCK-001"
    trial.ok("lock_trial")
    assert trial.refused("lock_trial").code == "LOCK-002"
    weight = {"form": "body", "values": {"weight": "70"}}
    assert trial.refused("record_form", subject, encounter="any_day", data=weight).code == "COND-005"
    assert trial.refused("unblind_trial").code == "COND-010"
    trial.ok("unblind_trial", data={"to": ["statistician-1"]})
    assert trial.refused("unblind_trial", data={"to": ["statistician-1"]}).code == "LOCK-005"


def test_a_live_trial_is_locked_only_when_the_analysis_is_decided() -> None:
    trial = Driver(mode="live").opened()
    user = {"user": "sponsor-1", "name": "Sam", "user_role": "sponsor"}
    trial.ok("delegate_user", data=user)
    trial.ok("freeze_analysis", data={"plan": "a" * 64})
    assert "Which limits hold?" in str(trial.refused("lock_trial"))


def test_an_encounter_that_is_not_asked_of_a_participant_is_never_due() -> None:
    trial = Driver().opened()
    man = trial.randomised(sex="m")
    tasks = visits_due(tiny(), State(participant=trial.people[man]), date(2026, 4, 11))
    assert "women" not in {task.encounter for task in tasks}
    assert "month_1" in {task.encounter for task in tasks}
