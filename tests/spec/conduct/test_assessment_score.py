"""The masked score: who may sign it, when, with what, and what closes it."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from .treated import Clinic, clinic, deviations, drugs

SECRETS = ("north", "south", "weekly", "daily", "alphadrug", "dispens", "prescri", "delegat", "arm")


def signed(here: Clinic, encounter: str, **more: Any) -> list[Any]:
    """A blind score."""
    return here.do(
        "submit_assessment", **{"encounter": encounter, "values": {"red": "4"}, "blinded": "true", **more}
    )


def refused(here: Clinic, encounter: str, **more: Any) -> Any:
    """The refusal of a blind score, which tells nothing of drug or arm."""
    data = {"encounter": encounter, "values": {"red": "4"}, "blinded": "true", **more}
    answer = here.no("submit_assessment", **data)
    words = f"{answer.fault} {answer.why} {answer.remedy} {answer.findings}".lower()
    assert not [secret for secret in SECRETS if secret in words.split()]
    return answer


def test_a_score_is_stored_as_entered_and_its_total_is_computed() -> None:
    here = clinic()
    here.day = "2026-03-30"
    (event,) = signed(here, "month_1")
    assert event.data == {
        "form": "score", "number": "2", "values": {"red": "4"}, "blinded": "true", "assessor": "assessor-1",
    }  # fmt: skip
    record = here.state.facts.record("score", "month_1")
    assert record is not None and record.values["total"] == 8
    assert "score" in here.state.facts.filled_at("month_1")


def test_numbers_are_dense_for_each_assessor() -> None:
    here = clinic()
    here.day = "2026-03-30"
    here.do(
        "submit_assessment", encounter="month_1", values={"red": "3"}, blinded="false", role="investigator"
    )
    events = signed(here, "month_1")
    assert events[0].data["number"] == "2"
    assert signed(here, "extra", actor="assessor-2")[0].data["number"] == "1"


def test_an_unmasked_role_cannot_claim_to_be_blind() -> None:
    here = clinic()
    here.day = "2026-03-30"
    assert refused(here, "month_1", role="investigator").code == "ASSE-002"


def test_who_treated_the_participant_cannot_score_blind_under_a_masked_role() -> None:
    here = clinic()
    here.weekly()
    here.day = "2026-03-30"
    assert refused(here, "month_1", actor="investigator-1").code == "ASSE-003"


@pytest.mark.parametrize(("site", "blind"), [("01", False), (None, False), ("02", True)])
def test_who_could_read_the_arm_by_a_delegation_cannot_score_blind(site: str | None, blind: bool) -> None:
    here = clinic()
    held = frozenset(
        {("assessor-1", "investigator", site), ("assessor-1", "assessor", "01"), ("x", "gone", "01")}
    )
    here.trial = replace(here.trial, delegated=held)
    here.day = "2026-03-30"
    if blind:
        assert signed(here, "month_1")
    else:
        assert refused(here, "month_1").code == "ASSE-003"


def test_a_substitute_who_is_not_blind_is_kept_and_not_read_by_rules() -> None:
    here = clinic()
    here.day = "2026-03-30"
    (event,) = here.do(
        "submit_assessment", encounter="month_1", values={"red": "3"}, blinded=False, role="investigator"
    )
    assert event.data["blinded"] == "false"
    assert here.state.facts.record("score", "month_1") is None
    assert "score" not in here.state.facts.filled_at("month_1")
    signed(here, "month_1")
    assert here.state.facts.record("score", "month_1") is not None
    assert [(each.assessor, each.blinded) for each in here.state.assessments[1:]] == [
        ("investigator-1", False),
        ("assessor-1", True),
    ]


def test_before_allocation_rules_read_any_score_but_that_of_the_baseline() -> None:
    here = clinic(None)
    for encounter in ("screening", "baseline"):
        here.do(
            "submit_assessment", encounter=encounter, values={"red": "7"}, blinded="no", role="investigator"
        )
    assert here.state.facts.record("score", "screening") is not None
    assert here.state.facts.record("score", "baseline") is None
    signed(here, "screening", values={"red": "6"})
    here.do(
        "submit_assessment", encounter="screening", values={"red": "9"}, blinded="no", role="investigator"
    )
    record = here.state.facts.record("score", "screening")
    assert record is not None and record.values["red"] == 6


def test_whether_it_was_blind_must_be_said() -> None:
    assert refused(clinic(), "extra", blinded="perhaps").code == "ASSE-009"
    assert refused(clinic(), "extra", blinded=None).code == "ASSE-009"


def test_a_score_belongs_to_a_planned_encounter_and_to_the_form() -> None:
    assert refused(clinic(), "nowhere").code == "ASSE-001"
    assert refused(clinic(), "extra", form="body").code == "ASSE-014"
    score = "endpoint: binary, score: score.total,"
    none = drugs(("assessment: {form: score", "#"), (score, "endpoint: binary,"))
    here = clinic(None, study=none)
    assert here.no("submit_assessment", encounter="extra", values={}, blinded="true").code == "ASSE-014"


def test_a_score_does_not_precede_consent() -> None:
    here = clinic(None)
    assert refused(here, "screening", effective="2026-03-01").code == "CONS-008"


@pytest.mark.parametrize(
    "values",
    [
        {"red": "10"},
        {"red": "4.5"},
        {"red": "some"},
        {"green": "1"},
        {"total": "8"},
        {},
        {"red": "4", "itch": "true"},
    ],
)
def test_an_impossible_value_or_an_item_without_an_answer_is_refused(values: dict[str, str]) -> None:
    assert refused(clinic(), "extra", values=values).code == "ASSE-008"


def test_an_item_may_be_missing_for_a_reason() -> None:
    here = clinic()
    signed(here, "extra", values={"red": {"missing": "not_done"}, "itch": "true", "where": "hands"})
    record = here.state.facts.record("score", "extra")
    assert record is not None and str(record.values["total"]) == "Missing(reason='not_done')"


def test_the_baseline_is_signed_before_allocation() -> None:
    here = clinic()
    assert refused(here, "baseline").code == "ASSE-004"
    assert refused(here, "baseline", reason="misread").code == "ASSE-004"


def test_a_baseline_that_was_signed_in_time_and_entered_late_is_kept_with_a_deviation() -> None:
    here = clinic(None)
    here.do("randomise", happened="yes", arm="north")
    events = signed(here, "baseline", happened="yes")
    assert deviations(events) == ["ASSE-016"]
    assert (events[1].data["concerns"], events[1].data["category"]) == ("open", "major")
    assert here.state.facts.record("score", "baseline") is not None


def test_a_score_outside_its_window_is_kept_with_a_deviation() -> None:
    here = clinic()
    here.day = "2026-04-10"
    events = signed(here, "month_1")
    assert deviations(events) == ["ASSE-015"] and events[1].data["concerns"] == "open"
    assert deviations(signed(here, "extra")) == []


def test_a_correction_is_a_new_signature_of_the_same_assessor_with_a_reason() -> None:
    here = clinic()
    here.day = "2026-03-30"
    signed(here, "month_1")
    assert refused(here, "month_1", values={"red": "5"}).code == "ASSE-005"
    assert refused(here, "month_1", values={"red": "5"}, actor="assessor-2", reason="x").code == "ASSE-006"
    events = signed(here, "month_1", values={"red": "5"}, reason="wrong line")
    assert (events[0].data["number"], events[0].reason) == ("2", "wrong line")
    record = here.state.facts.record("score", "month_1")
    assert record is not None and record.values["total"] == 10
    assert [each.encounter for each in here.state.assessments] == ["baseline", "month_1"]


def test_no_correction_after_the_guess_or_after_the_assessor_learnt_the_arm() -> None:
    here = clinic()
    here.day = "2026-03-30"
    signed(here, "month_1")
    here.do("guess_arm", encounter="month_1", guess="south", confidence="10")
    assert refused(here, "month_1", values={"red": "5"}, reason="wrong line").code == "ASSE-007"
    here = clinic()
    here.day = "2026-03-30"
    signed(here, "month_1")
    here.do("record_unblinding", person="assessor-1", how="overheard")
    assert refused(here, "month_1", values={"red": "5"}, reason="wrong line").code == "ASSE-003"


def test_a_baseline_of_an_earlier_day_is_signed_anew_on_the_day_by_whoever_scores_then() -> None:
    here = clinic(None)
    signed(here, "baseline", values={"red": "6"})
    assert refused(here, "baseline", actor="assessor-2").code == "ASSE-006"
    here.day = "2026-03-03"
    assert signed(here, "baseline", values={"red": "7"}, actor="assessor-2")[0].data["number"] == "1"
    here.day = "2026-03-04"
    assert signed(here, "baseline", values={"red": "8"})[0].data["number"] == "2"
    assert [score.superseded for score in here.state.assessments] == [True, True, False]
    record = here.state.facts.record("score", "baseline")
    assert record is not None and (record.values["red"], record.date.day) == (8, 4)
    here.do("randomise", happened="yes", arm="north")
    assert refused(here, "baseline", reason="misread").code == "ASSE-004"
