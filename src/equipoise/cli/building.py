"""Writes the pages of many studies with several processes, each with the index open.

Every process has the same picture of the trials that run here: it was taken once, before the first page.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

from equipoise.registry.index import open_index
from equipoise.registry.page.pages import Live, Shelf
from equipoise.registry.page.static_site import groups, write_list, write_study

FEW = 40
"""So many pieces are written by this process alone: another takes a second to begin."""

Piece = str | int  # the number of a study, or a page of the list
_work: list[tuple[Shelf, Path, Sequence[str]]] = []


def write_all(
    index: Path, out: Path, numbers: Sequence[str], live: Mapping[str, Live], today: date, workers: int
) -> Iterator[Piece]:
    """Writes every study and every list; gives each piece when it is done. Errors: REGI-035, REGI-005."""
    pieces: list[Piece] = [*range(1, len(groups(numbers)) + 1), *numbers]
    # Rules are for matching, which needs a server; they cannot leave this process.
    given = (
        index,
        out,
        tuple(numbers),
        {name: replace(one, rules=None) for name, one in live.items()},
        today,
    )
    if workers < 2 or len(pieces) <= FEW:
        begin(*given)
        yield from map(write, pieces)
        return
    # Not forked: the search library has threads of its own, which a forked process would miss.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=begin, initargs=given) as pool:
        yield from pool.map(write, pieces, chunksize=8)


def begin(index: Path, out: Path, numbers: Sequence[str], live: Mapping[str, Live], today: date) -> None:
    """What a process does before its first piece."""
    _work[:] = [(Shelf(index=open_index(index), today=today, live=live), out, numbers)]


def write(piece: Piece) -> Piece:
    """Writes one piece."""
    shelf, out, numbers = _work[0]
    if isinstance(piece, int):
        write_list(shelf, out, numbers, piece)
    else:
        write_study(shelf, out, piece)
    return piece
