"""Facets: what values mean however they are typed, and how values of one meaning are counted together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from equipoise.registry.reading.tidy import as_code
from equipoise.registry.search.forms import american
from equipoise.registry.search.query import Query
from equipoise.registry.search.text import words
from equipoise.registry.search.tree import Facet, Node, any_of

CODED = frozenset({"status", "phase", "type"})
# Facets whose values anybody may write in their own way: there are hundreds of thousands of them.
FREE = frozenset({"condition", "intervention", "country"})
APOSTROPHES = str.maketrans("", "", "'\u2019\u2018`\u00b4")
YES = frozenset({"yes", "true", "1", "y", "posted", "with"})
PHASES = {"0": "EARLY_PHASE1", "1": "PHASE1", "2": "PHASE2", "3": "PHASE3", "4": "PHASE4"}
ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4"}
SHOWN = 50


@lru_cache(maxsize=50_000)
def key(facet: str, value: str) -> str:
    """The form of a value by which it is found and counted: codes as codes; of what anybody may write its words,
    without regard to capitals, accents, signs between them and British or American spelling."""
    if facet == "results":
        return "yes" if value.strip().casefold() in YES else "no"
    if facet == "phase":
        code = as_code(value).replace("PHASE_", "PHASE")
        short = code.removeprefix("PHASE")
        return PHASES.get(ROMAN.get(short, short), code).casefold()
    if facet in CODED:
        return as_code(value).casefold()
    if facet in FREE and (found := words(value.translate(APOSTROPHES))):
        return " ".join(map(american, found))[:300]
    return " ".join(value.split()).casefold()[:300]


def chosen(query: Query, *, without: str = "") -> list[Node]:
    """The facets that a query chose, as nodes: the values of one are alternatives. `without` leaves one out."""
    names = dict.fromkeys(name for name, _ in query.filters if name != without)
    return [any_of([Facet(name, value) for value in query.chosen(name)]) for name in names]


def keys(facet: str, values: Iterable[str]) -> tuple[str, ...]:
    """The forms by which the values of one study are found, each once."""
    return tuple(dict.fromkeys(key(facet, value) for value in values))


def writings(facet: str, counts: Iterable[tuple[str, int]]) -> dict[str, str]:
    """How each form of a value is written most often; of writings that are as frequent, the last by its letters."""
    best: dict[str, tuple[int, str]] = {}
    for value, count in counts:
        folded = key(facet, value)
        best[folded] = max(best.get(folded, (0, "")), (count, value))
    return {folded: value for folded, (_, value) in best.items()}


def folded(facet: str, counts: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """The counts of forms by those of writings, where no study has two writings of one form."""
    totals: Counter[str] = Counter()
    for value, count in counts:
        totals[key(facet, value)] += count
    return [*totals.items()]


def shown(
    totals: Iterable[tuple[str, int]], written: Mapping[str, str], other: Callable[[str], str] = str
) -> tuple[tuple[str, int], ...]:
    """The counts of forms as a reader sees them, the most frequent first. other: the writing of one that has none."""
    ordered = sorted(totals, key=lambda item: (-item[1], item[0]))[:SHOWN]
    return tuple((written.get(folded) or other(folded), count) for folded, count in ordered)


def counted(rows: Sequence[Mapping[str, Sequence[str]]], facet: str) -> tuple[tuple[str, int], ...]:
    """The counts of a facet over the facet values of documents: in how many a value is, however it is written."""
    totals = Counter(folded for row in rows for folded in keys(facet, row[facet]))
    return shown(totals.items(), writings(facet, Counter(v for row in rows for v in row[facet]).items()))
