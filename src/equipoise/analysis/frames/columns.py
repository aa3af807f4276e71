"""Columns of a frame that a person gives: Polars, pandas, or a mapping of names to anything with an array.

Missing is None, whatever it was (null, NaN, NA); the kinds are checked, never guessed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from equipoise.analysis.frames.errors import frame_error, unlike

SHOWN = 4


def names_of(frame: Any) -> list[str]:
    """The names of the columns. Raises FRAM-006."""
    if isinstance(frame, Mapping):
        _check_even(frame)
        return [str(each) for each in frame]
    lazy = hasattr(frame, "collect")
    names = None if lazy else getattr(frame, "columns", None)
    if names is None or not hasattr(frame, "__getitem__"):
        raise frame_error("FRAM-006", "frame", f"a {type(frame).__name__}")
    return [str(each) for each in names]


def _check_even(frame: Mapping[Any, Any]) -> None:
    """Raises FRAM-006 unless all columns of a mapping are as long."""
    lengths = {name: 0 if isinstance(each, str) else len(each) for name, each in frame.items()}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise frame_error("FRAM-006", "frame", f"a mapping to columns of different lengths ({shown})")


def column(frame: Any, name: str) -> list[Any]:
    """The values (n,) of a column, None where missing. Raises FRAM-001, FRAM-006."""
    names = names_of(frame)
    if name not in names:
        raise frame_error("FRAM-001", "frame", unlike(name, names))
    given = frame[name]
    values = given if isinstance(given, list | tuple) else _listed(given)
    return [None if _gap(each) else each for each in values]


def _listed(given: Any) -> list[Any]:
    if hasattr(given, "to_list"):  # Polars and pandas, whose own missing values it keeps
        return list(given.to_list())
    return list(np.asarray(given).tolist())


def _gap(value: Any) -> bool:
    if isinstance(value, float):
        return math.isnan(value)
    return value is None or type(value).__name__ in ("NAType", "NaTType")


def numbers(frame: Any, name: str) -> list[float | None]:
    """A column of numbers. Raises FRAM-002 for anything else, also for numbers that are written as text."""
    values = column(frame, name)
    try:
        if any(isinstance(each, str | bytes) for each in values):
            raise TypeError
        return [None if each is None else float(each) for each in values]
    except (TypeError, ValueError):
        raise frame_error("FRAM-002", name, f"values that are no numbers: {_some(values)}") from None


def complete(frame: Any, name: str) -> list[float]:
    """A column of numbers without a gap. Raises FRAM-002, FRAM-004."""
    values = numbers(frame, name)
    _check_whole(values, name)
    return [each for each in values if each is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Covariates:
    """Covariates as columns of numbers, in their order: a column of numbers as it is, a column of words as one column
    of 0 and 1 for each of its levels but the first. `made` has the columns of each covariate, `even` where each
    column of words stands when all of its levels count alike."""

    columns: dict[str, list[float]]
    made: dict[str, tuple[str, ...]]
    even: dict[str, float]

    def of(self, names: Sequence[str]) -> tuple[str, ...]:
        """The columns that were made of these covariates."""
        return tuple(each for name in names for each in self.made[name])


def covariates_of(frame: Any, names: Sequence[str]) -> Covariates:
    """The covariates of these names, complete. Raises FRAM-001, FRAM-002, FRAM-004."""
    columns: dict[str, list[float]] = {}
    made: dict[str, tuple[str, ...]] = {}
    even: dict[str, float] = {}
    for name in names:
        values = column(frame, name)
        _check_whole(values, name)
        if not values or not all(isinstance(each, str) for each in values):
            columns[name], made[name] = complete(frame, name), (name,)
            continue
        levels = sorted(set(values))
        made[name] = tuple(f"{name}: {level}" for level in levels[1:])
        for own, level in zip(made[name], levels[1:], strict=True):
            columns[own] = [float(each == level) for each in values]
            even[own] = 1 / len(levels)
    return Covariates(columns=columns, made=made, even=even)


def in_order(visits: Iterable[Any]) -> list[Any]:
    """Different visits in their order: numbers and dates as they are, names by the numbers in them, so that `week 4`
    comes before `week 12`."""
    found = set(visits)
    if not all(isinstance(each, str) for each in found):
        return sorted(found)
    return sorted(
        found,
        key=lambda name: [
            (part.isdecimal(), int(part) if part.isdecimal() else 0, part)
            for part in re.split(r"(\d+)", name)
        ],
    )


def labels(frame: Any, name: str) -> list[str]:
    """A column of names without a gap, as text; whole numbers without a point. Raises FRAM-004."""
    values = column(frame, name)
    _check_whole(values, name)
    return [named(each) for each in values]


def named(value: object) -> str:
    """A name as text; 2 and 2.0 are one, as a column of numbers with a gap may have made them."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def truths(frame: Any, name: str) -> list[bool | None]:
    """A column of yes and no: booleans, or 0 and 1. Raises FRAM-002."""
    values = column(frame, name)
    if any(each is not None and each not in (0, 1) for each in values):
        raise frame_error("FRAM-002", name, f"other values than true and false, 1 and 0: {_some(values)}")
    return [None if each is None else bool(each) for each in values]


def _check_whole(values: Sequence[Any], name: str) -> None:
    gaps = sum(each is None for each in values)
    if gaps:
        raise frame_error("FRAM-004", name, f"{gaps} of {len(values)} values are")


def _some(values: Sequence[Any]) -> str:
    seen = list(dict.fromkeys(repr(each) for each in values if each is not None))
    return ", ".join(seen[:SHOWN]) + (", …" if len(seen) > SHOWN else "")


def arms_of(arm: Sequence[str], reference: object) -> list[str]:
    """The arms, sorted, the reference last. Raises FRAM-003 unless it is one of two or more."""
    found, last = sorted(set(arm)), named(reference)
    if not found:
        raise frame_error("FRAM-003", "arms", "at all: the frame has no rows")
    if last not in found:
        raise frame_error("FRAM-003", "reference", unlike(reference, found))
    if len(found) < 2:
        raise frame_error("FRAM-003", "arms", f"beside {last!r} to compare with it")
    return [*(each for each in found if each != last), last]


def strata_of(frame: Any, names: Sequence[str]) -> list[str]:
    """The stratum of each row, as `site=a, age=old`; empty without names. Raises FRAM-001, FRAM-004."""
    parts = {name: labels(frame, name) for name in names}
    if not parts:
        return [""] * (len(column(frame, names_of(frame)[0])) if names_of(frame) else 0)
    return [
        ", ".join(f"{n}={v}" for n, v in zip(parts, row, strict=True))
        for row in zip(*parts.values(), strict=True)
    ]


def chosen(name: object, known: Sequence[str], kind: str) -> str:
    """A word of a list. Raises FRAM-005 with the nearest one."""
    if name not in known:
        raise frame_error("FRAM-005", kind, f"{kind} {unlike(name, known)}")
    return str(name)


def several(names: str | Sequence[str]) -> tuple[str, ...]:
    """One name or some."""
    return (names,) if isinstance(names, str) else tuple(names)
