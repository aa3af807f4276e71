"""Randomisation: what must hold before it, what it leaves, what happened outside, and what a correction does."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from equipoise.allocation import PermutedBlocks, allocation_from, check_history, regenerate, stratum_name
from equipoise.conduct.command import Refusal
from equipoise.conduct.scheme import scheme_of
from equipoise.study.allocation import UrnBalls
from tests.spec.conduct.driver import SEAL, Driver, tiny


def test_a_randomisation_leaves_an_open_and_a_sealed_event() -> None:
    trial = Driver().opened()
    subject = trial.ready()
    opened, sealed = trial.ok("randomise", subject)
    assert opened.type == "ParticipantRandomised"
    assert opened.data == {"number": "R-0001", "stratum": "sex=f"}
    assert sealed.type == "TreatmentAllocated" and sealed.data["arm"] in ("alpha", "beta")
    state = trial.people[subject]
    assert state.status == "randomised" and state.arm == sealed.data["arm"]
    assert trial.trial.sites["01"].randomised == trial.trial.randomised == 1
    assert trial.refused("randomise", subject).code == "RAND-001"


def test_the_list_is_recomputed_from_the_opened_seal() -> None:
    trial = Driver(_planned(40)).opened()
    for number in range(12):
        trial.randomised(sex="fm"[number % 2])
    history = [allocation_from(e.data) for e in trial.events if e.type == "TreatmentAllocated"]
    scheme = PermutedBlocks(arms=("alpha", "beta"), ratio=(1, 1), block_sizes=SEAL.block_sizes)
    assert list(regenerate(scheme, SEAL, history)) == history
    assert {allocation.stratum for allocation in history} == {"sex=f", "sex=m"}


def _planned(number: int, **changes):
    study = tiny()
    allocation = msgspec.structs.replace(study.definition.allocation, planned=number, **changes)
    definition = msgspec.structs.replace(study.definition, allocation=allocation)
    return replace(study, definition=definition)


def test_each_condition_is_asked_before_the_draw() -> None:
    trial = Driver().opened()
    subject = trial.screened()
    assert trial.refused("randomise", subject, effective="2026-03-01").code == "RAND-003"
    assert trial.refused("randomise", subject).code == "RAND-007"
    trial.ok("confirm_eligibility", subject, data={"moment": "randomisation"})
    closed = trial.refused("randomise", subject)
    assert closed.code == "RAND-008" and "blood.platelets" in str(closed.findings[0])
    trial.ok(
        "record_form", subject, encounter="baseline", data={"form": "blood", "values": {"platelets": "90"}}
    )
    assert trial.refused("randomise", subject).code == "RAND-008"
    trial.ok(
        "correct_form",
        subject,
        encounter="baseline",
        data={"form": "blood", "values": {"platelets": "200"}},
        reason="read wrong",
    )
    assert trial.refused("randomise", subject).code == "RAND-009"
    seen = {"form": "score", "values": {"red": "8"}, "blinded": "false"}
    trial.ok("submit_assessment", subject, encounter="baseline", data=seen)
    assert trial.refused("randomise", subject).code == "RAND-009", "a score that is not masked opens nothing"
    trial.score(subject, "baseline")
    trial.ok("randomise", subject)


def test_eligibility_is_judged_again_on_the_day() -> None:
    trial = Driver().opened()
    subject = trial.ready()
    person = {"form": "person", "values": {"age": "17"}}
    trial.ok("correct_form", subject, encounter="screening", data=person, reason="passport seen")
    assert trial.refused("randomise", subject).code == "ELIG-003"


def test_yesterdays_confirmation_and_baseline_do_not_count() -> None:
    trial = Driver().opened()
    subject = trial.ready()
    trial.day = "2026-03-03"
    assert trial.refused("randomise", subject).code == "RAND-007"
    trial.ok("confirm_eligibility", subject, data={"moment": "randomisation"})
    assert trial.refused("randomise", subject).code == "RAND-009"


def test_withdrawal_failure_and_a_full_trial_bar() -> None:
    trial = Driver().opened()
    subject = trial.ready()
    trial.ok("withdraw_consent", subject, data={"scope": "treatment"})
    assert trial.refused("randomise", subject).code == "RAND-004"
    failed = trial.ready()
    trial.ok("fail_screening", failed, data={"reasons": ["declined"]})
    assert trial.refused("randomise", failed).code == "RAND-002"
    fresh = trial.ok("screen_participant")[0].data["subject"]
    assert trial.refused("randomise", fresh).code == "CONS-007"
    for _ in range(3):
        trial.randomised()
    assert trial.refused("randomise", trial.ready()).code == "RAND-006"


@pytest.mark.parametrize("mode", ["live", "practice", "simulation"])
def test_live_waits_for_decisions_where_practice_runs_on_assumptions(mode: str) -> None:
    trial = Driver(mode=mode)
    trial.ok("open_ledger", data={"mode": mode})
    site = {"site": "01", "name": "Site 01", "country": "France", "approved_on": "2026-01-01"}
    trial.ok("activate_site", data=site)
    for role in ("investigator", "assessor"):
        user = {"user": f"{role}-1", "name": role, "user_role": role, "site": "01"}
        trial.ok("delegate_user", data=user)
    subject = trial.ready()
    if mode == "live":
        refusal = trial.refused("randomise", subject)
        assert refusal.code == "RAND-005" and "Which limits hold?" in str(refusal)
    else:
        trial.ok("randomise", subject)


def test_an_unknown_stratum_stops_the_draw() -> None:
    trial = Driver().opened()
    subject = trial.ready()
    missing = {"form": "person", "values": {"sex": {"missing": "refused"}}}
    trial.ok("correct_form", subject, encounter="screening", data=missing, reason="asked again")
    refusal = trial.refused("randomise", subject)
    assert refusal.code == "RAND-010" and refusal.findings == ("sex",)


def test_a_scheme_that_cannot_draw_says_so() -> None:
    trial = Driver(_planned(3, scheme="minimisation", probability="1/3")).opened()
    assert trial.refused("randomise", trial.ready()).code == "RAND-011"


def test_minimisation_with_sites_draws_from_the_same_engine() -> None:
    trial = Driver(_planned(9, scheme="minimisation", probability="4/5", by_site=True)).opened()
    for _ in range(6):
        trial.randomised()
    arms = [state.arm for state in trial.people.values()]
    assert set(arms) == {"alpha", "beta"}
    assert trial.trial.tallies.total == 6
    assert trial.people["01-0001"].stratum == stratum_name({"sex": "f", "site": "01"})


def test_a_randomisation_that_happened_is_recorded_with_what_was_wrong() -> None:
    trial = Driver().opened()
    subject = trial.screened(age="17")
    given = {"happened": "yes", "arm": "gamma"}
    assert trial.refused("randomise", subject, data=given).code == "RAND-012"
    events = trial.ok("randomise", subject, data={"happened": "yes", "arm": "beta"})
    assert [event.type for event in events] == [
        "ParticipantRandomised",
        "TreatmentAllocated",
        "DeviationRecorded",
        "DeviationRecorded",
        "DeviationRecorded",
    ]
    assert trial.people[subject].arm == "beta"
    assert trial.trial.tallies.total == 0 and trial.trial.randomised == 1
    assert trial.trial.pending_judgements == 3


def test_a_later_correction_raises_deviations_and_changes_neither_arm_nor_stratum() -> None:
    trial = Driver().opened()
    subject = trial.randomised()
    before = trial.people[subject]
    person = {"form": "person", "values": {"age": "17", "sex": "m"}}
    events = trial.ok("correct_form", subject, encounter="screening", data=person, reason="passport seen")
    assert [event.data.get("code") for event in events] == [None, "DEVI-003", "DEVI-004"]
    after = trial.people[subject]
    assert (after.arm, after.stratum) == (before.arm, before.stratum)
    harmless = {"form": "body", "values": {"height": "170"}}
    assert len(trial.ok("correct_form", subject, encounter="screening", data=harmless, reason="added")) == 1


def test_an_error_that_is_learnt_later_is_recorded() -> None:
    trial = Driver().opened()
    waiting, subject = trial.screened(), trial.randomised()
    text = {"text": "The consent was signed by the wrong person."}
    assert trial.refused("report_randomisation_error", waiting, data=text).code == "DEVI-005"
    (event,) = trial.ok("report_randomisation_error", subject, data=text)
    assert event.data["category"] == "major" and event.data["known"]


def test_a_person_who_acts_for_the_trial_leaves_the_participants_site_on_the_event() -> None:
    trial = Driver().opened()
    subject = trial.ready()
    events = trial.ok("randomise", subject, role="monitor")
    assert {event.site for event in events} == {"01"}


def test_a_study_without_a_masked_assessment_randomises_without_a_baseline() -> None:
    study = tiny()
    plain = replace(study, definition=msgspec.structs.replace(study.definition, assessment=None))
    trial = Driver(plain).opened()
    subject = trial.ok("screen_participant")[0].data["subject"]
    trial.ok("give_consent", subject, data={"version": "1"})
    person = {"form": "person", "values": {"age": "40", "sex": "f"}}
    trial.ok("record_form", subject, encounter="screening", data=person)
    trial.ok("close_log", subject, data={"form": "history", "status": "none"})
    blood = {"form": "blood", "values": {"platelets": "200"}}
    trial.ok("record_form", subject, encounter="baseline", data=blood)
    trial.ok("confirm_eligibility", subject, data={"moment": "randomisation"})
    trial.ok("randomise", subject)
    assert trial.people[subject].arm is not None


def test_a_refusal_says_no_more_than_it_knows() -> None:
    assert str(Refusal(code="X-001", place="here", fault="it is so")) == "X-001 here: it is so"


@pytest.mark.parametrize(
    ("scheme", "settings"),
    [
        ("complete", {}),
        ("random_allocation_rule", {"maximum": 6}),
        ("biased_coin", {"probability": "2/3"}),
        ("big_stick", {"tolerance": 2}),
        ("chen", {"probability": "0.7", "tolerance": 2}),
        ("maximal", {"maximum": 6, "tolerance": 2}),
        ("urn", {}),
        ("urn", {"urn": UrnBalls(initial=1, added=2)}),
        ("minimisation", {"probability": "0.8"}),
    ],
)
def test_every_scheme_of_a_definition_allocates_and_is_verified(scheme: str, settings: dict) -> None:
    trial = Driver(_planned(40, scheme=scheme, **settings)).opened()
    for number in range(8):
        trial.randomised(sex="fm"[number % 2])
    history = [allocation_from(event.data) for event in trial.events if event.type == "TreatmentAllocated"]
    again = scheme_of(trial.study, ())
    check_history(again, SEAL, history)
    assert len(history) == 8 and {place.stratum for place in history} == {"sex=f", "sex=m"}
    if settings.get("tolerance"):
        for sex in ("sex=f", "sex=m"):
            arms = [place.arm for place in history if place.stratum == sex]
            assert abs(arms.count("alpha") - arms.count("beta")) <= 2


def test_a_list_that_is_full_refuses() -> None:
    trial = Driver(_planned(40, scheme="random_allocation_rule", maximum=2)).opened()
    for _ in range(2):
        trial.randomised(sex="f")
    assert {event.data["arm"] for event in trial.events if event.type == "TreatmentAllocated"} == {
        "alpha",
        "beta",
    }
    assert trial.refused("randomise", trial.ready(sex="f")).code == "RAND-011"
