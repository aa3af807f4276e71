"""Eight writers at once share one ledger, and a writer that is killed loses nothing that it acknowledged."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from equipoise.ledger import GENESIS, verify_store
from equipoise.stores import SQLiteStore, StoreError

from .samples import draft, filled, record

WRITERS = Path(__file__).with_name("writers.py")


def start(*words: object) -> subprocess.Popen[str]:
    """A writer in a process of its own."""
    command = [sys.executable, str(WRITERS), *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_eight_processes_create_and_write_one_ledger(path: Path) -> None:
    # nobody created it before: they race for that as well
    running = [start("many", path, f"w{number}", 12) for number in range(8)]
    answers = [process.communicate(timeout=600) for process in running]
    assert [error for _, error in answers] == [""] * 8
    with SQLiteStore.open(path) as store:
        report = verify_store(store)
        assert report.ok and report.count == 8 * 12 * 2
        for number, (said, _) in enumerate(answers):
            own = [event.command for event in store.events(participant=f"w{number}")]
            assert own[::2] == own[1::2] == said.split() and len(own) == 24
    assert sorted(each.name for each in path.parent.iterdir()) == [path.name]


@pytest.mark.parametrize("acknowledged", [1, 7, 23])
def test_a_killed_writer_loses_nothing_that_it_acknowledged(path: Path, acknowledged: int) -> None:
    process = start("endless", path, "w")
    assert process.stdout is not None
    said = [process.stdout.readline().strip() for _ in range(acknowledged)]
    process.send_signal(signal.SIGKILL)
    # not `communicate`, which would pass over what `readline` has read ahead
    said += process.stdout.read().split()
    assert process.communicate() == ("", "") and process.returncode == -signal.SIGKILL
    with SQLiteStore.open(path) as store:
        assert verify_store(store).ok
        kept = [event.command for event in store.events()]
        assert kept[::2] == kept[1::2], "the events of a command stand together or not at all"
        assert set(said) <= set(kept) and len(set(kept) - set(said)) <= 1
        record(store, draft("after"))
        assert verify_store(store).ok


def test_a_writer_killed_inside_its_block_leaves_nothing_of_it(path: Path) -> None:
    with SQLiteStore.open(path, mode="practice") as store:
        filled(store)
        before = store.head()
    process = start("stuck", path)
    assert process.stdout is not None and process.stdout.readline() == "inside\n"
    with SQLiteStore.open(path, patience=0) as store:
        assert store.head() == before, "a reader never waits, and never sees half a command"
        with pytest.raises(StoreError) as caught:
            record(store, draft("new"))
        assert caught.value.code == "STOR-008"
    process.kill()
    process.communicate()
    with SQLiteStore.open(path) as store:
        assert store.head() == before and store.command("stuck-1") == ()
        record(store, draft("new"))
        assert verify_store(store).ok


def test_a_caller_that_began_without_the_lock_still_locks_the_head(path: Path) -> None:
    import sqlite3

    SQLiteStore.open(path, mode="practice").close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN")
    store = SQLiteStore.on(connection, "practice")
    with store.writing() as writer, SQLiteStore.open(path, patience=0) as other:
        assert writer.head == GENESIS
        with pytest.raises(StoreError) as caught:
            record(other, draft("other"))
        assert caught.value.code == "STOR-008"
    connection.execute("ROLLBACK")
    connection.close()
