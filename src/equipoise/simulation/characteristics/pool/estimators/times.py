"""The stratified hazard ratio and log-rank test of `analysis.estimators.survival`, compiled for many trials."""

from __future__ import annotations

import numpy as np
from numba import njit
from scipy.special import ndtr, ndtri

from equipoise.analysis.estimators.survival import STEPS
from equipoise.simulation.characteristics.pool.estimators.estimating import Estimator, Found, Picked, found
from equipoise.simulation.characteristics.pool.plan import OUT, Pooled
from equipoise.simulation.compiling import kept

FIRST, SECOND, FIRST_EVENTS, SECOND_EVENTS = range(4)


def times_estimator(plan: Pooled, confidence: float) -> Estimator:
    """The estimator of a time to an event, by the estimand's strata."""
    outcomes, last = plan.outcomes, plan.treatment.size - 1
    quantile = float(ndtri((1 + confidence) / 2))

    def estimate(picked: Picked, numbers: np.ndarray, seed: int) -> Found:
        out = np.full((len(picked.row), 3), np.nan)
        compare_many(
            outcomes.days[picked.row], outcomes.seen[picked.row], outcomes.kind[picked.row] == OUT,
            picked.side, picked.stratum, last, out,
        )  # fmt: skip
        logarithm, error, statistic = out.T
        return found(
            "hazard_ratio", np.exp(logarithm), np.exp(logarithm - quantile * error),
            np.exp(logarithm + quantile * error), 2 * ndtr(-np.sqrt(statistic)),
        )  # fmt: skip

    return estimate


@kept
def compare_many(days, seen, out_of, side, stratum, last, out):
    """Logarithm of the ratio, its error, and the log-rank statistic of each trial (trials, 3); NaN without one."""
    trials, people = days.shape
    order, sets = np.zeros(people, np.int64), np.zeros((people, 4))
    for trial in range(trials):
        size = 0
        for place in range(people):
            if (side[trial, place] == 0 or side[trial, place] == last) and not out_of[trial, place]:
                order[size] = (np.int64(stratum[trial, place]) << 40) + (np.int64(days[trial, place]) << 12)
                order[size] += (side[trial, place] == 0) + 2 * np.int64(seen[trial, place])
                size += 1
        keys = np.sort(order[:size])
        count = risk_sets(keys, sets)
        compare(sets[:count], out[trial])


@njit
def risk_sets(keys, sets):
    """The sets of all event times by stratum, from keys in order of stratum and time; returns how many."""
    count, place = 0, keys.size - 1
    while place >= 0:
        stratum = keys[place] >> 40
        first = second = 0.0
        while place >= 0 and keys[place] >> 40 == stratum:
            time = keys[place] >> 12
            ones = twos = 0.0
            while place >= 0 and keys[place] >> 12 == time:
                own, event = keys[place] & 1, (keys[place] >> 1) & 1
                first, second = first + own, second + 1 - own
                ones, twos = ones + own * event, twos + (1 - own) * event
                place -= 1
            if ones + twos > 0:
                sets[count, FIRST], sets[count, SECOND] = first, second
                sets[count, FIRST_EVENTS], sets[count, SECOND_EVENTS] = ones, twos
                count += 1
    return count


@njit
def compare(sets, out):
    """The log-rank statistic, and Newton's steps to the ratio; leaves NaN where a group has no event."""
    ones = twos = expected = variance = 0.0
    for place in range(sets.shape[0]):
        n1, n2, d1, d2 = sets[place]
        n, d = n1 + n2, d1 + d2
        ones, twos = ones + d1, twos + d2
        expected += d * n1 / n
        if n > 1:
            variance += d * n1 * n2 * (n - d) / (n * n * (n - 1))
    if ones == 0 or twos == 0:
        return
    beta = 0.0
    for _ in range(STEPS):
        score, information = efron(sets, beta)
        if information < 1e-8:
            return
        step = max(-2.0, min(2.0, score / information))
        beta += step
        if abs(step) < 1e-12:
            gap = ones - expected
            out[0], out[1] = beta, 1 / np.sqrt(information)
            out[2] = gap * gap / variance if variance > 0 else 0.0
            return


@njit
def efron(sets, beta):
    """Score and information, ties as Efron has them."""
    ratio, score, information = np.exp(beta), 0.0, 0.0
    for place in range(sets.shape[0]):
        n1, n2, d1, d2 = sets[place]
        score += d1
        deaths = np.int64(d1 + d2)
        for tie in range(deaths):
            share = tie / deaths
            one = (n1 - share * d1) * ratio
            mean = one / (one + n2 - share * d2)
            score -= mean
            information += mean * (1 - mean)
    return score, information
