"""Adverse events: what is reported, judged by two sides, expected by a document, and read by rules."""

from __future__ import annotations

from typing import Any

import pytest

from .treated import FOLDER, Clinic, clinic, drugs

REPORT: dict[str, Any] = {
    "event": "AE1",
    "term": "Nausea",
    "onset": "2026-03-01",
    "grade": "2",
    "serious": "false",
    "criteria": [],
    "causality": {"alphadrug": "not_related"},
    "site_aware": "2026-03-02T08:00:00Z",
    "outcome": "recovering",
}
AWARE = "2026-03-02T09:00:00Z"


def reported(here: Clinic | None = None, **change: Any) -> Clinic:
    """A participant with one adverse event."""
    here = here or clinic()
    here.do("report_adverse_event", **{**REPORT, **change})
    return here


def judged(here: Clinic, *, reason: str | None = None, **change: Any) -> list[Any]:
    """The sponsor's judgement."""
    data = {"event": "AE1", "causality": {"alphadrug": "related"}, "sponsor_aware": AWARE, **change}
    return here.do("assess_adverse_event", role="safety", reason=reason, **data)


def test_a_report_is_kept_and_read_by_rules() -> None:
    here = clinic()
    (event,) = here.do("report_adverse_event", **REPORT)
    assert event.data["expected"] == {"alphadrug": "true"} and event.data["serious"] == "false"
    record = here.state.facts.records("adverse_event")[0]
    assert (record.values["term"], record.values["serious"], record.values["related"]) == (
        "Nausea",
        False,
        False,
    )
    assert record.values["expected"] is True and record.repeat == "AE1"
    assert "investigator-1" in here.state.seen_by


def test_a_participant_in_screening_can_have_an_event() -> None:
    assert reported(clinic(None)).state.adverse_events["AE1"].term == "Nausea"


def test_only_what_cannot_be_is_refused() -> None:
    here = clinic()
    for change in (
        {"grade": "6"}, {"grade": None}, {"serious": "maybe"}, {"criteria": ["bad"]},
        {"outcome": "fine"}, {"term": ""}, {"onset": ""}, {"onset": "2026-03-03"}, {"onset": "2026-13"},
    ):  # fmt: skip
        assert here.no("report_adverse_event", **{**REPORT, **change}).code == "SAFE-003"
    assert here.no("report_adverse_event", **{**REPORT, "event": ""}).code == "COND-010"
    assert reported(onset="2026-02").state.adverse_events["AE1"].onset == "2026-02"
    assert reported().no("report_adverse_event", **REPORT).code == "SAFE-001"


def test_seriousness_and_its_criteria_agree() -> None:
    here = clinic()
    for change in (
        {"serious": "true"},
        {"criteria": ["disability"]},
        {"grade": "5"},
        {"outcome": "fatal", "serious": "true", "criteria": ["hospitalisation"]},
    ):
        assert here.no("report_adverse_event", **{**REPORT, **change}).code == "SAFE-004"
    assert reported(serious="yes", criteria=["death"], grade="5", outcome="fatal")


@pytest.mark.parametrize("causality", [{}, None, {"other": "related"}, {"alphadrug": "perhaps"}])
def test_causality_is_judged_for_products_of_the_study(causality: dict[str, str] | None) -> None:
    assert clinic().no("report_adverse_event", **{**REPORT, "causality": causality}).code == "SAFE-005"
    assert reported().no(
        "assess_adverse_event", role="safety", event="AE1", causality=causality, sponsor_aware=AWARE
    ).code == "SAFE-005"  # fmt: skip


@pytest.mark.parametrize("time", [None, "today", "2026-03-02T08:00:00", "2026-03-02T13:00:00Z"])
def test_awareness_is_a_time_that_has_come(time: object) -> None:
    assert clinic().no("report_adverse_event", **{**REPORT, "site_aware": time}).code == "SAFE-010"
    here = reported()
    data = {"event": "AE1", "causality": {"alphadrug": "related"}, "sponsor_aware": time}
    assert here.no("assess_adverse_event", role="safety", **data).code == "SAFE-010"
    assert (
        here.no("update_adverse_event", event="AE1", changes={"grade": "3"}, site_aware=time).code
        == "SAFE-010"
    )


def test_a_later_report_changes_what_it_names() -> None:
    here = reported()
    (event,) = here.do(
        "update_adverse_event", event="AE1", changes={"outcome": "recovered"}, site_aware=AWARE
    )
    assert event.data["changes"] == {"outcome": "recovered"}
    kept = here.state.adverse_events["AE1"]
    assert (kept.outcome, kept.term, kept.versions) == ("recovered", "Nausea", 2)
    (record,) = here.state.facts.records("adverse_event")
    assert record.values["outcome"] == "recovered"


def test_a_later_report_needs_its_event_and_a_change() -> None:
    here = reported()
    assert (
        here.no("update_adverse_event", event="AE2", changes={"grade": "3"}, site_aware=AWARE).code
        == "SAFE-002"
    )
    assert here.no("update_adverse_event", event="AE1", site_aware=AWARE).code == "SAFE-003"
    assert (
        here.no("update_adverse_event", event="AE1", changes={"event": "x"}, site_aware=AWARE).code
        == "SAFE-003"
    )
    assert (
        here.no("update_adverse_event", event="AE1", changes={"grade": "9"}, site_aware=AWARE).code
        == "SAFE-003"
    )


def test_the_sponsor_is_never_below_the_investigator_and_both_are_kept() -> None:
    here = reported(causality={"alphadrug": "related", "followdrug": "not_related"})
    data = {"event": "AE1", "sponsor_aware": AWARE}
    answer = here.no("assess_adverse_event", role="safety", causality={"alphadrug": "not_related"}, **data)
    assert answer.code == "SAFE-006" and "alphadrug" in answer.findings[0]
    judged(here, causality={"alphadrug": "related", "followdrug": "related"})
    kept = here.state.adverse_events["AE1"]
    assert kept.causality == {"alphadrug": "related", "followdrug": "not_related"}
    assert kept.sponsor_causality == {"alphadrug": "related", "followdrug": "related"}


def test_the_sponsor_may_see_more_than_the_investigator() -> None:
    here = reported()
    judged(here)
    (record,) = here.state.facts.records("adverse_event")
    assert record.values["related"] is True and here.state.adverse_events["AE1"].sponsor_aware == AWARE
    assert here.no("assess_adverse_event", role="safety", event="AE2").code == "SAFE-002"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"term": " NAUSEA "}, {"alphadrug": "true"}),
        ({"term": "fever"}, {"alphadrug": "false"}),
        ({"serious": "true", "criteria": ["death"]}, {"alphadrug": "false"}),
        ({"causality": {"followdrug": "related"}}, {}),
    ],
)
def test_expectedness_is_read_from_the_pinned_document(
    change: dict[str, Any], expected: dict[str, str]
) -> None:
    assert reported(**change).state.adverse_events["AE1"].expected == expected


def test_expectedness_of_a_product_without_a_document_is_unknown() -> None:
    here = reported(causality={"followdrug": "related"})
    (record,) = here.state.facts.records("adverse_event")
    assert "expected" not in record.values
    judged(here, causality={"followdrug": "related"}, expected={"followdrug": "false"})
    (record,) = here.state.facts.records("adverse_event")
    assert record.values["expected"] is False


def test_another_view_of_expectedness_needs_a_reason_and_stays() -> None:
    here = reported(causality={"alphadrug": "related"})
    data = {"event": "AE1", "causality": {"alphadrug": "related"}, "sponsor_aware": AWARE, "role": "safety"}
    assert here.no("assess_adverse_event", **data, expected={"alphadrug": "false"}).code == "SAFE-007"
    for strange in ({"other": "true"}, {"alphadrug": "perhaps"}):
        assert here.no("assess_adverse_event", **data, expected=strange).code == "SAFE-005"
    judged(here, expected={"alphadrug": "false"}, reason="far more severe than described")
    here.do("update_adverse_event", event="AE1", changes={"grade": "3"}, site_aware=AWARE)
    assert here.state.adverse_events["AE1"].expected == {"alphadrug": "false"}
    judged(here, expected={"alphadrug": "true"})
    assert here.state.adverse_events["AE1"].expected == {"alphadrug": "true"}


def test_a_study_without_a_log_of_adverse_events_keeps_the_events() -> None:
    text = (FOLDER / "study.yaml").read_text(encoding="utf-8")
    clocks = text[text.index("  clocks:\n") : text.index("  reference_information:\n")]
    study = drugs(("    kind: log\n    act: adverse_event\n", "    kind: log\n"), (clocks, ""))
    here = reported(clinic(study=study))
    judged(here)
    assert here.state.adverse_events["AE1"].sponsor_aware == AWARE
    assert here.state.facts.records("adverse_event") == ()


def test_only_the_suspected_products_say_whether_an_event_is_expected() -> None:
    here = reported(causality={"alphadrug": "related", "followdrug": "not_related"})
    (record,) = here.state.facts.records("adverse_event")
    assert record.values["expected"] is True
    here = reported(term="fever", causality={"alphadrug": "not_related", "followdrug": "not_related"})
    (record,) = here.state.facts.records("adverse_event")
    assert record.values["expected"] is False


def test_what_is_known_this_moment_can_be_reported() -> None:
    here = reported(site_aware="2026-03-02T12:00:00Z")
    here.do("report_pregnancy", event="PR1", of="partner", site_aware="2026-03-02T12:00:00Z")
    assert here.state.pregnancies["PR1"].site_aware == "2026-03-02T12:00:00Z"
