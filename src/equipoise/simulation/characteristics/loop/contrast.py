"""The primary contrast of two arms in compiled form, for the small tables of a simulated trial: the numbers of
`stratified`, `proportions` and `imputation` in `analysis.estimators`.

A test compares each with its namesake there. A table has one row a stratum: responders and participants of the arm,
then of the reference. Imputation is not drawn but taken at its limit: the missing participants of an arm and stratum
add their expected responders, and the variance between imputations is that of drawing the arm's response probability
from its posterior and then each response from it.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from scipy.special import ndtr, ndtri, stdtr, stdtrit

RUBIN, MANTEL_HAENSZEL, WALD, NEWCOMBE, SCORE = range(5)
METHODS = {
    "rubin": RUBIN,
    "mantel_haenszel": MANTEL_HAENSZEL,
    "wald": WALD,
    "newcombe": NEWCOMBE,
    "miettinen_nurminen": SCORE,
    "stratified_score": SCORE,
}
IMPUTED, NON_RESPONSE, LEFT_OUT = range(3)
MISSING = {"multiple_imputation": IMPUTED, "non_response": NON_RESPONSE, "none": LEFT_OUT}
VALUES, RESPONDERS, EVENTS, GAPS = range(4)
"""What is counted by arm and stratum: values, responders among them, non-responses by an event, missing."""
STEPS = 60


@njit(_nrt=False)
def completed(counts, missing, table):
    """Fills the table (strata, 4) from counts (2 arms, strata, 4); returns the variance between imputations."""
    strata = counts.shape[1]
    for arm in range(2):
        share = _share(counts, arm)
        for stratum in range(strata):
            cell = counts[arm, stratum]
            gaps = cell[GAPS] if missing != LEFT_OUT else 0
            table[stratum, 2 * arm] = cell[RESPONDERS] + (gaps * share if missing == IMPUTED else 0.0)
            table[stratum, 2 * arm + 1] = cell[VALUES] + cell[EVENTS] + gaps
    return _between(counts, table) if missing == IMPUTED else 0.0


@njit(_nrt=False)
def _share(counts, arm):
    """The share of responders among the values of an arm."""
    values = responders = 0.0
    for stratum in range(counts.shape[1]):
        values += counts[arm, stratum, VALUES]
        responders += counts[arm, stratum, RESPONDERS]
    return responders / values if values > 0 else 0.0


@njit(_nrt=False)
def _between(counts, table):
    """The variance of the Mantel-Haenszel difference over imputations."""
    whole = _weights(table)
    if whole == 0:
        return 0.0
    found = 0.0
    for arm in range(2):
        share = _share(counts, arm)
        values = pull = single = 0.0
        for stratum in range(counts.shape[1]):
            values += counts[arm, stratum, VALUES]
            n1, n2 = table[stratum, 1], table[stratum, 3]
            if n1 > 0 and n2 > 0:
                each = n1 * n2 / (n1 + n2) / whole / (n1 if arm == 0 else n2)
                pull += each * counts[arm, stratum, GAPS]
                single += each * each * counts[arm, stratum, GAPS]
        if values > 0:
            found += share * (1 - share) * (pull * pull / values + single)
    return found


@njit(_nrt=False)
def _weights(table):
    whole = 0.0
    for stratum in range(table.shape[0]):
        n1, n2 = table[stratum, 1], table[stratum, 3]
        if n1 > 0 and n2 > 0:
            whole += n1 * n2 / (n1 + n2)
    return whole


@njit(_nrt=False)
def difference(table):
    """The Mantel-Haenszel difference and Sato's variance; NaN where no stratum has both arms."""
    whole = top = slope = level = 0.0
    for stratum in range(table.shape[0]):
        x1, n1, x2, n2 = table[stratum]
        if n1 > 0 and n2 > 0:
            both = n1 + n2
            whole += n1 * n2 / both
            top += (x1 * n2 - x2 * n1) / both
            slope += (n1 * n1 * x2 - n2 * n2 * x1 + n1 * n2 * (n2 - n1) / 2) / (both * both)
            level += (x1 * (n2 - x2) + x2 * (n1 - x1)) / (2 * both)
    if whole == 0:
        return np.nan, np.nan
    estimate = top / whole
    return estimate, max(0.0, (estimate * slope + level) / (whole * whole))


@njit(_nrt=False)
def cochran(table):
    """The signed root of the Cochran-Mantel-Haenszel statistic; 0 without variance."""
    gap = variance = 0.0
    for stratum in range(table.shape[0]):
        x1, n1, x2, n2 = table[stratum]
        if n1 > 0 and n2 > 0:
            both, events = n1 + n2, x1 + x2
            gap += x1 - n1 * events / both
            variance += n1 * n2 * events * (both - events) / (both * both * (both - 1))
    return gap / np.sqrt(variance) if variance > 0 else 0.0


@njit(_nrt=False)
def freedom(between, total, imputations, people):
    """Barnard and Rubin's degrees of freedom; infinite when nothing varies between imputations."""
    spread = (1 + 1 / imputations) * between
    if between <= 1e-24:
        return np.inf
    share = spread / total
    old = (imputations - 1) / (share * share)
    complete = people - 2.0
    observed = (complete + 1) / (complete + 3) * complete * (1 - share)
    return old * observed / (old + observed) if observed > 0 else old


@njit(_nrt=False)
def constrained(p1, p2, theta, d):
    """`analysis.estimators.proportions.constrained_pair`: the first of the likeliest pair that differs by d."""
    a = 1 + theta
    b = -(1 + theta + p1 + theta * p2 + d * (theta + 2))
    c = d * d + d * (2 * p1 + theta + 1) + p1 + theta * p2
    e = -p1 * d * (1 + d)
    v = b**3 / (27 * a**3) - b * c / (6 * a * a) + e / (2 * a)
    u = np.copysign(np.sqrt(max(0.0, b * b / (9 * a * a) - c / (3 * a))), v)
    cosine = 1.0 if u == 0 else min(1.0, max(-1.0, v / u**3))
    first = 2 * u * np.cos((np.pi + np.arccos(cosine)) / 3) - b / (3 * a)
    return min(1.0, 1 + d, max(0.0, d, first))


@njit(_nrt=False)
def score(table, estimate, d):
    """The stratified score statistic of Miettinen and Nurminen at a difference d."""
    whole = variance = 0.0
    for stratum in range(table.shape[0]):
        x1, n1, x2, n2 = table[stratum]
        if n1 > 0 and n2 > 0:
            both = n1 + n2
            weight = n1 * n2 / both
            first = constrained(x1 / n1, x2 / n2, n2 / n1, d)
            second = first - d
            part = first * (1 - first) / n1 + second * (1 - second) / n2
            whole += weight
            variance += weight * weight * part * both / (both - 1)
    gap = estimate - d
    variance /= whole * whole
    if variance <= 0:
        return 0.0 if gap == 0 else np.copysign(np.inf, gap)
    return gap / np.sqrt(variance)


@njit(_nrt=False)
def score_bound(table, estimate, z, side):
    """The lower (side -1) or upper (side 1) bound of the stratified score interval, by halving."""
    low = -1 + 1e-12 if side < 0 else min(1 - 1e-12, max(-1 + 1e-12, estimate))
    high = 1 - 1e-12 if side > 0 else min(1 - 1e-12, max(-1 + 1e-12, estimate))
    wanted = -side * z
    if side < 0 and score(table, estimate, low) <= z:
        return -1.0
    if side > 0 and score(table, estimate, high) >= -z:
        return 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        if score(table, estimate, middle) > wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@njit(nogil=True, _nrt=False)
def score_bounds(tables, estimates, z, lower, upper):
    """The score intervals of many trials, tables (trials, strata, 4)."""
    for trial in range(tables.shape[0]):
        if np.isnan(estimates[trial]):
            lower[trial] = upper[trial] = np.nan
        else:
            lower[trial] = score_bound(tables[trial], estimates[trial], z, -1)
            upper[trial] = score_bound(tables[trial], estimates[trial], z, 1)


def inference(
    method: int, tables: np.ndarray, found: np.ndarray, confidence: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lower and upper bound and two-sided p-value of many trials.

    tables: (trials, strata, 4). found: (trials, 4): estimate, variance, degrees of freedom, root of the
    Cochran-Mantel-Haenszel statistic. Intervals are kept within -1 and 1.
    """
    estimate, variance, df, z = found.T
    normal = float(ndtri((1 + confidence) / 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(variance > 0, estimate / np.sqrt(variance), np.where(estimate == 0, 0.0, np.inf))
    p = 2 * ndtr(-np.abs(z))
    if method == RUBIN:
        finite = np.where(np.isinf(df), 1e15, df)
        quantile = np.where(np.isinf(df), normal, stdtrit(finite, (1 + confidence) / 2))
        p = 2 * np.where(np.isinf(df), ndtr(-np.abs(ratio)), stdtr(finite, -np.abs(ratio)))
        half = quantile * np.sqrt(variance)
    elif method == WALD:
        half = normal * np.sqrt(_unpooled(tables[:, 0]))
    else:
        half = normal * np.sqrt(variance)
    lower, upper = np.maximum(-1, estimate - half), np.minimum(1, estimate + half)
    if method == NEWCOMBE:
        lower, upper = _newcombe(tables[:, 0], estimate, normal)
    elif method == SCORE:
        score_bounds(tables, estimate, normal, lower, upper)
    return lower, upper, p


def _unpooled(table: np.ndarray) -> np.ndarray:
    x1, n1, x2, n2 = table.T
    return x1 * (n1 - x1) / n1**3 + x2 * (n2 - x2) / n2**3


def _newcombe(table: np.ndarray, estimate: np.ndarray, z: float) -> tuple[np.ndarray, np.ndarray]:
    x1, n1, x2, n2 = table.T
    (l1, u1), (l2, u2) = _wilson(x1, n1, z), _wilson(x2, n2, z)
    below = np.hypot(x1 / n1 - l1, u2 - x2 / n2)
    above = np.hypot(u1 - x1 / n1, x2 / n2 - l2)
    return np.maximum(-1, estimate - below), np.minimum(1, estimate + above)


def _wilson(x: np.ndarray, n: np.ndarray, z: float) -> tuple[np.ndarray, np.ndarray]:
    centre = x + z * z / 2
    half = z * np.sqrt(x * (n - x) / n + z * z / 4)
    return np.maximum(0, (centre - half) / (n + z * z)), np.minimum(1, (centre + half) / (n + z * z))
