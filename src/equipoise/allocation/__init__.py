"""Randomisation from sealed draws: lists, permuted blocks, minimisation, and the proof of the list afterwards.

Pure Python. A scheme, a stratum, the tallies of the past and a draw give an allocation, always the same one.
"""

from equipoise.allocation.blocks import PermutedBlocks
from equipoise.allocation.draws import Draw, hmac_draw
from equipoise.allocation.errors import AllocationError
from equipoise.allocation.lists import (
    BiasedCoin,
    Complete,
    ListScheme,
    Maximal,
    RandomAllocationRule,
    Urn,
)
from equipoise.allocation.minimisation import Minimisation
from equipoise.allocation.schemes import Scheme, allocate, check_history, regenerate
from equipoise.allocation.seal import (
    Seal,
    blocks_commitment,
    check_opened,
    seal_data,
    seal_from,
    seed_commitment,
)
from equipoise.allocation.strata import stratum_levels, stratum_name
from equipoise.allocation.tallies import (
    Allocation,
    Tallies,
    allocation_data,
    allocation_from,
    counted,
    empty_tallies,
)

__all__ = [
    "Allocation",
    "AllocationError",
    "BiasedCoin",
    "Complete",
    "Draw",
    "ListScheme",
    "Maximal",
    "Minimisation",
    "PermutedBlocks",
    "RandomAllocationRule",
    "Scheme",
    "Seal",
    "Tallies",
    "Urn",
    "allocate",
    "allocation_data",
    "allocation_from",
    "blocks_commitment",
    "check_history",
    "check_opened",
    "counted",
    "empty_tallies",
    "hmac_draw",
    "regenerate",
    "seal_data",
    "seal_from",
    "seed_commitment",
    "stratum_levels",
    "stratum_name",
]
