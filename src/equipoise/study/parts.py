"""What the parts of a definition are made of: identifiers, words, rules, and a closed frozen structure."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

Identifier = Annotated[
    str, Meta(pattern="^[A-Za-z][A-Za-z0-9_]*$", description="letters, digits, underscore")
]
Rule = Annotated[str, Meta(min_length=1, description="an expression of the rule language")]
Words = Annotated[str, Meta(min_length=1)]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of every part: frozen, keyword-only, closed."""


def written(part: Any) -> Any:
    """A part as JSON values, without the fields that have their default: a field that a later version of the
    model adds is not there, and so does not change the digest of an earlier study."""
    if isinstance(part, Part):
        kept = {}
        for field in msgspec.structs.fields(part):
            value = getattr(part, field.name)
            if field.required or value != _default(field):
                kept[field.name] = written(value)
        return kept
    if isinstance(part, dict):
        return {name: written(value) for name, value in part.items()}
    if isinstance(part, tuple):
        return [written(value) for value in part]
    return part


def _default(field: msgspec.structs.FieldInfo) -> Any:
    return field.default if field.default is not msgspec.NODEFAULT else field.default_factory()


class Window(Part):
    """Days allowed before and after the planned day of an encounter, both inclusive."""

    before: Annotated[int, Meta(ge=0)] = 0
    after: Annotated[int, Meta(ge=0)] = 0
