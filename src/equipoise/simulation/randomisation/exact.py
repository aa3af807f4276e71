"""What can be known of one list without drawing any: a chain over its states, from the schemes themselves.

A scheme that draws place by place is asked for its own probabilities (`chances`). Permuted blocks go through the arms
that are left of the current block. Minimisation has no list; it is simulated.

The difference of the arms is the range of their counts, each divided by its share in lowest terms: for two equal arms
the absolute difference. Guesses are those of somebody who knows every earlier allocation of the list: `converging`
names the arm that is furthest behind its share and `diverging` the one furthest ahead (Blackwell D, Hodges JL. Ann
Math Stat 1957;28:449-460; with unequal shares the first is the directional strategy); between arms that tie, a fair
coin guesses. `best` knows the scheme as well, the size of the current block included.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import lcm

import numpy as np

from equipoise.allocation import ListScheme, PermutedBlocks
from equipoise.allocation.arms import lowest_terms
from equipoise.simulation.randomisation.errors import assessment_error

Counts = tuple[int, ...]
Step = tuple[float, int, Counts]
MOST_LISTS = 1 << 16
NEGLIGIBLE = 1e-22
"""A state that is less likely is not followed: all of them together change no digit that a number has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListProperties:
    """One list of `places` places. Guesses and certain: expected share of the places. differences: the probability of
    each difference at the end; greatest: of the greatest on the way."""

    places: int
    converging: float
    diverging: float
    best: float
    certain: float
    differences: dict[float, float]
    greatest: dict[float, float]

    @property
    def mean_difference(self) -> float:
        """The expected difference at the end."""
        return mean_of(self.differences)

    @property
    def mean_greatest(self) -> float:
        """The expected greatest difference on the way."""
        return mean_of(self.greatest)


def mean_of(distribution: dict[float, float]) -> float:
    """The mean of a distribution."""
    return sum(value * probability for value, probability in distribution.items())


def quantile_of(distribution: dict[float, float], share: float) -> float:
    """The least value that is not exceeded with at least this probability."""
    total = 0.0
    for value in sorted(distribution):
        total += distribution[value]
        if total >= share - 1e-12:
            return value
    raise AssertionError("the probabilities sum to 1")


def beyond(distribution: dict[float, float], limit: float) -> float:
    """The probability of more than a limit."""
    return sum(probability for value, probability in distribution.items() if value > limit)


def difference(counts: Sequence[int], ratio: Sequence[int]) -> float:
    """The range of the counts, each divided by its share."""
    parts = _parts(counts, ratio)
    return (max(parts) - min(parts)) / lcm(*ratio)


def _parts(counts: Sequence[int], ratio: Sequence[int]) -> list[int]:
    """The counts, each divided by its share, times the least number that leaves them whole."""
    whole = lcm(*ratio)
    return [count * (whole // part) for count, part in zip(counts, ratio, strict=True)]


def list_properties(scheme: ListScheme | PermutedBlocks, places: int) -> ListProperties:
    """The exact properties of the first places of one list. Raises LIST-001 where the list is shorter.

    >>> blocks = eq.PermutedBlocks(arms=("new", "old"), ratio=(1, 1), block_sizes=(4,))
    >>> round(eq.list_properties(blocks, 12).converging, 4)
    0.7083
    """
    walk = _Walk(scheme, places)
    guesses = np.zeros(4)
    for weight, steps, counts in walk.forward():
        chances = _chances(steps, len(scheme.arms))
        guesses += weight * np.array(_guessed(chances, counts, walk.ratio))
    converging, diverging, best, certain = guesses / places
    return ListProperties(
        places=places,
        converging=float(converging),
        diverging=float(diverging),
        best=float(best),
        certain=float(certain),
        differences=walk.ends(),
        greatest=walk.greatest(),
    )


def _chances(steps: Sequence[Step], arms: int) -> list[float]:
    chances = [0.0] * arms
    for probability, arm, _ in steps:
        chances[arm] += probability
    return chances


def _guessed(
    chances: Sequence[float], counts: Sequence[int], ratio: Sequence[int]
) -> tuple[float, float, float, float]:
    """The probability that each guesser is right, and that nothing was left to chance."""
    parts = _parts(counts, ratio)
    shares = []
    for extreme in (min(parts), max(parts)):
        named = [chance for chance, part in zip(chances, parts, strict=True) if part == extreme]
        shares.append(sum(named) / len(named))
    best = max(chances)
    return shares[0], shares[1], best, float(best >= 1)


class _Walk:
    """The chain of a scheme: a state is the counts of the arms, and what is left of the current block by arm."""

    def __init__(self, scheme: ListScheme | PermutedBlocks, places: int) -> None:
        if places < 1 or (scheme.maximum is not None and places > scheme.maximum):
            raise assessment_error("LIST-001", scheme.name, f"{places} of {scheme.maximum}")
        self.places = places
        self.ratio = lowest_terms(scheme.ratio)
        self.starts, self.steps = _chain(scheme)

    def start(self) -> dict[tuple[Counts, Counts], float]:
        none = (0,) * len(self.ratio)
        return {(none, left): probability for probability, left in self.starts(none)}

    def forward(self) -> Iterator[tuple[float, Sequence[Step], Counts]]:
        """Every state before every place: its probability, its steps and the counts."""
        states = self.start()
        for _ in range(self.places):
            for (counts, left), weight in states.items():
                yield weight, self.steps(counts, left), counts
            following = self._on(states)
            states = {state: weight for state, weight in following.items() if weight > NEGLIGIBLE}
        self._last = states

    def _on(self, states: dict[tuple[Counts, Counts], float]) -> dict[tuple[Counts, Counts], float]:
        following: dict[tuple[Counts, Counts], float] = defaultdict(float)
        for (counts, left), weight in states.items():
            for probability, arm, rest in self.steps(counts, left):
                more = (*counts[:arm], counts[arm] + 1, *counts[arm + 1 :])
                for share, begun in self.starts(more) if not any(rest) else ((1.0, rest),):
                    following[more, begun] += weight * probability * share
        return following

    def ends(self) -> dict[float, float]:
        """The distribution of the difference at the end; `forward` must have been run."""
        ends: dict[float, float] = defaultdict(float)
        for (counts, _), weight in self._last.items():
            ends[difference(counts, self.ratio)] += weight
        return dict(sorted(ends.items()))

    def greatest(self) -> dict[float, float]:
        """The distribution of the greatest difference: each state carries that of the greatest so far."""
        size = 1 + max(self.places * lcm(*self.ratio) // part for part in self.ratio)
        first = np.zeros(size)
        first[0] = 1.0
        states = {state: weight * first for state, weight in self.start().items()}
        for _ in range(self.places):
            following: dict[tuple[Counts, Counts], np.ndarray] = {}
            for state, so_far in states.items():
                for to, share in self._on({state: 1.0}).items():
                    parts = _parts(to[0], self.ratio)
                    more = share * _at_least(so_far, max(parts) - min(parts))
                    following[to] = following[to] + more if to in following else more
            states = {state: so_far for state, so_far in following.items() if so_far.sum() > NEGLIGIBLE}
        total = np.sum(list(states.values()), axis=0)
        return {int(place) / lcm(*self.ratio): float(total[place]) for place in np.flatnonzero(total)}


def _at_least(so_far: np.ndarray, apart: int) -> np.ndarray:
    """The distribution of the greater of what was so far and this."""
    greater = so_far.copy()
    greater[: apart + 1] = 0.0
    greater[apart] = so_far[: apart + 1].sum()
    return greater


Starts = Callable[[Counts], Sequence[tuple[float, Counts]]]


def _chain(scheme: ListScheme | PermutedBlocks) -> tuple[Starts, Callable[[Counts, Counts], Sequence[Step]]]:
    if isinstance(scheme, PermutedBlocks):
        return _block_chain(scheme)

    @cache
    def steps(counts: Counts, left: Counts) -> Sequence[Step]:
        chances = scheme.chances(counts)
        return [(float(chance), arm, ()) for arm, chance in enumerate(chances) if chance]

    return (lambda counts: ((1.0, ()),)), steps


def _block_chain(scheme: PermutedBlocks) -> tuple[Starts, Callable[[Counts, Counts], Sequence[Step]]]:
    ratio = lowest_terms(scheme.ratio)
    sizes = scheme.block_sizes
    begun: dict[Counts, float] = defaultdict(float)
    for size in sizes:
        begun[tuple(part * size // sum(ratio) for part in ratio)] += 1 / len(sizes)
    blocks = [(probability, left) for left, probability in begun.items()]

    @cache
    def steps(counts: Counts, left: Counts) -> Sequence[Step]:
        whole = sum(left)
        return [
            (many / whole, arm, (*left[:arm], many - 1, *left[arm + 1 :]))
            for arm, many in enumerate(left)
            if many
        ]

    return (lambda counts: blocks), steps


def every_list(scheme: ListScheme | PermutedBlocks, places: int) -> tuple[np.ndarray, np.ndarray]:
    """Every possible list of this many places, as arms (lists, places), and their probabilities.

    Raises LIST-001 where the list is shorter, LIST-002 where there are more than 65,536 to go through.
    """
    walk = _Walk(scheme, places)
    paths: dict[tuple[int, ...], dict[tuple[Counts, Counts], float]] = {(): walk.start()}
    for _ in range(places):
        longer: dict[tuple[int, ...], dict[tuple[Counts, Counts], float]] = {}
        for path, states in paths.items():
            before = path.count
            for (counts, left), weight in walk._on(states).items():
                arm = next(arm for arm, count in enumerate(counts) if count > before(arm))
                longer.setdefault((*path, arm), {})[counts, left] = weight
            if len(longer) > MOST_LISTS:
                raise assessment_error("LIST-002", scheme.name, f"more than {MOST_LISTS}")
        paths = longer
    arms = np.array(list(paths), np.int8).reshape(len(paths), places)
    return arms, np.array([sum(states.values()) for states in paths.values()])
