"""The catalogue of coded errors of the exchange formats."""

from __future__ import annotations

from equipoise.errors import EquipoiseError


class ExchangeError(EquipoiseError):
    """An error in writing or reading an exchange format."""


CATALOGUE: dict[str, tuple[str, str, str]] = {
    "EXCH-001": (
        "{detail}",
        "Each column of a results table is one group; a value too few or too many would stand under the"
        " wrong arm.",
        "Give one value for each group, in the order of the groups (the total last, where asked).",
    ),
    "EXCH-002": (
        "the flow does not add up: {detail}",
        "Everybody who started either completed or left for a reason; a gap hides participants.",
        "Count each participant once: started = completed + the sum of the reasons.",
    ),
    "EXCH-003": (
        "a count is out of its bounds: {detail}",
        "No group can have more people affected or analysed than it has people.",
        "Check the population and the counting unit (people, not events).",
    ),
    "EXCH-004": (
        "a needed part is missing: {detail}",
        "The registry returns results that lack it, and a reader could not judge the numbers.",
        "State it, with a reason in words when there is no number.",
    ),
    "EXCH-005": (
        "the record registers no outcome measure {detail}",
        "An outcome that is not among the registered ones reads as one chosen for its result.",
        "Give `registered` of the estimand the title that the record has, or register the outcome.",
    ),
}


def exchange_error(code: str, place: str, detail: str) -> ExchangeError:
    """The error of this code at this place; `detail` completes its sentence."""
    fault, why, remedy = CATALOGUE[code]
    return ExchangeError(code=code, place=place, fault=fault.format(detail=detail), why=why, remedy=remedy)
