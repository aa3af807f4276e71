"""Every error code stands once in one catalogue, is raised somewhere, and is asserted by some test.

The linter's findings are no errors: their catalogue is the list of its rules, each beside its function.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from importlib import import_module
from pathlib import Path

from equipoise.errors import EquipoiseError

from .sources import PACKAGE, ROOT, modules, short, tree

CODE = re.compile(r"(?!LINT)[A-Z]{4}-\d{3}")


def is_catalogue(path: Path) -> bool:
    """A package's catalogue: its `errors.py`, or a part of it."""
    return path.name.startswith("errors") and path.parent != PACKAGE


def catalogued() -> list[str]:
    """The codes that are keys in a catalogue, with repetition."""
    return [
        key.value
        for path in modules()
        for key in keys_of(path)
        if isinstance(key, ast.Constant) and CODE.fullmatch(str(key.value))
    ]


def used() -> dict[str, str]:
    """The codes that the code names other than as keys of a catalogue, with one place of each."""
    return {
        node.value: f"{short(path)}:{node.lineno}"
        for path in modules()
        for node in (each for each in ast.walk(tree(path)) if each not in keys_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value)
    }


def keys_of(path: Path) -> set[ast.AST]:
    """The keys of the dictionaries of a catalogue; none elsewhere."""
    if not is_catalogue(path):
        return set()
    return {key for node in ast.walk(tree(path)) if isinstance(node, ast.Dict) for key in node.keys if key}


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


def test_every_rule_of_the_linter_has_a_code_of_its_own() -> None:
    codes = [rule.code for rule in import_module("equipoise.registry.lint").RULES]
    assert codes and all(re.fullmatch(r"LINT-\d{3}", code) for code in codes)
    assert len(set(codes)) == len(codes)


def test_an_error_says_place_fault_why_and_remedy() -> None:
    error = EquipoiseError(code="TEST-001", place="here:1:2", fault="x is wrong", why="y", remedy="do z")
    assert str(error) == "TEST-001 here:1:2: x is wrong\n  Why: y\n  Do: do z"
    assert str(EquipoiseError(code="TEST-001", place="here", fault="x")) == "TEST-001 here: x"


def test_every_code_of_a_catalogue_is_used() -> None:
    assert sorted(set(catalogued()) - set(used())) == []


def test_every_code_of_a_catalogue_is_asserted_by_a_test() -> None:
    assert sorted(set(catalogued()) - asserted()) == []
