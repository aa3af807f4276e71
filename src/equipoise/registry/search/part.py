"""The search index in tantivy: documents in, one visible step, pages of hits out.

The index holds, beside its documents, one that says up to which sequence number of the store they go; it is
replaced in the same commit. So a reader knows which version of a record each hit was found in, and an index
whose making was cut off is taken up where its last commit was. Tantivy is loaded when this module is.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import tantivy
from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from equipoise.registry.errors import RegistryError
from equipoise.registry.errors_index import index_error
from equipoise.registry.folder import POINTER, Folder
from equipoise.registry.interfaces import Hit, Results, Store, Stored
from equipoise.registry.search import facets
from equipoise.registry.search.document import FIELDS, STRONG, Document, document
from equipoise.registry.search.expand import expand
from equipoise.registry.search.language import parse
from equipoise.registry.search.plan import ALL_WORDS, STRONG_WORDS, Plan
from equipoise.registry.search.query import FACETS, Query
from equipoise.registry.search.reasons import SHORT, PageReasons
from equipoise.registry.search.synonyms import NONE, Synonyms, load_synonyms
from equipoise.registry.search.text import LONGEST
from equipoise.registry.search.tree import All, Loose, Node

NAME = "search"
NUMBERS = ("start", "posted", "updated", "enrolment", "youngest", "oldest")
STATE = "#state"  # no study can have this number
META = "meta.json"  # tantivy replaces it with each commit
SOME, MANY = 200, 20_000  # from here on a second thread pays, and more memory
MOST_SEGMENTS = 12
FREQUENT = 1000  # no update replaces all records that have so frequent a word
MOST_KNOWN = 10_000  # frequencies of words that are remembered
HEAP = {True: 256_000_000, False: 64_000_000}
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


def schema() -> tantivy.Schema:
    """The fields of the index."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("nct_id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("kind", "exact"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in (ALL_WORDS, STRONG_WORDS, *FIELDS):
        builder.add_text_field(name, tokenizer_name="words")
    for name in FACETS:
        builder.add_text_field(f"shown_{name}", tokenizer_name="raw", index_option="basic", fast=True)
        builder.add_text_field(f"key_{name}", tokenizer_name="raw", index_option="basic", fast=True)
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
        self._frequencies: dict[tuple[str, str], int] = {}
        self.refresh()

    @property
    def sequence(self) -> int:
        """The sequence number of the store up to which the index goes now."""
        self.refresh()
        return self._sequence

    def refresh(self) -> None:
        """Takes up what has been committed since; costs two looks at the file system when nothing has."""
        with coded("REGI-034", self._folder.path):
            pointer = self._stamp(self._folder.path / POINTER)
            if (pointer, self._stamp(self._path / META)) == self._seen and self._index is not None:
                return
            path = self._folder.part(NAME)
            try:
                self._take_up(path, pointer)
            except (RegistryError, ValueError, OSError, RuntimeError):
                # A reader that was kept waiting may find what the pointer named replaced and gone.
                again = self._folder.part(NAME)
                if again == path:
                    raise
                self._take_up(again, pointer)

    def _take_up(self, path: Path, pointer: int) -> None:
        """Opens this part, or what has been committed to it since. Stamps are those before, so that none is missed."""
        commit = self._stamp(path / META)
        if path != self._path or self._index is None:
            self._open(path)
            self._path = path
        self._index.reload()
        self._searcher = self._index.searcher()
        self._frequencies = {}
        self._sequence = self._read_sequence()
        self._seen = (pointer, commit)

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
        self._plan = Plan(index.schema, self._frequency)

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
        new = head - self._sequence
        fresh = self._searcher.num_docs == 0
        with coded("REGI-032", self._path):
            writer = self._index.writer(heap_size=HEAP[new > MANY], num_threads=2 if new > SOME else 1)
            # A writer that goes before its commit leaves nothing that a reader could see.
            for stored in records:
                if not fresh:
                    writer.delete_documents_by_term("nct_id", stored.nct_id)
                writer.add_document(packed(document(stored.nct_id, stored.data)))
            writer.delete_documents_by_term("nct_id", STATE)
            writer.add_document(tantivy.Document(nct_id=STATE, sequence=head))
            writer.commit()
            self.refresh()
            # A small update leaves its merging to a later one, which waits for it when there is much to merge.
            if new > SOME * 10 or self._searcher.num_segments > MOST_SEGMENTS:
                writer.wait_merging_threads()

    def search(self, query: Query) -> Results:
        """One page of the studies that this query finds. Errors: REGI-034."""
        self.refresh()
        parsed, notes = parse(query.text)
        with coded("REGI-034", self._path):
            tree, more = expand(parsed, self._knows, self._synonyms)
            chosen = facets.chosen(query)
            total, found = self._top(query, tree, chosen, run_of(parsed))
            hits = self._hits(query, tree, found)
            counts = self._counts(query, tree, chosen, few=total <= FEW)
        return Results(query=query, hits=hits, total=total, facets=counts, notes=(*notes, *more))

    def tree(self, text: str) -> Node:
        """What a text asks for, with the words as the index knows them. Errors: REGI-034."""
        self.refresh()
        with coded("REGI-034", self._path):
            return expand(parse(text)[0], self._knows, self._synonyms)[0]

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
        where = field or ALL_WORDS
        frequency = self._frequency(where, word)
        if frequency == 0 or frequency > FREQUENT:
            return frequency > 0
        # The frequency counts replaced versions too, until tantivy has cleared them away.
        term = tantivy.Query.term_query(self._index.schema, where, word)
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
        records = partial(self._store.records_of, at=self._sequence)
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


def packed(made: Document) -> tantivy.Document:
    """A document as tantivy takes it."""
    parts: dict[str, Any] = {name: [*texts] for name, texts in made.texts.items()}
    parts[ALL_WORDS] = [text for texts in made.texts.values() for text in texts]
    parts[STRONG_WORDS] = [text for name in STRONG for text in made.texts[name]]
    for name, values in made.facets.items():
        parts[f"shown_{name}"] = [*values]
        parts[f"key_{name}"] = [*facets.keys(name, values)]
    parts |= {name: getattr(made, name) for name in NUMBERS}
    listed = Listed(
        status=next(iter(made.facets["status"]), ""),
        phases=made.facets["phase"],
        texts={name: made.texts[name] for name in SHORT},
    )
    return tantivy.Document(
        nct_id=made.nct_id, kind="study", exact=[*made.exact], list=msgspec.json.encode(listed), **parts
    )
