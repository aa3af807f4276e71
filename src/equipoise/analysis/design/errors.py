"""The catalogue of coded errors of design: what a plan assumes, and what a study's assumptions file says."""

from __future__ import annotations

from equipoise.analysis.errors import AnalysisError


class DesignError(AnalysisError):
    """An assumption or a file of assumptions that gives no design."""


CATALOGUE: dict[str, tuple[str, str, str]] = {
    "DSGN-001": (
        "no design has these assumptions: {detail}",
        "A number outside its range gives a size that looks right and is not.",
        "Correct the assumption named; proportions lie between 0 and 1, rates and sizes above 0.",
    ),
    "DSGN-002": (
        "the margin does not fit the comparison: {detail}",
        "A margin on the wrong side of the assumed effect asks for a proof of what is not believed.",
        "Give a margin that the assumed effect is on the right side of; for equivalence, two around it.",
    ),
    "DSGN-003": (
        "no trial of any size reaches this power: {detail}",
        "The assumptions contradict the goal, or too few participants would ever have the event.",
        "Change the effect, the margin, the follow-up or the wanted power.",
    ),
    "DSGN-004": (
        "these looks are none: {detail}",
        "Looks out of order, or more participants at an earlier look than later, describe no trial.",
        "Give participants of each group that grow from look to look, and shares of the error that grow to 1.",
    ),
}


def design_error(code: str, place: str, detail: str = "") -> DesignError:
    """The error of this code at this place; `detail` completes its sentence."""
    fault, why, remedy = CATALOGUE[code]
    return DesignError(code=code, place=place, fault=fault.format(detail=detail), why=why, remedy=remedy)
