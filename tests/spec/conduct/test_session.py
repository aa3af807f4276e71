"""Live conduct on a store: first answers, moved heads, failed blocks, versions, and what is read for a command."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest

from equipoise.conduct.command import Command
from equipoise.conduct.session import Outcome, Session
from equipoise.errors import EquipoiseError
from equipoise.ledger import Draft, Event, MemoryStore, Store
from equipoise.simulation.draws import sealed
from equipoise.stores import SQLiteStore
from equipoise.study.study import Study

from .driver import ROLES, SEAL, SPONSOR, tiny

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SALTS = count(1)
SITES = ("01", "02")


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty practice ledger, in memory and on disk."""
    if request.param == "memory":
        yield MemoryStore("practice")
        return
    with SQLiteStore.open(tmp_path / "ledger.db", mode="practice") as found:
        yield found


def salt() -> bytes:
    return next(SALTS).to_bytes(32, "big")


def session(store: Store, study: Study | None = None, **given: Any) -> Session:
    """A session of its own on the store."""
    given = {"now": lambda: NOW, "salt": salt, **given}
    return Session(store, study or tiny(), sealed(SEAL, False), **given)


def command(kind: str, id_: str, subject: str | None = None, **given: Any) -> Command:
    """A command of whoever does such things at site 01."""
    role = given.pop("role", None) or ROLES.get(kind) or ("sponsor" if kind in SPONSOR else "investigator")
    site = None if role in ("sponsor", "statistician", "monitor", "adjudicator") else "01"
    envelope = {"actor": f"{role}-1", "site": site, "effective": "2026-03-02", **given}
    return Command(kind=kind, id=id_, role=role, participant=subject, **envelope)


def done(outcome: Outcome) -> tuple[Event, ...]:
    assert outcome.refusal is None, str(outcome.refusal)
    return outcome.events


def opened(store: Store, mode: str = "practice") -> Session:
    """A session on a ledger with two active sites."""
    way = session(store)
    done(way.execute(command("open_ledger", "open", data={"mode": mode})))
    for site in SITES:
        data = {"site": site, "name": f"Site {site}", "country": "FR", "approved_on": "2026-01-01"}
        done(way.execute(command("activate_site", f"site {site}", data=data)))
    return way


def screened(way: Session, id_: str = "screen") -> str:
    """A new participant with consent and one form; the number."""
    (event,) = done(way.execute(command("screen_participant", id_)))
    subject = event.data["subject"]
    done(way.execute(command("give_consent", f"{id_} consent", subject, data={"version": "1"})))
    person = {"form": "person", "values": {"age": "40", "sex": "f"}}
    done(way.execute(command("record_form", f"{id_} person", subject, encounter="screening", data=person)))
    return subject


def test_a_repeated_command_gets_its_first_answer_also_after_a_restart(store: Store) -> None:
    way = opened(store)
    first = way.execute(command("screen_participant", "twice"))
    head = store.head()
    for another in (way, session(store)):
        again = another.execute(command("screen_participant", "twice"))
        assert again.repeated and again.events == first.events
    assert store.head() == head


def test_the_id_of_another_persons_command_is_refused(store: Store) -> None:
    way = opened(store)
    outcome = way.execute(command("freeze_analysis", "open", data={"plan": "p"}))
    assert outcome.refusal is not None and outcome.refusal.code == "COND-012"


def test_two_sessions_on_one_store_see_each_others_work(store: Store) -> None:
    one, two = opened(store), session(store)
    assert [screened(each, f"s{index}") for index, each in enumerate((one, two, one, two))] == [
        "01-0001", "01-0002", "01-0003", "01-0004",
    ]  # fmt: skip
    again = command("give_consent", "again", "01-0001", data={"version": "1"})
    refusal = two.execute(again).refusal
    assert refusal is not None and refusal.code == "CONS-004"


def test_a_refusal_records_nothing(store: Store) -> None:
    way = opened(store)
    head = store.head()
    assert way.execute(command("randomise", "no", "01-0009")).refusal is not None
    assert store.head() == head and store.command("no") == ()


def test_a_block_that_fails_leaves_nothing_behind_in_the_ledger_or_in_the_session(store: Store) -> None:
    way = opened(store)
    head = store.head()
    with pytest.raises(RuntimeError), store.batch():
        done(way.execute(command("screen_participant", "lost")))
        raise RuntimeError
    way.forget()
    assert store.head() == head
    assert screened(way) == "01-0001"


def test_an_exception_in_a_command_starts_the_session_anew(store: Store) -> None:
    broken = [False]

    def failing() -> bytes:
        if broken[0]:
            raise OSError("no more randomness")
        return salt()

    opened(store)
    way = session(store, salt=failing)
    done(way.execute(command("screen_participant", "first")))
    broken[0] = True
    with pytest.raises(OSError, match="randomness"):
        way.execute(command("screen_participant", "second"))
    broken[0] = False
    (event,) = done(way.execute(command("screen_participant", "second")))
    assert event.data["subject"] == "01-0002"


def test_a_salt_that_is_used_twice_is_an_error_and_not_an_event(store: Store) -> None:
    opened(store)
    way = session(store, salt=lambda: bytes(31))
    with pytest.raises(EquipoiseError) as caught:
        way.execute(command("screen_participant", "bad salt"))
    assert caught.value.code == "LEDG-007"
    assert store.command("bad salt") == ()


class Watched(MemoryStore):
    """A store that remembers what was asked of it."""

    def __init__(self) -> None:
        super().__init__("practice")
        self.asked: list[tuple[str | None, bool, int]] = []

    def events(
        self, *, participant: str | None = None, trial_scope: bool = False, after: int = 0
    ) -> Iterator[Event]:
        self.asked.append((participant, trial_scope, after))
        return super().events(participant=participant, trial_scope=trial_scope, after=after)


def test_a_command_reads_one_participant_and_the_news_of_the_trial() -> None:
    store = Watched()
    way = opened(store)
    subject = screened(way)
    screened(way, "other")
    way.state(None)
    newest = max(each.sequence for each in store.events(trial_scope=True))
    store.asked.clear()
    way.execute(command("give_consent", "new version", subject, data={"version": "2"}))
    assert store.asked == [(None, True, newest), (subject, False, 0)]


def test_the_lock_reads_everything(store: Store) -> None:
    way = opened(store)
    subject = screened(way)
    heavy = {"form": "body", "values": {"weight": "160.0"}}
    done(way.execute(command("record_form", "heavy", subject, encounter="screening", data=heavy)))
    done(way.execute(command("freeze_analysis", "freeze", data={"plan": "p"})))
    refusal = session(store).execute(command("lock_trial", "lock")).refusal
    assert refusal is not None and refusal.findings == ("queries are open",)
    done(way.execute(command("answer_query", "answer", subject, data={"query": "Q1", "text": "Yes."})))
    done(way.execute(command("close_query", "close", subject, data={"query": "Q1", "text": ""})))
    done(way.execute(command("lock_trial", "lock")))
    assert way.state(None).trial.locked


def amended() -> Study:
    """The tiny trial, another version, in which a baseline weight may be asked for more often."""
    study = tiny()
    about = msgspec.structs.replace(study.definition.study, version="2")
    return replace(study, definition=msgspec.structs.replace(study.definition, study=about), digest="2" * 64)


def test_sites_work_under_their_own_version_of_the_study(store: Store) -> None:
    opened(store)
    newer = amended()
    way = session(store, newer, versions={tiny().digest: tiny()})
    before = screened(way)
    done(way.execute(command("activate_amendment", "amend", data={"site": "01", "digest": newer.digest})))
    elsewhere = command("screen_participant", "at 02", site="02")
    (there,) = done(way.execute(elsewhere))
    (here,) = done(way.execute(command("screen_participant", "at 01")))
    assert (here.study, there.study) == (newer.digest, tiny().digest)
    assert {event.study for event in store.events(participant=before)} == {tiny().digest}
    person = way.state(before).participant
    assert person is not None and person.digest == tiny().digest


def test_a_version_that_a_session_does_not_hold_is_refused(store: Store) -> None:
    opened(store)
    newer = amended()
    way = session(store, newer, versions={tiny().digest: tiny()})
    done(way.execute(command("activate_amendment", "amend", data={"site": "01", "digest": newer.digest})))
    older = session(store, tiny())
    with pytest.raises(KeyError):
        older.execute(command("screen_participant", "at 01"))


def test_a_live_ledger_refuses_what_open_decisions_leave_open() -> None:
    store = MemoryStore("live")
    way = session(store)
    done(way.execute(command("open_ledger", "open", data={"mode": "live"})))
    data = {"site": "01", "name": "Site 01", "country": "FR", "approved_on": "2026-01-01"}
    done(way.execute(command("activate_site", "site", data=data)))
    early = way.execute(command("screen_participant", "nobody")).refusal
    assert early is not None and early.code == "COND-008"
    for role in ("investigator", "assessor"):
        user = {"user": f"{role}-1", "name": "A person", "user_role": role, "site": "01"}
        done(way.execute(command("delegate_user", f"delegate {role}", data=user)))
    subject = screened(way)
    body = {"form": "body", "values": {"weight": "70.0"}}
    done(way.execute(command("record_form", "body", subject, encounter="screening", data=body)))
    done(way.execute(command("close_log", "log", subject, data={"form": "history", "status": "none"})))
    confirm = {"moment": "randomisation"}
    done(way.execute(command("confirm_eligibility", "yes", subject, data=confirm)))
    refusal = way.execute(command("randomise", "randomise", subject)).refusal
    assert refusal is not None and refusal.code == "RAND-005"


def erase(store: Store, *sequences: int) -> None:
    """Erases the payloads, as when somebody's data must go."""
    draft = Draft(
        type="PayloadErased", effective="2026-03-02", recorded="2026-03-02T12:00:00Z", actor="sponsor-1",
        role="sponsor", command=f"erase {sequences}", reason="asked for", study=tiny().digest,
        data={"sequences": [str(each) for each in sequences]},
    )  # fmt: skip
    with store.writing() as writer:
        writer.erase(draft, writer.head, salt())


def test_what_was_erased_is_no_more_and_the_rest_goes_on(store: Store) -> None:
    way = opened(store)
    subject = screened(way)
    heavy = {"form": "body", "values": {"weight": "160.0"}}
    form, query = done(
        way.execute(command("record_form", "heavy", subject, encounter="screening", data=heavy))
    )
    fixed = command("correct_form", "fix", subject, encounter="screening", reason="slip", data=heavy)
    done(way.execute(fixed))
    done(way.execute(command("answer_query", "answer", subject, data={"query": "Q1", "text": "Yes."})))
    erase(store, form.sequence, query.sequence)
    person = session(store).state(subject).participant
    assert person is not None and set(person.queries) == {"Q2"}
    assert person.facts.records("body")[-1].values["weight"].value == 160
    assert screened(way, "next") == "01-0002"


def test_a_query_whose_opening_was_erased_hides_no_other_from_the_lock(store: Store) -> None:
    way = opened(store)
    subject = screened(way)
    heavy = {"form": "body", "values": {"weight": "160.0"}}
    _, query = done(way.execute(command("record_form", "heavy", subject, encounter="screening", data=heavy)))
    done(way.execute(command("answer_query", "answer", subject, data={"query": "Q1", "text": "Yes."})))
    done(way.execute(command("close_query", "close", subject, data={"query": "Q1", "text": ""})))
    done(way.execute(command("open_query", "ask", subject, data={"form": "person", "text": "Sure?"})))
    done(way.execute(command("freeze_analysis", "freeze", data={"plan": "p"})))
    erase(store, query.sequence)
    refusal = way.execute(command("lock_trial", "lock")).refusal
    assert refusal is not None and refusal.findings == ("queries are open",)


def test_a_judgement_whose_event_was_erased_hides_no_other_from_the_lock(store: Store) -> None:
    way = opened(store)
    subject = screened(way)
    late = {"text": "late", "category": "major", "concerns": "open"}
    (first,) = done(way.execute(command("record_deviation", "one", subject, data=late)))
    judged = {"what": "deviation-1", "verdict": "no_intercurrent_event"}
    done(way.execute(command("adjudicate", "judge", subject, data=judged)))
    done(way.execute(command("freeze_analysis", "freeze", data={"plan": "p"})))
    done(way.execute(command("record_loss", "loss", subject, data={"last_contact": "2026-03-01"})))
    erase(store, first.sequence)
    refusal = way.execute(command("lock_trial", "lock")).refusal
    assert refusal is not None
    assert refusal.findings == ("events are not judged by a masked adjudicator",)
