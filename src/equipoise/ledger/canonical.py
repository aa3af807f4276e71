"""Canonical bytes: the one written form of an event's payload, and the way back.

The form is JSON with the twelve fields of the envelope, always all of them; keys sorted by code point at
every level; no space; UTF-8; only the escapes that JSON demands. There are no numbers in it: a number is
the text that was entered, since RFC 8785 would make it a binary float. Text is kept as it was entered and
never normalised. The order of the keys is by code point, not by UTF-16 unit as in RFC 8785. The sequence
is not part of the payload: it is in the chain. Golden files pin the bytes.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any, Final

from equipoise.ledger.entry import Draft, Event
from equipoise.ledger.errors import LedgerError, fault

FIELDS: Final = (
    "actor",
    "command",
    "data",
    "effective",
    "encounter",
    "participant",
    "reason",
    "recorded",
    "role",
    "site",
    "study",
    "type",
)
"""The keys of a payload, in their order."""

MAX_DEPTH: Final = 32
"""How deeply lists and maps of `data` may be nested; deeper is a mistake or an attack."""

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"), check_circular=False
).encode


def payload_bytes(event: Draft | Event) -> bytes:
    """The canonical bytes of an event's payload.

    Raises LEDG-002 to LEDG-005 when the event has no canonical form.
    """
    _check_envelope(event)
    data = event.data
    _check_data(data, event, "data", 0)
    fields = {
        "actor": event.actor,
        "command": event.command,
        "data": data,
        "effective": event.effective,
        "encounter": event.encounter,
        "participant": event.participant,
        "reason": event.reason,
        "recorded": event.recorded,
        "role": event.role,
        "site": event.site,
        "study": event.study,
        "type": event.type,
    }
    try:
        return _encode(fields).encode()
    except UnicodeEncodeError:
        raise fault("LEDG-004", _place(event), "text holds half of a surrogate pair") from None


def read_payload(payload: bytes, sequence: int) -> Event:
    """The event whose canonical bytes these are, at its place in the order.

    Raises LEDG-009 when they are not the bytes of an event. Whether they are canonical is asked by
    `is_canonical`, since reading must be quick.
    """
    try:
        fields = json.loads(payload)
        return Event(sequence=sequence, **fields)
    except (ValueError, TypeError, RecursionError):
        raise fault("LEDG-009", f"ledger entry {sequence}", "the payload is not that of an event") from None


def is_canonical(payload: bytes, event: Event) -> bool:
    """Whether the event that was read from these bytes is written as these bytes."""
    try:
        return payload_bytes(event) == payload
    except LedgerError:
        return False


def _check_envelope(event: Draft | Event) -> None:
    for name in ("type", "actor", "role", "command", "study"):
        _check_identifier(event, name, getattr(event, name))
    for name in ("participant", "encounter", "site"):
        value = getattr(event, name)
        if value is not None:
            _check_identifier(event, name, value)
    if event.reason is not None and type(event.reason) is not str:
        raise fault("LEDG-002", _place(event), "`reason` is not text")
    _check_moment(event, "recorded", event.recorded, dates=False)
    _check_moment(event, "effective", event.effective, dates=True)


def _check_identifier(event: Draft | Event, name: str, value: object) -> None:
    # isprintable also refuses half surrogates and line breaks, which no index of a database should hold
    if type(value) is not str or not value or not value.isprintable():
        raise fault("LEDG-002", _place(event), f"`{name}` is empty, not text, or holds a control character")


def _check_moment(event: Draft | Event, name: str, value: object, *, dates: bool) -> None:
    written = type(value) is str and (_TIME.fullmatch(value) or (dates and _DATE.fullmatch(value)))
    if not written or not _exists(str(value)):
        raise fault("LEDG-005", _place(event), f"`{name}` is not a {'date or ' if dates else ''}time in UTC")


def _exists(moment: str) -> bool:
    try:
        return bool(datetime.fromisoformat(moment))
    except ValueError:  # a day or an hour that no calendar has
        return False


def _check_data(value: Any, event: Draft | Event, where: str, depth: int) -> None:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        if depth == 0:
            raise fault("LEDG-004", _place(event), "`data` is not a map")
        return
    if depth > MAX_DEPTH:
        raise fault("LEDG-004", _place(event), f"`{where}` is nested more than {MAX_DEPTH} deep")
    if kind is dict:
        for key, part in value.items():
            if type(key) is not str:
                raise fault("LEDG-004", _place(event), f"a key of `{where}` is not text")
            if type(part) is not str:
                _check_data(part, event, f"{where}.{key}", depth + 1)
    elif kind is list and depth:
        for part in value:
            if type(part) is not str:
                _check_data(part, event, f"{where}[]", depth + 1)
    else:
        _refuse_kind(value, event, where)


def _refuse_kind(value: object, event: Draft | Event, where: str) -> None:
    kind = type(value).__name__
    if kind in ("int", "float", "Decimal", "Fraction"):
        raise fault("LEDG-003", _place(event), f"`{where}` is a number ({kind}), not text")
    raise fault("LEDG-004", _place(event), f"`{where}` is of the kind {kind}")


def _place(event: Draft | Event) -> str:
    # never a value of a participant: an error may end in a log
    return f"command {event.command!r}, event {event.type!r}"
