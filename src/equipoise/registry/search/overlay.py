"""Trials that run here in a search: found, shown and counted as they stand, not as they were registered.

The index holds the registered record; the ledger of a trial moves on between two updates of the index. So the answer
of the index is corrected by the few trials that run here: what each adds as registered is taken away, what it adds as
it stands is put in. Whether it matches is decided by the naive reference, with the words that the index knows. A
trial keeps the place and the score that the index gives to its registered record. One that matches only as it stands
has no score to compare, and ends the first page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from equipoise.registry.interfaces import Hit, Results
from equipoise.registry.search import facets
from equipoise.registry.search.document import Document, document
from equipoise.registry.search.naive import Texts, holds
from equipoise.registry.search.query import Query
from equipoise.registry.search.reasons import reasons_of
from equipoise.registry.search.text import words
from equipoise.registry.search.tree import Node

if TYPE_CHECKING:
    from equipoise.registry.index import RegistryIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A trial that runs here, as it stands: its record in version 2 JSON, and what is said of its ledger."""

    nct_id: str
    data: Mapping[str, Any]
    banner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningHit(Hit):
    """A trial that runs here among the hits."""

    banner: str = ""


Side = tuple[Document, Texts]


def overlaid(index: RegistryIndex, asked: Query, trials: Sequence[Standing]) -> Results:
    """The answer of the index with these trials as they stand. Errors: REGI-034."""
    answer = index.find(asked)
    if not trials:
        return answer
    tree = index.tree(asked.text)
    hits, total = {hit.nct_id: hit for hit in answer.hits}, answer.total
    counts = {name: Counter(dict(values)) for name, values in answer.facets.items()}
    written = {
        name: {facets.key(name, value): value for value, _ in values}
        for name, values in answer.facets.items()
    }
    for trial in trials:
        before, after = sides(index, trial)
        total += bool(after and matches(after, tree, asked)) - bool(before and matches(before, tree, asked))
        for name, counted in counts.items():
            counted.update(added(after, tree, asked, name, written[name]))
            counted.subtract(added(before, tree, asked, name, written[name]))
        hits = placed(hits, trial, before, after, tree, asked)
    ordered = {
        name: tuple(sorted(((v, n) for v, n in counted.items() if n > 0), key=lambda one: (-one[1], one[0])))
        for name, counted in counts.items()
    }
    return replace(answer, hits=tuple(hits.values()), total=total, facets=ordered)


def placed(
    hits: Mapping[str, Hit], trial: Standing, before: Side | None, after: Side, tree: Node, asked: Query
) -> dict[str, Hit]:
    """The hits of a page by number, with a trial where it belongs."""
    if not matches(after, tree, asked):
        return {number: hit for number, hit in hits.items() if number != trial.nct_id}
    ranked = hits.get(trial.nct_id)
    if ranked is not None:
        return {**hits, trial.nct_id: hit_of(trial, after, tree, asked, score=ranked.score)}
    if asked.page == 1 and not (before and matches(before, tree, asked)):
        return {**hits, trial.nct_id: hit_of(trial, after, tree, asked)}
    return dict(hits)


def sides(index: RegistryIndex, trial: Standing) -> tuple[Side | None, Side]:
    """The trial as the index has it, if it does, and as it stands."""
    kept = index.record(trial.nct_id)
    return (side(kept.nct_id, kept.data) if kept else None), side(trial.nct_id, trial.data)


def side(nct_id: str, data: Mapping[str, Any]) -> Side:
    """A record as the naive reference looks at it."""
    made = document(nct_id, data)
    return made, {name: tuple(tuple(words(text)) for text in made.texts[name]) for name in made.texts}


def matches(one: Side, tree: Node, asked: Query, *, without: str = "") -> bool:
    """Whether a record is what the query asks for; `without` leaves a facet open."""
    made, texts = one
    chosen = facets.chosen(asked, without=without)
    return holds(tree, made, texts) and all(holds(facet, made, texts) for facet in chosen)


def added(
    one: Side | None, tree: Node, asked: Query, facet: str, written: Mapping[str, str]
) -> dict[str, int]:
    """What a record adds to the counts of a facet, in the writings that stand there by their forms."""
    if one is None or not matches(one, tree, asked, without=facet):
        return {}
    return {written.get(facets.key(facet, value), value): 1 for value in one[0].facets[facet]}


def hit_of(trial: Standing, one: Side, tree: Node, asked: Query, *, score: float = 0.0) -> RunningHit:
    """The trial as a list of hits shows it."""
    made, _ = one
    return RunningHit(
        nct_id=trial.nct_id,
        score=score,
        reasons=reasons_of(trial.data, tree, asked.text),
        title=made.title,
        status=next(iter(made.facets["status"]), ""),
        phases=made.facets["phase"],
        banner=trial.banner,
    )
