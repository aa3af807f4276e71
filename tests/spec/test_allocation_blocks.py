"""Permuted blocks: how a list is drawn from a sealed seed, stratum by stratum, and what is refused.

Every block holds every arm in its exact share. Sizes and orders come from labelled draws, so the list of a
seed is always the same one, whoever asks and in whatever order the strata fill.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from itertools import product

import pytest

from equipoise.allocation import (
    Allocation,
    AllocationError,
    PermutedBlocks,
    allocate,
    counted,
    empty_tallies,
    hmac_draw,
    stratum_levels,
    stratum_name,
)
from equipoise.allocation.draws import choose, label, pick, shuffle, threshold
from equipoise.allocation.tallies import Tallies, after, allocation_data

SEED = bytes(range(32))
TWO = PermutedBlocks(arms=("active", "control"), ratio=(1, 1), block_sizes=(4, 6))


def drawn(scheme: PermutedBlocks, strata: list[dict[str, str]], seed: bytes = SEED) -> list[Allocation]:
    """The allocations of participants who come in this order."""
    tallies, draw, allocations = empty_tallies(), hmac_draw(seed), []
    for levels in strata:
        allocation = allocate(scheme, stratum_name(levels), tallies, draw)
        tallies = counted(tallies, allocation_data(allocation))
        allocations.append(allocation)
    return allocations


def code_of(action: Callable[[], object]) -> str:
    """The code with which an action is refused."""
    with pytest.raises(AllocationError) as refusal:
        action()
    return refusal.value.code


def test_a_label_is_scheme_stratum_slot_and_purpose() -> None:
    assert label(scheme="main", stratum="site=03", slot=7, purpose="size") == "main|site=03|7|size"


def test_a_draw_is_the_first_four_bytes_of_the_hmac_of_its_label() -> None:
    # RFC 4231, test case 2: key "Jefe", HMAC-SHA-256 begins 5bdcc146.
    assert hmac_draw(b"Jefe")("what do ya want for nothing?") == 0x5BDCC146


def test_a_choice_divides_the_draws_into_equal_parts() -> None:
    assert [choose(value, 3) for value in (0, 2**32 // 3, 2**32 // 3 + 1, 2**32 - 1)] == [0, 0, 1, 2]


def test_a_probability_becomes_a_threshold_rounded_down() -> None:
    assert threshold(Fraction(1, 2)) == 2**31
    assert threshold(Fraction(1, 3)) == 1431655765
    assert threshold(Fraction(1)) == 2**32


def test_picking_lays_the_probabilities_one_after_the_other() -> None:
    shares = [Fraction(1, 4), Fraction(1, 2), Fraction(1, 4)]
    edges = [0, 2**30 - 1, 2**30, 3 * 2**30 - 1, 3 * 2**30, 2**32 - 1]
    assert [pick(value, shares) for value in edges] == [0, 0, 1, 1, 2, 2]


def test_every_order_of_a_shuffle_is_equally_likely() -> None:
    """Driven through each pair of choices once, three places give each of their six orders once."""
    orders = Counter(
        shuffle("abc", lambda place, last=last, first=first: {2: last, 1: first}[place])
        for last, first in product((0, 2**31, 2**32 - 1), (0, 2**32 - 1))
    )
    assert len(orders) == 6
    assert set(orders.values()) == {1}


def test_the_list_of_a_seed_is_this_one() -> None:
    """The golden list. It may never change: it would no longer verify the trials that were drawn from it."""
    list_ = drawn(TWO, [{}] * 20)
    assert "".join(allocation.arm[0] for allocation in list_) == "caacaacacccacacaccaa"
    assert [allocation.block for allocation in list_] == [1] * 4 + [5] * 6 + [11] * 6 + [17] * 4


def test_three_arms_in_unequal_shares() -> None:
    scheme = PermutedBlocks(arms=("a", "b", "c"), ratio=(2, 1, 1), block_sizes=(4, 8))
    arms = Counter(allocation.arm for allocation in drawn(scheme, [{}] * 400))
    assert arms["b"] == arms["c"]
    assert arms["a"] == 2 * arms["b"]


def test_a_ratio_is_taken_in_its_lowest_terms() -> None:
    scheme = PermutedBlocks(arms=("a", "b"), ratio=(2, 2), block_sizes=(2,))
    assert sorted(allocation.arm for allocation in drawn(scheme, [{}] * 2)) == ["a", "b"]


def test_a_size_that_is_listed_twice_is_drawn_twice_as_often() -> None:
    scheme = PermutedBlocks(arms=("a", "b"), ratio=(1, 1), block_sizes=(2, 4, 4))
    assert [scheme.size("all", 1, lambda _, value=value: value) for value in (0, 2**31, 2**32 - 1)] == [
        2,
        4,
        4,
    ]


def test_strata_have_lists_of_their_own_whatever_the_order_of_arrival() -> None:
    yes, no = {"associated": "yes"}, {"associated": "no"}
    mixed = drawn(TWO, [yes, no, no, yes, no, yes])
    assert [each for each in mixed if each.stratum == "associated=yes"] == drawn(TWO, [yes] * 3)
    assert [each for each in mixed if each.stratum == "associated=no"] == drawn(TWO, [no] * 3)


def test_another_seed_gives_another_list() -> None:
    assert drawn(TWO, [{}] * 40) != drawn(TWO, [{}] * 40, seed=bytes(32))


def test_another_name_of_the_scheme_gives_another_list() -> None:
    other = PermutedBlocks(arms=TWO.arms, ratio=TWO.ratio, block_sizes=TWO.block_sizes, name="second")
    assert [each.arm for each in drawn(other, [{}] * 40)] != [each.arm for each in drawn(TWO, [{}] * 40)]


def test_an_allocation_given_outside_the_list_takes_no_place() -> None:
    outside = {"scheme": "outside", "stratum": "all", "slot": "", "arm": "control"}
    assert counted(empty_tallies(), outside) == empty_tallies()


@pytest.mark.parametrize("places", [1, 3])
def test_a_full_stratum_refuses_and_the_others_go_on(places: int) -> None:
    scheme = PermutedBlocks(arms=("a", "b"), ratio=(1, 1), block_sizes=(4,), maximum=places)
    strata = [{"site": "01"}] * places
    tallies = empty_tallies()
    for allocation in drawn(scheme, strata):
        tallies = after(tallies, allocation)
    assert code_of(lambda: allocate(scheme, "site=01", tallies, hmac_draw(SEED))) == "ALLO-021"
    assert allocate(scheme, "site=02", tallies, hmac_draw(SEED)).slot == 1


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("ALLO-001", {"arms": ("active",), "ratio": (1,)}),
        ("ALLO-001", {"arms": ("active", "active")}),
        ("ALLO-001", {"arms": (), "ratio": ()}),
        ("ALLO-002", {"ratio": (1, 0)}),
        ("ALLO-002", {"ratio": (1, 1, 1)}),
        ("ALLO-003", {"block_sizes": (4, 5)}),
        ("ALLO-003", {"block_sizes": (0,)}),
        ("ALLO-004", {"block_sizes": ()}),
        ("ALLO-005", {"maximum": 0}),
        ("ALLO-010", {"name": "main|x"}),
        ("ALLO-010", {"name": ""}),
    ],
)
def test_a_scheme_that_cannot_be_drawn_is_refused(code: str, changed: dict) -> None:
    settings = {"arms": ("active", "control"), "ratio": (1, 1), "block_sizes": (4,)}
    assert code_of(lambda: PermutedBlocks(**{**settings, **changed})) == code


@pytest.mark.parametrize("levels", [{}, {"site": "03"}, {"site": "03", "associated": "yes"}])
def test_the_name_of_a_stratum_gives_its_levels_back(levels: dict[str, str]) -> None:
    assert stratum_levels(stratum_name(levels)) == levels


@pytest.mark.parametrize("levels", [{"site": "0|3"}, {"a=b": "c"}, {"site": "a;b"}, {"site": ""}, {"": "x"}])
def test_a_stratum_that_could_be_read_in_two_ways_is_refused(levels: dict[str, str]) -> None:
    assert code_of(lambda: stratum_name(levels)) == "ALLO-020"


@pytest.mark.parametrize("slot", [1, 3])
def test_an_allocation_that_repeats_or_skips_a_slot_is_refused(slot: int) -> None:
    tallies = Tallies(slots={"all": 1}, blocks={"all": 1}, total=1)
    wrong = Allocation(scheme="main", stratum="all", slot=slot, block=1, arm="active")
    assert code_of(lambda: after(tallies, wrong)) == "ALLO-023"


@pytest.mark.parametrize(
    "data", [{}, {"scheme": "main", "stratum": "all", "slot": "x", "block": "1", "arm": "a"}]
)
def test_an_event_that_keeps_no_allocation_is_refused(data: dict[str, str]) -> None:
    assert code_of(lambda: counted(empty_tallies(), data)) == "ALLO-024"
