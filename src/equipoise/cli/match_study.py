"""Trials that run here, as patient matching takes them: their criteria, and which facts fill which items.

A study's folder says in `matching.json` which item a fact about a patient fills, as `form.item: fact`. A fact is
`sex`, `birth_date`, `pregnant`, `breastfeeding`, or `measured NAME`. An item that nothing fills is missing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path

from equipoise.cli.errors import command_error
from equipoise.registry.lint import Annotations, load_annotations
from equipoise.registry.match.facts import Facts
from equipoise.registry.match.hard import terms_of
from equipoise.registry.match.measures import MEASURES
from equipoise.registry.match.running import RunningCriterion, RunningTrial
from equipoise.registry.record import Record, load_record
from equipoise.rules import Quantity, QuantityType, Type, Value, units
from equipoise.study import Study, load

MAPPING = "matching.json"
ANNOTATIONS = "annotations.yaml"
RECORD = "record.json"
ELIGIBILITY = "eligibilityModule"
PLAIN = ("sex", "birth_date", "pregnant", "breastfeeding")
MEASURED = "measured "
# What has not happened yet is judged as if it happened on the day of the match.
DAYS = ("today", "consented_on", "judged_on")


def running_trials(folders: Iterable[Path], today: date) -> dict[str, RunningTrial]:
    """The trials in these study folders by their number. Raises STUD-001, REGI-001, COMM-005."""
    return dict(running_trial(folder, today) for folder in folders)


def running_trial(folder: Path, today: date) -> tuple[str, RunningTrial]:
    """The number and the rules of one study."""
    study, record = load(folder), load_record(folder / RECORD)
    rules = rules_of(study, read_mapping(folder / MAPPING, study), remarks_of(folder))
    return record.nct_id, rules(record, today)


def remarks_of(folder: Path) -> Annotations | None:
    """The reviewed remarks of a study's folder, if it has any."""
    path = folder / ANNOTATIONS
    return load_annotations(path) if path.is_file() else None


def rules_of(
    study: Study, mapping: Mapping[tuple[str, str], str], remarks: Annotations | None
) -> Callable[[Record, date], RunningTrial]:
    """The rules of a study, for its record as it stands and a day."""
    criteria = [
        RunningCriterion(
            side=criterion.category,
            words=f"{criterion.number}. {' '.join(criterion.text.split())}",
            rule=study.rule(f"criteria.{name}.rule"),
        )
        for name, criterion in study.definition.criteria.items()
    ]
    read = remarks.findings if remarks else ()
    scope, annotations = study.scope(), [each.finding for each in read if ELIGIBILITY in each.path]

    def on(record: Record, today: date) -> RunningTrial:
        return RunningTrial(
            terms=terms_of(record.nct_id, record.raw),
            criteria=criteria,
            scope=scope,
            facts=lambda facts: given(mapping, study, facts),
            derivations=study.derivations,
            parameters={**study.parameters, **dict.fromkeys(DAYS, today)},
            annotations=annotations,
        )

    return on


def read_mapping(path: Path, study: Study) -> Mapping[tuple[str, str], str]:
    """Which fact fills which (form, item). Without a file none does. Raises COMM-005."""
    if not path.is_file():
        return {}
    try:
        data = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise command_error("COMM-005", str(path), "this is not JSON") from error
    if not isinstance(data, dict):
        raise command_error("COMM-005", str(path), "expected an object")
    found = {}
    for place, fact in data.items():
        form, _, item = str(place).partition(".")
        known = form in study.definition.forms and item in study.definition.forms[form].items
        measured = str(fact).removeprefix(MEASURED) in MEASURES and str(fact).startswith(MEASURED)
        if not known or not (fact in PLAIN or measured):
            raise command_error("COMM-005", str(path), f"{place}: {fact}")
        found[(form, item)] = str(fact)
    return found


def given(mapping: Mapping[tuple[str, str], str], study: Study, facts: Facts) -> dict[tuple[str, str], Value]:
    """The values that these facts give to items; a fact that is not known gives none."""
    read: dict[str, Callable[[Facts], Value | None]] = {
        "sex": lambda facts: facts.sex.lower() if facts.sex else None,
        "birth_date": lambda facts: facts.age.born if facts.age else None,
        "pregnant": lambda facts: facts.pregnant,
        "breastfeeding": lambda facts: facts.breastfeeding,
    }
    found: dict[tuple[str, str], Value] = {}
    for place, fact in mapping.items():
        value = read[fact](facts) if fact in read else _measured(fact, study.item_type(*place), facts)
        if value is not None:
            found[place] = value
    return found


def _measured(fact: str, wanted: Type, facts: Facts) -> Value | None:
    """A measured value in the unit of the item; none when the units do not compare."""
    name = fact.removeprefix(MEASURED)
    values = {
        units.convert(each.value, each.unit, wanted.unit)
        for each in facts.measurements
        if isinstance(wanted, QuantityType)
        and each.name == name
        and each.unit is not None
        and units.same_dimension(each.unit, wanted.unit)
    }
    return (
        Quantity(values.pop(), wanted.unit) if len(values) == 1 and isinstance(wanted, QuantityType) else None
    )
