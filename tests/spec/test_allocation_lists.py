"""Lists drawn place by place: complete, random allocation, biased coins, the maximal procedure, the urn.

Each scheme gives the arms weights, whole numbers, from what they have had in the stratum so far; the sealed draw of
the place falls on one of them. A list of a scheme is verified as every other, from the opened seal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from equipoise.allocation import (
    Allocation,
    AllocationError,
    BiasedCoin,
    Complete,
    ListScheme,
    Maximal,
    Minimisation,
    RandomAllocationRule,
    Seal,
    Urn,
    allocate,
    allocation_data,
    check_history,
    counted,
    empty_tallies,
    hmac_draw,
)
from equipoise.allocation.lists import completions

SEED = bytes(range(32))
TWO: dict[str, Any] = {"arms": ("active", "control"), "ratio": (1, 1)}
THREE: dict[str, Any] = {"arms": ("low", "high", "control"), "ratio": (1, 1, 1)}
EFRON = BiasedCoin(**TWO, probability=Fraction(2, 3))
BIG_STICK = BiasedCoin(**TWO, tolerance=2)
CHEN = BiasedCoin(**TWO, probability=Fraction(2, 3), tolerance=2)


def drawn(scheme: ListScheme, strata: Sequence[str], seed: bytes = SEED) -> list[Allocation]:
    """The allocations of participants who come in this order."""
    tallies, draw, allocations = empty_tallies(), hmac_draw(seed), []
    for stratum in strata:
        allocation = allocate(scheme, stratum, tallies, draw)
        tallies = counted(tallies, allocation_data(allocation))
        allocations.append(allocation)
    return allocations


def code_of(action: Callable[[], object]) -> str:
    """The code with which an action is refused."""
    with pytest.raises(AllocationError) as refusal:
        action()
    return refusal.value.code


def chance(scheme: ListScheme, arms: Sequence[int]) -> Fraction:
    """The probability of a whole list."""
    counts, product = [0] * len(scheme.arms), Fraction(1)
    for arm in arms:
        product *= scheme.chances(counts)[arm]
        if not product:
            return product
        counts[arm] += 1
    return product


def lists(scheme: ListScheme, length: int) -> dict[tuple[int, ...], Fraction]:
    """Every possible list of this length, with its probability."""
    every = {arms: chance(scheme, arms) for arms in product(range(len(scheme.arms)), repeat=length)}
    return {arms: probability for arms, probability in every.items() if probability}


def test_complete_randomisation_forgets_what_went_before() -> None:
    scheme = Complete(arms=("a", "b", "c"), ratio=(3, 2, 1))
    assert scheme.chances((0, 0, 0)) == (Fraction(1, 2), Fraction(1, 3), Fraction(1, 6))
    assert scheme.chances((90, 0, 3)) == scheme.chances((0, 0, 0))


@pytest.mark.parametrize(
    ("arms", "ratio", "maximum", "number"),
    [("ab", (1, 1), 8, 70), ("ab", (4, 2), 6, 15), ("abc", (1, 1, 1), 6, 90)],
)
def test_the_random_allocation_rule_draws_every_balanced_list_alike(
    arms: str, ratio: tuple[int, ...], maximum: int, number: int
) -> None:
    every = lists(RandomAllocationRule(arms=tuple(arms), ratio=ratio, maximum=maximum), maximum)
    assert set(every.values()) == {Fraction(1, number)} and len(every) == number


def test_a_biased_coin_favours_the_arm_that_is_behind() -> None:
    even, behind = (Fraction(1, 2), Fraction(1, 2)), Fraction(2, 3)
    assert EFRON.chances((4, 4)) == even
    assert EFRON.chances((9, 4)) == (1 - behind, behind) and EFRON.chances((4, 5)) == (behind, 1 - behind)


def test_a_big_stick_is_a_fair_coin_until_the_tolerance() -> None:
    even = (Fraction(1, 2), Fraction(1, 2))
    assert BIG_STICK.chances((5, 4)) == BIG_STICK.chances((4, 5)) == even
    assert BIG_STICK.chances((6, 4)) == (0, 1) and BIG_STICK.chances((4, 6)) == (1, 0)


def test_chens_coin_is_biased_within_the_tolerance() -> None:
    assert CHEN.chances((4, 4)) == (Fraction(1, 2), Fraction(1, 2))
    assert CHEN.chances((5, 4)) == (Fraction(1, 3), Fraction(2, 3)) and CHEN.chances((6, 4)) == (0, 1)


@pytest.mark.parametrize(("tolerance", "length", "number"), [(1, 8, 16), (2, 8, 54), (4, 8, 70), (3, 6, 20)])
def test_the_maximal_procedure_draws_every_list_within_the_tolerance_alike(
    tolerance: int, length: int, number: int
) -> None:
    every = lists(Maximal(**TWO, tolerance=tolerance, maximum=length), length)
    assert set(every.values()) == {Fraction(1, number)} and len(every) == number
    for arms in every:
        path = [arms[:place].count(0) - arms[:place].count(1) for place in range(length + 1)]
        assert max(map(abs, path)) <= tolerance and path[-1] == 0


def test_the_ways_to_complete_a_list_are_counted() -> None:
    assert completions(2, 2) == ((0, 0, 0, 1, 0, 0, 0), (0, 0, 1, 0, 1, 0, 0), (0, 1, 0, 2, 0, 1, 0))


def test_an_urn_gets_balls_of_the_other_arms() -> None:
    urn = Urn(**THREE, initial=1, added=2)
    assert urn.weights((0, 0, 0)) == (1, 1, 1)
    assert urn.weights((1, 0, 0)) == (1, 3, 3) and urn.weights((2, 1, 0)) == (3, 5, 7)


def test_an_urn_that_is_empty_at_first_starts_with_a_fair_draw() -> None:
    urn = Urn(**TWO)
    assert urn.chances((0, 0)) == (Fraction(1, 2), Fraction(1, 2)) and urn.chances((1, 0)) == (0, 1)


@pytest.mark.parametrize(
    "scheme",
    [Complete(**THREE), RandomAllocationRule(**TWO, maximum=20), EFRON, BIG_STICK, CHEN, Urn(**THREE),
     Maximal(**TWO, tolerance=2, maximum=20)],
    ids=lambda scheme: type(scheme).__name__,
)  # fmt: skip
def test_every_stratum_has_its_list_and_the_seal_gives_them_again(scheme: ListScheme) -> None:
    history = drawn(scheme, ["sex=f", "sex=m"] * 20)
    women = [place for place in history if place.stratum == "sex=f"]
    assert women == drawn(scheme, ["sex=f"] * 20)
    assert [place.slot for place in women] == list(range(1, 21)) and {place.block for place in women} == {1}
    seal = Seal(seed=SEED, block_sizes=(), salt=bytes(32))
    outside = Allocation(scheme="outside", stratum="sex=f", slot=0, block=0, arm=scheme.arms[0])
    check_history(scheme, seal, [*history[:7], outside, *history[7:]])
    wrong = next(arm for arm in scheme.arms if arm != history[30].arm)
    history[30] = Allocation(scheme="main", stratum=history[30].stratum, slot=16, block=1, arm=wrong)
    assert code_of(lambda: check_history(scheme, seal, history)) == "ALLO-034"


def test_the_draws_follow_the_probabilities() -> None:
    arms = Counter(place.arm for place in drawn(Complete(arms=("a", "b"), ratio=(3, 1)), ["all"] * 4000))
    assert abs(arms["a"] - 3000) < 5 * (4000 * 3 / 16) ** 0.5


def test_a_stratum_has_no_place_beyond_the_maximum() -> None:
    scheme = Complete(**TWO, maximum=3)
    assert len(drawn(scheme, ["all"] * 3)) == 3
    assert code_of(lambda: drawn(scheme, ["all"] * 4)) == "ALLO-021"


def test_what_cannot_be_such_a_list_is_refused() -> None:
    unequal: dict[str, Any] = {"arms": ("a", "b"), "ratio": (2, 1)}
    coin = Fraction(2, 3)
    refused: list[tuple[str, Callable[[], object]]] = [
        ("ALLO-001", lambda: Complete(arms=("a",), ratio=(1,))),
        ("ALLO-002", lambda: Complete(arms=("a", "b"), ratio=(1, 0))),
        ("ALLO-005", lambda: Complete(**TWO, maximum=0)),
        ("ALLO-011", lambda: BiasedCoin(**unequal, probability=coin)),
        ("ALLO-011", lambda: BiasedCoin(**THREE, tolerance=2)),
        ("ALLO-011", lambda: Maximal(**THREE, tolerance=2, maximum=6)),
        ("ALLO-011", lambda: Urn(**unequal)),
        ("ALLO-012", lambda: BiasedCoin(**TWO)),
        ("ALLO-012", lambda: BiasedCoin(**TWO, probability=Fraction(1))),
        ("ALLO-012", lambda: BiasedCoin(**TWO, probability=Fraction(1, 3), tolerance=2)),
        ("ALLO-013", lambda: BiasedCoin(**TWO, tolerance=0)),
        ("ALLO-013", lambda: Maximal(**TWO, tolerance=0, maximum=6)),
        ("ALLO-014", lambda: RandomAllocationRule(**TWO)),
        ("ALLO-014", lambda: RandomAllocationRule(**unequal, maximum=8)),
        ("ALLO-014", lambda: Maximal(**TWO, tolerance=2, maximum=7)),
        ("ALLO-015", lambda: Urn(**TWO, initial=-1)),
        ("ALLO-015", lambda: Urn(**TWO, initial=1, added=0)),
    ]  # fmt: skip
    assert [code_of(action) for _, action in refused] == [code for code, _ in refused]


def test_a_scheme_must_say_its_weights() -> None:
    with pytest.raises(TypeError, match="weights"):
        ListScheme(**TWO)  # type: ignore[abstract]


def test_a_probability_that_is_no_fraction_becomes_one() -> None:
    """0.8 is four fifths, not the nearest binary number; so for the coin and for minimisation."""
    for given in (0.8, "0.8", "4/5", Fraction(4, 5)):
        assert BiasedCoin(**TWO, probability=given).probability == Fraction(4, 5)
        minimised = Minimisation(**TWO, factors=("site",), probability=given)
        assert minimised.probabilities(1) == (Fraction(1, 5), Fraction(4, 5))
