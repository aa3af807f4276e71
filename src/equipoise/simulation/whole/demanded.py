"""What the ledger of a whole trial asks of the stock of its sites: who was dispensed how much, where and when, and
what the calendar plans for those on treatment."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from equipoise.analysis.data.datasets import day
from equipoise.analysis.data.rows import Participant
from equipoise.ledger import events as types
from equipoise.ledger.entry import Event
from equipoise.simulation.scenario import Kit
from equipoise.simulation.supplies import planned_supplies
from equipoise.simulation.whole.kits import Demand, Stay, Visit, stocked
from equipoise.simulation.whole.primary import Case


def kits(case: Case, kept: Sequence[Participant]) -> dict[str, float]:
    """By column, what became of the kits of those who took part; nothing where no supply is simulated."""
    if case.scenario.supply is None:
        return {}
    found = stocked(case.scenario.supply, demand(case, kept))
    columns = {
        "shipped": found.shipped,
        "used": found.used,
        "expired": found.expired,
        "left": found.left,
        "stockouts": found.stockouts,
    }
    return {f"{stem}.{name}": number for stem, by in columns.items() for name, number in by.items()}


def demand(case: Case, kept: Sequence[Participant]) -> Demand:
    """The days of the trial at its sites, from its events."""
    start = date.fromisoformat(case.scenario.start)
    of_each: dict[str, list[Event]] = {row.subject: [] for row in kept}
    visits: dict[tuple[int, str, str], Counter[str]] = defaultdict(Counter)
    for event in case.made.events:
        if event.participant not in of_each:
            continue
        if event.type == types.DOSE_DISPENSED:
            where = ((day(event) - start).days, event.site or "", event.participant)
            visits[where][event.data["regimen"]] += Decimal(event.data["quantity"])
        if event.type in (types.DOSE_DISPENSED, types.TREATMENT_STOPPED, types.STUDY_ENDED):
            of_each[event.participant].append(event)
    stays = [stay(case, row, of_each[row.subject], start) for row in kept]
    return Demand(
        opens={site.site: site.opens for site in case.scenario.sites},
        closed=(kept[-1].randomised_on - start).days,
        stays=[each for each in stays if each is not None],
        visits=[
            Visit(day=on, site=site, kits=whole_kits(case, given))
            for (on, site, _), given in sorted(visits.items(), key=lambda each: each[0][0])
        ],
    )


def whole_kits(case: Case, units: Mapping[str, Decimal]) -> dict[str, int]:
    """Kits that hold so many units, by kind: whole ones."""
    assert case.scenario.supply is not None
    declared = case.scenario.supply.kits
    return {name: _rounded(units.get(name, Decimal(0)), kit) for name, kit in declared.items()}


def _rounded(units: Decimal, kit: Kit) -> int:
    return math.ceil(units / kit.units)


def stay(case: Case, row: Participant, events: Sequence[Event], start: date) -> Stay | None:
    """The time of a participant on treatment, with later supplies planned as large as the first one for its days; None
    for who was never dispensed anything."""
    given = [event for event in events if event.type == types.DOSE_DISPENSED]
    if not given:
        return None
    first = {event.data["regimen"]: event for event in reversed(given)}
    planned = planned_supplies(case.study, case.scenario)
    began = (row.randomised_on - start).days
    needs = []
    for supply in planned[1:]:
        units = {
            name: Decimal(event.data["quantity"]) * supply.covers / Decimal(event.data["days"])
            for name, event in first.items()
        }
        needs.append((began + supply.middle, whole_kits(case, units)))
    ended = [day(event) for event in events if event.type != types.DOSE_DISPENSED]
    return Stay(
        site=row.randomising_site,
        begins=began,
        ends=(min(ended) - start).days if ended else began + case.scenario.treatment_days,
        planned=needs,
    )
