"""The one contract of all stores of records: every version kept, the one in force found, as of any moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import msgspec
import pytest

from equipoise.registry.errors import RegistryError
from equipoise.registry.interfaces import Store
from equipoise.registry.reading import Reading
from equipoise.registry.store import SQLiteRecords
from equipoise.registry.store.address import read_address
from equipoise.registry.store.postgres import PostgreSQLRecords

TODAY = date(2026, 11, 22)
Open = Callable[[], Store]


def reading(number: str, day: date | None, **words: object) -> Reading:
    """A record of this number that says these words."""
    data = {"protocolSection": {"identificationModule": {"nctId": number}}, **words}
    content = msgspec.json.encode(data, order="sorted")
    return Reading(place="file:1", nct_id=number, content=content, effective=day)


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Open, Open]:
    """How the store is opened to write, and to read."""
    if request.param == "sqlite":
        path = tmp_path / "records.sqlite"
        return lambda: SQLiteRecords.create(path), lambda: SQLiteRecords.open(path)
    address = read_address(request.getfixturevalue("database"), "test")
    return lambda: PostgreSQLRecords.create(address), lambda: PostgreSQLRecords.open(address)


@pytest.fixture
def store(kind: tuple[Open, Open]) -> Iterator[Store]:
    """A new store."""
    made = kind[0]()
    yield made
    made.close()


def test_an_empty_store_holds_nothing(store: Store) -> None:
    assert (store.head(), store.count(), store.record("NCT00000001")) == (0, 0, None)
    assert list(store.records()) == list(store.numbers()) == [] and store.versions("NCT00000001") == ()


def test_what_is_not_there_cannot_be_opened_to_read(kind: tuple[Open, Open]) -> None:
    with pytest.raises(RegistryError) as caught:
        kind[1]()
    assert caught.value.code == "REGI-030"


def test_a_second_reader_reads_what_was_kept(store: Store, kind: tuple[Open, Open]) -> None:
    words = {"title": "Lupus – ü", "zero": 0.5, "many": [1, None, {"a": "\u2028"}]}
    assert store.add([reading("NCT00000002", date(2026, 1, 2), **words)], read=TODAY) == 1
    other = kind[1]()
    found = other.record("NCT00000002")
    assert found is not None and found.sequence == 1 == other.head() and found.effective == date(2026, 1, 2)
    assert {name: found.data[name] for name in words} == words
    (version,) = other.versions("NCT00000002")
    assert (version.read, version.source, len(version.digest)) == (TODAY, "file:1", 64)
    other.close()


def test_the_same_content_is_kept_once(store: Store) -> None:
    first = reading("NCT00000001", date(2026, 1, 1), a=1)
    assert store.add([first, first], read=TODAY) == 1
    assert store.add([first], read=TODAY) == 0
    later = reading("NCT00000001", date(2026, 2, 1), a=1)
    assert store.add([later], read=TODAY) == 0, "the same words under a later date are no change"
    assert store.head() == 1


def test_an_earlier_version_of_the_same_day_is_known(store: Store) -> None:
    day = date(2026, 1, 1)
    one, two = reading("NCT00000001", day, a=1), reading("NCT00000001", day, a=2)
    assert store.add([one, two, one], read=TODAY) == 2
    found = store.record("NCT00000001")
    assert found is not None and found.data["a"] == 2


def test_the_version_in_force_is_the_latest_by_its_own_date(store: Store) -> None:
    store.add([reading("NCT00000001", date(2026, 3, 1), a="new")], read=TODAY)
    assert store.add([reading("NCT00000001", date(2025, 3, 1), a="old")], read=TODAY) == 1
    found = store.record("NCT00000001")
    assert found is not None and found.data["a"] == "new"
    assert [version.sequence for version in store.versions("NCT00000001")] == [2, 1]
    assert [each.sequence for each in store.records()] == [1]
    assert list(store.records(after=1)) == [], "the older one that came later is not in force"


def test_a_date_to_come_and_none_count_as_the_day_of_reading(store: Store) -> None:
    store.add([reading("NCT00000001", date(2027, 1, 1)), reading("NCT00000002", None)], read=TODAY)
    assert [each.effective for each in store.records()] == [TODAY, TODAY]


def test_the_store_is_as_it_was_at_any_sequence_number(store: Store) -> None:
    store.add([reading("NCT00000002", date(2026, 1, 1), a=1)], read=TODAY)
    store.add(
        [reading("NCT00000001", date(2026, 1, 1)), reading("NCT00000002", date(2026, 2, 1), a=2)], read=TODAY
    )
    before, now = store.record("NCT00000002", at=1), store.record("NCT00000002")
    assert before is not None and now is not None and (before.data["a"], now.data["a"]) == (1, 2)
    assert (store.count(at=1), store.count()) == (1, 2)
    assert (list(store.numbers(at=1)), list(store.numbers())) == (
        ["NCT00000002"],
        ["NCT00000001", "NCT00000002"],
    )
    assert [each.sequence for each in store.records(at=2)] == [1, 2]
    assert [each.sequence for each in store.records(after=1)] == [2, 3]


def test_several_records_are_had_at_once_as_they_were(store: Store) -> None:
    days = [date(2026, 1, 1), date(2026, 2, 1), date(2025, 1, 1)]
    store.add([reading("NCT00000001", day, a=place) for place, day in enumerate(days)], read=TODAY)
    store.add([reading("NCT00000002", days[0], a=9)], read=TODAY)
    asked = ["NCT00000002", "NCT00000001", "NCT00000003"]
    assert {number: each.data["a"] for number, each in store.records_of(asked).items()} == {
        "NCT00000001": 1,
        "NCT00000002": 9,
    }
    assert {number: each.data["a"] for number, each in store.records_of(asked, at=1).items()} == {
        "NCT00000001": 0
    }
    assert store.records_of([]) == {}


def test_many_records_come_in_their_order(store: Store) -> None:
    many = [reading(f"NCT{number:08}", date(2026, 1, 1), a=number) for number in range(1100, 0, -1)]
    assert store.add(iter(many), read=TODAY) == 1100
    assert [each.sequence for each in store.records(after=3)] == list(range(4, 1101))
    assert list(store.numbers()) == sorted(each.nct_id for each in many)
    assert store.add(iter(many), read=TODAY) == 0


def test_an_addition_that_breaks_off_leaves_nothing(store: Store) -> None:
    def breaking() -> Iterator[Reading]:
        yield reading("NCT00000001", date(2026, 1, 1))
        raise RuntimeError("the file ends")

    with pytest.raises(RuntimeError):
        store.add(breaking(), read=TODAY)
    assert store.head() == 0
    assert store.add([reading("NCT00000001", date(2026, 1, 1))], read=TODAY) == 1 == store.head()


def test_what_changed_between_two_days(store: Store) -> None:
    store.add(
        [reading("NCT00000001", date(2026, day, 1), a=day, hasResults=False) for day in (1, 2, 3)], read=TODAY
    )
    (change,) = store.changes("NCT00000001", date(2026, 1, 15), date(2026, 3, 15))
    assert (change.path, change.before, change.after) == ("a", 1, 3)
    assert store.changes("NCT00000001", date(2026, 3, 1), date(2026, 4, 1)) == ()
    appeared = store.changes("NCT00000001", date(2025, 1, 1), date(2026, 1, 1))
    assert {each.before for each in appeared} == {None}
    with pytest.raises(RegistryError) as caught:
        store.changes("NCT00000009", date(2026, 1, 1), date(2026, 4, 1))
    assert caught.value.code == "REGI-035"


def test_writers_at_once_leave_no_gap_and_readers_see_whole_additions(kind: tuple[Open, Open]) -> None:
    kind[0]().close()

    def write(writer: int) -> None:
        store = kind[0]()
        for turn in range(5):
            day = date(2026, 1, 1)
            store.add(
                [reading(f"NCT{writer:04}{turn:02}{each:02}", day, a=turn) for each in range(10)], read=TODAY
            )
        store.close()

    def read(_: int) -> list[int]:
        store = kind[1]()
        heads = [store.head() for _ in range(40)]
        store.close()
        return heads

    with ThreadPoolExecutor(max_workers=5) as pool:
        readers = [pool.submit(read, number) for number in range(2)]
        for each in [pool.submit(write, number) for number in range(3)]:
            each.result()
        assert all(head % 10 == 0 for reader in readers for head in reader.result())
    store = kind[1]()
    assert [each.sequence for each in store.records()] == list(range(1, 151))
    store.close()
