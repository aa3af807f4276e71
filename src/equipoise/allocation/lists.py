"""Schemes that draw a stratum's list place by place, from what its arms have had so far.

Each gives every arm a weight, a whole number, from the counts of the stratum; the draw falls on an arm with the
probability weight / sum of weights. Participants who got an arm outside the list take no place in it and are not
counted, so that the list has exactly the distribution of its scheme.

Sources: complete randomisation and the random allocation rule: Rosenberger WF, Lachin JM. Randomization in Clinical
Trials, 2nd ed., Wiley 2016, chapter 3. Biased coin: Efron B. Biometrika 1971;58:403-417. Big stick: Soares JF, Wu CF.
Commun Stat Theory Methods 1983;12:2017-2034. Biased coin with imbalance tolerance: Chen YP. Biometrics
1999;55:1238-1243. Maximal procedure: Berger VW, Ivanova A, Knoll MD. Stat Med 2003;22:3017-3028. Urn: Wei LJ. Ann Stat
1978;6:92-100.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from equipoise.allocation.arms import check_arms, lowest_terms
from equipoise.allocation.draws import Draw, label, pick
from equipoise.allocation.errors import allocation_error
from equipoise.allocation.tallies import Allocation, Tallies

EVEN = Fraction(1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListScheme(ABC):
    """What these schemes share. maximum: places that a stratum has, or None for no limit.

    Raises ALLO-001, ALLO-002, ALLO-005, ALLO-010, and what `check` of the scheme raises.
    """

    arms: tuple[str, ...]
    ratio: tuple[int, ...]
    maximum: int | None = None
    name: str = "main"

    def __post_init__(self) -> None:
        check_arms(self.name, self.arms, self.ratio)
        if self.maximum is not None and self.maximum < 1:
            raise allocation_error("ALLO-005", self.name, str(self.maximum))
        self.check()

    @abstractmethod
    def check(self) -> None:
        """Raises the codes of what this scheme needs beside the arms."""

    @abstractmethod
    def weights(self, counts: Sequence[int]) -> tuple[int, ...]:
        """The weight of each arm when the arms of the stratum have had these counts from the list."""

    def chances(self, counts: Sequence[int]) -> tuple[Fraction, ...]:
        """The probability of each arm for the next place."""
        weights = self.weights(counts)
        return tuple(Fraction(weight, sum(weights)) for weight in weights)

    def allocate(self, stratum: str, tallies: Tallies, draw: Draw) -> Allocation:
        """The next allocation of a stratum. Pure. Raises ALLO-021 where the stratum has no place left."""
        counts = [tallies.listed.get((stratum, arm), 0) for arm in self.arms]
        slot = sum(counts) + 1
        if self.maximum is not None and slot > self.maximum:
            raise allocation_error(
                "ALLO-021", f"{self.name}, {stratum}", f"{slot - 1} of {self.maximum} are used"
            )
        value = draw(label(scheme=self.name, stratum=stratum, slot=slot, purpose="arm"))
        arm = self.arms[pick(value, self.chances(counts))]
        return Allocation(scheme=self.name, stratum=stratum, slot=slot, block=1, arm=arm)

    def check_two_equal_arms(self) -> None:
        """Raises ALLO-011 where there are not two arms of the same share."""
        if len(self.arms) != 2 or len(set(self.ratio)) > 1:
            raise allocation_error("ALLO-011", self.name, ":".join(map(str, self.ratio)))

    def check_length(self) -> None:
        """Raises ALLO-014 where the list has no length, or none that holds each arm in its share."""
        if self.maximum is None or self.maximum % sum(lowest_terms(self.ratio)):
            raise allocation_error("ALLO-014", self.name, str(self.maximum or "no maximum"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete(ListScheme):
    """Complete randomisation: each place by the shares alone, whatever went before.

    >>> scheme = eq.Complete(arms=("new", "old"), ratio=(2, 1))
    >>> eq.randomisation_list(scheme, 6, seed=1)["arm"].to_list()
    ['new', 'new', 'new', 'new', 'new', 'new']
    """

    def check(self) -> None:
        """Any arms and shares serve."""

    def weights(self, counts: Sequence[int]) -> tuple[int, ...]:
        """The shares."""
        return self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomAllocationRule(ListScheme):
    """Every list of `maximum` places that holds each arm in its share, with the same probability.

    Raises ALLO-014.

    >>> scheme = eq.RandomAllocationRule(arms=("new", "old"), ratio=(1, 1), maximum=6)
    >>> eq.randomisation_list(scheme, 6, seed=1)["arm"].to_list()
    ['new', 'new', 'old', 'old', 'new', 'old']
    """

    def check(self) -> None:
        """The list needs a length that holds each arm in its share."""
        self.check_length()

    def weights(self, counts: Sequence[int]) -> tuple[int, ...]:
        """What each arm has left."""
        ratio = lowest_terms(self.ratio)
        repeats = (self.maximum or 0) // sum(ratio)
        return tuple(part * repeats - count for part, count in zip(ratio, counts, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class BiasedCoin(ListScheme):
    """A coin that favours the arm that is behind, for two arms of the same share.

    probability: of the arm that is behind; a half where neither is. tolerance: the difference at which the arm behind
    is certain, or None. Efron's coin has no tolerance; the big stick has the probability 1/2 and a tolerance; Chen's
    coin has both. A probability that is no Fraction becomes one. Raises ALLO-011 to ALLO-013.

    >>> scheme = eq.BiasedCoin(arms=("new", "old"), ratio=(1, 1), probability="2/3", tolerance=3)
    >>> eq.randomisation_list(scheme, 6, seed=1)["arm"].to_list()
    ['new', 'new', 'old', 'old', 'new', 'old']
    """

    probability: Fraction = EVEN
    tolerance: int | None = None

    def check(self) -> None:
        """Two equal arms; a coin that does something and does not decide everything."""
        self.check_two_equal_arms()
        object.__setattr__(self, "probability", Fraction(str(self.probability)))
        fair = self.probability == EVEN and self.tolerance is not None
        if not (fair or EVEN < self.probability < 1):
            raise allocation_error("ALLO-012", self.name, str(self.probability))
        if self.tolerance is not None and self.tolerance < 1:
            raise allocation_error("ALLO-013", self.name, str(self.tolerance))

    def weights(self, counts: Sequence[int]) -> tuple[int, ...]:
        """Equal in balance; else the coin's, or all for the arm that is behind."""
        ahead = counts[0] - counts[1]
        if not ahead:
            return (1, 1)
        coin = self.probability
        if self.tolerance is not None and abs(ahead) >= self.tolerance:
            coin = Fraction(1)
        behind, other = coin.numerator, coin.denominator - coin.numerator
        return (other, behind) if ahead > 0 else (behind, other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Maximal(ListScheme):
    """The maximal procedure: every list of `maximum` places that ends in balance and in which the arms never differ
    by more than `tolerance`, with the same probability; for two arms of the same share. Raises ALLO-011, ALLO-013,
    ALLO-014.

    >>> scheme = eq.Maximal(arms=("new", "old"), ratio=(1, 1), maximum=6, tolerance=2)
    >>> eq.randomisation_list(scheme, 6, seed=1)["arm"].to_list()
    ['new', 'new', 'old', 'old', 'new', 'old']
    """

    tolerance: int

    def check(self) -> None:
        """Two equal arms, a tolerance and an even length."""
        self.check_two_equal_arms()
        self.check_length()
        if self.tolerance < 1:
            raise allocation_error("ALLO-013", self.name, str(self.tolerance))

    def weights(self, counts: Sequence[int]) -> tuple[int, ...]:
        """How many lists go on with each arm."""
        rows = completions(self.maximum or 0, self.tolerance)
        row = rows[(self.maximum or 0) - sum(counts) - 1]
        middle = counts[0] - counts[1] + self.tolerance + 1
        return (row[middle + 1], row[middle - 1])


@lru_cache(maxsize=16)
def completions(length: int, tolerance: int) -> tuple[tuple[int, ...], ...]:
    """How many ways there are to fill the rest of a list: by places left (rows) and by the difference of the two arms,
    from -(tolerance + 1), which no list may reach, to tolerance + 1."""
    outside = tolerance + 1
    row = tuple(int(difference == 0) for difference in range(-outside, outside + 1))
    rows = [row]
    for _ in range(length):
        row = (0, *(row[place - 1] + row[place + 1] for place in range(1, len(row) - 1)), 0)
        rows.append(row)
    return tuple(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Urn(ListScheme):
    """Wei's urn, for any number of arms of the same share: `initial` balls of each arm; after each draw, which is put
    back, `added` balls of every other arm. Raises ALLO-011 and ALLO-015.

    >>> scheme = eq.Urn(arms=("new", "old"), ratio=(1, 1))
    >>> eq.randomisation_list(scheme, 6, seed=1)["arm"].to_list()
    ['new', 'old', 'new', 'old', 'new', 'old']
    """

    initial: int = 0
    added: int = 1

    def check(self) -> None:
        """Equal shares, and balls that make an urn."""
        if len(set(self.ratio)) > 1:
            raise allocation_error("ALLO-011", self.name, ":".join(map(str, self.ratio)))
        if self.initial < 0 or self.added < 1:
            raise allocation_error("ALLO-015", self.name, f"{self.initial} at first, {self.added} added")

    def weights(self, counts: Sequence[int]) -> tuple[int, ...]:
        """The balls; one of each arm stands for an empty urn."""
        balls = tuple(self.initial + self.added * (sum(counts) - count) for count in counts)
        return balls if sum(balls) else (1,) * len(balls)
