"""Screening numbers, consent, forms, logs, queries, eligibility."""

from __future__ import annotations

from tests.spec.conduct.driver import Driver

WEIGHT = {"form": "body", "values": {"weight": "70.0"}}


def test_screening_numbers_are_the_sites_own() -> None:
    trial = Driver().opened()
    first, second = trial.screened(), trial.screened()
    assert (first, second) == ("01-0001", "01-0002")
    assert trial.people[first].attempt == 1 and trial.people[first].person == first


def test_a_person_is_screened_again_only_after_a_failure() -> None:
    trial = Driver().opened()
    subject = trial.screened(age="12")
    assert trial.refused("screen_participant", subject).code == "CONS-002"
    trial.ok("fail_screening", subject, data={"reasons": ["I01"]})
    assert trial.people[subject].status == "failed"
    (event,) = trial.ok("screen_participant", subject)
    again = trial.people[event.data["subject"]]
    assert again.person == subject and again.attempt == 2 and again.consent is None


def test_consent_comes_first_and_once_a_version() -> None:
    trial = Driver().opened()
    subject = trial.ok("screen_participant")[0].data["subject"]
    refusal = trial.refused("record_form", subject, encounter="any_day", data=WEIGHT)
    assert refusal.code == "CONS-007"
    assert trial.refused("give_consent", subject, data={}).code == "COND-010"
    wrong = {"version": "1", "given_on": "2026-03-01"}
    assert trial.refused("give_consent", subject, data=wrong).code == "CONS-005"
    trial.ok("give_consent", subject, data={"version": "1", "given_on": trial.day})
    assert trial.refused("give_consent", subject, data={"version": "1"}).code == "CONS-004"
    early = trial.refused("record_form", subject, encounter="any_day", data=WEIGHT, effective="2026-03-01")
    assert early.code == "CONS-008"
    consented = trial.people[subject].consented_on
    trial.day = "2026-03-05"
    trial.ok("give_consent", subject, data={"version": "2"})
    assert trial.people[subject].consented_on == consented
    trial.ok("fail_screening", subject, data={"reasons": ["declined"]})
    assert trial.refused("give_consent", subject, data={"version": "3"}).code == "CONS-003"


def test_treatment_visits_and_data_are_withdrawn_apart() -> None:
    trial = Driver().opened()
    subject = trial.screened()
    assert trial.refused("withdraw_consent", subject, data={"scope": "all"}).code == "CONS-006"
    trial.ok("withdraw_consent", subject, data={"scope": "treatment"})
    assert trial.people[subject].withdrawn == {"treatment"}


def test_a_form_belongs_to_its_encounter_and_is_entered_once() -> None:
    trial = Driver().opened()
    subject = trial.screened()
    for data, encounter, code in (
        ({"form": "nothing"}, "screening", "FORM-001"),
        ({"form": "score", "values": {"red": "3"}}, "screening", "FORM-001"),
        ({"form": "guess", "values": {}}, "month_1", "FORM-001"),
        (WEIGHT, "nowhere", "FORM-002"),
        ({"form": "person", "values": {}}, "baseline", "FORM-002"),
        (WEIGHT, "screening", "FORM-003"),
        ({"form": "history", "values": {"condition": "cancer"}}, None, "FORM-008"),
    ):
        assert trial.refused("record_form", subject, encounter=encounter, data=data).code == code


def test_must_refuses_the_impossible_and_expect_asks() -> None:
    trial = Driver().opened()
    subject = trial.screened()
    low = {"form": "body", "values": {"weight": "7.0"}}
    refusal = trial.refused("record_form", subject, encounter="any_day", data=low)
    assert refusal.code == "FORM-009" and refusal.findings
    text = {"form": "body", "values": {"weight": "heavy"}}
    assert trial.refused("record_form", subject, encounter="any_day", data=text).code.startswith("RULE-")
    strange = {"form": "body", "values": {"waist": "90"}}
    assert trial.refused("record_form", subject, encounter="any_day", data=strange).code.startswith("STUD-")
    odd = {"form": "body", "values": {"weight": "170.0", "height": "240"}}
    recorded, first, second = trial.ok("record_form", subject, encounter="any_day", data=odd)
    assert recorded.data["values"] == odd["values"]
    assert [first.data["query"], second.data["query"]] == ["Q1", "Q2"]
    assert trial.trial.open_queries == 2


def test_sealed_and_open_queries_are_counted_apart() -> None:
    trial = Driver().opened()
    subject = trial.screened()
    low = {"form": "blood", "values": {"platelets": "20"}}
    events = trial.ok("record_form", subject, encounter="baseline", data=low)
    assert events[-1].data["query"] == "S1"
    asked = trial.ok("open_query", subject, data={"form": "body", "item": "weight", "text": "Shoes on?"})
    assert asked[0].data["query"] == "Q1"


def test_a_query_is_answered_then_closed() -> None:
    trial = Driver().opened()
    subject = trial.screened()
    assert trial.refused("open_query", subject, data={"form": "body"}).code == "COND-010"
    assert trial.refused("open_query", subject, data={"form": "x", "text": "?"}).code == "COND-010"
    trial.ok("open_query", subject, data={"form": "body", "text": "Shoes on?"})
    query = {"query": "Q1", "text": "No."}
    assert trial.refused("answer_query", subject, data={"query": "Q9", "text": "-"}).code == "QUER-001"
    assert trial.refused("answer_query", subject, data={"query": "Q1"}).code == "COND-010"
    assert trial.refused("close_query", subject, data=query).code == "QUER-002"
    trial.ok("answer_query", subject, data=query)
    assert trial.trial.open_queries == 1
    trial.ok("close_query", subject, data=query)
    assert trial.trial.open_queries == 0
    assert trial.refused("close_query", subject, data=query).code == "QUER-001"
    assert trial.refused("answer_query", subject, data=query).code == "QUER-001"


def test_a_correction_needs_a_reason_and_keeps_the_other_items() -> None:
    trial = Driver().opened()
    subject = trial.screened()
    change = {"form": "body", "values": {"height": "170"}}
    assert trial.refused("correct_form", subject, encounter="screening", data=change).code == "FORM-004"
    missing = trial.refused("correct_form", subject, encounter="month_1", data=change, reason="typed wrong")
    assert missing.code == "FORM-005"
    unknown = trial.refused("correct_form", subject, data={"form": "nothing"}, reason="typed wrong")
    assert unknown.code == "FORM-005"
    trial.ok("correct_form", subject, encounter="screening", data=change, reason="was left out")
    record = trial.people[subject].facts.record("body", "screening")
    assert str(record.values["weight"].value) == "70.0" and str(record.values["height"].value) == "170"
    assert len([event for event in trial.events if event.type == "FormRecorded"]) == 2


def test_a_log_is_closed_as_none_or_complete() -> None:
    trial = Driver().opened()
    subject = trial.ok("screen_participant")[0].data["subject"]
    trial.ok("give_consent", subject, data={"version": "1"})
    row = {"form": "history", "repeat": "1", "values": {"condition": "other"}}
    trial.ok("record_form", subject, data=row)
    assert trial.refused("record_form", subject, data=row).code == "FORM-003"
    assert trial.refused("close_log", subject, data={"form": "body", "status": "none"}).code == "FORM-001"
    assert trial.refused("close_log", subject, data={"form": "history", "status": "done"}).code == "FORM-006"
    assert trial.refused("close_log", subject, data={"form": "history", "status": "none"}).code == "FORM-007"
    trial.ok("close_log", subject, data={"form": "history", "status": "complete"})
    assert trial.people[subject].facts.log_closed("history")
    trial.ok(
        "correct_form", subject, data={**row, "values": {"condition": "cancer"}}, reason="histology came"
    )
    assert trial.people[subject].facts.records("history")[0].values["condition"] == "cancer"


def test_eligibility_is_confirmed_with_findings_or_refused_with_them() -> None:
    trial = Driver().opened()
    subject = trial.screened()
    assert trial.refused("confirm_eligibility", subject, data={"moment": "noon"}).code == "ELIG-001"
    (event,) = trial.ok("confirm_eligibility", subject, data={"moment": "screening"})
    assert [finding["criterion"] for finding in event.data["findings"]] == ["I01", "E01"]
    young = trial.screened(age="17")
    refusal = trial.refused("confirm_eligibility", young, data={"moment": "screening"})
    assert refusal.code == "ELIG-003" and [finding.rule for finding in refusal.findings] == ["I01"]
    open_log = trial.ok("screen_participant")[0].data["subject"]
    assert trial.refused("confirm_eligibility", open_log, data={"moment": "screening"}).code == "CONS-007"
    trial.ok("give_consent", open_log, data={"version": "1"})
    refusal = trial.refused("confirm_eligibility", open_log, data={"moment": "screening"})
    assert refusal.code == "ELIG-004"
    assert "history" in str(refusal)


def test_a_screening_failure_has_reasons_and_ends_the_attempt() -> None:
    trial = Driver().opened()
    subject = trial.screened()
    assert trial.refused("fail_screening", subject, data={"reasons": []}).code == "ELIG-005"
    assert trial.refused("fail_screening", subject, data={"reasons": ["I77"]}).code == "ELIG-005"
    trial.ok("fail_screening", subject, data={"reasons": ["E01", "other: moved away"]})
    assert trial.refused("fail_screening", subject, data={"reasons": ["E01"]}).code == "ELIG-002"
    assert trial.refused("confirm_eligibility", subject, data={"moment": "screening"}).code == "ELIG-002"
