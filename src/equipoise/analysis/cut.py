"""A cut: a numbered, hash-named, frozen slice of the ledger up to one head.

Everything printed from a cut carries its head hash, so that a reader can ask the ledger for the same slice,
and anybody who holds a checkpoint can tell whether the ledger was rewritten since.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from equipoise.analysis.errors import analysis_error
from equipoise.ledger.entry import Event, Head
from equipoise.ledger.events import ANALYSIS_FROZEN, LEDGER_OPENED, TRIAL_LOCKED, TRIAL_UNBLINDED

SIMULATED = "SIMULATED – not results of this trial"
PRACTICE = "PRACTICE – not results of this trial"


def banner_of(mode: str) -> str:
    """What everything made from a ledger of this mode says first; empty for a live one."""
    return {"live": "", "practice": PRACTICE}.get(mode, SIMULATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The events up to a head, in order. `number` is given by whoever cuts, and starts at 1.

    mode: live, practice or simulation, from the ledger's first event.
    frozen, locked, unblinded: which of the three steps before results by arm are in the cut.
    blind: the events are those that a masked person may read, in a numbering of their own.
    """

    number: int
    sequence: int
    hash: str
    mode: str
    study: str
    until: str
    events: tuple[Event, ...]
    frozen: bool
    locked: bool
    unblinded: bool
    blind: bool = False

    @property
    def name(self) -> str:
        """`cut-3-1a2b3c4d5e6f`: the number and the start of the head hash."""
        return f"cut-{self.number}-{self.hash[:12]}"

    @property
    def banner(self) -> str:
        """What every table, figure and export of the cut says first; empty for a live ledger."""
        return banner_of(self.mode)


def cut(events: Iterable[Event], number: int, head: Head) -> Cut:
    """The slice of a ledger's events up to `head`, in their order.

    `events` are all events of one ledger, or all up to the head; later ones are left out. Payloads that
    were erased are absent, so gaps in the sequence are allowed. Raises ANAL-002 when the head lies beyond
    the events, ANAL-003 when nothing precedes it.
    """
    kept = tuple(event for event in events if event.sequence <= head.sequence)
    if not kept or kept[0].type != LEDGER_OPENED:
        raise analysis_error("ANAL-003", f"cut {number}")
    if any(one.sequence >= two.sequence for one, two in zip(kept, kept[1:], strict=False)):
        raise analysis_error("ANAL-002", f"cut {number}", "the events are not in the order of the ledger")
    if kept[-1].sequence < head.sequence:
        detail = f"the last event is {kept[-1].sequence}, the head is {head.sequence}"
        raise analysis_error("ANAL-002", f"cut {number}", detail)
    types = {event.type for event in kept}
    return Cut(
        number=number,
        sequence=head.sequence,
        hash=head.hash.hex(),
        mode=kept[0].data["mode"],
        study=kept[0].data["study_id"],
        until=kept[-1].recorded,
        events=kept,
        frozen=ANALYSIS_FROZEN in types,
        locked=TRIAL_LOCKED in types,
        unblinded=TRIAL_UNBLINDED in types,
    )


def check_by_arm(slice_: Cut) -> None:
    """Raises ANAL-001 unless the cut holds the frozen analysis, the lock and the unblinding."""
    steps = {"frozen": slice_.frozen, "locked": slice_.locked, "unblinded": slice_.unblinded}
    absent = [f"it is not {step}" for step, done in steps.items() if not done]
    if absent:
        raise analysis_error("ANAL-001", slice_.name, ", ".join(absent))


def can_by_arm(slice_: Cut) -> bool:
    """Whether results by arm may be made from the cut."""
    return slice_.frozen and slice_.locked and slice_.unblinded
