"""Stratified permuted blocks of random size.

Within a stratum, blocks follow one another. The size of a block is drawn from the sealed sizes; its content
is every arm in its exact share, in an order drawn uniformly. Both draws are labelled with the slot at which
the block begins, so any place of the list can be recomputed from the tallies and the seed alone.

Source: Matts JP, Lachin JM. Control Clin Trials 1988;9:327-344.
"""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.allocation.arms import check_arms, lowest_terms
from equipoise.allocation.draws import Draw, choose, label, shuffle
from equipoise.allocation.errors import allocation_error
from equipoise.allocation.tallies import Allocation, Tallies


@dataclass(frozen=True, slots=True, kw_only=True)
class PermutedBlocks:
    """Permuted blocks: each holds the arms in their ratio, in a random order; its size is drawn from `block_sizes`.

    ratio: whole shares in the order of the arms. A size that is listed twice is drawn twice as often. maximum: places
    a stratum has, or None for no limit. Raises ALLO-001 to ALLO-005 and ALLO-010.

    >>> scheme = eq.PermutedBlocks(arms=("new", "old"), ratio=(1, 1), block_sizes=(4, 6))
    >>> eq.randomisation_list(scheme, 6, seed=1)["arm"].to_list()
    ['new', 'old', 'old', 'new', 'old', 'old']
    """

    arms: tuple[str, ...]
    ratio: tuple[int, ...]
    block_sizes: tuple[int, ...]
    maximum: int | None = None
    name: str = "main"

    def __post_init__(self) -> None:
        check_arms(self.name, self.arms, self.ratio)
        if not self.block_sizes:
            raise allocation_error("ALLO-004", self.name)
        unit = sum(lowest_terms(self.ratio))
        for size in self.block_sizes:
            if size < 1 or size % unit:
                raise allocation_error("ALLO-003", self.name, f"{size}, and the sum is {unit}")
        if self.maximum is not None and self.maximum < 1:
            raise allocation_error("ALLO-005", self.name, str(self.maximum))

    def allocate(self, stratum: str, tallies: Tallies, draw: Draw) -> Allocation:
        """The next allocation of a stratum. Pure. Raises ALLO-021 where the stratum has no place left."""
        used = tallies.slots.get(stratum, 0)
        if self.maximum is not None and used >= self.maximum:
            raise allocation_error(
                "ALLO-021", f"{self.name}, {stratum}", f"{used} of {self.maximum} are used"
            )
        slot = used + 1
        start = tallies.blocks.get(stratum, 0)
        if not start or slot >= start + self.size(stratum, start, draw):
            start = slot
        arm = self.block(stratum, start, draw)[slot - start]
        return Allocation(scheme=self.name, stratum=stratum, slot=slot, block=start, arm=arm)

    def size(self, stratum: str, start: int, draw: Draw) -> int:
        """The size of the block that begins at a slot."""
        value = draw(label(scheme=self.name, stratum=stratum, slot=start, purpose="size"))
        return self.block_sizes[choose(value, len(self.block_sizes))]

    def block(self, stratum: str, start: int, draw: Draw) -> tuple[str, ...]:
        """The arms of the block that begins at a slot, in order."""
        ratio = lowest_terms(self.ratio)
        repeats = self.size(stratum, start, draw) // sum(ratio)
        content = [arm for arm, part in zip(self.arms, ratio, strict=True) for _ in range(part * repeats)]

        def place_draw(place: int) -> int:
            return draw(label(scheme=self.name, stratum=stratum, slot=start, purpose=f"order-{place}"))

        return shuffle(content, place_draw)
