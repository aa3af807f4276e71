"""A definition is YAML whose every scalar stays the text that was written, and whose every part has a place.

What a value means is said by the field that it stands in, so NO is a country, 1.10 a version and 08:30 a text.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from equipoise.rules import parse
from equipoise.rules.place import Place
from equipoise.study import source
from equipoise.study.source import Source


def read(folder: Path, **texts: str) -> Source:
    """The source of a folder with these files."""
    for name, text in texts.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return source.read(folder)


@pytest.mark.parametrize(
    "text", ["NO", "1.10", "08:30", "null", "~", "0x1F", "2026-11-22", "yes", "1e3", "007"]
)
def test_a_scalar_stays_the_text_that_was_written(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, study=f"a: {{b: {text}}}").tree == {"a": {"b": text}}


def test_files_are_those_of_the_folder_and_of_its_forms(tmp_path: Path) -> None:
    """Case files, scenarios and the annotations of the registry record are not part of the definition."""
    texts = {
        name: f"{name.split('__')[-1]}: {{}}" for name in ("one", "forms__two", "cases__three", "annotations")
    }
    assert list(read(tmp_path, **texts).tree) == ["one", "two"]


def test_parts_of_several_files_are_merged(tmp_path: Path) -> None:
    found = read(tmp_path, one="arms: {a: {label: A}}", two="arms: {b: {label: B}}\nepochs: {}")
    assert found.tree == {"arms": {"a": {"label": "A"}, "b": {"label": "B"}}, "epochs": {}}
    assert found.problems == []


def test_every_part_has_the_place_of_its_value_and_of_its_key(tmp_path: Path) -> None:
    found = read(tmp_path, one="arms:\n  a: {label: 'A', list: [x, y]}\n")
    file = str(tmp_path / "one.yaml")
    assert found.place("arms.a.label") == Place(file, 2, 15)
    assert found.place("arms.a.list.1") == Place(file, 2, 29)
    assert found.key("arms.a.label") == Place(file, 2, 7)


def test_a_part_that_was_not_written_has_the_place_of_what_holds_it(tmp_path: Path) -> None:
    found = read(tmp_path, one="arms: {a: {label: A}}")
    assert found.place("arms.a.ratio") == found.place("arms.a")
    assert found.key("arms.a.ratio") == found.place("arms.a")
    assert str(found.place("epochs")) == "definition:1:1"


SCALARS = {
    "literal block": "rule: |\n    a +\n      b ? c\n",
    "literal block with a comment": "rule: |- # why\n    a +\n      b ? c\n",
    "folded block": "rule: >-\n\n    a +\n\n    b ? c\n",
    "plain": "rule: a +\n  b ? c\n",
    "single quotes": "rule: 'a +\n  b ? c'\n",
    "double quotes": 'rule: "a +\n  b ? c"\n',
    "double quotes in one line": 'rule: "a + b ? c"\n',
    "plain in one line": "rule: a + b ? c\n",
}


@pytest.mark.parametrize("text", SCALARS.values(), ids=SCALARS)
def test_a_fault_in_a_rule_is_placed_at_its_character(tmp_path: Path, text: str) -> None:
    """In every way to write a scalar over several lines; here the question mark is at fault."""
    found = read(tmp_path, one=text)
    with pytest.raises(Exception) as caught:
        parse(found.texts.get("rule", found.tree["rule"]), place=found.place("rule"))
    before = text[: text.index("?")]
    line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
    assert caught.value.place == f"{tmp_path / 'one.yaml'}:{line}:{column}"


def test_quotes_with_escapes_over_several_lines_keep_the_place_of_their_beginning(tmp_path: Path) -> None:
    found = read(tmp_path, one="rule: 'a ''b''\n  c'\n")
    assert found.place("rule") == Place(str(tmp_path / "one.yaml"), 1, 8)
    assert "rule" not in found.texts
