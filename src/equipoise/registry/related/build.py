"""Makes a segment, the files in which a set of studies is found, from the rows put aside.

The rarity of terms and the mean length are taken once, from the studies of the main segment, and kept; segments of
changed records use the same, so that scores from all of them can be compared. Work is done a batch of studies at
a time; sizes are known beforehand, so every file is written once and in its final place.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from equipoise.registry.related.files import mapped, room
from equipoise.registry.related.scheme import (
    NAMES,
    SLOTS,
    divisors,
    group_of,
    rarity,
    rarity_of_new,
    unscaled,
)
from equipoise.registry.related.spool import Spool

STEPS = 255  # of the weights in postings, which only choose candidates


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """What the weights of every segment are made with: the rarity of each slot and the mean length of a body."""

    idf: NDArray[np.float32]
    mean: float


def freeze(spool: Spool, folder: Path) -> Frozen:
    """The rarity of terms and the mean length among these studies; the rarities are kept in the folder."""
    frequency = spool.frequency()
    used = np.flatnonzero(frequency).astype(np.uint32)
    np.save(folder / "rarity-slots.npy", used)
    np.save(folder / "rarity.npy", rarity(used, frequency[used], len(spool)))
    idf = frozen_rarity(folder, len(spool))
    lengths = measure(spool, idf)[:, 0]
    return Frozen(idf=idf, mean=float(lengths.mean()))


def frozen_rarity(folder: Path, studies: int) -> NDArray[np.float32]:
    """The rarity of every slot, as the main segment in this folder keeps it. Errors: REGI-034."""
    used = mapped(folder / "rarity-slots.npy", np.uint32)
    idf = np.full(SLOTS, rarity_of_new(studies), np.float32)
    idf[used] = mapped(folder / "rarity.npy", np.float32, length=len(used))
    return idf


def measure(spool: Spool, idf: NDArray[np.float32]) -> NDArray[np.float32]:
    """The Euclidean length of each study (row) in each group (column)."""
    lengths = np.zeros((len(spool), len(NAMES)), np.float32)
    for first, slots, counts, row in spool.batches():
        place = row * len(NAMES) + group_of(slots)
        studies = int(row[-1]) + 1 if len(row) else 0
        squares = np.bincount(place, unscaled(slots, counts, idf) ** 2.0, studies * len(NAMES))
        lengths[first : first + studies] = np.sqrt(squares).reshape(-1, len(NAMES))
    return lengths


def write_segment(folder: Path, spool: Spool, frozen: Frozen) -> None:
    """Writes the files of a segment into this folder. Raises OSError when the disk cannot hold them."""
    lengths = measure(spool, frozen.idf)
    divided = divisors(lengths, frozen.mean)
    ratio = np.where(lengths[:, 0] > 0, divided[:, 0] / np.maximum(lengths[:, 0], 1e-9), 1)
    np.save(folder / "ratio.npy", ratio.astype(np.float32))
    np.save(folder / "sponsors.npy", np.array(spool.sponsors, np.uint32))
    numbers = np.array(spool.numbers, np.bytes_)
    order = np.argsort(numbers, kind="stable").astype(np.int32)
    np.save(folder / "numbers.npy", numbers)
    np.save(folder / "sorted.npy", numbers[order])
    np.save(folder / "order.npy", order)
    frequency = write_rows(folder, spool, frozen, divided)
    write_postings(folder, frequency)


def write_rows(folder: Path, spool: Spool, frozen: Frozen, divided: NDArray[np.float32]) -> NDArray[np.int32]:
    """The vector of each study, one after another; how many studies have each slot with a weight."""
    frequency = np.zeros(SLOTS, np.int32)
    sizes = np.zeros(len(spool), np.int64)
    for first, slots, _, row in spool.batches():
        kept = frozen.idf[slots] > 0
        np.add.at(frequency, slots[kept], 1)
        counted = np.bincount(row[kept])
        sizes[first : first + len(counted)] = counted
    starts = np.concatenate(([0], np.cumsum(sizes)))
    np.save(folder / "starts.npy", starts)
    placed = room(folder / "slots.npy", np.uint32, (int(starts[-1]),))
    weights = room(folder / "weights.npy", np.float16, (int(starts[-1]),))
    at = 0
    for first, slots, counts, row in spool.batches():
        raw = unscaled(slots, counts, frozen.idf)
        kept = raw > 0
        end = at + int(kept.sum())
        placed[at:end] = slots[kept]
        weights[at:end] = (raw / divided[first + row, group_of(slots)])[kept]
        at = end
    return frequency


def write_postings(folder: Path, frequency: NDArray[np.int32], *, step: int = 2_000_000) -> None:
    """The studies of each slot, in order, with coarse weights: what finds candidates."""
    slots = np.load(folder / "slots.npy", mmap_mode="r")
    weights = np.load(folder / "weights.npy", mmap_mode="r")
    starts = np.load(folder / "starts.npy")
    used = np.flatnonzero(frequency)
    np.save(folder / "terms.npy", used.astype(np.uint32))
    ends = np.cumsum(frequency[used], dtype=np.int64)
    np.save(folder / "ends.npy", ends)
    highest = np.zeros(SLOTS, np.float32)
    for at in range(0, len(slots), step):
        np.maximum.at(highest, slots[at : at + step], weights[at : at + step].astype(np.float32))
    scale = highest[used] / STEPS
    np.save(folder / "scales.npy", scale.astype(np.float32))
    studies = room(folder / "studies.npy", np.int32, (len(slots),))
    coarse = room(folder / "coarse.npy", np.uint8, (len(slots),))
    cursor = ends - frequency[used]
    number = np.zeros(SLOTS, np.int32)
    number[used] = np.arange(len(used))
    for at in range(0, len(slots), step):
        term = number[slots[at : at + step]]
        order = np.argsort(term, kind="stable")
        term = term[order]
        counted = np.bincount(term, minlength=len(used))
        began = np.cumsum(counted) - counted
        place = cursor[term] + np.arange(len(term)) - began[term]
        study = np.searchsorted(starts, np.arange(at, at + len(term)), side="right") - 1
        studies[place] = study[order]
        exact = weights[at : at + step].astype(np.float32)[order]
        coarse[place] = np.ceil(exact / np.maximum(scale[term], 1e-12)).clip(1, STEPS)
        cursor += counted
