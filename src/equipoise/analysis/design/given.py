"""What callers give: whole numbers of participants, lists of numbers, looks, told from what only looks like them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise
from numbers import Integral, Real

from equipoise.analysis.errors import analysis_error


def is_number(given: object) -> bool:
    """Whether it is one finite number."""
    return isinstance(given, Real) and not isinstance(given, bool) and math.isfinite(given)


def is_whole(*given: object) -> bool:
    """Whether each is a finite whole number above 0; 10.0 is, 10.5 is not."""
    return all(is_number(each) and each > 0 and each == int(each) for each in given)  # type: ignore


def as_numbers(given: object) -> tuple[float, ...] | None:
    """The finite numbers of a list, or None where it is no list of these."""
    if not isinstance(given, Iterable) or isinstance(given, str):
        return None
    listed = tuple(given)
    return tuple(float(each) for each in listed) if all(map(is_number, listed)) else None


def lower_bounds(given: object, looks: int) -> tuple[float | None, ...]:
    """Bounds of futility, a None where there is none, and at the last look; their number is the caller's to check.

    Raises ANAL-014 for what is no list of numbers and None.
    """
    listed = (
        (None,) * (looks - 1) if given is None else tuple(given) if isinstance(given, Iterable) else ("?",)
    )
    if not all(each is None or is_number(each) for each in listed):
        raise analysis_error("ANAL-014", "looks", f"futility bounds {given}")
    return listed if len(listed) == looks and listed[-1] is None else (*listed, None)


def rising_counts(given: object) -> tuple[int, ...] | None:
    """Participants at the looks, whole numbers that rise, or None."""
    counts = as_numbers(given)
    if not counts or not is_whole(*counts) or any(a >= b for a, b in pairwise(counts)):
        return None
    return tuple(int(each) for each in counts)


def rising_times(information: object) -> tuple[float, ...]:
    """Shares of the information that rise from above 0. Raises ANAL-014."""
    times = as_numbers(information)
    if not times or any(a >= b for a, b in pairwise((0.0, *times))):
        raise analysis_error("ANAL-014", "looks", f"information {information}")
    return times


def check_look(look: object, looks: int, *numbers: object) -> None:
    """Raises ANAL-014 unless the look is one of the first `looks`, and each number (Z, a drift) is one."""
    one = isinstance(look, Integral) and 1 <= look <= looks
    if not one or not all(map(is_number, numbers)):
        shown = ", ".join(str(each) for each in numbers)
        raise analysis_error("ANAL-014", "look", f"look {look} of {looks}, numbers {shown or 'none'}")


def check_numbers(place: str, **numbers: object) -> None:
    """Raises ANAL-014 for one that is no finite number."""
    for name, each in numbers.items():
        if not is_number(each):
            raise analysis_error("ANAL-014", place, f"{name} {each}")
