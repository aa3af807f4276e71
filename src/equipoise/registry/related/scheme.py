"""How terms become numbers: where each stands in a vector, and what it weighs.

A record is one sparse vector. Its terms are hashed into slots, each group into a range of its own, so that a new
word needs no vocabulary and an old index can take it. A weight is (frequency, damped) x (rarity) / (length):

    body    log(1 + n) x idf / (0.2 x mean length + 0.8 x own length)
    others  idf / own length

and the score of two studies is the sum over their common slots, each group with its share. Lengths are Euclidean.
The pivot of 0.2 keeps a very short record from coming first because it has nothing that differs. The record that
is asked about has its own length alone, which changes no order. Terms in more than a fifth of all studies weigh
nothing. docs/explanation/related-trials.md says how this was chosen and measured.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from equipoise.registry.related.terms import Terms

# Group: how many slots it has, its share of the score, and the largest part of all studies a term may be in.
GROUPS: dict[str, tuple[int, float, float]] = {
    "body": (1 << 23, 1.0, 0.2),
    "condition": (1 << 18, 0.05, 0.2),
    "intervention": (1 << 19, 0.03, 0.05),
    "people": (1 << 20, 0.10, 0.2),
    "phase": (1 << 12, 0.01, 1.0),
}
NAMES = tuple(GROUPS)
SIZES = np.array([size for size, _, _ in GROUPS.values()])
SHARES = np.array([share for _, share, _ in GROUPS.values()], np.float32)
ENDS = np.cumsum(SIZES)
SLOTS = int(ENDS[-1])
PIVOT = 0.8
# In a small collection a fifth is a handful, and a word that five studies share is no common word.
COMMON_AT_LEAST = 20
MOST_KNOWN = 400_000

Row = tuple[NDArray[np.uint32], NDArray[np.uint8]]


class _Slots(dict[str, int]):
    """The slots of the words of one group, remembered."""

    def __init__(self, group: int) -> None:
        super().__init__()
        self._first = int(ENDS[group] - SIZES[group])
        self._size = int(SIZES[group])

    def __missing__(self, word: str) -> int:
        if len(self) > MOST_KNOWN:
            self.clear()
        slot = self._first + zlib.crc32(word.encode("utf-8", "surrogatepass")) % self._size
        self[word] = slot
        return slot


class Slots:
    """Gives the slots of words. Not shared between threads; it remembers what it has seen."""

    def __init__(self) -> None:
        self._groups = tuple(_Slots(number) for number in range(len(NAMES)))

    def of(self, group: str, words: Iterable[str]) -> list[int]:
        """The slots of these words of a group."""
        return list(map(self._groups[NAMES.index(group)].__getitem__, words))

    def row(self, record: Terms) -> Row:
        """The slots of a record in rising order, and how often each occurs (255 at most; 1 outside the body)."""
        slots = self.of("body", record.body)
        counts = [*map(int, record.body.values())]
        for name in NAMES[1:]:
            slots += self.of(name, getattr(record, name))
        counts += [1] * (len(slots) - len(counts))
        placed = np.array(slots, np.uint32)
        order = np.argsort(placed, kind="stable")
        return placed[order], np.minimum(np.array(counts, np.int64), 255).astype(np.uint8)[order]


def group_of(slots: NDArray[np.uint32]) -> NDArray[np.int64]:
    """The number of the group of each slot."""
    return np.searchsorted(ENDS, slots, side="right")


def rarity(slots: NDArray[np.uint32], frequency: NDArray[np.int32], studies: int) -> NDArray[np.float32]:
    """The idf of these slots: log((N + 1) / (df + 1)) + 1, or 0 where too many studies have the term."""
    most = np.array([part for _, _, part in GROUPS.values()])[group_of(slots)]
    common = frequency > np.maximum(most * studies, COMMON_AT_LEAST)
    return np.where(common, 0, np.log((studies + 1) / (frequency + 1.0)) + 1).astype(np.float32)


def rarity_of_new(studies: int) -> float:
    """The idf of a term that none of the studies has."""
    return math.log(studies + 1) + 1


def unscaled(
    slots: NDArray[np.uint32], counts: NDArray[np.uint8], idf: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The weights before they are divided by a length."""
    return np.log1p(counts.astype(np.float32)) * idf[slots]


def divisors(lengths: NDArray[np.float32], mean: float) -> NDArray[np.float32]:
    """By what the weights of each study (row) and group (column) are divided; never 0."""
    divided = lengths.copy()
    divided[:, 0] = (1 - PIVOT) * mean + PIVOT * lengths[:, 0]
    return np.where(lengths > 0, divided, 1).astype(np.float32)
