"""Bounds of a group-sequential design as a table and a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scipy.special import ndtr

from equipoise.analysis.shown import number
from equipoise.analysis.svg import Figure
from equipoise.analysis.tables import Row, Table

if TYPE_CHECKING:
    from equipoise.analysis.design.sequential import Boundaries


def bounds_table(bounds: Boundaries) -> Table:
    """A line for each look: the information, the bounds of Z, and the one-sided p-value at the efficacy bound."""
    rows = []
    for look, (share, upper, lower) in enumerate(
        zip(bounds.information, bounds.efficacy, bounds.futility, strict=True), 1
    ):
        cells = (number(share), number(upper), number(lower), number(float(ndtr(-upper))))
        rows.append(Row(head=f"look {look}", cells=cells))
    binding = "binding" if bounds.binding else "not binding"
    stops = f"; futility is {binding}" if any(each is not None for each in bounds.futility) else ""
    return Table(
        id="bounds",
        title=f"Boundaries: {bounds.design}",
        corner="",
        columns=("information", "reject at Z ≥", "stop at Z ≤", "one-sided p"),
        rows=tuple(rows),
        notes=(f"One-sided error rate {number(bounds.alpha)}{stops}.",),
    )


def bounds_figure(bounds: Boundaries) -> Figure:
    """The bounds of Z against the information."""
    from equipoise.analysis.figures.named_lines import lines_figure

    lines = [("Reject at or above", list(zip(bounds.information, bounds.efficacy, strict=True)))]
    stop = [(t, z) for t, z in zip(bounds.information, bounds.futility, strict=True) if z is not None]
    if stop:
        lines.append(("Stop for futility at or below", stop))
    title = f"Boundaries of Z: {bounds.design}"
    return lines_figure("bounds", title, lines, ("share of the information", "Z"))
