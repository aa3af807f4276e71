"""Code breaks and accidents: one participant, named people, and no blind score by them ever after."""

from __future__ import annotations

from .treated import clinic


def test_a_code_break_names_its_reason_and_who_learns_the_arm() -> None:
    here = clinic()
    (event,) = here.do("break_code", to=["emergency-1"], reason="bleeding")
    assert event.data == {"scope": "participant", "to": ["emergency-1"], "arm": "north"}
    assert event.reason == "bleeding"
    assert {"emergency-1", "investigator-1"} <= here.state.seen_by


def test_who_breaks_the_code_has_learnt_the_arm_too() -> None:
    here = clinic()
    here.do("break_code", to=["emergency-1"], reason="bleeding", actor="investigator-2")
    assert "investigator-2" in here.state.seen_by


def test_what_the_breaker_of_a_code_scored_since_is_flagged_too() -> None:
    here = clinic()
    here.day = "2026-03-30"
    here.do(
        "submit_assessment", encounter="month_1", values={"red": "4"}, blinded="true", actor="physician-1"
    )
    here.day = "2026-04-10"
    here.do("break_code", to=["emergency-1"], reason="bleeding", actor="physician-1", effective="2026-03-15")
    assert here.state.assessments[-1].encounter == "month_1" and here.state.assessments[-1].flagged


def test_a_code_break_leaves_other_participants_as_they_were() -> None:
    here = clinic()
    other = here.randomised_too()
    before = here.people[other]
    here.do("break_code", to=["emergency-1"], reason="bleeding")
    assert here.people[other] is before
    assert "emergency-1" not in before.seen_by


def test_a_code_break_without_arm_reason_people_or_with_a_wider_scope_is_refused() -> None:
    assert clinic(None).no("break_code", to=["e-1"], reason="bleeding").code == "UNBL-001"
    here = clinic()
    assert here.no("break_code", to=["e-1"]).code == "UNBL-002"
    for people in (None, []):
        assert here.no("break_code", to=people, reason="bleeding").code == "UNBL-003"
    assert here.no("break_code", to="e-1", reason="bleeding").code == "COND-010"
    assert here.no("break_code", to=["e-1"], scope="site", reason="bleeding").code == "UNBL-004"


def test_an_accident_is_recorded_and_flags_what_was_scored_since() -> None:
    here = clinic()
    here.day = "2026-03-30"
    here.do("submit_assessment", encounter="month_1", values={"red": "4"}, blinded="true")
    here.day = "2026-04-10"
    (event,) = here.do(
        "record_unblinding", person="assessor-1", how="the participant said it", effective="2026-03-15"
    )
    assert event.data == {
        "person": "assessor-1",
        "participant": here.subject,
        "how": "the participant said it",
    }
    flagged = {score.encounter: score.flagged for score in here.state.assessments}
    assert flagged == {"baseline": False, "month_1": True}
    assert "assessor-1" in here.state.seen_by


def test_an_accident_without_person_or_story_is_refused() -> None:
    here = clinic()
    assert here.no("record_unblinding", person="assessor-1").code == "UNBL-005"
    assert here.no("record_unblinding", how="overheard").code == "UNBL-005"


def test_who_learnt_the_arm_can_no_longer_score_blind() -> None:
    for kind, data in (
        ("break_code", {"to": ["assessor-1"], "reason": "bleeding"}),
        ("record_unblinding", {"person": "assessor-1", "how": "overheard"}),
    ):
        here = clinic()
        here.do(kind, **data)  # type: ignore[arg-type]
        here.day = "2026-03-30"
        answer = here.no("submit_assessment", encounter="month_1", values={"red": "4"}, blinded="true")
        assert answer.code == "ASSE-003"
        here.do("submit_assessment", encounter="month_1", values={"red": "4"}, blinded="false")
        assert not here.state.assessments[-1].blinded
