"""The schemes that are compared for a trial: its own, and what else it could have had with its arms and strata."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from equipoise.allocation import (
    AllocationError,
    BiasedCoin,
    Complete,
    Maximal,
    Minimisation,
    PermutedBlocks,
    RandomAllocationRule,
    Scheme,
    Urn,
)
from equipoise.allocation.arms import lowest_terms

TOLERANCE = 3
COIN = Fraction(2, 3)
MINIMISED = Fraction(4, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A scheme under its name; by_site: whether the site is one of its strata or factors; own: the trial's."""

    id: str
    label: str
    scheme: Scheme
    by_site: bool
    own: bool = False


def candidates(
    own: Scheme, *, factors: tuple[str, ...], by_site: bool, planned: int
) -> tuple[tuple[Candidate, ...], tuple[str, ...]]:
    """The trial's own scheme first, then the others; and the labels of those that are not defined for its arms.

    factors: of the strata, the site not among them. planned: participants.
    """
    listed = [Candidate(id="own", label=described(own, by_site), scheme=own, by_site=by_site, own=True)]
    undefined: list[str] = []
    for name, label, by_each, make in _others(own, factors, by_site, planned):
        try:
            scheme = make()
        except AllocationError:
            undefined.append(label)
            continue
        if not any(scheme == each.scheme and by_each == each.by_site for each in listed):
            listed.append(
                Candidate(id=name, label=described(scheme, by_each), scheme=scheme, by_site=by_each)
            )
    return tuple(listed), tuple(undefined)


def _others(
    own: Scheme, factors: tuple[str, ...], by_site: bool, planned: int
) -> Iterator[tuple[str, str, bool, Any]]:
    shared: dict[str, Any] = {"arms": own.arms, "ratio": own.ratio, "name": own.name}
    unit = sum(lowest_terms(own.ratio))
    length = -(-planned // unit) * unit
    small = max(1, 4 // unit) * unit

    def minimise() -> Scheme:
        names = (*factors, "site")
        return Minimisation(**shared, factors=names, probability=MINIMISED)

    yield "complete", "complete randomisation", by_site, lambda: Complete(**shared)
    yield "rule", "random allocation rule", by_site, lambda: RandomAllocationRule(**shared, maximum=length)
    yield "blocks", "permuted blocks", by_site, lambda: PermutedBlocks(**shared, block_sizes=(small,))
    sizes = (small, small + unit)
    yield "random-blocks", "permuted blocks", by_site, lambda: PermutedBlocks(**shared, block_sizes=sizes)
    yield "site-blocks", "permuted blocks", not by_site, lambda: PermutedBlocks(**shared, block_sizes=sizes)
    yield "stick", "big stick", by_site, lambda: BiasedCoin(**shared, tolerance=TOLERANCE)
    yield "coin", "Efron's biased coin", by_site, lambda: BiasedCoin(**shared, probability=COIN)
    yield (
        "chen",
        "Chen's biased coin",
        by_site,
        lambda: BiasedCoin(**shared, probability=COIN, tolerance=TOLERANCE),
    )
    yield (
        "maximal",
        "maximal procedure",
        by_site,
        lambda: Maximal(**shared, tolerance=TOLERANCE, maximum=length),
    )
    yield "urn", "Wei's urn", by_site, lambda: Urn(**shared)
    yield "minimisation", "minimisation", True, minimise


def described(scheme: Scheme, by_site: bool) -> str:
    """The scheme and its settings in a few words."""
    words = _words(scheme)
    return f"{words}, by site" if by_site and not isinstance(scheme, Minimisation) else words


def _words(scheme: Scheme) -> str:
    if isinstance(scheme, PermutedBlocks):
        return f"Permuted blocks of {' or '.join(map(str, sorted(set(scheme.block_sizes))))}"
    if isinstance(scheme, Minimisation):
        names = ", ".join(
            f"{name} (weight {scheme.weights[name]})" if scheme.weights.get(name, 1) > 1 else name
            for name in scheme.factors
        )
        return f"Minimisation over {names}, probability {_share(scheme.probability)}"
    if isinstance(scheme, BiasedCoin):
        if scheme.tolerance is None:
            return f"Efron's biased coin {_share(scheme.probability)}"
        if scheme.probability == Fraction(1, 2):
            return f"Big stick, tolerance {scheme.tolerance}"
        return f"Chen's biased coin {_share(scheme.probability)}, tolerance {scheme.tolerance}"
    if isinstance(scheme, Maximal):
        return f"Maximal procedure, tolerance {scheme.tolerance}"
    if isinstance(scheme, Urn):
        return f"Wei's urn ({scheme.initial}, {scheme.added})"
    if isinstance(scheme, RandomAllocationRule):
        return f"Random allocation rule, {scheme.maximum} places"
    assert isinstance(scheme, Complete)
    return "Complete randomisation"


def _share(probability: Fraction) -> str:
    decimal = f"{float(probability):.3f}".rstrip("0")
    return decimal if Fraction(decimal) == probability else str(probability)
