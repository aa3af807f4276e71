"""Kits at the sites, told plainly: what participants are given, day by day, out of lots that come, are used and expire.

The reference of the compiled stock (`characteristics.loop.stock`), which it shares no line with: everything is frozen,
a day is a function from shelves to shelves, and what is needed in the weeks to come is counted anew at each
review from the calendar of who is on treatment. Days are counted from the start of the trial, weeks from its first day.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from equipoise.simulation.scenario import Kit, Supply

Place = tuple[str, str]
"""A site and a kind of kit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Kits that a participant is given on a day at a site, by kind."""

    day: int
    site: str
    kits: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A participant on treatment at a site from a day on until another, with the supplies that the calendar plans:
    their days, and the kits of each kind."""

    site: str
    begins: int
    ends: int
    planned: Sequence[tuple[int, Mapping[str, int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a trial asks of its sites. opens: the day of each site. closed: the day of the last randomisation. The
    visits of a day are served in the order in which they stand here."""

    opens: Mapping[str, int]
    closed: int
    stays: Sequence[Stay]
    visits: Sequence[Visit]

    @property
    def last(self) -> int:
        """The day of the last supply: what is at the sites then is left."""
        return max((visit.day for visit in self.visits), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Kits of one batch that were sent together."""

    kits: int
    expires: int
    arrives: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stocked:
    """What became of the kits, by kind, and the visits that could not be supplied in full, by site."""

    shipped: Mapping[str, int]
    used: Mapping[str, int]
    expired: Mapping[str, int]
    left: Mapping[str, int]
    stockouts: Mapping[str, int]


def stocked(supply: Supply, demand: Demand) -> Stocked:
    """The supply of one trial, day by day until its last one."""
    shelves: dict[Place, tuple[Lot, ...]] = {
        (site, kind): () for site in demand.opens for kind in supply.kits
    }
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    ahead = calendar(demand)
    visits: dict[int, list[Visit]] = defaultdict(list)
    for visit in demand.visits:
        visits[visit.day].append(visit)
    for day in range(demand.last + 1):
        _open(supply, demand, day, shelves, counts)
        for visit in visits[day]:
            _serve(visit, shelves, counts)
        if day % supply.review_days == 0:
            _review(supply, demand, day, ahead, shelves, counts)
    for (_, kind), lots in shelves.items():
        kept = _unexpired(lots, demand.last, kind, counts)
        counts["left"][kind] += sum(lot.kits for lot in kept)
    by_kind = {
        stem: {kind: counts[stem][kind] for kind in supply.kits}
        for stem in ("shipped", "used", "expired", "left")
    }
    return Stocked(**by_kind, stockouts={site: counts["stockouts"][site] for site in demand.opens})


Need = tuple[int, int, Stay]
"""A planned supply: its day, its kits, and whose it is."""


def calendar(demand: Demand) -> Mapping[Place, Sequence[Need]]:
    """All that was ever planned at a site of a kind."""
    found: dict[Place, list[Need]] = defaultdict(list)
    for stay in demand.stays:
        for day, kits in stay.planned:
            for kind, number in kits.items():
                found[stay.site, kind].append((day, number, stay))
    return found


def needed(ahead: Sequence[Need], today: int, weeks: int) -> int:
    """Kits that the calendar plans for this week and those after it, as many as `weeks` in all, for those who have
    begun by the end of today; the supplies of who has ended are struck out from the day of the end on."""
    first = today // 7
    return sum(
        number
        for day, number, stay in ahead
        if first <= day // 7 < first + weeks
        and stay.begins <= today
        and (stay.ends > today or day < stay.ends)
    )


def made(kit: Kit, day: int) -> int:
    """The day on which the newest batch was made."""
    return day - day % kit.batch_days


def _open(
    supply: Supply,
    demand: Demand,
    day: int,
    shelves: dict[Place, tuple[Lot, ...]],
    counts: Mapping[str, Counter[str]],
) -> None:
    """The first stock is there when a site opens."""
    for site in (site for site, opens in demand.opens.items() if opens == day):
        for kind, kit in supply.kits.items():
            shelves[site, kind] = _sent(shelves[site, kind], kit, kit.initial, day, day)
            counts["shipped"][kind] += kit.initial


def _sent(lots: tuple[Lot, ...], kit: Kit, kits: int, day: int, arrives: int) -> tuple[Lot, ...]:
    lot = Lot(kits=kits, expires=made(kit, day) + kit.shelf_days, arrives=arrives)
    return (*lots, lot) if kits > 0 else lots


def _unexpired(
    lots: tuple[Lot, ...], day: int, kind: str, counts: Mapping[str, Counter[str]]
) -> tuple[Lot, ...]:
    """The lots whose last day is not over."""
    counts["expired"][kind] += sum(lot.kits for lot in lots if lot.expires < day)
    return tuple(lot for lot in lots if lot.expires >= day)


def _serve(visit: Visit, shelves: dict[Place, tuple[Lot, ...]], counts: Mapping[str, Counter[str]]) -> None:
    """All kits of a kind, or none of it; a visit that lacks any is counted once."""
    short = False
    for kind, wanted in visit.kits.items():
        if wanted == 0:
            continue
        place = (visit.site, kind)
        lots = _unexpired(shelves[place], visit.day, kind, counts)
        there = sum(lot.kits for lot in lots if lot.arrives <= visit.day)
        shelves[place] = taken(lots, wanted, visit.day) if there >= wanted else lots
        counts["used"][kind] += wanted if there >= wanted else 0
        short |= there < wanted
    counts["stockouts"][visit.site] += short


def taken(lots: tuple[Lot, ...], wanted: int, day: int) -> tuple[Lot, ...]:
    """The lots after so many kits of those that have come were taken, the earliest expiry first; no empty ones."""
    found = []
    for lot in sorted(lots, key=lambda lot: (lot.expires, lot.arrives)):
        number = min(wanted, lot.kits) if lot.arrives <= day else 0
        wanted -= number
        found.append(replace(lot, kits=lot.kits - number))
    return tuple(lot for lot in found if lot.kits > 0)


def _review(
    supply: Supply,
    demand: Demand,
    day: int,
    ahead: Mapping[Place, Sequence[Need]],
    shelves: dict[Place, tuple[Lot, ...]],
    counts: Mapping[str, Counter[str]],
) -> None:
    """Sends to each open site what its participants will need; the buffers count until the last randomisation."""
    for (site, kind), lots in shelves.items():
        if demand.opens[site] > day:
            continue
        kit, plan = supply.kits[kind], ahead.get((site, kind), ())
        least, most = (kit.minimum, kit.maximum) if day < demand.closed else (0, 0)
        lots = _unexpired(lots, day, kind, counts)
        have = sum(lot.kits for lot in lots)
        number = 0
        if have < least + needed(plan, day, supply.trigger_weeks):
            number = max(0, most + needed(plan, day, supply.resupply_weeks) - have)
        counts["shipped"][kind] += number
        shelves[site, kind] = _sent(lots, kit, number, day, day + supply.lead_days)
