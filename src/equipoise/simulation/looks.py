"""The looks of a simulated trial, for the compiled loop and the whole engine alike."""

from __future__ import annotations

import math
from dataclasses import dataclass

from equipoise.analysis.design import boundaries
from equipoise.simulation.scenario import Looks


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """By look: participants analysed, the bound of |Z| for efficacy, and that of Z for futility."""

    people: tuple[int, ...]
    efficacy: tuple[float, ...]
    futility: tuple[float, ...]


def bounds_of(looks: Looks | None, planned: int) -> Bounds:
    """The bounds of a scenario's looks; one look without a bound for none. Raises the codes of `boundaries`."""
    if looks is None:
        return Bounds(people=(planned,), efficacy=(math.inf,), futility=(-math.inf,))
    made = boundaries(
        looks.design, looks.shares, alpha=looks.alpha, parameter=looks.parameter,
        futility=looks.futility or None, binding=looks.binding,
    )  # fmt: skip
    return Bounds(
        people=tuple(math.ceil(share * planned) for share in looks.shares),
        efficacy=tuple(made.efficacy),
        futility=tuple(-math.inf if bound is None else bound for bound in made.futility),
    )
