"""The reference manual is printed from the specification's tests, every chapter with its introduction."""

from __future__ import annotations

from pathlib import Path

from tests.spec.__main__ import chapters, write


def test_every_file_of_the_specification_is_a_chapter_with_an_introduction() -> None:
    written = dict(chapters())
    assert len(written) == len(list(Path(__file__).parents[1].glob("spec/**/test_*.py")))
    for name, text in written.items():
        lines = text.splitlines()
        assert lines[0].startswith("# "), name
        assert len(lines[2]) > 20, name
        assert any(line.startswith("- ") for line in lines), name


def test_a_chapter_says_what_its_tests_prove(tmp_path: Path) -> None:
    assert write(tmp_path) == len(list(tmp_path.glob("*.md"))) - 1
    text = (tmp_path / "allocation-seal.md").read_text(encoding="utf-8")
    assert text.startswith("# Allocation seal\n\nThe seal: commitments that come first")
    assert "\n- A printed seal shows no secret.\n" in text
    assert "(allocation-seal.md)" in (tmp_path / "index.md").read_text(encoding="utf-8")
