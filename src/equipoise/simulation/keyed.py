"""Draws by number, for compiled loops: the same key gives the same number, in any order and on any worker.

There is no running stream. A key is made by going down a path (seed, trial, participant, purpose), and the draws of
a key are numbered. So what one participant does changes nothing for anybody else, and the numbers do not depend on
how many trials are run, in which order, or by how many threads and machines.

A draw is the finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014; its constants are Stafford's variant 13)
of the key plus the number times an odd constant. Going down a level uses another odd constant, so that a key is
never also a draw of the key above it. Not for concealment: who is allocated what in a real trial is drawn under seal.
From Python, give seeds and keys as
`numpy.uint64`; inside compiled functions any whole number serves.
"""

from __future__ import annotations

import numpy as np
from numba import njit

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
STEP = np.uint64(0xD1B54A32D192ED03)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)
ONE = np.uint64(1)
BY_11, BY_27, BY_30, BY_31, BY_32 = (np.uint64(bits) for bits in (11, 27, 30, 31, 32))
FINENESS = 1.0 / 2**53
FINE = 1.0 / 2**32
LOWER, LAYER = np.uint64(0xFFFFFFFF), np.uint64(127)
SIGNED = 1.0 / 2**52


@njit(inline="always")
def mixed(bits):
    """The finaliser: a permutation of the 64-bit numbers in which each bit of the result depends on all."""
    bits = (bits ^ (bits >> BY_30)) * FIRST
    bits = (bits ^ (bits >> BY_27)) * SECOND
    return bits ^ (bits >> BY_31)


@njit(inline="always")
def under(above, number):
    """The key of the `number`-th (from 0) below another key."""
    return mixed(np.uint64(above) ^ mixed((np.uint64(number) + ONE) * STEP))


@njit
def key(seed, trial, participant, purpose):
    """The key of one purpose of one participant of one trial: four whole numbers from 0, each below 2^64."""
    return under(under(under(under(GOLDEN, seed), trial), participant), purpose)


@njit(inline="always")
def bits64(key, number):
    """The `number`-th (from 0) draw of a key: 64 bits."""
    return mixed(np.uint64(key) + (np.uint64(number) + ONE) * GOLDEN)


@njit(inline="always")
def uniform(key, number):
    """In [0, 1), with 53 bits."""
    return np.float64(bits64(key, number) >> BY_11) * FINENESS


@njit(inline="always")
def below(key, number, count):
    """A whole number from 0 to count - 1, for counts up to 2^32 (the bias is at most count / 2^32)."""
    return np.int64(((bits64(key, number) >> BY_32) * np.uint64(count)) >> BY_32)


@njit(inline="always")
def higher(bits):
    """The upper 32 of 64 bits, as a whole number."""
    return np.int64(bits >> BY_32)


@njit(inline="always")
def lower(bits):
    """The lower 32 of 64 bits, as a whole number; independent of the upper ones."""
    return np.int64(bits & LOWER)


@njit(inline="always")
def part(bits, count):
    """A whole number from 0 to count - 1 from one of 32 bits, for counts below 2^31."""
    return (bits * count) >> 32


@njit(inline="always")
def waiting(bits):
    """Exponential with mean 1, from the upper 32 bits."""
    return -np.log((np.float64(higher(bits)) + 0.5) * FINE)


@njit(inline="always")
def exponential(key, number):
    """Exponential with mean 1."""
    return -np.log(1.0 - uniform(key, number))


@njit(inline="always")
def normal(key, number):
    """Standard normal: the ziggurat of Marsaglia and Tsang (J Stat Softw 2000;5(8)) in the form of Doornik (2005).

    97 of 100 need one draw; what that draw does not decide is drawn under a key of its own.
    """
    bits = bits64(key, number)
    layer = np.int64(bits & LAYER)
    share = np.float64(np.int64(bits) >> 11) * SIGNED
    found = share * EDGES[layer]
    if abs(share) >= INNER[layer]:
        found = _undecided(under(key, number), share, layer)
    return found


@njit
def _undecided(key, share, layer):
    """The normal whose first draw fell outside the inner part of its layer."""
    number = 0
    while True:
        found = share * EDGES[layer]
        if abs(share) < INNER[layer]:
            return found
        if layer == 0:
            return _beyond(key, number, share)
        above, height = HEIGHTS[layer + 1], HEIGHTS[layer] - HEIGHTS[layer + 1]
        if above + uniform(key, number) * height < np.exp(-0.5 * found * found):
            return found
        bits = bits64(key, number + 1)
        layer, share = np.int64(bits & LAYER), np.float64(np.int64(bits) >> 11) * SIGNED
        number += 2


@njit
def _beyond(key, number, share):
    """A normal beyond the last edge, with the sign of the share."""
    while True:
        further = exponential(key, number) / EDGES[1]
        if 2 * exponential(key, number + 1) >= further * further:
            return np.copysign(EDGES[1] + further, share)
        number += 2


def _ziggurat(layers: int, edge: float, area: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Edges of layers of equal area below the normal curve, the inner part of each, and the curve at each edge."""
    edges = np.zeros(layers + 1)
    edges[:2] = area / np.exp(-0.5 * edge * edge), edge
    for layer in range(2, layers):
        before = edges[layer - 1]
        edges[layer] = np.sqrt(-2 * np.log(area / before + np.exp(-0.5 * before * before)))
    return edges, edges[1:] / edges[:-1], np.exp(-0.5 * edges * edges)


EDGES, INNER, HEIGHTS = _ziggurat(128, 3.442619855899, 9.91256303526217e-3)
