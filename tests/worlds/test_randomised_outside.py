"""What happened outside the system is recorded and never refused: it takes no slot, and opens deviations."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from equipoise.conduct.session import Outcome, Session
from equipoise.stores import SQLiteStore

from .randomising import command, done, prepared, session


def outside(way: Session, subject: str, arm: str = "two") -> Outcome:
    """An arm that was given by telephone."""
    return way.execute(command("randomise", f"outside {subject}", subject, happened="yes", arm=arm))


def codes(outcome: Outcome) -> list[str]:
    """The codes of the deviations among the events of an outcome."""
    return [event.data["code"] for event in outcome.events if event.type == "DeviationRecorded"]


def test_an_arm_given_by_telephone_is_recorded_with_a_deviation_and_takes_no_slot(tmp_path: Path) -> None:
    first, second = prepared(tmp_path / "ledger.sqlite", 2)
    with SQLiteStore.open(tmp_path / "ledger.sqlite") as store:
        way = session(store, "telephone")
        recorded = done(outside(way, first))
        assert codes(recorded) == ["RAND-013"]
        (given,) = [event for event in recorded.events if event.type == "TreatmentAllocated"]
        assert (given.data["arm"], given.data["scheme"], given.data["slot"]) == ("two", "outside", "0")
        (drawn,) = [
            event
            for event in done(way.execute(command("randomise", "next", second))).events
            if event.type == "TreatmentAllocated"
        ]
        assert drawn.data["slot"] == "1"


def test_an_ineligible_randomisation_that_happened_is_recorded_with_a_deviation_for_each_criterion(
    tmp_path: Path,
) -> None:
    prepared(tmp_path / "ledger.sqlite", 1)
    with SQLiteStore.open(tmp_path / "ledger.sqlite") as store:
        way = session(store, "telephone")
        done(way.execute(command("screen_participant", "late")))
        done(way.execute(command("give_consent", "late consent", "01-0002", version="1.0")))
        form = {"form": "person", "values": {"adult": "false", "severe": "true"}}
        done(way.execute(command("record_form", "late form", "01-0002", **form)))
        assert codes(done(outside(way, "01-0002"))) == ["RAND-013", "RAND-014"]


def test_the_id_of_a_command_belongs_to_one_person(tmp_path: Path) -> None:
    (subject,) = prepared(tmp_path / "ledger.sqlite", 1)
    with SQLiteStore.open(tmp_path / "ledger.sqlite") as store:
        way = session(store, "first")
        mine = command("randomise", "same", subject)
        first, again = done(way.execute(mine)), done(way.execute(mine))
        assert again.repeated
        assert again.events == first.events
        refusal = way.execute(replace(mine, actor="u-other")).refusal
        assert refusal is not None
        assert refusal.code == "COND-012"
