"""Three values: true, false, and unknown (None); and how they combine, after Kleene.

A criterion is `met` when the patient passes it, whatever its side: an inclusion whose words are true, or an
exclusion whose words are false. So `not met` always keeps the patient out, and `not known` never does.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

Truth = bool | None
INCLUSION, EXCLUSION = "inclusion", "exclusion"


class Verdict(StrEnum):
    """What is known about one criterion for one patient."""

    MET = "met"
    NOT_MET = "not met"
    NOT_KNOWN = "not known"


def every(values: Iterable[Truth]) -> Truth:
    """Kleene's and: false if one is false, else unknown if one is unknown, else true (also of none)."""
    found = tuple(values)
    if False in found:
        return False
    return None if None in found else True


def some(values: Iterable[Truth]) -> Truth:
    """Kleene's or: true if one is true, else unknown if one is unknown, else false (also of none)."""
    found = tuple(values)
    if True in found:
        return True
    return None if None in found else False


def negated(value: Truth) -> Truth:
    """Kleene's not."""
    return None if value is None else not value


def agreed(values: Iterable[Truth]) -> Truth:
    """What `every` and `some` both say: all that is certain while the words do not say which is meant."""
    found = tuple(values)
    one, other = every(found), some(found)
    return one if one == other else None


def verdict(holds: Truth, side: str) -> Verdict:
    """The verdict on a criterion of this side whose words are true, false or of unknown truth."""
    if holds is None:
        return Verdict.NOT_KNOWN
    return Verdict.MET if holds == (side != EXCLUSION) else Verdict.NOT_MET
