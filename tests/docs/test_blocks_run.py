"""Every block of the documents runs: Python as it stands, and commands that the command line understands."""

from __future__ import annotations

import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest

from equipoise.cli.main import COMMANDS, command_parser

from .printing import printed_anew

ROOT = Path(__file__).resolve().parents[2]
PAGES = tuple(sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]))
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path, *languages: str) -> list[str]:
    """The fenced blocks of a page in any of these languages."""
    return [
        text for language, text in BLOCK.findall(page.read_text(encoding="utf-8")) if language in languages
    ]


def pages_with(*languages: str) -> list[Path]:
    """The pages that have such blocks."""
    return [page for page in PAGES if blocks(page, *languages)]


@pytest.mark.parametrize("page", pages_with("python"), ids=lambda page: page.name)
def test_the_python_of_a_page_runs_and_prints_what_the_page_says(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert printed_anew(text, str(page)) == text, "run `python -m tests.docs` and read what changed"


def test_the_commands_of_the_pages_are_understood() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    shown = [text for page in PAGES for text in blocks(page, "sh", "console", "bash")]
    for line in "\n".join(shown).splitlines():
        words = shlex.split(line.removeprefix("$ "), comments=True)
        if words[:1] == ["make"]:
            assert set(words[1:]) <= targets, line
        elif words[:1] == ["equipoise"] and words[1:2] != ["--help"]:
            parser = command_parser(words[1], import_module(COMMANDS[words[1]][0]))
            assert parser.parse_args(words[2:]), line


def test_links_between_the_pages_lead_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if not re.match(r"[a-z]+:", target) and "chapters" not in page.parts
        if not (page.parent / target).exists()
    ]
    assert broken == []
