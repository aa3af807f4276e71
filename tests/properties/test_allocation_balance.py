"""What holds for every list: exact blocks, dense slots, the same list again, margins kept close."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from equipoise.allocation import (
    Minimisation,
    PermutedBlocks,
    Scheme,
    Seal,
    allocate,
    allocation_data,
    counted,
    empty_tallies,
    hmac_draw,
    regenerate,
    stratum_name,
)
from equipoise.allocation.arms import lowest_terms
from equipoise.allocation.tallies import Allocation, allocation_from

ARMS = ("a", "b", "c", "d")
seeds = st.binary(min_size=16, max_size=32)
ratios = st.lists(st.integers(1, 3), min_size=2, max_size=4).map(tuple)
arrivals = st.lists(st.sampled_from(["x", "y", "z"]), max_size=60)


@st.composite
def block_schemes(draw: st.DrawFn) -> PermutedBlocks:
    ratio = draw(ratios)
    unit = sum(lowest_terms(ratio))
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    return PermutedBlocks(
        arms=ARMS[: len(ratio)], ratio=ratio, block_sizes=tuple(unit * size for size in sizes)
    )


@st.composite
def minimisations(draw: st.DrawFn) -> Minimisation:
    ratio = draw(ratios)
    least = Fraction(min(ratio), sum(ratio))
    return Minimisation(
        arms=ARMS[: len(ratio)],
        ratio=ratio,
        factors=("site", "sex"),
        probability=least + (1 - least) * Fraction(draw(st.integers(1, 99)), 100),
        weights={"site": draw(st.integers(1, 3))},
        imbalance=draw(st.sampled_from(["range", "variance", "standard_deviation"])),
    )


def run(scheme: Scheme, seed: bytes, sites: list[str]) -> list[Allocation]:
    tallies, draw, allocations = empty_tallies(), hmac_draw(seed), []
    for number, site in enumerate(sites):
        allocation = allocate(scheme, stratum_name({"site": site, "sex": "mf"[number % 2]}), tallies, draw)
        assert allocation_from(allocation_data(allocation)) == allocation
        tallies = counted(tallies, allocation_data(allocation))
        allocations.append(allocation)
    return allocations


@given(scheme=block_schemes(), seed=seeds, places=st.integers(0, 80))
def test_every_full_block_holds_every_arm_in_its_exact_share(
    scheme: PermutedBlocks, seed: bytes, places: int
) -> None:
    draw, tallies, blocks = hmac_draw(seed), empty_tallies(), {}
    for _ in range(places):
        allocation = allocate(scheme, "all", tallies, draw)
        tallies = counted(tallies, allocation_data(allocation))
        blocks.setdefault(allocation.block, []).append(allocation.arm)
    shares = dict(zip(scheme.arms, lowest_terms(scheme.ratio), strict=True))
    for start, arms in list(blocks.items())[:-1]:
        assert len(arms) == scheme.size("all", start, draw)
        repeats = len(arms) // sum(shares.values())
        assert Counter(arms) == {arm: part * repeats for arm, part in shares.items()}


@given(scheme=block_schemes(), seed=seeds, sites=arrivals)
def test_slots_are_dense_in_every_stratum(scheme: PermutedBlocks, seed: bytes, sites: list[str]) -> None:
    seen: dict[str, list[int]] = {}
    for allocation in run(scheme, seed, sites):
        seen.setdefault(allocation.stratum, []).append(allocation.slot)
    assert all(slots == list(range(1, len(slots) + 1)) for slots in seen.values())


@given(scheme=block_schemes() | minimisations(), seed=seeds, sites=arrivals)
def test_the_seed_gives_the_same_list_again(scheme: Scheme, seed: bytes, sites: list[str]) -> None:
    sizes = scheme.block_sizes if isinstance(scheme, PermutedBlocks) else ()
    seal = Seal(seed=seed, block_sizes=sizes, salt=bytes(16))
    recorded = run(scheme, seed, sites)
    assert list(regenerate(scheme, seal, recorded)) == recorded


@given(scheme=minimisations(), favoured=st.integers(0, 1))
def test_the_coin_is_a_distribution_that_favours_its_arm(scheme: Minimisation, favoured: int) -> None:
    chances = scheme.probabilities(favoured)
    share = Fraction(scheme.ratio[favoured], sum(scheme.ratio))
    assert sum(chances) == 1
    assert all(0 < chance < 1 for chance in chances)
    assert chances[favoured] > share


@given(seed=seeds, sites=st.lists(st.sampled_from(["x", "y", "z"]), min_size=40, max_size=80))
def test_an_almost_certain_coin_keeps_every_margin_close(seed: bytes, sites: list[str]) -> None:
    """With one factor and a coin that practically never loses, no margin is ever more than one apart."""
    scheme = Minimisation(
        arms=("a", "b"), ratio=(1, 1), factors=("site",), probability=1 - Fraction(1, 2**31)
    )
    tallies, draw = empty_tallies(), hmac_draw(seed)
    for site in sites:
        allocation = allocate(scheme, f"site={site}", tallies, draw)
        tallies = counted(tallies, allocation_data(allocation))
        counts = [tallies.margins.get(("site", site, arm), 0) for arm in scheme.arms]
        assert max(counts) - min(counts) <= 1
