"""Personal data may be erased: whichever event of a participant is gone, the rest can still be folded and read."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from equipoise.blinding import Viewer, category, visible, worklist
from equipoise.conduct.engine import own_fold
from equipoise.ledger.entry import Event
from equipoise.ledger.events import TRIAL_SCOPE

from .checkers import by_participant
from .simulating import REFERENCE, run, study_of


@pytest.fixture(scope="module")
def events() -> tuple[Event, ...]:
    return run(REFERENCE, 3, 6).events


def test_the_rest_of_a_participants_events_can_be_folded(events: tuple[Event, ...]) -> None:
    study, tried = study_of(REFERENCE), Counter[str]()
    for own in by_participant(events).values():
        for gone in own:
            if gone.type in TRIAL_SCOPE or tried[gone.type] > 2:
                continue
            tried[gone.type] += 1
            state = None
            for event in own:
                state = state if event is gone else own_fold(study, state, event)
            assert state is not None and state.subject == gone.participant
    assert len(tried) > 15


def test_what_is_left_is_read_with_its_own_numbers(events: tuple[Event, ...]) -> None:
    study = study_of(REFERENCE)
    left = [each for each in events if each.type in TRIAL_SCOPE or each.sequence % 3]
    for role in ("statistician", "assessor", "sponsor"):
        rows = list(visible(study, left, Viewer(user=f"{role}-01", role=role, site="01")))
        assert [each.number for each in rows] == list(range(1, len(rows) + 1))
    assert all(category(study, each) for each in left)
    assert worklist(study, left, Viewer(user="a", role="assessor", site="01"), date(2026, 6, 1)) is not None
