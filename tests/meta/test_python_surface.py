"""`import equipoise as eq`: every name is there, lazily, with types and words, and the reference page is current."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys

import pytest

import equipoise as eq
from tests.spec.print_python_manual import page

from .sources import PACKAGE, ROOT, tree

NAMES = sorted(eq.PLACES)
FUNCTIONS = [name for name in NAMES if inspect.isfunction(getattr(eq, name))]


def test_the_import_loads_nothing_else() -> None:
    script = (
        "import sys\nbefore = set(sys.modules)\nimport equipoise\n"
        "print(sorted(set(sys.modules) - before - {'__future__'}))\n"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "['equipoise']"


def test_editors_and_type_checkers_see_what_is_there_at_run_time() -> None:
    guarded = next(node for node in tree(PACKAGE / "__init__.py").body if isinstance(node, ast.If))
    seen = {
        each.asname: f"{node.module}:{each.name}"
        for node in guarded.body
        if isinstance(node, ast.ImportFrom)
        for each in node.names
    }
    assert seen == {name: place if ":" in place else f"{place}:{name}" for name, place in eq.PLACES.items()}
    assert eq.__all__ == NAMES
    assert set(NAMES) <= set(dir(eq))


def test_a_name_stands_in_one_chapter() -> None:
    assert sum(map(len, eq.CHAPTERS.values())) == len(NAMES)


def test_every_statistical_function_stands_in_a_page_with_its_mathematics() -> None:
    """Each export of the statistical chapters is named in the reference of estimators, design or randomisation."""
    pages = ("estimators", "design", "randomisation", "operating-characteristics")
    text = "".join((ROOT / "docs" / "reference" / f"{page}.md").read_text(encoding="utf-8") for page in pages)
    chapters = list(eq.CHAPTERS)[: list(eq.CHAPTERS).index("A study, from its folder to its report")]
    wanted = {name for chapter in chapters for name in eq.CHAPTERS[chapter]} - {"Guesses"}
    assert sorted(name for name in wanted if f"`{name}`" not in text) == []


def test_a_misspelt_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(AttributeError, match="has no 'tiping_point'; did you mean 'tipping_point'"):
        eq.tiping_point  # noqa: B018
    with pytest.raises(AttributeError, match="has no 'zzzz'$"):
        eq.zzzz  # noqa: B018


@pytest.mark.parametrize("name", NAMES)
def test_every_export_says_what_it_is(name: str) -> None:
    said = inspect.getdoc(getattr(eq, name)) or ""
    assert len(said) >= 25 and said.split("\n\n")[0].endswith(".")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_fully_typed_and_names_its_parameters(name: str) -> None:
    signature = inspect.signature(getattr(eq, name))
    assert signature.return_annotation is not inspect.Signature.empty
    bare = [each.name for each in signature.parameters.values() if each.annotation is each.empty]
    assert bare == []


@pytest.mark.parametrize(
    "name", [each for each in FUNCTIONS if ".frames." in eq.PLACES[each] or ".asked" in eq.PLACES[each]]
)
def test_a_function_over_frames_says_its_errors(name: str) -> None:
    own = getattr(eq, name)
    assert "Raises" in (inspect.getdoc(own) or "") or "Arms are" in (inspect.getdoc(own) or "")
    given = [each for each in inspect.signature(own).parameters if each in ("frame", "study", "slice_")]
    assert len(given) == len(set(given))


def test_the_reference_page_is_current() -> None:
    written = (ROOT / "docs" / "reference" / "python.md").read_text(encoding="utf-8")
    assert written == page(), "run `make manual`"
