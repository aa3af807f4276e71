"""From the definition's allocation, and the sealed block sizes, to the scheme that draws; and from a
participant's facts to the levels of the stratification factors."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from equipoise.allocation import Minimisation, PermutedBlocks, Scheme
from equipoise.conduct.judgement import strata
from equipoise.rules import Missing

if TYPE_CHECKING:
    from equipoise.study.facts import Facts
    from equipoise.study.study import Study


def scheme_of(study: Study, block_sizes: tuple[int, ...]) -> Scheme:
    """The scheme of the definition. Raises the ALLO codes for sizes or probabilities that cannot be."""
    arms = study.definition.arms
    plan = study.definition.allocation
    names, ratio = tuple(arms), tuple(arm.ratio for arm in arms.values())
    if plan.scheme == "permuted_blocks":
        return PermutedBlocks(arms=names, ratio=ratio, block_sizes=block_sizes, maximum=plan.maximum)
    factors = (*plan.strata, *(("site",) if plan.by_site else ()))
    return Minimisation(
        arms=names,
        ratio=ratio,
        factors=factors,
        weights=plan.weights,
        probability=Fraction(plan.probability or "4/5"),
        imbalance=plan.imbalance,
    )


UNKNOWN_LEVEL = "unknown"


def levels_of(study: Study, site: str, case: Facts) -> dict[str, str]:
    """The level of each factor, `unknown` where the rule cannot be judged; the site last, where it is a
    factor."""
    found = strata(study, case)
    levels = {
        name: UNKNOWN_LEVEL if isinstance(level, Missing) else str(level) for name, level in found.items()
    }
    if study.definition.allocation.by_site:
        levels["site"] = site
    return levels
