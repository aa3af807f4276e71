"""What every scheme has in common: its name, its arms and their shares, checked when it is made."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import gcd

from equipoise.allocation.errors import allocation_error


def check_arms(name: str, arms: Sequence[str], ratio: Sequence[int]) -> None:
    """Raises ALLO-010, ALLO-001 or ALLO-002 where name, arms or ratio cannot make a scheme."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise allocation_error("ALLO-010", "scheme", repr(name))
    if len(arms) < 2 or len(set(arms)) < len(arms):
        raise allocation_error("ALLO-001", name, ", ".join(arms) or "none")
    if len(ratio) != len(arms) or min(ratio) < 1:
        raise allocation_error("ALLO-002", name, ":".join(map(str, ratio)))


def lowest_terms(ratio: Sequence[int]) -> tuple[int, ...]:
    """The ratio divided by what its parts have in common: 4:2:2 is 2:1:1."""
    common = gcd(*ratio)
    return tuple(part // common for part in ratio)
