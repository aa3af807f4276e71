"""The one shape of every error: place, fault, why it matters, and what to do.

Each package has its own catalogue of codes; this module holds only the shape that they share, so that
a nurse, an author of a definition and a test all read the same five parts.
"""

from __future__ import annotations

from typing import Any


class EquipoiseError(Exception):
    """An error with a code.

    code: `PACK-NNN`, stable, asserted by tests.
    place: where (file:line:column, participant and encounter, ledger sequence ...).
    fault: what is wrong, in one sentence.
    why: why it matters, with the protocol section where there is one.
    remedy: what the reader can do now.
    """

    def __init__(self, *, code: str, place: str, fault: str, why: str = "", remedy: str = "") -> None:
        self.code = code
        self.place = place
        self.fault = fault
        self.why = why
        self.remedy = remedy
        super().__init__(str(self))

    def __reduce__(self) -> tuple[Any, ...]:
        """So that an error of another process arrives with its code."""
        parts = {name: getattr(self, name) for name in ("code", "place", "fault", "why", "remedy")}
        return _again, (type(self), parts)

    def __str__(self) -> str:
        parts = [f"{self.code} {self.place}: {self.fault}"]
        if self.why:
            parts.append(f"Why: {self.why}")
        if self.remedy:
            parts.append(f"Do: {self.remedy}")
        return "\n  ".join(parts)


def _again(kind: type[EquipoiseError], parts: dict[str, str]) -> EquipoiseError:
    error = kind.__new__(kind)
    EquipoiseError.__init__(error, **parts)
    return error
