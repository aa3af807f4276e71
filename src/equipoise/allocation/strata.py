"""The name of a stratum: the levels of its factors as one text, which is read back in one way only."""

from __future__ import annotations

from collections.abc import Mapping

from equipoise.allocation.errors import allocation_error

WHOLE = "all"
RESERVED = frozenset("|=;")


def stratum_name(levels: Mapping[str, str]) -> str:
    """The name of the stratum with these levels, in the order given: `site=03;associated=yes`.

    Without factors the whole trial is one stratum, `all`. Raises ALLO-020 for a name that would be ambiguous.
    """
    for factor, level in levels.items():
        for name in (factor, level):
            if not name or RESERVED & set(name):
                raise allocation_error("ALLO-020", "stratum", repr(name))
    return ";".join(f"{factor}={level}" for factor, level in levels.items()) or WHOLE


def stratum_levels(stratum: str) -> dict[str, str]:
    """The levels that a stratum's name gives; none for the whole trial."""
    if stratum == WHOLE:
        return {}
    return dict(pair.split("=", 1) for pair in stratum.split(";"))
