"""No core package reads a clock or a source of randomness: both are arguments.

import-linter keeps the modules out (`random`, `secrets`, `time`); this test catches the calls that come
by way of allowed modules, `datetime.now` and its like.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from .sources import core_modules, short, tree

FORBIDDEN = frozenset({"now", "today", "utcnow", "urandom", "getrandom"})
SOURCES = frozenset({"datetime", "os"})
FORBIDDEN_MODULES = frozenset({"time", "random", "secrets", "uuid"})


def brought_in(module: ast.Module) -> set[str]:
    """The names under which a module knows `datetime`, `os` and what is in them."""
    return {
        each.asname or each.name.partition(".")[0]
        for node in ast.walk(module)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for each in node.names
        if (getattr(node, "module", None) or each.name).partition(".")[0] in SOURCES
    }


def impure(module: ast.Module) -> Iterator[tuple[int, str]]:
    """The lines of a module that name a clock or a source of randomness."""
    suspects = brought_in(module)
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and node.attr in FORBIDDEN:
            if ast.unparse(node.value).partition(".")[0] in suspects:
                yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, each.name) for each in node.names if each.name in FORBIDDEN_MODULES)
        elif isinstance(node, ast.ImportFrom):
            names = {each.name for each in node.names}
            if node.module in FORBIDDEN_MODULES or names & FORBIDDEN:
                yield node.lineno, ast.unparse(node)


def test_core_packages_read_no_clock_and_no_randomness() -> None:
    found = [f"{short(path)}:{line} {text}" for path in core_modules() for line, text in impure(tree(path))]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "import datetime\ndatetime.datetime.now(UTC)",
        "import datetime as dt\ndt.date.today()",
        "from datetime import date\ndate.today()",
        "from datetime import datetime as moment\nmoment.utcnow()",
        "import os\nos.urandom(16)",
        "from os import urandom",
        "import time",
        "from time import monotonic",
        "import random",
        "from secrets import token_bytes",
        "import uuid",
        "from uuid import uuid4",
    ],
)
def test_the_check_sees_each_way_in(source: str) -> None:
    assert list(impure(ast.parse(source)))
