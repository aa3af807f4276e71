"""The files of the repository: modules that say what they are, a sorted glossary, no stray words."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from .sources import PACKAGE, ROOT, modules, short, tracked, tree

TEXT = {".py", ".md", ".toml", ".yaml", ".yml", ".json", ".txt", ".css", ".html", ".jinja", ".sh", ".po", ""}
# A path of somebody's machine, and what belongs to the making of the product rather than to the product.
# Each is written in pieces, so that this file does not find itself.
STRAY = re.compile(
    "|".join(
        (
            r"(?<![\w.-])/(?:work|root|home/\w+|Users/\w+)" + r"/\w",
            r"/tmp" + r"/(?:eq|bash_jobs)",
            r"\b(?:Clau" + r"de|Chat" + r"GPT|Anthro" + r"pic|Copi" + r"lot)\b",
            r"\bissue #" + r"?\d",
        )
    )
)
UNFINISHED = re.compile(r"#.*\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")


def lines(path: Path) -> list[str]:
    """The lines of a text file; none for a file that is not text."""
    if path.suffix not in TEXT or path.name == "uv.lock":
        return []
    return path.read_text(encoding="utf-8").splitlines()


def test_tracked_files_hold_no_path_of_a_machine_and_nothing_of_their_making() -> None:
    found = [
        f"{short(path)}:{number} {match.group()}"
        for path in tracked()
        for number, line in enumerate(lines(path), 1)
        if (match := STRAY.search(line))
    ]
    assert found == []


def test_no_note_of_unfinished_work_is_left_in_code() -> None:
    found = [
        f"{short(path)}:{number}"
        for path in tracked()
        if path.suffix == ".py"
        for number, line in enumerate(lines(path), 1)
        if UNFINISHED.search(line)
    ]
    assert found == []


def test_every_module_begins_by_saying_what_it_is() -> None:
    silent = [short(path) for path in modules() if not ast.get_docstring(tree(path))]
    assert silent == []


def test_every_exclusion_from_coverage_is_argued_on_its_line() -> None:
    bare = [
        f"{short(path)}:{number}"
        for path in modules()
        for number, line in enumerate(lines(path), 1)
        if "pragma: no" in line and not re.search(r"pragma: no (?:cover|branch)\W+\w+\W+\w+", line)
    ]
    assert bare == []


def test_no_exception_is_swallowed() -> None:
    swallowed = [
        f"{short(path)}:{node.lineno}"
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and all(isinstance(each, ast.Pass) for each in node.body)
    ]
    assert swallowed == []


def test_the_glossary_is_sorted_and_one_line_a_term() -> None:
    entries = [line for line in lines(ROOT / "GLOSSARY.md") if line.startswith("- ")]
    terms = [re.match(r"- \*\*(.+?)\*\*: \S", line) for line in entries]
    assert entries and all(terms), [line for line, term in zip(entries, terms, strict=True) if not term]
    names = [term.group(1).casefold() for term in terms if term]
    assert names == sorted(set(names))


def test_the_changelog_has_a_place_for_what_is_not_released() -> None:
    assert "## Unreleased" in lines(ROOT / "CHANGELOG.md")


def test_the_package_tells_type_checkers_that_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").is_file()


def test_every_dependency_says_why_it_is_there() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    tables = re.findall(r"^(?:dependencies|dev) = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    listed = [line for table in tables for line in table.splitlines()]
    assert len(tables) == 2
    assert listed
    assert [line for line in listed if not re.search(r'",\s+# \w+', line)] == []
