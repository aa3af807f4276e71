"""Prints the reference manual of the expression language from the chapters that the tests run.

`python -m tests.spec.print_manual > docs/reference/rules.md`; a test fails when the two differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from equipoise.rules.errors import CATALOGUE
from equipoise.rules.unit_table import COMMON
from tests.spec.rules.chapter import Chapter, Example
from tests.spec.rules.test_rules_chapters import CHAPTERS
from tests.spec.rules.test_rules_truth_tables import ROWS, TABLES

HEAD = """# The expression language

This page is printed from the tests: every line of every table is run. Write an expression as one YAML
scalar, or over several lines as a literal block (`|`). The examples read a small study: vital signs at
`screening` and `week_4`, a laboratory form at `screening`, demography, and the log `history`.
"""
WORDS = {"T": "true", "F": "false", "U": "unknown"}


def said(data: Mapping[str, Any]) -> str:
    """What is known of the participant, in one cell."""
    parts = []
    for key, words in data.items():
        if key == "closed":
            parts += [f"{form} is closed" for form in words]
        elif isinstance(words, str):
            parts.append(f"{key} = {words}")
        else:
            for one in words if isinstance(words, list) else [words]:
                parts.append(f"{key}: " + ", ".join(f"{item} {text}" for item, text in one.items()))
    return "; ".join(parts)


def row(example: Example) -> str:
    """One example as a row; a long one is cut, since the whole stands in the tests."""
    text = example.expression if len(example.expression) < 120 else example.expression[:60] + " ..."
    data = said(example.data) + (f" (in the checks of {example.own})" if example.own else "")
    cells = (f"`{text}`" if text.strip() else "(empty)", data, f"`{example.expected}`")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def section(chapter: Chapter) -> list[str]:
    """One chapter: prose, then its examples."""
    lines = [f"## {chapter.title}", "", chapter.prose, ""]
    lines += ["| Expression | Known of the participant | Comes to |", "| --- | --- | --- |"]
    lines += [row(example) for example in chapter.examples]
    return [*lines, "", *truth_tables()] if chapter.title == "Logic" else [*lines, ""]


def truth_tables() -> list[str]:
    """The tables of and, or and implies."""
    lines = ["| A | B | " + " | ".join(f"A {word} B" for word in TABLES) + " |", "| --- " * 5 + "|"]
    for index, (left, right) in enumerate(ROWS):
        results = [WORDS[table[index]] for table in TABLES.values()]
        lines.append("| " + " | ".join([WORDS[left], WORDS[right], *results]) + " |")
    return [*lines, ""]


def manual() -> str:
    """The whole page."""
    lines = [HEAD]
    for chapter in CHAPTERS:
        lines += section(chapter)
    lines += ["## Common units", "", "Any product of their parts is as good.", ""]
    lines += [", ".join(f"`{code}`" for code in COMMON), "", "## Errors", ""]
    lines += ["| Code | Fault | Why | Remedy |", "| --- | --- | --- | --- |"]
    for code, texts in sorted(CATALOGUE.items()):
        cells = [text.replace("{{", "{").replace("}}", "}").replace("|", "\\|") for text in texts]
        lines.append(f"| {code} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(manual(), end="")
