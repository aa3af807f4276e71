"""No core package reads a clock or a source of randomness: both are arguments.

import-linter keeps the modules out (`random`, `secrets`, `time`); this test catches the calls that come
by way of allowed modules, `datetime.now` and its like.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from .sources import core_modules, short, tree

FORBIDDEN = frozenset({"now", "today", "utcnow", "urandom", "getrandom", "uuid1", "uuid4", "SystemRandom"})
FORBIDDEN_MODULES = frozenset({"time", "random", "secrets", "uuid"})


def impure(module: ast.Module) -> Iterator[tuple[int, str]]:
    """The lines of a module that name a clock or a source of randomness."""
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and node.attr in FORBIDDEN:
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
        "datetime.datetime.now(UTC)",
        "datetime.date.today()",
        "date.today()",
        "datetime.utcnow()",
        "os.urandom(16)",
        "from os import urandom",
        "import time",
        "from time import monotonic",
        "import random",
        "from secrets import token_bytes",
        "uuid.uuid4()",
    ],
)
def test_the_check_sees_each_way_in(source: str) -> None:
    assert list(impure(ast.parse(source)))
