"""A simulated trial that hardly recruits anybody says why and ends; blocks without a seal of their own have sizes."""

from __future__ import annotations

from pathlib import Path

import pytest

import equipoise as eq
from tests.copying import copied

STUDIES = Path(__file__).resolve().parents[3] / "studies"
MINIMISED = 'scheme: minimisation\n  planned: 80\n  recruitment: {opens: "2026-02", months: 12}'
BLOCKS = MINIMISED.replace("minimisation", "permuted_blocks").replace("80", "8")


def study_with(folder: Path, *changes: tuple[str, str]) -> eq.OpenedStudy:
    """The small study with words of its definition or scenario replaced."""
    copy = copied(STUDIES / "DEMO-TTE", folder / "SMALL")
    for path in (copy / "study.yaml", copy / "scenarios" / "base.yaml"):
        text = path.read_text(encoding="utf-8")
        for old, new in changes:
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
    return eq.load_study(copy)


def test_blocks_without_a_seal_of_their_own_are_multiples_of_the_ratio(tmp_path: Path) -> None:
    study = study_with(
        tmp_path,
        (MINIMISED, BLOCKS),
        ('  probability: "0.8"\n  imbalance: range\n', ""),
        ("  weights: {long_standing: 2, work: 1}\n", ""),
    )
    assert eq.practice_trial(study).randomised == 8


def test_a_trial_that_randomises_nobody_ends_and_says_what_was_refused(tmp_path: Path) -> None:
    study = study_with(tmp_path, ("rule: history.weeks_of_pain at screening >= 12", "rule: 1 = 2"))
    with pytest.raises(
        eq.EquipoiseError, match=r"SIMU-008 base: of 1000 people .* 0 were randomised"
    ) as caught:
        eq.practice_trial(study)
    assert "refused most often: ELIG-003" in str(caught.value)
