"""Functions have at most 50 lines and modules at most 400, apart from a short list of named exceptions."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .sources import modules, short, tree

FUNCTION_LINES = 50
MODULE_LINES = 400
# "src/equipoise/<module>.py" or "src/equipoise/<module>.py:<function>", each with its argument.
EXCEPTIONS: dict[str, str] = {}


def too_long() -> Iterator[str]:
    """The places over a limit, named as the list of exceptions names them."""
    for path in modules():
        if len(path.read_text(encoding="utf-8").splitlines()) > MODULE_LINES:
            yield short(path)
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                start = min([node.lineno, *(each.lineno for each in node.decorator_list)])
                if (node.end_lineno or start) - start + 1 > FUNCTION_LINES:
                    yield f"{short(path)}:{node.name}"


def test_functions_and_modules_stay_within_the_limits() -> None:
    assert sorted(set(too_long()) - EXCEPTIONS.keys()) == []


def test_every_named_exception_is_still_needed() -> None:
    assert sorted(EXCEPTIONS.keys() - set(too_long())) == []
