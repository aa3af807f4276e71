"""Every code by which conduct refuses: why it matters, and what the reader can do.

The fault itself is said by the chapter that refuses, with the participant's own values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from equipoise.conduct.command import Command, Refusal
from equipoise.conduct.errors_core import CORE
from equipoise.conduct.errors_safety import SAFETY
from equipoise.conduct.errors_treatment import TREATMENT

CATALOGUE: Mapping[str, tuple[str, str]] = MappingProxyType({**CORE, **TREATMENT, **SAFETY})


def refuse(code: str, command: Command, fault: str, findings: Iterable[Any] = ()) -> Refusal:
    """A refusal of this command, with the catalogue's reason and remedy for the code."""
    why, remedy = CATALOGUE[code]
    place = " ".join(part for part in (command.participant, command.encounter, command.kind) if part)
    return Refusal(code=code, place=place, fault=fault, why=why, remedy=remedy, findings=tuple(findings))
