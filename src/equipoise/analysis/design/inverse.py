"""The inverse question: which assumptions lead to a published number of participants?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from equipoise.analysis.design.two_proportions import METHODS, Method, inflated, sample_size
from equipoise.analysis.shown import Shown

Way = Literal["divided", "multiplied"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Assumption(Shown):
    """One way to reach the number. per_arm: before the loss, rounded up. total: after it, both arms.

    way: the loss is made up for by dividing by 1 - loss, as it should be, or by multiplying with 1 + loss, as many do.
    """

    p1: float
    p2: float
    power: float
    method: Method
    loss: float
    per_arm: int
    total: int
    way: Way = "divided"


def assumptions_for(
    total: int,
    *,
    references: Sequence[float],
    gains: Sequence[float],
    powers: Sequence[float] = (0.8, 0.9),
    losses: Sequence[float] = (0.0, 0.05, 0.1, 0.15, 0.2),
    alpha: float = 0.05,
    tolerance: int = 2,
) -> tuple[Assumption, ...]:
    """The assumptions that give `total` participants in two equal arms, within `tolerance`.

    references: proportions in the reference arm; gains: what is added to them; the nearest and simplest come first.

    >>> found = eq.assumptions_for(122, references=[0.4, 0.5], gains=[0.25, 0.3])
    >>> found[0]
    Assumption
      p1       0.75
      p2       0.5
      power    0.8
      method   pooled
      loss     0.05
      per arm  58
      total    122
      way      multiplied
    """
    found = []
    for reference, gain, power, method in product(references, gains, powers, METHODS):
        if not 0 < reference + gain < 1:
            continue
        size = sample_size(reference + gain, reference, alpha=alpha, power=power, method=method)
        per_arm = inflated(size, 0.0)
        for loss, way, reached in _totals(per_arm, losses):
            if abs(reached - total) <= tolerance:
                found.append(
                    Assumption(
                        p1=reference + gain, p2=reference, power=power, method=method, loss=loss, per_arm=per_arm,
                        total=reached, way=way,
                    )
                )  # fmt: skip
    return tuple(sorted(found, key=lambda one: (abs(one.total - total), one.loss, one.p2, one.p1)))


def _totals(per_arm: int, losses: Sequence[float]) -> Iterator[tuple[float, Way, int]]:
    """Both arms after each loss, in both ways where they differ."""
    for loss in losses:
        divided, multiplied = inflated(per_arm, loss), math.ceil(per_arm * (1 + loss) - 1e-9)
        yield loss, "divided", 2 * divided
        if multiplied != divided:
            yield loss, "multiplied", 2 * multiplied
