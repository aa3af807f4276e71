"""Trials that run here, for their pages: a study's folder and its ledger, looked at again for each request.

Asking a ledger for its head costs less than a millisecond; only when it has moved is anything made anew. Before the
analysis is frozen, the trial locked and the unblinding recorded, what the page gets is made of the public's own view
of the ledger, so it holds nothing by arm; after them it is what `equipoise run` publishes.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
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
from equipoise.registry.page.pages import Live
from equipoise.registry.record import load_record
from equipoise.stores.sqlite import SQLiteStore
from equipoise.study.load import load

LOG = logging.getLogger("equipoise.web")
OPENING = frozenset({ANALYSIS_FROZEN, TRIAL_LOCKED, TRIAL_UNBLINDED})
"""What must have happened before anything is shown by arm."""


class Followed:
    """One trial that runs here. `now` gives it as its ledger stands; any number of threads may ask."""

    def __init__(self, folder: Path, ledger: Path, seed: int = 1) -> None:
        """Loads the study. Errors: those of study, record and mapping, and of the ledger."""
        self._study = load(folder)
        self._record = load_record(folder / RECORD)
        self._remarks = remarks_of(folder)
        self._rules = rules_of(self._study, read_mapping(folder / MAPPING, self._study), self._remarks)
        self._ledger = ledger
        self._seed = seed
        self._lock = threading.Lock()
        self._made: tuple[Head, Live] | None = None
        self._check()

    @property
    def number(self) -> str:
        """The study's number in the registry."""
        return self._record.nct_id

    def now(self) -> Live:
        """The trial as its ledger stands at this moment. Errors: those of the ledger. Results that cannot be made are
        told on the page, in `fault`, and noted."""
        with self._lock, SQLiteStore.open(self._ledger) as store:
            head = store.head()
            if self._made is None or self._made[0] != head:
                self._made = head, self._live(store)
            return self._made[1]

    def _check(self) -> None:
        """Raises COMM-006 for a ledger of another study."""
        with SQLiteStore.open(self._ledger) as store:
            first = next(iter(store.events(trial_scope=True)), None)
        own = self._study.definition.study.id
        if first is not None and first.data.get("study_id") != own:
            raise command_error("COMM-006", str(self._ledger), f"{first.data.get('study_id')}, not of {own}")

    def _live(self, store: SQLiteStore) -> Live:
        seen = tuple(public(self._study, store.events(trial_scope=True)))
        told = recruitment(seen, self._study.definition.allocation.planned)
        banner = banner_of(store.mode) or None
        record, sections, fault = live_record(self._record, told, banner), (), None
        if {one.type for one in seen} >= OPENING:
            try:
                record, sections = page_parts(report_of(self._study, store, self._seed), record)
            except EquipoiseError as error:
                LOG.error("%s in the results of %s", error.code, self.number)
                fault = error
        return Live(
            record=record,
            banner=banner,
            sections=sections,
            annotations=self._remarks,
            recruitment=told,
            fault=fault,
            rules=lambda today: self._rules(record, today),
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
