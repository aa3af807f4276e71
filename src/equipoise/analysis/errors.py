"""The catalogue of coded errors of the analysis.

One function makes each error, so that a message is written once and a test can assert its code.
"""

from __future__ import annotations

from equipoise.errors import EquipoiseError


class AnalysisError(EquipoiseError):
    """An error in cutting, deriving, estimating or reporting."""


CATALOGUE: dict[str, tuple[str, str, str]] = {
    "ANAL-001": (
        "the ledger is not ready to be analysed by arm: {detail}",
        "Results by arm before lock, freeze and unblinding can steer the conduct and the choice of method.",
        "Freeze the analysis, lock and unblind the trial, or ask for the pooled report, which names no arm.",
    ),
    "ANAL-002": (
        "the head does not belong to these events: {detail}",
        "A cut is named by the head it was made at; another head would name data that nobody has.",
        "Read the events and the head of the same ledger, at the same moment.",
    ),
    "ANAL-003": (
        "the cut is empty",
        "There is nothing to analyse before the ledger is opened.",
        "Open the ledger and record its first event.",
    ),
    "ANAL-004": (
        "counts do not make a table: {detail}",
        "A proportion needs 0 <= events <= participants and at least one participant in each arm.",
        "Check the population and the strata of the estimand.",
    ),
    "ANAL-005": (
        "the method {detail} has no form for this estimand",
        "An interval made by another method than the one declared is not the planned analysis.",
        "Choose a method that the reference of estimators lists for this summary and these strata.",
    ),
    "ANAL-006": (
        "the strategy {detail} is not implemented",
        "An intercurrent event left out silently would change what is estimated.",
        "Use treatment_policy, composite, hypothetical or while_on_treatment.",
    ),
    "ANAL-007": (
        "a flow count does not add up: {detail}",
        "Each box of the flow equals the next plus the exits; else somebody is lost or counted twice.",
        "Look up the participants named, and their events.",
    ),
    "ANAL-008": (
        "there is no estimand named {detail}",
        "Only what the definition declares is analysed.",
        "Name an estimand of the definition.",
    ),
    "ANAL-009": (
        "the variable of the estimand is incomplete: {detail}",
        "Without its score, encounters and time point the endpoint cannot be read from the ledger.",
        "Complete the variable in the definition.",
    ),
    "ANAL-010": (
        "the values cannot be imputed: {detail}",
        "A regression needs more observed values than coefficients; fewer would invent precision.",
        "Collect more participants, or declare a simpler handling of missing values.",
    ),
    "ANAL-011": (
        "a participant has two allocations: {detail}",
        "A participant analysed in two arms, or in the wrong one, breaks the comparison.",
        "Verify the ledger; allocation is written once for each participant.",
    ),
    "ANAL-012": (
        "the frozen analysis is not this one: {detail}",
        "An analysis that was changed after it was frozen is not the planned one.",
        "Use the definition whose estimands were frozen, or freeze again before the lock.",
    ),
    "ANAL-013": (
        "no design has these assumptions: {detail}",
        "A number outside its range gives a size that looks right and is not.",
        "Give probabilities between 0 and 1, a difference to be found, and whole numbers of participants.",
    ),
    "ANAL-014": (
        "no boundary has these looks: {detail}",
        "Looks out of order, or error that is spent more than once, do not keep the error rate.",
        "Give increasing information up to 1, and an error rate between 0 and 0.5.",
    ),
    "ANAL-015": (
        "the fixed effects cannot be told apart: {detail}",
        "Coefficients that the data do not determine would be chosen by the arithmetic, not by the trial.",
        "Leave the column or the row out, join arms or visits without responses, or collect more data.",
    ),
    "ANAL-016": (
        "the model has no estimate: {detail}",
        "Numbers of a search that did not arrive look like results and are none.",
        "Use fewer columns, a simpler covariance or another summary, named beforehand in the analysis plan.",
    ),
    "ANAL-017": (
        "these rows or settings make no model: {detail}",
        "A model of other rows than those of the trial answers another question.",
        "Give rows of equal length, each participant once at a visit, no missing covariates, and a known setting.",
    ),
    "ANAL-018": (
        "the package {detail} is not installed",
        "Models for counts and ordered categories are those of a kept library; without it there is no estimate.",
        "Install the extra: pip install 'equipoise[models]'.",
    ),
    "ANAL-019": (
        "no interval has the confidence {detail}",
        "A confidence is a share: 95 in place of 0.95 has no quantile, and 1 holds every value there is.",
        "Give a confidence between 0 and 1, such as 0.95.",
    ),
    "ANAL-020": (
        "no mean time is restricted to {detail}",
        "Beyond the longest follow-up the curve is a guess, and its area is one too.",
        "Give a horizon above 0 that both arms were followed to.",
    ),
}


def noted(error: AnalysisError) -> str:
    """An analysis that could not be made, as a note: the code, what is wrong, what to do."""
    return f"{error.code}: {error.fault}. {error.remedy}"


def analysis_error(code: str, place: str, detail: str = "") -> AnalysisError:
    """The error of this code at this place; `detail` completes its sentence."""
    fault, why, remedy = CATALOGUE[code]
    return AnalysisError(code=code, place=place, fault=fault.format(detail=detail), why=why, remedy=remedy)
