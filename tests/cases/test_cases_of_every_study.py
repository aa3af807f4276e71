"""Every case file of every study passes: the definition gives each patient the verdict of the protocol."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from equipoise.conduct.cases import CaseResult, run_cases
from equipoise.study import Study, load

STUDIES = Path(__file__).resolve().parents[2] / "studies"
FILES = sorted(STUDIES.glob("*/cases/*.yaml"))


@cache
def study_in(folder: Path) -> Study:
    """Loaded once for all its case files."""
    return load(folder)


@cache
def results(file: Path) -> tuple[CaseResult, ...]:
    """The results of one file."""
    return run_cases(study_in(file.parents[1]), file)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parents[1].name}-{file.stem}")
def test_cases_come_out_as_the_protocol_says(file: Path) -> None:
    failed = [f"{one.place} {one.case}: {fault}" for one in results(file) for fault in one.failures]
    assert not failed, "\n".join(failed)


def test_every_study_has_cases_and_the_reference_trial_has_sixty() -> None:
    counts: dict[str, int] = {}
    for file in FILES:
        counts[file.parents[1].name] = counts.get(file.parents[1].name, 0) + len(results(file))
    assert set(counts) == {folder.name for folder in STUDIES.iterdir() if folder.is_dir()}
    assert counts["NCT06965244"] >= 60
    assert counts["DEMO-TTE"] >= 12


def test_every_case_names_its_reference() -> None:
    assert not [f"{one.place} {one.case}" for file in FILES for one in results(file) if not one.reference]
