"""Common odds ratios by proportional odds, the numbers of `count_models.fit_categories`, compiled."""

from __future__ import annotations

import numpy as np
from numba import njit

from equipoise.analysis.estimators.count_models import ENDLESS
from equipoise.simulation.characteristics.pool.estimators.counts import CLOSE, HALVINGS, STEPS, ratios
from equipoise.simulation.characteristics.pool.estimators.designs import (
    design_of,
    determined,
    fill,
    inverted,
    read_of,
)
from equipoise.simulation.characteristics.pool.estimators.estimating import Estimator, Found, Picked
from equipoise.simulation.characteristics.pool.plan import Pooled
from equipoise.simulation.compiling import kept

FARTHEST = 30.0
"""A coefficient beyond this is on its way to infinity."""


def categories_estimator(plan: Pooled, confidence: float) -> Estimator:
    """The estimator of a common odds ratio of higher categories."""
    read = read_of(plan)
    levels = np.unique(read.value[np.isfinite(read.value)])

    def estimate(picked: Picked, numbers: np.ndarray, seed: int) -> Found:
        out = np.full((len(picked.row), 2), np.nan)
        fit_categories(read, levels, picked.row, picked.side, picked.stratum, out)
        return ratios("common_odds_ratio", out, confidence)

    return estimate


@kept
def fit_categories(read, levels, rows, sides, strata, out):
    """Logarithm of the odds ratio of the first arm to the last, and its error (trials, 2); NaN without one."""
    design = design_of(read, rows.shape[1])
    for trial in range(rows.shape[0]):
        size = fill(read, design, rows[trial], sides[trial], strata[trial])
        if size == 0:
            continue
        x = _compared(design.x[:size], read.arms)
        category, count = _categories(levels, design.y[:size])
        if count < 2 or size <= design.x.shape[1]:
            continue
        at = _start(category, count, x.shape[1])
        inverse = np.zeros((at.size, at.size))
        if _maximise(x, category, count, at, inverse):
            place = count - 1
            out[trial, 0] = at[place]
            out[trial, 1] = np.sqrt(inverse[place, place])


@njit
def _compared(x, arms):
    """The columns without that of the reference."""
    made = np.empty((x.shape[0], x.shape[1] - 1))
    made[:, : arms - 1] = x[:, : arms - 1]
    made[:, arms - 1 :] = x[:, arms:]
    return made


@njit
def _categories(levels, values):
    """The number of each category among those that are there, and how many they are."""
    number, count = np.zeros(levels.size, np.int64), 0
    for place in range(levels.size):
        if (values == levels[place]).any():
            number[place] = count
            count += 1
    found = np.zeros(values.size, np.int64)
    for place in range(values.size):
        found[place] = number[np.searchsorted(levels, values[place])]
    return found, count


@njit
def _start(category, count, width):
    """The bounds between categories without any effect, then effects of 0."""
    at, below = np.zeros(count - 1 + width), 0.0
    for bound in range(count - 1):
        below += (category == bound).sum() / category.size
        at[bound] = np.log(below / (1 - below))
    return at


@njit
def _chance(at, count, category, level):
    """The logistic distribution at the upper bound of a category and at its lower one."""
    upper = 1.0 if category == count - 1 else 1 / (1 + np.exp(level - at[category]))
    lower = 0.0 if category == 0 else 1 / (1 + np.exp(level - at[category - 1]))
    return upper, lower


@njit
def _likelihood(x, categories, count, at):
    whole = 0.0
    for place in range(categories.size):
        level = 0.0
        for column in range(x.shape[1]):
            level += x[place, column] * at[count - 1 + column]
        upper, lower = _chance(at, count, categories[place], level)
        if upper <= lower:
            return -np.inf
        whole += np.log(upper - lower)
    return whole


@njit
def _maximise(x, categories, count, at, inverse):
    """Newton's steps; leaves the maximum and the inverse of the information. Returns whether there is one."""
    gradient, information = np.zeros(at.size), np.zeros((at.size, at.size))
    here = _likelihood(x, categories, count, at)
    for _ in range(STEPS):
        _derived(x, categories, count, at, gradient, information)
        if inverted(information, inverse) < 0 or np.abs(at).max() > FARTHEST:
            return False
        step, share = inverse @ gradient, 1.0
        ahead = _likelihood(x, categories, count, at + step)
        for _ in range(HALVINGS):
            if ahead >= here - 1e-12 * abs(here):
                break
            share /= 2
            ahead = _likelihood(x, categories, count, at + share * step)
        at += share * step
        here = ahead
        if np.abs(step).max() < CLOSE:
            _derived(x, categories, count, at, gradient, information)
            return determined(information, inverse, inverted(information, inverse), ENDLESS)
    return False


@njit
def _derived(x, categories, count, at, gradient, information):
    """The gradient, and the negative of the second derivatives: of the two bounds of a category and of the effects."""
    gradient[:], information[:] = 0, 0
    bounds, width = count - 1, x.shape[1]
    slope, places = np.zeros(width + 2), np.zeros(width + 2, np.int64)
    for place in range(categories.size):
        category, level = categories[place], 0.0
        for column in range(width):
            level += x[place, column] * at[bounds + column]
        upper, lower = _chance(at, count, category, level)
        chance, high, low = upper - lower, upper * (1 - upper), lower * (1 - lower)
        bend_high, bend_low = high * (1 - 2 * upper), low * (1 - 2 * lower)
        # The bounds that are none have slopes of 0: their place does not matter.
        places[0], places[1] = min(category, bounds - 1), max(category - 1, 0)
        slope[0], slope[1] = high, -low
        for column in range(width):
            places[column + 2], slope[column + 2] = bounds + column, -(high - low) * x[place, column]
        for one in range(width + 2):
            gradient[places[one]] += slope[one] / chance
            for two in range(width + 2):
                bend = _bend(one, two, bend_high, bend_low, x[place])
                information[places[one], places[two]] += slope[one] * slope[two] / chance**2 - bend / chance


@njit
def _bend(one, two, high, low, x):
    """A second derivative of the chance of a category; 0: the upper bound, 1: the lower one, then the effects."""
    if one > two:
        one, two = two, one
    if two < 2:
        return 0.0 if one != two else high if one == 0 else -low
    if one < 2:
        return -high * x[two - 2] if one == 0 else low * x[two - 2]
    return (high - low) * x[one - 2] * x[two - 2]
