"""The digest of a study names its meaning: layout never changes it, and any change of meaning does."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.study import load
from equipoise.study.convert import fields_of
from equipoise.study.model import Definition
from tests.copying import copied
from tests.spec.study_samples import FOLDER, whole

FILES = ("study.yaml", "forms/forms.yaml")


def tree() -> dict[str, Any]:
    """The whole definition, every scalar as text."""
    merged: dict[str, Any] = {}
    for name in FILES:
        merged |= yaml.load((FOLDER / name).read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506
    return merged


def shuffled(draw: st.DrawFn, part: Any) -> Any:
    """The same tree with the keys of every mapping in another order (lists keep theirs)."""
    if isinstance(part, dict):
        names = draw(st.permutations(list(part)))
        return {name: shuffled(draw, part[name]) for name in names}
    return part


def spaced(draw: st.DrawFn, text: str) -> str:
    """Another layout: comments and blank lines between lines, another indentation of continuations."""
    lines = []
    for line in text.split("\n"):
        top = re.match(r"^[a-z]", line)
        if top and draw(st.booleans()):
            lines += ["# a comment", ""]
        lines.append(line)
    return "\n".join(lines)


@st.composite
def rewritten(draw: st.DrawFn) -> dict[str, str]:
    """The files of the same definition, written otherwise and cut into other files."""
    parts = shuffled(draw, tree())
    names = draw(st.permutations(list(parts)))
    cut = draw(st.integers(1, len(names)))
    style = draw(st.sampled_from([None, "'", '"']))
    width = draw(st.sampled_from([20, 60, 1000]))
    files = {}
    for file, chosen in (("a.yaml", names[:cut]), ("forms/b.yaml", names[cut:])):
        text = yaml.dump(
            {name: parts[name] for name in chosen}, default_style=style, width=width, sort_keys=False
        )
        files[file] = spaced(draw, text)
    return files


def digest_of(files: dict[str, str]) -> str:
    """The digest of a folder with these files."""
    with tempfile.TemporaryDirectory() as name:
        for file, text in files.items():
            path = Path(name) / file
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return load(name).digest


@given(rewritten())
@settings(max_examples=25, deadline=None)
def test_another_layout_has_the_same_digest(files: dict[str, str]) -> None:
    assert digest_of(files) == whole().digest


def test_cases_scenarios_and_annotations_are_not_part_of_it(tmp_path: Path) -> None:
    copied(FOLDER, tmp_path / "study")
    for name in ("cases/one.yaml", "scenarios/one.yaml", "annotations.yaml"):
        path = tmp_path / "study" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("anything: [", encoding="utf-8")
    assert load(tmp_path / "study").digest == whole().digest


def test_the_layout_of_a_rule_is_not_part_of_it() -> None:
    files = {name: (FOLDER / name).read_text(encoding="utf-8") for name in FILES}
    old = "rule: body.weight at baseline >= band"
    assert old in files["study.yaml"]
    files["study.yaml"] = files["study.yaml"].replace(old, "rule: '(body.weight  at baseline)>=band'")
    assert digest_of(files) == whole().digest


CHANGES = [
    ("planned: 30", "planned: 31"),
    ("ratio: 2", "ratio: 3"),
    ("body.weight at baseline >= band}", "body.weight at baseline > band}"),
    ("value: 80 kg", "value: 80.1 kg"),
    ("reason: Usual.", "reason: Unusual."),
    ('on: "2026-01-02"', 'on: "2026-01-03"'),
    ("  adult: {value: 18 years, label: adult age", "  adult: {value: 18 years, label: Adult age"),
    ("encounters: [baseline, week_4], baseline", "encounters: [week_4, baseline], baseline"),
]


@pytest.mark.parametrize(("old", "new"), CHANGES)
def test_a_change_of_meaning_or_of_a_decision_changes_it(old: str, new: str) -> None:
    files = {name: (FOLDER / name).read_text(encoding="utf-8") for name in FILES}
    assert old in files["study.yaml"]
    files["study.yaml"] = files["study.yaml"].replace(old, new)
    assert digest_of(files) != whole().digest


def test_a_field_that_keeps_its_default_is_not_part_of_it() -> None:
    """So a field that a later version of the model adds leaves the digest of an earlier study as it was."""
    files = {name: (FOLDER / name).read_text(encoding="utf-8") for name in FILES}
    assert "language" in fields_of(fields_of(Definition)["study"])
    files["study.yaml"] = files["study.yaml"].replace(
        "  sponsor: Nobody", "  sponsor: Nobody\n  language: en"
    )
    assert digest_of(files) == whole().digest


def test_it_is_pinned() -> None:
    """Records are read for 25 years: this number changes only with the format's name."""
    assert whole().digest == "e9eb22150f1fad3db7d09ba6e49c9d23efbaca885b3e0eea828f6e5952fff289"
