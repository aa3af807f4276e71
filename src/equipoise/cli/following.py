"""Trials that run here, for their pages: a study's folder and its ledger, looked at again for each request.

Asking a ledger for its head, and a folder for the times of its files, costs less than a millisecond; only when one
has moved is anything made anew, so that an amended definition shows as soon as its files are there. Before the
analysis is frozen, the trial locked and the unblinding recorded, what the page gets is made of the public's own view
of the ledger, so it holds nothing by arm; after them it is what `equipoise run` publishes.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from equipoise.analysis.cut import banner_of
from equipoise.blinding.public import public
from equipoise.cli.errors import command_error
from equipoise.cli.match_study import MAPPING, RECORD, read_mapping, remarks_of, rules_of
from equipoise.cli.publishing import page_parts, report_of
from equipoise.errors import EquipoiseError
from equipoise.exchange.live import live_record, recruitment
from equipoise.ledger.entry import Head
from equipoise.ledger.events import ANALYSIS_FROZEN, TRIAL_LOCKED, TRIAL_UNBLINDED
from equipoise.registry.index import RegistryIndex
from equipoise.registry.lint import Annotations
from equipoise.registry.match.running import RunningTrial
from equipoise.registry.page.pages import Live
from equipoise.registry.record import Record, load_record
from equipoise.stores.sqlite import SQLiteStore
from equipoise.study.load import load
from equipoise.study.study import Study

LOG = logging.getLogger("equipoise.web")
OPENING = frozenset({ANALYSIS_FROZEN, TRIAL_LOCKED, TRIAL_UNBLINDED})
"""What must have happened before anything is shown by arm."""


Stamp = tuple[tuple[str, int], ...]
Rules = Callable[[Record, date], RunningTrial]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What the folder of a trial says. stamp: its files and when each was written."""

    stamp: Stamp
    study: Study
    record: Record
    remarks: Annotations | None
    rules: Rules

    @classmethod
    def of(cls, folder: Path, stamp: Stamp) -> Read:
        """Errors: those of study, record and mapping."""
        study, record, remarks = load(folder), load_record(folder / RECORD), remarks_of(folder)
        rules = rules_of(study, read_mapping(folder / MAPPING, study), remarks)
        return cls(stamp=stamp, study=study, record=record, remarks=remarks, rules=rules)


def stamp_of(folder: Path) -> Stamp:
    """The files of a folder and when each was written."""
    found = (each for each in folder.rglob("*") if each.suffix in (".yaml", ".json"))
    return tuple(sorted((str(each), _written(each)) for each in found))


def _written(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0  # it was there a moment ago: its folder is being written


class Followed:
    """One trial that runs here. `now` gives it as its ledger stands; any number of threads may ask."""

    def __init__(self, folder: Path, ledger: Path, seed: int = 1) -> None:
        """Loads the study. Errors: those of study, record and mapping, and of the ledger."""
        self._folder = folder
        self._tried = stamp_of(folder)
        self._read = Read.of(folder, self._tried)
        self._ledger = ledger
        self._seed = seed
        self._lock = threading.Lock()
        self._made: tuple[Head, Stamp, Live] | None = None
        self._check()

    @property
    def number(self) -> str:
        """The study's number in the registry."""
        return self._read.record.nct_id

    def now(self) -> Live:
        """The trial as its ledger stands at this moment. Errors: those of the ledger. Results that cannot be made are
        told on the page, in `fault`, and noted."""
        with self._lock, SQLiteStore.open(self._ledger) as store:
            read = self._current()
            asked = store.head(), read.stamp
            if self._made is None or self._made[:2] != asked:
                self._made = *asked, self._live(store, read)
            return self._made[2]

    def _current(self) -> Read:
        """What the folder says now. While its files cannot be read, or are of another study, what it said before."""
        stamp = stamp_of(self._folder)
        if stamp != self._tried:
            self._tried = stamp
            try:
                read = Read.of(self._folder, stamp)
                own = read.study.definition.study.id, read.record.nct_id
                if own != (self._read.study.definition.study.id, self.number):
                    raise command_error(
                        "COMM-006", str(self._folder), f"{own[0]}, {own[1]}, not of {self.number}"
                    )
                self._read = read
            except EquipoiseError as error:
                LOG.error("%s in the definition of %s; the one before is shown", error.code, self.number)
        return self._read

    def _check(self) -> None:
        """Raises COMM-006 for a ledger of another study."""
        with SQLiteStore.open(self._ledger) as store:
            first = next(iter(store.events(trial_scope=True)), None)
        own = self._read.study.definition.study.id
        if first is not None and first.data.get("study_id") != own:
            raise command_error("COMM-006", str(self._ledger), f"{first.data.get('study_id')}, not of {own}")

    def _live(self, store: SQLiteStore, read: Read) -> Live:
        seen = tuple(public(read.study, store.events(trial_scope=True)))
        told = recruitment(seen, read.study.definition.allocation.planned)
        banner = banner_of(store.mode) or None
        record, sections, fault = live_record(read.record, told, banner), (), None
        if {one.type for one in seen} >= OPENING:
            try:
                record, sections = page_parts(report_of(read.study, store, self._seed), record)
            except EquipoiseError as error:
                LOG.error("%s in the results of %s", error.code, self.number)
                fault = error
        return Live(
            record=record,
            banner=banner,
            sections=sections,
            annotations=read.remarks,
            recruitment=told,
            fault=fault,
            rules=lambda today: read.rules(record, today),
        )


def check_known(trials: Iterable[Followed], index: RegistryIndex) -> None:
    """Raises COMM-007 unless the index has the registered record of each trial, once."""
    seen: set[str] = set()
    for trial in trials:
        if index.record(trial.number) is None:
            raise command_error("COMM-007", "--trial", f"has no record of {trial.number}")
        if trial.number in seen:
            raise command_error("COMM-007", "--trial", f"was given {trial.number} twice")
        seen.add(trial.number)
