"""The manual of a study definition is current, complete, and its smallest study loads."""

from __future__ import annotations

from pathlib import Path

import yaml

from equipoise.study import load
from equipoise.study.errors import CATALOGUE
from tests.spec.print_definition_manual import text

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "definition.md"


def test_the_page_is_current() -> None:
    """Else: `python -m tests.spec.print_definition_manual > docs/reference/definition.md`."""
    assert PAGE.read_text(encoding="utf-8") == text()


def test_the_page_names_every_error() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [code for code in CATALOGUE if f"| {code} |" not in page] == []


def test_the_smallest_study_of_the_page_loads(tmp_path: Path) -> None:
    block = PAGE.read_text(encoding="utf-8").split("## The smallest study")[1].split("```")[1]
    assert yaml.safe_load(block.removeprefix("yaml"))
    (tmp_path / "study.yaml").write_text(block.removeprefix("yaml"), encoding="utf-8")
    assert load(tmp_path).definition.study.id == "SMALLEST"
