"""The catalogue of the ledger's errors: one code, one reason why it matters, one remedy.

Codes below LEDG-020 are raised while writing or reading; codes from LEDG-020 on are what `verify` reports.
A code is never used again for another fault.
"""

from __future__ import annotations

from equipoise.errors import EquipoiseError


class LedgerError(EquipoiseError):
    """A fault of the ledger, with a code of `CATALOGUE`."""


_RESTORE = "Restore the ledger from a copy that verifies."

CATALOGUE: dict[str, tuple[str, str]] = {
    "LEDG-001": (
        "A ledger is live, practice or simulation for ever; nothing may be in between.",
        "Give one of the modes live, practice, simulation.",
    ),
    "LEDG-002": (
        "The committed payload must say who did what, when, and in which role.",
        "Fill the field with text that has no control character.",
    ),
    "LEDG-003": (
        "A number would be read back as a binary float, and 0.1 is not one.",
        "Store the number as the text that was entered.",
    ),
    "LEDG-004": (
        "Only text, true, false, null, lists and maps have one written form for the next 25 years.",
        "Convert the value before it is recorded.",
    ),
    "LEDG-005": (
        "Times are compared and sorted as text, so each has one form only.",
        "Write a date as YYYY-MM-DD and a time as YYYY-MM-DDTHH:MM:SSZ in UTC.",
    ),
    "LEDG-006": (
        "The decision was taken on a state that is no longer the newest.",
        "Read again, decide again, and append after the new head.",
    ),
    "LEDG-007": (
        "Without its own secret salt a sealed allocation is guessed by trying each arm.",
        "Give each event one fresh random salt of 32 bytes.",
    ),
    "LEDG-008": (
        "A repeated command gets its first answer, so its events must stand together.",
        "Append the events of one command, all of them, at once.",
    ),
    "LEDG-009": (
        "An entry whose payload cannot be read is an event that nobody can act on.",
        "Run `equipoise verify` and restore the ledger from a copy that verifies.",
    ),
    "LEDG-010": (
        "Practice and simulation must never be taken for a live trial, nor a live trial for them.",
        "Open the ledger in its own mode, or open another ledger.",
    ),
    "LEDG-011": (
        "Outside its block the head is not locked, and another writer may stand between.",
        "Append inside `with store.writing()`.",
    ),
    "LEDG-012": (
        "A store without a chain proves nothing; it exists for simulation.",
        "Use a store with a chain when entries or a proof are wanted.",
    ),
    "LEDG-013": (
        "An erasure is itself a recorded act, and the state of the trial must survive it.",
        "Name recorded entries of participants, with a reason.",
    ),
    "LEDG-014": (
        "A checkpoint that cannot be read protects nobody.",
        "Copy the text exactly as it was printed.",
    ),
    "LEDG-015": (
        "A checkpoint is worth as much as the signature under it.",
        "Ask the signer for the checkpoint again, over a channel that you trust.",
    ),
    "LEDG-016": (
        "A command is done once; done again it would record what was erased.",
        "Give a new command with an id of its own, if the fact may be recorded again.",
    ),
    "LEDG-020": (
        "An entry is missing, doubled or out of order.",
        _RESTORE,
    ),
    "LEDG-021": (
        "The entry does not follow the one before it.",
        _RESTORE,
    ),
    "LEDG-022": (
        "The entry was altered after it was chained.",
        _RESTORE,
    ),
    "LEDG-023": ("The payload or its salt was altered.", _RESTORE),
    "LEDG-024": (
        "The payload was not written by this format.",
        _RESTORE,
    ),
    "LEDG-025": ("Half of a payload and its salt proves nothing.", "Withhold or give both."),
    "LEDG-026": (
        "A payload vanished and no erasure was recorded.",
        _RESTORE,
    ),
    "LEDG-027": (
        "The history before a printed checkpoint was rewritten.",
        "Keep both, stop writing, and tell the sponsor and the monitor.",
    ),
    "LEDG-028": (
        "Entries that a printed checkpoint covers are gone.",
        "Restore the ledger from a copy that reaches the checkpoint.",
    ),
    "LEDG-029": ("The mode of the ledger was changed after it was created.", _RESTORE),
    "LEDG-030": (
        "Without its guards and indexes the file can be changed, or answer incompletely, unseen.",
        _RESTORE,
    ),
}


def fault(code: str, place: str, text: str) -> LedgerError:
    """The error of this code; `place` says where, `text` what is wrong in one sentence."""
    why, remedy = CATALOGUE[code]
    return LedgerError(code=code, place=place, fault=text, why=why, remedy=remedy)
