"""A trial that runs here, for tests: a small simulated one whose ledger grows step by step, and an index that has its
record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path

from equipoise.ledger.entry import Draft, Event
from equipoise.ledger.store import LEDGER_OPENED
from equipoise.registry.ingest import ingest
from equipoise.stores.sqlite import SQLiteStore
from tests.web.site import TODAY, make_index
from tests.worlds.simulating import REFERENCE, STUDIES, run

STUDY = STUDIES / REFERENCE
PARTICIPANTS = 16
STEPS = ("recruiting", "locked", "unblinded")


@cache
def events() -> tuple[Event, ...]:
    """The events of a small simulated trial, to its end."""
    return run(REFERENCE, 3, PARTICIPANTS).events


def until(step: str) -> tuple[Event, ...]:
    """The events up to a step: half of the randomisations, the lock, the unblinding."""
    told = events()
    if step == "recruiting":
        places = [place for place, one in enumerate(told) if one.type == "ParticipantRandomised"]
        return told[: places[PARTICIPANTS // 2]]
    ends = {"locked": "TrialLocked", "unblinded": "TrialUnblinded"}
    return told[: next(place for place, one in enumerate(told) if one.type == ends[step]) + 1]


class Growing:
    """A ledger in a file that is brought from step to step."""

    def __init__(self, path: Path, mode: str = "simulation") -> None:
        self.path, self._mode, self._done = path, mode, 0

    def to(self, step: str) -> Growing:
        """Appends all up to a step, one command at a time."""
        return self.take(until(step))

    def take(self, wanted: Sequence[Event]) -> Growing:
        """Appends those of these events that are not there yet."""
        with SQLiteStore.open(self.path, self._mode) as store, store.batch():
            for drafts in commands(wanted[self._done :], self._mode):
                with store.writing() as writer:
                    writer.append(drafts, writer.head, [salt(self._done + n) for n in range(len(drafts))])
                self._done += len(drafts)
        return self


def commands(told: Sequence[Event], mode: str) -> Iterator[list[Draft]]:
    """The events of each command, as drafts of a ledger of this mode."""
    names = list(Draft.__struct_fields__)
    for _, group in groupby(told, key=lambda one: one.command):
        yield [draft_of({name: getattr(one, name) for name in names}, mode) for one in group]


def draft_of(fields: dict, mode: str) -> Draft:
    """The draft of an event; the opening one names the mode."""
    if fields["type"] == LEDGER_OPENED:
        fields["data"] = {**fields["data"], "mode": mode}
    return Draft(**fields)


def salt(number: int) -> bytes:
    """A salt of its own for each event."""
    return hashlib.sha256(str(number).encode()).digest()


def index_with_study(folder: Path) -> Path:
    """The small registry's index, with the record of the trial that runs here."""
    index = make_index(folder)
    assert ingest([STUDY / "record.json"], index, today=TODAY).unread == 0
    return index
