"""What a guess or a drift of time does to the error of a test: exact for each list, so that only lists are drawn.

The responses of a list are independent, with variance 1 (or Bernoulli) and an expectation that is shifted. A test that
ignores the shift rejects a true null hypothesis with a probability that depends on the list alone. For the two-sample
t-test the square of the statistic has a doubly non-central F distribution: the between-group sum of squares of the
shifts moves its numerator, the within-group one its denominator. For two proportions the number of responders of each
arm is a sum of unequal Bernoulli variables, whose distribution is built up participant by participant.

Selection bias: whoever expects the first arm next enrols somebody whose expected response is better by `eta`; who
expects the last arm, worse by `eta` (Proschan M. Biom J 1994;36:219-231; Berger VW. Selection Bias and Covariate
Imbalances in Randomized Clinical Trials, Wiley 2005). Chronological bias: the expected response rises by `theta` from
the first to the last participant (Tamm M, Hilgers RD. Methods Inf Med 2014;53:501-510).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from scipy import special, stats

from equipoise.simulation.compiling import kept

TRENDS = ("linear", "logarithmic", "step")
NEGLIGIBLE = 1e-12


def trend(kind: str, places: int) -> np.ndarray:
    """The shape of a drift that rises from 0 to 1 over the places: linear, logarithmic, or a step after half."""
    place = np.arange(1, places + 1, dtype=float)
    if kind == "linear":
        return (place - 1) / max(places - 1, 1)
    if kind == "logarithmic":
        return np.log(place) / np.log(max(places, 2))
    assert kind == "step", kind
    return (place > places / 2).astype(float)


def t_rejection(arms: np.ndarray, shifts: np.ndarray, *, last: int = 1, alpha: float = 0.05) -> np.ndarray:
    """The probability, for each list, that the two-sided t-test of arm 0 against arm `last` rejects.

    arms: (lists, places), -1 for nobody. shifts: of the expectations in standard deviations, (lists, places) or
    (places,). 0 for a list in which the test cannot be done.
    """
    shifts = np.broadcast_to(shifts, arms.shape)
    first, other = arms == 0, arms == last
    n1, n2 = first.sum(axis=1), other.sum(axis=1)
    possible = (n1 > 0) & (n2 > 0) & (n1 + n2 > 2)
    between, within = _sums_of_squares(shifts, first, other)
    found = np.zeros(len(arms))
    for free in np.unique((n1 + n2 - 2)[possible]):
        these = possible & (n1 + n2 - 2 == free)
        found[these] = _doubly_noncentral(between[these], within[these], int(free), alpha)
    return found


def _sums_of_squares(
    shifts: np.ndarray, first: np.ndarray, other: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    n1, n2 = np.maximum(first.sum(axis=1), 1), np.maximum(other.sum(axis=1), 1)
    mean1, mean2 = (shifts * first).sum(axis=1) / n1, (shifts * other).sum(axis=1) / n2
    within = (((shifts - mean1[:, None]) ** 2) * first + ((shifts - mean2[:, None]) ** 2) * other).sum(axis=1)
    return n1 * n2 / (n1 + n2) * (mean1 - mean2) ** 2, within


def _doubly_noncentral(between: np.ndarray, within: np.ndarray, free: int, alpha: float) -> np.ndarray:
    """P(F > c) for F with (1, free) degrees of freedom and both non-centralities: a double Poisson mixture of betas."""
    critical = stats.t.ppf(1 - alpha / 2, free) ** 2
    tops, lows = _poisson(between / 2), _poisson(within / 2)
    rows, columns = np.arange(tops.shape[1])[:, None], np.arange(lows.shape[1])[None, :]
    tails = special.betainc(free / 2 + columns, 0.5 + rows, free / (free + critical))
    return np.einsum("ni,ij,nj->n", tops, tails, lows, optimize=True)


def _poisson(means: np.ndarray) -> np.ndarray:
    """Poisson probabilities (lists, terms), with terms until the rest is negligible."""
    terms = int(stats.poisson.isf(NEGLIGIBLE, float(means.max(initial=0.0)))) + 2
    return stats.poisson.pmf(np.arange(terms)[None, :], means[:, None])


def binary_rejection(
    arms: np.ndarray, probabilities: np.ndarray, *, last: int = 1, alpha: float = 0.05
) -> np.ndarray:
    """The probability, for each list, that the two-sided pooled z-test (Pearson's chi-squared test without correction)
    of arm 0 against arm `last` rejects.

    probabilities: of a response, (lists, places) or (places,). A table without or with only responses rejects nothing.
    """
    found = np.zeros(len(arms))
    critical = float(stats.norm.isf(alpha / 2) ** 2)
    spread = np.ascontiguousarray(np.broadcast_to(probabilities, arms.shape), dtype=np.float64)
    _binary(np.ascontiguousarray(arms, np.int8), spread, last, critical, found)
    return found


@kept
def _binary(arms, probabilities, last, critical, found):
    lists, places = arms.shape
    first, other = np.zeros(places + 1), np.zeros(places + 1)
    for row in range(lists):
        n1 = _responders(arms[row], probabilities[row], 0, first)
        n2 = _responders(arms[row], probabilities[row], last, other)
        whole, rejected = n1 + n2, 0.0
        if n1 == 0 or n2 == 0:
            continue
        for x1 in range(n1 + 1):
            for x2 in range(n2 + 1):
                responses = x1 + x2
                apart = float(x1 * n2 - x2 * n1)
                if apart * apart * whole > critical * n1 * n2 * responses * (whole - responses):
                    rejected += first[x1] * other[x2]
        found[row] = rejected


@njit
def _responders(arms, probabilities, arm, distribution):
    """Fills the distribution of the number of responders of an arm; returns the number of its participants."""
    distribution[:] = 0.0
    distribution[0] = 1.0
    size = 0
    for place in range(arms.size):
        if arms[place] == arm:
            chance = probabilities[place]
            size += 1
            for many in range(size, 0, -1):
                distribution[many] = distribution[many] * (1.0 - chance) + distribution[many - 1] * chance
            distribution[0] *= 1.0 - chance
    return size


def selection_shifts(named: np.ndarray, eta: float, *, last: int = 1) -> np.ndarray:
    """The shifts that follow from the arms that were expected, (lists, places); -1 where none was."""
    return eta * ((named == 0).astype(float) - (named == last))


def detectable(places: int, *, power: float = 0.8, alpha: float = 0.05) -> float:
    """The difference, in standard deviations, that two equal groups of this many together show with this power, by
    the normal approximation."""
    return float((stats.norm.isf(alpha / 2) + stats.norm.ppf(power)) * 2 / np.sqrt(places))
