"""Covariance matrices of repeated measures: their parameters, and their first and second derivatives.

Every structure but the unstructured one is a standard deviation for each visit (or one for all) times a
matrix of correlations, so that one product rule serves them all. Standard deviations enter as logarithms,
which keeps them positive; correlations enter as they are, and the caller refuses a step to a matrix that is
not positive definite. The unstructured matrix is linear in its own elements, and so has no second derivative.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Correlation = Callable[[Array, int], tuple[Array, Array, Array]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A covariance matrix of T visits at one value of its K parameters: `matrix` (T, T), `first` (K, T, T)
    and `second` (K, K, T, T), which is None where it is zero."""

    matrix: Array
    first: Array
    second: Array | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """A family of covariance matrices. `scales` is `each` (a standard deviation for each visit) or `one`;
    `correlation` gives the matrix of correlations with its derivatives, None for the unstructured family;
    `lags` gives a start for the correlations from those of a matrix without structure."""

    id: str
    label: str
    scales: str
    correlation: Correlation | None
    lags: Callable[[Array], Array] | None

    def at(self, theta: Array, visits: int) -> Shape:
        """The matrix and its derivatives; `theta` holds the logarithms of the scales, then correlations (for
        the unstructured family: the elements of the upper triangle, row by row)."""
        if self.correlation is None:
            return _unstructured(theta, visits)
        count = visits if self.scales == "each" else 1
        return _scaled(theta[:count], self.correlation(theta[count:], visits))

    def start(self, matrix: Array) -> Array:
        """Parameters close to a positive definite matrix (T, T)."""
        if self.lags is None:
            return matrix[np.triu_indices(len(matrix))]
        deviations = np.sqrt(np.diag(matrix))
        correlations = self.lags(matrix / np.outer(deviations, deviations))
        scales = np.log(deviations) if self.scales == "each" else [np.log(np.mean(deviations**2)) / 2]
        return np.concatenate([scales, correlations])


def _unstructured(theta: Array, visits: int) -> Shape:
    """Each element of the upper triangle is a parameter."""
    rows, columns = np.triu_indices(visits)
    first = np.zeros((len(rows), visits, visits))
    order = np.arange(len(rows))
    first[order, rows, columns] = first[order, columns, rows] = 1
    return Shape(matrix=np.tensordot(theta, first, 1), first=first, second=None)


def _scaled(scales: Array, parts: tuple[Array, Array, Array]) -> Shape:
    """Standard deviations around correlations: sigma_s sigma_t R_st, by the product rule."""
    correlation, slopes, bends = parts
    visits, count = len(correlation), len(scales)
    shares = np.eye(visits) if count > 1 or visits == 1 else np.ones((1, visits))
    deviations = np.exp(scales @ shares)
    outer = np.outer(deviations, deviations)
    grown = shares[:, :, None] + shares[:, None, :]
    matrix, slopes = outer * correlation, outer * slopes
    mixed = grown[:, None] * slopes[None]
    size = count + len(slopes)
    second = np.empty((size, size, visits, visits))
    second[:count, :count] = grown[:, None] * grown[None] * matrix
    second[:count, count:] = mixed
    second[count:, :count] = mixed.swapaxes(0, 1)
    second[count:, count:] = outer * bends
    return Shape(matrix=matrix, first=np.concatenate([grown * matrix, slopes]), second=second)


def _lag(visits: int) -> NDArray[np.int64]:
    order = np.arange(visits)
    return np.abs(order[:, None] - order[None, :])


def _exchangeable(rho: Array, visits: int) -> tuple[Array, Array, Array]:
    """One correlation for every pair of visits."""
    apart = 1.0 - np.eye(visits)
    return np.eye(visits) + rho[0] * apart, apart[None], np.zeros((1, 1, visits, visits))


def _autoregressive(rho: Array, visits: int) -> tuple[Array, Array, Array]:
    """The correlation to the power of the number of visits between."""
    lag, base = _lag(visits), float(rho[0])
    slope = lag * base ** np.maximum(lag - 1, 0)
    bend = lag * (lag - 1) * base ** np.maximum(lag - 2, 0)
    return base**lag, slope[None], bend[None, None]


def _toeplitz(rho: Array, visits: int) -> tuple[Array, Array, Array]:
    """A correlation for each number of visits between."""
    bands = np.stack([(_lag(visits) == lag).astype(float) for lag in range(1, visits)])
    zero = np.zeros((visits - 1, visits - 1, visits, visits))
    return np.eye(visits) + np.tensordot(rho, bands, 1), bands, zero


def _antedependent(rho: Array, visits: int) -> tuple[Array, Array, Array]:
    """A correlation for each pair of neighbours; others are the products of those between."""
    gaps = np.arange(visits - 1)
    low = np.minimum.outer(np.arange(visits), np.arange(visits))[..., None]
    high = np.maximum.outer(np.arange(visits), np.arange(visits))[..., None]
    within = (low <= gaps) & (gaps < high)

    def product(*without: int) -> Array:
        """The products of the correlations between, in which those of `without` count as 1."""
        rest = within & ~np.isin(gaps, without)
        inside = np.all(within[..., list(without)], axis=-1)
        return np.where(inside, np.prod(np.where(rest, rho, 1.0), axis=-1), 0.0)

    slopes = np.stack([product(k) for k in gaps])
    flat = np.zeros((visits, visits))
    bends = np.stack([np.stack([flat if k == j else product(k, j) for j in gaps]) for k in gaps])
    return product(), slopes, bends


def _mean_lag(correlation: Array, lag: int) -> float:
    return float(np.clip(np.mean(np.diag(correlation, lag)), -0.9, 0.95))


def _start_exchangeable(correlation: Array) -> Array:
    visits = len(correlation)
    mean = correlation[np.triu_indices(visits, 1)].mean()
    return np.array([np.clip(mean, -0.9 / (visits - 1), 0.95)])


def _start_autoregressive(correlation: Array) -> Array:
    return np.array([_mean_lag(correlation, 1)])


def _start_toeplitz(correlation: Array) -> Array:
    """Lag by lag; drawn towards independence until the matrix is positive definite."""
    visits = len(correlation)
    found = np.array([_mean_lag(correlation, lag) for lag in range(1, visits)])
    while np.linalg.eigvalsh(_toeplitz(found, visits)[0])[0] < 1e-3:
        found = found * 0.8
    return found


def _start_antedependent(correlation: Array) -> Array:
    return np.clip(np.diag(correlation, 1), -0.95, 0.95)


def _pair(
    id: str, label: str, correlation: Correlation, start: Callable[[Array], Array]
) -> tuple[Structure, Structure]:
    """A structure with one standard deviation, and the one (`…h`) with one for each visit."""
    one = Structure(id=id, label=label, scales="one", correlation=correlation, lags=start)
    heterogeneous = f"heterogeneous {label}"
    each = Structure(id=f"{id}h", label=heterogeneous, scales="each", correlation=correlation, lags=start)
    return one, each


STRUCTURES: dict[str, Structure] = {
    each.id: each
    for each in (
        Structure(id="us", label="unstructured", scales="each", correlation=None, lags=None),
        *_pair("cs", "compound symmetry", _exchangeable, _start_exchangeable),
        *_pair("ar1", "first-order autoregressive", _autoregressive, _start_autoregressive),
        *_pair("toep", "Toeplitz", _toeplitz, _start_toeplitz),
        *_pair("ad", "first-order antedependence", _antedependent, _start_antedependent),
    )
}
