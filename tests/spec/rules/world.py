"""A small study and its participants, written in a few words, for every test of the language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from equipoise.rules import (
    Boolean,
    Code,
    DateType,
    FormScope,
    ItemScope,
    Missing,
    Number,
    Scope,
    TextType,
    parse,
    unit_type,
)
from equipoise.rules.values import ABSENT, Duration

VITALS = FormScope(
    kind="encounter",
    label="Vital signs",
    encounters=("screening", "week_4"),
    items={
        "weight": ItemScope(type=unit_type("kg", 1), label="body weight"),
        "height": ItemScope(type=unit_type("m", 2)),
        "temperature": ItemScope(type=unit_type("Cel", 1)),
        "pulse": ItemScope(type=Number(0)),
        "smoker": ItemScope(type=Boolean(), label="current smoker"),
    },
)
LABORATORY = FormScope(
    kind="encounter",
    encounters=("screening",),
    label="Laboratory",
    items={
        "creatinine": ItemScope(type=unit_type("umol/L", 1)),
        "neutrophils": ItemScope(type=unit_type("10*9/L", 2)),
        "comment": ItemScope(type=TextType()),
    },
)
DEMOGRAPHY = FormScope(
    kind="single",
    label="Demography",
    items={
        "birth_date": ItemScope(type=DateType(partial=True), label="date of birth"),
        "sex": ItemScope(type=Code("sex", ("female", "male"))),
        "wait": ItemScope(type=unit_type("days", 1)),
    },
)
HISTORY = FormScope(
    kind="log",
    label="Medical history",
    items={
        "event": ItemScope(type=Code("event", ("thrombosis", "cancer"))),
        "began": ItemScope(type=DateType(partial=True), label="start date"),
        "grade": ItemScope(type=Number(0)),
    },
)
SCOPE = Scope(
    forms={"vital_signs": VITALS, "laboratory": LABORATORY, "demography": DEMOGRAPHY, "history": HISTORY},
    encounters={"screening": "Screening", "week_4": "Week 4", "week_8": ""},
    names={
        "today": DateType(),
        "randomised_on": DateType(),
        "weight_limit": unit_type("kg"),
        "washout": unit_type("days"),
        "eligible": Boolean(),
        "group": Code("group", ("a", "b")),
    },
    labels={"weight_limit": "the weight limit"},
    parameters={"weight_limit": parse("80 kg").value, "washout": Duration(parse("28").value, "days")},
    sealed=frozenset({"arm"}),
)


@dataclass(frozen=True, kw_only=True)
class RecordOf:
    """A record as the evaluator reads it."""

    encounter: str | None = None
    date: date = date(2026, 1, 1)
    sequence: int = 1
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CaseOf:
    """A participant as the evaluator reads them."""

    by_form: Mapping[str, list[RecordOf]] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    names: Mapping[str, Any] = field(default_factory=dict)
    own: RecordOf | None = None

    def record(self, form: str, encounter: str) -> RecordOf | None:
        return next((found for found in self.records(form) if found.encounter == encounter), None)

    def records(self, form: str) -> list[RecordOf]:
        return self.by_form.get(form, [])

    def log_closed(self, form: str) -> bool:
        return form in self.closed

    def named(self, name: str) -> Any:
        return self.names.get(name, ABSENT)


def value(text: str) -> Any:
    """A value written as in an expression, or `missing(reason)`."""
    if text.startswith("missing"):
        return Missing(text[8:-1])
    return parse(text).value  # type: ignore[attr-defined]


def record(words: Mapping[str, str], *, encounter: str | None, sequence: int) -> RecordOf:
    """A record from its items; `date` is the day on which it was made."""
    values = {name: value(text) for name, text in words.items()}
    day = values.pop("date", date(2026, 1, 1))
    return RecordOf(encounter=encounter, date=day, sequence=sequence, values=values)


def case(data: Mapping[str, Any]) -> CaseOf:
    """A case from a few words.

    "form" or "form at encounter": one record, or a list of them; "closed": the logs that are closed;
    "own": the record being entered; anything else: the value of a name.
    """
    by_form: dict[str, list[RecordOf]] = {}
    names, own, sequence = dict(SCOPE.parameters), None, 0
    for key, words in data.items():
        form, _, encounter = key.partition(" at ")
        if key == "own":
            own = record(words, encounter="screening", sequence=99)
        elif form in SCOPE.forms:
            for one in words if isinstance(words, list) else [words]:
                sequence += 1
                made = record(one, encounter=encounter or None, sequence=sequence)
                by_form.setdefault(form, []).append(made)
        elif key != "closed":
            names[key] = value(words)
    for records in by_form.values():
        records.sort(key=lambda made: (made.date, made.sequence))
    return CaseOf(by_form=by_form, closed=frozenset(data.get("closed", ())), names=names, own=own)
