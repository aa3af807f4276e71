"""The compiled twins: participant by participant, the arms that `equipoise.allocation` gives for the same draws.

A kernel of another module can allocate inside its own loop over participants:

    plan = plan_of(scheme, strata)            # once
    state = state_of(plan)                    # once a thread
    reset(state)                              # at the start of each trial
    arm = next_arm(plan, state, stratum, trial_key(seed, trial))

All draws are keyed by trial, stratum, slot and purpose, as the labels of the sealed draws are; `draw_of` gives the
same numbers by label to `equipoise.allocation`, which is how the tests compare the two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit

from equipoise.allocation import Draw
from equipoise.simulation.compiling import kept
from equipoise.simulation.keyed import bits64, key, under
from equipoise.simulation.randomisation.plans import BLOCKS, LINEAR, MINIMISE, Plan, state_of

ALLOCATION = np.uint64(1 << 62)
"""The place of a participant in the path of a key: no participant has this number."""
B32 = np.uint64(32)
PURPOSES = {"size": 0, "arm": 0, "tie": 0, "coin": 1}


step = njit(_nrt=False, inline="always")
"""For the parts of `next_arm`. Nothing here allocates, and counting references to a plan's arrays at each call would
cost more than the work."""


@njit(inline="always")
def trial_key(seed, trial):
    """The key of all allocations of one trial."""
    return key(seed, trial, ALLOCATION, 0)


@njit(inline="always")
def place_key(trial, stratum, slot):
    """The key of one place of a list."""
    return under(under(trial, stratum), slot)


@njit(inline="always")
def drawn(place, purpose):
    """The draw of a place for one purpose: an integer in [0, 2^32), as uint64."""
    return bits64(place, purpose) >> B32


@njit(inline="always")
def chosen(value, outcomes):
    """`equipoise.allocation.draws.choose`."""
    return np.int64((value * np.uint64(outcomes)) >> B32)


@njit(inline="always")
def bound(part, whole):
    """`equipoise.allocation.draws.threshold` of part / whole, for a whole below 2^32."""
    return (np.uint64(part) << B32) // np.uint64(whole)


@njit(_nrt=False)
def reset(state):
    """The state before the first allocation again."""
    state.used[:] = 0
    state.counts[:] = 0
    state.edges[:] = 0
    state.margins[:] = 0
    state.total[:] = 0


@njit(_nrt=False, forceinline=True)
def next_arm(plan, state, stratum, trial):
    """The arm of the next participant of a stratum, and the state moved on; -1 where no place is left.

    stratum: its number in the plan. trial: the key of the trial's allocations.
    """
    slot = state.used[stratum] + 1
    if plan.maximum > 0 and slot > plan.maximum:
        return -1
    if plan.kind == MINIMISE:
        arm = _minimised(plan, state, stratum, trial)
        for factor in range(plan.weights.size):
            state.margins[plan.levels[stratum, factor], arm] += 1
    elif plan.kind == BLOCKS:
        arm = _in_block(plan, state, stratum, slot, trial)
    else:
        value = drawn(place_key(trial, stratum, slot), 0)
        arm = (
            _weighted(plan, state, stratum, value)
            if plan.kind == LINEAR
            else _tabled(plan, state, stratum, value)
        )
    state.used[stratum] = slot
    state.counts[stratum, arm] += 1
    state.total[0] += 1
    return arm


@step
def _in_block(plan, state, stratum, slot, trial):
    if slot >= state.edges[stratum, 1]:
        _new_block(plan, state, stratum, slot, trial)
    return np.int64(state.content[stratum, slot - state.edges[stratum, 0]])


@step
def _new_block(plan, state, stratum, slot, trial):
    place = place_key(trial, stratum, slot)
    size = plan.sizes[chosen(drawn(place, 0), plan.sizes.size)]
    repeats = size // plan.ratio.sum()
    content = state.content[stratum]
    at = 0
    for arm in range(plan.arms):
        for _ in range(plan.ratio[arm] * repeats):
            content[at] = arm
            at += 1
    for last in range(size - 1, 0, -1):
        other = chosen(drawn(place, last), last + 1)
        content[last], content[other] = content[other], content[last]
    state.edges[stratum, 0] = slot
    state.edges[stratum, 1] = slot + size


@step
def _weighted(plan, state, stratum, value):
    whole = np.int64(0)
    for arm in range(plan.arms):
        whole += weight_of(plan, state, stratum, arm)
    empty = 1 if whole == 0 else 0
    whole += empty * plan.arms
    part = np.int64(0)
    for arm in range(plan.arms):
        part += weight_of(plan, state, stratum, arm) + empty
        if value < bound(part, whole):
            return arm
    return plan.arms - 1


@step
def weight_of(plan, state, stratum, arm):
    """The weight of an arm of a scheme whose weights are linear in the counts."""
    return plan.base[arm] + plan.own * state.counts[stratum, arm] + plan.every * state.used[stratum]


@step
def _tabled(plan, state, stratum, value):
    slots, widths = plan.table.shape
    row = min(state.used[stratum], slots - 1)
    middle = widths // 2
    difference = state.counts[stratum, 0] - state.counts[stratum, 1]
    return 0 if value < plan.table[row, middle + min(max(difference, -middle), middle)] else 1


@step
def _minimised(plan, state, stratum, trial):
    place = place_key(trial, stratum, state.total[0] + 1)
    scores_of(plan, state, stratum)
    scores = state.scores
    least, ties, shares, favoured = scores[0], 0, np.int64(0), 0
    for arm in range(plan.arms):
        if scores[arm] < least:
            least, ties, shares = scores[arm], 0, np.int64(0)
        if scores[arm] == least:
            ties += 1
            shares += plan.ratio[arm]
            favoured = arm
    if ties > 1:
        favoured = _tied(plan, scores, least, shares, drawn(place, 0))
    coin = drawn(place, 1)
    for arm in range(plan.arms - 1):
        if coin < plan.coin[favoured, arm]:
            return arm
    return plan.arms - 1


@step
def scores_of(plan, state, stratum):
    """Fills the weighted imbalance that would follow, by arm that the participant might get."""
    if plan.measure == 0:
        _ranges(plan, state, stratum, state.scores)
    else:
        _variances(plan, state, stratum, state.scores)


@step
def _tied(plan, scores, least, shares, tie):
    part = np.int64(0)
    for arm in range(plan.arms):
        if scores[arm] == least:
            part += plan.ratio[arm]
            if tie < bound(part, shares):
                return arm
    return plan.arms - 1


@step
def _ranges(plan, state, stratum, scores):
    for arm in range(plan.arms):
        scores[arm] = 0
    for factor in range(plan.weights.size):
        row = plan.levels[stratum, factor]
        for candidate in range(plan.arms):
            most = (state.margins[row, candidate] + 1) * plan.scales[candidate]
            fewest = most
            for arm in range(plan.arms):
                if arm != candidate:
                    count = state.margins[row, arm] * plan.scales[arm]
                    most = max(most, count)
                    fewest = min(fewest, count)
            scores[candidate] += plan.weights[factor] * (most - fewest)


@step
def _variances(plan, state, stratum, scores):
    for arm in range(plan.arms):
        scores[arm] = 0
    for factor in range(plan.weights.size):
        row = plan.levels[stratum, factor]
        for candidate in range(plan.arms):
            summed, squares = np.int64(0), np.int64(0)
            for arm in range(plan.arms):
                count = (state.margins[row, arm] + (1 if arm == candidate else 0)) * plan.scales[arm]
                summed += count
                squares += count * count
            variance = plan.arms * squares - summed * summed
            scores[candidate] += plan.weights[factor] * (
                variance if plan.measure == 1 else root(np.uint64(variance) << B32)
            )


@njit(_nrt=False)
def root(square):
    """The integer square root of a uint64, rounded down."""
    found = np.uint64(np.sqrt(np.float64(square)))
    while found * found > square:
        found -= np.uint64(1)
    while (found + np.uint64(1)) * (found + np.uint64(1)) <= square:
        found += np.uint64(1)
    return np.int64(found)


@kept
def _lists(plan, state, arrivals, seed, first, arms):
    for trial in range(arrivals.shape[0]):
        reset(state)
        keyed = trial_key(seed, first + trial)
        for place in range(arrivals.shape[1]):
            # As int64, so that next_arm is compiled for one kind of number only.
            stratum = np.int64(arrivals[trial, place])
            if stratum >= 0:
                arms[trial, place] = next_arm(plan, state, stratum, keyed)


def lists(plan: Plan, arrivals: np.ndarray, seed: int, *, first: int = 0, workers: int = 1) -> np.ndarray:
    """The arms of many trials, (trials, participants) as int8; -1 where nobody came or no place was left.

    arrivals: the number of the stratum of each participant in order of arrival, (trials, participants), -1 for none.
    first: the number of the first trial. The result does not depend on the number of workers.
    """
    arrivals = np.ascontiguousarray(arrivals, dtype=np.int32)
    arms = np.full(arrivals.shape, -1, np.int8)
    parts = np.linspace(0, len(arrivals), max(workers, 1) + 1).astype(int)

    def work(low: int, high: int) -> None:
        _lists(plan, state_of(plan), arrivals[low:high], seed, first + low, arms[low:high])

    if workers <= 1:
        work(0, len(arrivals))
        return arms
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, parts[:-1].tolist(), parts[1:].tolist()))
    return arms


@kept
def _one_draw(seed, trial, stratum, slot, purpose):
    return drawn(place_key(trial_key(seed, trial), stratum, slot), purpose)


def draw_of(strata: Sequence[str], seed: int, trial: int) -> Draw:
    """The same draws by label, for `equipoise.allocation.allocate`."""
    numbers: Mapping[str, int] = {name: number for number, name in enumerate(strata)}

    def draw(label: str) -> int:
        _, stratum, slot, purpose = label.split("|")
        number = int(purpose[6:]) if purpose.startswith("order-") else PURPOSES[purpose]
        return int(_one_draw(seed, trial, numbers[stratum], int(slot), number))

    return draw
