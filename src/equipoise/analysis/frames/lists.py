"""A randomisation list as a frame, made by the code that randomises participants."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from equipoise.allocation import Scheme, allocate, allocation_data, counted, empty_tallies, hmac_draw

if TYPE_CHECKING:
    import polars


def randomisation_list(
    scheme: Scheme, places: int, *, strata: Sequence[str] = ("all",), seed: bytes | int
) -> polars.DataFrame:
    """The first `places` allocations of each stratum under a scheme: columns `stratum`, `place`, `block`, `arm`.

    scheme: `PermutedBlocks`, `Complete`, `BiasedCoin`, `Urn`, ...; seed: 32 secret bytes, or a number for a list that
    is no secret. The same seed gives the same list, and the engine that randomises live gives the same arms. Raises
    ALLO-021 where a stratum has fewer places. Source: Rosenberger and Lachin, Randomization in Clinical Trials, 2016.

    >>> blocks = eq.PermutedBlocks(arms=("new", "old"), ratio=(1, 1), block_sizes=(4, 6))
    >>> eq.randomisation_list(blocks, 6, strata=["site=01"], seed=1)["arm"].to_list()
    ['old', 'new', 'new', 'old', 'old', 'old']
    """
    import polars

    secret = seed if isinstance(seed, bytes) else hashlib.sha256(f"list {seed}".encode()).digest()
    draw, tallies, rows = hmac_draw(secret), empty_tallies(), []
    for stratum in strata:
        for place in range(1, places + 1):
            found = allocate(scheme, stratum, tallies, draw)
            tallies = counted(tallies, allocation_data(found))
            rows.append({"stratum": stratum, "place": place, "block": found.block, "arm": found.arm})
    return polars.DataFrame(rows)
