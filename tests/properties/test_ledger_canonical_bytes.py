"""An event has one written form or none: what is written is read back the same, and the rest has a code."""

from __future__ import annotations

import json
from collections import OrderedDict
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from equipoise.ledger import Draft, LedgerError, numbered, payload_bytes, read_payload
from equipoise.ledger import events as event_types
from equipoise.ledger.canonical import MAX_DEPTH, is_canonical
from equipoise.ledger.errors import CATALOGUE

from .ledger_samples import drafts

PLAIN = Draft(
    type="FormRecorded",
    participant="01-0001",
    effective="2026-03-02",
    recorded="2026-03-02T09:15:00Z",
    actor="u",
    role="nurse",
    command="c",
    study="s",
    data={"form": "vital_signs"},
)


def refused(**changes: Any) -> LedgerError:
    """The error of an event with these changes."""
    with pytest.raises(LedgerError) as caught:
        payload_bytes(replace(PLAIN, **changes))
    return caught.value


def nested(depth: int) -> dict[str, Any]:
    """Maps in maps."""
    return {"a": nested(depth - 1)} if depth else {}


@given(drafts, st.integers(min_value=1, max_value=2**62))
def test_what_is_written_is_read_back_the_same(draft: Draft, sequence: int) -> None:
    payload = payload_bytes(draft)
    event = read_payload(payload, sequence)
    assert event == numbered(draft, sequence)
    assert payload_bytes(event) == payload and is_canonical(payload, event)
    assert b"\n" not in payload and "sequence" not in json.loads(payload)


@given(drafts)
def test_the_order_in_which_keys_were_entered_does_not_matter(draft: Draft) -> None:
    turned = replace(draft, data=dict(reversed(list(draft.data.items()))))
    assert payload_bytes(turned) == payload_bytes(draft)


@given(drafts, drafts, st.sampled_from(Draft.__struct_fields__))
def test_two_different_events_are_never_written_the_same(one: Draft, source: Draft, field: str) -> None:
    other = replace(one, **{field: getattr(source, field)})
    assert (payload_bytes(one) == payload_bytes(other)) == (one == other)


@pytest.mark.parametrize("number", [0, 80, -1, 80.0, Decimal("80.0"), Fraction(1, 2), float("nan")], ids=repr)
@pytest.mark.parametrize(
    "wrap", [lambda x: {"a": x}, lambda x: {"a": [x]}, lambda x: {"a": {"b": [["1", x]]}}]
)
def test_a_number_is_refused_and_its_text_is_kept(number: Any, wrap: Any) -> None:
    error = refused(data=wrap(number))
    assert error.code == "LEDG-003" and "data.a" in error.fault
    kept = wrap(str(number))
    assert read_payload(payload_bytes(replace(PLAIN, data=kept)), 1).data == kept


@pytest.mark.parametrize(
    "data",
    [
        None,
        "text",
        True,
        [],
        {"a": ("x",)},
        {"a": b"x"},
        {"a": {"b"}},
        {"a": object()},
        {1: "a"},
        {None: "a"},
        {"a": {("b",): "c"}},
        OrderedDict(a="b"),
        MappingProxyType({"a": "b"}),
        {"a": event_types},
        {"a": "\ud800"},
        {"\udfff": "a"},
        nested(MAX_DEPTH + 1),
        nested(MAX_DEPTH) | {"a": nested(900)},
    ],
    ids=lambda each: type(each).__name__,
)
def test_data_without_one_written_form_is_refused(data: Any) -> None:
    assert refused(data=data).code == "LEDG-004"


def test_data_may_be_nested_as_deeply_as_any_form_needs() -> None:
    assert payload_bytes(replace(PLAIN, data=nested(MAX_DEPTH)))


def test_data_that_holds_itself_is_refused() -> None:
    data: dict[str, Any] = {}
    data["a"] = [data]
    assert refused(data=data).code == "LEDG-004"


@pytest.mark.parametrize(
    "field", ["type", "actor", "role", "command", "study", "participant", "encounter", "site"]
)
@pytest.mark.parametrize("value", ["", "a\nb", "a\x00b", "\ud800", 7, b"x", ["x"]], ids=repr)
def test_the_envelope_is_text_without_control_characters(field: str, value: Any) -> None:
    error = refused(**{field: value})
    assert error.code == "LEDG-002" and f"`{field}`" in error.fault


@pytest.mark.parametrize("field", ["type", "actor", "role", "command", "study"])
def test_who_did_what_is_never_left_out(field: str) -> None:
    assert refused(**{field: None}).code == "LEDG-002"


def test_a_reason_is_text_of_any_kind() -> None:
    assert payload_bytes(replace(PLAIN, reason="two\nlines"))
    assert refused(reason=7).code == "LEDG-002"


@pytest.mark.parametrize(
    "moment",
    [
        "2026-03-02T09:15:00",
        "2026-03-02T09:15:00+00:00",
        "2026-03-02T09:15:00.5Z",
        "2026-03-02 09:15:00Z",
        "2026-03-02T09:15Z",
        "2026-02-29T09:15:00Z",
        "2026-03-02T24:00:00Z",
        "2026-03-02T09:60:00Z",
        "２026-03-02T09:15:00Z",
        "2026-03-02T09:15:00Z\n",
        "20260302T091500Z",
        "",
        None,
        20260302,
    ],
    ids=repr,
)
def test_a_time_has_one_form(moment: Any) -> None:
    assert refused(recorded=moment).code == refused(effective=moment).code == "LEDG-005"


@pytest.mark.parametrize("day", ["2026-02-29", "2026-13-01", "2026-3-2", "2026-03", "0000-01-01"])
def test_a_date_is_one_of_the_calendar(day: str) -> None:
    assert refused(effective=day).code == "LEDG-005"


def test_a_date_is_a_day_on_which_something_happened_and_never_when_it_was_recorded() -> None:
    assert refused(recorded="2026-03-02").code == "LEDG-005"
    assert payload_bytes(replace(PLAIN, effective="2024-02-29"))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        payload_bytes(PLAIN).replace(b'"actor"', b'"author"'),
        payload_bytes(PLAIN).replace(b'{"actor"', b'{"sequence":"1","actor"'),
    ],
    ids=range(9),
)
def test_bytes_that_are_no_event_have_a_code(payload: bytes) -> None:
    with pytest.raises(LedgerError) as caught:
        read_payload(payload, 12)
    assert caught.value.code == "LEDG-009" and "12" in caught.value.place


@pytest.mark.parametrize(
    "changed",
    [
        lambda each: each.replace(b":", b": ", 1),
        lambda each: each.replace(b'"encounter":null,', b""),
        lambda each: each.replace(b'{"form":"vital_signs"}', b'{"form":80}'),
        lambda each: each.replace(b'{"form":"vital_signs"}', b'{"form":"x","form":"vital_signs"}'),
        lambda each: each.replace(b'{"form":"vital_signs"}', b"null"),
        lambda each: each.replace(b"vital_signs", b"vital\\u005fsigns"),
        lambda each: each.replace(b'"u"', b"7"),
        lambda each: each.decode().encode("utf-16"),
        lambda each: each + b"\n",
    ],
)
def test_other_bytes_of_the_same_event_are_not_canonical(changed: Any) -> None:
    payload = changed(payload_bytes(PLAIN))
    assert not is_canonical(payload, read_payload(payload, 1))


def test_no_error_shows_a_value_of_a_participant() -> None:
    for data in ({"weight": 80.25}, {"weight": ("80.25",)}, {"weight": ["80.25", "\ud800"]}):
        error = refused(data=data)
        assert "80.25" not in str(error) and error.why and error.remedy


def test_every_code_says_why_and_what_to_do() -> None:
    assert all(why and remedy for why, remedy in CATALOGUE.values())
    assert list(CATALOGUE) == sorted(CATALOGUE)


def test_event_types_are_text_in_the_past_tense_and_none_is_said_twice() -> None:
    names = [
        name for name in vars(event_types) if name.isupper() and isinstance(getattr(event_types, name), str)
    ]
    assert len(event_types.ALL) == len(names) > 40 and event_types.TRIAL_SCOPE < event_types.ALL
    assert all(getattr(event_types, name) == name.title().replace("_", "") for name in names)
