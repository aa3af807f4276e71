"""One way to draw, whatever the scheme, and the proof afterwards: the whole list recomputed from the seal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from equipoise.allocation.blocks import PermutedBlocks
from equipoise.allocation.draws import Draw, hmac_draw
from equipoise.allocation.errors import allocation_error
from equipoise.allocation.seal import Seal
from equipoise.allocation.tallies import Allocation, Tallies, after, empty_tallies


class Scheme(Protocol):
    """What every scheme does."""

    @property
    def name(self) -> str: ...

    @property
    def arms(self) -> tuple[str, ...]: ...

    @property
    def ratio(self) -> tuple[int, ...]: ...

    def allocate(self, stratum: str, tallies: Tallies, draw: Draw) -> Allocation: ...


def allocate(scheme: Scheme, stratum: str, tallies: Tallies, draw: Draw) -> Allocation:
    """The next allocation of a scheme for a participant of a stratum, as `stratum_name` writes it.

    Pure: the tallies stay as they are. Raises ALLO-021 and ALLO-022.
    """
    allocation = scheme.allocate(stratum, tallies, draw)
    assert allocation.arm in scheme.arms
    return allocation


def regenerate(scheme: Scheme, seal: Seal, history: Sequence[Allocation]) -> tuple[Allocation, ...]:
    """Every allocation recomputed from the opened seal, for the strata of the history in its order.

    An arm that was given outside the list stays as recorded: no seed can give it.

    Raises ALLO-033 where the scheme was not built with the seal's block sizes.
    """
    if isinstance(scheme, PermutedBlocks) and scheme.block_sizes != seal.block_sizes:
        raise allocation_error("ALLO-033", scheme.name)
    draw = hmac_draw(seal.seed)
    tallies = empty_tallies()
    again: list[Allocation] = []
    for recorded in history:
        allocation = allocate(scheme, recorded.stratum, tallies, draw) if recorded.slot else recorded
        tallies = after(tallies, allocation)
        again.append(allocation)
    return tuple(again)


def check_history(scheme: Scheme, seal: Seal, history: Sequence[Allocation]) -> None:
    """Raises ALLO-034 at the first recorded allocation that the seal does not give."""
    for recorded, again in zip(history, regenerate(scheme, seal, history), strict=True):
        if recorded != again:
            place = f"{recorded.scheme}, {recorded.stratum}, slot {recorded.slot}"
            raise allocation_error("ALLO-034", place, f"{recorded.arm}, and the seed gives {again.arm}")
