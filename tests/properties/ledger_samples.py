"""Hypothesis strategies for events of the ledger, and a chain of them."""

from __future__ import annotations

from hashlib import sha256

from hypothesis import strategies as st

from equipoise.ledger import GENESIS, Draft, Entry, Head
from equipoise.ledger.chain import chained
from equipoise.ledger.events import ALL, LEDGER_OPENED, PAYLOAD_ERASED

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
identifier = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=8)
data = st.dictionaries(
    text,
    st.recursive(
        st.none() | st.booleans() | text,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
        max_leaves=6,
    ),
    max_size=4,
)
times = st.datetimes().map(lambda each: each.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0"))
days = st.dates().map(lambda each: each.isoformat())
drafts = st.builds(
    Draft,
    type=st.sampled_from(sorted(ALL - {LEDGER_OPENED, PAYLOAD_ERASED})),
    participant=st.none() | identifier,
    encounter=st.none() | identifier,
    effective=days | times,
    recorded=times,
    actor=identifier,
    role=identifier,
    site=st.none() | identifier,
    command=identifier,
    reason=st.none() | text,
    study=identifier,
    data=data,
)


def chain(events: list[Draft]) -> list[Entry]:
    """The entries of these events in order, with salts that are the same in every run."""
    head, entries = GENESIS, []
    for number, event in enumerate(events):
        entry = chained(event, head, sha256(str(number).encode()).digest())
        head = Head(entry.sequence, entry.hash)
        entries.append(entry)
    return entries
