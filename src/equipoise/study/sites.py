"""Every place of a definition where a rule may stand: what it gives and may read, what unknown means there.

The table is complete by test: a field of `model` with the type `Rule` that has no line here fails it.
`walk` goes through a definition in the order of its fields and gives each leaf with its dotted path and its
pattern (the path with `*` for each identifier that an author chose).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from equipoise.study.model import Definition

BOOLEAN = ("Boolean",)
DURATION = ("DurationType",)
AMOUNT = ("QuantityType", "Number")
ANY = ("Boolean", "Number", "QuantityType", "TextType", "Code", "DateType", "DurationType")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A kind of place for rules.

    gives: names of the types of `rules.types` that fit.
    unknown: what the engine does when the rule comes out unknown, in words.
    own: whether the rule stands inside a form and reads the record that is being entered.
    arm: whether the rule may name the arm, which is sealed.
    literal: whether only a literal may stand here.
    """

    gives: tuple[str, ...]
    unknown: str
    own: bool = False
    arm: bool = False
    literal: bool = False


def _length(unknown: str = "no instruction, and an alert") -> Site:
    return Site(gives=DURATION, unknown=unknown, arm=True)


SITES: dict[str, Site] = {
    "encounters.*.when": Site(gives=BOOLEAN, unknown="the encounter is not yet expected"),
    "parameters.*.value": Site(gives=ANY, unknown="refused at load", literal=True),
    "derivations.*.rule": Site(gives=ANY, unknown="the derived value is missing"),
    "forms.*.items.*.must": Site(gives=BOOLEAN, unknown="silent", own=True),
    "forms.*.items.*.expect": Site(gives=BOOLEAN, unknown="silent", own=True),
    "forms.*.items.*.derive": Site(gives=ANY, unknown="the computed value is missing", own=True),
    "forms.*.items.*.when": Site(gives=BOOLEAN, unknown="the item may be left out", own=True),
    "forms.*.checks.*.rule": Site(gives=BOOLEAN, unknown="silent", own=True),
    "criteria.*.rule": Site(gives=BOOLEAN, unknown="not yet eligible, with the missing items"),
    "gates.*.rule": Site(gives=BOOLEAN, unknown="the gate stays closed, with the missing items"),
    "regimens.*.strength": Site(gives=AMOUNT, unknown="refused at load", literal=True),
    "regimens.*.schedule.every": _length(),
    "regimens.*.schedule.minimum_interval": _length(),
    "regimens.*.schedule.late_by": _length(),
    "regimens.*.dose.base": Site(gives=AMOUNT, unknown="no instruction, and an alert", arm=True),
    "regimens.*.dose.exceptions.*.when": Site(
        gives=BOOLEAN, unknown="no instruction, and an alert", arm=True
    ),
    "regimens.*.dose.exceptions.*.give": Site(gives=AMOUNT, unknown="no instruction, and an alert", arm=True),
    "regimens.*.needed": Site(gives=BOOLEAN, unknown="not prescribed, and an alert", arm=True),
    "regimens.*.after.interval": _length(),
    "regimens.*.after.tolerance": _length(),
    "regimens.*.supply_limit": _length("the gate of dispensing stays closed"),
    "regimens.*.dispense_within": _length("the gate of dispensing stays closed"),
    "regimens.*.duration": _length("the gate of dispensing stays closed"),
    "regimens.*.holds.*.when": Site(gives=BOOLEAN, unknown="no alarm", arm=True),
    "regimens.*.stops.*.when": Site(gives=BOOLEAN, unknown="no alarm", arm=True),
    "allocation.strata.*.rule": Site(gives=("Boolean", "Code", "TextType"), unknown="not randomised"),
    "safety.clocks.*.when": Site(gives=BOOLEAN, unknown="the clock runs", own=True, arm=True),
    "safety.clocks.*.within": _length("refused at load"),
    "estimands.*.variable.rule": Site(gives=ANY, unknown="missing", arm=True),
    "estimands.*.variable.censor": Site(gives=("DateType",), unknown="missing", arm=True),
    "estimands.*.variable.exposure": Site(gives=(*AMOUNT, "DurationType"), unknown="missing", arm=True),
    "estimands.*.measures.*.rule": Site(
        gives=("Boolean", "Number", "QuantityType", "Code"),
        unknown="the mean of the others, or a level of its own",
    ),
    "estimands.*.population_rule": Site(gives=BOOLEAN, unknown="not analysed, and listed", arm=True),
    "estimands.*.intercurrent_events.*.since": Site(
        gives=("DateType",), unknown="the value at the time point is missing", arm=True
    ),
    "estimands.*.intercurrent_events.*.rule": Site(
        gives=BOOLEAN, unknown="not an event, and listed as undetermined", arm=True
    ),
}


@dataclass(frozen=True, slots=True)
class Leaf:
    """One scalar of a definition: its dotted path, its pattern, and its value."""

    path: str
    pattern: str
    value: Any


def walk(part: Any, path: str = "", pattern: str = "") -> Iterator[Leaf]:
    """Every scalar of a part that was written or has a default, None excepted, in order."""
    if isinstance(part, msgspec.Struct):
        for name in part.__struct_fields__:
            yield from walk(getattr(part, name), _join(path, name), _join(pattern, name))
    elif isinstance(part, dict):
        for name, value in part.items():
            yield from walk(value, f"{path}.{name}", f"{pattern}.*")
    elif isinstance(part, tuple):
        for index, value in enumerate(part):
            yield from walk(value, f"{path}.{index}", pattern)
    elif part is not None:
        yield Leaf(path, pattern, part)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def rules(definition: Definition) -> Iterator[tuple[Leaf, Site]]:
    """Every rule of a definition with its site."""
    for leaf in walk(definition):
        site = SITES.get(leaf.pattern)
        if site is not None:
            yield leaf, site


def pattern_of(definition: Definition, path: str) -> str:
    """The pattern of a dotted path: `*` for each identifier that an author chose."""
    part: Any = definition
    found = []
    for name in path.split("."):
        if isinstance(part, dict):
            part = part[name]
            found.append("*")
        else:
            part = getattr(part, name)
            found.append(name)
    return ".".join(found)
