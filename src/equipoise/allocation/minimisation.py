"""Minimisation with a biased coin, for any number of arms and any ratio.

For each arm one asks how unequal the arms would be, at the new participant's level of each factor, if the
participant went there; counts are first divided by the arm's share. The arm with the least imbalance is
favoured. The coin then gives the favoured arm with the greater probability and otherwise any arm by its
share, which is the method of Pocock and Simon where the shares are equal, and keeps the ratio where they
are not.

All arithmetic is on integers: counts are scaled by the least common multiple of the shares. The measures are
the range, the variance (its numerator: K times the sum of squares less the square of the sum), and the
standard deviation (the integer root of that, in units of 2^-16).

Sources: Pocock SJ, Simon R. Biometrics 1975;31:103-115 (measures, weights, coin). Han B, Enas NH,
McEntegart D. Stat Med 2009;28:3329-3346 (the coin for unequal shares).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import isqrt, lcm

from equipoise.allocation.arms import check_arms, lowest_terms
from equipoise.allocation.draws import Draw, label, pick
from equipoise.allocation.errors import allocation_error
from equipoise.allocation.strata import stratum_levels
from equipoise.allocation.tallies import Allocation, Tallies


def spread(counts: Sequence[int]) -> int:
    """The range."""
    return max(counts) - min(counts)


def variance(counts: Sequence[int]) -> int:
    """K times the sum of squares less the square of the sum: K^2 times the population variance."""
    return len(counts) * sum(count * count for count in counts) - sum(counts) ** 2


def deviation(counts: Sequence[int]) -> int:
    """K times the population standard deviation, in units of 2^-16, rounded down."""
    return isqrt(variance(counts) << 32)


MEASURES: Mapping[str, Callable[[Sequence[int]], int]] = {
    "range": spread,
    "variance": variance,
    "standard_deviation": deviation,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimisation:
    """Pocock and Simon's minimisation: the arm that would leave the factors' levels least uneven is favoured.

    factors: their names, in the order in which a stratum's name gives their levels. weights: whole numbers by
    factor, 1 where absent. probability: that of the favoured arm where it is one with the smallest share
    (with equal shares: any arm); below 1, since a deterministic minimisation conceals nothing. One that is no Fraction
    becomes one. Raises ALLO-001, ALLO-002 and ALLO-006 to ALLO-010.

    >>> scheme = eq.Minimisation(arms=("new", "old"), ratio=(1, 1), factors=("site", "sex"), probability="4/5")
    >>> scheme.levels("site=01;sex=female")
    {'site': '01', 'sex': 'female'}
    """

    arms: tuple[str, ...]
    ratio: tuple[int, ...]
    factors: tuple[str, ...]
    probability: Fraction
    weights: Mapping[str, int] = field(default_factory=dict)
    imbalance: str = "range"
    name: str = "main"

    def __post_init__(self) -> None:
        check_arms(self.name, self.arms, self.ratio)
        object.__setattr__(self, "probability", Fraction(str(self.probability)))
        if self.probability >= 1:
            raise allocation_error("ALLO-006", self.name, str(self.probability))
        if self.probability <= Fraction(min(self.ratio), sum(self.ratio)):
            raise allocation_error("ALLO-007", self.name, str(self.probability))
        if self.imbalance not in MEASURES:
            raise allocation_error("ALLO-008", self.name, self.imbalance)
        repeated = len(set(self.factors)) < len(self.factors)
        if not self.factors or repeated or self.weights.keys() - set(self.factors):
            raise allocation_error(
                "ALLO-009", self.name, f"factors {self.factors}, weights {dict(self.weights)}"
            )
        if any(weight < 1 for weight in self.weights.values()):
            raise allocation_error("ALLO-009", self.name, f"weights {dict(self.weights)}")

    def allocate(self, stratum: str, tallies: Tallies, draw: Draw) -> Allocation:
        """The next allocation, for a participant of this stratum. Pure. Raises ALLO-022."""
        slot = tallies.total + 1
        scores = self.scores(stratum, tallies)
        least = [index for index, score in enumerate(scores) if score == min(scores)]
        favoured = least[0]
        if len(least) > 1:
            shares = [self.ratio[index] for index in least]
            tie = draw(label(scheme=self.name, stratum=stratum, slot=slot, purpose="tie"))
            favoured = least[pick(tie, [Fraction(share, sum(shares)) for share in shares])]
        coin = draw(label(scheme=self.name, stratum=stratum, slot=slot, purpose="coin"))
        arm = self.arms[pick(coin, self.probabilities(favoured))]
        return Allocation(scheme=self.name, stratum=stratum, slot=slot, block=0, arm=arm)

    def scores(self, stratum: str, tallies: Tallies) -> tuple[int, ...]:
        """The weighted imbalance that would follow, by arm that the participant might get."""
        levels = self.levels(stratum)
        ratio = lowest_terms(self.ratio)
        scales = [lcm(*ratio) // part for part in ratio]
        measure = MEASURES[self.imbalance]
        totals = [0] * len(self.arms)
        for factor, level in levels.items():
            counts = [tallies.margins.get((factor, level, arm), 0) for arm in self.arms]
            scaled = [count * scale for count, scale in zip(counts, scales, strict=True)]
            for index, scale in enumerate(scales):
                candidate = [*scaled[:index], scaled[index] + scale, *scaled[index + 1 :]]
                totals[index] += self.weights.get(factor, 1) * measure(candidate)
        return tuple(totals)

    def levels(self, stratum: str) -> dict[str, str]:
        """The level of each factor in this stratum. Raises ALLO-022 where it does not give them all, in order."""
        levels = stratum_levels(stratum)
        if tuple(levels) != self.factors:
            raise allocation_error("ALLO-022", f"{self.name}, {stratum}", ", ".join(self.factors))
        return levels

    def probabilities(self, favoured: int) -> tuple[Fraction, ...]:
        """The probability of each arm when one is favoured.

        By its share, each arm gets `share * chance` of what the coin leaves to chance; the favoured arm gets
        the rest on top. `chance` is set so that the favoured arm of the smallest share gets `probability`.
        """
        chance = (1 - self.probability) / (sum(self.ratio) - min(self.ratio))
        return tuple(
            chance * share + (1 - chance * sum(self.ratio) if index == favoured else 0)
            for index, share in enumerate(self.ratio)
        )
