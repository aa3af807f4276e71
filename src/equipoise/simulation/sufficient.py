"""Trials of two proportions simulated by their sufficient statistics: counts of events at the looks, nothing else.

The fastest way to ask what a test does under an assumption: ten thousand trials take two arrays of counts and one table
of verdicts. Tests compare it with exact enumeration, which gives the same numbers without chance; it exists to be
combined with things that cannot be enumerated. Draws come from a seeded generator, one block for each group and look;
a count is found in the cumulative binomial probabilities.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from equipoise.analysis.design import BinarySequential, ExactTest, exact_rejections
from equipoise.analysis.design.errors import design_error
from equipoise.analysis.design.exact_sequential import TIES
from equipoise.analysis.design.nuisance import binomial
from equipoise.analysis.shown import Shown


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SimulatedPower(Shown):
    """The share of trials that rejected, its Monte Carlo standard error, and what happened at the looks.

    efficacy and futility: shares of trials that ended at each look; expected_n: mean participants of both groups;
    estimate: the mean of the difference of the observed proportions where a trial ended.
    """

    power: float
    error: float
    trials: int
    efficacy: tuple[float, ...]
    futility: tuple[float, ...]
    expected_n: float
    estimate: float


def simulate_power(
    p1: float,
    p2: float,
    n1: int,
    n2: int,
    *,
    test: ExactTest = "pooled_z",
    alpha: float = 0.05,
    trials: int = 10_000,
    seed: int = 1,
) -> SimulatedPower:
    """Simulated trials of n1 against n2 participants under p1 and p2, each tested: the power and its error.

    `error` is the Monte Carlo standard error of the power. test: as for `exact_power`. Raises DSGN-001, ANAL-013.

    >>> eq.simulate_power(0.75, 0.50, 61, 61, trials=2000)
    Simulated power
      power       0.8295
      error       0.008409
      trials      2000
      efficacy    0.8295
      futility    0
      expected n  122
      estimate    0.2520
    """
    _check(p1, p2, trials)
    verdicts = exact_rejections(n1, n2, test=test, alpha=alpha)
    random = np.random.default_rng(seed)
    first = _binomial(random, n1, p1, trials)
    second = _binomial(random, n2, p2, trials)
    power = float(verdicts[first, second].mean())
    return SimulatedPower(
        power=power, error=math.sqrt(power * (1 - power) / trials), trials=trials, efficacy=(power,),
        futility=(0.0,), expected_n=float(n1 + n2), estimate=float(first.mean() / n1 - second.mean() / n2),
    )  # fmt: skip


def simulate_sequential(
    design: BinarySequential, p1: float, p2: float, *, trials: int = 10_000, seed: int = 1
) -> SimulatedPower:
    """Trials of a group-sequential design under p1 and p2, looked at as the design says. Raises DSGN-001.

    >>> design = eq.exact_boundaries([31, 61], [31, 61])
    >>> round(eq.simulate_sequential(design, 0.75, 0.50, trials=2000).power, 2)
    0.8
    """
    _check(p1, p2, trials)
    random = np.random.default_rng(seed)
    first = _counts(random, design.n1, p1, trials)
    second = _counts(random, design.n2, p2, trials)
    going = np.ones(trials, bool)
    efficacy, futility, total, estimate = [], [], 0.0, 0.0
    last = len(design.n1) - 1
    for look, (a, b) in enumerate(zip(design.n1, design.n2, strict=True)):
        one, two = first[look], second[look]
        z = design.statistic_at(look)[one, two]
        rejects = going & (z >= design.efficacy[look] - TIES)
        low = design.futility[look]
        stops = np.zeros_like(going) if low is None else going & ~rejects & (z <= low + TIES)
        ended = going if look == last else rejects | stops
        efficacy.append(float(rejects.mean()))
        futility.append(float(stops.mean()))
        total += (a + b) * int(ended.sum())
        estimate += float(one[ended].sum() / a - two[ended].sum() / b)
        going = going & ~ended
    power = sum(efficacy)
    return SimulatedPower(
        power=power, error=math.sqrt(power * (1 - power) / trials), trials=trials, efficacy=tuple(efficacy),
        futility=tuple(futility), expected_n=total / trials, estimate=estimate / trials,
    )  # fmt: skip


def _counts(random: np.random.Generator, sizes: tuple[int, ...], p: float, trials: int) -> np.ndarray:
    """Events so far at each look; shape (looks, trials)."""
    steps = np.diff((0, *sizes))
    return np.cumsum([_binomial(random, int(step), p, trials) for step in steps], axis=0)


def _binomial(random: np.random.Generator, n: int, p: float, trials: int) -> np.ndarray:
    sums = np.cumsum(binomial(n, np.array([p]))[0])
    return np.searchsorted(sums[:-1], random.random(trials), side="right")


def _check(p1: float, p2: float, trials: int) -> None:
    if not (0 <= p1 <= 1 and 0 <= p2 <= 1 and trials > 0 and trials == int(trials)):
        raise design_error("DSGN-001", "trials", f"p1 {p1:g}, p2 {p2:g}, {trials} trials")
