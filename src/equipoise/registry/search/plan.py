"""The tree of a query as queries of tantivy.

Two queries come of each tree. `matching` says which studies are found: words anywhere are looked up in one field
that holds all the words of a record. `scoring` adds weight for words in the fields that count more. A single
word is one union of both, which tantivy can cut short; several words are an intersection with optional weight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tantivy import FieldType, Occur, Query, Schema

from equipoise.registry.search import facets
from equipoise.registry.search.document import ANYWHERE, FIELDS, MOST, WEIGHTED, age
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
)

ALL_WORDS = "text"
TELLING = ("title", "condition")  # where words that stand together name the matter of a study
NAMED = 1000.0  # a study that is named comes before any that is described


class Plan:
    """Makes queries for one schema."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def matching(self, tree: Node, chosen: Sequence[Node]) -> Query:
        """The studies for which the tree and every chosen facet hold; no order is meant."""
        return Query.const_score_query(self._matching(All((tree, *chosen)) if chosen else tree), 1.0)

    def ranked(
        self, tree: Node, chosen: Sequence[Node], names: Sequence[str], run: Sequence[str] = ()
    ) -> Query:
        """The same studies with the weight of their fields; those that have one of these exact names first.

        run: words that were typed one after the other; a field that has them so weighs more.
        """
        scores = self._scoring(tree)
        if not chosen and not names and is_union(tree):
            return _any([self._matching(tree), *scores])
        parts = [(Occur.Must, self._matching(tree))]
        parts += [(Occur.Must, self._silent(facet)) for facet in chosen]
        parts += [(Occur.Should, score) for score in scores]
        parts += [(Occur.Should, Query.const_score_query(self._term("exact", name), NAMED)) for name in names]
        if len(run) > 1:
            phrase = Phrase(tuple(run))
            parts += [(Occur.Should, self._weighted(phrase, name)) for name in TELLING]
        return Query.boolean_query(parts)

    def weighted(self, weights: Mapping[str, float], fields: Mapping[str, float]) -> Query:
        """The studies with any of these words, by their weights anywhere and in the fields that add to it."""
        return _any(
            [
                Query.boost_query(self._term(field, word), weight * boost)
                for field, boost in {ALL_WORDS: 1.0, **fields}.items()
                for word, weight in weights.items()
            ]
        )

    def study(self, number: str) -> Query:
        """The one document of a study."""
        return self._term("nct_id", number)

    def _term(self, field: str, word: str) -> Query:
        return Query.term_query(self._schema, field, word)

    def _silent(self, node: Node) -> Query:
        """A condition that adds nothing to the score."""
        return Query.const_score_query(self._matching(node), 0.0)

    def _matching(self, node: Node) -> Query:
        if isinstance(node, Everything):
            return Query.const_score_query(self._term("kind", "study"), 1.0)
        if isinstance(node, All):
            parts = [(Occur.Must, self._matching(part)) for part in node.parts if not isinstance(part, Not)]
            parts += [
                (Occur.MustNot, self._matching(part.part)) for part in node.parts if isinstance(part, Not)
            ]
            if all(occur == Occur.MustNot for occur, _ in parts):
                parts.append((Occur.Must, self._matching(Everything())))
            return Query.boolean_query(parts)
        if isinstance(node, Any):
            return _any([self._matching(part) for part in node.parts])
        if isinstance(node, Not):
            return self._matching(All((node,)))
        if isinstance(node, Facet):
            return Query.const_score_query(
                self._term(f"key_{node.name}", facets.key(node.name, node.value)), 1.0
            )
        if isinstance(node, Range):
            return self._range(node)
        field = getattr(node, "field", "")
        weight = FIELDS[field].weight if field else ANYWHERE
        return Query.boost_query(self._leaf(node, field or ALL_WORDS), weight)

    def _leaf(self, node: Node, field: str) -> Query:
        """A word, a beginning, a neighbourhood or a phrase in one field."""
        if isinstance(node, Prefix):
            return Query.regex_query(self._schema, field, f"{node.word}.*")
        if isinstance(node, Near):
            return Query.fuzzy_term_query(self._schema, field, node.word, node.distance, True)
        if isinstance(node, Phrase):
            words: list[str | tuple[int, str]] = [*node.words]
            if node.open:
                return Query.regex_phrase_query(self._schema, field, [*words[:-1], f"{node.words[-1]}.*"])
            return Query.phrase_query(self._schema, field, words)
        assert isinstance(node, Term)
        return self._term(field, node.word)

    def _range(self, node: Range) -> Query:
        low, high = node.low or 0, MOST if node.high is None else node.high
        if node.name == "age":
            spans = [("youngest", 0, age(high, last=True)), ("oldest", age(low, last=False), MOST)]
        else:
            spans = [(node.name, max(low, 1), high)]
        return Query.boolean_query([(Occur.Must, self._span(*span)) for span in spans])

    def _span(self, name: str, low: int, high: int) -> Query:
        if low > high:
            return Query.empty_query()
        return Query.const_score_query(
            Query.range_query(self._schema, name, FieldType.Integer, low, high), 0.0
        )

    def _scoring(self, node: Node) -> list[Query]:
        """What adds weight: the words of the tree, where they may be anywhere, in the fields that count more."""
        if isinstance(node, All | Any):
            return [query for part in node.parts for query in self._scoring(part)]
        if not isinstance(node, Term | Prefix | Near | Phrase) or node.field:
            return []
        return [self._weighted(node, name) for name in WEIGHTED]

    def _weighted(self, node: Node, name: str) -> Query:
        return Query.boost_query(self._leaf(node, name), FIELDS[name].weight)


def _any(parts: Sequence[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, part) for part in parts])


def is_union(node: Node) -> bool:
    """Whether a tree is nothing but alternatives of words anywhere, which the weighted fields cannot widen."""
    if isinstance(node, Any):
        return all(is_union(part) for part in node.parts)
    return isinstance(node, Term) and not node.field
