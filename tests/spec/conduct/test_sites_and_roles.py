"""Opening, sites, delegation, roles: what holds for every command."""

from __future__ import annotations

from dataclasses import replace

import pytest

from equipoise.allocation import Seal
from tests.spec.conduct import driver
from tests.spec.conduct.driver import Driver, tiny

SITE = {"site": "01", "name": "Site 01", "country": "France", "approved_on": "2026-01-01"}


def test_the_first_event_commits_to_the_seal() -> None:
    trial = Driver()
    (event,) = trial.ok("open_ledger", data={"mode": "practice"})
    assert event.data["seed_commitment"] and event.data["planned"] == "3"
    assert trial.trial.mode == "practice"
    assert trial.trial.digest == tiny().digest
    assert trial.refused("open_ledger", data={"mode": "practice"}).code == "SITE-001"


def test_nothing_happens_before_the_ledger_is_open() -> None:
    assert Driver().refused("activate_site", data=SITE).code == "COND-002"
    assert Driver().refused("open_ledger", data={"mode": "rehearsal"}).code == "SITE-002"


def test_other_block_sizes_than_the_committed_ones_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    study = tiny()
    committed = replace(
        study,
        definition=_with_allocation(study, blocks_commitment="0" * 64),
    )
    assert Driver(committed).refused("open_ledger", data={"mode": "practice"}).code == "SITE-003"
    seal = Seal(seed=bytes(32), block_sizes=(4,), salt=bytes(16))
    monkeypatch.setattr(driver, "SEAL", seal)
    from equipoise.allocation import blocks_commitment

    right = replace(study, definition=_with_allocation(study, blocks_commitment=blocks_commitment(seal)))
    Driver(right).ok("open_ledger", data={"mode": "practice"})


def _with_allocation(study, **changes):
    import msgspec

    allocation = msgspec.structs.replace(study.definition.allocation, **changes)
    return msgspec.structs.replace(study.definition, allocation=allocation)


def test_a_site_works_once_and_only_when_approved() -> None:
    trial = Driver()
    trial.ok("open_ledger", data={"mode": "practice"})
    assert trial.refused("activate_site", data={"site": "01"}).code == "COND-010"
    late = {**SITE, "approved_on": "2026-05-01"}
    assert trial.refused("activate_site", data=late).code == "SITE-005"
    trial.ok("activate_site", data=SITE)
    assert trial.refused("activate_site", data=SITE).code == "SITE-004"


def test_delegations_are_given_and_taken_back() -> None:
    trial = Driver().opened()
    given = {"user": "ann", "name": "Ann", "user_role": "investigator", "site": "01"}
    assert trial.refused("delegate_user", data={"user": "ann"}).code == "COND-010"
    assert trial.refused("delegate_user", data={**given, "user_role": "cook"}).code == "SITE-006"
    assert trial.refused("delegate_user", data={**given, "site": "09"}).code == "SITE-007"
    trial.ok("delegate_user", data=given)
    trial.ok("delegate_user", data={"user": "sam", "name": "Sam", "user_role": "sponsor"})
    assert ("ann", "investigator", "01") in trial.trial.delegations
    trial.ok("revoke_delegation", data=given)
    assert trial.refused("revoke_delegation", data=given).code == "SITE-008"
    assert trial.trial.delegations == {("sam", "sponsor", None)}


def test_a_live_trial_takes_entries_only_from_delegated_people() -> None:
    trial = Driver(mode="live").opened()
    assert trial.refused("screen_participant").code == "COND-008"
    given = {"user": "investigator-1", "name": "Ann", "user_role": "investigator", "site": "01"}
    trial.ok("delegate_user", data=given)
    trial.ok("screen_participant")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"kind": "dance"}, "COND-001"),
        ({"kind": "lock_trial", "role": "investigator"}, "COND-003"),
        ({"kind": "screen_participant", "role": "nobody"}, "COND-003"),
        ({"kind": "screen_participant", "effective": "2026-03-03"}, "COND-004"),
        ({"kind": "give_consent", "subject": "01-0099"}, "COND-006"),
        ({"kind": "screen_participant", "site": "02"}, "CONS-001"),
    ],
)
def test_what_holds_for_every_command(given: dict, code: str) -> None:
    trial = Driver().opened()
    kind, subject = given.pop("kind"), given.pop("subject", None)
    assert trial.refused(kind, subject, **given).code == code


def test_site_staff_act_for_their_own_participants() -> None:
    trial = Driver().opened()
    trial.ok("activate_site", data={**SITE, "site": "02"})
    subject = trial.screened()
    data = {"form": "body", "values": {"weight": "70"}}
    refusal = trial.refused("record_form", subject, encounter="any_day", data=data, site="02")
    assert refusal.code == "COND-007"
    assert "COND-007" in str(refusal) and "Do:" in str(refusal)


def test_a_site_works_under_one_version_and_an_amendment_changes_it() -> None:
    trial = Driver().opened()
    trial.ok("activate_site", data={**SITE, "site": "02"})
    amended = replace(tiny(), digest="b" * 64)
    before, trial.study = trial.study, amended
    assert trial.refused("screen_participant").code == "COND-011"
    given = {"site": "01", "digest": amended.digest}
    assert trial.refused("activate_amendment", data={**given, "site": "09"}).code == "SITE-007"
    assert trial.refused("activate_amendment", data={**given, "digest": "c"}).code == "AMEN-001"
    trial.ok("activate_amendment", data=given)
    assert trial.refused("activate_amendment", data=given).code == "AMEN-002"
    (event,) = trial.ok("screen_participant")
    assert event.study == amended.digest
    trial.study = before
    assert trial.refused("screen_participant").code == "COND-011"
    (event,) = trial.ok("screen_participant", site="02")
    assert event.study == before.digest
