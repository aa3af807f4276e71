"""The reference trial is whole: it quotes the record exactly, decides each blocking finding, keeps one calendar
for both arms, and its cases show each criterion met, not met and unknown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from equipoise.allocation import Seal, blocks_commitment
from equipoise.conduct.cases import case_files
from equipoise.simulation.scenario import load_scenario
from equipoise.study import Study, load
from equipoise.study.casefile import read_cases

# The findings of the review of the record that block execution (severity E).
BLOCKING = (1, 2, 3, 4, 5, 6, 7, 8, 11, 21, 22, 25, 26, 27, 34, 35, 36, 37, 44)


@pytest.fixture(scope="module")
def folder() -> Path:
    return Path(__file__).parents[2] / "studies" / "NCT06965244"


@pytest.fixture(scope="module")
def study(folder: Path) -> Study:
    return load(folder)


@pytest.fixture(scope="module")
def record(shared: Path) -> str:
    return words((shared / "record" / "NCT06965244.txt").read_text(encoding="utf-8"))


def words(text: str) -> str:
    return " ".join(text.split())


def test_the_record_has_seven_inclusion_and_nine_exclusion_criteria_in_its_own_words(
    study: Study, record: str
) -> None:
    criteria = study.definition.criteria.values()
    assert [each.number for each in criteria if each.category == "inclusion"] == list("1234567")
    assert [each.number for each in criteria if each.category == "exclusion"] == list("123456789")
    assert [each.number for each in criteria if words(each.text) not in record] == []


def test_every_decision_quotes_the_record_exactly(study: Study, record: str) -> None:
    strange = [name for name, each in study.definition.decisions.items() if words(each.quote) not in record]
    assert strange == []


def test_each_blocking_finding_has_its_own_decision_and_stops_something(study: Study) -> None:
    decisions = study.definition.decisions.values()
    for finding in BLOCKING:
        own = [each for each in decisions if each.findings[0] == finding and each.blocks]
        assert own, f"finding {finding} has no decision"
    assert {each.status for each in decisions} == {"assumption"}, "nobody of the sponsor has decided anything"


def test_a_live_ledger_would_neither_randomise_nor_dose(study: Study) -> None:
    for act in ("randomise", "dose", "analyse"):
        assert study.open_decisions(act, "live")
        assert not study.open_decisions(act, "practice")


def test_each_criterion_is_shown_met_not_met_and_unknown(study: Study, folder: Path) -> None:
    shown: dict[str, set[str]] = {name: set() for name in study.definition.criteria}
    for file in case_files(folder):
        for case in read_cases(file)[0].cases:
            for name, verdict in case.expect.criteria.items():
                shown[name].add(verdict)
            if case.expect.eligible == "yes":
                for verdicts in shown.values():
                    verdicts.add("met")
    assert {name: sorted(verdicts) for name, verdicts in shown.items()} == {
        name: ["met", "not_met", "unknown"] for name in study.definition.criteria
    }


def test_each_gate_is_shown_open_and_not_open(study: Study, folder: Path) -> None:
    shown: dict[str, set[bool]] = {name: set() for name in study.definition.gates}
    for file in case_files(folder):
        for case in read_cases(file)[0].cases:
            for name, word in case.expect.gates.items():
                shown[name].add(word == "open")
    assert [name for name, words in shown.items() if words != {True, False}] == []


def test_no_encounter_depends_on_the_arm_and_the_assessed_ones_only_on_randomisation(study: Study) -> None:
    for name, encounter in study.definition.encounters.items():
        assert encounter.after_stop == "kept", name
        if encounter.when is not None:
            assert ("name", "arm") not in study.rule(f"encounters.{name}.when").depends
    plan = study.definition.assessment
    assert plan is not None
    later = [study.encounter(name).anchor for name in plan.encounters if name != "screening"]
    assert set(later) == {"randomised_on"}


def test_forms_from_which_the_arm_can_be_guessed_are_sealed(study: Study) -> None:
    forms = study.definition.forms
    sealed = {name for name, form in forms.items() if form.sealed}
    assert sealed >= {
        *(name for name, form in forms.items() if form.kind == "act"),
        *("medication", "laboratory", "pregnancy_test", "contraception", "adverse_event", "end_of_treatment"),
    }


def test_no_masked_role_sees_what_is_sealed_and_the_assessor_sees_only_own_assessments(study: Study) -> None:
    roles = study.definition.roles
    assert all("sealed" not in role.sees for role in roles.values() if role.masked)
    assert (roles["assessor"].sees, roles["assessor"].scope) == (("assessment",), "assigned")


def test_the_published_seal_is_the_one_that_the_definition_commits_to(study: Study, folder: Path) -> None:
    text = json.loads((folder / "practice_seal.json").read_text(encoding="utf-8"))
    sizes = tuple(text["block_sizes"])
    seal = Seal(seed=bytes.fromhex(text["seed"]), block_sizes=sizes, salt=bytes.fromhex(text["salt"]))
    assert blocks_commitment(seal) == study.definition.allocation.blocks_commitment
    assert "PUBLIC" in text["notice"]
    assert all(size % len(study.definition.arms) == 0 for size in sizes)


def test_every_parameter_is_used_by_a_rule(study: Study) -> None:
    named = {name for _, *rest in study.dependents for name in rest}
    assert [name for name in study.definition.parameters if name not in named] == []


@pytest.mark.parametrize("name", ["base", "null", "optimistic"])
def test_scenarios_fill_every_item_that_people_fill_in(study: Study, folder: Path, name: str) -> None:
    scenario = load_scenario(folder / "scenarios" / f"{name}.yaml")
    forms = study.definition.forms
    for form_id, items in scenario.forms.items():
        assert set(items) <= set(forms[form_id].items), form_id
    for form_id, form in forms.items():
        if form.kind in ("encounter", "assessment") and form.act is None:
            asked = {item for item, part in form.items.items() if part.derive is None}
            assert set(scenario.forms[form_id]) == asked, form_id
    assert not {"lenalidomide", "methotrexate"} ^ set(scenario.latents["responder"].by_arm)
