"""The small registry and its application, made once for all tests of the pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from equipoise.web.application import application
from tests.web.site import TODAY, Client, make_index


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small registry's index."""
    return make_index(tmp_path_factory.mktemp("registry"))


@pytest.fixture(scope="session")
def client(index: Path) -> Client:
    """A client of the application that serves it."""
    return Client(application(index, today=lambda: TODAY))
