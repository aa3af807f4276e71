"""Draws: integers in [0, 2^32) that a label determines, and what is made of them with integers alone.

A draw is a function of its label and of nothing before it, so that no draw moves when another is added, and
two clients that ask for the same slot get the same answer. Everything here compares integers with integers,
so that a vectorised twin over unsigned 64-bit columns agrees exactly.

Exactness: `choose` gives each of k outcomes a probability within 2^-32 of 1/k, and `threshold` is within
2^-32 of its fraction. No allocation list is long enough to show that, and nothing is ever drawn again.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import accumulate

Draw = Callable[[str], int]
SPAN = 1 << 32


def label(*, scheme: str, stratum: str, slot: int, purpose: str) -> str:
    """The label of one draw: its position in the list and its purpose, never a place in the ledger."""
    return f"{scheme}|{stratum}|{slot}|{purpose}"


def hmac_draw(seed: bytes) -> Draw:
    """The draws of a sealed seed: the first 4 bytes, big endian, of HMAC-SHA256(seed, label in UTF-8)."""

    def draw(text: str) -> int:
        return int.from_bytes(hmac.digest(seed, text.encode(), hashlib.sha256)[:4], "big")

    return draw


def choose(value: int, outcomes: int) -> int:
    """One of `outcomes` equally likely integers from 0 on: the draw's place on a scale of equal parts."""
    return value * outcomes >> 32


def threshold(probability: Fraction) -> int:
    """The integer below which a draw falls with this probability, rounded down."""
    return probability.numerator * SPAN // probability.denominator


def bounds(probabilities: Sequence[Fraction]) -> tuple[int, ...]:
    """The thresholds of probabilities, which sum to 1, that lie one after the other."""
    return tuple(threshold(total) for total in accumulate(probabilities))


def pick(value: int, probabilities: Sequence[Fraction]) -> int:
    """The index that a draw falls on, where the probabilities, which sum to 1, lie one after the other."""
    return next(index for index, bound in enumerate(bounds(probabilities)) if value < bound)


def shuffle(items: Sequence[str], draw: Callable[[int], int]) -> tuple[str, ...]:
    """The items in an order that is uniform over all orders (Fisher and Yates, as Durstenfeld 1964 has it).

    draw: for each place from the last down to 1, a draw of its own.
    """
    order = list(items)
    for place in range(len(order) - 1, 0, -1):
        other = choose(draw(place), place + 1)
        order[place], order[other] = order[other], order[place]
    return tuple(order)
