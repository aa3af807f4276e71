"""Sessions on one ledger file for the tests of randomisation at once: a world that a process can build anew."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path

from equipoise.allocation import Seal, blocks_commitment, hmac_draw, seed_commitment
from equipoise.conduct.command import Command, SealedDraws
from equipoise.conduct.session import Outcome, Session
from equipoise.stores import SQLiteStore
from equipoise.study.load import load

SMALL = Path(__file__).parent / "small"
SEAL = Seal(seed=bytes(range(32)), block_sizes=(4, 8), salt=bytes(range(32, 64)))
DAY = "2026-03-02"


def session(store: SQLiteStore, name: str) -> Session:
    """A session with a clock that stands still and salts that no other session has."""
    numbers = count()
    draws = SealedDraws(
        draw=hmac_draw(SEAL.seed),
        block_sizes=SEAL.block_sizes,
        seed_commitment=seed_commitment(SEAL),
        blocks_commitment=blocks_commitment(SEAL),
    )
    return Session(
        store,
        load(SMALL),
        draws,
        now=lambda: datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
        salt=lambda: sha256(f"{name} {next(numbers)}".encode()).digest(),
    )


def command(kind: str, id_: str, participant: str | None = None, **data: object) -> Command:
    """A command of the sponsor before there are participants, else of the investigator of site 01."""
    sponsor = kind in ("open_ledger", "activate_site", "delegate_user")
    return Command(
        kind=kind,
        id=id_,
        actor="u-sponsor" if sponsor else "u-investigator",
        role="sponsor" if sponsor else "investigator",
        effective=DAY,
        site=None if sponsor else "01",
        participant=participant,
        encounter="screening" if kind == "record_form" else None,
        data=data,
    )


def done(outcome: Outcome) -> Outcome:
    """The outcome, which is no refusal."""
    assert outcome.refusal is None, str(outcome.refusal)
    return outcome


def prepared(path: Path, participants: int) -> list[str]:
    """A ledger in which this many participants have been found eligible; their numbers."""
    with SQLiteStore.open(path, "practice") as store, store.batch():
        way = session(store, "preparation")
        done(way.execute(command("open_ledger", "open", mode="practice")))
        site = {"site": "01", "name": "First", "country": "FR", "approved_on": DAY}
        done(way.execute(command("activate_site", "site", **site)))
        for number in range(participants):
            subject = f"01-{number + 1:04d}"
            done(way.execute(command("screen_participant", f"screen {number}")))
            done(way.execute(command("give_consent", f"consent {number}", subject, version="1.0")))
            values = {"adult": "true", "severe": "false" if number % 3 else "true"}
            form = {"form": "person", "values": values}
            done(way.execute(command("record_form", f"form {number}", subject, **form)))
            confirm = command("confirm_eligibility", f"eligible {number}", subject, moment="randomisation")
            done(way.execute(confirm))
    return [f"01-{number + 1:04d}" for number in range(participants)]


def randomise(path: Path, name: str, subjects: list[str]) -> list[str | None]:
    """Randomises each participant in turn, as one client; the code of the refusal, or None, for each."""
    with SQLiteStore.open(path) as store:
        way = session(store, name)
        outcomes = [way.execute(command("randomise", f"randomise {each}", each)) for each in subjects]
    return [outcome.refusal.code if outcome.refusal else None for outcome in outcomes]
