"""Power against what is assumed, exactly, as numbers and as a curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.analysis.design.exact import ExactTest, exact_power
from equipoise.analysis.shown import Shown

if TYPE_CHECKING:
    import polars

    from equipoise.analysis.svg import Figure
    from equipoise.analysis.tables import Table

POINTS = 9


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PowerCurve(Shown):
    """The exact power of a two-sided test of two proportions, `powers[i]` at `p1[i]` against `p2`."""

    p1: tuple[float, ...]
    p2: float
    n1: int
    n2: int
    test: str
    alpha: float
    powers: tuple[float, ...]

    def table(self) -> Table:
        """Some points of the curve, evenly spread."""
        from equipoise.analysis.tables import Row, Table

        places = np.unique(np.linspace(0, len(self.p1) - 1, min(POINTS, len(self.p1))).round().astype(int))
        rows = tuple(
            Row(head=f"{100 * self.p1[each]:.1f}%", cells=(f"{100 * self.powers[each]:.1f}%",))
            for each in places
        )
        return Table(
            id="power",
            title=f"Exact power of {self.n1} against {self.n2}, {100 * self.p2:g}% in group 2",
            corner="group 1",
            columns=("power",),
            rows=rows,
            notes=(f"{self.test.replace('_', ' ')} test, two-sided level {self.alpha:g}.",),
        )

    def figure(self) -> Figure | None:
        """The curve."""
        from equipoise.analysis.figures.named_lines import lines_figure

        points = [(100 * a, 100 * b) for a, b in zip(self.p1, self.powers, strict=True)]
        name = f"{self.n1} against {self.n2}"
        axes = ("Proportion assumed in group 1, %", "Power, %")
        return lines_figure("power", self.table().title, [(name, points)], axes, span=(0.0, 100.0))

    def to_frame(self) -> polars.DataFrame:
        """One row a point."""
        import polars

        return polars.DataFrame({"p1": self.p1, "power": self.powers})


def power_curve(
    p1: Sequence[float],
    p2: float,
    n1: int,
    n2: int,
    *,
    test: ExactTest = "pooled_z",
    alpha: float = 0.05,
) -> PowerCurve:
    """The exact power by enumeration for each proportion `p1` of group 1 against `p2` of group 2.

    n1, n2: participants; test: as for `exact_power`; alpha: two-sided. Raises ANAL-013, DSGN-001.

    >>> eq.power_curve([0.65, 0.70, 0.75], 0.50, 61, 61)
    Exact power of 61 against 61, 50% in group 2
      group 1  power
      65.0%    40.3%
      70.0%    62.9%
      75.0%    82.4%
      pooled z test, two-sided level 0.05.
    """
    at = tuple(float(each) for each in p1)
    found = np.atleast_1d(exact_power(np.array(at), p2, n1, n2, test=test, alpha=alpha))
    return PowerCurve(
        p1=at, p2=p2, n1=n1, n2=n2, test=test, alpha=alpha, powers=tuple(float(each) for each in found)
    )
