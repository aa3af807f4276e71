"""The words that carry meaning in a phrase, so that a note and a criterion can be compared.

Words come without case, accents, British spelling and plural; short forms and plain names become the words that
they stand for; words that say nothing about a patient (`patients`, `diagnosis of`, `known`) are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

from equipoise.registry.search.forms import SPELLINGS
from equipoise.registry.search.text import words

KEPT = ("ss", "us", "is", "as", "os")
LONGEST_NAME = 4


def normal(word: str) -> str:
    """One form for the forms of a word: American spelling, singular."""
    for british, american in SPELLINGS:
        if british in word:
            word = word.replace(british, american)
            break
    if len(word) < 4 or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(KEPT) else word


def listed(name: str) -> frozenset[str]:
    """The words of one list of `words.txt`, each in its normal form."""
    text = files("equipoise.registry.match").joinpath("words.txt").read_text(encoding="utf-8")
    lists = {part.partition("]")[0]: part.partition("]")[2] for part in text.split("\n[")}
    return frozenset(map(normal, lists[name].split()))


GENERAL = listed("general")


@lru_cache(maxsize=1)
def names() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """Short forms and plain names, in normal words, with the words that they stand for."""
    text = files("equipoise.registry.match").joinpath("abbreviations.txt").read_text(encoding="utf-8")
    lines = (line.split("=") for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return {_normal(short): _normal(long) for short, long in lines}


def _normal(text: str) -> tuple[str, ...]:
    return tuple(normal(word) for word in words(text))


@lru_cache(maxsize=100_000)
def content(text: str) -> tuple[str, ...]:
    """The meaningful words of a phrase, in order, each in its normal form."""
    return tuple(word for word in expanded(_normal(text)) if word not in GENERAL)


def expanded(found: Sequence[str]) -> Iterator[str]:
    """The words with each known name replaced by what it stands for, the longest name first."""
    table, start = names(), 0
    while start < len(found):
        for size in range(min(LONGEST_NAME, len(found) - start), 0, -1):
            long = table.get(tuple(found[start : start + size]))
            if long is not None:
                yield from long
                start += size
                break
        else:
            yield found[start]
            start += 1
