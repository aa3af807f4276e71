"""Keyed draws: what the documented arithmetic gives, the same in any order, spread as they should be."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numba import njit

from equipoise.simulation import keyed

MASK = 2**64 - 1
wide = some.integers(0, MASK)


def mixed(bits: int) -> int:
    """SplitMix64's finaliser in whole numbers of Python."""
    bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & MASK
    return bits ^ (bits >> 31)


def key_of(*path: int) -> int:
    found = 0x9E3779B97F4A7C15
    for number in path:
        found = mixed(found ^ mixed(((number + 1) * 0xD1B54A32D192ED03) & MASK))
    return found


def bits_of(key: int, number: int) -> int:
    return mixed((key + (number + 1) * 0x9E3779B97F4A7C15) & MASK)


@given(wide, some.integers(0, 10**6), some.integers(0, 10**6), some.integers(0, 10**3), some.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_the_bits_are_those_of_the_documented_arithmetic(seed, trial, participant, purpose, number):
    key = np.uint64(keyed.key(np.uint64(seed), trial, participant, purpose))
    assert key == key_of(seed, trial, participant, purpose)
    bits = bits_of(int(key), number)
    assert keyed.bits64(key, number) == bits
    assert keyed.draw32(key, number) == bits >> 32
    assert keyed.uniform(key, number) == (bits >> 11) / 2**53
    assert keyed.below(key, number, 7) == (bits >> 32) * 7 >> 32


def test_the_numbers_of_a_path_never_change():
    """Pinned: a published seed must give the published trials for ever."""
    key = np.uint64(keyed.key(np.uint64(1), 2, 3, 4))
    assert key == 7374817990189038036
    assert keyed.bits64(key, 0) == 13626856915001629943
    assert keyed.draw32(key, 0) == 3172749866


@pytest.mark.parametrize("share", [1e-300, 1e-20, 1e-9, 0.01, 0.07, 0.3, 0.5, 0.93, 0.999, 1 - 1e-12])
def test_the_quantile_is_the_standard_library_s(share):
    assert keyed.quantile(share) == pytest.approx(NormalDist().inv_cdf(share), abs=1e-13)


@njit
def table(seed, count):
    found = np.empty((count, 4))
    for row in range(count):
        key = keyed.key(seed, row // 100, row % 100, 5)
        found[row, 0] = keyed.uniform(key, 0)
        found[row, 1] = keyed.normal(key, 1)
        found[row, 2] = keyed.exponential(key, 2)
        found[row, 3] = keyed.below(key, 3, 10)
    return found


def test_the_draws_of_neighbouring_keys_have_their_distribution_and_are_independent():
    """200,000 rows with one fixed seed; each bound is more than four standard errors wide."""
    found = table(11, 200_000)
    assert found.mean(0) == pytest.approx([0.5, 0.0, 1.0, 4.5], abs=0.03)
    assert found.std(0) == pytest.approx([12**-0.5, 1.0, 1.0, 8.25**0.5], abs=0.015)
    assert np.abs(np.corrcoef(found.T) - np.eye(4)).max() < 0.01
    assert np.abs(np.corrcoef(found[:-1, 1], found[1:, 1])[0, 1]) < 0.01
    shares = np.bincount(found[:, 3].astype(int), minlength=10) / len(found)
    assert np.abs(shares - 0.1).max() < 0.004
