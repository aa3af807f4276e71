"""The reference manual says what the tests run."""

from __future__ import annotations

from pathlib import Path

from tests.spec.print_manual import manual

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "rules.md"


def test_the_page_is_printed_from_the_chapters() -> None:
    assert PAGE.read_text(encoding="utf-8") == manual(), "run python -m tests.spec.print_manual"
