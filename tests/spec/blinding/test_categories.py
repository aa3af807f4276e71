"""What is open and what is sealed: every type of event, and each way in which an open type is sealed."""

from __future__ import annotations

import pytest

from equipoise.blinding import category, reads_sealed, sealed_record
from equipoise.ledger.events import ALL
from tests.properties.masked_trial import masked

from .events import event

OPEN = {
    "trial": {
        "LedgerOpened", "SiteActivated", "UserDelegated", "DelegationRevoked", "AmendmentActivated", "AnalysisFrozen",
        "TrialLocked", "TrialUnblinded",
    },
    "person": {
        "ParticipantScreened", "ConsentGiven", "ConsentWithdrawn", "EligibilityConfirmed", "ScreeningFailed",
        "ParticipantRandomised", "ParticipantTransferred", "VisitMissed", "ParticipantLost", "DeathRecorded",
        "StudyEnded", "DeviationRecorded",
    },
    "form": {"FormRecorded", "FormCorrected", "LogClosed"},
    "query": {"QueryOpened", "QueryAnswered", "QueryClosed"},
    "assessment": {"AssessmentSubmitted", "ArmGuessed"},
}  # fmt: skip
DATA = {"form": "body", "query": "Q1", "concerns": "open", "scope": "visits"}


@pytest.mark.parametrize("kind", sorted(ALL | {"SomethingNewHappened"}))
def test_every_type_of_event_has_one_category_and_a_new_one_is_sealed(kind: str) -> None:
    wanted = next((name for name, kinds in OPEN.items() if kind in kinds), "sealed")
    assert category(masked(), event(kind, data=DATA)) == wanted


@pytest.mark.parametrize(
    ("kind", "encounter", "data"),
    [
        ("FormRecorded", "baseline", {"form": "blood"}),
        ("FormRecorded", "after_stop", {"form": "body"}),
        ("FormRecorded", "first_week", {"form": "body"}),
        ("FormRecorded", "baseline", {"form": "of another version"}),
        ("FormRecorded", "of another version", {"form": "body"}),
        ("QueryOpened", "baseline", {"form": "blood", "query": "Q1"}),
        ("QueryAnswered", None, {"form": "body", "query": "S1"}),
        ("ConsentWithdrawn", None, {"scope": "treatment"}),
        ("VisitMissed", "week_2", {}),
        ("VisitMissed", "after_stop", {}),
        ("DeviationRecorded", "after_stop", {"concerns": "open"}),
        ("DeviationRecorded", "baseline", {"concerns": "sealed"}),
        ("AssessmentSubmitted", "after_stop", {}),
    ],
)
def test_an_open_type_is_sealed_where_it_would_tell_of_the_drug(
    kind: str, encounter: str | None, data: dict[str, str]
) -> None:
    assert category(masked(), event(kind, encounter=encounter, data=data)) == "sealed"


def test_a_missed_visit_is_open_where_something_open_was_planned() -> None:
    assert category(masked(), event("VisitMissed", encounter="month_1")) == "person"
    assert category(masked(), event("VisitMissed", encounter=None)) == "person"


def test_a_record_is_sealed_by_its_form_or_by_its_encounter() -> None:
    assert not sealed_record(masked(), "body", "month_1")
    assert sealed_record(masked(), "blood", "month_1")
    assert sealed_record(masked(), "body", "after_stop")


def test_a_rule_that_reads_a_sealed_form_is_known() -> None:
    assert reads_sealed(masked(), "criteria.I02.rule")
    assert reads_sealed(masked(), "forms.body.checks.thin.rule")
    assert not reads_sealed(masked(), "criteria.I01.rule")
    assert not reads_sealed(masked(), "forms.body.items.weight.expect")
