"""The index of related trials finds what the naive reference finds, on real records and after real updates."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from equipoise.registry.interfaces import Stored
from equipoise.registry.related import disk, part
from equipoise.registry.related.reference import NaiveRelated, nearest

from ..spec.registry.records import TODAY

RECORDS = 1000
ASKED = 60


class Kept:
    """The store as far as the index needs it: the records in force, in memory."""

    def __init__(self, records: list[Stored]) -> None:
        self._records = {stored.nct_id: stored for stored in records}

    def records(self, *, after: int = 0, at: int | None = None) -> Iterator[Stored]:
        yield from self._records.values()

    def record(self, nct_id: str, *, at: int | None = None) -> Stored | None:
        return self._records.get(nct_id)


def stored(data: dict[str, Any], sequence: int) -> Stored:
    """A record as a store gives it."""
    number = data["protocolSection"]["identificationModule"]["nctId"]
    return Stored(nct_id=number, sequence=sequence, effective=TODAY, data=data)


def sampled(shared: Path, count: int, wanted: str = "") -> list[Stored]:
    """Every so many of the real records, and all that have a word."""
    with gzip.open(shared / "registry" / "records.jsonl.gz", "rt", encoding="utf-8") as file:
        lines = [
            line for place, line in enumerate(file) if place % 10 == 0 or (wanted and wanted in line.lower())
        ]
    return [
        stored(json.loads(line), place)
        for place, line in enumerate(lines[:count] if not wanted else lines, 1)
    ]


def made(folder: Path, records: list[Stored]) -> disk.Opened:
    """An index of these records."""
    folder.mkdir()
    part.make(folder)
    disk.update(folder, Kept(records), iter(records), head=len(records))
    return disk.open_all(folder)


def found(opened: disk.Opened, number: str, top: int) -> list[tuple[str, float]]:
    """The nearest studies of the index, before they are grouped."""
    vector = part.lookup(opened.segments, number)
    assert vector is not None
    near = part.nearest(opened.segments, vector, top + 1)
    return [(each.number, each.score) for each in near if each.number != number][:top]


@pytest.fixture(scope="module")
def real(shared: Path) -> list[Stored]:
    """About a thousand real records."""
    return sampled(shared, RECORDS)


def test_the_first_ten_are_those_of_the_reference(real: list[Stored], tmp_path: Path) -> None:
    naive = NaiveRelated()
    naive.update(real, head=len(real))
    asking, answering = naive.vectors()
    opened = made(tmp_path / "index", real)
    same = total = 0
    apart: list[float] = []
    for each in real[:: len(real) // ASKED]:
        right = nearest(each.nct_id, asking[each.nct_id], answering, 10)
        own = dict(found(opened, each.nct_id, 10))
        same += len(own.keys() & {study.nct_id for study in right})
        total += len(right)
        apart += [abs(own[study.nct_id] - study.score) for study in right if study.nct_id in own]
    assert same / total >= 0.99
    assert sum(apart) / len(apart) < 0.0005, "but for a few words that share a slot the scores are the same"
    assert max(apart) < 0.05


def test_changed_records_are_found_as_if_the_index_were_made_of_them(
    real: list[Stored], tmp_path: Path
) -> None:
    first, second = real[:900], real[900:960]
    opened = made(tmp_path / "parts", first)
    everything = first + second
    disk.update(tmp_path / "parts", Kept(everything), iter(second), head=len(everything))
    opened = disk.open_all(tmp_path / "parts")
    assert len(opened.segments) == 2
    naive = NaiveRelated()
    naive.update(everything, head=len(everything))
    asking, answering = naive.vectors()
    same = total = 0
    for each in (*second[::3], *first[::30]):
        right = nearest(each.nct_id, asking[each.nct_id], answering, 10)
        same += len(dict(found(opened, each.nct_id, 10)).keys() & {study.nct_id for study in right})
        total += len(right)
    # The rarities are those of the first 900 records, so a few places may differ, but not many.
    assert same / total >= 0.93


def test_the_reference_takes_an_update_and_gives_no_study_twice() -> None:
    def study(number: int, title: str) -> Stored:
        identity = {"nctId": f"NCT{number:08d}", "briefTitle": title}
        return stored({"protocolSection": {"identificationModule": identity}}, number)

    naive = NaiveRelated()
    naive.update([study(1, "walking"), study(2, "walking"), study(3, "swimming")], head=3)
    assert [each.nct_id for each in naive.related("NCT00000001")] == ["NCT00000002"]
    naive.update([study(2, "swimming")], head=4)
    assert naive.sequence == 4
    assert naive.related("NCT00000001") == []
    assert [each.nct_id for each in naive.related("NCT00000003")] == ["NCT00000002"]


def test_the_trial_that_the_registry_shows_beside_the_reference_trial_is_among_the_first_three(
    shared: Path, root: Path, tmp_path: Path
) -> None:
    number = "NCT02428309"
    real = sampled(shared, RECORDS, "lupus")
    own = json.loads((root / "studies" / "NCT06965244" / "record.json").read_text(encoding="utf-8"))
    if number not in {each.nct_id for each in real}:
        # The reference files do not hold it: its title and status, and words that its record is known to have.
        protocol = {
            "identificationModule": {"nctId": number, "briefTitle": "Autologous Polyclonal Tregs for Lupus"},
            "statusModule": {"overallStatus": "TERMINATED"},
            "designModule": {"studyType": "INTERVENTIONAL", "phases": ["PHASE1"]},
            "descriptionModule": {
                "briefSummary": "Cutaneous lupus erythematosus and SLE, scored by CLASI; no lenalidomide."
            },
        }
        real.append(stored({"protocolSection": protocol}, len(real) + 1))
    real.append(stored(own, len(real) + 1))
    opened = made(tmp_path / "index", real)
    assert number in dict(found(opened, "NCT06965244", 3))
