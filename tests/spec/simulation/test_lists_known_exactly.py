"""What can be known of one list without drawing any, and what drawn lists show of the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from itertools import permutations
from typing import Any

import numpy as np
import pytest

from equipoise.allocation import (
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
)
from equipoise.simulation.randomisation import exact
from equipoise.simulation.randomisation.errors import AssessmentError
from equipoise.simulation.randomisation.exact import (
    beyond,
    difference,
    every_list,
    list_properties,
    mean_of,
    quantile_of,
)
from equipoise.simulation.randomisation.observed import foreseen, seen
from equipoise.simulation.randomisation.plans import plan_of
from equipoise.simulation.randomisation.twins import draw_of, lists

TWO: dict[str, Any] = {"arms": ("a", "b"), "ratio": (1, 1)}
THREE: dict[str, Any] = {"arms": ("a", "b", "c"), "ratio": (2, 1, 1)}
COIN = Fraction(2, 3)
SCHEMES = {
    "complete": Complete(**THREE),
    "rule": RandomAllocationRule(**THREE, maximum=8),
    "blocks": PermutedBlocks(**TWO, block_sizes=(4, 6, 4)),
    "blocks of three arms": PermutedBlocks(**THREE, block_sizes=(4, 8)),
    "efron": BiasedCoin(**TWO, probability=COIN),
    "stick": BiasedCoin(**TWO, tolerance=2),
    "chen": BiasedCoin(**TWO, probability=COIN, tolerance=2),
    "maximal": Maximal(**TWO, tolerance=2, maximum=8),
    "urn": Urn(arms=("a", "b", "c"), ratio=(1, 1, 1)),
}


def code_of(action: Callable[[], object]) -> str:
    """The code with which an action is refused."""
    with pytest.raises(AssessmentError) as refusal:
        action()
    return refusal.value.code


@pytest.mark.parametrize("name", SCHEMES)
def test_the_chain_and_the_sum_over_all_lists_agree(name: str) -> None:
    scheme = SCHEMES[name]
    arms, probabilities = every_list(scheme, 7)
    found = seen(arms, np.zeros_like(arms, np.int32), np.array(plan_of(scheme, ["all"]).ratio))
    known = list_properties(scheme, 7)
    assert probabilities.sum() == pytest.approx(1) and len({row.tobytes() for row in arms}) == len(arms)
    assert known.converging == pytest.approx(probabilities @ found.right)
    assert mean_of(known.differences) == pytest.approx(probabilities @ found.ends)
    assert mean_of(known.greatest) == pytest.approx(probabilities @ found.greatest)
    assert known.diverging <= known.best + 1e-12 and known.converging <= known.best + 1e-12


@pytest.mark.parametrize("name", SCHEMES)
def test_drawn_lists_show_what_the_chain_says(name: str) -> None:
    scheme, trials = SCHEMES[name], 4000
    plan, everyone = plan_of(scheme, ["all"]), np.zeros((4000, 8), np.int32)
    found = seen(lists(plan, everyone, 3), everyone, plan.ratio)
    best, certain = foreseen(plan, everyone, 3)
    known = list_properties(scheme, 8)
    for drawn, expected in (
        (found.right, known.converging),
        (found.ends, mean_of(known.differences)),
        (found.greatest, mean_of(known.greatest)),
        (best, known.best),
        (certain, known.certain),
    ):
        assert abs(drawn.mean() - expected) <= 4.5 * drawn.std() / trials**0.5 + 1e-9


def test_a_block_is_every_order_alike() -> None:
    arms, probabilities = every_list(PermutedBlocks(**THREE, block_sizes=(4,)), 4)
    orders = {tuple(order) for order in permutations((0, 0, 1, 2))}
    assert {tuple(row) for row in arms.tolist()} == orders
    assert probabilities == pytest.approx(np.full(len(orders), 1 / len(orders)))


def test_a_distribution_has_a_mean_a_quantile_and_a_tail() -> None:
    distribution = {0.0: 0.5, 2.0: 0.45, 4.0: 0.05}
    assert mean_of(distribution) == pytest.approx(1.1)
    assert quantile_of(distribution, 0.95) == 2 and quantile_of(distribution, 0.96) == 4
    assert beyond(distribution, 2) == pytest.approx(0.05)


def test_a_difference_counts_in_shares() -> None:
    assert difference((4, 2, 2), (2, 1, 1)) == 0 and difference((5, 2, 2), (2, 1, 1)) == 0.5


def test_a_list_has_no_places_beyond_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = RandomAllocationRule(**TWO, maximum=8)
    assert (
        code_of(lambda: list_properties(rule, 9)) == code_of(lambda: list_properties(rule, 0)) == "LIST-001"
    )
    monkeypatch.setattr(exact, "MOST_LISTS", 100)
    assert len(every_list(Complete(**TWO), 6)[0]) == 64
    assert code_of(lambda: every_list(Complete(**TWO), 7)) == "LIST-002"


def test_groups_are_seen_apart() -> None:
    arms = np.array([[0, 0, 1, 0, -1]], np.int8)
    found = seen(arms, np.array([[0, 1, 0, 1, 1]]), np.array([1, 1]))
    assert found.ends.tolist() == [2] and found.greatest.tolist() == [2] and found.average.tolist() == [1]
    assert found.named.tolist() == [[-1, -1, 1, 1, -1]] and found.right.tolist() == [(0.5 + 0.5 + 1 + 0) / 4]


def test_what_can_be_foreseen_is_what_the_scheme_is_about_to_do() -> None:
    scheme = Minimisation(
        arms=("a", "b", "c"),
        ratio=(2, 1, 1),
        factors=("site", "sex"),
        probability=Fraction("0.8"),
        weights={"sex": 2},
    )
    strata = [f"site={site};sex={sex}" for site in "123" for sex in "fm"]
    order = np.random.default_rng(8).integers(0, 6, (1, 50))
    best, certain = foreseen(plan_of(scheme, strata), order, 4)
    assert best[0] == pytest.approx(_foreseen(scheme, strata, order[0].tolist(), 4)) and certain[0] == 0


def _foreseen(scheme: Minimisation, strata: list[str], order: list[int], seed: int) -> float:
    """The expected share of right guesses, from the scheme's own scores and probabilities."""
    tallies, draw, total = empty_tallies(), draw_of(strata, seed, 0), 0.0
    for number in order:
        scores = scheme.scores(strata[number], tallies)
        least = [arm for arm, score in enumerate(scores) if score == min(scores)]
        shares = Counter({arm: Fraction(0) for arm in range(3)})
        for favoured in least:
            chance = Fraction(scheme.ratio[favoured], sum(scheme.ratio[arm] for arm in least))
            for arm, probability in enumerate(scheme.probabilities(favoured)):
                shares[arm] += chance * probability
        total += float(max(shares.values()))
        tallies = counted(tallies, allocation_data(allocate(scheme, strata[number], tallies, draw)))
    return total / len(order)


def test_nobody_and_full_lists_are_left_out() -> None:
    scheme: Scheme = RandomAllocationRule(**TWO, maximum=2)
    best, certain = foreseen(plan_of(scheme, ["all"]), np.array([[0, -1, 0, 0]]), 1)
    assert best.tolist() == [0.75] and certain.tolist() == [0.5]
