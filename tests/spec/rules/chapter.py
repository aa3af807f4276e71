"""The shape of a chapter of the specification: prose, and examples that are run and printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Example:
    """An expression, what is known of the participant, and what it comes to.

    expected: a value as written in an expression; `unknown (reason)`; or `RULE-NNN column C`.
    """

    expression: str
    expected: str
    data: Mapping[str, Any] = field(default_factory=dict)
    own: str | None = None


@dataclass(frozen=True)
class Chapter:
    """One construct of the language."""

    title: str
    prose: str
    examples: tuple[Example, ...]
