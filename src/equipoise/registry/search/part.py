"""The search index in tantivy: documents in, one visible step, pages of hits out.

The index holds, beside its documents, one that says up to which sequence number of the store they go; it is
replaced in the same commit. So a reader knows which version of a record each hit was found in, and an index
whose making was cut off is taken up where its last commit was. Tantivy is loaded when this module is.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import tantivy
from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from equipoise.registry.errors import RegistryError
from equipoise.registry.errors_index import index_error
from equipoise.registry.folder import POINTER, Folder
from equipoise.registry.interfaces import Results, Store, Stored
from equipoise.registry.search import facets
from equipoise.registry.search.commit import STATE, Commit, Listed
from equipoise.registry.search.document import FIELDS, STRONG, Document, document
from equipoise.registry.search.plan import ALL_WORDS, STRONG_WORDS
from equipoise.registry.search.query import FACETS, Query
from equipoise.registry.search.reasons import SHORT
from equipoise.registry.search.synonyms import NONE, Synonyms, load_synonyms
from equipoise.registry.search.text import LONGEST, searched
from equipoise.registry.search.tree import Node

NAME = "search"
TOKENIZER = "words, 2"  # an index whose words were made otherwise has another name here, and is made anew
NUMBERS = ("start", "posted", "updated", "enrolment", "youngest", "oldest")
META = "meta.json"  # tantivy replaces it with each commit
SOME, MANY = 200, 20_000  # from here on a second thread pays, and more memory
MOST_SEGMENTS = 12
HEAP = {True: 256_000_000, False: 64_000_000}


def schema() -> tantivy.Schema:
    """The fields of the index."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("nct_id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("kind", "exact"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in (ALL_WORDS, STRONG_WORDS, *FIELDS):
        builder.add_text_field(name, tokenizer_name=TOKENIZER)
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
        self._now: Any = None
        self._alone = threading.Lock()
        self.refresh()

    @property
    def sequence(self) -> int:
        """The sequence number of the store up to which the index goes now."""
        return self.refresh().sequence

    def refresh(self) -> Commit:
        """What is committed now; costs two looks at the file system when it is what was. Errors: REGI-031, REGI-034."""
        with coded("REGI-034", self._folder.path), self._alone:
            pointer = self._stamp(self._folder.path / POINTER)
            if self._now is not None and (pointer, self._stamp(self._path / META)) == self._seen:
                return self._now
            path = self._folder.part(NAME)
            try:
                return self._take_up(path, pointer)
            except (RegistryError, ValueError, OSError, RuntimeError):
                # A reader that was kept waiting may find what the pointer named replaced and gone.
                again = self._folder.part(NAME)
                if again == path:
                    raise
                return self._take_up(again, pointer)

    def _take_up(self, path: Path, pointer: int) -> Commit:
        """Opens this part, or what has been committed to it since. Stamps are those before, so that none is missed."""
        seen = (pointer, self._stamp(path / META))
        if path != self._path or self._index is None:
            self._index = _opened(path)
            self._path = path
        self._index.reload()
        self._now = Commit(self._index, self._store, self._synonyms)
        self._seen = seen
        return self._now

    def _stamp(self, path: Path) -> int:
        try:
            return os.stat(path).st_mtime_ns
        except FileNotFoundError:
            return 0

    def update(self, records: Iterable[Stored], *, head: int) -> None:
        """Takes these records in place of older versions; all are found after one commit. Errors: REGI-032."""
        now = self.refresh()
        new = head - now.sequence
        with coded("REGI-032", self._path):
            writer = self._index.writer(heap_size=HEAP[new > MANY], num_threads=2 if new > SOME else 1)
            # A writer that goes before its commit leaves nothing that a reader could see.
            for stored in records:
                if not now.empty:
                    writer.delete_documents_by_term("nct_id", stored.nct_id)
                writer.add_document(packed(document(stored.nct_id, stored.data)))
            writer.delete_documents_by_term("nct_id", STATE)
            writer.add_document(tantivy.Document(nct_id=STATE, sequence=head))
            writer.commit()
            now = self.refresh()
            # A small update leaves its merging to a later one, which waits for it when there is much to merge.
            if new > SOME * 10 or now.segments > MOST_SEGMENTS:
                writer.wait_merging_threads()

    def search(self, query: Query) -> Results:
        """One page of the studies that this query finds. Errors: REGI-034."""
        now = self.refresh()
        with coded("REGI-034", self._path):
            return now.search(query)

    def tree(self, text: str) -> Node:
        """What a text asks for, with the words as the index knows them. Errors: REGI-034."""
        now = self.refresh()
        with coded("REGI-034", self._path):
            return now.tree(text)

    def weighted(
        self, weights: Mapping[str, float], fields: Mapping[str, float], size: int
    ) -> list[tuple[str, float]]:
        """The best studies for weighted words, with their scores: BM25 of the whole record and of some fields.

        fields: how much each field adds. A study needs none of the words in particular. Errors: REGI-034.
        """
        now = self.refresh()
        with coded("REGI-034", self._path):
            return now.weighted(weights, fields, size)


def _opened(path: Path) -> Any:
    if not tantivy.Index.exists(str(path)):
        raise index_error("REGI-034", str(path), "its files are missing")
    try:
        index = tantivy.Index(schema(), path=str(path))
    except ValueError as error:
        raise index_error("REGI-031", str(path), str(error)) from error
    index.register_tokenizer(TOKENIZER, analyzer())
    index.config_reader("manual")
    return index


def packed(made: Document) -> tantivy.Document:
    """A document as tantivy takes it."""
    parts: dict[str, Any] = {name: [*map(searched, texts)] for name, texts in made.texts.items()}
    parts[ALL_WORDS] = [text for texts in parts.values() for text in texts]
    parts[STRONG_WORDS] = [text for name in STRONG for text in parts[name]]
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
