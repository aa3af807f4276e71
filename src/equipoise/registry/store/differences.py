"""What differs between two versions of a record, field by field.

A list of objects is compared item with item: equal items first, then items that have the same name, then the
rest as removed and added; so an outcome put in at the top of a list is one change and not one for each outcome.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from equipoise.registry.interfaces import Change

# The fields by which an item of a list is known as the same one, the first that it has.
NAMES = (
    "id",
    "nctId",
    "label",
    "name",
    "measure",
    "title",
    "facility",
    "pmid",
    "citation",
    "term",
    "groupId",
    "type",
)


def differences(before: Any, after: Any) -> tuple[Change, ...]:
    """Every field that differs, in the order of the later version; a field that is only in the earlier comes last."""
    return tuple(_compared("", before, after))


def _compared(path: str, before: Any, after: Any) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in (*after, *(name for name in before if name not in after)):
            inner = f"{path}.{name}" if path else str(name)
            yield from _compared(inner, before.get(name), after.get(name))
    elif _objects(before) and _objects(after):
        yield from _items(path, before, after)
    elif _opened(before) and _opened(after):
        yield from _compared(path, before or {}, after or {})
    else:
        yield Change(path=path, before=before, after=after)


def _opened(value: Any) -> bool:
    """Whether a value can be shown field by field: an object, or nothing where the other has one."""
    return value is None or isinstance(value, Mapping)


def _objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _items(path: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[Change]:
    left = [item for item in before if item not in after]
    for place, item in enumerate(after):
        if item in before:
            continue
        same = next(
            (other for other in left if _name(other) is not None and _name(other) == _name(item)), None
        )
        if same is None:
            yield Change(path=f"{path}[{place}]", before=None, after=item)
        else:
            left.remove(same)
            yield from _compared(f"{path}[{place}]", same, item)
    for item in left:
        yield Change(path=f"{path}[{list(before).index(item)}]", before=item, after=None)


def _name(item: Mapping[str, Any]) -> tuple[str, str] | None:
    return next(((name, str(item[name])) for name in NAMES if name in item), None)
