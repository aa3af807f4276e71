"""The stores that the contract suite runs on. A new store is one more class and one more line in BACKENDS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from equipoise.ledger import MemoryStore, Store
from equipoise.stores import SQLiteStore

from .postgres import ABSENT as NO_SERVER
from .postgres import database, postgres

__all__ = ["database", "postgres"]


class Backend(Protocol):
    """How a test gets stores of one kind."""

    def create(self, mode: str) -> Store:
        """A new, empty store."""

    def again(self) -> Store:
        """The store that was created, as another part of the program would reach it."""

    def close(self) -> None:
        """Give back what was opened."""


class MemoryBackend:
    """In memory the store is its own second reader."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self, mode: str) -> Store:
        self.store = MemoryStore(mode)
        return self.store

    def again(self) -> Store:
        return self.store

    def close(self) -> None:
        del self.store


class SQLiteBackend:
    """In SQLite the second reader has a connection of its own."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "ledger.db"
        self.opened: list[SQLiteStore] = []

    def create(self, mode: str) -> Store:
        return self._open(mode)

    def again(self) -> Store:
        return self._open(None)

    def _open(self, mode: str | None) -> SQLiteStore:
        self.opened.append(SQLiteStore.open(self.path, mode=mode))
        return self.opened[-1]

    def close(self) -> None:
        for store in self.opened:
            store.close()


BACKENDS = {"memory": MemoryBackend, "sqlite": SQLiteBackend}


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    """One kind of store after the other."""
    made = BACKENDS[request.param](tmp_path)
    yield made
    made.close()


@pytest.fixture
def store(backend: Backend) -> Store:
    """A new practice ledger."""
    return backend.create("practice")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a ledger in SQLite is, or will be."""
    return tmp_path / "ledger.db"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says aloud how many tests did not run because there is no PostgreSQL server."""
    skipped = terminalreporter.stats.get("skipped", [])
    if count := sum(NO_SERVER in str(report.longrepr) for report in skipped):
        terminalreporter.write_line(f"NOT RUN: {count} tests, because {NO_SERVER}", yellow=True, bold=True)
