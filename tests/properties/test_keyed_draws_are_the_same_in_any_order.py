"""Keyed draws: what the documented arithmetic gives, the same in any order, spread as they should be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numba import njit
from scipy.special import ndtr

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
    assert keyed.higher(np.uint64(bits)) == bits >> 32
    assert keyed.lower(np.uint64(bits)) == bits & (2**32 - 1)
    assert keyed.uniform(key, number) == (bits >> 11) / 2**53
    assert keyed.below(key, number, 7) == (bits >> 32) * 7 >> 32


def test_the_numbers_of_a_path_never_change():
    """Pinned: a published seed must give the published trials for ever."""
    key = np.uint64(keyed.key(np.uint64(1), 2, 3, 4))
    assert key == 7374817990189038036
    assert keyed.bits64(key, 0) == 13626856915001629943
    assert keyed.higher(keyed.bits64(key, 0)) == 3172749866
    assert keyed.normal(key, 0) == pytest.approx(-0.34149043178212773, abs=1e-15)


@njit
def normals(count):
    found = np.empty(count)
    for row in range(count):
        found[row] = keyed.normal(keyed.key(3, row, 1, 2), 0)
    return found


def test_the_normal_draws_have_the_normal_distribution_to_its_tails():
    """Two million with one fixed seed: shares of 200 equal parts, and tails on both sides of the last layer's edge,
    which the draws of a first layer, of wedges and of the tail make together. Bounds of five standard errors."""
    found = normals(2_000_000)
    parts = np.bincount((200 * ndtr(found)).astype(int), minlength=200)
    assert ((parts - 10_000) ** 2 / 10_000).sum() < 199 + 5 * (2 * 199) ** 0.5
    for edge in (2.0, 3.0, 3.4, 3.45, 3.6, 4.0):
        for tail in (found > edge, found < -edge):
            expected = 2_000_000 * ndtr(-edge)
            assert abs(tail.sum() - expected) < 5 * expected**0.5


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
