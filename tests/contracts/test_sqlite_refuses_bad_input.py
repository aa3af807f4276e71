"""Torn files, other files, full disks, tampered rows: each has its code, and nothing recorded is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from equipoise.errors import EquipoiseError
from equipoise.ledger import GENESIS, LedgerError, checkpoint, read_payload, verify_store
from equipoise.ledger.chain import chained, commitment, entry_hash
from equipoise.stores import SQLiteStore, StoreError
from equipoise.stores.errors import CATALOGUE
from equipoise.stores.schema import GUARDS

from .samples import draft, erasure, filled, opening, record, salt


@pytest.fixture
def ledger(path: Path) -> Path:
    """A closed ledger of seven entries."""
    with SQLiteStore.open(path, mode="practice") as store:
        filled(store)
    return path


def raw(path: Path, *statements: str) -> None:
    """What an administrator can do: drop the guards, then change what is wanted."""
    connection = sqlite3.connect(path)
    for name in GUARDS:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    for guard in GUARDS.values():
        connection.execute(guard)
    connection.commit()
    connection.close()


def refused(path: Path, mode: str | None = None) -> StoreError:
    """The error of an attempt to open and verify."""
    with pytest.raises(StoreError) as caught, SQLiteStore.open(path, mode=mode) as store:
        verify_store(store)
    error = caught.value
    assert error.place == str(path) and error.fault and error.why and error.remedy
    return error


def problems(path: Path) -> list[tuple[str, int]]:
    """What `verify_store` reports, by code and entry."""
    with SQLiteStore.open(path) as store:
        return [(each.code, each.sequence) for each in verify_store(store).problems]


# --- files ---


def test_a_path_without_a_ledger_is_not_created_by_accident(path: Path) -> None:
    assert refused(path).code == "STOR-001"
    assert not path.exists()


def test_an_empty_file_is_a_torn_ledger_and_not_a_new_one(path: Path) -> None:
    path.touch()
    assert refused(path, "practice").code == "STOR-003"
    assert path.stat().st_size == 0


def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    path.write_bytes(b"subject,weight\n01-0001,80.0\n" * 100)
    before = path.read_bytes()
    assert refused(path, "practice").code == "STOR-002"
    assert path.read_bytes() == before


def test_a_database_of_another_program_is_refused_and_left_alone(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE notes (text)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    assert refused(path, "practice").code == "STOR-004"
    assert path.read_bytes() == before


@pytest.mark.parametrize("part", [0.002, 0.02, 0.3, 0.5, 0.9])
def test_a_torn_file_is_refused_and_its_copy_still_holds_all(ledger: Path, part: float) -> None:
    copy = ledger.with_name("copy.db")
    shutil.copy(ledger, copy)
    os.truncate(ledger, int(ledger.stat().st_size * part))
    try:
        found = {code for code, _ in problems(ledger)}
    except StoreError as error:
        found = {error.code}
    assert found and found <= {"STOR-002", "STOR-003", "LEDG-030"}
    with SQLiteStore.open(copy) as store:
        assert verify_store(store).count == 7


def test_a_copy_holds_what_is_still_in_the_log_and_overwrites_nothing(ledger: Path) -> None:
    copy = ledger.with_name("copy.db")
    with SQLiteStore.open(ledger) as store:
        record(store, draft("new"))
        store.copy(copy)
        head = store.head()
        with pytest.raises(StoreError) as caught:
            store.copy(copy)
    assert caught.value.code == "STOR-004"
    with SQLiteStore.open(copy, mode="practice") as store:
        assert store.head() == head and verify_store(store).ok
        record(store, draft("in the copy"))
    assert problems(ledger) == problems(copy) == []


def test_an_overwritten_page_is_found(ledger: Path) -> None:
    content = bytearray(ledger.read_bytes())
    for start in range(4096, len(content), 4096):
        content[start : start + 64] = b"\xff" * 64
    ledger.write_bytes(content)
    assert refused(ledger).code == "STOR-003"


def test_a_folder_is_no_ledger(tmp_path: Path) -> None:
    assert refused(tmp_path).code == "STOR-009"


def test_a_ledger_cannot_be_created_in_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    assert refused(tmp_path / "absent" / "ledger.db", "practice").code == "STOR-009"


def test_a_ledger_that_cannot_be_written_says_so(ledger: Path) -> None:
    with SQLiteStore.open(ledger) as store:
        store._connection.execute("PRAGMA query_only = ON")
        with pytest.raises(StoreError) as caught:
            record(store, draft("new"))
        assert caught.value.code == "STOR-009" and store.head().sequence == 7


# --- modes and versions ---


def test_a_ledger_is_not_opened_in_another_mode(ledger: Path) -> None:
    with pytest.raises(LedgerError) as caught:
        SQLiteStore.open(ledger, mode="live")
    assert caught.value.code == "LEDG-010"
    with pytest.raises(LedgerError) as caught:
        SQLiteStore.open(ledger, mode="test")
    assert caught.value.code == "LEDG-001"
    assert problems(ledger) == []


def test_a_mode_that_was_changed_is_found(ledger: Path) -> None:
    raw(ledger, "UPDATE ledger_about SET value = 'live' WHERE key = 'mode'")
    assert problems(ledger) == [("LEDG-029", 1)]
    raw(ledger, "UPDATE ledger_about SET value = 'test' WHERE key = 'mode'")
    with pytest.raises(LedgerError) as caught:
        SQLiteStore.open(ledger)
    assert caught.value.code == "LEDG-001"


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("schema", "2", "STOR-005"),
        ("schema", "0", "STOR-006"),
        ("schema", "one", "STOR-006"),
        ("format", "2", "STOR-005"),
        ("format", "0", "STOR-006"),
        ("format", "²", "STOR-006"),
    ],
)
def test_a_ledger_of_another_version_is_refused(ledger: Path, key: str, value: str, code: str) -> None:
    raw(ledger, f"UPDATE ledger_about SET value = '{value}' WHERE key = '{key}'")
    assert refused(ledger).code == code


def test_a_ledger_that_does_not_say_what_it_is_is_refused(ledger: Path) -> None:
    raw(ledger, "DELETE FROM ledger_about")
    assert refused(ledger).code == "STOR-006"


# --- guards ---


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET payload = x'00' WHERE sequence = 3",
        "UPDATE ledger_entry SET payload = NULL, salt = NULL WHERE sequence = 3",
        "UPDATE ledger_entry SET participant = NULL",
        "UPDATE OR REPLACE ledger_entry SET sequence = 2 WHERE sequence = 3",
        "DELETE FROM ledger_entry WHERE sequence = 7",
        "DELETE FROM ledger_entry",
        "INSERT OR REPLACE INTO ledger_entry SELECT * FROM ledger_entry WHERE sequence = 3",
        "REPLACE INTO ledger_entry SELECT * FROM ledger_entry WHERE sequence = 7",
        "INSERT INTO ledger_entry SELECT * FROM ledger_entry WHERE sequence = 7"
        " ON CONFLICT DO UPDATE SET payload = x'00'",
        "INSERT INTO ledger_entry SELECT 9, hash, commitment, hash, salt, payload, type, NULL, command"
        " FROM ledger_entry WHERE sequence = 7",
        "INSERT INTO ledger_entry SELECT 8, previous, commitment, hash, salt, payload, type, NULL, command"
        " FROM ledger_entry WHERE sequence = 7",
        "INSERT INTO ledger_entry SELECT 8, hash, commitment, hash, NULL, payload, type, NULL, command"
        " FROM ledger_entry WHERE sequence = 7",
        "INSERT INTO ledger_entry SELECT NULL, hash, commitment, hash, salt, payload, type, NULL, command"
        " FROM ledger_entry WHERE sequence = 3",
        "INSERT INTO ledger_entry SELECT 8, hash, x'00', hash, salt, payload, type, NULL, command"
        " FROM ledger_entry WHERE sequence = 7",
        "UPDATE ledger_about SET value = 'live' WHERE key = 'mode'",
        "DELETE FROM ledger_about WHERE key = 'mode'",
        "INSERT OR REPLACE INTO ledger_about VALUES ('mode', 'live')",
        "INSERT INTO ledger_about VALUES ('more', 'x')",
    ],
)
@pytest.mark.parametrize("recursive", ["OFF", "ON"])
def test_the_guards_refuse_every_statement_that_is_no_append(
    ledger: Path, statement: str, recursive: str
) -> None:
    with SQLiteStore.open(ledger) as store:
        before = list(store.entries())
        store._connection.execute(f"PRAGMA recursive_triggers = {recursive}")
        with pytest.raises(sqlite3.IntegrityError):
            store._connection.execute(statement)
        assert list(store.entries()) == before and verify_store(store).ok


@pytest.mark.parametrize(
    "change",
    [
        "sequence = 99",
        "previous = zeroblob(32)",
        "commitment = zeroblob(32)",
        "hash = zeroblob(32)",
        "type = 'Other'",
        "participant = NULL",
        "command = 'other'",
        "salt = x'00'",
        "payload = x'00'",
    ],
)
def test_an_erasure_opens_the_guards_for_nothing_but_payload_and_salt(ledger: Path, change: str) -> None:
    with SQLiteStore.open(ledger) as store:
        with store.writing() as writer:
            writer.erase(erasure(3), writer.head, salt("e"))
        before = list(store.entries())
        for sequence in (3, 4):
            with pytest.raises(sqlite3.IntegrityError):
                store._connection.execute(f"UPDATE ledger_entry SET {change} WHERE sequence = {sequence}")
        assert list(store.entries()) == before and verify_store(store).ok


def test_an_erasure_cannot_name_what_is_still_to_come(ledger: Path) -> None:
    with SQLiteStore.open(ledger) as store, store.writing() as writer:
        early = chained(erasure(9), store.head(), salt("e"))
        assert early.payload is not None
        store.put([early], [read_payload(early.payload, 8)])
        writer.append([draft("new")], writer.head, [salt("n")])
        with pytest.raises(sqlite3.IntegrityError):
            store._connection.execute(
                "UPDATE ledger_entry SET salt = NULL, payload = NULL WHERE sequence = 9"
            )
    assert problems(ledger) == []


def test_a_refusal_of_the_guards_has_a_code(ledger: Path) -> None:
    with SQLiteStore.open(ledger) as store, store.writing():
        entry = next(store.entries())
        with pytest.raises(StoreError) as caught:
            store.put([entry], [next(store.events())])
    assert caught.value.code == "STOR-010" and problems(ledger) == []


def test_an_erasure_leaves_nothing_of_the_payload_in_the_file(path: Path) -> None:
    with SQLiteStore.open(path, mode="practice") as store:
        record(store, opening())
        record(store, draft("c1", data={"note": "a very recognisable sentence"}))
        assert b"recognisable" in path.read_bytes() + path.with_name("ledger.db-wal").read_bytes()
        with store.writing() as writer:
            writer.erase(erasure(2), writer.head, salt("e"))
        assert verify_store(store).erased == (2,)
        assert b"recognisable" not in path.read_bytes() + path.with_name("ledger.db-wal").read_bytes()
    assert b"recognisable" not in path.read_bytes()
    assert [each.name for each in path.parent.iterdir()] == [path.name]


# --- tampering ---


def test_a_tampered_payload_is_found_when_it_is_read_and_when_it_is_verified(ledger: Path) -> None:
    changed = "CAST(replace(CAST(payload AS TEXT), '80.0', '60.0') AS BLOB)"
    raw(ledger, f"UPDATE ledger_entry SET payload = {changed} WHERE sequence = 4")
    assert problems(ledger) == [("LEDG-023", 4)]
    with SQLiteStore.open(ledger) as store, pytest.raises(LedgerError) as caught:
        list(store.events())
    assert caught.value.code == "LEDG-023" and "80" not in str(caught.value)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE ledger_entry SET salt = x'00' WHERE sequence = 4", [("LEDG-023", 4)]),
        ("UPDATE ledger_entry SET salt = NULL WHERE sequence = 4", [("LEDG-025", 4)]),
        ("UPDATE ledger_entry SET payload = NULL, salt = NULL WHERE sequence = 4", [("LEDG-026", 4)]),
        ("UPDATE ledger_entry SET participant = '01-0009' WHERE sequence = 4", [("LEDG-030", 4)]),
        ("UPDATE ledger_entry SET type = 'Other' WHERE sequence = 4", [("LEDG-030", 4)]),
        ("UPDATE ledger_entry SET command = 'other' WHERE sequence = 4", [("LEDG-030", 4)]),
        ("DELETE FROM ledger_entry WHERE sequence = 4", [("LEDG-020", 5), ("LEDG-021", 5)]),
        ("UPDATE ledger_entry SET hash = zeroblob(32) WHERE sequence = 7", [("LEDG-022", 7)]),
        (
            "UPDATE ledger_entry SET hash = zeroblob(32) WHERE sequence = 4",
            [("LEDG-022", 4), ("LEDG-021", 5)],
        ),
    ],
)
def test_a_tampered_or_missing_row_is_found(
    ledger: Path, statement: str, found: list[tuple[str, int]]
) -> None:
    raw(ledger, statement)
    assert problems(ledger) == found


def test_reordered_rows_are_found(ledger: Path) -> None:
    raw(
        ledger,
        "UPDATE ledger_entry SET sequence = 99 WHERE sequence = 4",
        "UPDATE ledger_entry SET sequence = 4 WHERE sequence = 5",
        "UPDATE ledger_entry SET sequence = 5 WHERE sequence = 99",
    )
    found = problems(ledger)
    assert {sequence for _, sequence in found} >= {4, 5} and {code for code, _ in found} >= {"LEDG-021"}


def test_a_row_that_moved_to_another_participant_is_not_read(ledger: Path) -> None:
    raw(ledger, "UPDATE ledger_entry SET participant = '01-0009' WHERE sequence = 4")
    with SQLiteStore.open(ledger) as store, pytest.raises(LedgerError) as caught:
        list(store.events(participant="01-0009"))
    assert caught.value.code == "LEDG-009"


def test_a_payload_of_no_event_is_found_although_its_chain_holds(ledger: Path) -> None:
    with SQLiteStore.open(ledger) as store:
        head = store.head()
        committed = commitment(salt(8), b"{}")
        digest = entry_hash(8, head.hash, committed)
        store._connection.execute(
            "INSERT INTO ledger_entry VALUES (8, ?, ?, ?, ?, x'7b7d', 'T', NULL, 'c')",
            (head.hash, committed, digest, salt(8)),
        )
    assert problems(ledger) == [("LEDG-009", 8), ("LEDG-030", 8)]


def test_absent_or_weakened_guards_are_found(ledger: Path) -> None:
    connection = sqlite3.connect(ledger)
    connection.execute("DROP TRIGGER ledger_entry_delete")
    connection.execute("DROP TRIGGER ledger_about_update")
    connection.execute("CREATE TRIGGER ledger_about_update BEFORE UPDATE ON ledger_about BEGIN SELECT 1; END")
    connection.commit()
    connection.close()
    assert problems(ledger) == [("LEDG-030", 0), ("LEDG-030", 0)]


def test_a_rewritten_ledger_fails_against_an_older_checkpoint(ledger: Path, tmp_path: Path) -> None:
    with SQLiteStore.open(ledger) as store:
        printed = checkpoint(store.head(), study="S", mode="practice", recorded="2026-03-02T10:00:00Z")
    other = tmp_path / "rewritten.db"
    with SQLiteStore.open(other, mode="practice") as store:
        record(store, opening())
        for number in range(1, 8):
            record(store, draft(f"c{number}", data={"form": "vital_signs", "values": {"weight": "60.0"}}))
        assert verify_store(store).ok, "without the checkpoint nobody would know"
        assert [(each.code, each.sequence) for each in verify_store(store, [printed]).problems] == [
            ("LEDG-027", 7)
        ]
    with SQLiteStore.open(tmp_path / "short.db", mode="live") as store:
        found = verify_store(store, [printed]).problems
    assert [(each.code, each.sequence) for each in found] == [("LEDG-028", 7), ("LEDG-029", 7)]


# --- full disk ---


def test_a_full_database_refuses_the_command_and_keeps_what_was_recorded(ledger: Path) -> None:
    with SQLiteStore.open(ledger) as store:
        pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
        store._connection.execute(f"PRAGMA max_page_count = {pages + 4}")
        with pytest.raises(StoreError) as caught:
            record(store, *(draft("big", data={"text": "x" * 9000}) for _ in range(5)))
        assert caught.value.code == "STOR-007" and store.head().sequence == 7
        assert verify_store(store).ok
        store._connection.execute("PRAGMA max_page_count = 10000")
        record(store, draft("big"))
        assert store.head().sequence == 8 and verify_store(store).ok


def test_a_caller_that_goes_on_after_a_full_disk_records_no_half_command(ledger: Path) -> None:
    with SQLiteStore.open(ledger) as store:
        pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
        store._connection.execute(f"PRAGMA max_page_count = {pages + 4}")
        # either the end of the block says that nothing was kept, or only whole commands were kept
        with pytest.raises((StoreError, sqlite3.Error, AssertionError)), store.writing() as writer:
            for number in range(9):
                record(store, draft(f"big{number}", data={"text": "x" * 9000}))
            writer.append([], writer.head, [])
        kept = [event.command for event in store.events()]
        assert len(kept) == 7 and verify_store(store).ok


def test_of_a_command_that_found_no_space_nothing_is_kept_even_if_the_caller_goes_on(ledger: Path) -> None:
    with SQLiteStore.open(ledger) as store:
        pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
        with store.writing() as writer:
            store._connection.execute(f"PRAGMA max_page_count = {pages + 8}")
            drafts = [draft("big", data={"text": "x" * 9000})] * 5
            with pytest.raises(StoreError) as caught:
                writer.append(drafts, writer.head, [salt(number) for number in range(5)])
            assert caught.value.code == "STOR-007" and writer.head.sequence == 7
            writer.append([draft("small")], writer.head, [salt("s")])
        assert [event.command for event in store.events(after=7)] == ["small"]
        assert verify_store(store).ok


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 KiB, where this account may mount one; else a skip says why."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or os.system(f"mount -t tmpfs -o size=256k tmpfs {folder} 2> {os.devnull}") != 0:
        pytest.skip("a disk can only be mounted by root; the page limit of SQLite stands for it")
    yield folder
    assert os.system(f"umount {folder}") == 0


def test_a_full_disk_refuses_the_command_and_keeps_what_was_recorded(small_disk: Path) -> None:
    with SQLiteStore.open(small_disk / "ledger.db", mode="practice") as store:
        record(store, opening())
        kept = 0
        with pytest.raises(EquipoiseError) as caught:
            for kept in range(1000):  # noqa: B007 - the number of the command that failed
                record(store, draft(f"c{kept}", data={"text": "x" * 3000}))
        assert caught.value.code in {"STOR-007", "STOR-012"}
        assert store.head().sequence == 1 + kept and kept > 3
    # closing may have freed room; what was acknowledged is there
    with SQLiteStore.open(small_disk / "ledger.db") as store:
        report = verify_store(store)
        assert report.ok and report.count == 1 + kept


def test_a_ledger_is_not_half_created_on_a_full_disk(small_disk: Path) -> None:
    (small_disk / "filler").write_bytes(b"x" * 240 * 1024)
    with pytest.raises(StoreError) as caught:
        SQLiteStore.open(small_disk / "ledger.db", mode="practice")
    assert caught.value.code in {"STOR-007", "STOR-009", "STOR-012"}
    assert [each.name for each in small_disk.iterdir()] == ["filler"]


# --- a connection of the caller ---


def test_the_callers_own_tables_join_the_transaction(path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.row_factory = lambda cursor, row: {"row": row}
    store = SQLiteStore.on(connection, "practice")
    connection.execute("CREATE TABLE summary (participant TEXT PRIMARY KEY)")
    with store.writing() as writer:
        writer.append([draft("c1")], writer.head, [salt(1)])
        connection.execute("INSERT INTO summary VALUES ('01-0001')")
    with pytest.raises(sqlite3.IntegrityError), store.writing() as writer:
        writer.append([draft("c2")], writer.head, [salt(2)])
        connection.execute("INSERT INTO summary VALUES ('01-0001')")  # the caller's error stays what it is
    assert [event.command for event in store.events()] == ["c1"]
    connection.execute("BEGIN IMMEDIATE")
    with store.batch(), store.writing() as writer:
        writer.append([draft("c3")], writer.head, [salt(3)])
    assert store.head().sequence == 2
    connection.execute("ROLLBACK")
    assert store.head().sequence == 1 and verify_store(store).ok
    store.close()
    assert connection.execute("SELECT count(*) FROM summary").fetchone() == {"row": (1,)}
    again = SQLiteStore.on(connection, "practice")
    assert again.head() == store.head()
    with pytest.raises(LedgerError) as caught:
        SQLiteStore.on(connection, "live")
    assert caught.value.code == "LEDG-010"
    connection.close()


def test_an_erasure_joins_the_callers_transaction(path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    store = SQLiteStore.on(connection, "practice")
    filled(store)
    connection.execute("BEGIN IMMEDIATE")
    with store.writing() as writer:
        writer.erase(erasure(3), writer.head, salt("e"))
    connection.execute("ROLLBACK")
    assert verify_store(store).count == 7 and verify_store(store).erased == ()
    with store.writing() as writer:
        writer.erase(erasure(3), writer.head, salt("e"))
    assert verify_store(store).ok and verify_store(store).erased == (3,)
    connection.close()


def test_the_tables_are_created_inside_the_callers_transaction() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("BEGIN")
    store = SQLiteStore.on(connection, "simulation")
    record(store, opening("simulation"))
    assert verify_store(store).ok
    connection.execute("ROLLBACK")
    store = SQLiteStore.on(connection, "practice")
    assert store.head() == GENESIS and store.mode == "practice"
    connection.close()


def test_a_connection_that_does_not_write_through_is_refused(path: Path) -> None:
    SQLiteStore.open(path, mode="practice").close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("BEGIN")  # inside a transaction it cannot be changed any more
    with pytest.raises(StoreError) as caught:
        SQLiteStore.on(connection, "practice")
    assert caught.value.code == "STOR-011"
    connection.execute("COMMIT")
    store = SQLiteStore.on(connection, "practice")
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,) and store.head() == GENESIS
    connection.close()


def test_a_ledger_made_between_the_question_and_the_lock_is_used_as_it_is(path: Path) -> None:
    SQLiteStore.open(path, mode="live").close()
    before = path.read_bytes()
    from equipoise.stores import sqlite as module

    connection = sqlite3.connect(path, isolation_level=None)
    module._create_tables(connection, "practice")
    connection.close()
    assert path.read_bytes() == before
    other = path.with_name("other.db")
    module._create_database(other, "practice")
    module._create_file(other, "live")  # the name is taken: nothing happens to it
    with SQLiteStore.open(other) as store:
        assert store.mode == "practice"


def test_an_error_without_a_code_is_passed_on_as_it_is(ledger: Path) -> None:
    with SQLiteStore.open(ledger) as store:
        store._connection.execute("DROP TABLE ledger_entry")
        with pytest.raises(sqlite3.OperationalError):
            store.head()


def test_every_code_says_why_and_what_to_do() -> None:
    assert all(why and remedy for why, remedy in CATALOGUE.values())
