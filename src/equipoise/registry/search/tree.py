"""What a query means, as a tree: both engines, the index and the naive one, answer this and nothing else.

The parser writes `Loose` for a word as it was typed; `expand` puts its other forms, its synonyms and near
spellings in its place. So what remains for an engine is exact: a word, a beginning, a neighbourhood, a phrase.
An empty `field` means anywhere in the record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """Any part of a query."""


@dataclass(frozen=True, slots=True)
class Everything(Node):
    """Every study."""


@dataclass(frozen=True, slots=True)
class Loose(Node):
    """A word as it was typed, to be found in its other forms too."""

    word: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Term(Node):
    """Exactly this word."""

    word: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Prefix(Node):
    """Any word that begins so."""

    word: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Near(Node):
    """Any word that this one becomes by so many letters put in, left out, changed or swapped with the next."""

    word: str
    distance: int
    field: str = ""


@dataclass(frozen=True, slots=True)
class Phrase(Node):
    """These words one after the other; with `open`, the last one need only begin so."""

    words: tuple[str, ...]
    field: str = ""
    open: bool = False


@dataclass(frozen=True, slots=True)
class Facet(Node):
    """Studies with this value of a facet."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Range(Node):
    """Studies whose number or date lies between these; None is no limit."""

    name: str
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class All(Node):
    """Every part holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Any(Node):
    """Some part holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    """The part does not hold."""

    part: Node


def all_of(parts: list[Node]) -> Node:
    """The conjunction of these parts; everything when there are none."""
    if len(parts) == 1:
        return parts[0]
    return All(tuple(parts)) if parts else Everything()


def any_of(parts: list[Node]) -> Node:
    """The alternative of these parts, of which there is at least one."""
    unique = [*dict.fromkeys(parts)]
    return unique[0] if len(unique) == 1 else Any(tuple(unique))


def wanted(node: Node) -> Iterator[Node]:
    """The words, beginnings, neighbourhoods and phrases that a hit may show: those under no `Not`."""
    if isinstance(node, All | Any):
        for part in node.parts:
            yield from wanted(part)
    elif isinstance(node, Term | Prefix | Near | Phrase):
        yield node
