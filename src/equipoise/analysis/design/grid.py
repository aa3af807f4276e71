"""Numerical integration over the looks of a group-sequential trial.

Z statistics at information I_1 < ... < I_K have the canonical joint distribution. The density of Z_k among the trials
that go on is carried from look to look on a grid that is dense where the normal density is; between its points Gauss
and Legendre's rule keeps some eight digits also for looks that lie close together, and for chances far out.

Source: Jennison C, Turnbull BW. Group Sequential Methods with Applications to Clinical Trials (2000), chapter 19.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

FINENESS = 12
"""Six times this many pieces cover each look."""
NODES, WEIGHTS = np.polynomial.legendre.leggauss(5)


@dataclass(frozen=True, slots=True)
class Going:
    """The trials that go on after a look: grid points and their weights times density, at an information."""

    points: np.ndarray
    weights: np.ndarray
    information: float


def _pieces(mean: float) -> np.ndarray:
    r = FINENESS
    i = np.arange(1, 6 * r)
    low = -3 - 4 * np.log(r / i[: r - 1])
    middle = -3 + 3 * (i[r - 1 : 5 * r] - r) / (2 * r)
    high = 3 + 4 * np.log(r / (6 * r - i[5 * r :]))
    return mean + np.concatenate([low, middle, high])


def grid(mean: float, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """Points and weights from `low` to `high`, dense around `mean`; empty where nothing lies between."""
    if low >= high:
        return np.empty(0), np.empty(0)
    pieces = _pieces(mean)
    inside = pieces[(pieces > low) & (pieces < high)]
    ends = [end for end in (low, high) if pieces[0] < end < pieces[-1]]
    pieces = np.sort(np.concatenate([inside, ends]))
    if len(pieces) < 2:
        return np.empty(0), np.empty(0)
    half, middle = np.diff(pieces)[:, None] / 2, (pieces[1:] + pieces[:-1])[:, None] / 2
    return (middle + half * NODES).ravel(), (half * WEIGHTS).ravel()


def begin(drift: float, information: float, low: float, high: float) -> Going:
    """The first look: Z is normal with mean drift times the root of the information."""
    mean = drift * np.sqrt(information)
    points, weights = grid(mean, low, high)
    density = np.exp(-((points - mean) ** 2) / 2) / np.sqrt(2 * np.pi)
    return Going(points, weights * density, information)


def go_on(before: Going, drift: float, information: float, low: float, high: float) -> Going:
    """A later look, for the trials that were between the boundaries until then."""
    step = information - before.information
    points, weights = grid(drift * np.sqrt(information), low, high)
    scaled = points[:, None] * np.sqrt(information) - before.points[None, :] * np.sqrt(before.information)
    exponent = (scaled - drift * step) ** 2 / (2 * step)
    density = np.exp(-exponent) @ before.weights * np.sqrt(information / (2 * np.pi * step))
    return Going(points, weights * density, information)


def above(before: Going | None, drift: float, information: float, bound: float) -> float:
    """The probability of going on until this look and then lying above the bound."""
    if before is None:
        return float(ndtr(drift * np.sqrt(information) - bound))
    step = information - before.information
    scaled = before.points * np.sqrt(before.information) + drift * step - bound * np.sqrt(information)
    return float(ndtr(scaled / np.sqrt(step)) @ before.weights)


def below(before: Going | None, drift: float, information: float, bound: float) -> float:
    """The same for lying below the bound."""
    if before is None:
        return float(ndtr(bound - drift * np.sqrt(information)))
    step = information - before.information
    scaled = bound * np.sqrt(information) - before.points * np.sqrt(before.information) - drift * step
    return float(ndtr(scaled / np.sqrt(step)) @ before.weights)
