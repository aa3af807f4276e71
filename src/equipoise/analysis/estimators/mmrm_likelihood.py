"""The restricted likelihood of repeated measures, its slope and its curvature, from sums of products.

Participants who were seen at the same visits share one covariance matrix, so their data enter only as the sums
over participants of products of columns: once those are made, nothing depends on the number of participants.
Visits that were missed are rows and columns of zeros, which makes every pattern the same size, so that all
patterns are handled by one product of matrices.

With V the covariance, A = X'V⁻¹X and P = V⁻¹ - V⁻¹X A⁻¹ X'V⁻¹, minus twice the restricted log-likelihood is
(n - p) log 2π + log|V| + log|A| + y'Py; its derivatives are those of Lindstrom and Bates, JASA
1988;83:1014-1022. Without restriction it is n log 2π + log|V| + y'Py.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from equipoise.analysis.estimators.covariance import Array, Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Repeated measures by pattern of visits: `seen` (G, T) is 1 where the pattern has the visit, `size` (G,)
    participants, `products` (G, T, T, q, q) sums over participants of products of the columns of design and
    response (q = p + 1), and `observations` in all."""

    seen: Array
    size: Array
    products: Array
    observations: int

    @property
    def columns(self) -> int:
        """The number of columns of the design."""
        return self.products.shape[-1] - 1

    @property
    def visits(self) -> int:
        return self.seen.shape[1]

    def weighed(self, matrices: Array) -> Array:
        """For matrices (..., G, T, T): the sums (..., q, q) of columns' products weighed by them."""
        q = self.columns + 1
        flat = matrices.reshape(*matrices.shape[:-3], -1)
        return (flat @ self.products.reshape(-1, q * q)).reshape(*flat.shape[:-1], q, q)

    def contracted(self, weights: Array) -> Array:
        """For weights (q, q) of pairs of columns: the weighed sums (G, T, T)."""
        return self.products.reshape(*self.products.shape[:3], -1) @ weights.ravel()


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The likelihood at one covariance: `deviance` (minus twice the logarithm, `restricted` or not), `inverse` (G,
    T, T), `coefficients` (p,) and their covariance `phi` (p, p)."""

    shape: Shape
    deviance: float
    inverse: Array
    coefficients: Array
    phi: Array
    restricted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Of the deviance at one point: its `slope` (K,), the `expected` and the `observed` second derivatives
    (K, K), and `blocks` (K, p, p), the derivatives of -X'V⁻¹X by each parameter."""

    slope: Array
    expected: Array
    observed: Array
    blocks: Array


def sums_of(response: Array, design: Array, subject: Array, visit: Array, subjects: int, visits: int) -> Sums:
    """Sums of products from rows: `subject` and `visit` are positions (n,), counted from 0."""
    q = design.shape[1] + 1
    padded = np.zeros((subjects, visits, q))
    padded[subject, visit, :-1] = design
    padded[subject, visit, -1] = response
    seen = np.zeros((subjects, visits), dtype=bool)
    seen[subject, visit] = True
    patterns, which = np.unique(seen, axis=0, return_inverse=True)
    products = np.empty((len(patterns), visits, visits, q, q))
    for index in range(len(patterns)):
        rows = padded[which == index].reshape(-1, visits * q)
        products[index] = (rows.T @ rows).reshape(visits, q, visits, q).transpose(0, 2, 1, 3)
    size = np.bincount(which, minlength=len(patterns)).astype(float)
    return Sums(seen=patterns.astype(float), size=size, products=products, observations=len(response))


def point(sums: Sums, shape: Shape, restricted: bool = True) -> Point | None:
    """The likelihood at this covariance; None where that is not positive definite."""
    both = sums.seen[:, :, None] * sums.seen[:, None, :]
    gaps = np.eye(sums.visits) * (1 - sums.seen)[:, None, :]
    try:
        np.linalg.cholesky(shape.matrix)
        factor = np.linalg.cholesky(both * shape.matrix + gaps)
        inverse = np.linalg.inv(both * shape.matrix + gaps) * both
        moments = sums.weighed(inverse)
        root = np.linalg.cholesky(moments[:-1, :-1])
    except np.linalg.LinAlgError:
        return None
    phi = np.linalg.inv(moments[:-1, :-1])
    coefficients = phi @ moments[:-1, -1]
    quadratic = moments[-1, -1] - moments[:-1, -1] @ coefficients
    spread = 2 * sums.size @ np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
    deviance = sums.observations * math.log(2 * math.pi) + spread + quadratic
    if restricted:
        deviance += 2 * np.log(np.diag(root)).sum() - sums.columns * math.log(2 * math.pi)
    return Point(
        shape=shape, deviance=float(deviance), inverse=inverse, coefficients=coefficients, phi=phi,
        restricted=restricted,
    )  # fmt: skip


def curve(sums: Sums, at: Point) -> Curve:
    """Slope and curvature of the deviance; the notation is that of the module's head."""
    first, inverse, phi = at.shape.first, at.inverse, at.phi
    turned = inverse[None] @ first[:, None]
    sandwiched = turned @ inverse[None]
    weighed = sums.weighed(sandwiched)
    blocks = weighed[:, :-1, :-1]
    against = np.append(-at.coefficients, 1.0)
    pulls = (weighed @ against)[:, :-1]
    fitted = np.zeros((len(against), len(against)))
    fitted[:-1, :-1] = phi
    leverage, residual = sums.contracted(fitted), sums.contracted(np.outer(against, against))
    expected = _pairs(turned, np.swapaxes(turned, -1, -2) * sums.size[:, None, None])
    if at.restricted:
        rotated = phi @ blocks
        expected = expected - 2 * _chained(sandwiched, first, inverse, leverage)
        expected += _pairs(rotated, np.swapaxes(rotated, -1, -2))
    else:
        leverage = np.zeros_like(leverage)
    observed = 2 * (_chained(sandwiched, first, inverse, residual) - pulls @ phi @ pulls.T) - expected
    left = np.tensordot(sums.size, inverse, 1)
    left = left - _around(inverse, leverage + residual)
    slope = np.tensordot(first, left, 2)
    if at.shape.second is not None:
        observed = observed + np.tensordot(at.shape.second, left, 2)
    return Curve(slope=slope, expected=expected, observed=observed, blocks=blocks)


def _pairs(one: Array, two: Array) -> Array:
    """The sums (K, K) of products of elements over all but the first axis."""
    return one.reshape(len(one), -1) @ two.reshape(len(two), -1).T


def _chained(sandwiched: Array, first: Array, inverse: Array, weights: Array) -> Array:
    """The traces (K, K) of V⁻¹ V_k V⁻¹ V_l V⁻¹ with the weights of each pattern."""
    right = inverse @ weights
    return _pairs(
        sandwiched @ np.swapaxes(right, -1, -2)[None], np.broadcast_to(first[:, None], sandwiched.shape)
    )


def _around(inverse: Array, weights: Array) -> Array:
    """The sum over patterns of V⁻¹ weights V⁻¹."""
    return (inverse @ weights @ inverse).sum(axis=0)
