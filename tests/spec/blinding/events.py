"""Events for the specification of blinding, with only what a test names."""

from __future__ import annotations

from itertools import count
from typing import Any

from equipoise.ledger.entry import Event

_numbers = count(1)


def event(kind: str, participant: str | None = "01-0001", *, day: str = "2026-03-02", **given: Any) -> Event:
    """An event of an investigator at site 01, unless it says otherwise; other words are its data."""
    envelope = {
        name: given.pop(name) for name in ("encounter", "actor", "role", "site", "reason") if name in given
    }
    sequence = next(_numbers)
    return Event(
        sequence=sequence,
        type=kind,
        participant=participant,
        effective=day,
        recorded=f"{day}T09:00:00Z",
        command=f"c{sequence}",
        study="0" * 64,
        data=given.pop("data", given),
        **{"actor": "investigator-01", "role": "investigator", "site": "01", **envelope},
    )


def screened(subject: str = "01-0001", site: str = "01") -> Event:
    """The first event of a participant."""
    return event("ParticipantScreened", subject, site=site, subject=subject, person=subject, attempt="1")
