"""The seal: commitments that come first, and the list that anyone can recompute when the seal is opened."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from fractions import Fraction

import pytest

from equipoise.allocation import (
    Allocation,
    AllocationError,
    Minimisation,
    PermutedBlocks,
    Scheme,
    Seal,
    allocate,
    blocks_commitment,
    check_history,
    check_opened,
    hmac_draw,
    regenerate,
    seal_data,
    seal_from,
    seed_commitment,
)
from equipoise.allocation.tallies import after, empty_tallies

SEAL = Seal(seed=bytes(range(32)), block_sizes=(4, 6), salt=bytes(range(32, 64)))
BLOCKS = PermutedBlocks(arms=("active", "control"), ratio=(1, 1), block_sizes=(4, 6))
MINIMISED = Minimisation(
    arms=("active", "control"), ratio=(1, 1), factors=("site",), probability=Fraction("0.75")
)


def history(scheme: Scheme) -> list[Allocation]:
    """Thirty participants at three sites, one of them allocated outside the list."""
    tallies, draw, allocations = empty_tallies(), hmac_draw(SEAL.seed), []
    for number in range(30):
        allocation = allocate(scheme, f"site=0{number % 3}", tallies, draw)
        if number == 11:
            allocation = Allocation(scheme="outside", stratum="site=02", slot=0, block=0, arm="control")
        tallies = after(tallies, allocation)
        allocations.append(allocation)
    return allocations


@pytest.mark.parametrize("scheme", [BLOCKS, MINIMISED])
def test_the_opened_seal_gives_every_allocation_again(scheme: Scheme) -> None:
    recorded = history(scheme)
    assert list(regenerate(scheme, SEAL, recorded)) == recorded
    check_history(scheme, SEAL, recorded)


@pytest.mark.parametrize("scheme", [BLOCKS, MINIMISED])
def test_one_arm_chosen_by_hand_is_found(scheme: Scheme) -> None:
    recorded = history(scheme)
    other = {"active": "control", "control": "active"}[recorded[7].arm]
    recorded[7] = replace(recorded[7], arm=other)
    with pytest.raises(AllocationError, match="ALLO-034 main, site=01, slot"):
        check_history(scheme, SEAL, recorded)


def test_the_list_is_not_recomputed_with_other_block_sizes() -> None:
    with pytest.raises(AllocationError, match="ALLO-033"):
        regenerate(replace(BLOCKS, block_sizes=(4,)), SEAL, history(BLOCKS))


def test_the_commitments_are_plain_hashes_that_anyone_can_recompute() -> None:
    seed, salt = SEAL.seed.hex(), SEAL.salt.hex()
    assert seed_commitment(SEAL) == hashlib.sha256(f"equipoise-seed-1\n{salt}\n{seed}".encode()).hexdigest()
    assert blocks_commitment(SEAL) == hashlib.sha256(f"equipoise-blocks-1\n{salt}\n4,6".encode()).hexdigest()


def test_an_opened_seal_that_was_committed_to_is_accepted() -> None:
    check_opened(SEAL, seed=seed_commitment(SEAL), blocks=blocks_commitment(SEAL))
    check_opened(SEAL, seed=seed_commitment(SEAL))
    assert seed_commitment(SEAL) != blocks_commitment(SEAL)


@pytest.mark.parametrize(
    ("code", "other"),
    [
        ("ALLO-031", replace(SEAL, seed=bytes(32))),
        ("ALLO-031", replace(SEAL, salt=bytes(32))),
        ("ALLO-032", replace(SEAL, block_sizes=(6, 4))),
    ],
)
def test_an_opened_seal_that_was_not_committed_to_is_refused(code: str, other: Seal) -> None:
    with pytest.raises(AllocationError, match=code):
        check_opened(other, seed=seed_commitment(SEAL), blocks=blocks_commitment(SEAL))


@pytest.mark.parametrize("changed", [{"seed": bytes(15)}, {"salt": bytes(15)}])
def test_a_secret_that_can_be_found_by_trying_is_refused(changed: dict[str, bytes]) -> None:
    with pytest.raises(AllocationError, match="ALLO-030"):
        replace(SEAL, **changed)


def test_a_seal_is_kept_in_a_file_and_read_again() -> None:
    kept = seal_data(SEAL)
    assert kept == {"seed": SEAL.seed.hex(), "block_sizes": [4, 6], "salt": SEAL.salt.hex()}
    assert seal_from({**kept, "notice": "PUBLIC"}) == SEAL


@pytest.mark.parametrize(
    "changed", [{"seed": "zz"}, {"seed": None}, {"salt": 7}, {"block_sizes": ["four"]}, {"block_sizes": None}]
)
def test_what_is_no_seal_is_refused_without_repeating_it(changed: dict[str, object]) -> None:
    with pytest.raises(
        AllocationError, match=r"ALLO-035 file: this holds no seal: (Type|Value)Error"
    ) as error:
        seal_from({**seal_data(SEAL), **changed}, "file")
    assert SEAL.salt.hex() not in str(error.value)
    with pytest.raises(AllocationError, match="ALLO-035"):
        seal_from({})


def test_a_printed_seal_shows_no_secret() -> None:
    assert repr(SEAL) == "Seal()"
