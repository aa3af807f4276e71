"""Prints the reference manual from the specification's tests: `make manual`.

A file of `tests/spec` is a chapter: its docstring opens it, each test is a sentence, and a test's docstring
says more. So whatever the manual says is proved by a test. The expression language, the definition and the
linter have pages of their own, printed from what the program itself reads, and kept in the repository.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

from equipoise.registry.lint.manual import manual as linter
from equipoise.study.schema import schema_text
from tests.spec.print_definition_manual import text as definition
from tests.spec.print_manual import manual as language
from tests.spec.print_python_manual import page as python

SPEC = Path(__file__).parent
REFERENCE = SPEC.parents[1] / "docs" / "reference"
CHAPTERS = REFERENCE / "chapters"
PAGES: dict[str, Callable[[], str]] = {
    "rules.md": language,
    "definition.md": definition,
    "definition.schema.json": schema_text,
    "lint.md": linter,
    "python.md": python,
}


def chapters() -> Iterator[tuple[str, str]]:
    """The name and the text of each chapter, in order."""
    for path in sorted(SPEC.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        name = "-".join(path.relative_to(SPEC).with_suffix("").parts).replace("test_", "").replace("_", "-")
        yield name, chapter(name, tree)


def chapter(name: str, tree: ast.Module) -> str:
    """One chapter: its title, what its docstring says, and a sentence for each test."""
    title = name.replace("-", " ").capitalize()
    sentences = [
        sentence(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    return "\n".join([f"# {title}", "", ast.get_docstring(tree) or "", "", *sentences, ""])


def sentence(test: ast.FunctionDef) -> str:
    """What a test proves: its name in words, and the rest from its docstring."""
    words = test.name.removeprefix("test_").replace("_", " ")
    line = f"- {words[0].upper()}{words[1:]}."
    more = ast.get_docstring(test)
    return f"{line} {' '.join(more.split())}" if more else line


def write(folder: Path) -> int:
    """Writes the chapters and their list; the number of chapters."""
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for name, text in chapters():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
        names.append(name)
    listed = "\n".join(f"- [{name.replace('-', ' ').capitalize()}]({name}.md)" for name in names)
    (folder / "index.md").write_text(f"# Reference\n\n{listed}\n", encoding="utf-8")
    return len(names)


if __name__ == "__main__":
    for name, text in PAGES.items():
        (REFERENCE / name).write_text(text(), encoding="utf-8")
    print(f"{', '.join(PAGES)} in {REFERENCE}, and {write(CHAPTERS)} chapters in {CHAPTERS}")
