"""Minimisation: which arm is favoured, how strongly, and what is refused.

The arm that would leave the arms most alike, over the new participant's levels of all factors, is favoured by
a biased coin. The coin never makes the next arm certain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction

import pytest

from equipoise.allocation import (
    AllocationError,
    Minimisation,
    Tallies,
    allocate,
    allocation_data,
    counted,
    empty_tallies,
    hmac_draw,
    stratum_name,
)
from equipoise.allocation.minimisation import deviation, spread, variance
from equipoise.allocation.tallies import Allocation, after

SEED = bytes(range(32))


def scheme(**changed: object) -> Minimisation:
    """A scheme of two arms and two factors, with something changed."""
    settings: dict = {
        "arms": ("control", "treatment"),
        "ratio": (1, 1),
        "factors": ("site", "sex"),
        "probability": Fraction("0.8"),
    }
    return Minimisation(**{**settings, **changed})


def margins(counts: dict[tuple[str, str], tuple[int, int]]) -> Tallies:
    """Tallies with these counts of control and treatment."""
    return Tallies(
        margins={
            (factor, level, arm): count
            for (factor, level), pair in counts.items()
            for arm, count in zip(("control", "treatment"), pair, strict=True)
        }
    )


def code_of(action: Callable[[], object]) -> str:
    """The code with which an action is refused."""
    with pytest.raises(AllocationError) as refusal:
        action()
    return refusal.value.code


def test_the_published_example_of_fourteen_participants() -> None:
    """Korean J Anesthesiol 2019 (PMC6547231), table 4: the fifteenth is a woman of 74 years at site 2.

    To control the imbalances sum to 3, to treatment to 5, so control is favoured.
    """
    earlier = margins({("site", "2"): (3, 5), ("sex", "female"): (3, 3), ("age", "65 and over"): (3, 3)})
    example = scheme(factors=("site", "sex", "age"))
    assert example.scores("site=2;sex=female;age=65 and over", earlier) == (3, 5)


def test_the_published_example_of_six_clusters() -> None:
    """PMC3503622, table 3, after Scott et al. 2002: high baseline rate and moderate covariate rate.

    The example gives the seventh 2 for control and 4 for intervention, so control is favoured.
    """
    earlier = margins({("baseline", "high"): (2, 2), ("covariate", "moderate"): (1, 3)})
    example = scheme(factors=("baseline", "covariate"))
    assert example.scores("baseline=high;covariate=moderate", earlier) == (2, 4)


def test_the_measures_of_imbalance() -> None:
    assert spread((4, 1, 2)) == 3
    assert variance((4, 1, 2)) == 14
    assert deviation((4, 1, 2)) == 245213  # 2^16 times the root of 14, rounded down


def test_measures_can_disagree_about_the_favoured_arm() -> None:
    """One large difference against two small ones: the variance minds the large one more."""
    earlier = margins({("site", "1"): (3, 0), ("sex", "m"): (0, 1), ("age", "old"): (0, 1)})
    three = {"factors": ("site", "sex", "age")}
    assert scheme(**three).scores("site=1;sex=m;age=old", earlier) == (4, 6)
    assert scheme(**three, imbalance="variance").scores("site=1;sex=m;age=old", earlier) == (16, 12)
    roots = scheme(**three, imbalance="standard_deviation").scores("site=1;sex=m;age=old", earlier)
    assert roots == (4 * 65536, 6 * 65536)


def test_a_weight_multiplies_the_imbalance_of_its_factor() -> None:
    earlier = margins({("site", "1"): (3, 0), ("sex", "m"): (0, 3)})
    assert scheme().scores("site=1;sex=m", earlier) == (6, 6)
    assert scheme(weights={"site": 2}).scores("site=1;sex=m", earlier) == (10, 8)


def test_counts_are_divided_by_the_share_of_their_arm() -> None:
    """At 2:1 two against one is balance."""
    earlier = margins({("site", "1"): (2, 1), ("sex", "m"): (2, 1)})
    assert scheme(ratio=(2, 1)).scores("site=1;sex=m", earlier) == (2, 4)


def test_the_coin_gives_the_favoured_arm_its_probability() -> None:
    assert scheme().probabilities(1) == (Fraction(1, 5), Fraction(4, 5))


def test_the_rest_is_shared_equally_where_the_shares_are_equal() -> None:
    three = scheme(arms=("a", "b", "c"), ratio=(1, 1, 1))
    assert three.probabilities(0) == (Fraction(8, 10), Fraction(1, 10), Fraction(1, 10))


def test_at_a_tie_every_arm_has_its_share_exactly() -> None:
    """The mean of the coin over the tied arms, weighted by share, is the share: the ratio is kept."""
    three = scheme(arms=("a", "b", "c"), ratio=(2, 1, 1))
    shares = (Fraction(1, 2), Fraction(1, 4), Fraction(1, 4))
    by_favoured = [three.probabilities(index) for index in range(3)]
    for arm in range(3):
        assert sum(shares[index] * by_favoured[index][arm] for index in range(3)) == shares[arm]
    assert by_favoured[1][1] == Fraction(4, 5)
    assert by_favoured[0][0] > Fraction(4, 5)


def test_the_draws_follow_the_exact_probabilities() -> None:
    """Driven through a grid of tie and coin draws, each arm comes as often as its probability says."""
    grid = [step * 2**32 // 40 for step in range(40)]
    tied = Counter(
        allocate(
            scheme(),
            "site=1;sex=m",
            empty_tallies(),
            lambda text, tie=tie, coin=coin: tie if text.endswith("tie") else coin,
        ).arm
        for tie in grid
        for coin in grid
    )
    assert tied == {"control": 800, "treatment": 800}
    behind = margins({("site", "1"): (2, 0), ("sex", "m"): (0, 0)})
    coins = Counter(
        allocate(scheme(), "site=1;sex=m", behind, lambda _, coin=coin: coin).arm for coin in grid
    )
    assert coins == {"control": 8, "treatment": 32}


def test_the_list_of_a_seed_is_this_one() -> None:
    """The golden list. It may never change: it would no longer verify the trials that were drawn from it."""
    tallies, draw, arms = empty_tallies(), hmac_draw(SEED), ""
    for number in range(24):
        levels = {"site": str(number % 3), "sex": "mf"[number % 2]}
        allocation = allocate(scheme(weights={"sex": 2}), stratum_name(levels), tallies, draw)
        tallies = counted(tallies, allocation_data(allocation))
        assert (allocation.slot, allocation.block) == (number + 1, 0)
        arms += allocation.arm[0]
    assert arms == "tttcccctcccttttttccttccc"


def test_an_allocation_given_outside_the_list_counts_for_the_balance_and_takes_no_place() -> None:
    outside = {"scheme": "outside", "stratum": "site=1;sex=m", "slot": "", "arm": "control"}
    tallies = counted(empty_tallies(), outside)
    assert scheme().scores("site=1;sex=m", tallies) == (4, 0)
    assert allocate(scheme(), "site=1;sex=m", tallies, hmac_draw(SEED)).slot == 1


def test_the_tallies_count_every_margin() -> None:
    one = Allocation(scheme="main", stratum="site=1;sex=m", slot=1, block=0, arm="control")
    tallies = after(empty_tallies(), one)
    assert tallies.margins == {("site", "1", "control"): 1, ("sex", "m", "control"): 1}
    assert tallies.total == 1


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("ALLO-001", {"arms": ("a",), "ratio": (1,)}),
        ("ALLO-006", {"probability": Fraction(1)}),
        ("ALLO-006", {"probability": Fraction(3, 2)}),
        ("ALLO-007", {"probability": Fraction(1, 2)}),
        ("ALLO-007", {"probability": Fraction(0)}),
        ("ALLO-008", {"imbalance": "entropy"}),
        ("ALLO-009", {"factors": ()}),
        ("ALLO-009", {"factors": ("site", "site")}),
        ("ALLO-009", {"weights": {"age": 1}}),
        ("ALLO-009", {"weights": {"site": 0}}),
    ],
)
def test_a_scheme_that_does_not_conceal_or_does_not_balance_is_refused(code: str, changed: dict) -> None:
    assert code_of(lambda: scheme(**changed)) == code


@pytest.mark.parametrize("levels", [{}, {"site": "1"}, {"sex": "m", "site": "1"}])
def test_a_stratum_without_the_levels_of_the_factors_is_refused(levels: dict[str, str]) -> None:
    assert (
        code_of(lambda: allocate(scheme(), stratum_name(levels), empty_tallies(), hmac_draw(SEED)))
        == "ALLO-022"
    )
