"""Patient matching as a part of an index: it keeps no text of its own, only up to where the records were taken in.

Studies are retrieved from the search index and judged from the records, so that a match never shows a criterion
that has changed since.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from equipoise.registry.errors_index import index_error
from equipoise.registry.folder import Folder
from equipoise.registry.interfaces import Store, Stored
from equipoise.registry.match.facts import Facts
from equipoise.registry.match.hard import Terms, terms_of
from equipoise.registry.match.matching import Matcher, Matches
from equipoise.registry.match.notes import read_note
from equipoise.registry.match.retrieval import Candidates
from equipoise.registry.match.running import RunningTrial

NAME = "matching"
STATE = "state.json"
FORMAT = 1
# Rules with dates need a day; callers that know it give it. Ages in words do not depend on it.
NO_DAY = date(2000, 1, 1)


def make(path: Path) -> None:
    """An empty part in this folder. Errors: REGI-032."""
    _write(path, 0)


def open_part(folder: Folder, store: Store) -> PatientMatching:
    """The part in use in this folder. Errors: REGI-031, REGI-034, REGI-036."""
    return PatientMatching(folder, store)


def _write(path: Path, sequence: int) -> None:
    aside = path / f"{STATE}.new"
    try:
        with aside.open("w", encoding="utf-8") as file:
            json.dump({"format": FORMAT, "sequence": sequence}, file)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path / STATE)
    except OSError as error:
        raise index_error("REGI-032", str(path), error.strerror or str(error)) from error


class PatientMatching:
    """Patient matching over the search index and the records of one folder."""

    def __init__(self, folder: Folder, store: Store) -> None:
        self._folder = folder
        self._store = store
        self._search: Candidates | None = None
        self._meanings: tuple[int, Any] | None = None
        self._state()

    @property
    def sequence(self) -> int:
        """The sequence number of the store up to which this part goes."""
        return self._state()

    def _state(self) -> int:
        path = self._folder.part(NAME) / STATE
        try:
            content = json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise index_error("REGI-034", str(path), str(error)) from error
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise index_error("REGI-031", str(path), f"expected format {FORMAT}")
        return int(content["sequence"])

    def update(self, records: Iterable[Stored], *, head: int) -> None:
        """Takes the store up to its head. Errors: REGI-032."""
        _write(self._folder.part(NAME), head)

    def match(self, text: str, top: int = 100) -> Matches:
        """The studies for the patient of this description. Errors: MATC-001, MATC-002, MATC-005."""
        return self.match_facts(read_note(text), top=top)

    def match_facts(
        self,
        facts: Facts,
        *,
        top: int = 100,
        open_only: bool = False,
        today: date = NO_DAY,
        running: Mapping[str, RunningTrial] | None = None,
        meaning: bool = False,
    ) -> Matches:
        """The studies for a patient of whom these facts are known.

        open_only: whether a study that does not recruit is excluded. running: trials that run here, by number.
        meaning: fuse with retrieval by meaning, for which `embed` has been run. Errors: MATC-001, MATC-005, MATC-006.
        """
        matcher = Matcher(
            candidates=self._candidates(),
            terms=self._terms,
            today=today,
            running=running or {},
            meaning=self.meaning if meaning else None,
        )
        return matcher.match(facts, top=top, open_only=open_only)

    def embed(self, watch: Callable[[int], Any] | None = None) -> int:
        """Embeds the records that are not yet, or have changed; how many. Errors: MATC-006."""
        from equipoise.registry.match.meaning import Meanings, model

        return Meanings(self._folder.path).update(self._store.records(), model().embed, watch=watch)

    def meaning(self, text: str, size: int) -> Sequence[str]:
        """The studies nearest to a text in meaning. Errors: MATC-006."""
        from equipoise.registry.match.meaning import VECTORS, Meanings, model

        path = self._folder.path / VECTORS
        stamp = path.stat().st_mtime_ns if path.is_file() else 0
        if self._meanings is None or self._meanings[0] != stamp:
            # Half a million rows are read once, and again only when another process has replaced them.
            self._meanings = stamp, Meanings(self._folder.path)
        return self._meanings[1].nearest(model().embed(text), size)

    def _candidates(self) -> Candidates:
        if self._search is None:
            # Loaded here: the search index brings its library, which other answers of this part do not need.
            from equipoise.registry.search.part import open_part as open_search

            self._search = open_search(self._folder, self._store)
        return self._search

    def _terms(self, numbers: Sequence[str]) -> Mapping[str, Terms]:
        found = ((number, self._store.record(number)) for number in numbers)
        return {number: terms_of(number, stored.data) for number, stored in found if stored is not None}
