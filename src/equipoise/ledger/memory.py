"""Two stores in memory: one with the whole chain, one without it for simulation.

`MemoryStore` is the reference that every other store is tested against. `PlainStore` keeps the drafts as they
are given, numbered, with no bytes, no salt and no hash, so that ten thousand virtual participants cost
nothing but their own conduct; it refuses what a chain is needed for. Both undo a block that fails.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from heapq import merge
from threading import RLock
from types import TracebackType

from equipoise.ledger.canonical import read_payload
from equipoise.ledger.entry import GENESIS, Draft, Entry, Event, Head, numbered
from equipoise.ledger.errors import fault
from equipoise.ledger.events import TRIAL_SCOPE
from equipoise.ledger.store import ChainWriter, check_head, check_mode, check_opening, the_command


class _Index:
    """Events in order, found by participant, by trial scope and by command; can be cut back."""

    __slots__ = ("by_command", "by_participant", "events", "trial")

    def __init__(self) -> None:
        self.events: list[Event | None] = []  # None where the payload was erased
        self.by_participant: dict[str, list[int]] = {}
        self.trial: list[int] = []
        self.by_command: dict[str, list[int]] = {}

    def add(self, event: Event) -> None:
        sequence = event.sequence
        self.events.append(event)
        self.by_command.setdefault(event.command, []).append(sequence)
        if event.participant is not None:
            self.by_participant.setdefault(event.participant, []).append(sequence)
        if event.participant is None or event.type in TRIAL_SCOPE:
            self.trial.append(sequence)

    def cut(self, length: int) -> None:
        """Back to the first `length` events."""
        del self.events[length:]
        for numbers in (self.by_participant, self.by_command):
            for key in [key for key, found in numbers.items() if found[-1] > length]:
                kept = numbers[key][: bisect_right(numbers[key], length)]
                if kept:
                    numbers[key] = kept
                else:
                    del numbers[key]
        del self.trial[bisect_right(self.trial, length) :]

    def answer(self, command_id: str) -> tuple[Event, ...] | None:
        numbers = self.by_command.get(command_id)
        if numbers is None:
            return None
        found = (self.events[sequence - 1] for sequence in numbers)
        return tuple(event for event in found if event is not None)

    def select(self, participant: str | None, trial_scope: bool, after: int) -> Iterator[Event]:
        numbers: Sequence[int]
        if participant is None and not trial_scope:
            numbers = range(after + 1, len(self.events) + 1)
        else:
            own = self.by_participant.get(participant, []) if participant is not None else []
            shared = self.trial if trial_scope else []
            numbers = own or shared if not (own and shared) else _union(own, shared)
            numbers = numbers[bisect_left(numbers, after + 1) :]
        for sequence in numbers:
            event = self.events[sequence - 1]
            if event is not None:
                yield event


def _union(first: list[int], second: list[int]) -> list[int]:
    return list(dict.fromkeys(merge(first, second)))


class _InMemory:
    """What both stores in memory share."""

    def __init__(self, mode: str) -> None:
        self.mode = check_mode(mode)
        self.index = _Index()
        self._lock = RLock()

    def events(
        self, *, participant: str | None = None, trial_scope: bool = False, after: int = 0
    ) -> Iterator[Event]:
        """See `Store.events`."""
        return self.index.select(participant, trial_scope, after)

    def command(self, command_id: str) -> tuple[Event, ...]:
        """See `Store.command`."""
        return self.index.answer(command_id) or ()

    def answer(self, command_id: str) -> tuple[Event, ...] | None:
        """The events of a command that were not erased; None when the command is new."""
        return self.index.answer(command_id)

    def faults(self) -> tuple[tuple[int, str], ...]:
        """Nothing: indexes in memory are built from the events themselves."""
        return ()


class MemoryStore(_InMemory):
    """The ledger in memory, with its chain."""

    def __init__(self, mode: str) -> None:
        super().__init__(mode)
        self._entries: list[Entry] = []
        self._erased: list[tuple[Entry, Event]] = []  # what a failing block must bring back
        self._depth = 0

    def head(self) -> Head:
        """See `Store.head`."""
        if not self._entries:
            return GENESIS
        last = self._entries[-1]
        return Head(last.sequence, last.hash)

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """See `Store.entries`."""
        return iter(self._entries[after:])

    @contextmanager
    def writing(self) -> Iterator[ChainWriter]:
        """See `Store.writing`."""
        with self.batch():
            writer = ChainWriter(self)
            try:
                yield writer
            finally:
                writer.close()

    @contextmanager
    def batch(self) -> Iterator[None]:
        """See `Store.batch`."""
        with self._lock:
            length, erased = len(self._entries), len(self._erased)
            self._depth += 1
            try:
                yield
            except BaseException:
                for entry, event in self._erased[erased:]:
                    self._entries[entry.sequence - 1] = entry
                    self.index.events[entry.sequence - 1] = event
                del self._erased[erased:]
                del self._entries[length:]
                self.index.cut(length)
                raise
            finally:
                self._depth -= 1
                if not self._depth:
                    self._erased.clear()

    def put(self, entries: Sequence[Entry], events: Sequence[Event]) -> None:
        """Keep entries that follow the head; called by the writer alone."""
        self._entries.extend(entries)
        for entry in entries:
            # read back from the bytes, so that nobody who still holds the draft's data can change the record
            assert entry.payload is not None, "what is put down has its payload"
            self.index.add(read_payload(entry.payload, entry.sequence))

    def get(self, sequence: int) -> Event | None:
        """The event of an entry; None when there is none or it was erased."""
        return self.index.events[sequence - 1] if sequence <= len(self._entries) else None

    def forget(self, sequences: Sequence[int]) -> None:
        """Drop payload and salt of entries; called by the writer alone, after it recorded the erasure."""
        for sequence in sequences:
            entry, event = self._entries[sequence - 1], self.index.events[sequence - 1]
            assert event is not None, "the writer asked `get` first"
            self._erased.append((entry, event))
            self._entries[sequence - 1] = without_payload(entry)
            self.index.events[sequence - 1] = None


def without_payload(entry: Entry) -> Entry:
    """The entry with payload and salt withheld; its place in the chain is unchanged."""
    return Entry(
        sequence=entry.sequence,
        previous=entry.previous,
        commitment=entry.commitment,
        hash=entry.hash,
        salt=None,
        payload=None,
    )


class PlainStore(_InMemory):
    """Events in memory without a chain, for simulation: the head has a sequence and no hash."""

    def head(self) -> Head:
        """The newest event; its hash is always 32 zero bytes."""
        return Head(len(self.index.events), GENESIS.hash)

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """Raises LEDG-012: there are none."""
        raise fault("LEDG-012", "plain store", "it keeps no entries")

    def writing(self) -> PlainWriter:
        """See `Store.writing`. The writer is its own block: a generator would cost more than the append."""
        return PlainWriter(self)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """See `Store.batch`."""
        with self.writing():
            yield


class PlainWriter:
    """The writer of a `PlainStore`."""

    __slots__ = ("_length", "_store")

    def __init__(self, store: PlainStore) -> None:
        self._store = store
        self._length = len(store.index.events)

    def __enter__(self) -> PlainWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._store.index.cut(self._length)

    @property
    def head(self) -> Head:
        """See `Writer.head`."""
        return self._store.head()

    def append(self, drafts: Sequence[Draft], after: Head, salts: Sequence[bytes]) -> tuple[Event, ...]:
        """See `Writer.append`; salts are not used, and the form of the drafts is not checked."""
        if not drafts:
            return ()
        answered = self._store.index.answer(the_command(drafts))
        if answered is not None:
            return answered
        check_head(self.head, after)
        check_opening(drafts, self._store.mode)
        events = []
        for sequence, draft in enumerate(drafts, after.sequence + 1):
            event = numbered(draft, sequence)
            self._store.index.add(event)
            events.append(event)
        return tuple(events)

    def erase(self, draft: Draft, after: Head, salt: bytes) -> Event:
        """Raises LEDG-012: there is no payload to erase."""
        raise fault("LEDG-012", "plain store", "it keeps no payloads apart from its events")
