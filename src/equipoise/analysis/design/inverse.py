"""The inverse question: which assumptions lead to a published number of participants?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from equipoise.analysis.design.two_proportions import Method, inflated, sample_size


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """One way to reach the number. per_arm: before the loss, rounded up. total: after it, both arms."""

    p1: float
    p2: float
    power: float
    method: Method
    loss: float
    per_arm: int
    total: int


METHODS: tuple[Method, ...] = ("pooled", "unpooled", "continuity", "arcsine")


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
    """
    found = []
    for reference in references:
        for gain in gains:
            if not 0 < reference + gain < 1:
                continue
            for power in powers:
                for method in METHODS:
                    size = sample_size(reference + gain, reference, alpha=alpha, power=power, method=method)
                    per_arm = inflated(size, 0.0)
                    for loss in losses:
                        reached = 2 * inflated(per_arm, loss)
                        if abs(reached - total) <= tolerance:
                            found.append(
                                Assumption(
                                    p1=reference + gain, p2=reference, power=power, method=method, loss=loss,
                                    per_arm=per_arm, total=reached,
                                )
                            )  # fmt: skip
    return tuple(sorted(found, key=lambda one: (abs(one.total - total), one.loss, one.p2, one.p1)))
