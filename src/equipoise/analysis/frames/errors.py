"""The catalogue of coded errors of frames that were given by a person."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from equipoise.errors import EquipoiseError


class FrameError(EquipoiseError):
    """An error in a frame, or in what is asked of it."""


CATALOGUE: dict[str, tuple[str, str, str]] = {
    "FRAM-001": (
        "there is no column {detail}",
        "A column that is guessed would be another variable than the one that was meant.",
        "Give the name of a column of the frame.",
    ),
    "FRAM-002": (
        "the column holds {detail}",
        "Values read as something else than they are give numbers that look right and are not.",
        "Convert the column, or name another one.",
    ),
    "FRAM-003": (
        "there is no arm {detail}",
        "An effect needs an arm to be compared with, and at least one other.",
        "Name an arm as it stands in the column.",
    ),
    "FRAM-004": (
        "{detail} missing",
        "Participants who are left out silently change the question that is answered.",
        "Say what a missing value means, by `missing=`, or complete the column.",
    ),
    "FRAM-005": (
        "there is no {detail}",
        "A method made up on the way is not the one that was planned.",
        "Use one of those that are named here.",
    ),
    "FRAM-006": (
        "{detail} is no frame",
        "Columns are found by their names.",
        "Give a Polars or pandas frame, or a mapping of names to arrays; collect a lazy frame first.",
    ),
    "FRAM-007": (
        "the result holds {detail} comparisons",
        "One number of several would be taken for the only one.",
        "Take the comparison by its arm: `result.versus(arm)`.",
    ),
    "FRAM-008": (
        "{detail}",
        "A value that is taken for another kind of value answers another question, or fails where nobody looks.",
        "Give a value of that kind; `help` of the function ends with an example.",
    ),
}


def frame_error(code: str, place: str, detail: str = "") -> FrameError:
    """The error of this code at this place; `detail` completes its sentence."""
    fault, why, remedy = CATALOGUE[code]
    return FrameError(code=code, place=place, fault=fault.format(detail=detail), why=why, remedy=remedy)


def unlike(name: object, known: Iterable[object]) -> str:
    """`'amr' (did you mean 'arm'? There are: arm, site)`."""
    names = [str(each) for each in known]
    near = get_close_matches(str(name), names, n=1)
    meant = f"did you mean {near[0]!r}? " if near else ""
    return f"{str(name)!r} ({meant}there are: {', '.join(names) or 'none'})"
