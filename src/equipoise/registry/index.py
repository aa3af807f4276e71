"""An opened index: all that can be asked about a folder of records, behind one object.

Its parts are opened when they are first used, so that a search does not wait for related trials. Each part has
a module with `open_part(folder, store)`, which gives the object behind its interface, and `make(folder)`,
which makes an empty one aside; so a part is added here by its name and its module alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from equipoise.registry.errors_index import index_error
from equipoise.registry.folder import Folder
from equipoise.registry.interfaces import Found, Results, Store, Stored
from equipoise.registry.search.query import FACETS, Query, query
from equipoise.registry.search.tree import Node

# name of the part: its module, which has `open_part(folder, store)` and `make(path)`
PARTS: dict[str, str] = {
    "search": "equipoise.registry.search.part",
    "related": "equipoise.registry.related.part",
    "matching": "equipoise.registry.match.part",
}
FILTERS_OF_SEARCH = frozenset({"order", "page", "size", "counts"})


class RegistryIndex:
    """The answers of one folder. Open it with `open_index`; any number of processes may read it."""

    def __init__(self, folder: Folder, store: Store) -> None:
        self.folder = folder
        self.store = store

    @property
    def sequence(self) -> int:
        """The sequence number of the store up to which studies are found."""
        return self._search.sequence

    def record(self, nct_id: str) -> Stored | None:
        """The version of this study in which search finds it; None for a study that is not kept here."""
        return self.store.record(nct_id, at=self.sequence)

    def search(self, text: str = "", **facets: Any) -> Results:
        """The studies that this text finds, one page of them.

        text: in the query language (docs/how-to/registry.md). facets: chosen values by facet, one or several
        (`status="RECRUITING"`, `phase=["PHASE2", "PHASE3"]`), and `order`, `page`, `size`, `counts`.
        Errors: REGI-038 (no such facet); a text can be as strange as it likes.
        """
        parts = {name: facets.pop(name) for name in FILTERS_OF_SEARCH & facets.keys()}
        for name in facets.keys() - FACETS.keys():
            raise index_error("REGI-038", "search", name)
        pairs = [(name, str(value)) for name, values in facets.items() for value in several(values)]
        return self.find(query(text, filters=pairs, **parts))

    def find(self, asked: Query) -> Results:
        """The studies that this query finds, one page of them."""
        return self._search.search(asked)

    def tree(self, text: str) -> Node:
        """What a text asks for, its words in the forms that the index knows. Errors: REGI-034."""
        return self._search.tree(text)

    def related(self, nct_id: str, top: int = 10) -> Sequence[Found]:
        """The studies most like this one, with reasons. Errors: REGI-035 (unknown), REGI-036 (not made)."""
        return self._related.related(nct_id, top)

    def match(self, text: str, top: int = 100) -> Sequence[Found]:
        """The studies that the patient of this description might enter. Errors: REGI-036 (not made)."""
        return self._matching.match(text, top)

    def match_facts(self, facts: Any, **options: Any) -> Any:
        """The same for facts (`match.facts.Facts`); options as `match.part.PatientMatching.match_facts` takes them."""
        return self._matching.match_facts(facts, **options)

    def embed(self) -> int:
        """Prepares retrieval by meaning for matching; how many records were embedded. Errors: MATC-006."""
        return self._matching.embed()

    @cached_property
    def _search(self) -> Any:
        return open_part("search", self.folder, self.store)

    @cached_property
    def _related(self) -> Any:
        return open_part("related", self.folder, self.store)

    @cached_property
    def _matching(self) -> Any:
        return open_part("matching", self.folder, self.store)


def open_index(path: str | Path) -> RegistryIndex:
    """The index in this folder, to read. Errors: REGI-030 (none), REGI-031 (other version), REGI-034.

    >>> index = eq.open_index("registry")
    """
    from equipoise.registry.store.place import open_records

    folder = Folder(Path(path))
    folder.parts()
    return RegistryIndex(folder, open_records(folder))


def open_part(name: str, folder: Folder, store: Store) -> Any:
    """The object behind a part's interface. Errors: REGI-036 (never made, or of no version known here)."""
    if not can_open(name):
        raise index_error("REGI-036", str(folder.path), name)
    return import_module(PARTS[name]).open_part(folder, store)


def can_open(name: str) -> bool:
    """Whether the module of a part is there."""
    package, _, module = PARTS[name].rpartition(".")
    return find_spec(package) is not None and find_spec(f"{package}.{module}") is not None


def several(values: Any) -> tuple[Any, ...]:
    """One value or several, as several; truth values are written as yes and no."""
    each = values if isinstance(values, list | tuple | set | frozenset) else (values,)
    return tuple(
        {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value for value in each
    )
