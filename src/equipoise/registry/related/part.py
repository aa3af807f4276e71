"""Answers which studies are related to one: the nearest vectors of all segments, grouped, with their reasons."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from equipoise.registry.errors_index import index_error
from equipoise.registry.folder import POINTER as FOLDER_POINTER
from equipoise.registry.folder import Folder
from equipoise.registry.interfaces import Found, Store, Stored
from equipoise.registry.related import disk, terms
from equipoise.registry.related.disk import make
from equipoise.registry.related.reasons import reasons
from equipoise.registry.related.scheme import COMMON_AT_LEAST, Slots
from equipoise.registry.related.segment import Body, Segment, Vector, shared

__all__ = ["RelatedStudies", "RelatedStudy", "make", "open_part"]

NAME = "related"
ALIKE = 0.8  # from this cosine of their texts on, two studies of one sponsor are one programme
MOST_OF_ONE = 2
MOST = 1000
MOST_TELLING = 40
COMMON = 0.05  # of all studies: a word that more of them have tells a reader little
LARGE = 31 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedStudy(Found):
    """A study that resembles the one asked about, with what a list shows of it.

    programme: the number of the first study of its group of near-duplicates (its own when it is the first or alone).
    also: at the first of a group, the studies of it that are left out of the list, the best two being in it.
    """

    title: str = ""
    status: str = ""
    phases: tuple[str, ...] = ()
    sponsor: str = ""
    programme: str = ""
    also: tuple[str, ...] = ()


class Near:
    """A candidate: its score, its number and where it is. Its vector is read when it is first asked for."""

    def __init__(self, score: float, number: str, segment: Segment, place: int) -> None:
        self.score = score
        self.number = number
        self._segment = segment
        self._place = place

    @cached_property
    def body(self) -> Body:
        """The weights of its text, at length 1."""
        return self._segment.vector(self._place).body()

    def alike(self, other: Near) -> bool:
        """Whether the two are near-duplicates of one programme."""
        sponsors = {int(each._segment.sponsors[each._place]) for each in (self, other)}
        if len(sponsors) == 2 or 0 in sponsors:
            return False
        return bool(shared(self.body, other.body).sum() > ALIKE)


class RelatedStudies:
    """The index of related trials of a folder. It follows the updates of other processes."""

    def __init__(self, folder: Folder, store: Store) -> None:
        self._folder = folder
        self._store = store
        self._seen: tuple[int, ...] = ()
        self._path = Path()
        self._opened: disk.Opened | None = None
        self.refresh()

    @property
    def sequence(self) -> int:
        """The sequence number of the store up to which the index goes."""
        return self.refresh().pointer.sequence

    def refresh(self) -> disk.Opened:
        """What is in use now; two looks at the file system when nothing has changed. Errors: REGI-031, REGI-034."""
        if self._opened is None or self._stamps() != self._seen:
            self._path = self._folder.part(NAME)
            self._seen = self._stamps()
            self._opened = disk.open_all(self._path)
        return self._opened

    def update(self, records: Iterable[Stored], *, head: int) -> None:
        """Takes these records in place of older versions, and shows all in one step. Errors: REGI-032."""
        disk.update(self._folder.part(NAME), self._store, records, head=head)
        self._seen = ()
        self.refresh()

    def related(self, nct_id: str, top: int = 10) -> Sequence[RelatedStudy]:
        """The studies most like this one, the best first, with reasons. Status is shown, never filtered.

        Of near-duplicates of one programme the best two are listed, each with the number of the first; the
        others are named there. Errors: REGI-035 (no such study), REGI-034.
        """
        opened = self.refresh()
        found = lookup(opened.segments, nct_id)
        own = self._store.record(nct_id, at=opened.pointer.sequence)
        if found is None or own is None:
            raise index_error("REGI-035", "related", nct_id)
        top = min(max(top, 0), MOST)
        near = nearest(opened.segments, found, 2 * top + 20)
        listed, first_of, also = grouped([each for each in near if each.number != nct_id], top)
        telling = Telling(own, found, opened.segments)
        records = self._store.records_of([each.number for each in listed], at=opened.pointer.sequence)
        return [
            self._shown(each, own, telling, records, first_of[each.number], also.get(each.number, ()))
            for each in listed
        ]

    def _shown(
        self,
        near: Near,
        own: Stored,
        telling: Telling,
        records: Mapping[str, Stored],
        first: str,
        also: tuple[str, ...],
    ) -> RelatedStudy:
        if near.number not in records:
            raise index_error("REGI-034", str(self._path), f"{near.number} is in no record")
        data = records[near.number].data
        identity = terms.part(data, "protocolSection", "identificationModule")
        status = terms.part(data, "protocolSection", "statusModule")
        design = terms.part(data, "protocolSection", "designModule")
        return RelatedStudy(
            nct_id=near.number,
            score=near.score,
            reasons=reasons(own.data, data, telling.words(near.body)),
            title=next(terms.strings(identity, "briefTitle", "officialTitle"), ""),
            status=next(terms.strings(status, "overallStatus"), ""),
            phases=tuple(terms.strings(design, "phases")),
            sponsor=terms.sponsor(data),
            programme=first,
            also=also,
        )

    def _stamps(self) -> tuple[int, ...]:
        return stamp(self._folder.path / FOLDER_POINTER), stamp(self._path / disk.POINTER)


class Telling:
    """The words of the study asked about, and which of them another study's vector shares.

    A word that more than a twentieth of all studies have adds to a score and tells a reader little: it is left out.
    """

    def __init__(self, own: Stored, vector: Vector, segments: Sequence[Segment]) -> None:
        self._segments = segments
        self._most = max(COMMON * sum(each.studies for each in segments), COMMON_AT_LEAST)
        words = list(dict.fromkeys(terms.words("\n".join(terms.body_text(own.data)))))
        self._word = dict(zip(Slots().of("body", words), words, strict=True))
        self._own = vector.body()

    def words(self, other: Body) -> list[str]:
        """The shared words, the one that adds most first; no more than a reader wants to choose from."""
        added = shared(self._own, other)
        order = np.argsort(-added, kind="stable")[:MOST_TELLING]
        slots = other.slots[order[added[order] > 0]]
        found = sum((each.frequency(slots) for each in self._segments), np.zeros(len(slots), np.int64))
        return [self._word[slot] for slot in slots[found <= self._most].tolist() if slot in self._word]


def open_part(folder: Folder, store: Store) -> RelatedStudies:
    """The index in use in this folder. Errors: REGI-031, REGI-034, REGI-036."""
    # Once so large an array was given back, glibc keeps smaller ones for the next question; to have them from the
    # kernel anew each time costs a third of an answer.
    np.empty(LARGE, np.uint8)
    return RelatedStudies(folder, store)


def lookup(segments: Sequence[Segment], nct_id: str) -> Vector | None:
    """The vector of the study with this number."""
    for segment in reversed(segments):
        place = segment.place(nct_id)
        if place is not None:
            return segment.vector(place)
    return None


def nearest(segments: Sequence[Segment], vector: Vector, top: int) -> list[Near]:
    """The nearest studies of all segments, the best first; equal scores in order of their numbers."""
    asked = vector.asking()
    found = []
    for segment in segments:
        places, scores = segment.nearest(vector.slots, asked, top)
        for place, score in zip(places.tolist(), scores.tolist(), strict=True):
            found.append((-score, segment.number(place), segment, place))
    found.sort(key=lambda each: each[:2])
    return [Near(-negative, number, segment, place) for negative, number, segment, place in found[:top]]


def grouped(near: Sequence[Near], top: int) -> tuple[list[Near], dict[str, str], dict[str, tuple[str, ...]]]:
    """The studies to list, the first of the group of each, and by first the studies that are left out.

    A study belongs to the first listed one that it is alike; so groups are made in the order of the list.
    """
    firsts: list[Near] = []
    members: dict[str, list[str]] = {}
    listed: list[Near] = []
    first_of: dict[str, str] = {}
    for each in near:
        if len(listed) == top:
            break
        first = next((head for head in firsts if head.alike(each)), each)
        if first is each:
            firsts.append(each)
        members.setdefault(first.number, []).append(each.number)
        first_of[each.number] = first.number
        if len(members[first.number]) <= MOST_OF_ONE:
            listed.append(each)
    return listed, first_of, {number: tuple(group[MOST_OF_ONE:]) for number, group in members.items()}


def stamp(path: Path) -> int:
    """When a file was last written; 0 when it is not there."""
    try:
        return os.stat(path).st_mtime_ns
    except FileNotFoundError:
        return 0
