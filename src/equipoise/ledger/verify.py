"""Proof that a ledger is what was recorded: the chain, the commitments, the order, and printed checkpoints.

`verify` needs nothing but entries, so a monitor can run it on a copy whose sealed payloads are withheld. It
goes on after a fault and says where each one is, because a report that stops at the first hides the rest.
`verify_store` also asks the store what is wrong with its own indexes and guards, and accepts no payload that
vanished without a recorded erasure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from equipoise.ledger.canonical import is_canonical, read_payload
from equipoise.ledger.chain import SALT_BYTES, commitment, entry_hash
from equipoise.ledger.checkpoints import Checkpoint
from equipoise.ledger.entry import GENESIS, Entry, Event, Head
from equipoise.ledger.errors import CATALOGUE, LedgerError
from equipoise.ledger.events import LEDGER_OPENED, PAYLOAD_ERASED
from equipoise.ledger.store import Store, erased_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that does not hold: a code of the catalogue, the entry (0: the whole), and the fault."""

    code: str
    sequence: int
    fault: str

    def __str__(self) -> str:
        where = f"ledger entry {self.sequence}" if self.sequence else "ledger"
        why, remedy = CATALOGUE[self.code]
        return f"{self.code} {where}: {self.fault}\n  Why: {why}\n  Do: {remedy}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What `verify` found.

    count: entries read. head: the last one as it is stated. problems: () when all holds.
    erased: entries without payload whose erasure is recorded. withheld: the other ones without payload.
    """

    count: int
    head: Head
    problems: tuple[Problem, ...]
    erased: tuple[int, ...]
    withheld: tuple[int, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


@dataclass(slots=True)
class _Walk:
    """The state of one pass over the entries."""

    checkpoints: dict[int, list[Checkpoint]]
    head: Head = GENESIS
    count: int = 0
    problems: list[Problem] = field(default_factory=list)
    bare: list[int] = field(default_factory=list)
    erased: set[int] = field(default_factory=set)
    opening: Event | None = None

    def problem(self, code: str, sequence: int, fault: str) -> None:
        self.problems.append(Problem(code=code, sequence=sequence, fault=fault))


def verify(entries: Iterable[Entry], checkpoints: Sequence[Checkpoint] = ()) -> Report:
    """Verify a chain from its first entry; payloads may be withheld.

    checkpoints: printed earlier; the chain must pass through each. Each entry is compared with the one
    before it as that one is stated, so that a fault is reported where it is and not at every later entry.
    """
    return _report(_walked(entries, checkpoints))


def verify_store(store: Store, checkpoints: Sequence[Checkpoint] = ()) -> Report:
    """Verify a whole store: as `verify`, and its mode, indexes and guards, and that nothing is withheld."""
    walk = _walked(store.entries(), checkpoints)
    opening = walk.opening
    if opening is not None and opening.data.get("mode") != store.mode:
        walk.problem("LEDG-029", 1, f"the store is {store.mode}, its first event is not")
    for each in checkpoints:
        if each.mode != store.mode:
            walk.problem("LEDG-029", each.sequence, f"the store is {store.mode}, the checkpoint {each.mode}")
    for sequence in walk.bare:
        if sequence not in walk.erased:
            walk.problem("LEDG-026", sequence, "the payload is absent")
    for sequence, text in store.faults():
        walk.problem("LEDG-030", sequence, text)
    return _report(walk)


def withheld(entries: Iterable[Entry], keep: Callable[[Event], bool]) -> Iterator[Entry]:
    """The same chain, with payload and salt only of the events to keep. It still verifies."""
    for entry in entries:
        kept = entry.payload is not None and keep(read_payload(entry.payload, entry.sequence))
        yield entry if kept else replace(entry, salt=None, payload=None)


def _walked(entries: Iterable[Entry], checkpoints: Sequence[Checkpoint]) -> _Walk:
    walk = _Walk(checkpoints={})
    for each in checkpoints:
        walk.checkpoints.setdefault(each.sequence, []).append(each)
    _check_checkpoints(walk)
    for entry in entries:
        _check_link(entry, walk)
        _check_payload(entry, walk)
        walk.head = Head(entry.sequence, entry.hash)
        walk.count += 1
        _check_checkpoints(walk)
    for sequence in sorted(walk.checkpoints):
        walk.problem(
            "LEDG-028", sequence, f"the checkpoint's entry is absent; the last one is {walk.head.sequence}"
        )
    return walk


def _check_checkpoints(walk: _Walk) -> None:
    if any(each.hash != walk.head.hash for each in walk.checkpoints.pop(walk.head.sequence, ())):
        walk.problem("LEDG-027", walk.head.sequence, "the hash is not that of the checkpoint")


def _report(walk: _Walk) -> Report:
    return Report(
        count=walk.count,
        head=walk.head,
        problems=tuple(walk.problems),
        erased=tuple(each for each in walk.bare if each in walk.erased),
        withheld=tuple(each for each in walk.bare if each not in walk.erased),
    )


def _check_link(entry: Entry, walk: _Walk) -> None:
    expected = walk.head.sequence + 1
    if entry.sequence != expected:
        walk.problem("LEDG-020", entry.sequence, f"entry {expected} was expected here")
    if entry.previous != walk.head.hash:
        walk.problem("LEDG-021", entry.sequence, "the previous hash is not that of the entry before")
    if not _hash_holds(entry):
        walk.problem("LEDG-022", entry.sequence, "the hash is not that of the entry")


def _hash_holds(entry: Entry) -> bool:
    shaped = 0 < entry.sequence < 2**63 and len(entry.previous) == len(entry.commitment) == 32
    return shaped and entry.hash == entry_hash(entry.sequence, entry.previous, entry.commitment)


def _check_payload(entry: Entry, walk: _Walk) -> None:
    if entry.payload is None and entry.salt is None:
        walk.bare.append(entry.sequence)
    elif entry.payload is None or entry.salt is None:
        walk.problem("LEDG-025", entry.sequence, "of payload and salt only one is there")
    elif len(entry.salt) != SALT_BYTES or commitment(entry.salt, entry.payload) != entry.commitment:
        walk.problem("LEDG-023", entry.sequence, "payload and commitment do not agree")
    else:
        _check_event(entry.payload, entry.sequence, walk)


def _check_event(payload: bytes, sequence: int, walk: _Walk) -> None:
    try:
        event = read_payload(payload, sequence)
        if not is_canonical(payload, event):
            walk.problem("LEDG-024", sequence, "the payload is not in canonical form")
        elif event.type == PAYLOAD_ERASED:
            walk.erased.update(each for each in erased_by(event) if each < sequence)
        elif event.type == LEDGER_OPENED and sequence == 1:
            walk.opening = event
    except LedgerError as error:
        walk.problem(error.code, sequence, error.fault)
