"""From the definition's allocation, and the sealed block sizes, to the scheme that draws; and from a
participant's facts to the levels of the stratification factors."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from equipoise.allocation import (
    BiasedCoin,
    Complete,
    ListScheme,
    Maximal,
    Minimisation,
    PermutedBlocks,
    RandomAllocationRule,
    Scheme,
    Urn,
)
from equipoise.conduct.judgement import strata
from equipoise.rules import Missing

if TYPE_CHECKING:
    from equipoise.study.allocation import Allocation
    from equipoise.study.facts import Facts
    from equipoise.study.study import Study


@lru_cache(maxsize=64)
def scheme_of(study: Study, block_sizes: tuple[int, ...]) -> Scheme:
    """The scheme of the definition. Raises the ALLO codes for sizes or probabilities that cannot be."""
    plan = study.definition.allocation
    arms = study.definition.arms
    names, ratio = tuple(arms), tuple(arm.ratio for arm in arms.values())
    if plan.scheme == "permuted_blocks":
        return PermutedBlocks(arms=names, ratio=ratio, block_sizes=block_sizes, maximum=plan.maximum)
    if plan.scheme == "minimisation":
        return Minimisation(
            arms=names,
            ratio=ratio,
            factors=(*plan.strata, *(("site",) if plan.by_site else ())),
            weights=plan.weights,
            probability=Fraction(plan.probability or "4/5"),
            imbalance=plan.imbalance,
        )
    scheme, settings = LISTS[plan.scheme]
    return scheme(arms=names, ratio=ratio, maximum=plan.maximum, **settings(plan))


def _probability(plan: Allocation) -> dict[str, Any]:
    return {"probability": Fraction(plan.probability or "2/3")}


def _tolerance(plan: Allocation) -> dict[str, Any]:
    return {"tolerance": plan.tolerance}


def _balls(plan: Allocation) -> dict[str, Any]:
    balls = plan.urn
    return {"initial": balls.initial, "added": balls.added} if balls else {}


LISTS: dict[str, tuple[type[ListScheme], Callable[[Allocation], dict[str, Any]]]] = {
    "complete": (Complete, lambda plan: {}),
    "random_allocation_rule": (RandomAllocationRule, lambda plan: {}),
    "biased_coin": (BiasedCoin, _probability),
    "big_stick": (BiasedCoin, _tolerance),
    "chen": (BiasedCoin, lambda plan: {**_probability(plan), **_tolerance(plan)}),
    "maximal": (Maximal, _tolerance),
    "urn": (Urn, _balls),
}
"""The schemes that draw a list place by place, and their settings from the definition."""


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
