"""Before the unblinding the public reads the same bytes in two worlds that differ only under seal, on every page."""

from __future__ import annotations

from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.allocation import Seal
from equipoise.analysis.cut import SIMULATED
from equipoise.blinding.public import PUBLIC, public
from equipoise.exchange.live import live_record, recruitment
from equipoise.ledger.entry import Event
from equipoise.registry.page import render_page
from equipoise.registry.page.extras import record_json
from equipoise.registry.page.recruitment import recruitment_section
from equipoise.registry.record import Record, load_record
from equipoise.study.study import Study

from .masked_trial import masked, trial
from .test_noninterference import ONCE, OTHER, SEAL, SEEDS, STUDIES, simulated
from .under_seal import before_opening, retold, told

REFERENCE = "NCT06965244"


@cache
def record() -> Record:
    """A registered record."""
    return load_record(STUDIES / REFERENCE / "record.json")


def pages(study: Study, events: list[Event]) -> bytes:
    """All that the public reads before the unblinding: the record and its page in both languages."""
    seen = recruitment(public(study, before_opening(events)), study.definition.allocation.planned)
    stands = live_record(record(), seen, SIMULATED)
    made = [
        render_page(
            stands,
            banner=SIMULATED,
            sections=[recruitment_section(seen, SIMULATED, language)],
            language=language,
        )
        for language in ("en", "fr")
    ]
    return "".join([record_json(stands), *made]).encode()


@settings(max_examples=15, phases=ONCE)
@given(SEEDS, st.integers(2, 7), OTHER, SEEDS)
def test_the_public_of_a_small_trial_reads_the_same(seed: int, people: int, other: Seal, noise: int) -> None:
    sent = trial(seed, people)
    one, opened = told(masked(), sent, SEAL)
    two = retold(masked(), sent, opened, one.draws, other, Random(noise))
    assert [each.data for each in one.events] != [each.data for each in two.events]
    assert pages(masked(), one.events) == pages(masked(), two.events)


@pytest.mark.parametrize("noise", range(2))
def test_the_public_of_the_reference_trial_reads_the_same(noise: int) -> None:
    study, log, one, opened = simulated(REFERENCE)
    other = Seal(seed=bytes([noise + 1]) * 32, block_sizes=(4, 6), salt=bytes(16))
    two = retold(study, log, opened, one.draws, other, Random(noise))
    worlds = [
        [each.data["arm"] for each in w.events if each.type == "TreatmentAllocated"] for w in (one, two)
    ]
    assert worlds[0] != worlds[1]
    assert pages(study, one.events) == pages(study, two.events)


def test_the_public_reads_no_person_time_or_place_in_the_ledger() -> None:
    study, _, world, _ = simulated(REFERENCE)
    announced = list(public(study, world.events))
    assert {one.type for one in announced} <= PUBLIC.keys()
    words = " ".join(f"{one.day} {one.site} {dict(one.data)}" for one in announced)
    people = {event.participant for event in world.events if event.participant}
    assert people and not [name for name in people if name in words]
    assert all(len(one.day) == 10 for one in announced)


def test_the_pages_would_tell_a_world_that_differs_in_what_is_open() -> None:
    study, _, world, _ = simulated(REFERENCE)
    fewer = [event for event in world.events if event.type != "ParticipantRandomised"]
    assert pages(study, world.events) != pages(study, fewer)
