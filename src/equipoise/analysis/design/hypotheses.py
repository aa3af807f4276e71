"""What is to be shown: superiority, non-inferiority or equivalence, and the null values that this means.

A goal becomes one or two null values, each to be passed in a direction. All errors are one-sided: a two-sided test of
superiority at 0.05 is the one-sided one at 0.025 in the direction of the effect; equivalence is two one-sided tests
(Schuirmann DJ. J Pharmacokinet Biopharm 1987;15:657-680), each at `alpha`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from equipoise.analysis.design.errors import design_error

Goal = Literal["superiority", "noninferiority", "equivalence"]
Margin = float | tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypotheses:
    """The null value to be passed from below (`above` it lies the alternative), or from above, or both."""

    above: float | None = None
    below: float | None = None

    @property
    def only(self) -> float:
        """The single null value of a goal that has one."""
        return self.above if self.above is not None else self.below  # type: ignore[return-value]

    @property
    def sign(self) -> int:
        """1 where the alternative lies above the single null value, else -1."""
        return 1 if self.above is not None else -1


def hypotheses(
    goal: Goal,
    margin: Margin,
    effect: float,
    none: float,
    place: str,
    within: tuple[float, float] = (-math.inf, math.inf),
) -> Hypotheses:
    """The null values of a goal.

    margin: for superiority none, or a null value other than that of no effect (`none`); for non-inferiority the worst
    effect that is still accepted, on the other side of `none` than better effects; for equivalence the lower and the
    upper one. effect: the assumed one, which says the direction of superiority. within: what null values lie between.
    Raises DSGN-002.
    """
    given = margin if isinstance(margin, tuple) else () if margin is None else (margin,)
    if not all(within[0] < each < within[1] for each in given) or (math.isnan(effect) and not given):
        raise design_error("DSGN-002", place, f"{goal} with margin {margin}, effect {effect:g}")
    if goal == "equivalence":
        if not isinstance(margin, tuple) or len(margin) != 2 or not margin[0] < effect < margin[1]:
            raise design_error("DSGN-002", place, f"equivalence with margins {margin}, effect {effect:g}")
        return Hypotheses(above=margin[0], below=margin[1])
    if isinstance(margin, tuple) or goal not in ("superiority", "noninferiority"):
        raise design_error("DSGN-002", place, f"{goal} with margin {margin}")
    if goal == "superiority":
        null = none if margin is None else margin
        if effect == null:
            raise design_error("DSGN-002", place, f"an effect of {effect:g} is nothing to be found")
        return Hypotheses(above=null) if effect > null else Hypotheses(below=null)
    if margin is None or margin == none:
        raise design_error("DSGN-002", place, f"non-inferiority with margin {margin}")
    return Hypotheses(above=margin) if margin < none else Hypotheses(below=margin)


def check_reachable(tested: Hypotheses, effect: float, place: str) -> None:
    """Raises DSGN-002 where the assumed effect lies on the wrong side of a null value: no size would do."""
    low = tested.above is not None and effect <= tested.above
    high = tested.below is not None and effect >= tested.below
    if low or high:
        raise design_error("DSGN-002", place, f"the effect {effect:g} is not beyond the margin {tested}")
