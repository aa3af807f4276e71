"""Why a study was found: the fields that hold the words of the query, with the words marked in an excerpt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from equipoise.registry.interfaces import Reason
from equipoise.registry.search.document import FIELDS, TEXTS, exact_names
from equipoise.registry.search.forms import distance
from equipoise.registry.search.text import WORD, aligned
from equipoise.registry.search.tree import Near, Node, Phrase, Prefix, Term, wanted

EXCERPT = 200
MOST_REASONS = 4
START, END = r"(?<![^\W_])", r"(?![^\W_])"
# The number and the acronym come first, then the fields of less weight.
BY_WEIGHT = tuple(sorted(FIELDS, key=lambda name: -FIELDS[name].weight))


def reasons_of(data: Mapping[str, Any], tree: Node, asked: str) -> tuple[Reason, ...]:
    """The reasons for one hit, those of weightier fields first. data: its record. asked: the text of the query."""
    found = []
    if asked.casefold() in exact_names(data):
        found.append(
            Reason(kind="number", field="number", words=(asked,), text=asked, marks=((0, len(asked)),))
        )
    for field in BY_WEIGHT[2 if found else 0 :]:
        if len(found) == MOST_REASONS:
            break
        pattern = pattern_of(tree, field)
        if pattern is not None and (reason := _in_field(field, TEXTS[field](data), pattern, tree)):
            found.append(reason)
    return tuple(found)


@lru_cache(maxsize=512)
def pattern_of(tree: Node, field: str) -> re.Pattern[str] | None:
    """What finds the words of a tree in the text of a field; None when it asks nothing of that field."""
    leaves = [leaf for leaf in wanted(tree) if getattr(leaf, "field", "") in ("", field)]
    # The longest first, so that a phrase is marked whole.
    sources = sorted(dict.fromkeys(map(_source, leaves)), key=len, reverse=True)
    return re.compile("|".join(sources)) if sources else None


def _source(leaf: Node) -> str:
    if isinstance(leaf, Prefix):
        return rf"{START}{leaf.word}[^\W_]*"
    if isinstance(leaf, Phrase):
        joined = r"[\W_]+".join(map(re.escape, leaf.words))
        return rf"{START}{joined}[^\W_]*" if leaf.open else rf"{START}{joined}{END}"
    if isinstance(leaf, Near):
        # Any word may be near: those of a like length are looked at one by one.
        return rf"{START}[^\W_]{{{max(len(leaf.word) - leaf.distance, 1)},{len(leaf.word) + leaf.distance}}}{END}"
    assert isinstance(leaf, Term)
    return rf"{START}{leaf.word}{END}"


def _in_field(field: str, texts: Iterable[str], pattern: re.Pattern[str], tree: Node) -> Reason | None:
    """The words of a tree in a field, shown in the first text of it that has one."""
    near = [leaf for leaf in wanted(tree) if isinstance(leaf, Near)]
    for text in texts:
        plain = aligned(text)
        places = [match.span() for match in pattern.finditer(plain)]
        if near:
            places = [place for place in places if _truly(plain[slice(*place)], near, tree)]
        if places:
            shown, marks = excerpt(text, places)
            words = tuple(dict.fromkeys(text[start:end].casefold() for start, end in places))
            return Reason(kind="field", field=field, words=words, text=shown, marks=marks)
    return None


def _truly(found: str, near: Sequence[Near], tree: Node) -> bool:
    """Whether a found word is near enough, or one that the tree names otherwise."""
    if any(distance(found, leaf.word, leaf.distance) <= leaf.distance for leaf in near):
        return True
    others = (leaf for leaf in wanted(tree) if not isinstance(leaf, Near))
    return any(re.fullmatch(_source(leaf), found) for leaf in others)


def excerpt(text: str, places: Sequence[tuple[int, int]]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The part of a text around its first marked word, whole words only, with the marks that lie in it."""
    if len(text) <= EXCERPT:
        return text, tuple(places)
    begin = max(places[0][0] - EXCERPT // 4, 0)
    end = min(begin + EXCERPT, len(text))
    if begin and (inside := WORD.match(text, begin)) and inside.end() <= places[0][0]:
        begin = inside.end()
    if end < len(text) and (space := text.rfind(" ", places[0][1], end)) > 0:
        end = space
    before, after = "… " if begin else "", " …" if end < len(text) else ""
    inner = text[begin:end]
    begin += len(inner) - len(inner.lstrip())
    shift = len(before) - begin
    marks = tuple((start + shift, stop + shift) for start, stop in places if begin <= start and stop <= end)
    return f"{before}{inner.strip()}{after}", marks
