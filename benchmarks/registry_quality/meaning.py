"""Measures retrieval by meaning beside retrieval by words, over one index: each alone, and fused in several ways.

Needs the extra `embeddings`. Every way is judged by the same fields of the record, so that only retrieval differs; the
ways to fuse are the usual ones and were not chosen on these topics.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchmarks.registry_quality.matching import DEPTH, Methods, Topic, opened, topics
from benchmarks.registry_quality.measures import interval, ndcg, recall
from benchmarks.registry_quality.report import table
from equipoise.registry.match.facts import Facts
from equipoise.registry.match.meaning import PACKAGE
from equipoise.registry.match.retrieval import FIELDS, fused, terms

NAME = "Patient matching by meaning"
MISSING = "The extra `embeddings` is not installed: nothing was measured."
INTRODUCTION = """`python -m benchmarks.registry_quality meaning`, with the extra `embeddings`. The whole corpus of
10,655 records is embedded (title, conditions, interventions; 48 tokens), the note by its first 256 tokens. All rows
add the same boost for conditions and put studies that a field of the record excludes last; criteria in words are not
judged. Differences are paired by patient; one whose interval includes 0 is no difference."""
Ranked = Callable[[Facts], list[tuple[str, float]]]


def ways(methods: Methods) -> dict[str, Ranked]:
    """The ways to retrieve, the first being the default without a model."""

    def words(facts: Facts) -> list[tuple[str, float]]:
        return methods.weighted(terms(facts), FIELDS)

    def near(facts: Facts) -> list[tuple[str, float]]:
        found = methods._part.meaning(facts.text, DEPTH)
        return fused([list(found)])

    def both(facts: Facts, share: float) -> list[tuple[str, float]]:
        scores: dict[str, float] = defaultdict(float)
        for part, weight in ((words(facts), 1.0), (near(facts), share)):
            for rank, (number, _) in enumerate(part, 1):
                scores[number] += weight / (60 + rank)
        return sorted(scores.items(), key=lambda each: (-each[1], each[0]))[:DEPTH]

    def behind(facts: Facts) -> list[tuple[str, float]]:
        """The words' own order for the first half, then what meaning adds: it can only add to what is found."""
        first = words(facts)[: DEPTH // 2]
        known = {number for number, _ in first}
        added = [each for each in near(facts) if each[0] not in known]
        low = first[-1][1] if first else 1.0
        return (first + [(number, low * score) for number, score in added])[:DEPTH]

    return {
        "words (the default)": words,
        "meaning alone": near,
        "fused by rank, equal (`--meaning`)": lambda facts: both(facts, 1.0),
        "fused by rank, meaning half": lambda facts: both(facts, 0.5),
        "words, then what meaning adds": behind,
    }


def measured(methods: Methods, asked: Sequence[Topic]) -> list[list[str]]:
    """A row a way: recall of eligible studies at two depths, nDCG at 10, and what differs from the first row."""
    rows: list[list[str]] = []
    first: Mapping[str, np.ndarray] | None = None
    for name, way in ways(methods).items():
        values = {"recall100": [], "recall500": [], "ndcg": []}
        for topic in asked:
            found = methods._last(
                topic.facts, methods._with_conditions(topic.facts, way(topic.facts)), methods.hard
            )
            values["recall100"].append(recall(found, topic.eligible, 100))
            values["recall500"].append(recall(found, topic.eligible, DEPTH))
            values["ndcg"].append(ndcg(found, dict.fromkeys(topic.eligible, 1.0)))
        own = {kind: np.array(each) for kind, each in values.items()}
        first = first or own
        differences = [
            "" if first is own else interval(own[kind] - first[kind]).signed()
            for kind in ("recall100", "ndcg")
        ]
        rows.append([name, *(str(interval(each)) for each in own.values()), *differences])
    return rows


def section(shared: Path, work: Path) -> str:
    """The section of matching by meaning, in Markdown."""
    if find_spec(PACKAGE) is None:
        return MISSING
    index = opened(shared, work)
    index.embed()
    methods, asked = Methods(index), topics(shared)
    head = [
        "method", "recall@100", f"recall@{DEPTH}", "nDCG@10, corpus", "recall@100 less words", "nDCG@10 less words"
    ]  # fmt: skip
    other = [each for each in asked if not each.chosen_on]
    return "\n\n".join(
        [
            INTRODUCTION,
            f"**All {len(asked)} topics with an eligible study**",
            table(head, measured(methods, asked)),
            f"**The {len(other)} of them on which nothing was chosen**",
            table(head, measured(methods, other)),
        ]
    )
