"""The naive reference: the same scores from words in dictionaries, every study looked at, nothing left out.

It has no slots, no budget and no rounding, and is slow. Its only use is to say what the index must find.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from equipoise.registry.interfaces import Found, Stored
from equipoise.registry.related.scheme import COMMON_AT_LEAST, GROUPS, PIVOT
from equipoise.registry.related.terms import terms

Weights = dict[tuple[str, str], float]


class NaiveRelated:
    """All studies in memory. `related` gives every study with a score, ungrouped and without reasons."""

    def __init__(self) -> None:
        self._counts: dict[str, Mapping[tuple[str, str], int]] = {}
        self.sequence = 0

    def update(self, records: Iterable[Stored], *, head: int) -> None:
        """Takes these records in place of older versions. Rarities are always those of all studies held."""
        for stored in records:
            found = terms(stored.data)
            counts = {("body", word): count for word, count in found.body.items()}
            counts |= {(name, word): 1 for name in GROUPS if name != "body" for word in getattr(found, name)}
            self._counts[stored.nct_id] = counts
        self.sequence = head

    def vectors(self) -> tuple[dict[str, Weights], dict[str, Weights]]:
        """The vectors with which studies ask, and those with which they answer: only the body's length differs."""
        frequency = Counter(term for counts in self._counts.values() for term in counts)
        raw = {number: self._raw(counts, frequency) for number, counts in self._counts.items()}
        lengths = {number: length(weights) for number, weights in raw.items()}
        mean = sum(each["body"] for each in lengths.values()) / max(len(lengths), 1)
        asking, answering = {}, {}
        for number, weights in raw.items():
            own = lengths[number]
            pivoted = own | {"body": (1 - PIVOT) * mean + PIVOT * own["body"]}
            asking[number] = {
                term: weight / own[term[0]] * GROUPS[term[0]][1] for term, weight in weights.items()
            }
            answering[number] = {term: weight / pivoted[term[0]] for term, weight in weights.items()}
        return asking, answering

    def related(self, nct_id: str, top: int = 10) -> Sequence[Found]:
        """The studies most like this one, the best first, equal ones by number."""
        asking, answering = self.vectors()
        return nearest(nct_id, asking[nct_id], answering, top)

    def _raw(
        self, counts: Mapping[tuple[str, str], int], frequency: Mapping[tuple[str, str], int]
    ) -> Weights:
        studies = len(self._counts)
        weights = {}
        for term, count in counts.items():
            if frequency[term] <= max(GROUPS[term[0]][2] * studies, COMMON_AT_LEAST):
                weights[term] = math.log1p(count) * (math.log((studies + 1) / (frequency[term] + 1)) + 1)
        return weights


def length(weights: Weights) -> dict[str, float]:
    """The Euclidean length of each group; 0 for one without terms."""
    squares: dict[str, float] = defaultdict(float, dict.fromkeys(GROUPS, 0.0))
    for (name, _), weight in weights.items():
        squares[name] += weight * weight
    return {name: math.sqrt(square) for name, square in squares.items()}


def nearest(nct_id: str, asked: Weights, answering: Mapping[str, Weights], top: int) -> list[Found]:
    """The other studies by the sum over the terms that they share with what is asked."""
    scores = {
        number: sum(asked[term] * weight for term, weight in weights.items() if term in asked)
        for number, weights in answering.items()
        if number != nct_id
    }
    ordered = sorted(scores.items(), key=lambda each: (-each[1], each[0]))
    return [Found(nct_id=number, score=score) for number, score in ordered[:top] if score > 0]
