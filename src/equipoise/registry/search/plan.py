"""The tree of a query as queries of tantivy.

Two queries come of each tree. `matching` says which studies are found: words anywhere are looked up in one field
that holds all the words of a record. `scoring` adds weight for words in the fields that count more, which a second
field holds together, because each field that is looked at costs as much as the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tantivy import FieldType, Occur, Query, Schema

from equipoise.registry.search import facets
from equipoise.registry.search.document import ANYWHERE, FIELDS, IN_STRONG, MOST, age
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

ALL_WORDS, STRONG_WORDS = "text", "strong"
# Whether words that so many studies have stand together is slow to tell, and how often says little.
FREQUENT = 20_000
RARE = (
    5_000  # words typed one after the other, of which one is so rare, are looked for together at little cost
)
NAMED = 1000.0  # a study that is named comes before any that is described


class Plan:
    """Makes queries for one schema."""

    def __init__(self, schema: Schema, frequency: Callable[[str, str], int]) -> None:
        """frequency: in how many records a field has a word, by both."""
        self._schema = schema
        self._frequency = frequency

    def matching(self, tree: Node, chosen: Sequence[Node]) -> Query:
        """The studies for which the tree and every chosen facet hold; no order is meant."""
        return Query.const_score_query(self._matching(All((tree, *chosen)) if chosen else tree), 1.0)

    def ranked(
        self, tree: Node, chosen: Sequence[Node], names: Sequence[str], run: Sequence[str] = ()
    ) -> Query:
        """The same studies with the weight of their fields; those that have one of these exact names first.

        run: words that were typed one after the other; to have them so in a field that counts more weighs more.
        """
        parts = [(Occur.Must, self._matching(tree, scored=True))]
        parts += [(Occur.Must, self._silent(facet)) for facet in chosen]
        parts += [(Occur.Should, Query.const_score_query(self._term("exact", name), NAMED)) for name in names]
        if len(run) > 1 and any(self._frequency(STRONG_WORDS, word) <= RARE for word in run):
            parts.append((Occur.Should, self._strong(Phrase(tuple(run)))))
        return parts[0][1] if len(parts) == 1 else Query.boolean_query(parts)

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

    def form(self, facet: str, folded: str) -> Query:
        """The studies with a value of a facet, by the form in which it is found."""
        return self._term(f"key_{facet}", folded)

    def _term(self, field: str, word: str) -> Query:
        return Query.term_query(self._schema, field, word)

    def _silent(self, node: Node) -> Query:
        """A condition that adds nothing to the score."""
        return Query.const_score_query(self._matching(node), 0.0)

    def _matching(self, node: Node, *, scored: bool = False) -> Query:
        """What must hold. scored: words that may be anywhere weigh more where they are in a field that counts more."""
        if isinstance(node, Everything):
            return Query.const_score_query(self._term("kind", "study"), 1.0)
        if isinstance(node, All):
            parts = [
                (Occur.MustNot, self._matching(part.part))
                if isinstance(part, Not)
                else (Occur.Must, self._matching(part, scored=scored))
                for part in node.parts
            ]
            if all(occur == Occur.MustNot for occur, _ in parts):
                parts.append((Occur.Must, self._matching(Everything())))
            return Query.boolean_query(parts)
        if isinstance(node, Not):
            return self._matching(All((node,)))
        if isinstance(node, Facet):
            return Query.const_score_query(self.form(node.name, facets.key(node.name, node.value)), 1.0)
        if isinstance(node, Range):
            return self._range(node)
        found = self._alternatives(node, scored=scored)
        return found[0] if len(found) == 1 else _any(found)

    def _alternatives(self, node: Node, *, scored: bool) -> list[Query]:
        """The queries of which one must hold, side by side: a union within a union costs half as much again."""
        if isinstance(node, Any):
            return [each for part in node.parts for each in self._alternatives(part, scored=scored)]
        if not isinstance(node, Term | Prefix | Near | Phrase):
            return [self._matching(node, scored=scored)]
        if node.field:
            return [Query.boost_query(self._leaf(node, node.field), FIELDS[node.field].weight)]
        anywhere = Query.boost_query(self._leaf(node, ALL_WORDS), ANYWHERE)
        if not scored:
            return [anywhere]
        if isinstance(node, Phrase) and self._frequent(node, STRONG_WORDS):
            words = [(Occur.Should, self._strong(Term(word))) for word in node.words]
            return [Query.boolean_query([(Occur.Must, anywhere), *words])]
        return [anywhere, self._strong(node)]

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
            found = Query.phrase_query(self._schema, field, words)
            return Query.const_score_query(found, 1.0) if self._frequent(node, field) else found
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

    def _frequent(self, node: Phrase, field: str) -> bool:
        return all(self._frequency(field, word) > FREQUENT for word in node.words)

    def _strong(self, node: Node) -> Query:
        return Query.boost_query(self._leaf(node, STRONG_WORDS), IN_STRONG)


def _any(parts: Sequence[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, part) for part in parts])
