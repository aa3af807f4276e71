"""Every error code stands once in one catalogue, is raised somewhere, and is asserted by some test."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

from equipoise.errors import EquipoiseError

from .sources import PACKAGE, ROOT, modules, short, tree

CODE = re.compile(r"[A-Z]{4}-\d{3}")


def is_catalogue(path: Path) -> bool:
    """A package's catalogue: its `errors.py`, or a part of it."""
    return path.name.startswith("errors") and path.parent != PACKAGE


def catalogued() -> list[str]:
    """The codes that are keys in a catalogue, with repetition."""
    return [
        key.value
        for path in modules()
        if is_catalogue(path)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and CODE.fullmatch(str(key.value))
    ]


def used() -> dict[str, str]:
    """The codes that the code outside the catalogues names, with one place of each."""
    return {
        node.value: f"{short(path)}:{node.lineno}"
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value)
        if not (is_catalogue(path) and node.value in set(catalogued_in(path)))
    }


def catalogued_in(path: Path) -> list[str]:
    """The codes that are keys in one file."""
    return [
        key.value
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    ]


def asserted() -> set[str]:
    """The codes that occur in tests, in recorded messages or in the cases of a study."""
    folders = (ROOT / "tests", ROOT / "studies")
    files = (
        path for folder in folders for path in folder.rglob("*") if path.suffix in {".py", ".txt", ".yaml"}
    )
    return {code for path in files for code in CODE.findall(path.read_text(encoding="utf-8"))}


def test_every_code_stands_once_in_one_catalogue() -> None:
    repeated = sorted(code for code, count in Counter(catalogued()).items() if count > 1)
    assert repeated == []


def test_every_code_that_is_used_stands_in_a_catalogue() -> None:
    known = set(catalogued())
    assert {code: place for code, place in used().items() if code not in known} == {}


def test_an_error_says_place_fault_why_and_remedy() -> None:
    error = EquipoiseError(code="TEST-001", place="here:1:2", fault="x is wrong", why="y", remedy="do z")
    assert str(error) == "TEST-001 here:1:2: x is wrong\n  Why: y\n  Do: do z"
    assert str(EquipoiseError(code="TEST-001", place="here", fault="x")) == "TEST-001 here: x"
