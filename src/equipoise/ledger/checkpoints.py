"""Checkpoints: the head as a few lines of text that leave the machine.

Triggers stop accidents, not an administrator. Against a rewritten ledger only a copy of the head in other
hands helps: it is printed on each cut and report, and signed checkpoints are handed to the sites. The text is
made to be typed back from paper: the hash stands in groups of eight, spaces and capitals do not matter. What
signs is an argument (a site's own tool, a key in a card), so this module knows no cryptography but bytes.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from equipoise.ledger.entry import MODES, Head
from equipoise.ledger.errors import fault

TITLE: Final = "Equipoise ledger checkpoint 1"
_FIELDS: Final = ("study", "mode", "sequence", "hash", "recorded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A head that was handed out.

    study: the identifier of the study, one line. mode: that of the ledger. sequence, hash: the head.
    recorded: when it was printed, UTC.
    """

    study: str
    mode: str
    sequence: int
    hash: bytes
    recorded: str

    def text(self) -> str:
        """The text to print; a signature is over exactly these characters, in UTF-8."""
        digits = self.hash.hex()
        groups = " ".join(digits[start : start + 8] for start in range(0, 64, 8))
        values = (self.study, self.mode, str(self.sequence), groups, self.recorded)
        body = "".join(f"{name}: {value}\n" for name, value in zip(_FIELDS, values, strict=True))
        return f"{TITLE}\n{body}"


def checkpoint(head: Head, *, study: str, mode: str, recorded: str) -> Checkpoint:
    """The checkpoint of a head. Raises LEDG-014 when a field would not survive being printed."""
    made = Checkpoint(study=study, mode=mode, sequence=head.sequence, hash=head.hash, recorded=recorded)
    if read_checkpoint(made.text()) != made:
        raise fault("LEDG-014", "checkpoint", "a field is empty, or would not read back from print")
    return made


def read_checkpoint(text: str) -> Checkpoint:
    """The checkpoint in a text, printed or typed back, with or without signatures. Raises LEDG-014."""
    lines = [" ".join(line.split()) for line in text.strip().splitlines()]
    if not lines or lines[0].casefold() != TITLE.casefold():
        raise fault("LEDG-014", "checkpoint, line 1", f"it does not begin with {TITLE!r}")
    values = {}
    for number, name in enumerate(_FIELDS, 2):
        line = lines[number - 1] if number <= len(lines) else ""
        key, _, value = line.partition(":")
        if key.strip().casefold() != name or not value.strip():
            raise fault("LEDG-014", f"checkpoint, line {number}", f"`{name}: ...` was expected")
        values[name] = value.strip()
    digest = values["hash"].replace(" ", "").lower()
    if not re.fullmatch("[0-9a-f]{64}", digest):
        raise fault("LEDG-014", "checkpoint, line 5", "the hash is not 64 hexadecimal digits")
    if not re.fullmatch("[0-9]{1,18}", values["sequence"]) or values["mode"].lower() not in MODES:
        raise fault("LEDG-014", "checkpoint, lines 3 and 4", "the mode or the sequence is not one")
    return Checkpoint(
        study=values["study"],
        mode=values["mode"].lower(),
        sequence=int(values["sequence"]),
        hash=bytes.fromhex(digest),
        recorded=values["recorded"],
    )


def signed(made: Checkpoint, signer: str, sign: Callable[[bytes], bytes]) -> str:
    """The text with a signature under it. `signer` is one word; `sign` gives the signature's bytes."""
    if not re.fullmatch(r"[^\s:]+", signer):
        raise fault("LEDG-014", "checkpoint", "the name of the signer is not one word")
    body = made.text()
    return f"{body}signature {signer}: {base64.b64encode(sign(body.encode())).decode()}\n"


def check_signature(text: str, signer: str, holds: Callable[[bytes, bytes], bool]) -> Checkpoint:
    """The checkpoint in a signed text, when the signer's signature holds.

    `holds(message, signature)` asks the signer's key. Raises LEDG-014 for the text and LEDG-015 when the
    signature is absent, is no base64, or does not hold.
    """
    made = read_checkpoint(text)
    found = re.search(rf"^signature {re.escape(signer)}: ([A-Za-z0-9+/]+={{0,2}})\s*$", text, re.MULTILINE)
    try:
        signature = base64.b64decode(found.group(1), validate=True) if found else b""
    except ValueError:
        signature = b""
    if not signature or not holds(made.text().encode(), signature):
        raise fault("LEDG-015", "checkpoint", f"the signature of {signer} is absent or does not hold")
    return made
