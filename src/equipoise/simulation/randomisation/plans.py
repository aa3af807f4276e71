"""A scheme as arrays: what a compiled loop needs of it, and what it keeps of the past while a trial runs.

Every threshold is taken from the scheme itself, so that the twin has no probability of its own to get wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import NamedTuple

import numpy as np

from equipoise.allocation import (
    BiasedCoin,
    Complete,
    Maximal,
    Minimisation,
    PermutedBlocks,
    RandomAllocationRule,
    Scheme,
    Urn,
)
from equipoise.allocation.arms import lowest_terms
from equipoise.allocation.draws import bounds

BLOCKS, LINEAR, TABLE, MINIMISE = range(4)
MEASURES = ("range", "variance", "standard_deviation")


class Plan(NamedTuple):
    """A scheme as a compiled loop reads it; most parts are empty for most schemes.

    kind: BLOCKS, LINEAR, TABLE or MINIMISE. arms: how many. strata: how many. maximum: places of a stratum, 0 for no
    limit. ratio: shares in lowest terms. sizes: of blocks. base, own, every: the arm's weight is
    base + own x (its own count) + every x (all counts of the stratum). table: the bound below which a draw gives the
    first arm, by slot and by difference of the two counts. levels: the row of the margins, by stratum and factor.
    weights: of the factors. measure: place in MEASURES. scales: of the counts by arm. coin: bounds by favoured arm.
    """

    kind: int
    arms: int
    strata: int
    maximum: int
    ratio: np.ndarray
    sizes: np.ndarray
    base: np.ndarray
    own: int
    every: int
    table: np.ndarray
    levels: np.ndarray
    rows: int
    weights: np.ndarray
    measure: int
    scales: np.ndarray
    coin: np.ndarray


class State(NamedTuple):
    """What one trial has behind it. used: slots by stratum. counts: by stratum and arm. edges: first slot of the
    current block and the first one after it, by stratum. content: arms of the current block. margins: by level of a
    factor and arm. total: all allocations, in an array of one."""

    used: np.ndarray
    counts: np.ndarray
    edges: np.ndarray
    content: np.ndarray
    margins: np.ndarray
    total: np.ndarray
    scores: np.ndarray


def state_of(plan: Plan) -> State:
    """The state before the first allocation; each thread needs one of its own."""
    largest = int(plan.sizes.max()) if plan.sizes.size else 0
    return State(
        used=np.zeros(plan.strata, np.int64),
        counts=np.zeros((plan.strata, plan.arms), np.int64),
        edges=np.zeros((plan.strata, 2), np.int64),
        content=np.zeros((plan.strata, largest), np.int8),
        margins=np.zeros((plan.rows, plan.arms), np.int64),
        total=np.zeros(1, np.int64),
        scores=np.zeros(plan.arms, np.int64),
    )


def plan_of(scheme: Scheme, strata: Sequence[str]) -> Plan:
    """The scheme as arrays, for these strata, whose places in the sequence are their numbers.

    strata: names as `stratum_name` writes them. Raises ALLO-022 where they do not give a minimisation's factors.
    """
    if isinstance(scheme, PermutedBlocks):
        return _blocks(scheme, len(strata))
    if isinstance(scheme, Minimisation):
        return _minimisation(scheme, strata)
    if isinstance(scheme, BiasedCoin | Maximal):
        return _tabled(scheme, len(strata))
    assert isinstance(scheme, Complete | RandomAllocationRule | Urn)
    return _linear(scheme, len(strata))


def _plan(scheme: Scheme, kind: int, strata: int, **parts: object) -> Plan:
    none = np.zeros(0, np.int64)
    empty: dict[str, object] = {
        "maximum": 0,
        "sizes": none,
        "base": none,
        "own": 0,
        "every": 0,
        "table": np.zeros((0, 0), np.uint64),
        "levels": np.zeros((strata, 0), np.int64),
        "rows": 0,
        "weights": none,
        "measure": 0,
        "scales": none,
        "coin": np.zeros((0, 0), np.uint64),
    }
    ratio = np.array(lowest_terms(scheme.ratio), np.int64)
    return Plan(kind=kind, arms=len(scheme.arms), strata=strata, ratio=ratio, **{**empty, **parts})  # type: ignore[arg-type]


def _blocks(scheme: PermutedBlocks, strata: int) -> Plan:
    sizes = np.array(scheme.block_sizes, np.int64)
    return _plan(scheme, BLOCKS, strata, sizes=sizes, maximum=scheme.maximum or 0)


def _linear(scheme: Complete | RandomAllocationRule | Urn, strata: int) -> Plan:
    """Weights that are linear in the counts. An empty urn is an exception that the loop knows: all are equal."""
    base = np.array(scheme.weights((0,) * len(scheme.arms)), np.int64)
    own, every = 0, 0
    if isinstance(scheme, RandomAllocationRule):
        own = -1
    if isinstance(scheme, Urn):
        base[:] = scheme.initial
        own, every = -scheme.added, scheme.added
    return _plan(scheme, LINEAR, strata, base=base, own=own, every=every, maximum=scheme.maximum or 0)


def _tabled(scheme: BiasedCoin | Maximal, strata: int) -> Plan:
    """The bound of the first arm by slot and difference; a coin needs one slot, since only the difference counts."""
    slots = scheme.maximum or 0 if isinstance(scheme, Maximal) else 1
    width = scheme.tolerance or 1
    table = np.zeros((slots, 2 * width + 1), np.uint64)
    for used in range(slots):
        for difference in range(-width, width + 1):
            first = (used + difference) // 2 if isinstance(scheme, Maximal) else max(difference, 0)
            weights = scheme.weights((first, first - difference))
            if sum(weights):
                table[used, width + difference] = bounds([Fraction(each, sum(weights)) for each in weights])[
                    0
                ]
    return _plan(scheme, TABLE, strata, table=table, maximum=scheme.maximum or 0)


def _minimisation(scheme: Minimisation, strata: Sequence[str]) -> Plan:
    rows: dict[tuple[str, str], int] = {}
    levels = np.zeros((len(strata), len(scheme.factors)), np.int64)
    for number, stratum in enumerate(strata):
        found = scheme.levels(stratum)
        levels[number] = [rows.setdefault(pair, len(rows)) for pair in found.items()]
    ratio = lowest_terms(scheme.ratio)
    return _plan(
        scheme,
        MINIMISE,
        len(strata),
        levels=levels,
        rows=len(rows),
        weights=np.array([scheme.weights.get(factor, 1) for factor in scheme.factors], np.int64),
        measure=MEASURES.index(scheme.imbalance),
        scales=np.array([lcm(*ratio) // part for part in ratio], np.int64),
        coin=np.array([bounds(scheme.probabilities(arm)) for arm in range(len(ratio))], np.uint64),
    )
