"""Allocations, and the tallies that the next one is drawn from.

Tallies are a fold of the allocations: how many each stratum has had, where its current block began, and how
many each arm has at each level of each factor. One more allocation costs the same however many came before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from equipoise.allocation.errors import allocation_error
from equipoise.allocation.strata import stratum_levels


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """One place of the list.

    scheme: the scheme's name. stratum: its name. slot: the place in the stratum (lists) or in the trial
    (minimisation), from 1; 0 for an arm that was given outside the list, which takes no place. block: the
    slot at which its block began, 1 for a list without blocks; 0 where there is no list (minimisation).
    """

    scheme: str
    stratum: str
    slot: int
    block: int
    arm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tallies:
    """What is needed of the past to draw the next allocation.

    slots: allocations so far, by stratum. blocks: the first slot of the current block, by stratum.
    listed: allocations so far that took a place, by stratum and arm.
    margins: allocations so far by factor, level and arm, those given outside the list among them.
    total: all that took a place.
    """

    slots: Mapping[str, int] = field(default_factory=dict)
    blocks: Mapping[str, int] = field(default_factory=dict)
    listed: Mapping[tuple[str, str], int] = field(default_factory=dict)
    margins: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    total: int = 0


def empty_tallies() -> Tallies:
    """The tallies before the first allocation."""
    return Tallies()


def after(tallies: Tallies, allocation: Allocation) -> Tallies:
    """The tallies with one more allocation. Raises ALLO-023 for one that is not the next."""
    margins = dict(tallies.margins)
    for factor, level in stratum_levels(allocation.stratum).items():
        key = (factor, level, allocation.arm)
        margins[key] = margins.get(key, 0) + 1
    if not allocation.slot:
        return replace(tallies, margins=margins)
    stratum = allocation.stratum
    used = tallies.slots.get(stratum, 0)
    expected = (used if allocation.block else tallies.total) + 1
    if allocation.slot != expected:
        raise allocation_error("ALLO-023", stratum, f"slot {allocation.slot}, expected {expected}")
    given = (stratum, allocation.arm)
    return Tallies(
        slots={**tallies.slots, stratum: used + 1},
        blocks={**tallies.blocks, stratum: allocation.block},
        listed={**tallies.listed, given: tallies.listed.get(given, 0) + 1},
        margins=margins,
        total=tallies.total + 1,
    )


def counted(tallies: Tallies, data: Mapping[str, Any]) -> Tallies:
    """The tallies with one more allocation, as its event keeps it. Raises ALLO-023 and ALLO-024."""
    return after(tallies, allocation_from(data))


def allocation_data(allocation: Allocation) -> dict[str, str]:
    """The allocation as an event keeps it: numbers as text."""
    return {
        "scheme": allocation.scheme,
        "stratum": allocation.stratum,
        "slot": str(allocation.slot),
        "block": str(allocation.block),
        "arm": allocation.arm,
    }


def allocation_from(data: Mapping[str, Any]) -> Allocation:
    """The allocation that an event keeps; an empty slot is one given outside the list. Raises ALLO-024."""
    try:
        return Allocation(
            scheme=data["scheme"],
            stratum=data["stratum"],
            slot=int(data["slot"] or 0),
            block=int(data.get("block") or 0),
            arm=data["arm"],
        )
    except (KeyError, ValueError) as error:
        raise allocation_error("ALLO-024", "allocation", str(error)) from error
