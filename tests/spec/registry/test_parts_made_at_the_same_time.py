"""Where many records are new the parts of an index are made at the same time, to the same end."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import msgspec
import pytest

from equipoise.registry import ingest as ingesting
from equipoise.registry import making
from equipoise.registry.errors import RegistryError
from equipoise.registry.folder import Folder
from equipoise.registry.index import open_index
from equipoise.registry.ingest import ingest

TODAY = date(2026, 11, 22)


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """A file of a few records that resemble each other."""
    path = tmp_path / "records.jsonl"
    lines = [
        msgspec.json.encode(
            {
                "protocolSection": {
                    "identificationModule": {
                        "nctId": f"NCT{number:08}",
                        "briefTitle": f"Cutaneous lupus {number}",
                    },
                    "conditionsModule": {"conditions": ["Lupus"]},
                }
            }
        )
        for number in range(1, 9)
    ]
    path.write_bytes(b"\n".join(lines))
    return path


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few records count as many, and there are two cores."""
    monkeypatch.setattr(ingesting, "MANY", 1)
    monkeypatch.setattr(making, "cores", lambda: 2)


def test_parts_made_at_the_same_time_are_all_in_use(records: Path, tmp_path: Path, at_once: None) -> None:
    told: list[str] = []
    ingest([records], tmp_path / "index", today=TODAY, watch=ingesting.Watch(making=told.append))
    assert set(Folder(tmp_path / "index").parts()) == set(told) >= {"search", "related", "matching"}
    index = open_index(tmp_path / "index")
    assert index.search("lupus").total == 8
    assert "NCT00000001" not in [found.nct_id for found in index.related("NCT00000001")]
    assert len(index.related("NCT00000001", top=3)) == 3


def test_what_goes_wrong_in_a_child_is_said_by_its_parent(
    records: Path, tmp_path: Path, at_once: None
) -> None:
    place = tmp_path / "index"
    ingest([records], place, today=TODAY)
    part = Folder(place).part("related")
    shutil.rmtree(part)
    part.write_text("no folder")
    (place / f"related-{int(part.name.rpartition('-')[2]) + 1}").write_text("in the way of the next")
    with pytest.raises(RegistryError) as caught:
        ingest([records], place, today=TODAY, rebuild=True)
    assert caught.value.code == "REGI-032" and caught.value.remedy


def test_a_child_that_ends_without_a_word_is_named(records: Path, tmp_path: Path) -> None:
    ingest([records], tmp_path / "index", today=TODAY)
    with pytest.raises(RegistryError) as caught, making.beside(["lost"], tmp_path / "index", rebuild=False):
        pass
    assert caught.value.code == "REGI-048" and "lost" in caught.value.fault


def test_the_coded_error_of_a_child_is_raised(tmp_path: Path) -> None:
    with pytest.raises(RegistryError) as caught, making.beside(["search"], tmp_path, rebuild=False):
        pass
    assert caught.value.code == "REGI-030" and caught.value.place


def test_children_are_ended_when_their_parent_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), making.beside(["related"], tmp_path, rebuild=True):
        raise ZeroDivisionError
