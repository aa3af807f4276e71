"""A segment, opened: the studies in it, their vectors, and the search for those nearest to a vector.

The search has two steps. The first adds up the postings of the slots that can matter most, until a budget of
postings is spent: long lists of common words cost most and say least, so they are what is left out. The second
scores the best few hundred exactly from their own vectors. A test holds the answer to that of the reference.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from equipoise.registry.errors_index import index_error
from equipoise.registry.related.files import mapped
from equipoise.registry.related.scheme import ENDS, SHARES, SLOTS, group_of

BUDGET = 400_000
CANDIDATES = 250


_threads = threading.local()


def _room() -> NDArray[np.float32]:
    """A weight for every slot, all 0, of each thread, which leaves it so: making it anew costs more than its use."""
    if not hasattr(_threads, "weight"):
        _threads.weight = np.zeros(SLOTS, np.float32)
    return _threads.weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The weights of a study's text at length 1, by slot."""

    slots: NDArray[np.uint32]
    weights: NDArray[np.float32]


def shared(one: Body, other: Body) -> NDArray[np.float32]:
    """What each slot of the other adds to the cosine of the two; 0 where the one does not have it."""
    weight = _room()
    weight[one.slots] = one.weights
    added = weight[other.slots] * other.weights
    weight[one.slots] = 0
    return added


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """A study's vector: slots, weights as stored, and its own length's ratio to the pivoted one."""

    slots: NDArray[np.uint32]
    weights: NDArray[np.float32]
    ratio: float

    def asking(self) -> NDArray[np.float32]:
        """The weights with which this study asks for others: its own length alone, and each group's share."""
        group = group_of(self.slots)
        return self.weights * SHARES[group] * np.where(group == 0, np.float32(self.ratio), np.float32(1))

    def body(self) -> Body:
        """The weights of its text, at length 1."""
        size = int(np.searchsorted(self.slots, ENDS[0]))  # slots rise, and those of the body come first
        return Body(slots=self.slots[:size], weights=self.weights[:size] * np.float32(self.ratio))


class Segment:
    """The files of one segment. Its studies are numbered from 0; `dead` are those that a later one replaces."""

    def __init__(self, folder: Path, *, studies: int, dead: NDArray[np.int32]) -> None:
        self.folder = folder
        self.studies = studies
        self.dead = dead
        self._starts = mapped(folder / "starts.npy", np.int64, length=studies + 1)
        entries = int(self._starts[-1])
        self._slots = mapped(folder / "slots.npy", np.uint32, length=entries)
        self._weights = mapped(folder / "weights.npy", np.float16, length=entries)
        self._ratio = mapped(folder / "ratio.npy", np.float32, length=studies)
        self.sponsors = mapped(folder / "sponsors.npy", np.uint32, length=studies)
        self._terms = mapped(folder / "terms.npy", np.uint32)
        self._ends = mapped(folder / "ends.npy", np.int64, length=len(self._terms))
        self._scales = mapped(folder / "scales.npy", np.float32, length=len(self._terms))
        self._posted = mapped(folder / "studies.npy", np.int32, length=entries)
        self._coarse = mapped(folder / "coarse.npy", np.uint8, length=entries)
        self._numbers = mapped(folder / "numbers.npy", np.bytes_, length=studies)
        self._sorted = mapped(folder / "sorted.npy", np.bytes_, length=studies)
        self._order = mapped(folder / "order.npy", np.int32, length=studies)
        if int(self._starts[0]) != 0 or (len(self._ends) and int(self._ends[-1]) != entries):
            raise index_error("REGI-034", str(folder), "its vectors and its postings disagree")

    def number(self, study: int) -> str:
        """The registry's number of a study."""
        return self._numbers[study].decode()

    def place(self, nct_id: str) -> int | None:
        """Which study has this number; None when none has, or a later segment has it."""
        sought = nct_id.encode("utf-8", "replace")
        at = int(np.searchsorted(self._sorted, sought))
        if at == self.studies or self._sorted[at] != sought or int(self._order[at]) in self.dead:
            return None
        return int(self._order[at])

    def vector(self, study: int) -> Vector:
        """The vector of a study."""
        inside = slice(int(self._starts[study]), int(self._starts[study + 1]))
        return Vector(
            slots=self._slots[inside].copy(),
            weights=self._weights[inside].astype(np.float32),
            ratio=float(self._ratio[study]),
        )

    def frequency(self, slots: NDArray[np.uint32]) -> NDArray[np.int64]:
        """In how many of its studies each of these slots is; 0 for one that weighs nothing."""
        first, after = (np.searchsorted(self._terms, slots, side=side) for side in ("left", "right"))
        found = np.zeros(len(slots), np.int64)
        there = after > first
        last = after[there] - 1
        found[there] = self._ends[last] - np.where(last > 0, self._ends[last - 1], 0)
        return found

    def nearest(
        self, slots: NDArray[np.uint32], asked: NDArray[np.float32], top: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The studies with the greatest exact scores, and these; `top` of them or fewer. Those without are left out."""
        found = self._candidates(slots, asked, max(CANDIDATES, 4 * top))
        scores = self._exact(found, slots, asked)
        order = np.lexsort((found, -scores))[:top]
        order = order[scores[order] > 0]
        return found[order], scores[order]

    def _candidates(
        self, slots: NDArray[np.uint32], asked: NDArray[np.float32], wanted: int
    ) -> NDArray[np.int64]:
        lists = self._lists(slots, asked)
        if not lists:
            return np.zeros(0, np.int64)
        studies = np.concatenate([self._posted[start:end] for start, end, _ in lists])
        weights = np.concatenate([self._coarse[start:end] for start, end, _ in lists]).astype(np.float32)
        # As small as the numbers of the studies, or all of these would be made larger.
        starts = np.cumsum([0, *(end - start for start, end, _ in lists)]).astype(np.int32)
        table = csc_array((weights, studies, starts), shape=(self.studies, len(lists)))
        scores = table @ np.array([factor for _, _, factor in lists], np.float32)
        scores[self.dead] = 0
        return best(scores, wanted)

    def _lists(self, slots: NDArray[np.uint32], asked: NDArray[np.float32]) -> list[tuple[int, int, float]]:
        """The postings to add up: (start, end, weight of one step), the most telling first, within the budget."""
        at = np.searchsorted(self._terms, slots)
        there = at < len(self._terms)
        there[there] = self._terms[at[there]] == slots[there]
        at, factor = at[there], asked[there] * self._scales[at[there]]
        ends = self._ends[at]
        starts = np.where(at > 0, self._ends[at - 1], 0)
        kept, left = [], BUDGET
        for each in np.argsort(-factor, kind="stable").tolist():
            size = int(ends[each] - starts[each])
            if size <= left:
                left -= size
                kept.append((int(starts[each]), int(ends[each]), float(factor[each])))
        return kept

    def _exact(
        self, studies: NDArray[np.int64], slots: NDArray[np.uint32], asked: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """The exact score of each of these studies."""
        starts = self._starts[studies]
        sizes = self._starts[studies + 1] - starts
        ends = np.cumsum(sizes)
        place = np.arange(int(sizes.sum())) + np.repeat(starts - (ends - sizes), sizes)
        weight = _room()
        weight[slots] = asked
        products = weight[self._slots[place]] * self._weights[place]
        weight[slots] = 0
        row = np.repeat(np.arange(len(studies)), sizes)
        return np.bincount(row, products, len(studies)).astype(np.float32)


def best(scores: NDArray[np.float32], wanted: int) -> NDArray[np.int64]:
    """The places of about `wanted` greatest scores above 0, or of all when there are fewer; in no order.

    A first cut at a level that few can exceed saves partitioning half a million scores of which most are small.
    """
    level = float(scores.max(initial=0.0)) / 2
    while level > 1e-4:
        found = np.flatnonzero(scores > level)
        if len(found) >= wanted:
            part = np.argpartition(-scores[found], wanted - 1)[:wanted]
            return found[part]
        level /= 1.5
    return np.flatnonzero(scores > 0)
