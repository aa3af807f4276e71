"""A torn or garbled definition is a coded fault at a place, never a crash and never a study by accident."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.study import load
from equipoise.study.errors import DefinitionError
from tests.spec.study_samples import FOLDER

FILES = ("study.yaml", "forms/forms.yaml")
TEXTS = {name: (FOLDER / name).read_text(encoding="utf-8") for name in FILES}
WORDS = sorted(set(re.findall(r"[\w.]+|[^\w\s]", "".join(TEXTS.values()))))


@st.composite
def garbled(draw: st.DrawFn) -> dict[str, str]:
    """The files of `whole` after up to three cuts, doublings, or words put in place of others."""
    texts = dict(TEXTS)
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(FILES))
        text = texts[name]
        begin = draw(st.integers(0, len(text)))
        end = min(len(text), begin + draw(st.integers(0, 40)))
        middle = draw(st.sampled_from(["", text[begin:end] * 2, *WORDS, "\t", "\n", "- ", ": "]))
        texts[name] = text[:begin] + middle + text[end:]
    return texts


def outcome(texts: dict[str, str]) -> list[str]:
    """The codes of the faults of a folder with these files; none when it loads."""
    with tempfile.TemporaryDirectory() as name:
        for file, text in texts.items():
            path = Path(name) / file
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        try:
            load(name)
        except DefinitionError as error:
            assert error.problems
            return [problem.code for problem in error.problems]
    return []


@given(garbled())
@settings(max_examples=120, deadline=None)
def test_whatever_is_written_loads_or_is_refused_with_codes(texts: dict[str, str]) -> None:
    assert all(re.fullmatch(r"(STUD|RULE)-\d{3}", code) for code in outcome(texts))


@given(st.sampled_from(FILES), st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_a_file_that_ends_too_early_is_refused(name: str, cut: int) -> None:
    text = TEXTS[name]
    kept = text[: cut % (len(text) // 2)]  # without its second half no definition is whole
    assert outcome({**TEXTS, name: kept})
