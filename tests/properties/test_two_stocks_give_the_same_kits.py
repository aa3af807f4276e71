"""The compiled stock and the plain one give the same kits, to the last, on the same demand: sent, used, expired, left,
and the visits without stock by site. The two share no line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.simulation.characteristics.loop import stock as compiled
from equipoise.simulation.characteristics.loop.arrays import Dispensing, Kits, Recruitment
from equipoise.simulation.characteristics.loop.recruiting import work_of
from equipoise.simulation.scenario import Kit, Supply
from equipoise.simulation.whole.kits import Demand, Stay, Stocked, Visit, stocked

SITES, KINDS = ("a", "b"), ("red", "blue")
DAYS = ((12, 16), (26, 31), (40, 45), (55, 55))
"""First and last day of each supply after the first."""
COVERED = (14, 14, 14, 14, 7)
FULL = 14


@dataclass(frozen=True)
class Person:
    """place: number of the site. units: of a full supply, by kind. given: day of each supply that is dispensed."""

    place: int
    begins: int
    ends: int
    units: tuple[int, int]
    given: dict[int, int]


def kits_of(units: int, kit: Kit, supply: int) -> int:
    """Whole kits for the days of a supply."""
    return -(-units * COVERED[supply] // (FULL * kit.units))


def demand_of(block: Supply, opens: Sequence[int], people: Sequence[Person]) -> Demand:
    """As the ledger of a whole trial would say it; on one day those who came last are served first."""

    def kits(person: Person, supply: int) -> dict[str, int]:
        return {
            kind: kits_of(units, block.kits[kind], supply)
            for kind, units in zip(KINDS, person.units, strict=True)
        }

    visits = [
        (day, -place, supply, Visit(day=day, site=SITES[person.place], kits=kits(person, supply)))
        for place, person in enumerate(people)
        for supply, day in person.given.items()
    ]
    stays = [
        Stay(
            site=SITES[person.place],
            begins=person.begins,
            ends=person.ends,
            planned=[
                (person.begins + sum(window) // 2, kits(person, supply))
                for supply, window in enumerate(DAYS, start=1)
            ],
        )
        for person in people
    ]
    ordered = [each[-1] for each in sorted(visits, key=lambda each: each[:3])]
    days = dict(zip(SITES, opens, strict=True))
    return Demand(opens=days, closed=people[-1].begins, stays=stays, visits=ordered)


def arrays_of(block: Supply) -> Kits:
    """The same block as arrays."""

    def column(name: str) -> np.ndarray:
        return np.array([getattr(kit, name) for kit in block.kits.values()], np.int64)

    return Kits(
        regimen=np.arange(len(KINDS)), units=column("units"), initial=column("initial"), minimum=column("minimum"),
        maximum=column("maximum"), shelf=column("shelf_days"), batch=column("batch_days"), review=block.review_days,
        lead=block.lead_days, trigger=block.trigger_weeks, resupply=block.resupply_weeks, days=800,
    )  # fmt: skip


def by_the_loop(block: Supply, opens: Sequence[int], people: Sequence[Person]) -> Stocked:
    """What the compiled stock makes of it, its events noted as the loop notes them."""
    kits, nobody = arrays_of(block), np.zeros(1)
    room = compiled.stock_of(kits, len(SITES), len(people))
    work = work_of(len(people), 8, 1)
    units = np.array([[person.units] for person in people], np.float64)
    dispensing = Dispensing(
        days=np.array(DAYS, np.int64), supplied=np.array(COVERED, np.int64), refused=np.zeros((1, 5)),
        units=units, full=FULL,
    )  # fmt: skip
    for place, person in enumerate(people):
        work.day[place], work.at[place], work.who[place] = person.begins, person.place, place
        compiled.note(room, person.ends, compiled.ENDED, place, 0)
        for supply, day in sorted(person.given.items(), reverse=True):
            compiled.note(room, day, compiled.VISIT, place, supply)
        compiled.note(room, person.begins, compiled.PLANNED, place, 0)
    days = np.array(opens, np.int64)
    fields: dict[str, Any] = dict.fromkeys(Recruitment._fields, nobody)
    recruitment = Recruitment(
        **fields | {"planned": 1, "day": days, "order": np.argsort(days, kind="stable")}
    )
    result, short = np.zeros((len(KINDS), 4), np.int32), np.zeros(len(SITES), np.int32)
    last = max((day for person in people for day in person.given.values()), default=0)
    compiled.supply(kits, dispensing, recruitment, room, work, len(people), last, result, short)
    shipped, used, expired, left = (dict(zip(KINDS, column.tolist(), strict=True)) for column in result.T)
    stockouts = dict(zip(SITES, short.tolist(), strict=True))
    return Stocked(shipped=shipped, used=used, expired=expired, left=left, stockouts=stockouts)


@st.composite
def kit(draw: st.DrawFn) -> Kit:
    minimum, batch = draw(st.integers(0, 3)), draw(st.integers(5, 60))
    return Kit(
        units=draw(st.integers(1, 5)), initial=draw(st.integers(0, 5)), minimum=minimum,
        maximum=minimum + draw(st.integers(0, 4)), batch_days=batch, shelf_days=batch + draw(st.integers(13, 60)),
    )  # fmt: skip


supplies = st.builds(
    Supply,
    kits=st.tuples(kit(), kit()).map(lambda pair: dict(zip(KINDS, pair, strict=True))),
    review_days=st.sampled_from([1, 5, 7, 14]),
    trigger_weeks=st.integers(0, 4),
    resupply_weeks=st.integers(0, 6),
    lead_days=st.integers(0, 12),
)


@st.composite
def person(draw: st.DrawFn) -> Person:
    begins, stays = draw(st.integers(40, 130)), draw(st.integers(1, 70))
    coming = {0: 0} | {n: draw(st.integers(*window)) for n, window in enumerate(DAYS, start=1)}
    given = {n: begins + day for n, day in coming.items() if day <= stays and draw(st.integers(0, 9)) < 9}
    units = draw(st.tuples(st.integers(0, 9), st.integers(0, 9)))
    return Person(draw(st.integers(0, 1)), begins, begins + stays, units, given)


people = st.lists(person(), min_size=1, max_size=12).map(
    lambda found: sorted(found, key=lambda each: each.begins)
)


@settings(max_examples=300)
@given(supplies, st.tuples(st.integers(0, 60), st.integers(0, 60)), people)
def test_the_same_demand_gives_the_same_kits(
    block: Supply, opens: tuple[int, int], people: list[Person]
) -> None:
    plain = stocked(block, demand_of(block, opens, people))
    assert by_the_loop(block, opens, people) == plain
    for kind in KINDS:
        assert plain.shipped[kind] == plain.used[kind] + plain.expired[kind] + plain.left[kind]
