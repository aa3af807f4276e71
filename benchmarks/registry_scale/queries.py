"""What is asked: queries as people type them, drawn from the given records; one set to warm up, another to measure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from benchmarks.registry_scale.pools import Parts

COMMON = (
    "cancer", "diabetes", "covid-19", "lupus", "pain", "breast cancer", "heart failure", "asthma",
    "placebo", "quality of life", "children", "metformin",
)  # fmt: skip
COUNTS = ("status", "phase", "type", "results")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One query: what kind it is, its text, and the same words for an engine without a query language."""

    kind: str
    text: str
    words: tuple[str, ...]


def queries(pools: Sequence[Parts], count: int, *, seed: int) -> list[Asked]:
    """So many queries. The kinds stand in the shares that `KINDS` gives them."""
    draw = Random(f"queries:{seed}")
    names = [name for name, (share, _) in KINDS.items() for _ in range(share)]
    found: list[Asked] = []
    while len(found) < count:
        name = draw.choice(names)
        text = KINDS[name][1](draw, draw.choice(pools))
        words = tuple("".join(sign if sign.isalnum() else " " for sign in text).split())
        if words and "AND" not in words and "OR" not in words and "NOT" not in words:
            found.append(Asked(kind=name, text=text, words=words))
    return found


def _plain(text: str) -> str:
    return " ".join("".join(sign if sign.isalnum() else " " for sign in text).lower().split())


def _condition(draw: Random, parts: Parts) -> str:
    return _plain(draw.choice(parts.conditions)) if parts.conditions else ""


def _title(draw: Random, parts: Parts) -> str:
    words = [plain for word in parts.title if len(plain := _plain(word)) > 3]
    return " ".join(draw.sample(words, 2)) if len(words) > 1 else ""


def _word(draw: Random, parts: Parts) -> str:
    words = [plain for text in parts.summary for word in text.split() if len(plain := _plain(word)) > 4]
    return draw.choice(words) if words else ""


def _phrase(draw: Random, parts: Parts) -> str:
    words = [_plain(word) for word in parts.title]
    start = draw.randrange(max(len(words) - 1, 1))
    return f'"{" ".join(words[start : start + 2])}"'


def _prefix(draw: Random, parts: Parts) -> str:
    word = _word(draw, parts).split()
    return f"{word[0][:5]}*" if word and len(word[0]) > 5 else ""


def _misspelt(draw: Random, parts: Parts) -> str:
    word = next((plain for name in parts.conditions for plain in _plain(name).split() if len(plain) > 6), "")
    place = draw.randrange(2, len(word) - 1) if word else 0
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :] if word else ""


def _common(draw: Random, parts: Parts) -> str:
    return draw.choice(COMMON)


# kind: its share of twenty, and what makes one of a record
KINDS: dict[str, tuple[int, Callable[[Random, Parts], str]]] = {
    "condition": (6, _condition),
    "two words of a title": (6, _title),
    "a word of a summary": (3, _word),
    "a common word": (2, _common),
    "phrase": (1, _phrase),
    "beginning of a word": (1, _prefix),
    "misspelt": (1, _misspelt),
}
