"""Draws spread evenly over a sample: for each purpose, patient i of n draws from its own n-th of the unit interval.

With independent draws the shares of a sample of 2,000 patients are off by a percent, and each simulated trial would
inherit that. Spread draws (Latin hypercube sampling: McKay, Beckman and Conover, Technometrics 1979;21:239-245) have
the shares of each draw right to one in n, and those of what is made of them nearly so; each single patient is drawn
from the same distribution as ever.
"""

from __future__ import annotations

import numpy as np

from equipoise.simulation.draws import Draws


class SpreadDraws(Draws):
    """The draws of a sample of `size` patients whose keys are `name(0)` to `name(size - 1)`."""

    __slots__ = ("_places", "_seed", "_size")

    def __init__(self, seed: int, size: int) -> None:
        super().__init__(seed)
        self._seed = seed
        self._size = size
        self._places: dict[str, np.ndarray] = {}

    @staticmethod
    def name(index: int) -> str:
        """The key of a patient of the sample."""
        return f"patient {index}"

    def uniform(self, key: str) -> float:
        """In [0, 1): a place among the patients by purpose, and within that place as ever."""
        patient, _, purpose = key.partition("|")
        within = super().uniform(key)
        if not patient.startswith("patient "):
            return within
        if purpose not in self._places:
            order = np.random.default_rng([self._seed, super().bits(f"order|{purpose}")])
            self._places[purpose] = order.permutation(self._size).astype(np.int32)
        return (int(self._places[purpose][int(patient[8:])]) + within) / self._size
