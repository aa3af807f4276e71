"""What an estimand's analysis finds in many simulated trials at once.

Times, tables, least squares, counts and categories have compiled twins, which a test compares with the analysis; every
other analysis (repeated measures, imputation, standardised effects) is the analysis itself, on each trial in turn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from equipoise.analysis.estimands.scales import SCALES

Estimator = Callable[["Picked", np.ndarray, int], "Found"]


class Picked(NamedTuple):
    """The participants of some trials in order (trials, people). row: of the pool. side: place of the arm among those
    that are compared, the reference last, -1 for another arm. stratum: to analyse by."""

    row: np.ndarray
    side: np.ndarray
    stratum: np.ndarray


class Found(NamedTuple):
    """The first arm against the last in each trial (trials,); NaN where nothing can be estimated. z: what a bound is
    compared with, 0 without an estimate."""

    estimate: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    p: np.ndarray
    z: np.ndarray

    @classmethod
    def room(cls, trials: int) -> Found:
        """Nothing estimated yet."""
        none = np.full(trials, np.nan)
        return cls(estimate=none, lower=none.copy(), upper=none.copy(), p=none.copy(), z=np.zeros(trials))


def found(summary: str, estimate: np.ndarray, lower: np.ndarray, upper: np.ndarray, p: np.ndarray) -> Found:
    """The findings with the Z of their p-values, on the side of the effect."""
    size = -ndtri(np.maximum(p, 1e-300) / 2)
    side = estimate - 1 if SCALES[summary].ratio else estimate
    z = np.where(np.isfinite(estimate), np.copysign(size, side), 0.0)
    return Found(estimate=estimate, lower=lower, upper=upper, p=p, z=z)
