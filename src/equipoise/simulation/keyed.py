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
HALF = 0.5 / 2**53


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
def draw32(key, number):
    """32 bits, as uint32."""
    return np.uint32(bits64(key, number) >> BY_32)


@njit(inline="always")
def uniform(key, number):
    """In [0, 1), with 53 bits."""
    return np.float64(bits64(key, number) >> BY_11) * FINENESS


@njit(inline="always")
def below(key, number, count):
    """A whole number from 0 to count - 1, for counts up to 2^32 (the bias is at most count / 2^32)."""
    return np.int64(((bits64(key, number) >> BY_32) * np.uint64(count)) >> BY_32)


@njit(inline="always")
def exponential(key, number):
    """Exponential with mean 1."""
    return -np.log(1.0 - uniform(key, number))


@njit(inline="always")
def normal(key, number):
    """Standard normal, by the inverse of the distribution function: one draw each, no rejection."""
    return quantile(uniform(key, number) + HALF)


@njit
def quantile(share):
    """The standard normal quantile of a share in (0, 1), to 16 digits. Wichura, Appl Stat 1988;37:477-484 (AS 241)."""
    q = share - 0.5
    if abs(q) <= 0.425:
        return _middle(q)
    r = np.sqrt(-np.log(share if q < 0 else 1.0 - share))
    tail = _tail(r - 1.6) if r <= 5.0 else _far_tail(r - 5.0)
    return -tail if q < 0 else tail


@njit(inline="always")
def _middle(q):
    r = 0.180625 - q * q
    top = (((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
              + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
            + 133.14166789178437745) * r + 3.387132872796366608)  # fmt: skip
    low = (((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r
              + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r
            + 42.313330701600911252) * r + 1.0)  # fmt: skip
    return q * top / low


@njit(inline="always")
def _tail(r):
    top = (((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r
              + 1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.7694972214606914055) * r
            + 4.6303378461565452959) * r + 1.42343711074968357734)  # fmt: skip
    low = (((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
              + 0.14810397642748007459) * r + 0.68976733498510000455) * r + 1.6763848301838038494) * r
            + 2.05319162663775882187) * r + 1.0)  # fmt: skip
    return top / low


@njit(inline="always")
def _far_tail(r):
    top = (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
              + 0.026532189526576123093) * r + 0.29656057182850489123) * r + 1.7848265399172913358) * r
            + 5.4637849111641143699) * r + 6.6579046435011037772)  # fmt: skip
    low = (((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
              + 7.868691311456132591e-4) * r + 0.0148753612908506148525) * r + 0.13692988092273580531) * r
            + 0.59983220655588793769) * r + 1.0)  # fmt: skip
    return top / low
