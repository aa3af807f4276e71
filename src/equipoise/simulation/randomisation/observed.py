"""What is seen of drawn lists: who would have guessed the next arm, and how far the arms were apart.

Guesses are those of the converging strategy, from what the guesser knows: the allocations of a group (a list, a site,
the trial). Differences are the range of the arms' counts in a group, each divided by its share.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from equipoise.simulation.compiling import kept
from equipoise.simulation.randomisation.plans import BLOCKS, LINEAR, MINIMISE, Plan, state_of
from equipoise.simulation.randomisation.twins import (
    next_arm,
    reset,
    scores_of,
    step,
    trial_key,
    weight_of,
)

SPAN = float(1 << 32)


class Seen(NamedTuple):
    """Of each list: right, the share of right guesses; named, the arm guessed at each place, -1 for none; ends, the
    greatest difference of any group at the end; greatest, the same on the way; average, the mean over groups at the
    end of those that anybody was in."""

    right: np.ndarray
    named: np.ndarray
    ends: np.ndarray
    greatest: np.ndarray
    average: np.ndarray


def seen(arms: np.ndarray, groups: np.ndarray, ratio: np.ndarray) -> Seen:
    """What is seen within groups. arms, groups: (lists, places), -1 for nobody. ratio: shares in lowest terms."""
    lists = len(arms)
    found = Seen(
        right=np.zeros(lists),
        named=np.full(arms.shape, -1, np.int8),
        ends=np.zeros(lists),
        greatest=np.zeros(lists),
        average=np.zeros(lists),
    )
    many = int(groups.max(initial=0)) + 1
    _seen(arms, np.ascontiguousarray(groups, np.int32), many, ratio.astype(np.float64), *found)
    return found


@kept
def _seen(arms, groups, many, ratio, right, named, ends, greatest, average):
    counts = np.zeros((many, ratio.size))
    for row in range(arms.shape[0]):
        counts[:] = 0.0
        placed, correct = 0, 0.0
        for place in range(arms.shape[1]):
            arm = arms[row, place]
            if arm < 0:
                continue
            here = counts[groups[row, place]]
            fewest = here[0]
            for each in range(1, ratio.size):
                fewest = min(fewest, here[each])
            ties = 0
            for each in range(ratio.size):
                if here[each] == fewest:
                    ties += 1
                    named[row, place] = each
            if here[arm] == fewest:
                correct += 1.0 / ties
            if ties > 1:
                named[row, place] = -1
            here[arm] += 1.0 / ratio[arm]
            greatest[row] = max(greatest[row], here.max() - here.min())
            placed += 1
        right[row] = correct / max(placed, 1)
        used = 0
        for group in range(many):
            if counts[group].max() > 0:
                apart = counts[group].max() - counts[group].min()
                ends[row] = max(ends[row], apart)
                average[row] += apart
                used += 1
        average[row] /= max(used, 1)


def foreseen(plan: Plan, arrivals: np.ndarray, seed: int, *, first: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """For each list, the expected share of right guesses of somebody who knows the scheme, its settings, the current
    block's size and all that went before; and the share of places at which nothing was left to chance.

    arrivals: strata, (lists, places), -1 for nobody.
    """
    best, certain = np.zeros(len(arrivals)), np.zeros(len(arrivals))
    _foreseen(plan, state_of(plan), np.ascontiguousarray(arrivals, np.int32), seed, first, best, certain)
    return best, certain


@kept
def _foreseen(plan, state, arrivals, seed, first, best, certain):
    chances = np.zeros(plan.arms)
    for row in range(arrivals.shape[0]):
        reset(state)
        keyed = trial_key(seed, first + row)
        placed = 0
        for place in range(arrivals.shape[1]):
            stratum = np.int64(arrivals[row, place])
            if stratum < 0:
                continue
            _chances(plan, state, stratum, chances)
            if next_arm(plan, state, stratum, keyed) >= 0:
                best[row] += chances.max()
                certain[row] += 1.0 if chances.max() > 1.0 - 1e-9 else 0.0
                placed += 1
        best[row] /= max(placed, 1)
        certain[row] /= max(placed, 1)


@step
def _chances(plan, state, stratum, chances):
    """The probability of each arm at the next place."""
    for arm in range(plan.arms):
        chances[arm] = 0.0
    if plan.kind == MINIMISE:
        _minimised(plan, state, stratum, chances)
    elif plan.kind == BLOCKS:
        _left_of_block(plan, state, stratum, chances)
    elif plan.kind == LINEAR:
        whole = 0.0
        for arm in range(plan.arms):
            chances[arm] = weight_of(plan, state, stratum, arm)
            whole += chances[arm]
        for arm in range(plan.arms):
            chances[arm] = chances[arm] / whole if whole > 0 else 1.0 / plan.arms
    else:
        slots, widths = plan.table.shape
        middle = widths // 2
        apart = state.counts[stratum, 0] - state.counts[stratum, 1]
        row = min(state.used[stratum], slots - 1)
        chances[0] = plan.table[row, middle + min(max(apart, -middle), middle)] / SPAN
        chances[1] = 1.0 - chances[0]


@step
def _left_of_block(plan, state, stratum, chances):
    start, end = state.edges[stratum, 0], state.edges[stratum, 1]
    slot = state.used[stratum] + 1
    if slot >= end:
        whole = 0.0
        for arm in range(plan.arms):
            whole += plan.ratio[arm]
        for arm in range(plan.arms):
            chances[arm] = plan.ratio[arm] / whole
        return
    for place in range(slot - start, end - start):
        chances[state.content[stratum, place]] += 1.0 / (end - slot)


@step
def _minimised(plan, state, stratum, chances):
    scores_of(plan, state, stratum)
    least, shares = state.scores[0], 0.0
    for arm in range(plan.arms):
        if state.scores[arm] < least:
            least, shares = state.scores[arm], 0.0
        if state.scores[arm] == least:
            shares += plan.ratio[arm]
    for favoured in range(plan.arms):
        if state.scores[favoured] == least:
            before = 0.0
            for arm in range(plan.arms):
                upto = plan.coin[favoured, arm] / SPAN
                chances[arm] += plan.ratio[favoured] / shares * (upto - before)
                before = upto
