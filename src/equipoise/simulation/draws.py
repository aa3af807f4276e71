"""Virtual draws: keyed by seed, participant, moment and purpose, never one running stream.

So a change in what one participant does, or in the order of work, changes nothing for anybody else, and two arms of
one participant share all draws that do not name the arm.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from statistics import NormalDist

from equipoise.allocation import Seal, blocks_commitment, hmac_draw, seed_commitment
from equipoise.conduct.command import SealedDraws

_NORMAL = NormalDist()
_STEP = 1.0 / 2**53


class Draws:
    """The draws of one simulated trial. A key is any text; the same key gives the same number, for ever."""

    __slots__ = ("_copy", "_key")

    def __init__(self, seed: int) -> None:
        self._key = hashlib.sha256(b"equipoise-simulation-1|" + str(seed).encode()).digest()
        self._copy = hashlib.blake2b(digest_size=8, key=self._key).copy

    def bits(self, key: str) -> int:
        """64 bits."""
        begun = self._copy()
        begun.update(key.encode())
        return int.from_bytes(begun.digest())

    def uniform(self, key: str) -> float:
        """In [0, 1), with 53 of the bits."""
        begun = self._copy()
        begun.update(key.encode())
        return (int.from_bytes(begun.digest()) >> 11) * _STEP

    def chance(self, probability: float, key: str) -> bool:
        """True with this probability."""
        return probability > 0 and self.uniform(key) < probability

    def between(self, low: int, high: int, key: str) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.uniform(key) * (high - low + 1))

    def normal(self, mean: float, deviation: float, key: str) -> float:
        """Normal, by the inverse of the distribution function."""
        return mean + deviation * _NORMAL.inv_cdf(max(self.uniform(key), _STEP))

    def waiting(self, per_month: float, key: str) -> float:
        """Days until the next event of a Poisson process with this mean number in 30 days; infinite for 0."""
        if per_month <= 0:
            return math.inf
        return -math.log1p(-self.uniform(key)) * 30.0 / per_month

    def choose(self, weights: dict[str, float], key: str) -> str:
        """One of the keys, by weight."""
        return weighted(weights)(self.uniform(key))

    def salt(self, number: int) -> bytes:
        """The salt of the ledger's n-th event: 32 bytes."""
        return hashlib.blake2b(f"salt|{number}".encode(), digest_size=32, key=self._key).digest()


def weighted(weights: Mapping[str, float]) -> Callable[[float], str]:
    """Which of the keys a number in [0, 1) chooses, by weight."""
    total, parts = sum(weights.values()), tuple(weights.items())

    def choose(drawn: float) -> str:
        left = drawn * total
        for name, weight in parts:
            left -= weight
            if left < 0:
                return name
        return parts[-1][0]

    return choose


def sealed(seal: Seal, committed: bool) -> SealedDraws:
    """The sealed side of randomisation from a seal; `committed` when the definition commits to block sizes."""
    return SealedDraws(
        draw=hmac_draw(seal.seed),
        block_sizes=seal.block_sizes,
        seed_commitment=seed_commitment(seal),
        blocks_commitment=blocks_commitment(seal) if committed else None,
    )


def clock(day: datetime, minutes: float) -> datetime:
    """A time of the day."""
    return day + timedelta(minutes=minutes)
