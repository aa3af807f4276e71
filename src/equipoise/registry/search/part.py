"""The search index in tantivy: documents in, one visible step, pages of hits out.

The index holds, beside its documents, one that says up to which sequence number of the store they go; it is
replaced in the same commit. So a reader knows which version of a record each hit was found in, and an index
whose making was cut off is taken up where its last commit was. Tantivy is loaded when this module is.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from equipoise.registry.errors_index import index_error
from equipoise.registry.folder import POINTER, Folder
from equipoise.registry.interfaces import Hit, Results, Store, Stored
from equipoise.registry.search import facets
from equipoise.registry.search.document import FIELDS, Document, document
from equipoise.registry.search.expand import expand
from equipoise.registry.search.language import parse
from equipoise.registry.search.plan import ALL_WORDS, Plan
from equipoise.registry.search.query import FACETS, Query
from equipoise.registry.search.reasons import reasons_of
from equipoise.registry.search.synonyms import NONE, Synonyms, load_synonyms
from equipoise.registry.search.text import LONGEST
from equipoise.registry.search.tree import Node

NAME = "search"
NUMBERS = ("start", "posted", "updated", "enrolment", "youngest", "oldest")
STATE = "#state"  # no study can have this number
META = "meta.json"  # tantivy replaces it with each commit
MANY = 20_000  # from here on a second thread pays
HEAP = {True: 256_000_000, False: 64_000_000}
BUCKETS = 2000


def schema() -> tantivy.Schema:
    """The fields of the index."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("nct_id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("kind", "exact"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in (ALL_WORDS, *FIELDS):
        builder.add_text_field(name, tokenizer_name="words")
    for name in FACETS:
        builder.add_text_field(f"shown_{name}", tokenizer_name="raw", index_option="basic", fast=True)
        builder.add_text_field(f"key_{name}", tokenizer_name="raw", index_option="basic")
    for name in NUMBERS:
        builder.add_integer_field(name, fast=True)
    builder.add_bytes_field("list", stored=True)
    builder.add_integer_field("sequence", stored=True)
    return builder.build()


def analyzer() -> TextAnalyzer:
    """What makes words of texts, as `text.words` does."""
    builder = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(LONGEST))
    return builder.filter(Filter.lowercase()).filter(Filter.ascii_fold()).build()


def make(path: Path) -> None:
    """An empty index in this folder. Errors: REGI-032."""
    with coded("REGI-032", path):
        tantivy.Index(schema(), path=str(path))


def open_part(folder: Folder, store: Store) -> TantivySearch:
    """The index in use in this folder, with the folder's synonyms. Errors: REGI-031, REGI-034, REGI-036, REGI-037."""
    synonyms = load_synonyms(folder.synonyms) if folder.synonyms.is_file() else NONE
    return TantivySearch(folder, store, synonyms)


@contextmanager
def coded(code: str, path: Path) -> Iterator[None]:
    """Gives the errors of tantivy and of the file system their code."""
    try:
        yield
    except (ValueError, OSError, RuntimeError) as error:
        raise index_error(code, str(path), str(error)) from error


class TantivySearch:
    """The search index of a folder. It follows the commits of other processes, and the folder's pointer."""

    def __init__(self, folder: Folder, store: Store, synonyms: Synonyms = NONE) -> None:
        self._folder = folder
        self._store = store
        self._synonyms = synonyms
        self._path = Path()
        self._seen: tuple[int, int] = (0, 0)
        self._index: Any = None
        self._searcher: Any = None
        self._plan: Any = None
        self._sequence = 0
        self.refresh()

    @property
    def sequence(self) -> int:
        """The sequence number of the store up to which the index goes."""
        return self._sequence

    def refresh(self) -> None:
        """Takes up what has been committed since; costs two looks at the file system when nothing has."""
        with coded("REGI-034", self._folder.path):
            seen = (self._stamp(self._folder.path / POINTER), self._stamp(self._path / META))
            if seen == self._seen and self._index is not None:
                return
            path = self._folder.part(NAME)
            if path != self._path or self._index is None:
                self._path = path
                self._open(path)
            self._index.reload()
            self._searcher = self._index.searcher()
            self._sequence = self._read_sequence()
            self._seen = (self._stamp(self._folder.path / POINTER), self._stamp(path / META))

    def _open(self, path: Path) -> None:
        if not tantivy.Index.exists(str(path)):
            raise index_error("REGI-034", str(path), "its files are missing")
        try:
            index = tantivy.Index(schema(), path=str(path))
        except ValueError as error:
            raise index_error("REGI-031", str(path), str(error)) from error
        index.register_tokenizer("words", analyzer())
        index.config_reader("manual")
        self._index = index
        self._plan = Plan(index.schema)

    def _stamp(self, path: Path) -> int:
        try:
            return os.stat(path).st_mtime_ns
        except FileNotFoundError:
            return 0

    def _read_sequence(self) -> int:
        found = self._searcher.search(self._plan.study(STATE), 1, count=False).hits
        return self._searcher.doc(found[0][1]).get_first("sequence") if found else 0

    def update(self, records: Iterable[Stored], *, head: int) -> None:
        """Takes these records in place of older versions; all are found after one commit. Errors: REGI-032."""
        many = head - self._sequence > MANY
        fresh = self._searcher.num_docs == 0
        with coded("REGI-032", self._path):
            writer = self._index.writer(heap_size=HEAP[many], num_threads=2 if many else 1)
            # A writer that goes before its commit leaves nothing that a reader could see.
            for stored in records:
                if not fresh:
                    writer.delete_documents_by_term("nct_id", stored.nct_id)
                writer.add_document(packed(document(stored.nct_id, stored.data)))
            writer.delete_documents_by_term("nct_id", STATE)
            writer.add_document(tantivy.Document(nct_id=STATE, sequence=head))
            writer.commit()
            self.refresh()
            writer.wait_merging_threads()

    def search(self, query: Query) -> Results:
        """One page of the studies that this query finds. Errors: REGI-034."""
        self.refresh()
        parsed, notes = parse(query.text)
        with coded("REGI-034", self._path):
            tree, more = expand(parsed, self._knows, self._synonyms)
            chosen = facets.chosen(query)
            matching = self._plan.matching(tree, chosen)
            total = self._searcher.search(matching, 1, count=True).count
            hits = self._hits(query, tree, self._top(query, tree, chosen, matching))
            counts = self._counts(query, tree, chosen)
        return Results(query=query, hits=hits, total=total, facets=counts, notes=(*notes, *more))

    def weighted(
        self, weights: Mapping[str, float], fields: Mapping[str, float], size: int
    ) -> list[tuple[str, float]]:
        """The best studies for weighted words, with their scores: BM25 of the whole record and of some fields.

        fields: how much each field adds. A study needs none of the words in particular. Errors: REGI-034.
        """
        self.refresh()
        with coded("REGI-034", self._path):
            found = self._searcher.search(self._plan.weighted(weights, fields), size, count=False).hits
            return [(self._searcher.doc(address).get_first("nct_id"), score) for score, address in found]

    def _knows(self, field: str, word: str) -> bool:
        """Whether any record has a word; one that only a replaced version had is not known."""
        term = tantivy.Query.term_query(self._index.schema, field or ALL_WORDS, word)
        return bool(self._searcher.search(term, 1, count=False).hits)

    def _top(self, query: Query, tree: Node, chosen: list[Node], matching: Any) -> list[tuple[float, Any]]:
        """The scores and addresses of one page."""
        offset = (query.page - 1) * query.size
        if query.order != "relevance":
            found = self._searcher.search(
                matching, query.size, count=False, order_by_field=query.order, offset=offset
            )
            return [(0.0 if value is None else float(value), address) for value, address in found.hits]
        names = [query.text.casefold()] if self._names_one(query) else []
        return self._searcher.search(
            self._plan.ranked(tree, chosen, names), query.size, count=False, offset=offset
        ).hits

    def _names_one(self, query: Query) -> bool:
        """Whether the text of a query is the number, the acronym or another name of some study."""
        return bool(query.text) and self._searcher.doc_freq("exact", query.text.casefold()) > 0

    def _hits(self, query: Query, tree: Node, found: list[tuple[float, Any]]) -> tuple[Hit, ...]:
        hits = []
        asked = query.text if self._names_one(query) else ""
        for score, address in found:
            kept = self._searcher.doc(address)
            number = kept.get_first("nct_id")
            shown = json.loads(bytes(kept.get_first("list")))
            stored = self._store.record(number, at=self._sequence)
            reasons = reasons_of(stored.data, tree, asked) if stored else ()
            hits.append(
                Hit(nct_id=number, score=score, reasons=reasons, **shown | {"phases": tuple(shown["phases"])})
            )
        return tuple(hits)

    def _counts(self, query: Query, tree: Node, chosen: list[Node]) -> dict[str, tuple[tuple[str, int], ...]]:
        """The counts of the wanted facets, each as if it had not been chosen itself."""
        own = {name for name, _ in query.filters}
        together = [facet for facet in query.counts if facet not in own]
        counts = self._counted(together, self._plan.matching(tree, chosen)) if together else {}
        for facet in query.counts:
            if facet in own:
                others = facets.chosen(query, without=facet)
                counts |= self._counted([facet], self._plan.matching(tree, others))
        return {facet: counts[facet] for facet in query.counts}

    def _counted(self, names: list[str], matching: Any) -> dict[str, tuple[tuple[str, int], ...]]:
        terms = {
            name: {"terms": {"field": f"shown_{name}", "size": BUCKETS, "segment_size": BUCKETS * 5}}
            for name in names
        }
        found = self._searcher.aggregate(matching, terms)
        rows = {name: [(row["key"], row["doc_count"]) for row in found[name]["buckets"]] for name in names}
        return {name: facets.merged(rows[name]) for name in names}


def packed(made: Document) -> tantivy.Document:
    """A document as tantivy takes it."""
    parts: dict[str, Any] = {name: [*texts] for name, texts in made.texts.items()}
    parts[ALL_WORDS] = [text for texts in made.texts.values() for text in texts]
    for name, values in made.facets.items():
        parts[f"shown_{name}"] = [*values]
        parts[f"key_{name}"] = [facets.key(name, value) for value in values]
    parts |= {name: getattr(made, name) for name in NUMBERS}
    phases = [*made.facets["phase"]]
    shown = {"title": made.title, "status": next(iter(made.facets["status"]), ""), "phases": phases}
    return tantivy.Document(
        nct_id=made.nct_id, kind="study", exact=[*made.exact], list=json.dumps(shown).encode(), **parts
    )
