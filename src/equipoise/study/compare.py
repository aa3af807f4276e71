"""Two versions of a definition, and what is different between them, in words.

Rules are compared by their trees, so a change of layout is no difference. What is defined only on one side is
named once, not field by field.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from equipoise.study.parts import written
from equipoise.study.study import Study

NOTHING = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference: the dotted path, and what stands there in each version (None: nothing)."""

    path: str
    kind: Literal["added", "removed", "changed"]
    before: str | None
    after: str | None

    def __str__(self) -> str:
        if self.kind == "added":
            return f"{self.path} is new: {self.after}"
        if self.kind == "removed":
            return f"{self.path} is gone; it was {self.before}"
        return f"{self.path} was {self.before}, and is now {self.after}"


def compare(before: Study, after: Study) -> tuple[Difference, ...]:
    """All differences, in the order of the paths. Equal digests have none, and the other way round."""
    return tuple(_differences(_tree(before), _tree(after), ""))


def _tree(study: Study) -> Any:
    """The definition with each rule as its canonical text."""
    tree = written(study.definition)
    for path, expression in study.expressions.items():
        part = tree
        *parts, name = path.split(".")
        for step in parts:
            part = part[step]
        part[name] = expression.text
    return tree


def _differences(before: Any, after: Any, path: str) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted({*before, *after}):
            inner = f"{path}.{name}" if path else name
            yield from _differences(before.get(name, NOTHING), after.get(name, NOTHING), inner)
        return
    was, now = (None if value is NOTHING else _said(value) for value in (before, after))
    kind: Literal["added", "removed", "changed"] = "changed"
    if was is None or now is None:
        kind = "added" if was is None else "removed"
    yield Difference(path=path, kind=kind, before=was, after=now)


def _said(value: Any) -> str:
    """A part in words: its label where it has one, a list by its members, a scalar as it is."""
    if isinstance(value, dict):
        words = next((value[name] for name in ("label", "text", "question") if name in value), None)
        return f"{words!r}" if words is not None else "{" + ", ".join(value) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_said(one) for one in value) + "]"
    return repr(value)
