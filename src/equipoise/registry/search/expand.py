"""Puts in place of each word as typed what it stands for: its forms, its synonyms, near spellings.

Two things are asked of an index, and so the index and the naive reference agree by construction on everything
else: whether any record has a word in a field.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from equipoise.registry.search.forms import forms, tolerance
from equipoise.registry.search.numbers import parted
from equipoise.registry.search.synonyms import LONGEST, Name, Synonyms
from equipoise.registry.search.tree import All, Any, Loose, Near, Node, Not, Phrase, Term, all_of, any_of

Known = Callable[[str, str], bool]  # (field, word): does any record have it there


def expand(node: Node, known: Known, synonyms: Synonyms) -> tuple[Node, tuple[str, ...]]:
    """The tree without loose words, and a note for each word that was searched by its spelling."""
    notes: dict[str, None] = {}
    grown = _grown(node, known, synonyms, notes)
    return grown, tuple(notes)


def _grown(node: Node, known: Known, synonyms: Synonyms, notes: dict[str, None]) -> Node:
    if isinstance(node, All):
        return all_of(_run(node.parts, known, synonyms, notes))
    if isinstance(node, Any):
        return any_of([_grown(part, known, synonyms, notes) for part in node.parts])
    if isinstance(node, Not):
        return Not(_grown(node.part, known, synonyms, notes))
    if isinstance(node, Loose):
        return all_of(_run((node,), known, synonyms, notes))
    if isinstance(node, Phrase) and not node.open and node.words in synonyms:
        return any_of([node, *_named(synonyms[node.words], node.field)])
    return node


def _run(parts: Sequence[Node], known: Known, synonyms: Synonyms, notes: dict[str, None]) -> list[Node]:
    """Parts that must all hold: the longest runs of typed words that have synonyms are taken together."""
    nodes: list[Node] = []
    place = 0
    while place < len(parts):
        length, others = _longest(parts, place, synonyms)
        taken = parts[place : place + length]
        plain = [
            _word(part, known, notes, quiet=bool(others))
            if isinstance(part, Loose)
            else _grown(part, known, synonyms, notes)
            for part in taken
        ]
        name = getattr(parts[place], "field", "")
        nodes.append(any_of([all_of(plain), *_named(others, name)]) if others else plain[0])
        place += length
    return nodes


def _longest(parts: Sequence[Node], place: int, synonyms: Synonyms) -> tuple[int, tuple[Name, ...]]:
    """How many typed words from here on are the longest name with synonyms, and these; 1 and none without."""
    run: list[str] = []
    for part in parts[place : place + LONGEST]:
        if not isinstance(part, Loose) or part.field != getattr(parts[place], "field", ""):
            break
        run.append(part.word)
    for length in range(len(run), 0, -1):
        if found := synonyms.get(tuple(run[:length])):
            return length, found
    return 1, ()


def _named(names: Sequence[Name], field: str) -> list[Node]:
    return [Term(name[0], field) if len(name) == 1 else Phrase(name, field) for name in names]


def _word(node: Loose, known: Known, notes: dict[str, None], *, quiet: bool) -> Node:
    """A typed word by its forms that exist; by near spellings where none does."""
    found: list[Node] = [Term(form, node.field) for form in forms(node.word) if known(node.field, form)]
    found += [
        Phrase(both, node.field)
        for both in parted(node.word)
        if all(known(node.field, word) for word in both)
    ]
    if found:
        return any_of(found)
    if tolerance(node.word) and not quiet:
        notes[f"no study has {node.word}: words spelled nearly so were searched"] = None
        return Near(node.word, tolerance(node.word), node.field)
    return Term(node.word, node.field)
