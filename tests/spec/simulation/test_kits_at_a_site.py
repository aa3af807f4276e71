"""Kits at one site: the earliest expiry first, none after its last day, none that has not come."""

from __future__ import annotations

import numpy as np

from equipoise.simulation.characteristics.loop.arrays import Kits
from equipoise.simulation.characteristics.loop.stock import LOTS, _expire, _send, _use, kits_of

ONE = np.ones(1, np.int64)
KITS = Kits(
    regimen=0 * ONE, units=28 * ONE, initial=4 * ONE, minimum=2 * ONE, maximum=6 * ONE, shelf=100 * ONE,
    batch=30 * ONE, review=7, lead=5, trigger=4, resupply=8, days=1000,
)  # fmt: skip


def room() -> tuple[np.ndarray, np.ndarray]:
    return np.zeros((LOTS, 3), np.int32), np.zeros(4, np.int32)


def test_the_first_lot_is_used_first_and_expires_first() -> None:
    lots, held = room()
    assert _send(KITS, lots, held, 0, 4, 0, 0) == 4
    assert _send(KITS, lots, held, 0, 3, 31, 36) == 3
    assert held.tolist() == [0, 2, 7, 100]
    assert _use(lots, held, 5, 33) == 0, "the second lot has not come"
    assert _use(lots, held, 5, 36) == 5
    assert [lots[0, 0], lots[1, 0]] == [0, 2]
    assert _expire(lots, held, 100) == 0
    assert held[3] == 130, "the second lot was made on day 30"
    assert _expire(lots, held, 131) == 2
    assert held[:3].tolist() == [2, 0, 0]
    assert _use(lots, held, 1, 131) == 0


def test_nothing_is_sent_for_no_need_and_a_full_ring_takes_more() -> None:
    lots, held = room()
    assert _send(KITS, lots, held, 0, 0, 0, 0) == 0 and held[1] == 0
    for day in range(LOTS + 3):
        _send(KITS, lots, held, 0, 1, day, day)
    assert held[1] == LOTS and held[2] == LOTS + 3 and lots[:, 0].sum() == LOTS + 3


def test_a_supply_is_rounded_up_to_whole_kits() -> None:
    assert kits_of(KITS, 0, 28.0, 28, 28) == 1
    assert kits_of(KITS, 0, 32.0, 28, 28) == 2
    assert kits_of(KITS, 0, 56.0, 14, 28) == 1
    assert kits_of(KITS, 0, 0.0, 28, 28) == 0
