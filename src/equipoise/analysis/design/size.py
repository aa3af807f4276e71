"""A size: the real numbers that reach a power, whole participants, and those to randomise when some are lost.

Formulas give fractions of participants. Each group is rounded up by itself, so that the power is reached whatever
the ratio; the power that the whole numbers have is stated beside the one that was asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scipy.optimize import brentq

from equipoise.analysis.design.errors import design_error
from equipoise.analysis.design.two_proportions import inflated
from equipoise.analysis.shown import Shown, number

if TYPE_CHECKING:
    from equipoise.analysis.tables import Table

MOST = 1e9
"""Participants of the first group beyond which no trial is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Size(Shown):
    """Participants by group. exact: the real numbers; groups: whole, with data; randomised: whole, before the loss.

    power: what the whole groups have; wanted: what was asked for.
    """

    exact: tuple[float, ...]
    groups: tuple[int, ...]
    randomised: tuple[int, ...]
    power: float
    wanted: float
    loss: float = 0.0

    def table(self) -> Table:
        """A line for each group, then the total and the power."""
        from equipoise.analysis.tables import Row, Table

        lines = [
            Row(head=f"group {place + 1}", cells=(number(exact), str(whole), str(more)))
            for place, (exact, whole, more) in enumerate(
                zip(self.exact, self.groups, self.randomised, strict=True)
            )
        ]
        lines.append(
            Row(head="together", cells=(number(sum(self.exact)), str(self.total), str(self.randomised_total)))
        )
        lost = f" {number(100 * self.loss)}% of those randomised give no data." if self.loss else ""
        note = f"The whole groups have a power of {number(self.power)}; {number(self.wanted)} was asked for.{lost}"
        heads = ("formula", "with data", "to randomise")
        return Table(
            id="size", title="Sample size", corner="", columns=heads, rows=tuple(lines), notes=(note,)
        )

    @property
    def total(self) -> int:
        """Participants with data, all groups."""
        return sum(self.groups)

    @property
    def randomised_total(self) -> int:
        """Participants to randomise, all groups."""
        return sum(self.randomised)


def sized(
    first: float, reached: Callable[..., float], *, ratios: tuple[float, ...], wanted: float, loss: float
) -> Size:
    """The size whose first group has `first` participants and each other one `ratios` times as many.

    reached: the power of whole groups. Raises ANAL-013 for a loss that is no share.
    """
    exact = (first, *(first * ratio for ratio in ratios))
    groups = tuple(math.ceil(each - 1e-9) for each in exact)
    return Size(
        exact=exact,
        groups=groups,
        randomised=tuple(inflated(each, loss) for each in groups),
        power=float(reached(*groups)),
        wanted=wanted,
        loss=loss,
    )


def smallest(
    reached: Callable[[float], float], wanted: float, place: str, *, alpha: float, least: float = 2.0
) -> float:
    """The real size of the first group at which a rising power reaches `wanted`.

    Raises DSGN-001 for a power that is not above the error, for which nobody would be needed, and DSGN-003.
    """
    if not alpha < wanted < 1:
        raise design_error("DSGN-001", place, f"a power of {wanted:g} with an error of {alpha:g}")
    if reached(least) >= wanted:
        return least
    low, high = least, 2 * least
    while reached(high) < wanted:
        low, high = high, 2 * high
        if high > MOST:
            raise design_error("DSGN-003", place, f"power {reached(low):.4f} with {low:g} in the first group")
    return float(brentq(lambda size: reached(size) - wanted, low, high, xtol=1e-9))
