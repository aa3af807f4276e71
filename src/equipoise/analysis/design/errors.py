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
    "DSGN-005": (
        "the assumptions cannot be read: {detail}",
        "A misspelt key would silently change what the report says of the trial.",
        "Correct the key or value, as the reference of design describes it.",
    ),
    "DSGN-006": (
        "the assumptions do not fit the definition: {detail}",
        "A report of other arms, or of another endpoint, says nothing of this trial.",
        "Name arms and the estimand as the definition does.",
    ),
    "DSGN-007": (
        "no decision covers the size of the primary test: {detail}",
        "A test that rejects more often than its level when nothing differs must be chosen knowingly.",
        "Name under `test.decision` a decision of the definition that weighs the tests, or choose an exact test.",
    ),
}


def design_error(code: str, place: str, detail: str = "") -> DesignError:
    """The error of this code at this place; `detail` completes its sentence."""
    fault, why, remedy = CATALOGUE[code]
    return DesignError(code=code, place=place, fault=fault.format(detail=detail), why=why, remedy=remedy)
