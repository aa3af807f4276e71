"""Rate ratios by Poisson's and the negative binomial model, the numbers of `count_models`, compiled.

Newton's steps, halved until the likelihood rises. The dispersion is followed by the logarithm of its inverse, `size`;
at the maximum the errors of the ratios do not depend on how it is written.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from scipy.special import ndtr, ndtri

from equipoise.analysis.estimators.count_models import ENDLESS
from equipoise.simulation.characteristics.pool.estimators.designs import (
    design_of,
    determined,
    fill,
    inverted,
    read_of,
)
from equipoise.simulation.characteristics.pool.estimators.estimating import Estimator, Found, Picked, found
from equipoise.simulation.characteristics.pool.plan import Pooled
from equipoise.simulation.compiling import kept
from equipoise.study.methods import estimator_of

STEPS, HALVINGS, CLOSE = 60, 30, 1e-9


def counts_estimator(plan: Pooled, confidence: float) -> Estimator:
    """The estimator of a rate ratio."""
    read, poisson = read_of(plan), estimator_of(plan.estimand) == "poisson"

    def estimate(picked: Picked, numbers: np.ndarray, seed: int) -> Found:
        out = np.full((len(picked.row), 2), np.nan)
        fit_counts(read, picked.row, picked.side, picked.stratum, poisson, out)
        return ratios("rate_ratio", out, confidence)

    return estimate


def ratios(summary: str, out: np.ndarray, confidence: float) -> Found:
    """Wald's interval and test of logarithms with their errors (trials, 2)."""
    logarithm, error = out.T
    logarithm, error = (np.where(error <= ENDLESS, each, np.nan) for each in (logarithm, error))
    half = float(ndtri((1 + confidence) / 2)) * error
    p = 2 * ndtr(-np.abs(logarithm) / error)
    return found(summary, np.exp(logarithm), np.exp(logarithm - half), np.exp(logarithm + half), p)


@kept
def fit_counts(read, rows, sides, strata, poisson, out):
    """Logarithm of the ratio of the first arm to the last, and its error (trials, 2); NaN without one."""
    design = design_of(read, rows.shape[1])
    width, last = design.x.shape[1], read.arms - 1
    at, inverse = np.zeros(width + 1), np.zeros((width + 1, width + 1))
    for trial in range(rows.shape[0]):
        size = fill(read, design, rows[trial], sides[trial], strata[trial])
        if size <= width or not _start(design, read.arms, size, at):
            continue
        x, y, offset = design.x[:size], design.y[:size], design.offset[:size]
        fitted = maximise(x, y, offset, at, inverse, True)
        mean = np.exp(x @ at[:width] + offset)
        more = ((y - mean) ** 2 - y).sum()
        if fitted and not poisson and more > 0:
            at[width] = np.log((mean * mean).sum() / more)
            fitted = maximise(x, y, offset, at, inverse, False)
            fitted = fitted and np.exp(-at[width]) * np.sqrt(inverse[width, width]) <= ENDLESS
        if fitted:
            out[trial, 0] = at[0] - at[last]
            out[trial, 1] = np.sqrt(inverse[0, 0] + inverse[last, last] - 2 * inverse[0, last])


@njit
def _start(design, arms, size, at):
    """The logarithms of the rates; whether each arm has an event."""
    at[:] = 0
    for side in range(arms):
        events = time = 0.0
        for place in range(size):
            events += design.y[place] * design.x[place, side]
            time += np.exp(design.offset[place]) * design.x[place, side]
        if events == 0:
            return False
        at[side] = np.log(events / time)
    return True


@njit
def maximise(x, y, offset, at, inverse, poisson):
    """Newton's steps from `at`, whose last place is the logarithm of the size; leaves the maximum there, and the
    inverse of the information. Returns whether there is one."""
    count = at.size
    gradient, information = np.zeros(count), np.zeros((count, count))
    here = likelihood(x, y, offset, at, poisson)
    for _ in range(STEPS):
        derived(x, y, offset, at, poisson, gradient, information)
        if inverted(information, inverse) < 0:
            for place in range(
                count
            ):  # far from the maximum: a step along the gradient, by each own curvature
                inverse[place] = 0
                inverse[place, place] = 1 / max(abs(information[place, place]), 1e-3)
        step, share = inverse @ gradient, 1.0
        ahead = likelihood(x, y, offset, at + step, poisson)
        for _ in range(HALVINGS):
            if ahead >= here - 1e-12 * abs(here):
                break
            share /= 2
            ahead = likelihood(x, y, offset, at + share * step, poisson)
        at += share * step
        here = ahead
        if np.abs(step).max() < CLOSE:
            derived(x, y, offset, at, poisson, gradient, information)
            return determined(information, inverse, inverted(information, inverse), ENDLESS)
    return False


@njit
def likelihood(x, y, offset, at, poisson):
    """The logarithm of the likelihood, without what does not depend on the coefficients."""
    whole, size = 0.0, np.exp(at[-1])
    for place in range(y.size):
        level = offset[place]
        for column in range(x.shape[1]):
            level += x[place, column] * at[column]
        mean = np.exp(level)
        whole += y[place] * level
        if poisson:
            whole -= mean
        else:
            whole += size * at[-1] - (size + y[place]) * np.log(size + mean)
            for step in range(np.int64(y[place])):
                whole += np.log(size + step)
    return whole


@njit
def derived(x, y, offset, at, poisson, gradient, information):
    """The gradient, and the negative of the second derivatives; nothing of the size for Poisson."""
    gradient[:], information[:] = 0, 0
    width, size = x.shape[1], np.exp(at[-1])
    for place in range(y.size):
        level = offset[place]
        for column in range(width):
            level += x[place, column] * at[column]
        mean, count = np.exp(level), y[place]
        first, second, cross = count - mean, mean, 0.0
        if not poisson:
            part = size / (size + mean)
            first = (count - mean) * part
            second = mean * part * (size + count) / (size + mean)
            cross = (count - mean) * mean / (size + mean) ** 2 * size
            _of_size(count, mean, size, gradient, information)
        for row in range(width):
            own = x[place, row]
            if own == 0:
                continue
            gradient[row] += own * first
            information[row, width] -= own * cross
            information[width, row] -= own * cross
            for column in range(width):
                information[row, column] += own * second * x[place, column]


@njit
def _of_size(count, mean, size, gradient, information):
    """What one participant adds to the derivatives by the logarithm of the size."""
    last = gradient.size - 1
    slope = np.log(size / (size + mean)) + 1 - (size + count) / (size + mean)
    bend = 1 / size - 1 / (size + mean) - (mean - count) / (size + mean) ** 2
    for step in range(np.int64(count)):
        slope += 1 / (size + step)
        bend -= 1 / (size + step) ** 2
    gradient[last] += size * slope
    information[last, last] -= size * size * bend + size * slope
