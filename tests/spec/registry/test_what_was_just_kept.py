"""Records that were kept a moment ago are read without unpacking, and are the same as those on disk."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from equipoise.registry.errors import RegistryError
from equipoise.registry.reading import Reading, read_records
from equipoise.registry.store import SQLiteRecords
from equipoise.registry.store import sqlite as module

from .records import lines, study, written

DAY = date(2026, 6, 1)


def readings(path: Path, count: int, words: str = "") -> list[Reading]:
    file = written(path, lines(*(study(n + 1, f"Study {n} {words}") for n in range(count))))
    return [found for found in read_records(file) if isinstance(found, Reading)]


@pytest.mark.parametrize("count", [1, 249, 250, 251, 777])
@pytest.mark.parametrize("room", [0, 300, 2000])
def test_memory_and_disk_say_the_same(tmp_path: Path, monkeypatch, count: int, room: int) -> None:
    monkeypatch.setattr(module, "RECENT", room)
    store = SQLiteRecords.create(tmp_path / "records.sqlite")
    assert store.add(readings(tmp_path / "a", count), read=DAY) == count
    assert store.add(readings(tmp_path / "b", count, "changed"), read=DAY) == count
    again = SQLiteRecords.open(tmp_path / "records.sqlite")
    assert [*store.records()] == [*again.records()]
    assert [*store.records(after=count)] == [*again.records(after=count)]
    assert len([*again.records()]) == count
    assert all("changed" in str(one.data) for one in store.records())


def test_one_study_twice_in_batches_of_one_transaction(tmp_path: Path) -> None:
    """The second batch knows what the first will keep, though it is not kept yet."""
    one, other = readings(tmp_path / "a", 1), readings(tmp_path / "b", 1, "changed")
    filling = readings(tmp_path / "c", 400)[1:]
    store = SQLiteRecords.create(tmp_path / "records.sqlite")
    assert store.add([*one, *filling, *one, *other, *one], read=DAY) == 401
    assert "changed" in str(store.record("NCT00000001"))


def test_what_was_not_kept_is_forgotten(tmp_path: Path) -> None:
    """A transaction that fails leaves nothing that could be taken for a later record of the same number."""
    store = SQLiteRecords.create(tmp_path / "records.sqlite")
    found = readings(tmp_path / "a", 600)

    def broken():
        yield from found
        raise OSError("the disk is full")

    with pytest.raises(RegistryError) as raised:
        store.add(broken(), read=DAY)
    assert raised.value.code == "REGI-032"
    assert [*store.records()] == []
    store.add(readings(tmp_path / "b", 3, "new"), read=DAY)
    assert all("new" in str(one.data) for one in store.records())
