"""Two doses for one patient, or none, are found when a study is loaded: at every value that the conditions name.

The values tried are those written in the conditions, in the parameters and in the derivations that they name,
each with its neighbours by the decimals of the item; all codes; both truths; a text that is none of the others.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from equipoise.study import load
from equipoise.study.errors import DefinitionError
from tests.copying import copied
from tests.spec.study_samples import FOLDER

OLD = (
    "light: {when: body.weight at baseline < band, give: 15 mg, reference: WHOLE-P 6}",
    "heavy: {when: body.weight at baseline >= band, give: 20 mg, reference: WHOLE-P 6, decision: dose_at_80}",
)


def faults(folder: Path, light: str, heavy: str, base: str | None = None, status: str = "") -> list[str]:
    """What the loader says of two conditions, as `overlap: patient` or `gap: patient`."""
    copied(FOLDER, folder / "study")
    path = folder / "study" / "study.yaml"
    text = path.read_text(encoding="utf-8")
    news = (
        f'light: {{when: "{light}", give: 15 mg, reference: WHOLE-P 6}}',
        f'heavy: {{when: "{heavy}", give: 20 mg, reference: WHOLE-P 6, decision: later}}',
    )
    for old, new in zip(OLD, news, strict=True):
        assert old in text
        text = text.replace(old, new)
    if base is not None:
        text = text.replace(
            "    dose:\n      exceptions:", f"    dose:\n      base: {base}\n      exceptions:"
        )
    if status != "open":
        text = text.replace(
            "    status: open\n", "    status: assumption\n    choice: this\n    reason: So.\n"
        )
    path.write_text(text, encoding="utf-8")
    try:
        load(folder / "study")
    except DefinitionError as error:
        words = {"STUD-040": "overlap", "STUD-041": "gap"}
        return [
            f"{words[problem.code]}: {problem.fault.partition(' when ')[2].partition(', and no')[0]}"
            for problem in error.problems
        ]
    return []


WEIGHT = "body.weight at baseline"
SCORE = "score.total at baseline"
EXACT = {
    "a quantity": (f"{WEIGHT} < band", f"{WEIGHT} >= band"),
    "a quantity in another unit": (f"{WEIGHT} < 80000 g", f"{WEIGHT} >= 80 kg"),
    "two dimensions": (
        f"{WEIGHT} < band or body.height at baseline < 1 m",
        f"{WEIGHT} >= band and body.height at baseline >= 1 m",
    ),
    "a number": (f"{SCORE} < 5", f"{SCORE} >= 5"),
    "a truth": ("body.pregnant at baseline", "not body.pregnant at baseline"),
    "a code": ("person.sex at screening = 'female'", "person.sex at screening = 'male'"),
    "a text": ("person.note at screening = 'x'", "person.note at screening != 'x'"),
    "a date": ("person.born at screening < 1960-01-01", "person.born at screening >= 1960-01-01"),
    "a duration": ("any(h in history: h.since < 3 weeks)", "any(h in history: h.since >= 3 weeks)"),
    "a derivation": ("heavy", "not heavy"),
    "the day of a record": ("body.date at baseline < 2026-01-01", "body.date at baseline >= 2026-01-01"),
    "a name of the engine": ("today < 2026-01-01", "today >= 2026-01-01"),
    "a comparison of two items": (f"{WEIGHT} < body.weight at week_4", f"{WEIGHT} >= body.weight at week_4"),
}


@pytest.mark.parametrize(("light", "heavy"), EXACT.values(), ids=EXACT)
def test_conditions_that_exclude_each_other_and_leave_nothing_out_are_sound(
    tmp_path: Path, light: str, heavy: str
) -> None:
    assert faults(tmp_path, light, heavy) == []


WRONG = {
    "overlap of a quantity": (f"{WEIGHT} <= band", f"{WEIGHT} >= band", "overlap: body.weight = 80 kg"),
    "gap of a quantity": (f"{WEIGHT} < band", f"{WEIGHT} > band", "gap: body.weight = 80 kg"),
    "overlap at a neighbour": (
        f"{WEIGHT} < 80.1 kg",
        f"{WEIGHT} > 79.9 kg",
        "overlap: body.weight = 80 kg",
    ),
    "gap of a number": (f"{SCORE} < 5", f"{SCORE} > 5", "gap: score.total = 5"),
    "overlap of a code": (
        "person.sex at screening = 'female'",
        "person.sex at screening in {'female', 'male'}",
        "overlap: person.sex = 'female'",
    ),
    "gap of a text": (
        "person.note at screening = 'x'",
        "person.note at screening = 'y'",
        "gap: person.note = 'other'",
    ),
    "gap of a date": (
        "person.born at screening < 1960-01-01",
        "person.born at screening > 1960-01-01",
        "gap: person.born = 1960-01-01",
    ),
    "overlap of two items": (
        f"{WEIGHT} < band",
        "body.pregnant at baseline",
        "overlap: body.pregnant = true and body.weight = 79.9 kg",
    ),
    "gap in a derivation": ("heavy", f"{WEIGHT} < 79.9 kg", "gap: body.weight = 79.9 kg"),
}


@pytest.mark.parametrize(("light", "heavy", "said"), WRONG.values(), ids=WRONG)
def test_an_overlap_or_a_gap_is_said_with_a_patient(
    tmp_path: Path, light: str, heavy: str, said: str
) -> None:
    assert said in faults(tmp_path, light, heavy)


def test_a_base_leaves_no_gap(tmp_path: Path) -> None:
    assert faults(tmp_path, f"{WEIGHT} < band", f"{WEIGHT} > band", base="17.5 mg") == []


def test_a_gap_may_wait_for_an_open_decision(tmp_path: Path) -> None:
    """Then a live ledger gives no dose there until somebody decides."""
    assert faults(tmp_path, f"{WEIGHT} < band", f"{WEIGHT} > band", status="open") == []


def test_an_overlap_may_not(tmp_path: Path) -> None:
    assert faults(tmp_path, f"{WEIGHT} <= band", f"{WEIGHT} >= band", status="open")
