"""A checkpoint that is printed, typed back and signed is the same head; anything else is refused."""

from __future__ import annotations

import hmac
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.ledger import (
    Checkpoint,
    Head,
    LedgerError,
    check_signature,
    checkpoint,
    read_checkpoint,
    signed,
)

HEAD = Head(40321, bytes(range(32)))
MADE = checkpoint(HEAD, study="EXAMPLE-01", mode="live", recorded="2026-03-02T10:00:00Z")
TEXT = """\
Equipoise ledger checkpoint 1
study: EXAMPLE-01
mode: live
sequence: 40321
hash: 00010203 04050607 08090a0b 0c0d0e0f 10111213 14151617 18191a1b 1c1d1e1f
recorded: 2026-03-02T10:00:00Z
"""


def sign(message: bytes) -> bytes:
    """The signature of a site, with the only keyed function that the standard library has."""
    return hmac.digest(b"key of the site", message, "sha256")


def holds(message: bytes, signature: bytes) -> bool:
    """Whether it is the site's signature."""
    return hmac.compare_digest(sign(message), signature)


def code(act: Callable[[], object]) -> str:
    """The code of the refusal."""
    with pytest.raises(LedgerError) as caught:
        act()
    return caught.value.code


def test_a_checkpoint_is_printed_as_this_text() -> None:
    assert MADE.text() == TEXT


@given(st.integers(min_value=0, max_value=10**18 - 1), st.binary(min_size=32, max_size=32))
def test_what_is_printed_reads_back(sequence: int, digest: bytes) -> None:
    made = checkpoint(Head(sequence, digest), study="A b", mode="practice", recorded="2026-03-02T10:00:00Z")
    assert read_checkpoint(made.text()) == made


@pytest.mark.parametrize(
    "typed",
    [
        TEXT.upper(),
        TEXT.replace("\n", "\r\n"),
        "\n\n" + TEXT.replace(" ", "   ") + "\n",
        TEXT.replace(" 0", "0").replace("hash:", "hash :"),
        TEXT + "signature x: AAAA\n",
    ],
)
def test_spaces_and_capitals_do_not_matter_to_who_types_it_back(typed: str) -> None:
    found = read_checkpoint(typed)
    assert (found.sequence, found.hash, found.mode) == (40321, HEAD.hash, "live")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Equipoise ledger checkpoint 2\n" + TEXT.partition("\n")[2],
        TEXT.replace("study: EXAMPLE-01\n", ""),
        TEXT.replace("EXAMPLE-01", ""),
        TEXT.replace("1c1d1e1f", "1c1d1e1"),
        TEXT.replace("1c1d1e1f", "1c1d1e1g"),
        TEXT.replace("40321", "-1"),
        TEXT.replace("40321", "forty"),
        TEXT.replace("mode: live", "mode: test"),
        TEXT.replace("recorded: 2026-03-02T10:00:00Z\n", ""),
    ],
)
def test_a_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    assert code(lambda: read_checkpoint(text)) == "LEDG-014"


@pytest.mark.parametrize(
    ("study", "mode", "recorded"),
    [
        ("", "live", "2026-03-02T10:00:00Z"),
        ("two\nlines", "live", "2026-03-02T10:00:00Z"),
        ("two  spaces", "live", "2026-03-02T10:00:00Z"),
        ("S", "test", "2026-03-02T10:00:00Z"),
        ("S", "live", ""),
    ],
)
def test_a_checkpoint_that_would_not_read_back_is_not_made(study: str, mode: str, recorded: str) -> None:
    assert code(lambda: checkpoint(HEAD, study=study, mode=mode, recorded=recorded)) == "LEDG-014"


def test_a_signed_checkpoint_is_checked_with_the_signers_key() -> None:
    text = signed(MADE, "site-01", sign)
    assert text.startswith(TEXT) and check_signature(text, "site-01", holds) == MADE
    both = text + signed(MADE, "monitor", lambda message: b"\x00").removeprefix(TEXT)
    assert check_signature(both, "site-01", holds) == MADE
    assert check_signature(both, "monitor", lambda message, signature: signature == b"\x00") == MADE


@pytest.mark.parametrize(
    "changed",
    [
        lambda text: text.replace("40321", "40320"),
        lambda text: text.replace("00010203", "00010204"),
        lambda text: text.replace("live", "practice"),
        lambda text: text.replace("site-01", "site-02"),
        lambda text: TEXT,
        lambda text: TEXT + "signature site-01: not base64!\n",
        lambda text: TEXT + "signature site-01: AAAAA\n",
        lambda text: TEXT + "signature site-01: AAAA\n",
    ],
    ids=["sequence", "hash", "mode", "signer", "none", "no base64", "cut base64", "other"],
)
def test_a_signature_that_does_not_hold_is_refused(changed: Callable[[str], str]) -> None:
    text = changed(signed(MADE, "site-01", sign))
    assert code(lambda: check_signature(text, "site-01", holds)) == "LEDG-015"


@pytest.mark.parametrize("signer", ["", "two words", "a:b", "a\n"])
def test_the_name_of_a_signer_is_one_word(signer: str) -> None:
    assert code(lambda: signed(MADE, signer, sign)) == "LEDG-014"


def test_a_checkpoint_is_a_plain_value() -> None:
    assert Checkpoint(
        study="EXAMPLE-01", mode="live", sequence=40321, hash=HEAD.hash, recorded="2026-03-02T10:00:00Z"
    ) == read_checkpoint(TEXT)
