"""Ingesting records into an index: only what changed, again after any end, and never half of anything visible."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import tantivy

from equipoise.registry.errors import RegistryError
from equipoise.registry.folder import Folder
from equipoise.registry.index import open_index
from equipoise.registry.ingest import Watch, ingest
from equipoise.registry.reading import Unread, read_records
from equipoise.registry.search import part
from equipoise.registry.search.query import query
from equipoise.registry.store import SQLiteRecords, differences

from .records import TODAY, found, index_of, ingested, lines, number, packed, study, written


def test_a_second_reading_of_the_same_records_changes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", lines(*map(study, range(1, 8))))
    first, _ = ingested(tmp_path / "index", path)
    second, _ = ingested(tmp_path / "index", path, packed(tmp_path / "b.zip", *map(study, range(1, 9))))
    assert (first.read, first.kept, first.studies) == (7, 7, 7)
    assert (second.read, second.kept, second.studies) == (15, 1, 8)


def test_a_changed_record_is_found_by_its_new_words_alone(tmp_path: Path) -> None:
    index = index_of(tmp_path, study(1, "walking"), study(2, "swimming"))
    assert found(index, "walking") == [number(1)]
    path = written(tmp_path / "later.jsonl", lines(study(1, "cycling", updated="2021-02-03")))
    ingested(tmp_path / "index", path)
    assert found(index, "walking") == [], "an opened index sees what others commit"
    assert found(index, "cycling") == [number(1)]
    assert sorted(found(index, "")) == [number(1), number(2)]


def test_an_older_version_that_is_read_late_becomes_history_and_not_the_record(tmp_path: Path) -> None:
    index = index_of(tmp_path, study(1, "new", updated="2021-02-03"))
    ingested(tmp_path / "index", written(tmp_path / "old.json", lines(study(1, "old", updated="2019-01-01"))))
    assert found(index, "title:new") == [number(1)]
    assert found(index, "title:old") == []
    assert [version.effective.year for version in index.store.versions(number(1))] == [2019, 2021]


def test_a_record_dated_in_the_future_counts_from_the_day_it_was_read(tmp_path: Path) -> None:
    index = index_of(tmp_path, study(1, "early", updated="2999-01-01"))
    [version] = index.store.versions(number(1))
    assert version.effective == version.read == TODAY
    later = written(tmp_path / "later.json", lines(study(1, "late", updated="2026-11-23")))
    ingested(tmp_path / "index", later, today=date(2026, 11, 24))
    assert found(index, "late") == [number(1)]


def test_what_changed_between_two_days_is_shown(tmp_path: Path) -> None:
    outcomes = [{"measure": "Pain", "timeFrame": "1 year"}, {"measure": "Sleep", "timeFrame": "1 week"}]
    later = [{"measure": "Falls"}, {"measure": "Pain", "timeFrame": "2 years"}]
    versions = [
        study(1, "one", updated="2020-01-01", outcomesModule={"primaryOutcomes": outcomes}),
        study(1, "two", updated="2021-01-01", outcomesModule={"primaryOutcomes": later}),
    ]
    for place, record in enumerate(versions):
        ingested(tmp_path / "index", written(tmp_path / f"{place}.json", lines(record)))
    store = open_index(tmp_path / "index").store
    changes = store.changes(number(1), date(2020, 6, 1), date(2021, 6, 1))
    said = {change.path.removeprefix("protocolSection."): (change.before, change.after) for change in changes}
    assert said == {
        "identificationModule.briefTitle": ("one", "two"),
        "outcomesModule.primaryOutcomes[0]": (None, {"measure": "Falls"}),
        "outcomesModule.primaryOutcomes[1].timeFrame": ("1 year", "2 years"),
        "outcomesModule.primaryOutcomes[1]": ({"measure": "Sleep", "timeFrame": "1 week"}, None),
        "statusModule.lastUpdatePostDateStruct.date": ("2020-01-01", "2021-01-01"),
    }
    assert store.changes(number(1), date(2021, 1, 1), date(2022, 1, 1)) == ()
    assert store.changes(number(1), date(2019, 1, 1), date(2019, 2, 1)) == ()
    assert store.changes(number(1), date(2019, 1, 1), date(2020, 1, 1))[0].before is None
    with pytest.raises(RegistryError, match="REGI-035"):
        store.changes(number(9), date(2020, 1, 1), date(2021, 1, 1))


def test_bad_records_are_reported_and_the_rest_is_searched(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", lines(study(1, "walking"), "{", study(2, "walking")))
    summary, unread = ingested(tmp_path / "index", path, tmp_path / "absent.json")
    assert (summary.read, summary.unread) == (2, 2)
    assert [each.error.code for each in unread] == ["REGI-002", "REGI-026"]
    assert sorted(found(open_index(tmp_path / "index"), "walking")) == [number(1), number(2)]


def test_lists_and_parts_that_come_and_go_are_shown_whole() -> None:
    before = {"a": [1, 2], "b": {"x": 1}, "d": [{"y": 1}]}
    after = {"a": [2, 1], "c": {"x": 1}, "d": [{"y": 2}]}
    assert [(change.path, change.before, change.after) for change in differences(before, after)] == [
        ("a", [1, 2], [2, 1]),
        ("c.x", None, 1),
        ("d[0]", None, {"y": 2}),
        ("d[0]", {"y": 1}, None),
        ("b.x", 1, None),
    ]
    assert differences(before, before) == ()


class Stop(BaseException):
    """An end in the middle, as a signal makes it."""


def test_a_run_that_was_cut_off_goes_on_and_shows_nothing_before_its_end(tmp_path: Path) -> None:
    index = index_of(tmp_path, study(1, "walking"))
    path = written(
        tmp_path / "more.jsonl", lines(*(study(place, "walking") for place in range(2, 1500)), "{")
    )

    def stop(_: Unread) -> None:
        raise Stop

    with pytest.raises(Stop):
        ingest([path], tmp_path / "index", today=TODAY, watch=Watch(unread=stop))
    assert index.store.head() > 500, "what was read before the end is kept"
    assert index.search("walking").total == 1, "and not yet visible"
    assert index.record(number(2)) is None
    assert index.store.count(at=index.sequence) == 1
    summary, _ = ingested(tmp_path / "index", path)
    assert summary.kept < 999
    assert index.search("walking").total == 1499


def test_an_index_that_was_not_brought_up_is_brought_up_without_files(tmp_path: Path) -> None:
    index = index_of(tmp_path, study(1, "walking"))
    store = SQLiteRecords.create(Folder(tmp_path / "index").records)
    store.add(read_records(written(tmp_path / "b.json", lines(study(2, "walking")))), read=TODAY)
    store.close()
    assert index.search("walking").total == 1
    assert ingested(tmp_path / "index")[0].studies == 2
    assert index.search("walking").total == 2


def test_an_index_of_another_version_is_refused_and_made_anew_from_its_records(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    index_of(tmp_path, study(1, "walking"))
    pointer = folder / "index.json"
    pointer.write_text(json.dumps({"format": 0, "parts": {"search": "old"}}))
    with pytest.raises(RegistryError, match="REGI-031"):
        open_index(folder)
    ingested(folder)
    assert found(open_index(folder), "walking") == [number(1)]


def test_a_search_index_with_other_fields_is_refused_and_made_anew(tmp_path: Path) -> None:
    index_of(tmp_path, study(1, "walking"))
    folder = Folder(tmp_path / "index")
    path = folder.part("search")
    shutil.rmtree(path)
    path.mkdir()
    tantivy.Index(tantivy.SchemaBuilder().add_text_field("other").build(), path=str(path))
    with pytest.raises(RegistryError, match="REGI-031"):
        open_index(folder.path).search("walking")
    ingested(folder.path)
    assert found(open_index(folder.path), "walking") == [number(1)]


def test_records_of_another_version_are_refused_and_left_as_they_are(tmp_path: Path) -> None:
    index_of(tmp_path, study(1)).store.close()
    path = Folder(tmp_path / "index").records
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    for attempt in (lambda: open_index(tmp_path / "index"), lambda: ingested(tmp_path / "index")):
        with pytest.raises(RegistryError, match="REGI-031"):
            attempt()
    assert path.read_bytes() == before


def test_a_folder_without_an_index_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="REGI-030") as error:
        open_index(tmp_path)
    assert "equipoise registry ingest" in error.value.remedy
    written(tmp_path / "index.json", b'{"format": 1, "parts": {}}')
    with pytest.raises(RegistryError, match="REGI-030"):
        open_index(tmp_path)


@pytest.mark.parametrize("name", ["index.json", "records.sqlite"])
def test_a_damaged_file_is_a_coded_error(tmp_path: Path, name: str) -> None:
    index_of(tmp_path, study(1)).store.close()
    written(tmp_path / "index" / name, b"damaged" * 999)
    with pytest.raises(RegistryError, match="REGI-034"):
        open_index(tmp_path / "index").search("")


def test_a_damaged_search_index_is_a_coded_error_and_made_anew(tmp_path: Path) -> None:
    folder = Folder(index_of(tmp_path, study(1, "walking")).folder.path)
    for path in folder.part("search").iterdir():
        path.unlink()
    with pytest.raises(RegistryError, match="REGI-034"):
        open_index(folder.path).search("")
    ingested(folder.path)
    assert found(open_index(folder.path), "walking") == [number(1)]


def test_a_rebuild_is_made_aside_and_put_into_use_in_one_step(tmp_path: Path) -> None:
    index = index_of(tmp_path, study(1, "walking"))
    folder = Folder(tmp_path / "index")
    before = folder.part("search")
    (folder.path / "search-77").mkdir()  # what an attempt left behind that was cut off
    ingested(folder.path, rebuild=True)
    assert folder.part("search") != before
    assert not (folder.path / "search-77").exists()
    assert found(index, "walking") == [number(1)], "who has it open follows"


class Late(Folder):
    """A folder as a reader sees it that was kept waiting: what the pointer named first is gone by now."""

    def part(self, name: str) -> Path:
        """The part in use, from the second question on."""
        asked.append(name)
        return Folder(self.path).part(name) if len(asked) > 1 else self.path / "search-0"


asked: list[str] = []


def test_a_reader_that_was_kept_waiting_reads_the_pointer_again(tmp_path: Path) -> None:
    index = index_of(tmp_path, study(1, "walking"))
    asked.clear()
    late = part.open_part(Late(index.folder.path), index.store)
    assert late.search(query("walking")).total == 1 and len(asked) == 2


def test_two_writers_are_kept_apart(tmp_path: Path) -> None:
    with Folder(tmp_path).writing(), pytest.raises(RegistryError, match="REGI-033"):
        ingested(tmp_path)


def test_a_folder_that_cannot_be_made_is_a_coded_error(tmp_path: Path) -> None:
    written(tmp_path / "file", b"")
    with pytest.raises(RegistryError, match="REGI-032"):
        ingested(tmp_path / "file" / "index")


def test_a_run_that_is_killed_at_any_moment_leaves_the_old_or_the_new_index(tmp_path: Path) -> None:
    """The process is killed outright, each time a little later, until one run comes to its end."""
    index = index_of(tmp_path, study(1, "walking"))
    many = [
        study(place, f"walking {' '.join(map(str, range(place, place + 99)))}") for place in range(2, 600)
    ]
    path = written(tmp_path / "many.jsonl", lines(*many))
    folder = index.folder.path
    command = [sys.executable, "-m", "equipoise.cli", "registry", "ingest", str(path), "--index", str(folder)]
    for attempt in range(16):
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            code = running.wait(0.6 * 1.6**attempt)
        except subprocess.TimeoutExpired:
            running.kill()
            code = running.wait()
        total = index.search("walking").total
        assert total in (1, 599)
        if code == 0:
            break
    assert (code, total) == (0, 599)


FULL = """
import resource, sys
from datetime import date
from pathlib import Path
from equipoise.registry.errors import RegistryError
from equipoise.registry.ingest import ingest
limit = int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    ingest([Path(sys.argv[1])], Path(sys.argv[2]), today=date(2026, 11, 22))
except RegistryError as error:
    sys.exit(error.code)
"""


@pytest.mark.parametrize("limit", [400_000, 900_000])
def test_a_disk_that_fills_is_a_coded_error_and_readers_see_the_index_as_it_was(
    tmp_path: Path, limit: int
) -> None:
    """No file may grow beyond a limit, which first stops the records and then the index made from them."""
    index = index_of(tmp_path, study(1, "walking"))
    texts = (" ".join(f"word{place * 31 + each * 7}" for each in range(300)) for place in range(2, 700))
    many = [study(place, f"walking {text}") for place, text in enumerate(texts, 2)]
    path = written(tmp_path / "many.jsonl", lines(*many))
    command = [sys.executable, "-c", FULL, str(path), str(tmp_path / "index"), str(limit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == "REGI-032"
    assert index.search("walking").total == 1
    summary, _ = ingested(tmp_path / "index", path)
    assert (summary.studies, index.search("walking").total) == (699, 699)


def test_a_store_keeps_what_it_held_at_each_sequence_number(tmp_path: Path) -> None:
    index = index_of(tmp_path, study(1, "one", updated="2020-01-01"))
    ingested(
        tmp_path / "index", written(tmp_path / "b", lines(study(1, "two", updated="2021-01-01"), study(2)))
    )
    store = index.store
    titles = [
        store.record(number(1), at=at).record.protocol.identification_module.brief_title
        for at in (1, 2, 3, None)
    ]
    assert titles == ["one", "two", "two", "two"]
    assert [store.count(at=at) for at in (0, 1, 2, 3, None)] == [0, 1, 1, 2, 2]
    assert list(store.numbers(at=1)) == [number(1)]
    assert list(store.numbers()) == [number(1), number(2)]
    assert [each.nct_id for each in store.records(after=1)] == [number(1), number(2)]
    assert [each.sequence for each in store.records()] == [2, 3]
    assert store.record(number(9)) is None


def test_an_index_part_that_was_never_made_is_named(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    made = folder.fresh("other")
    folder.switch("other", made)
    with pytest.raises(RegistryError, match="REGI-036"):
        folder.part("search")
    assert folder.part("other") == made
    part.make(made)
    assert Folder(tmp_path, {"search": made}).part("search") == made
