"""Two servers of one index whose records are in PostgreSQL: updated one after the other, no request fails.

Requests go to this machine alone; their number and their time are bounded.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import msgspec
import pytest

from equipoise.registry.errors import RegistryError
from equipoise.registry.folder import Folder
from equipoise.registry.index import open_index
from equipoise.registry.ingest import ingest
from equipoise.registry.publish import publish
from equipoise.registry.store.place import ELSEWHERE
from tests.contracts.postgres import database, postgres

__all__ = ["database", "postgres"]
TODAY = date(2026, 11, 22)
STUDIES = 40
LONGEST = 300.0  # seconds that anything here may take
MOST = 3_000  # requests to one server
TURNS = 3


def number(place: int) -> str:
    return f"NCT{place:08}"


def write_records(path: Path, turn: int) -> Path:
    """A version of every study; its words say which."""
    lines = []
    for place in range(1, STUDIES + 1):
        titles = {"nctId": number(place), "briefTitle": f"Cutaneous lupus {place} turn{turn}"}
        protocol = {
            "identificationModule": titles,
            "statusModule": {"lastUpdatePostDateStruct": {"date": f"2026-0{turn + 1}-01"}},
            "conditionsModule": {"conditions": ["Lupus", f"Rash {place % 5}"]},
        }
        lines.append(msgspec.json.encode({"protocolSection": protocol}))
    path.write_bytes(b"\n".join(lines))
    return path


@pytest.fixture
def building(tmp_path: Path, database: str) -> Path:
    """A folder that is ingested into, with its records in a database."""
    folder = tmp_path / "building"
    folder.mkdir()
    (folder / ELSEWHERE).write_text(database)
    ingest([write_records(tmp_path / "0.jsonl", 0)], folder, today=TODAY)
    return folder


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """A server of this folder, a process of its own: its port."""
    words = [sys.executable, "-m", "equipoise.cli", "serve", "--index", str(folder), "--port", "0"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline().partition("127.0.0.1:")[2].partition("/")[0])
    finally:
        process.terminate()
        process.communicate(timeout=LONGEST)


class Reader(threading.Thread):
    """Asks one server one thing after another, until it is told to stop or has asked enough."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.port = port
        self.asked = 0
        self.failed: list[tuple[str, int]] = []
        self.enough = threading.Event()

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST)
        until = time.monotonic() + LONGEST
        while not self.enough.is_set() and self.asked < MOST and time.monotonic() < until:
            place = number(self.asked % STUDIES + 1)
            for path in (
                "/api/search?q=lupus",
                f"/studies/{place}/",
                f"/api/related/{place}",
                "/search/?q=rash",
            ):
                connection.request("GET", path)
                answer = connection.getresponse()
                body = answer.read()
                self.asked += 1
                if answer.status != http.client.OK or not body:
                    self.failed.append((path, answer.status))
        connection.close()


def total(port: int, text: str) -> int:
    """How many studies a server finds."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST)
    connection.request("GET", f"/api/search?q={text}")
    found = json.loads(connection.getresponse().read())
    connection.close()
    return found["total"]


def test_a_rolling_update_fails_no_request(building: Path, tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        publish(building, folder)
    with served(folders[0]) as one, served(folders[1]) as two:
        readers = [Reader(port) for port in (one, two, one, two)]
        for reader in readers:
            reader.start()
        for turn in range(1, TURNS + 1):
            ingest([write_records(tmp_path / f"{turn}.jsonl", turn)], building, today=TODAY)
            assert total(one, f"turn{turn - 1}") == STUDIES, "nothing is seen before it is published"
            publish(building, folders[0])
            assert total(one, f"title:turn{turn}") == STUDIES
            assert total(two, f"title:turn{turn - 1}") == STUDIES, (
                "the second replica still has the old index"
            )
            publish(building, folders[1])
            assert total(two, f"title:turn{turn}") == total(one, f"title:turn{turn}") == STUDIES
        for reader in readers:
            reader.enough.set()
            reader.join(LONGEST)
    assert [reader.failed for reader in readers] == [[]] * 4
    assert all(reader.asked >= 4 for reader in readers), "each has asked everything once"


def test_readers_change_nothing_in_the_folder_that_they_read(building: Path, tmp_path: Path) -> None:
    folder = tmp_path / "one"
    files = publish(building, folder)

    def files_of() -> dict[Path, tuple[int, int]]:
        paths = (path for path in folder.rglob("*") if path.is_file())
        return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in paths}

    before = files_of()
    index = open_index(folder)
    assert (
        index.search("lupus").total == STUDIES
        and index.related(number(1))
        and index.match("lupus") is not None
    )
    index.store.close()
    assert files_of() == before
    assert files == sum(path.parent != folder and path.suffix != ".lock" for path in before) >= 10


def test_a_published_index_shares_its_files_with_the_folder_that_it_came_from(
    building: Path, tmp_path: Path
) -> None:
    publish(building, tmp_path / "one")
    part = Folder(tmp_path / "one").part("search")
    links = {path.name: os.stat(path).st_nlink for path in part.iterdir()}
    locks = {name for name in links if name.endswith(".lock")}
    assert {links[name] for name in links.keys() - locks} == {2}
    assert {os.stat(part / name).st_mode & 0o777 for name in locks} == {0o666}, "any user may lock, to read"
    assert {links[name] for name in locks} == {1}


def test_an_update_of_the_source_leaves_what_was_published_as_it_was(building: Path, tmp_path: Path) -> None:
    publish(building, tmp_path / "one")
    ingest([write_records(tmp_path / "1.jsonl", 1)], building, today=TODAY)
    index = open_index(tmp_path / "one")
    assert (index.search("title:turn0").total, index.search("title:turn1").total) == (STUDIES, 0)
    (hit, *_) = index.search("title:turn0")
    assert "turn0" in hit.title and hit.reasons, "the record of that moment is shown, not the newer one"
    assert index.store.record(hit.nct_id).effective == date(2026, 2, 1)  # type: ignore[union-attr]
    index.store.close()


def test_the_folder_of_a_replica_may_name_its_own_database(building: Path, tmp_path: Path) -> None:
    target = tmp_path / "one"
    target.mkdir()
    own = (building / ELSEWHERE).read_text() + "\n"
    (target / ELSEWHERE).write_text(own)
    (building / "synonyms.txt").write_text("lupus, sle\n")
    publish(building, target)
    assert (target / ELSEWHERE).read_text() == own
    index = open_index(target)
    assert index.search("sle").total == STUDIES
    index.store.close()


def test_an_index_with_its_records_beside_it_is_not_published(tmp_path: Path) -> None:
    ingest([write_records(tmp_path / "0.jsonl", 0)], tmp_path / "alone", today=TODAY)
    with pytest.raises(RegistryError) as caught:
        publish(tmp_path / "alone", tmp_path / "one")
    assert caught.value.code == "REGI-049" and not (tmp_path / "one").exists()


def test_an_index_that_is_being_written_is_not_published(building: Path, tmp_path: Path) -> None:
    with Folder(building).writing(), pytest.raises(RegistryError) as caught:
        publish(building, tmp_path / "one")
    assert caught.value.code == "REGI-033"
