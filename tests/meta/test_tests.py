"""Tests about the tests: each asserts something, and each kind of proof has its folder."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from .sources import ROOT, modules, short, tree

KINDS = {
    "cases",
    "contracts",
    "definitions",
    "differential",
    "docs",
    "meta",
    "properties",
    "spec",
    "web",
    "worlds",
}
TESTS = tuple(path for path in modules(ROOT / "tests") if path.name.startswith("test_"))


def asserts(node: ast.FunctionDef | ast.AsyncFunctionDef, helpers: frozenset[str] = frozenset()) -> bool:
    """Whether a test asserts, itself or through a helper that does or whose name says so."""
    for each in ast.walk(node):
        if isinstance(each, ast.Assert):
            return True
        if isinstance(each, ast.Call):
            called = ast.unparse(each.func).rpartition(".")[2]
            if called in helpers or re.match(r"(raises|fail|assert|check|verify|expect|run_state)", called):
                return True
    return False


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions of a file."""
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def asserting_helpers(path: Path) -> frozenset[str]:
    """The functions of a file, apart from its tests, that assert."""
    return frozenset(
        node.name for node in functions(path) if not node.name.startswith("test_") and asserts(node)
    )


def test_every_test_asserts_something() -> None:
    idle = [
        f"{short(path)}:{node.name}"
        for path in TESTS
        for node in functions(path)
        if node.name.startswith("test_") and not asserts(node, asserting_helpers(path))
    ]
    assert idle == []


def test_every_test_file_is_in_the_folder_of_its_kind_of_proof() -> None:
    folders = {path.relative_to(ROOT / "tests").parts[0] for path in TESTS}
    assert folders - KINDS == set()


def test_no_test_is_skipped_or_expected_to_fail_by_a_mark() -> None:
    marked = [
        f"{short(path)}:{node.lineno}"
        for path in TESTS
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in {"skip", "xfail", "skipif"}
        if ast.unparse(node.value) == "pytest.mark"
    ]
    assert marked == []
