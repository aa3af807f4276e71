"""Which studies are worth judging for a patient: weighted words, and rankings fused.

The words of what the patient has weigh in; what is denied, what relatives have, age and sex do not, because a
study that names them is no nearer for it. Rankings of different kinds are fused by their ranks alone.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from equipoise.registry.match.clauses import pieces
from equipoise.registry.match.facts import Facts
from equipoise.registry.match.wording import GENERAL, content, listed
from equipoise.registry.search.forms import forms
from equipoise.registry.search.text import words

# How much a field adds to the words of the whole record.
FIELDS: Mapping[str, float] = {"condition": 1.0, "title": 0.5, "keyword": 0.25}
MOST_TERMS = 200
PAST, DOUBTFUL, VARIANT = 0.7, 0.7, 0.5
QUIET = listed("quiet")


class Candidates(Protocol):
    """Finds studies by weighted words."""

    def weighted(
        self, weights: Mapping[str, float], fields: Mapping[str, float], size: int
    ) -> Sequence[tuple[str, float]]:
        """The best studies with their scores: BM25 of the whole record, and of each field times its weight."""
        ...


def terms(facts: Facts) -> dict[str, float]:
    """The words by which studies for this patient are found, with their weights."""
    found: dict[str, float] = defaultdict(float)
    for piece in pieces(facts.text):
        if not piece.negated and not piece.relative:
            weight = (PAST if piece.past else 1.0) * (DOUBTFUL if piece.doubtful else 1.0)
            _add(found, piece.text, weight)
    for stated in facts.statements if not facts.text else ():
        if stated.present:
            _add(found, stated.text, PAST if stated.past else 1.0)
    weights = {word: 1.0 + math.log2(1.0 + count) for word, count in found.items()}
    chosen = dict(sorted(weights.items(), key=lambda each: (-each[1], each[0]))[:MOST_TERMS])
    return with_variants(chosen)


def _add(found: dict[str, float], text: str, weight: float) -> None:
    """Adds the words of a piece, and those that its short forms stand for."""
    for word in {*words(text), *content(text)}:
        if word not in GENERAL and word not in QUIET and not word.isdigit() and len(word) > 1:
            found[word] += weight


def with_variants(weights: Mapping[str, float]) -> dict[str, float]:
    """The words with their other forms (plural, spelling), which weigh less."""
    every = dict(weights)
    for word, weight in weights.items():
        for form in forms(word)[1:]:
            every.setdefault(form, VARIANT * weight)
    return every


def raw_terms(text: str) -> dict[str, float]:
    """Every word of a text, by how often it occurs: the baseline of the measurements."""
    return {word: float(count) for word, count in Counter(words(text)).items()}


def fused(rankings: Iterable[Sequence[str]], constant: int = 60) -> list[tuple[str, float]]:
    """Rankings fused by reciprocal rank: each adds 1 / (constant + rank). Ties keep the order of the numbers."""
    scores: dict[str, float] = defaultdict(float)
    for ranking in rankings:
        for rank, number in enumerate(ranking, 1):
            scores[number] += 1.0 / (constant + rank)
    return sorted(scores.items(), key=lambda each: (-each[1], each[0]))


class MemoryCandidates:
    """The naive reference: BM25 over texts in memory, for tests and measurements.

    texts: by study, the texts of the whole record under `text`, and of each field under its name.
    """

    K1, B = 1.2, 0.75

    def __init__(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        self._numbers = sorted(texts)
        self._postings: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
        self._lengths: dict[str, list[int]] = {name: [0] * len(texts) for name in ("text", *FIELDS)}
        for position, number in enumerate(self._numbers):
            for field in self._lengths:
                counts = Counter(words(texts[number].get(field, "")))
                self._lengths[field][position] = sum(counts.values())
                for word, count in counts.items():
                    self._postings[(field, word)].append((position, count))

    def weighted(
        self, weights: Mapping[str, float], fields: Mapping[str, float], size: int
    ) -> list[tuple[str, float]]:
        """The best studies with their scores."""
        scores: dict[int, float] = defaultdict(float)
        for field, boost in {"text": 1.0, **fields}.items():
            mean = sum(self._lengths[field]) / max(len(self._numbers), 1) or 1.0
            for word, weight in weights.items():
                self._score(scores, field, word, boost * weight, mean)
        best = sorted(scores.items(), key=lambda each: (-each[1], each[0]))[:size]
        return [(self._numbers[position], score) for position, score in best]

    def _score(self, scores: dict[int, float], field: str, word: str, weight: float, mean: float) -> None:
        found = self._postings.get((field, word), ())
        rarity = math.log(1.0 + (len(self._numbers) - len(found) + 0.5) / (len(found) + 0.5))
        lengths = self._lengths[field]
        for position, count in found:
            norm = self.K1 * (1.0 - self.B + self.B * lengths[position] / mean)
            scores[position] += weight * rarity * count * (self.K1 + 1.0) / (count + norm)
