"""The compiled twins give, draw for draw, the arms of the package that randomises participants."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    allocate,
    allocation_data,
    counted,
    empty_tallies,
    stratum_name,
)
from equipoise.allocation.draws import choose, threshold
from equipoise.simulation.randomisation.plans import plan_of
from equipoise.simulation.randomisation.twins import bound, chosen, draw_of, lists, root

ARMS = ("a", "b", "c")
STRATA = [stratum_name({"site": site, "sex": sex}) for site, sex in product(["01", "02", "03"], "mf")]
WORDS = st.integers(0, (1 << 32) - 1) | st.sampled_from([0, 1, (1 << 31) - 1, 1 << 31, (1 << 32) - 1])


def slowly(
    scheme: Scheme, strata: Sequence[str], arrivals: Sequence[int], seed: int, trial: int
) -> list[str]:
    """The arms as the allocation package gives them."""
    tallies, draw, arms = empty_tallies(), draw_of(strata, seed, trial), []
    for number in arrivals:
        try:
            allocation = allocate(scheme, strata[number], tallies, draw)
        except AllocationError as refusal:
            assert refusal.code == "ALLO-021"
            arms.append("no place")
            continue
        tallies = counted(tallies, allocation_data(allocation))
        arms.append(allocation.arm)
    return arms


def blocks(ratio: tuple[int, ...]) -> PermutedBlocks:
    unit = sum(ratio)
    return PermutedBlocks(arms=ARMS[: len(ratio)], ratio=ratio, block_sizes=(unit, 3 * unit, 2 * unit))


def minimisation(ratio: tuple[int, ...], imbalance: str) -> Minimisation:
    return Minimisation(
        arms=ARMS[: len(ratio)],
        ratio=ratio,
        factors=("site", "sex"),
        probability=Fraction("0.83"),
        weights={"site": 2},
        imbalance=imbalance,
    )


RATIOS = ((1, 1), (2, 1), (1, 1, 1), (3, 2, 1))
TWO: dict[str, Any] = {"arms": ARMS[:2], "ratio": (1, 1)}
SCHEMES: list[Scheme] = [
    *(Complete(arms=ARMS[: len(ratio)], ratio=ratio) for ratio in RATIOS),
    *(RandomAllocationRule(arms=ARMS[: len(r)], ratio=r, maximum=sum(r) * 11) for r in RATIOS),
    *(BiasedCoin(**TWO, probability=Fraction(2, 3), tolerance=most) for most in (None, 1, 3)),
    *(BiasedCoin(**TWO, tolerance=most) for most in (1, 2, 5)),
    *(Maximal(**TWO, tolerance=most, maximum=length) for most in (1, 2, 4) for length in (2, 20)),
    *(Urn(arms=ARMS[:many], ratio=(1,) * many, initial=n, added=2) for many in (2, 3) for n in (0, 1)),
    *(blocks(ratio) for ratio in RATIOS),
    *(
        minimisation(ratio, measure)
        for ratio in RATIOS
        for measure in ("range", "variance", "standard_deviation")
    ),
]


@pytest.mark.parametrize("scheme", SCHEMES, ids=repr)
@settings(max_examples=5)
@given(data=st.data())
def test_a_twin_gives_the_arms_of_the_scheme_draw_for_draw(scheme: Scheme, data: st.DataObject) -> None:
    seed = data.draw(st.integers(0, (1 << 63) - 1))
    arrivals = data.draw(st.lists(st.integers(0, len(STRATA) - 1), min_size=1, max_size=60))
    first = data.draw(st.integers(0, 10**9))
    given = lists(plan_of(scheme, STRATA), np.array([arrivals, arrivals[::-1]]), seed, first=first)
    for row, order in enumerate((arrivals, arrivals[::-1])):
        arms = [scheme.arms[arm] if arm >= 0 else "no place" for arm in given[row]]
        assert arms == slowly(scheme, STRATA, order, seed, first + row)


@given(value=WORDS, outcomes=st.integers(1, 1000))
def test_integers_are_chosen_alike(value: int, outcomes: int) -> None:
    assert chosen(np.uint64(value), outcomes) == choose(value, outcomes)


@given(whole=st.integers(1, (1 << 32) - 1), data=st.data())
def test_thresholds_are_alike(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    assert bound(part, whole) == threshold(Fraction(part, whole))


@given(st.integers(0, (1 << 63) - 1))
def test_the_root_is_the_integer_root(square: int) -> None:
    found = int(root(np.uint64(square)))
    assert found**2 <= square < (found + 1) ** 2


def test_a_stratum_without_a_place_gives_no_arm() -> None:
    scheme = PermutedBlocks(arms=("a", "b"), ratio=(1, 1), block_sizes=(2,), maximum=3)
    given = lists(plan_of(scheme, ["x=1"]), np.zeros((1, 5), int), 1)
    assert (given >= 0).tolist() == [[True, True, True, False, False]]


def test_the_lists_do_not_depend_on_the_number_of_workers_nor_on_other_trials() -> None:
    plan = plan_of(blocks((1, 1)), STRATA)
    arrivals = np.random.default_rng(7).integers(0, len(STRATA), (31, 40))
    arrivals[:, 35:] = -1
    alone = lists(plan, arrivals, 11)
    assert np.array_equal(alone, lists(plan, arrivals, 11, workers=3))
    assert np.array_equal(alone[10:], lists(plan, arrivals[10:], 11, first=10))
    assert (alone[:, 35:] == -1).all() and (alone[:, :35] >= 0).all()
