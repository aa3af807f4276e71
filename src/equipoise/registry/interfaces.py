"""The narrow interfaces behind which records are kept, searched, related and matched.

There are three: the store of records, the search index and the index of related trials; patient matching is a
fourth with the same manners. The store is the truth. Every other one is made from it, names the sequence number
of the store up to which it was made, and becomes visible in one step, so that readers see the old or the new
and nothing between. Whatever they answer carries a study's number, a score and its reasons in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from equipoise.registry.reading.model import Reading
from equipoise.registry.record import Record, read_record
from equipoise.registry.search.query import Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One version of one record, as the store gives it. `data` is its version 2 JSON; do not change it."""

    nct_id: str
    sequence: int
    effective: date
    data: Mapping[str, Any]

    @property
    def record(self) -> Record:
        """The typed record. It costs a conversion each time: ask once and keep it."""
        return read_record(self.data, place=self.nct_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """That a study had this content from this day on. `read` is the day on which it was read."""

    nct_id: str
    sequence: int
    effective: date
    read: date
    digest: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field that differs between two days: its path, and what it held (None: it was not there)."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a study was found: what kind of reason, in which field, by which words, shown in which text.

    kind: `field` (words of the query in a field), `number` (the study's own number or acronym), or a kind that
    related trials and patient matching add (`condition`, `intervention`, `terms`, `sponsor`, `criterion` ...).
    text: plain text; `marks` are the (start, end) of the words in it that made it a reason.
    """

    kind: str
    field: str
    words: tuple[str, ...] = ()
    text: str = ""
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A study that was found: the greater the score, the better, within one answer only.

    reasons: a sequence, which may look them up when they are first asked for.
    """

    nct_id: str
    score: float
    reasons: Sequence[Reason] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit(Found):
    """A study that a search found, with what a list of hits shows of it."""

    title: str = ""
    status: str = ""
    phases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Results(Sequence[Hit]):
    """One page of hits. Iterate over it for the hits.

    total: how many studies match, on all pages. facets: facet name to its values with counts, most frequent
    first. notes: what was understood otherwise than it was written (a misspelling, a quote without its end).
    """

    query: Query
    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, tuple[tuple[str, int], ...]]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.hits)

    def __getitem__(self, index: Any) -> Any:
        return self.hits[index]


class Store(Protocol):
    """Every version of every record. Sequence numbers rise by one with each version kept.

    `at` is a sequence number: what the store held when that was its head (default: now), so that an index and
    the records shown beside its hits agree while an update is under way.
    """

    def head(self) -> int: ...

    def count(self, *, at: int | None = None) -> int: ...

    def record(self, nct_id: str, *, at: int | None = None) -> Stored | None:
        """The version in force: the latest by its own date, then by the order of reading."""
        ...

    def records_of(self, numbers: Sequence[str], *, at: int | None = None) -> Mapping[str, Stored]:
        """The versions in force of these studies, asked for at once; those that are not kept are left out."""
        ...

    def records(self, *, after: int = 0, at: int | None = None) -> Iterator[Stored]:
        """The version in force of each study that has one kept later than `after`, in order of sequence."""
        ...

    def numbers(self, *, at: int | None = None) -> Iterator[str]:
        """The numbers of all studies, in order."""
        ...

    def versions(self, nct_id: str) -> tuple[Version, ...]:
        """Every version of one study, the oldest first."""
        ...

    def version(self, nct_id: str, sequence: int) -> Stored | None:
        """One version of a study by its sequence number; None when there is none."""
        ...

    def changes(self, nct_id: str, since: date, until: date) -> tuple[Change, ...]:
        """What differs between the versions in force at the end of these two days."""
        ...

    def add(self, readings: Iterable[Reading], *, read: date) -> int:
        """Keeps each record that is new or differs, all in one transaction; how many were kept."""
        ...


class Index(Protocol):
    """What every index made from the store has in common."""

    @property
    def sequence(self) -> int:
        """The sequence number of the store up to which this index was made; 0 when it is empty."""
        ...

    def update(self, records: Iterable[Stored], *, head: int) -> None:
        """Takes these records in place of older versions, and shows all of them in one step, as of `head`."""
        ...


class SearchIndex(Index, Protocol):
    """Finds studies by their words and facets."""

    def search(self, query: Query) -> Results: ...
