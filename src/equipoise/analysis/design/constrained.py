"""The likeliest proportions under a null value of their difference, ratio or odds ratio, for whole arrays at once.

For observed proportions p1 and p2 with `ratio` = n2 / n1 participants each function gives the pair that maximises the
likelihood among those with the null value. The difference is the root of a cubic, the two ratios of a quadratic.

Sources: Miettinen O, Nurminen M. Stat Med 1985;4:213-226; Farrington CP, Manning G. Stat Med 1990;9:1447-1454.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

Measure = Literal["risk_difference", "risk_ratio", "odds_ratio"]
NULL: dict[Measure, float] = {"risk_difference": 0.0, "risk_ratio": 1.0, "odds_ratio": 1.0}
RANGE: dict[Measure, tuple[float, float]] = {
    "risk_difference": (-1.0, 1.0),
    "risk_ratio": (0.0, np.inf),
    "odds_ratio": (0.0, np.inf),
}
"""Between what the null values of a measure lie."""
Pair = tuple[np.ndarray, np.ndarray]


def constrained(
    p1: np.ndarray, p2: np.ndarray, ratio: np.ndarray, measure: Measure, null: np.ndarray
) -> Pair:
    """The pair under `measure` = `null`; all arguments broadcast."""
    return {"risk_difference": _difference, "risk_ratio": _ratio, "odds_ratio": _odds}[measure](
        p1, p2, ratio, null
    )


def value(p1: np.ndarray, p2: np.ndarray, measure: Measure) -> np.ndarray:
    """The effect of two proportions on the scale of the measure."""
    if measure == "risk_difference":
        return np.asarray(p1 - p2)
    if measure == "risk_ratio":
        return np.asarray(p1 / p2)
    return np.asarray(p1 * (1 - p2) / (p2 * (1 - p1)))


def partner(p2: np.ndarray, measure: Measure, null: float) -> np.ndarray:
    """The first proportion that has the null value against the second; NaN where there is none."""
    if measure == "risk_difference":
        found = p2 + null
    elif measure == "risk_ratio":
        found = p2 * null
    else:
        found = null * p2 / (1 + p2 * (null - 1))
    return np.where((found >= 0) & (found <= 1), found, np.nan)


def _difference(p1: np.ndarray, p2: np.ndarray, ratio: np.ndarray, d: np.ndarray) -> Pair:
    a = 1 + ratio
    b = -(1 + ratio + p1 + ratio * p2 + d * (ratio + 2))
    c = d * d + d * (2 * p1 + ratio + 1) + p1 + ratio * p2
    e = -p1 * d * (1 + d)
    v = b**3 / (27 * a**3) - b * c / (6 * a * a) + e / (2 * a)
    u = np.copysign(np.sqrt(np.maximum(0.0, b * b / (9 * a * a) - c / (3 * a))), v)
    with np.errstate(divide="ignore", invalid="ignore"):
        cosine = np.where(u == 0, 1.0, np.clip(v / u**3, -1.0, 1.0))
    first = 2 * u * np.cos((np.pi + np.arccos(cosine)) / 3) - b / (3 * a)
    first = np.minimum(np.minimum(1.0, 1 + d), np.maximum(np.maximum(0.0, d), first))
    return first, first - d


def _ratio(p1: np.ndarray, p2: np.ndarray, ratio: np.ndarray, r: np.ndarray) -> Pair:
    one, two = r * (1 + ratio * p2), ratio + p1
    events = p1 + ratio * p2
    # The discriminant of the quadratic as a sum of what is never negative, so that no digit is lost.
    root = np.sqrt((one - two) ** 2 + 4 * r * ratio * (1 - p1) * (1 - p2))
    second = np.minimum(2 * events / (one + two + root), np.minimum(1.0, 1 / r))
    return np.minimum(1.0, second * r), second


def _odds(p1: np.ndarray, p2: np.ndarray, ratio: np.ndarray, odds: np.ndarray) -> Pair:
    events = p1 + ratio * p2
    a = ratio * (odds - 1)
    b = odds + ratio - events * (odds - 1)
    root = np.sqrt(np.maximum(0.0, b * b + 4 * a * events))
    with np.errstate(divide="ignore", invalid="ignore"):
        second = np.where(b > 0, 2 * events / (b + root), (root - b) / (2 * a))
    return odds * second / (1 + second * (odds - 1)), second
