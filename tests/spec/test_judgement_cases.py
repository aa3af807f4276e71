"""A case file says what the protocol gives a patient; each difference from that is said with its reason.

A file names patients and cases. A case takes a patient, changes what is different, and expects verdicts.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from equipoise.conduct.cases import CaseResult, case_files, run_cases
from equipoise.study.errors import DefinitionError
from tests.spec.study_samples import whole

PATIENTS = """
patients:
  nobody: {today: 2026-03-02}
  woman:
    like: nobody
    records:
      - {form: person, encounter: screening, date: 2026-02-20, values: {born: 1980-05-04, sex: female}}
      - {form: body, encounter: baseline, values: {weight: "80.0", height: "1.75", pregnant: "false"}}
    logs: {history: none}
  treated: {like: woman, names: {arm: tablet, randomised_on: 2026-03-02}}
cases:
"""


def run(tmp_path: Path, *cases: str) -> tuple[CaseResult, ...]:
    """The results of a file with these cases, each in one line."""
    path = tmp_path / "cases.yaml"
    path.write_text(PATIENTS + "".join(f"  - {{case: one, {case}}}\n" for case in cases), encoding="utf-8")
    return run_cases(whole(), path)


PASSING = [
    "patient: woman, expect: {eligible: yes, criteria: {I1: met, E1: met}, strata: {heavy: yes, sex: female}}",
    "patient: nobody, expect: {eligible: not_yet, criteria: {I1: unknown}, missing: {E1: [history]}}",
    "patient: nobody, expect: {strata: {heavy: unknown}, gates: {no_bleeding: unknown, weighed: closed}}",
    "patient: woman, today: 1990-01-01, expect: {eligible: no, criteria: {I1: not_met}}",
    "patient: woman, expect: {gates: {no_bleeding: open}, dose: {tablet: 20 mg, vitamin: 5 mg}}",
    "patient: nobody, expect: {dose: {tablet: unknown}, needed: {vitamin: unknown, tablet: yes}}",
    "patient: treated, expect: {needed: {vitamin: yes}, derivations: {on_tablet: true, bmi_class: high}}",
    "patient: treated, names: {arm: watchful}, expect: {needed: {vitamin: no}, derivations: {on_tablet: false}}",
    "patient: treated, names: {arm: }, expect: {derivations: {on_tablet: unknown}}",
    "patient: woman, logs: {history: open}, expect: {criteria: {E1: unknown}}",
    "patient: woman, change: [{form: history, values: {what: bleeding}}], expect: {criteria: {E1: not_met}, "
    "instructions: {tablet: [bleeding]}}",
    "patient: woman, change: [{form: history, repeat: '1', values: {what: bleeding}}, {form: history, "
    "repeat: '1', values: {what: other}}], expect: {criteria: {E1: met}, instructions: {tablet: []}}",
    "patient: woman, change: [{form: body, encounter: baseline, values: {weight: '79.9'}}], "
    "expect: {dose: {tablet: 15 mg}, rules: {forms.body.checks.taller.rule: unknown}}",
    "patient: woman, change: [{form: body, encounter: baseline, remove: true}], expect: {dose: {tablet: unknown}}",
    "patient: woman, change: [{form: body, encounter: week_4, date: 2026-03-30, values: {weight: '19.9', "
    "height: '0.99'}}], expect: {checks: {body: [weight, weight, taller], person: []}}",
    "patient: woman, change: [{form: body, encounter: week_4, values: {weight: heavy}}], "
    "expect: {refused: RULE-041}",
    "patient: woman, expect: {derivations: {heavy: true}, rules: {regimens.tablet.supply_limit: 28 days}}",
]


@pytest.mark.parametrize("case", PASSING)
def test_a_case_passes_when_all_comes_out_as_expected(tmp_path: Path, case: str) -> None:
    (result,) = run(tmp_path, case)
    assert result.failures == ()
    assert result.passed


FAILING = {
    "patient: woman, expect: {eligible: no}": "eligible eligible: expected no, got yes",
    "patient: nobody, expect: {eligible: yes}": "(I1 unknown: Adult (missing: person.born at screening)",
    "patient: woman, expect: {criteria: {E1: not_met}}": "an exclusion is met when its rule is false",
    "patient: woman, expect: {criteria: {I9: met}}": "criteria: there is no 'I9' in the study",
    "patient: woman, expect: {rules: {criteria.I9.rule: true}}": "rules: there is no 'criteria.I9.rule'",
    "patient: woman, expect: {dose: {tablet: 15 mg}}": "dose tablet: expected 15 mg, got 20 mg (heavy)",
    "patient: woman, expect: {checks: {bodi: []}}": "checks: there is no 'bodi' in the study",
    "patient: woman, expect: {refused: RULE-041}": "refused: expected RULE-041, and every entry was accepted",
    "patient: woman, change: [{form: bodi}], expect: {}": "STUD-060 bodi: there is no form 'bodi'",
    "patient: woman, change: [{form: body, encounter: week_5}], expect: {}": "there is no encounter 'week_5'",
    "patient: woman, names: {band: 90 kg}, expect: {}": "'band' is no name that the engine gives",
    "patient: woman, today: yesterday, expect: {}": "RULE-044 today",
}


@pytest.mark.parametrize(("case", "words"), FAILING.items())
def test_a_difference_is_said_with_its_reason(tmp_path: Path, case: str, words: str) -> None:
    (result,) = run(tmp_path, case)
    assert not result.passed
    assert words in result.failures[0]


def test_a_result_names_its_case_and_its_place(tmp_path: Path) -> None:
    first, second = run(
        tmp_path, "patient: woman, expect: {}, reference: WHOLE-P 4", "patient: nobody, expect: {}"
    )
    assert (first.case, first.reference) == ("one", "WHOLE-P 4")
    lines = PATIENTS.count("\n")
    assert first.place == f"{tmp_path / 'cases.yaml'}:{lines + 1}:12"
    assert second.place.endswith(f":{lines + 2}:12")


FAULTY = {
    "patient: somebody, expect: {}": "STUD-060",
    "patient: woman": "STUD-011",
    "patient: woman, expect: {eligible: maybe}": "STUD-012",
    "patient: woman, expect: {}, change: [{form: body, values: {weight: {absent: x}}}]": "STUD-012",
    "patient: woman, expect: {}, like: nobody": "STUD-010",
    "patient: woman, expect: [": "STUD-003",
}


@pytest.mark.parametrize(("case", "code"), FAULTY.items())
def test_a_case_file_with_a_fault_is_refused_with_its_place(tmp_path: Path, case: str, code: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        run(tmp_path, case)
    (problem,) = caught.value.problems
    assert problem.code == code
    assert problem.place.startswith(f"{tmp_path / 'cases.yaml'}:")


@pytest.mark.parametrize("patients", ["{a: {like: b}, b: {like: a}}", "{a: {like: c}}"])
def test_a_patient_is_like_somebody_who_exists(tmp_path: Path, patients: str) -> None:
    (tmp_path / "one.yaml").write_text(f"patients: {patients}\ncases: []\n", encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        run_cases(whole(), tmp_path)
    assert {problem.code for problem in caught.value.problems} == {"STUD-060"}


def test_case_files_are_those_of_a_study_of_a_folder_or_the_one_named(tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    folder.mkdir()
    for name in ("b.yaml", "a.yaml", "notes.md"):
        (folder / name).write_text("cases: []", encoding="utf-8")
    both = (folder / "a.yaml", folder / "b.yaml")
    assert case_files(tmp_path) == case_files(folder) == both
    assert case_files(folder / "a.yaml") == both[:1]
