"""What rules may read: the forms, encounters and names of a definition as a scope of `rules`.

The types of items come from the definition alone. The names come in three kinds: those that the engine gives
(`CONTEXT`), parameters, and derivations; the last two get their types while they are compiled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from equipoise.errors import EquipoiseError
from equipoise.rules.scope import ENCOUNTER, LOG, FormScope, ItemScope, Scope
from equipoise.rules.types import Boolean, Code, DateType, Number, TextType, Type, unit_type
from equipoise.study.model import Definition, Form, Item
from equipoise.study.source import Source

LABELS = {
    "today": "today",
    "consented_on": "the date of consent",
    "randomised_on": "the date of randomisation",
    "first_dose_on": "the date of the first dose",
    "last_dose_on": "the date of the last dose",
    "treatment_stopped_on": "the date on which treatment stopped",
    "arm": "the arm",
}
REPEATING = ("log", "act")


def item_type(definition: Definition, form: str, name: str, item: Item, source: Source) -> Type:
    """The type of an item. Raises RuleError for a unit that is not known."""
    if item.type == "quantity" and item.unit is not None:
        place = source.place(f"forms.{form}.items.{name}.unit")
        return unit_type(item.unit, item.decimals, place=place)
    if item.type == "code":
        return Code(item.codelist or f"{form}.{name}", tuple(codes_of(definition, item)))
    plain: dict[str, Type] = {
        "number": Number(item.decimals),
        "quantity": Number(item.decimals),  # without its unit, which is a fault of its own
        "text": TextType(),
        "date": DateType(item.partial),
        "boolean": Boolean(),
    }
    return plain[item.type]


def codes_of(definition: Definition, item: Item) -> Mapping[str, str]:
    """The codes of an item with their labels."""
    return item.codes or definition.codelists.get(item.codelist or "", {})


def collected_at(definition: Definition) -> dict[str, tuple[str, ...]]:
    """The encounters at which each form is collected."""
    at: dict[str, list[str]] = {name: [] for name in definition.forms}
    for name, encounter in definition.encounters.items():
        for form in encounter.forms:
            at.setdefault(form, []).append(name)
    return {form: tuple(names) for form, names in at.items()}


def base_scope(definition: Definition, source: Source) -> tuple[Scope, list[EquipoiseError]]:
    """The scope without parameters and derivations, and the faults of units and of item names."""
    at = collected_at(definition)
    forms: dict[str, FormScope] = {}
    problems: list[EquipoiseError] = []
    for name, form in definition.forms.items():
        items = {}
        for item, kind in _items(definition, name, form, source, problems):
            items[item] = ItemScope(type=kind, label=form.items[item].label)
        try:
            forms[name] = FormScope(
                kind=LOG if form.kind in REPEATING else ENCOUNTER,
                items=items,
                encounters=() if form.kind in REPEATING else at[name],
                label=form.label,
                place=str(source.key(f"forms.{name}.items")),
            )
        except EquipoiseError as error:
            problems.append(error)
    arms = Code("arm", tuple(definition.arms))
    names: dict[str, Type] = {name: arms if name == "arm" else DateType() for name in LABELS}
    encounters = {name: encounter.label for name, encounter in definition.encounters.items()}
    return Scope(forms=forms, encounters=encounters, names=names, labels=LABELS), problems


def _items(
    definition: Definition, name: str, form: Form, source: Source, problems: list[EquipoiseError]
) -> Iterator[tuple[str, Type]]:
    for item_id, item in form.items.items():
        try:
            yield item_id, item_type(definition, name, item_id, item, source)
        except EquipoiseError as error:
            problems.append(error)


def named(scope: Scope, name: str, kind: Type, label: str) -> Scope:
    """The scope with one more name."""
    return replace(scope, names={**scope.names, name: kind}, labels={**scope.labels, name: label})
