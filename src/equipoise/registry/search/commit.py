"""One commit of the search index, and all that is asked of it.

Whoever asks takes the commit that is in use and keeps it until the answer is made: an update that is taken up
meanwhile, by this thread or another, cannot mix the numbers of one commit with the documents of the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
import tantivy

from equipoise.registry.interfaces import Hit, Results, Store
from equipoise.registry.search import facets
from equipoise.registry.search.expand import expand
from equipoise.registry.search.language import parse
from equipoise.registry.search.plan import ALL_WORDS, Plan
from equipoise.registry.search.query import Query
from equipoise.registry.search.reasons import PageReasons
from equipoise.registry.search.synonyms import Synonyms
from equipoise.registry.search.tree import All, Loose, Node

STATE = "#state"  # no study can have this number
FREQUENT = 1000  # no update replaces all records that have so frequent a word
MOST_KNOWN = 10_000  # frequencies of words that are remembered
MOST_COUNTED = (
    200  # searches whose counts of facets are remembered: their other pages and orders have the same
)
# Values of a facet that are fetched: all of them where studies are few, so that ties are ordered; else the frequent
# ones of each segment, many more than are shown, so that none of those is missed or counted too low.
BUCKETS, FEW = 2000, 400
FREQUENT_BUCKETS, WRITTEN = 10 * facets.SHOWN, 2 * facets.SHOWN

Counts = dict[str, tuple[tuple[str, int], ...]]


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """What the index keeps of a study for lists of hits: its status, its phases and the texts of `reasons.SHORT`."""

    status: str
    phases: tuple[str, ...]
    texts: dict[str, tuple[str, ...]]


LISTED = msgspec.json.Decoder(Listed)


class Commit:
    """The index as one commit left it. Errors are tantivy's own; whoever asks gives them their code."""

    def __init__(self, index: Any, store: Store, synonyms: Synonyms) -> None:
        self._schema = index.schema
        self._searcher = index.searcher()
        self._store = store
        self._synonyms = synonyms
        self._frequencies: dict[tuple[str, str], int] = {}
        self._remembered: dict[tuple[object, ...], Counts] = {}
        self._plan = Plan(index.schema, self._frequency)
        found = self._searcher.search(self._plan.study(STATE), 1, count=False).hits
        self.sequence = self._searcher.doc(found[0][1]).get_first("sequence") if found else 0

    @property
    def empty(self) -> bool:
        """Whether there is no document."""
        return self._searcher.num_docs == 0

    @property
    def segments(self) -> int:
        """Of how many segments it is."""
        return self._searcher.num_segments

    def search(self, query: Query) -> Results:
        """One page of the studies that this query finds."""
        parsed, notes = parse(query.text)
        tree, more = expand(parsed, self._knows, self._synonyms)
        chosen = facets.chosen(query)
        total, found = self._top(query, tree, chosen, run_of(parsed))
        hits = self._hits(query, tree, found)
        counts = self._remembering(query, tree, chosen, few=total <= FEW)
        return Results(query=query, hits=hits, total=total, facets=counts, notes=(*notes, *more))

    def tree(self, text: str) -> Node:
        """What a text asks for, with the words as the index knows them."""
        return expand(parse(text)[0], self._knows, self._synonyms)[0]

    def weighted(
        self, weights: Mapping[str, float], fields: Mapping[str, float], size: int
    ) -> list[tuple[str, float]]:
        """The best studies for weighted words, with their scores: see `TantivySearch.weighted`."""
        found = self._searcher.search(self._plan.weighted(weights, fields), size, count=False).hits
        return [(self._searcher.doc(address).get_first("nct_id"), score) for score, address in found]

    def _knows(self, field: str, word: str) -> bool:
        """Whether any record has a word; one that only a replaced version had is not known."""
        where = field or ALL_WORDS
        frequency = self._frequency(where, word)
        if frequency == 0 or frequency > FREQUENT:
            return frequency > 0
        # The frequency counts replaced versions too, until tantivy has cleared them away.
        term = tantivy.Query.term_query(self._schema, where, word)
        return bool(self._searcher.search(term, 1, count=False).hits)

    def _frequency(self, field: str, word: str) -> int:
        """How many records have a word in a field, replaced versions included; remembered until the next commit."""
        known = self._frequencies.get((field, word))
        if known is None:
            if len(self._frequencies) > MOST_KNOWN:
                self._frequencies.clear()
            known = self._frequencies[field, word] = self._searcher.doc_freq(field, word)
        return known

    def _top(
        self, query: Query, tree: Node, chosen: list[Node], run: list[str]
    ) -> tuple[int, list[tuple[float, Any]]]:
        """How many studies match, and the scores and addresses of one page of them."""
        page: dict[str, Any] = {"limit": query.size, "offset": (query.page - 1) * query.size}
        if query.order != "relevance":
            matching = self._plan.matching(tree, chosen)
            found = self._searcher.search(matching, order_by_field=query.order, **page)
            return found.count, [(float(value or 0), address) for value, address in found.hits]
        name = query.text.casefold()
        names = [name] if name and self._frequency("exact", name) else []
        found = self._searcher.search(self._plan.ranked(tree, chosen, names, run), **page)
        return found.count, found.hits

    def _hits(self, query: Query, tree: Node, found: Sequence[tuple[float, Any]]) -> tuple[Hit, ...]:
        """One page of hits with what a list shows of each, and with reasons that are made when they are read."""
        kept = {}
        for score, address in found:
            fields = self._searcher.doc(address)
            kept[fields.get_first("nct_id")] = (
                score,
                LISTED.decode(bytes(fields.get_first("list"))),
            )
        records = partial(self._store.records_of, at=self.sequence)
        name = query.text.casefold()
        asked = query.text if name and self._frequency("exact", name) else ""
        reasons = PageReasons(
            tree, asked, {number: each.texts for number, (_, each) in kept.items()}, records
        )
        return tuple(
            Hit(
                nct_id=number,
                score=score,
                reasons=reasons.of(number),
                title=next(iter(each.texts["title"]), number),
                status=each.status,
                phases=each.phases,
            )
            for number, (score, each) in kept.items()
        )

    def _remembering(self, query: Query, tree: Node, chosen: list[Node], *, few: bool) -> Counts:
        """The counts of a search, counted once for all its pages and orders."""
        asked = (query.text, query.filters, query.counts, few)
        known = self._remembered.get(asked)
        if known is None:
            known = self._counts(query, tree, chosen, few=few)
            if len(self._remembered) >= MOST_COUNTED:
                self._remembered.clear()
            self._remembered[asked] = known
        return known

    def _counts(self, query: Query, tree: Node, chosen: list[Node], *, few: bool) -> Counts:
        """The counts of the wanted facets, each as if it had not been chosen itself. few: few studies match."""
        own = {name for name, _ in query.filters}
        together = [facet for facet in query.counts if facet not in own]
        counts = self._counted(together, self._plan.matching(tree, chosen), few) if together else {}
        for facet in query.counts:
            if facet in own:
                others = facets.chosen(query, without=facet)
                counts |= self._counted([facet], self._plan.matching(tree, others), few)
        return {facet: counts[facet] for facet in query.counts}

    def _counted(self, names: list[str], matching: Any, few: bool) -> Counts:
        """The counts of some facets over the studies that match.

        Forms of values are counted, so that writings of one value are one however rare each is; how they are written
        is looked up among the most frequent writings.
        """
        exact, written = (BUCKETS, BUCKETS) if few else (FREQUENT_BUCKETS, WRITTEN)
        wanted = {f"shown_{name}": written for name in names}
        wanted |= {f"key_{name}": exact for name in names if name in facets.FREE}
        terms = {
            field: {"terms": {"field": field, "size": size, "segment_size": size}}
            for field, size in wanted.items()
        }
        found = self._searcher.aggregate(matching, terms)
        rows = {
            field: [(row["key"], row["doc_count"]) for row in found[field]["buckets"]] for field in wanted
        }
        return {
            name: facets.shown(
                rows.get(f"key_{name}") or facets.folded(name, rows[f"shown_{name}"]),
                facets.writings(name, rows[f"shown_{name}"]),
                partial(self._written, name),
            )
            for name in names
        }

    def _written(self, facet: str, folded: str) -> str:
        """A value as some study writes it; its form where lists keep none of its writings."""
        found = self._searcher.search(self._plan.form(facet, folded), 1, count=False).hits
        listed = [LISTED.decode(bytes(self._searcher.doc(place).get_first("list"))) for _, place in found]
        texts = (text for each in listed for text in each.texts.get(facet, ()))
        return next((text for text in texts if facets.key(facet, text) == folded), folded)


def run_of(parsed: Node) -> list[str]:
    """The plain words that a query has one after the other, as typed."""
    parts = parsed.parts if isinstance(parsed, All) else ()
    return [part.word for part in parts if isinstance(part, Loose) and not part.field]
