"""Scenario files: closed, so that a misspelt key cannot change the assumed truth unseen."""

from __future__ import annotations

from pathlib import Path

import pytest

from equipoise.simulation.errors import SimulationError
from equipoise.simulation.scenario import load_scenario

STUDIES = Path(__file__).resolve().parents[3] / "studies"
GOOD = """
scenario: small
label: Small
study: T
start: 2026-01-01
sites: [{site: "01", name: S, country: France, per_month: 2.5}]
latents: {sex: {choose: {f: 0.8, m: 0.2}}}
forms: {}
"""


@pytest.mark.parametrize("file", sorted(STUDIES.glob("*/scenarios/*.yaml")), ids=lambda file: file.stem)
def test_every_scenario_of_every_study_is_read(file: Path) -> None:
    assert load_scenario(file).study == file.parents[1].name


def test_numbers_are_read_as_numbers(tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(GOOD)
    scenario = load_scenario(file)
    assert scenario.sites[0].per_month == 2.5 and scenario.latents["sex"].choose["m"] == 0.2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (GOOD + "colour: red\n", "SIMU-002"),
        (GOOD.replace("2.5", "many"), "SIMU-002"),
        (GOOD.replace("{f: 0.8, m: 0.2}", "{f: 0.8"), "SIMU-001"),
    ],
)
def test_a_scenario_that_cannot_be_read_says_where(tmp_path: Path, text: str, code: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(text)
    with pytest.raises(SimulationError) as caught:
        load_scenario(file)
    assert caught.value.code == code and "bad.yaml" in str(caught.value)


def test_a_missing_file_is_an_error_with_a_code(tmp_path: Path) -> None:
    with pytest.raises(SimulationError) as caught:
        load_scenario(tmp_path / "none.yaml")
    assert caught.value.code == "SIMU-001"
