"""What an expression may read where it stands: forms and their items, encounters, and names with types.

A scope is built by whoever loads a definition. It is data only; the checker and the explanation read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from equipoise.rules.errors import fault
from equipoise.rules.types import Code, DateType, Type
from equipoise.rules.values import Value

LOG = "log"  # many records, open until "none" or "complete" is recorded
ENCOUNTER = "encounter"  # records at the encounters that are listed
SINGLE = "single"  # one record a participant, tied to no encounter
BUILT_IN = ("date", "encounter")  # items that every record has


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemScope:
    """One item: its type, and the label that a person reads."""

    type: Type
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormScope:
    """One form. `kind` is LOG, ENCOUNTER or SINGLE; `encounters` lists where it is collected.

    Raises RULE-035 when an item has the name of a built-in one.
    """

    kind: str
    items: Mapping[str, ItemScope]
    encounters: tuple[str, ...] = ()
    label: str = ""
    place: str = ""

    def __post_init__(self) -> None:
        for item in BUILT_IN:
            if item in self.items:
                raise fault("RULE-035", self.place or self.label, found=item)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Everything that an expression may read.

    encounters: label by encounter.  names: type by parameter, derivation or context name.
    labels: label by name.  parameters: the names whose values are fixed by the definition.
    own: the form whose record is being entered, for its checks.  sealed: names that exist but may not be
    read here.
    """

    forms: Mapping[str, FormScope] = field(default_factory=dict)
    encounters: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, Type] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Value] = field(default_factory=dict)
    own: str | None = None
    sealed: frozenset[str] = frozenset()

    def built_in(self, item: str) -> Type:
        """The type of a built-in item."""
        return DateType() if item == "date" else Code("encounter", tuple(self.encounters))
