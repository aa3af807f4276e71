"""From the tree of text to the typed definition, with every fault at its own place.

msgspec converts the whole at once. Only when it refuses is the tree walked part by part, along the types of
`model`, so that an author sees all the faults of a folder in one go instead of the first.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from equipoise.errors import EquipoiseError
from equipoise.study.errors import hint, problem
from equipoise.study.source import Source

KINDS = {
    "`str`": "text",
    "`int`": "a whole number",
    "`array`": "a list",
    "`object`": "a mapping",
    "`bool`": "true or false",
}
NO_VALUE = "a mapping (name: value) is expected, and found {found}"


def convert(source: Source, shape: type) -> Any:
    """The tree as `shape`, or None after adding each fault to the source's problems."""
    try:
        return msgspec.convert(source.tree, shape, strict=False)
    except msgspec.ValidationError:
        source.problems.extend(faults(source, shape, source.tree, "", "the definition"))
        return None


@cache
def fields_of(shape: type) -> dict[str, Any]:
    """The fields of a structure with their types, in order."""
    hints = get_type_hints(shape, include_extras=True)
    return {name: hints[name] for name in shape.__struct_fields__}  # type: ignore[attr-defined]


@cache
def required(shape: type) -> frozenset[str]:
    """The fields that an author must write."""
    return frozenset(found.name for found in msgspec.structs.fields(shape) if found.required)


def faults(source: Source, shape: Any, value: Any, path: str, owner: str) -> Iterator[EquipoiseError]:
    """Every fault of `value` as `shape`; `owner` says in words whose part it is."""
    shape = without_none(shape)
    origin = get_origin(shape)
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        yield from structure_faults(source, shape, value, path, owner)
    elif origin is dict:
        yield from mapping_faults(source, shape, value, path, owner)
    elif origin is tuple and isinstance(value, list):
        for index, part in enumerate(value):
            yield from faults(source, get_args(shape)[0], part, f"{path}.{index}", owner)
    else:
        yield from leaf_faults(source, shape, value, path)


def without_none(shape: Any) -> Any:
    """`X` of `X | None`."""
    parts = [part for part in get_args(shape) if part is not type(None)]
    return parts[0] if get_origin(shape) in (Union, types.UnionType) and len(parts) == 1 else shape


def structure_faults(
    source: Source, shape: type, value: Any, path: str, owner: str
) -> Iterator[EquipoiseError]:
    """Unknown and missing fields, and the faults of each field."""
    if not isinstance(value, dict):
        yield problem("STUD-012", source.place(path), name=owner, found=NO_VALUE.format(found=shown(value)))
        return
    known = fields_of(shape)
    prefix = f"{path}." if path else ""
    for name, part in value.items():
        inner = f"{prefix}{name}"
        if name in known:
            yield from faults(source, known[name], part, inner, f"{inner!r}")
        else:
            yield problem("STUD-010", source.key(inner), name=name, owner=owner, hint=hint(name, known))
    for name in sorted(required(shape) - set(value)):
        yield problem("STUD-011", source.key(path), owner=owner, name=name)


def mapping_faults(source: Source, shape: Any, value: Any, path: str, owner: str) -> Iterator[EquipoiseError]:
    """Keys that are no identifiers, and the faults of each value."""
    if not isinstance(value, dict):
        yield problem("STUD-012", source.place(path), name=owner, found=NO_VALUE.format(found=shown(value)))
        return
    key_shape, value_shape = get_args(shape)
    for name, part in value.items():
        inner = f"{path}.{name}"
        if get_origin(key_shape) is Annotated and refusal(name, key_shape):
            yield problem("STUD-013", source.key(inner), name=name)
        yield from faults(source, value_shape, part, inner, f"{inner!r}")


def leaf_faults(source: Source, shape: Any, value: Any, path: str) -> Iterator[EquipoiseError]:
    """The fault of one scalar."""
    found = refusal(value, shape)
    if found:
        if get_origin(shape) is Literal:
            found = f"expected one of {', '.join(get_args(shape))}"
        for technical, words in KINDS.items():
            found = found.replace(technical, words)
        yield problem("STUD-012", source.place(path), name=path, found=f"{found}; found {shown(value)}")


def refusal(value: Any, shape: Any) -> str:
    """Why msgspec refuses a value, or nothing."""
    try:
        msgspec.convert(value, shape, strict=False)
    except msgspec.ValidationError as error:
        return str(error).partition(" - at ")[0].partition(", got ")[0].replace("Expected", "expected")
    return ""


def shown(value: Any) -> str:
    """A value as a message shows it."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return repr(value) if value else "nothing"
