"""The protocol of a store, and the one writer that all stores share.

Writing is always: lock the head, read, decide, append. What may be appended is decided here, once, so that a
store is only a place to keep things: it locks, it gives back, it puts down. A repeated command gets its
first answer, whatever the head is by then; anything else must follow the head that the decision was taken on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from equipoise.ledger.chain import SALT_BYTES, chained
from equipoise.ledger.entry import MODES, Draft, Entry, Event, Head, numbered
from equipoise.ledger.errors import fault
from equipoise.ledger.events import LEDGER_OPENED, PAYLOAD_ERASED, TRIAL_SCOPE


class Writer(Protocol):
    """What `writing()` gives: the head stays locked until its block ends."""

    @property
    def head(self) -> Head:
        """The newest entry, which cannot move while this writer is open."""

    def append(self, drafts: Sequence[Draft], after: Head, salts: Sequence[bytes]) -> tuple[Event, ...]:
        """Put down the events of one command after `after`, each with its own salt of 32 bytes.

        A command that has been answered gets its first answer again, and nothing is put down.
        Raises LEDG-002 to LEDG-008, LEDG-010, LEDG-011 and LEDG-016.
        """

    def erase(self, draft: Draft, after: Head, salt: bytes) -> Event:
        """Record the erasure `draft` and erase the payload and salt of the entries that it names.

        The draft is of type `PayloadErased`, has a reason, and its data is `{"sequences": ["12", "13"]}`.
        The commitments stay, so the chain still verifies. Raises LEDG-013 besides those of `append`.
        """


class Store(Protocol):
    """An append-only ledger. `mode` is fixed when it is created, for ever."""

    mode: str

    def head(self) -> Head:
        """The newest entry, `GENESIS` when there is none."""

    def events(
        self, *, participant: str | None = None, trial_scope: bool = False, after: int = 0
    ) -> Iterator[Event]:
        """The events after a sequence, in order, without those that were erased.

        Neither filter: all. `participant`: those that name the participant. `trial_scope`: those whose
        type is in `TRIAL_SCOPE` or that name no participant. Both: the union, each once. An iterator sees
        the ledger as it was when it began.
        """

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """The entries after a sequence, in order, as they are kept: nothing is checked."""

    def command(self, command_id: str) -> tuple[Event, ...]:
        """The events of a command, its first answer; () when it is new."""

    def writing(self) -> AbstractContextManager[Writer]:
        """Lock the head for a block; an exception leaves nothing of it behind. Blocks may be nested."""

    def batch(self) -> AbstractContextManager[None]:
        """Group many `writing()` blocks into one transaction; an exception leaves nothing of it behind."""

    def faults(self) -> tuple[tuple[int, str], ...]:
        """What the store finds wrong with its own indexes and guards: (sequence or 0, fault)."""


class Shelf(Protocol):
    """What a chained store offers its writer."""

    mode: str

    def head(self) -> Head: ...

    def answer(self, command_id: str) -> tuple[Event, ...] | None:
        """The events of a command that were not erased; None when the command is new."""

    def put(self, entries: Sequence[Entry], events: Sequence[Event]) -> None: ...

    def get(self, sequence: int) -> Event | None: ...

    def forget(self, sequences: Sequence[int]) -> None: ...


class ChainWriter:
    """The writer of every store with a chain. Made by the store, closed by it when the block ends."""

    __slots__ = ("_open", "_shelf")

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._open = True

    def close(self) -> None:
        """After this nothing can be appended: the head is not locked any more."""
        self._open = False

    @property
    def head(self) -> Head:
        """The newest entry."""
        return self._shelf.head()

    def append(self, drafts: Sequence[Draft], after: Head, salts: Sequence[bytes]) -> tuple[Event, ...]:
        """See `Writer.append`."""
        if any(draft.type == PAYLOAD_ERASED for draft in drafts):
            raise fault("LEDG-013", "erasure", "an erasure is recorded by `erase`, which also does it")
        return self._append(drafts, after, salts)

    def erase(self, draft: Draft, after: Head, salt: bytes) -> Event:
        """See `Writer.erase`."""
        sequences = erased_by(draft)
        answered = self._answered(draft.command)
        if answered:
            return answered[0]
        if not draft.reason:
            raise fault("LEDG-013", "erasure", "it has no reason")
        for sequence in sequences:
            event = self._shelf.get(sequence)
            if event is None:
                raise fault("LEDG-013", f"ledger entry {sequence}", "there is no payload to erase")
            if event.type in TRIAL_SCOPE:
                raise fault("LEDG-013", f"ledger entry {sequence}", f"the trial needs its {event.type}")
        (event,) = self._append((draft,), after, (salt,))
        self._shelf.forget(sequences)
        return event

    def _append(self, drafts: Sequence[Draft], after: Head, salts: Sequence[bytes]) -> tuple[Event, ...]:
        if not self._open:
            raise fault("LEDG-011", "ledger writer", "the block of this writer has ended")
        if not drafts:
            return ()
        answered = self._answered(the_command(drafts))
        if answered:
            return answered
        head = self._shelf.head()
        check_head(head, after)
        check_salts(drafts, salts)
        check_opening(drafts, self._shelf.mode)
        entries, events = [], []
        for draft, salt in zip(drafts, salts, strict=True):
            entry = chained(draft, head, salt)
            head = Head(entry.sequence, entry.hash)
            entries.append(entry)
            events.append(numbered(draft, entry.sequence))
        assert head.sequence == after.sequence + len(drafts), "entries are dense"
        self._shelf.put(entries, events)
        return tuple(events)

    def _answered(self, command_id: str) -> tuple[Event, ...]:
        answer = self._shelf.answer(command_id)
        if answer == ():  # to do it again would record what the participant had erased
            raise fault("LEDG-016", f"command {command_id!r}", "its answer was erased")
        return answer or ()


def erased_by(event: Draft | Event) -> tuple[int, ...]:
    """The sequences that a `PayloadErased` names. Raises LEDG-013 when it names none or is another type."""
    named = event.data.get("sequences") if event.type == PAYLOAD_ERASED else None
    if not isinstance(named, list) or not named or not all(_is_sequence(each) for each in named):
        raise fault("LEDG-013", "erasure", "it is not a PayloadErased that names the sequences to erase")
    return tuple(int(each) for each in named)


def _is_sequence(text: object) -> bool:
    return isinstance(text, str) and text.isascii() and text.isdigit() and text[0] != "0"


def check_mode(mode: str) -> str:
    """The mode, when it is one. Raises LEDG-001."""
    if mode not in MODES:
        raise fault("LEDG-001", "ledger", f"{mode!r} is no mode of a ledger")
    return mode


def check_head(head: Head, after: Head) -> None:
    """Raises LEDG-006 when the head is not the one that the decision was taken on."""
    if head != after:
        raise fault("LEDG-006", f"ledger head {head.sequence}", f"the append was to follow {after.sequence}")


def check_salts(drafts: Sequence[Draft], salts: Sequence[bytes]) -> None:
    """Raises LEDG-007 unless each draft has its own salt of the right length."""
    if len(salts) != len(drafts) or len(set(salts)) != len(salts):
        raise fault("LEDG-007", "ledger append", f"{len(drafts)} events, {len(set(salts))} different salts")
    if any(type(salt) is not bytes or len(salt) != SALT_BYTES for salt in salts):
        raise fault("LEDG-007", "ledger append", f"a salt is not {SALT_BYTES} bytes")


def the_command(drafts: Sequence[Draft]) -> str:
    """The one command that all drafts answer. Raises LEDG-008 when there are more."""
    command_id = drafts[0].command
    if len(drafts) > 1 and any(draft.command != command_id for draft in drafts):
        raise fault("LEDG-008", f"command {command_id!r}", "the events to append answer different commands")
    return command_id


def check_opening(drafts: Sequence[Draft], mode: str) -> None:
    """Raises LEDG-010 when a `LedgerOpened` names another mode than that of the store."""
    for draft in drafts:
        if draft.type == LEDGER_OPENED and draft.data.get("mode") != mode:
            raise fault("LEDG-010", "LedgerOpened", f"it does not name the mode of this ledger, {mode}")
