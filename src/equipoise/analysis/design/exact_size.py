"""The participants that an exact test of two proportions needs, by trying whole numbers one after the other.

Exact power does not rise with every participant: it is a saw, since the level cannot be used up at every size. So the
least size that reaches a power may be followed by one that does not; `lasting` asks that the next ones do too.
"""

from __future__ import annotations

import math

from equipoise.analysis.design.errors import design_error
from equipoise.analysis.design.exact import Alternative, ExactTest, exact_power
from equipoise.analysis.design.given import is_whole
from equipoise.analysis.design.size import Size, sized
from equipoise.analysis.design.two_proportions import sample_size

BEGIN = 0.75
"""Of the normal formula's size: no exact test needs fewer."""
WIDEST = 4.0


def exact_size(
    p1: float,
    p2: float,
    *,
    test: ExactTest = "pooled_z",
    alpha: float = 0.05,
    alternative: Alternative = "two-sided",
    power: float = 0.8,
    ratio: float = 1.0,
    loss: float = 0.0,
    lasting: int = 0,
) -> Size:
    """The least first group whose exact power reaches the wanted one; the second has `ratio` times as many, rounded up.

    lasting: how many larger first groups must reach it too. It is looked for from three quarters of the pooled
    formula's size on. Raises ANAL-013, and DSGN-003 where four times that size do not reach it. Source: Kieser,
    Methods and Applications of Sample Size Calculation and Recalculation in Clinical Trials, 2020, section 5.2.

    >>> eq.exact_size(0.75, 0.50, test="fisher").groups
    (64, 64)
    """
    if alternative != "two-sided" and (p1 > p2) != (alternative == "greater"):
        raise design_error("DSGN-002", "exact", f"{p1:g} against {p2:g}, alternative {alternative}")
    if not is_whole(lasting + 1):
        raise design_error("DSGN-001", "exact", f"lasting {lasting}")
    sided = 2 if alternative == "two-sided" else 1
    about = sample_size(p1, p2, alpha=alpha, power=power, ratio=ratio, sided=sided)

    def reached(first: float, second: float) -> float:
        found = exact_power(p1, p2, int(first), int(second), test=test, alpha=alpha, alternative=alternative)
        return float(found)

    kept = 0
    for first in range(max(2, math.floor(BEGIN * about)), math.ceil(WIDEST * about) + 10):
        enough = reached(first, math.ceil(first * ratio - 1e-9)) >= power
        kept = kept + 1 if enough else 0
        if kept > lasting:
            return sized(float(first - lasting), reached, ratios=(ratio,), wanted=power, loss=loss)
    raise design_error("DSGN-003", "exact", f"a power of {power:g} by {test}")
