"""A study at a prompt: opened once, then asked; documents give their tables and pictures by name.

The tutorial runs the rest: simulation, a practice trial, its cut, its datasets and its report.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import equipoise as eq

STUDY = Path(__file__).parents[2] / "studies" / "DEMO-TTE"


def test_an_opened_study_says_what_it_is_and_knows_its_scenarios() -> None:
    study = eq.load_study(STUDY)
    assert repr(study).startswith(f"Study {study.study.definition.study.id}\n  title")
    assert study.scenario("base").scenario == "base"
    with pytest.raises(
        eq.EquipoiseError, match=r"FRAM-005 scenario: there is no scenario 'bass' \(did you mean 'base'"
    ):
        study.scenario("bass")


def test_a_document_gives_its_parts_and_leaves_files(tmp_path: Path) -> None:
    report = eq.design_report(eq.load_study(STUDY))
    assert repr(report).startswith("ASSUMPTIONS – nothing here was observed\n")
    assert "<img" in report._repr_html_()
    first = report.names[0]
    frame = report[first].to_frame()
    assert frame.height == len(report.tables[first].rows)
    picture = report[report.names[-1]]
    assert picture.figure() is not None and repr(picture)
    with pytest.raises(eq.EquipoiseError, match="FRAM-005 document"):
        report["nothing"]
    written = report.write(tmp_path / "design")
    assert {each.suffix for each in written} == {".csv", ".svg"}
    assert all(each.read_bytes() for each in written)


def test_a_scheme_is_assessed_for_the_sites_of_a_scenario() -> None:
    study = eq.load_study(STUDY.parent / "NCT06965244")
    found = eq.assess_randomisation(study, trials=20, workers=1)
    assert found.content.trials == 20 and found.sentences and found.figures


def test_both_engines_answer_in_the_same_columns() -> None:
    study = eq.load_study(STUDY)
    fast = eq.simulate(study, trials=30, sample=40)
    whole = eq.simulate(study, trials=2, engine="whole")
    assert fast.frames["base"].columns == whole.frames["base"].columns
    assert fast.answer.path.startswith("vectorised, of participants") and whole.answer.path == "whole engine"
    assert "Hazard ratio" in repr(fast) and "Hazard ratio" in repr(whole)
    with pytest.raises(eq.EquipoiseError, match=r"FRAM-005 engine: there is no engine 'hole'"):
        eq.simulate(study, engine="hole")


def test_a_record_is_linted_by_its_folder() -> None:
    found = eq.lint(STUDY.parent / "NCT06965244")
    assert found.to_frame().height == len(found.findings) > 10
    assert repr(found).startswith("NCT06965244: ")


def test_a_ledger_that_is_not_there_is_said() -> None:
    with pytest.raises(eq.EquipoiseError, match="STOR-001"):
        eq.open_ledger(STUDY / "none.sqlite")
