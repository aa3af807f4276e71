"""The catalogue of errors of assessing a randomisation."""

from __future__ import annotations

from equipoise.errors import EquipoiseError


class AssessmentError(EquipoiseError):
    """A randomisation that cannot be assessed as asked, with a code of `CATALOGUE`."""


CATALOGUE: dict[str, tuple[str, str, str]] = {
    "LIST-001": (
        "the list does not have these places: {detail}",
        "Beyond its end a list has no probabilities.",
        "Ask for as many places as the list has, and at least 1.",
    ),
    "LIST-002": (
        "there are too many lists to go through each: {detail}",
        "Every place more about doubles them.",
        "Ask for fewer places, or draw lists with the twin of the scheme.",
    ),
    "LIST-003": (
        "the assumptions of the assessment are none: {detail}",
        "A share, a level or a number outside its range gives figures that look right and are not.",
        "Correct the value named.",
    ),
}


def assessment_error(code: str, place: str, detail: str) -> AssessmentError:
    """The error of this code at this place; `detail` completes its sentence."""
    fault, why, remedy = CATALOGUE[code]
    return AssessmentError(code=code, place=place, fault=fault.format(detail=detail), why=why, remedy=remedy)
