"""The rows of the records that an index is being made of, put aside in two plain files as they come.

Memory then holds one batch of rows, the number and sponsor of each study, and nothing that grows with the text.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from equipoise.registry.interfaces import Stored
from equipoise.registry.related.scheme import SLOTS, Slots
from equipoise.registry.related.terms import sponsor, terms

BATCH = 10_000


class Spool:
    """Rows on disk. Fill it with `take`; read it with `batches` as often as needed; end with `remove`."""

    def __init__(self, folder: Path) -> None:
        self._slots = folder / "slots.spool"
        self._counts = folder / "counts.spool"
        self.numbers: list[bytes] = []
        self.sponsors = array("I")
        self.sizes = array("I")

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, records: Iterable[Stored]) -> None:
        """Puts the rows of these records aside, in their order."""
        known = Slots()
        with self._slots.open("wb") as slots, self._counts.open("wb") as counts:
            for stored in records:
                row, often = known.row(terms(stored.data))
                slots.write(row.tobytes())
                counts.write(often.tobytes())
                self.numbers.append(stored.nct_id.encode())
                self.sponsors.append(sponsor_key(sponsor(stored.data)))
                self.sizes.append(len(row))

    def batches(self) -> Iterator[tuple[int, NDArray[np.uint32], NDArray[np.uint8], NDArray[np.int64]]]:
        """The first study, the slots, the counts and the row of each of them (from 0), a batch of rows at a time."""
        sizes = np.frombuffer(self.sizes, np.uint32).astype(np.int64)
        with self._slots.open("rb") as slots, self._counts.open("rb") as counts:
            for first in range(0, len(sizes), BATCH):
                inside = sizes[first : first + BATCH]
                total = int(inside.sum())
                row = np.repeat(np.arange(len(inside)), inside)
                yield (
                    first,
                    np.fromfile(slots, np.uint32, total),
                    np.fromfile(counts, np.uint8, total),
                    row,
                )

    def frequency(self) -> NDArray[np.int32]:
        """In how many studies each slot occurs."""
        counted = np.zeros(SLOTS, np.int32)
        for _, slots, _, _ in self.batches():
            np.add.at(counted, slots, 1)
        return counted

    def remove(self) -> None:
        """Removes the files."""
        self._slots.unlink()
        self._counts.unlink()


def sponsor_key(name: str) -> int:
    """A sponsor's name as a number, the same for the same letters and digits; 0 for none."""
    plain = "".join(each for each in name.casefold() if each.isalnum())
    return zlib.crc32(plain.encode("utf-8", "surrogatepass")) if plain else 0
