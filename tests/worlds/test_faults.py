"""Simulated trials pass every checker; with a fault put in on purpose, at least the checker for it complains."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace as entry_with
from functools import cache

import pytest
from msgspec.structs import replace

from equipoise.conduct import eligibility, randomisation, treatment
from equipoise.ledger import MemoryStore
from equipoise.ledger.entry import Event
from equipoise.ledger.verify import verify, verify_store

from .checkers import complaints
from .simulating import REFERENCE, WHOLE, run, seal_of, study_of

Change = Callable[[list[Event]], Sequence[Event]]
SEED, PARTICIPANTS = 5, 9


@cache
def events(seed: int = SEED) -> tuple[Event, ...]:
    return run(REFERENCE, seed, PARTICIPANTS).events


def found(of: Sequence[Event]) -> list[str]:
    return complaints(study_of(REFERENCE), of, seal_of(REFERENCE))


@pytest.mark.parametrize("seed", range(SEED, SEED + (8 if WHOLE else 2)))
def test_a_simulated_trial_passes_every_checker(seed: int) -> None:
    assert found(events(seed)) == []


def last(of: Sequence[Event], kind: str) -> Event:
    return [each for each in of if each.type == kind][-1]


def without(*kinds: str) -> Change:
    """The last event of each type is lost."""
    return lambda of: numbered([each for each in of if each not in [last(of, kind) for kind in kinds]])


def numbered(of: Sequence[Event]) -> list[Event]:
    """As if nothing were missing."""
    return [replace(each, sequence=index) for index, each in enumerate(of, start=1)]


def changed(kind: str, **fields: object) -> Change:
    """The last event of a type is another; what is a mapping is merged into its data."""

    def change(of: list[Event]) -> Sequence[Event]:
        event = last(of, kind)
        data = {**event.data, **fields.get("data", {})}  # type: ignore[dict-item]
        return [replace(each, **{**fields, "data": data}) if each is event else each for each in of]

    return change


def baseline_lost(of: list[Event]) -> Sequence[Event]:
    subject = last(of, "ParticipantRandomised").participant
    return numbered(
        [
            each
            for each in of
            if (each.participant, each.type, each.encounter)
            != (subject, "AssessmentSubmitted", "randomisation")
        ]
    )


def all_lost(kind: str, of_kind: str) -> Change:
    """All events of a type are lost for the last participant of another type."""

    def change(of: list[Event]) -> Sequence[Event]:
        subject = last(of, of_kind).participant
        return numbered([each for each in of if (each.participant, each.type) != (subject, kind)])

    return change


def treated_and_scored(of: list[Event]) -> Sequence[Event]:
    """The investigator signs the last blind score."""
    blind = [each for each in of if each.type == "AssessmentSubmitted" and each.data["blinded"] == "true"][-1]
    doctor = next(
        each.actor for each in of if each.participant == blind.participant and each.type == "DosePrescribed"
    )
    return [replace(each, actor=doctor) if each is blind else each for each in of]


def other_arm(of: list[Event]) -> Sequence[Event]:
    arms = list(study_of(REFERENCE).definition.arms)
    given = last(of, "TreatmentAllocated").data["arm"]
    return changed("TreatmentAllocated", data={"arm": next(arm for arm in arms if arm != given)})(of)


def query_left_open(of: list[Event]) -> Sequence[Event]:
    place = next(index for index, each in enumerate(of) if each.type == "AnalysisFrozen")
    asked = replace(
        of[place - 1],
        type="QueryOpened",
        command="asked",
        data={"query": "Q99", "form": "vital_signs", "text": "?"},
    )
    return numbered([*of[:place], asked, *of[place:]])


def recorded_after_the_lock(of: list[Event]) -> Sequence[Event]:
    late = replace(last(of, "FormRecorded"), command="late", recorded=of[-1].recorded)
    return numbered([*of, late])


def twice(kind: str) -> Change:
    """The last event of a type is there twice."""
    return lambda of: numbered([*of, replace(last(of, kind), command="twice", recorded=of[-1].recorded)])


def out_of_order(of: list[Event]) -> Sequence[Event]:
    middle = len(of) // 2
    return [*of[:middle], replace(of[middle], recorded="2001-01-01T00:00:00Z"), *of[middle + 1 :]]


FAULTS: dict[str, tuple[str, Change]] = {
    "an event is missing in the middle": ("order", lambda of: [*of[:400], *of[401:]]),
    "a clock went back": ("order", out_of_order),
    "a command was answered twice": ("order", lambda of: numbered([*of, of[50]])),
    "the opening is lost": ("order", lambda of: of[1:]),
    "consent is lost": ("entry", all_lost("ConsentGiven", "ParticipantRandomised")),
    "the confirmation is lost": ("entry", all_lost("EligibilityConfirmed", "ParticipantRandomised")),
    "the masked baseline is lost": ("entry", baseline_lost),
    "the allocation is lost": ("entry", without("TreatmentAllocated")),
    "a slot is given twice": ("allocation", twice("TreatmentAllocated")),
    "another arm is written down": ("allocation", other_arm),
    "a number is skipped": ("allocation", changed("ParticipantRandomised", data={"number": "R-0999"})),
    "a prescription is lost": ("supply", all_lost("DosePrescribed", "DoseDispensed")),
    "the doctor scores blind": ("masking", treated_and_scored),
    "a screening failure is lost": ("flow", without("ScreeningFailed")),
    "an end is lost": ("flow", without("StudyEnded")),
    "a query is open at the lock": ("closing", query_left_open),
    "a judgement is lost": ("closing", without("EventAdjudicated")),
    "the plan is frozen too late": ("closing", without("AnalysisFrozen")),
    "the lock is lost": ("closing", without("TrialLocked")),
    "a form comes after the lock": ("closing", recorded_after_the_lock),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_checker_complains_of_a_fault(fault: str) -> None:
    checker, change = FAULTS[fault]
    told = found(change(list(events())))
    assert any(each.startswith(f"{checker}:") for each in told), told


def test_a_gate_that_is_skipped_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eligibility, "check_eligible", lambda *_: None)
    monkeypatch.setattr(randomisation, "check_eligible", lambda *_: None)
    told = found(run(REFERENCE, SEED, PARTICIPANTS).events)
    assert any(each.startswith("rules:") and "ParticipantRandomised" in each for each in told)


def test_a_prescription_behind_a_closed_gate_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(treatment, "gates", lambda *_: iter(()))
    for module in ("dosing", "dispensing"):
        monkeypatch.setattr(f"equipoise.conduct.{module}.gates", lambda *_: iter(()))
    told = found(run(REFERENCE, 1, 12).events)
    assert any(each.startswith("rules:") and "Dose" in each for each in told)


def test_a_lost_and_a_changed_entry_break_the_chain() -> None:
    store = MemoryStore("simulation")
    run(REFERENCE, SEED, 2, store)
    assert verify_store(store).ok
    entries = list(store.entries())
    assert not verify([*entries[:100], *entries[101:]]).ok
    payload = entries[100].payload
    assert payload is not None
    false = entry_with(entries[100], payload=payload.replace(b"2025", b"2024"))
    assert false != entries[100] and not verify([*entries[:100], false, *entries[101:]]).ok
