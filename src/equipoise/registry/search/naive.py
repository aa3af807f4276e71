"""The naive reference: every question answered by looking at every record, in the plainest way.

It holds all documents in memory and is slow. Its only use is to say what the index must find: the same studies
and the same counts. Its order is a plain sum of field weights, with the study that was named put first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from equipoise.registry.interfaces import Hit, Results, Stored
from equipoise.registry.search import facets
from equipoise.registry.search.document import FIELDS, MOST, Document, age, document
from equipoise.registry.search.expand import expand
from equipoise.registry.search.forms import distance
from equipoise.registry.search.language import parse
from equipoise.registry.search.query import Query
from equipoise.registry.search.synonyms import NONE, Synonyms
from equipoise.registry.search.text import words
from equipoise.registry.search.tree import (
    All,
    Any,
    Everything,
    Facet,
    Near,
    Node,
    Not,
    Phrase,
    Prefix,
    Range,
    Term,
    wanted,
)

Texts = Mapping[str, tuple[tuple[str, ...], ...]]


class NaiveSearch:
    """A search index that keeps everything in memory and looks at all of it."""

    def __init__(self, synonyms: Synonyms = NONE) -> None:
        self._documents: dict[str, tuple[Document, Texts]] = {}
        self._synonyms = synonyms
        self.sequence = 0

    def update(self, records: Iterable[Stored], *, head: int) -> None:
        """Takes these records in place of older versions."""
        for stored in records:
            made = document(stored.nct_id, stored.data)
            texts = {name: tuple(tuple(words(text)) for text in made.texts[name]) for name in made.texts}
            self._documents[stored.nct_id] = (made, texts)
        self.sequence = head

    def search(self, query: Query) -> Results:
        """One page of the studies that this query finds."""
        parsed, notes = parse(query.text)
        tree, more = expand(parsed, self._knows, self._synonyms)
        numbers = self.numbers(tree, facets.chosen(query))
        found = [self._documents[number] for number in numbers]
        found.sort(key=lambda each: (-_order(query, tree, each), each[0].nct_id))
        counts = {}
        for facet in query.counts:
            others = facets.chosen(query, without=facet)
            wide = self.numbers(tree, others) if query.chosen(facet) else numbers
            counts[facet] = facets.counted([self._documents[number][0].facets for number in wide], facet)
        start = (query.page - 1) * query.size
        hits = tuple(_hit(query, tree, each) for each in found[start : start + query.size])
        return Results(query=query, hits=hits, total=len(found), facets=counts, notes=(*notes, *more))

    def numbers(self, tree: Node, chosen: list[Node]) -> list[str]:
        """The numbers of all studies for which the tree and all chosen facets hold."""
        return [
            number
            for number, (made, texts) in self._documents.items()
            if holds(tree, made, texts) and all(holds(facet, made, texts) for facet in chosen)
        ]

    def _knows(self, field: str, word: str) -> bool:
        return any(holds(Term(word, field), made, texts) for made, texts in self._documents.values())


def holds(node: Node, made: Document, texts: Texts) -> bool:
    """Whether a record is what a tree asks for."""
    if isinstance(node, Everything):
        return True
    if isinstance(node, All):
        return all(holds(part, made, texts) for part in node.parts)
    if isinstance(node, Any):
        return any(holds(part, made, texts) for part in node.parts)
    if isinstance(node, Not):
        return not holds(node.part, made, texts)
    if isinstance(node, Facet):
        return any(
            facets.key(node.name, value) == facets.key(node.name, node.value)
            for value in made.facets[node.name]
        )
    if isinstance(node, Range):
        return _within(node, made)
    fields = (node.field,) if node.field else tuple(texts)  # type: ignore[attr-defined]
    return any(_in_text(node, text) for field in fields for text in texts[field])


def _within(node: Range, made: Document) -> bool:
    """Whether a number or a date lies in a span; a date that is absent lies in none."""
    low, high = node.low or 0, MOST if node.high is None else node.high
    if node.name == "age":
        return made.youngest <= age(high, last=True) and made.oldest >= age(low, last=False)
    value = getattr(made, node.name)
    return value > 0 and low <= value <= high


def _in_text(node: Node, text: tuple[str, ...]) -> bool:
    if isinstance(node, Term):
        return node.word in text
    if isinstance(node, Prefix):
        return any(word.startswith(node.word) for word in text)
    if isinstance(node, Near):
        return any(distance(word, node.word, node.distance) <= node.distance for word in set(text))
    assert isinstance(node, Phrase)
    size = len(node.words)
    last = node.words[-1]
    return any(
        text[start : start + size - 1] == node.words[:-1]
        and (text[start + size - 1].startswith(last) if node.open else text[start + size - 1] == last)
        for start in range(len(text) - size + 1)
    )


def _order(query: Query, tree: Node, each: tuple[Document, Texts]) -> float:
    made, texts = each
    if query.order != "relevance":
        return getattr(made, query.order)
    named = 1000.0 if " ".join(query.text.split()).casefold() in made.exact else 0.0
    return named + sum(_weight(leaf, texts) for leaf in wanted(tree))


def _weight(leaf: Node, texts: Texts) -> float:
    """The weight of the best field that has this word or phrase; 0 when none has."""
    fields = (name for name in texts if any(_in_text(leaf, text) for text in texts[name]))
    return max((FIELDS[name].weight for name in fields), default=0.0)


def _hit(query: Query, tree: Node, each: tuple[Document, Texts]) -> Hit:
    made, _ = each
    return Hit(
        nct_id=made.nct_id,
        score=_order(query, tree, each),
        title=made.title,
        status=next(iter(made.facets["status"]), ""),
        phases=made.facets["phase"],
    )
