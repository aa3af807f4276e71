"""While a trial is simulated the collector of cycles rests; afterwards it is as it was, whatever happened."""

from __future__ import annotations

import gc

import pytest

from equipoise.simulation.trial import without_collecting


def test_the_collector_rests_and_works_again_after_a_fault() -> None:
    with without_collecting():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), without_collecting():
        _ = 1 / 0
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with without_collecting():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_what_was_made_meanwhile_can_still_be_collected() -> None:
    with without_collecting():
        ring: list[object] = []
        ring.append(ring)
    marked = id(ring)
    assert any(id(each) == marked for each in gc.get_objects(generation=2))
    del ring
    assert gc.collect() > 0
