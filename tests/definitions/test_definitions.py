"""Good definitions load; each bad one is refused with exactly the messages that are recorded beside it.

A bad definition is a change of `good/whole`. After a change of a message on purpose, record it anew with
`EQUIPOISE_RECORD=1` and read the difference.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import yaml

from equipoise.study import load
from equipoise.study.errors import CATALOGUE, DefinitionError
from tests.copying import copied

HERE = Path(__file__).parent
STUDIES = HERE.parents[1] / "studies"
GOOD = sorted(path for parent in (HERE / "good", STUDIES) for path in parent.iterdir() if path.is_dir())
BAD = sorted((HERE / "bad").glob("*.yaml"))
ELSEWHERE = {"STUD-050", "STUD-052", "STUD-053", "STUD-054", "STUD-060"}  # entries and case files


def messages(error: DefinitionError, folder: Path) -> str:
    """All messages, with places as they stand in the folder."""
    found = "\n".join(f"{problem}" for problem in error.problems)
    return found.replace(f"{folder}/", "").replace(str(folder), "folder") + "\n"


def changed(bad: Path, folder: Path) -> Path:
    """A copy of the whole definition with the changes of a bad one."""
    copied(HERE / "good" / "whole", folder)
    for change in yaml.safe_load(bad.read_text(encoding="utf-8"))["change"]:
        path = folder / change["file"]
        old = change.get("old")
        if old is None:
            path.write_text(change["new"], encoding="utf-8")
            continue
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{bad.name}: {old!r} stands {text.count(old)} times in {path.name}"
        path.write_text(text.replace(old, change["new"]), encoding="utf-8")
    return folder


@pytest.mark.parametrize("folder", GOOD, ids=lambda path: path.name)
def test_good_definition_loads(folder: Path) -> None:
    assert load(folder).definition.study.id == folder.name.upper()


@pytest.mark.parametrize("bad", BAD, ids=lambda path: path.stem)
def test_bad_definition_is_refused_with_the_recorded_messages(bad: Path, tmp_path: Path) -> None:
    folder = changed(bad, tmp_path / "study")
    with pytest.raises(DefinitionError) as caught:
        load(folder)
    assert caught.value.code == "STUD-001"
    said = messages(caught.value, folder)
    recorded = bad.with_suffix(".txt")
    if os.environ.get("EQUIPOISE_RECORD"):
        recorded.write_text(said, encoding="utf-8")
    assert said == recorded.read_text(encoding="utf-8")


def test_every_code_of_the_catalogue_has_a_bad_definition() -> None:
    recorded = "".join(path.with_suffix(".txt").read_text(encoding="utf-8") for path in BAD)
    tested = set(re.findall(r"^(STUD-\d+) ", recorded, re.M)) | {"STUD-001", "STUD-002"} | ELSEWHERE
    assert tested == set(CATALOGUE)


def test_a_folder_without_a_definition_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as caught:
        load(tmp_path)
    assert [problem.code for problem in caught.value.problems] == ["STUD-002"]


def test_a_file_that_is_not_utf8_is_said_to_be_one(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    copied(HERE / "good" / "smallest", folder)
    (folder / "more.yaml").write_bytes(b"arms: \xff")
    with pytest.raises(DefinitionError) as caught:
        load(folder)
    assert [problem.code for problem in caught.value.problems] == ["STUD-002"]
