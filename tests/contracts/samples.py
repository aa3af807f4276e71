"""Drafts and salts for the tests of the ledger: invented identifiers, no trial in particular."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from equipoise.ledger import Draft, Event, Store
from equipoise.ledger.events import FORM_RECORDED, LEDGER_OPENED, PAYLOAD_ERASED

STUDY = "5d" * 32


def draft(command: str = "c1", **changes: Any) -> Draft:
    """A draft that every store accepts, with changes."""
    values: dict[str, Any] = {
        "type": FORM_RECORDED,
        "participant": "01-0001",
        "encounter": "week_4",
        "effective": "2026-03-02",
        "recorded": "2026-03-02T09:15:00Z",
        "actor": "u-nurse",
        "role": "nurse",
        "site": "01",
        "command": command,
        "study": STUDY,
        "data": {"form": "vital_signs", "values": {"weight": "80.0"}},
    }
    return Draft(**(values | changes))


def opening(mode: str = "practice") -> Draft:
    """The first event of a ledger."""
    return draft(
        "open",
        type=LEDGER_OPENED,
        participant=None,
        encounter=None,
        site=None,
        data={"mode": mode, "planned": "10"},
    )


def erasure(
    *sequences: int, command: str = "erase", reason: str | None = "asked by the participant"
) -> Draft:
    """The draft of an erasure."""
    named = [str(each) for each in sequences]
    return draft(
        command,
        type=PAYLOAD_ERASED,
        participant=None,
        encounter=None,
        site=None,
        reason=reason,
        data={"sequences": named},
    )


def salt(label: object) -> bytes:
    """A salt that is the same in every run; a real one is random."""
    return sha256(f"salt of {label}".encode()).digest()


def record(store: Store, *drafts: Draft) -> tuple[Event, ...]:
    """Append the drafts of one command as a session does: lock the head, append after it."""
    with store.writing() as writer:
        salts = [salt((drafts[0].command, place)) for place in range(len(drafts))]
        return writer.append(drafts, writer.head, salts)


def filled(store: Store, count: int = 6) -> Store:
    """The store with an opening and `count` commands of three participants."""
    record(store, opening(store.mode))
    for number in range(1, count + 1):
        record(store, draft(f"c{number}", participant=f"01-000{number % 3}"))
    return store
