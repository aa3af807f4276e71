"""A search that runs while the index is updated sees one commit: its studies, their number and its facets agree."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from equipoise.registry.index import RegistryIndex, open_part
from equipoise.registry.interfaces import Stored
from equipoise.registry.search.query import query
from tests.spec.registry import records

STUDIES, ROUNDS, READERS = 30, 12, 3


def kept(turn: int) -> Iterator[Stored]:
    """All studies, as they are after this round."""
    for place in range(1, STUDIES + 1):
        data = records.study(place, f"Round {turn}", conditionsModule={"conditions": [f"Round {turn}"]})
        day = date(2020, 1, 1)
        yield Stored(nct_id=records.number(place), sequence=turn * 100 + place, effective=day, data=data)


def seen(index: RegistryIndex) -> set[tuple[str, ...]]:
    """The rounds that one answer speaks of: in the titles of its hits and in its facet."""
    answer = index.find(query("round", counts=["condition"], size=STUDIES))
    titles = {hit.title for hit in answer.hits}
    assert (answer.total, len(answer.hits)) == (STUDIES, STUDIES)
    assert answer.facets["condition"] == ((next(iter(titles)), STUDIES),)
    return {tuple(titles)}


@pytest.fixture
def often() -> Iterator[None]:
    """Threads take turns as often as they can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("often")
def test_threads_that_search_while_another_updates(tmp_path: Path) -> None:
    index = records.index_of(tmp_path, *(one.data for one in kept(0)))
    writer = open_part("search", index.folder, index.store)
    writer.update(kept(1), head=200)
    ended, found, faults = threading.Event(), set[tuple[str, ...]](), list[BaseException]()

    def read() -> None:
        try:
            while not ended.is_set():
                found.update(seen(index))
        except BaseException as error:  # noqa: BLE001 (a thread keeps its fault to itself)
            faults.append(error)

    readers = [threading.Thread(target=read) for _ in range(READERS)]
    for each in readers:
        each.start()
    for turn in range(2, ROUNDS):
        writer.update(kept(turn), head=turn * 100 + 100)
    ended.set()
    for each in readers:
        each.join()
    found.update(seen(index))
    assert not faults
    assert (f"Round {ROUNDS - 1}",) in found
    assert all(len(titles) == 1 for titles in found)
