"""Facets: what values mean however they are typed, and how values of one meaning are counted together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from equipoise.registry.reading.tidy import as_code
from equipoise.registry.search.query import Query
from equipoise.registry.search.tree import Facet, Node, any_of

CODED = frozenset({"status", "phase", "type"})
YES = frozenset({"yes", "true", "1", "y", "posted", "with"})
PHASES = {"0": "EARLY_PHASE1", "1": "PHASE1", "2": "PHASE2", "3": "PHASE3", "4": "PHASE4"}
ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4"}
SHOWN = 50


@lru_cache(maxsize=50_000)
def key(facet: str, value: str) -> str:
    """The form of a value by which it is found: codes as codes, other values without regard to capitals."""
    if facet == "results":
        return "yes" if value.strip().casefold() in YES else "no"
    if facet == "phase":
        code = as_code(value).replace("PHASE_", "PHASE")
        short = code.removeprefix("PHASE")
        return PHASES.get(ROMAN.get(short, short), code).casefold()
    if facet in CODED:
        return as_code(value).casefold()
    return " ".join(value.split()).casefold()[:300]


def chosen(query: Query, *, without: str = "") -> list[Node]:
    """The facets that a query chose, as nodes: the values of one are alternatives. `without` leaves one out."""
    names = dict.fromkeys(name for name, _ in query.filters if name != without)
    return [any_of([Facet(name, value) for value in query.chosen(name)]) for name in names]


def merged(counts: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Counts of values, those that differ in capitals alone together under the most frequent writing."""
    totals: Counter[str] = Counter()
    best: dict[str, tuple[int, str]] = {}
    for value, count in counts:
        folded = value.casefold()
        totals[folded] += count
        best[folded] = max(best.get(folded, (0, "")), (count, value))
    ordered = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    return tuple((best[folded][1], count) for folded, count in ordered[:SHOWN])


def counted(rows: Sequence[Mapping[str, Sequence[str]]], facet: str) -> tuple[tuple[str, int], ...]:
    """The counts of a facet over the facet values of documents."""
    return merged(Counter(value for row in rows for value in row[facet]).items())
