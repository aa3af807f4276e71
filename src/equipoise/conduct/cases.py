"""Runs the case files of a study: patients with the verdict that the protocol gives them.

Each case begins with a named patient, changes what is different, and compares what the rules say with what
the author expects. A difference is a failure of the definition or of the case, said with the facts behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from equipoise.conduct import judgement
from equipoise.errors import EquipoiseError
from equipoise.rules import DateType, Missing, evaluate, parse_value
from equipoise.rules.explain import say_value
from equipoise.study.casefile import Case, CaseFile, Patient, RecordedForm, read_cases
from equipoise.study.errors import problem
from equipoise.study.facts import Facts, Record
from equipoise.study.references import CONTEXT
from equipoise.study.study import Study

EPOCH = date(2000, 1, 1)
Said = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """One case: where it is written, and each difference in words; none means that it passed."""

    case: str
    place: str
    reference: str
    failures: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether everything came out as expected."""
        return not self.failures


def case_files(path: Path) -> tuple[Path, ...]:
    """The case files of a study folder, of a folder of case files, or the one file."""
    if path.is_file():
        return (path,)
    folder = path / "cases" if (path / "cases").is_dir() else path
    return tuple(sorted(folder.glob("*.yaml")))


def run_cases(study: Study, path: Path | str) -> tuple[CaseResult, ...]:
    """The result of every case under `path`. Raises DefinitionError for a file that cannot be read."""
    return tuple(result for file in case_files(Path(path)) for result in _run_file(study, file))


def _run_file(study: Study, file: Path) -> Iterator[CaseResult]:
    content, places = read_cases(file)
    for index, case in enumerate(content.cases):
        yield CaseResult(
            case=case.case,
            place=str(places.place(f"cases.{index}.case")),
            reference=case.reference,
            failures=tuple(run_case(study, content, case)),
        )


def run_case(study: Study, content: CaseFile, case: Case) -> Iterator[str]:
    """Each difference between what is expected and what the rules say."""
    refused = case.expect.refused
    try:
        facts = facts_of(study, content, case)
    except EquipoiseError as error:
        if error.code != refused:
            yield str(error)
        return
    if refused is not None:
        yield f"refused: expected {refused}, and every entry was accepted"
    for about, expected in _expectations(case):
        yield from _differences(study, facts, case, about, expected)


def _expectations(case: Case) -> Iterator[tuple[str, Said]]:
    expect = case.expect
    if expect.eligible is not None:
        yield "eligible", {"eligible": expect.eligible}
    for about in ANSWERS:
        expected = getattr(expect, about, None)
        if isinstance(expected, dict) and expected:
            yield about, {name: _text(value) for name, value in expected.items()}


def _text(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ", ".join(sorted(value)) or "nothing"


def _differences(study: Study, facts: Facts, case: Case, about: str, expected: Said) -> Iterator[str]:
    for name, wanted in expected.items():
        try:
            answer, why = ANSWERS[about](study, facts, name, case)
        except (KeyError, AttributeError):
            yield f"{about}: there is no {name!r} in the study"
            continue
        if answer != wanted:
            yield f"{about} {name}: expected {wanted}, got {answer}" + (f" ({why})" if why else "")


def facts_of(study: Study, content: CaseFile, case: Case) -> Facts:
    """The facts of a case. Raises EquipoiseError for an entry that cannot be read."""
    facts = Facts.empty(study).on(EPOCH)
    for patient in _line(content, case.patient):
        facts = _with(study, facts, patient.today, patient.names, patient.records, patient.logs)
    return _with(study, facts, case.today, case.names, case.change, case.logs)


def _line(content: CaseFile, name: str) -> list[Patient]:
    """The patient, after those whom it is like."""
    line = [content.patients[name]]
    while (like := line[0].like) is not None:
        line.insert(0, content.patients[like])
    return line


def _with(
    study: Study, facts: Facts, today: str | None, names: Said, records: tuple[RecordedForm, ...], logs: Said
) -> Facts:
    if today is not None:
        facts = facts.on(_date(today, "today"))
    for name, text in names.items():
        if name not in CONTEXT:
            raise problem("STUD-060", name, found=f"{name!r} is no name that the engine gives")
        value = parse_value(study.base.names[name], text, place=name) if text else Missing()
        facts = facts.with_name(name, value)
    for record in records:
        facts = _with_record(study, facts, record)
    for form, status in logs.items():
        facts = facts.with_log(form, status != "open")
    return facts


def _with_record(study: Study, facts: Facts, change: RecordedForm) -> Facts:
    """The record added, changed or removed; a row of a log without a number is a new one."""
    if change.form not in study.definition.forms:
        raise problem("STUD-060", change.form, found=f"there is no form {change.form!r}")
    if change.encounter is not None and change.encounter not in study.definition.encounters:
        raise problem("STUD-060", change.form, found=f"there is no encounter {change.encounter!r}")
    rows = facts.records(change.form)
    repeat = change.repeat
    if change.encounter is None and repeat is None:
        repeat = str(len(rows) + 1)
    key = repeat or change.encounter
    earlier = next((record for record in rows if record.key == key), None)
    if change.remove:
        return facts.without_record(change.form, key or "")
    day = facts.named("today") if earlier is None else earlier.date
    record = Record(
        form=change.form,
        encounter=change.encounter,
        repeat=repeat,
        date=_date(change.date, change.form) if change.date else day,  # type: ignore[arg-type]
        sequence=0,
        values=study.parse_record(change.form, change.values, earlier),
    )
    return facts.with_record(record)


def _date(text: str, place: str) -> Any:
    return parse_value(DateType(), text, place=place)


Answer = tuple[str, str]


def _eligible(study: Study, facts: Facts, name: str, case: Case) -> Answer:
    findings = judgement.judge_criteria(study, facts, case.moment)
    against = [str(finding) for finding in findings if finding.verdict != "met"]
    return judgement.eligible(findings), "; ".join(against)


def _criterion(study: Study, facts: Facts, name: str, case: Case) -> Answer:
    category = study.definition.criteria[name].category
    value = evaluate(study.rule(f"criteria.{name}.rule"), facts).value
    why = judgement.explained(study, facts, f"criteria.{name}.rule")
    if isinstance(value, Missing):
        return "unknown", why
    if category == "exclusion":
        why = f"an exclusion is met when its rule is false. {why}"
    return ("met" if value is (category == "inclusion") else "not_met"), why


def _gate(study: Study, facts: Facts, name: str, case: Case) -> Answer:
    key = f"gates.{name}.rule"
    value = evaluate(study.rule(key), facts).value
    word = {True: "open", False: "closed"}.get(value, "unknown")  # type: ignore[call-overload]
    return word, judgement.explained(study, facts, key)


def _dose(study: Study, facts: Facts, name: str, case: Case) -> Answer:
    found = judgement.dose(study, facts, name)
    return (str(found), found.rule) if isinstance(found, judgement.Dose) else (found.because, str(found))


def _needed(study: Study, facts: Facts, name: str, case: Case) -> Answer:
    finding = judgement.needed(study, facts, name)
    return {"met": "yes", "not_met": "no", "unknown": "unknown"}[finding.verdict], str(finding)


def _instructions(study: Study, facts: Facts, name: str, case: Case) -> Answer:
    found = judgement.instructions(study, facts, name)
    return _text(tuple(finding.rule for finding in found)), ""


def _derivation(study: Study, facts: Facts, name: str, case: Case) -> Answer:
    return _rule(study, facts, f"derivations.{name}.rule", case)


def _rule(study: Study, facts: Facts, name: str, case: Case) -> Answer:
    value = evaluate(study.rule(name), facts).value
    why = judgement.explained(study, facts, name)
    if isinstance(value, bool):
        return ("true" if value else "false"), why
    return ("unknown" if isinstance(value, Missing) else say_value(value)), why


def _stratum(study: Study, facts: Facts, name: str, case: Case) -> Answer:
    level = judgement.strata(study, facts)[name]
    return ("unknown" if isinstance(level, Missing) else level), ""


def _missing(study: Study, facts: Facts, name: str, case: Case) -> Answer:
    findings = judgement.judge_criteria(study, facts, case.moment)
    return _text({finding.rule: finding.missing for finding in findings}[name]), ""


def _checks(study: Study, facts: Facts, name: str, case: Case) -> Answer:
    """The items and checks of a form that its latest record fails."""
    rows = facts.records(name)
    own = facts.with_own(rows[-1] if rows else None)
    failing = [check for check in study.checks_on(name) if evaluate(check.rule, own).is_false]
    return _text(tuple(check.item or check.key.split(".")[3] for check in failing)), ""


ANSWERS: dict[str, Callable[[Study, Facts, str, Case], Answer]] = {
    "eligible": _eligible,
    "criteria": _criterion,
    "gates": _gate,
    "dose": _dose,
    "needed": _needed,
    "instructions": _instructions,
    "derivations": _derivation,
    "strata": _stratum,
    "missing": _missing,
    "checks": _checks,
    "rules": _rule,
}
