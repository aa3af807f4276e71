"""What each viewer reads: by role, by site, by name; and in which form."""

from __future__ import annotations

from equipoise.blinding import Shown, Viewer, visible
from equipoise.ledger.entry import Event
from tests.properties.masked_trial import masked

from .events import event, screened


def read(events: list[Event], role: str, user: str = "somebody", site: str | None = None) -> list[Shown]:
    return list(visible(masked(), events, Viewer(user=user, role=role, site=site)))


def types(events: list[Event], role: str, user: str = "somebody", site: str | None = None) -> list[str]:
    return [each.type for each in read(events, role, user, site)]


ARM = {"scheme": "main", "stratum": "sex=f", "slot": "1", "block": "1", "arm": "north"}
SCORE = {"form": "score", "number": "1", "values": {"red": "3"}, "blinded": "true", "assessor": "assessor-01"}


def test_an_unknown_role_reads_nothing() -> None:
    assert types([event("LedgerOpened", None, site=None)], "visitor") == []


def test_rows_are_numbered_densely_for_each_viewer() -> None:
    events = [
        screened(),
        event("DoseTaken"),
        event("FormRecorded", form="body", values={}),
        event("AlarmRaised"),
    ]
    assert [each.number for each in read(events, "observer")] == [1, 2]
    assert [each.number for each in read(events, "investigator", site="01")] == [1, 2, 3, 4]


def test_investigators_read_their_own_sites_participants_and_allocations() -> None:
    events = [
        screened(),
        event("TreatmentAllocated", data=ARM),
        screened("02-0001", "02"),
        event("TreatmentAllocated", "02-0001", site="02", data=ARM),
        event("SiteActivated", None, site="02"),
        event("LedgerOpened", None, site=None),
    ]
    own = read(events, "investigator", site="01")
    assert [(each.type, each.participant) for each in own] == [
        ("ParticipantScreened", "01-0001"),
        ("TreatmentAllocated", "01-0001"),
        ("LedgerOpened", None),
    ]


def test_after_a_transfer_the_new_site_reads_all_and_the_old_one_what_was_its_own() -> None:
    events = [
        screened(),
        event("TreatmentAllocated", data=ARM),
        event("ParticipantTransferred", data={"from": "01", "to": "02"}),
        event("DoseTaken", site="02"),
    ]
    assert types(events, "investigator", site="01") == [
        "ParticipantScreened", "TreatmentAllocated", "ParticipantTransferred",
    ]  # fmt: skip
    assert len(types(events, "investigator", site="02")) == 4
    assert types(events, "investigator", site="03") == []


def test_the_site_that_a_sender_wrote_opens_nothing() -> None:
    events = [screened(), event("CodeBroken", site="03", data={"to": [], "arm": "north"})]
    assert types(events, "investigator", site="03") == []
    assert types(events, "investigator", site="01") == ["ParticipantScreened", "CodeBroken"]
    assert types([event("DoseTaken", "09-0001", site="09")], "investigator", site="09") == []


def test_an_assessor_reads_only_own_signatures_and_no_value() -> None:
    signed = event(
        "AssessmentSubmitted", actor="assessor-01", role="assessor", encounter="baseline", data=SCORE
    )
    other = event(
        "AssessmentSubmitted", actor="assessor-02", role="assessor", encounter="baseline", data=SCORE
    )
    guess = event(
        "ArmGuessed",
        actor="assessor-01",
        role="assessor",
        reason=None,
        data={"guess": "north", "reason": "?"},
    )
    (one, two) = read([screened(), other, signed, guess, event("DoseTaken")], "assessor", "assessor-01", "01")
    assert one.data == {"form": "score", "signed": True} and one.encounter == "baseline"
    assert two.data == {"guess": "north", "reason": "?"}


def test_masked_people_read_codes_and_numbers_of_others_and_no_words() -> None:
    events = [
        screened(),
        event(
            "FormCorrected",
            reason="the drug",
            form="person",
            values={"age": "4", "remark": "drug", "gone": "1"},
        ),
        event("QueryOpened", query="Q1", form="body", item="weight", text="the drug?"),
        event("StudyEnded", status="completed", cause="the drug"),
        event("ScreeningFailed", reasons=["other:the drug"]),
    ]
    told = read(events, "observer")
    assert "drug" not in str(told)
    assert told[1].data == {"form": "person", "values": {"age": "4"}}
    assert [each.reason for each in told] == [None] * 5
    assert "the drug" in str(read(events, "investigator", site="01"))


def test_a_masked_person_reads_their_own_words() -> None:
    own = event(
        "DeviationRecorded", actor="somebody", role="observer", code="D", text="late", concerns="open"
    )
    assert read([screened(), own], "observer")[1].data["text"] == "late"


def test_a_code_break_is_read_by_the_named_and_of_one_participant() -> None:
    broken = event(
        "CodeBroken", reason="emergency", data={"scope": "participant", "to": ["doctor"], "arm": "north"}
    )
    events = [screened(), event("TreatmentAllocated", data=ARM), broken, event("DoseTaken")]
    (row,) = [each for each in read(events, "observer", "doctor") if each.type != "ParticipantScreened"]
    assert row.type == "CodeBroken" and row.data["arm"] == "north" and row.reason == "emergency"
    assert types(events, "observer", "another") == ["ParticipantScreened"]


def test_after_the_opening_the_named_read_everything_and_others_what_they_did() -> None:
    events = [
        screened(),
        event("TreatmentAllocated", data=ARM),
        event("FormRecorded", form="person", values={"remark": "words"}),
        event("TrialUnblinded", None, site=None, to=["statistician"]),
    ]
    assert len(types(events, "observer", "statistician")) == 4
    assert "words" in str(read(events, "observer", "statistician"))
    assert types(events, "observer") == ["ParticipantScreened", "FormRecorded", "TrialUnblinded"]


def test_what_is_shown_has_no_trace_of_the_ledgers_own_numbers() -> None:
    assert {"sequence", "hash", "command", "study"}.isdisjoint(Shown.__slots__)
