"""The index of related trials on disk: a main segment, smaller ones of changed records, and one pointer.

The pointer names the segments in use, which of their studies a later one replaces, and the sequence number of the
store up to which they hold. It is replaced in one step; segments never change. So a reader has the old index or
the new one, and one that was opened before an update sees the update at its next question. When the changed
records come to a tenth of the studies, all is made anew from the store, with fresh rarities.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from equipoise.registry.errors import RegistryError
from equipoise.registry.errors_index import index_error
from equipoise.registry.interfaces import Store, Stored
from equipoise.registry.related.build import Frozen, freeze, frozen_rarity, write_segment
from equipoise.registry.related.files import mapped
from equipoise.registry.related.segment import Segment
from equipoise.registry.related.spool import Spool

FORMAT = 1
POINTER = "related.json"
ANEW_FROM = 0.1
MOST_SEGMENTS = 12


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One segment in use: its folder, how many studies it has, and the file of those replaced ("" for none)."""

    folder: str
    studies: int
    dead: str = ""


class Pointer(msgspec.Struct, frozen=True, kw_only=True):
    """What is in use. `mean` is the mean length of a body; `made` counts the segments ever made."""

    format: int = FORMAT
    sequence: int = 0
    mean: float = 1.0
    made: int = 0
    pieces: tuple[Piece, ...] = ()


DECODER = msgspec.json.Decoder(Pointer)  # made before there can be a second thread, as `record.DECODER` says


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The segments of one moment, the newest last."""

    pointer: Pointer
    segments: tuple[Segment, ...]


def make(path: Path) -> None:
    """Makes an empty index in this folder. Errors: REGI-032 (cannot be written)."""
    with coded(path):
        write_pointer(path, Pointer())


def read_pointer(path: Path) -> Pointer:
    """The pointer. Errors: REGI-031 (of another version), REGI-034 (damaged, or not there)."""
    try:
        written = (path / POINTER).read_bytes()
        content: Any = json.loads(written)
    except (OSError, ValueError) as error:
        raise index_error("REGI-034", str(path / POINTER), str(error)) from error
    found = content.get("format") if isinstance(content, dict) else None
    if found != FORMAT:
        raise index_error("REGI-031", str(path / POINTER), f"format {found}, expected {FORMAT}")
    try:
        return DECODER.decode(written)
    except msgspec.ValidationError as error:
        raise index_error("REGI-034", str(path / POINTER), str(error)) from error


def write_pointer(path: Path, pointer: Pointer) -> None:
    """Puts a pointer in the place of the one before, in one step."""
    aside = path / f"{POINTER}.new"
    with aside.open("wb") as file:
        file.write(msgspec.json.encode(pointer))
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path / POINTER)


def open_all(path: Path) -> Opened:
    """The segments in use now. Errors: those of `read_pointer`, and REGI-034 for a damaged segment."""
    pointer = read_pointer(path)
    try:
        return Opened(pointer=pointer, segments=tuple(opened(path, piece) for piece in pointer.pieces))
    except RegistryError:
        # A writer may have replaced and removed what the pointer named a moment ago; then it names something else.
        again = read_pointer(path)
        if again == pointer:
            raise
        return Opened(pointer=again, segments=tuple(opened(path, piece) for piece in again.pieces))


def opened(path: Path, piece: Piece) -> Segment:
    """One segment."""
    dead = mapped(path / piece.dead, np.int32) if piece.dead else np.zeros(0, np.int32)
    return Segment(path / piece.folder, studies=piece.studies, dead=dead)


@contextmanager
def coded(path: Path) -> Iterator[None]:
    """Turns an error of the disk into REGI-032. What is in use has not changed."""
    try:
        yield
    except OSError as error:
        raise index_error("REGI-032", str(path), error.strerror or str(error)) from error


def update(path: Path, store: Store, records: Iterable[Stored], *, head: int) -> None:
    """Takes these records in place of older versions; visible in one step, as of `head`.

    Errors: REGI-031, REGI-032 (nothing is visible then), REGI-034.
    """
    before = open_all(path)
    with coded(path):
        clear(path, before.pointer)
        folder = path / f"segment-{before.pointer.made + 1}"
        folder.mkdir()
        spool = Spool(folder)
        spool.take(records)
        after = added(path, store, before, spool, folder, head=head)
        write_pointer(path, after)
        clear(path, after)


def added(path: Path, store: Store, before: Opened, spool: Spool, folder: Path, *, head: int) -> Pointer:
    """The pointer that takes in what is spooled: nothing, one more segment, or all made anew."""
    pointer = before.pointer
    if not len(spool):
        return msgspec.structs.replace(pointer, sequence=max(head, pointer.sequence))
    changed = len(spool) + sum(piece.studies for piece in pointer.pieces[1:])
    if not pointer.pieces:
        return main_segment(path, spool, folder, made=pointer.made + 1, head=head)
    if changed > ANEW_FROM * pointer.pieces[0].studies:
        spool = respooled(spool, folder, store.records(at=head))
        return main_segment(path, spool, folder, made=pointer.made + 1, head=head)
    kept = len(pointer.pieces)
    if kept >= MOST_SEGMENTS:
        spool = respooled(spool, folder, together(before, spool, store, head=head))
        kept = 1
    main = pointer.pieces[0]
    frozen = Frozen(idf=frozen_rarity(path / main.folder, main.studies), mean=pointer.mean)
    write_segment(folder, spool, frozen)
    pieces = tuple(
        buried(path, piece, segment, spool, pointer.made + 1)
        for piece, segment in zip(pointer.pieces[:kept], before.segments[:kept], strict=True)
    )
    new = Piece(folder=folder.name, studies=len(spool))
    spool.remove()
    return msgspec.structs.replace(pointer, sequence=head, made=pointer.made + 1, pieces=(*pieces, new))


def respooled(spool: Spool, folder: Path, records: Iterable[Stored]) -> Spool:
    """A spool of these records in the place of another."""
    spool.remove()
    fresh = Spool(folder)
    fresh.take(records)
    return fresh


def together(before: Opened, spool: Spool, store: Store, *, head: int) -> Iterator[Stored]:
    """The records of all segments but the main one, and those just spooled."""
    numbers = {number.decode() for number in spool.numbers}
    for segment in before.segments[1:]:
        numbers.update(map(segment.number, range(segment.studies)))
    for number in sorted(numbers):
        stored = store.record(number, at=head)
        if stored is not None:
            yield stored


def main_segment(path: Path, spool: Spool, folder: Path, *, made: int, head: int) -> Pointer:
    """Makes the main segment of all that is spooled, with rarities of its own."""
    frozen = freeze(spool, folder)
    write_segment(folder, spool, frozen)
    piece = Piece(folder=folder.name, studies=len(spool))
    spool.remove()
    return Pointer(sequence=head, mean=frozen.mean, made=made, pieces=(piece,))


def buried(path: Path, piece: Piece, segment: Segment, spool: Spool, made: int) -> Piece:
    """The piece, with the studies that the spooled ones replace marked as dead."""
    places = [segment.place(number.decode()) for number in spool.numbers]
    fresh = [place for place in places if place is not None]
    if not fresh:
        return piece
    dead: NDArray[np.int32] = np.union1d(segment.dead, np.array(fresh, np.int32)).astype(np.int32)
    name = f"dead-{piece.folder}-{made}.npy"
    np.save(path / name, dead)
    return msgspec.structs.replace(piece, dead=name)


def clear(path: Path, pointer: Pointer) -> None:
    """Removes what no pointer names: what was replaced, and what an interrupted update left."""
    used = {piece.folder for piece in pointer.pieces} | {piece.dead for piece in pointer.pieces}
    for each in path.iterdir():
        if each.name in used or not each.name.startswith(("segment-", "dead-")):
            continue
        if each.is_dir():
            shutil.rmtree(each, ignore_errors=True)
        else:
            each.unlink(missing_ok=True)
