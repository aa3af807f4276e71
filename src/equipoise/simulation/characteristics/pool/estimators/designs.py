"""The columns of a regression in one simulated trial, and the equations that its coefficients solve, compiled.

The columns are one for each arm, the covariates of the pool about their means, and one for each stratum but the first
that is there. Columns that depend on those before them are left out, which changes no difference between arms.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from equipoise.simulation.characteristics.pool.plan import OUT, Pooled

DEPENDS = 1e-10
"""The share of a column's square that must be its own."""


class Read(NamedTuple):
    """What a model reads of the pool (rows,): arms that are compared, and strata (0 where the model has none)."""

    kind: np.ndarray
    value: np.ndarray
    exposure: np.ndarray
    columns: np.ndarray
    arms: int
    strata: int


class Design(NamedTuple):
    """One trial, in the first rows: columns (people, width), values, logarithms of exposures, strata; by side how
    many."""

    x: np.ndarray
    y: np.ndarray
    offset: np.ndarray
    stratum: np.ndarray
    sides: np.ndarray


def read_of(plan: Pooled) -> Read:
    """What the model of an estimand reads."""
    outcomes, scored = plan.outcomes, plan.estimand.variable.endpoint == "continuous"
    return Read(
        kind=outcomes.kind,
        value=outcomes.value,
        exposure=np.ones_like(outcomes.exposure) if scored else outcomes.exposure,
        columns=outcomes.columns,
        arms=int(plan.treatment.size),
        strata=len(plan.strata) if "strata" in plan.estimand.model.covariates else 0,
    )


@njit
def design_of(read, people):
    """Room for a trial with so many people."""
    width = read.arms + read.columns.shape[1] + max(read.strata - 1, 0)
    none = np.zeros(people)
    return Design(
        np.zeros((people, width)), none, none.copy(), np.zeros(people, np.int64), np.zeros(read.arms)
    )


@njit
def fill(read, design, rows, sides, strata):
    """Fills the design of a trial; returns its rows, 0 where an arm has nobody."""
    size, first = 0, read.strata
    design.sides[:] = 0
    for place in range(rows.size):
        row, side = rows[place], sides[place]
        value, exposure = read.value[row], read.exposure[row]
        if side < 0 or read.kind[row] == OUT or np.isnan(value) or not exposure > 0:
            continue
        design.x[size] = 0
        design.x[size, side] = 1
        for column in range(read.columns.shape[1]):
            design.x[size, read.arms + column] = read.columns[row, column]
        design.y[size], design.offset[size] = value, np.log(exposure)
        design.stratum[size] = strata[place]
        design.sides[side] += 1
        first = min(first, strata[place])
        size += 1
    base = read.arms + read.columns.shape[1]
    for place in range(size if read.strata > 1 else 0):
        if design.stratum[place] > first:
            design.x[place, base + design.stratum[place] - 1] = 1
    for column in range(read.arms, base):
        design.x[:size, column] -= design.x[:size, column].mean()
    return size if design.sides.min() > 0 else 0


@njit
def inverted(matrix, inverse):
    """The inverse of a symmetric matrix by Gauss and Jordan, zero for dependent columns; returns the rank, -1 for a
    matrix that is not positive on the columns that are kept."""
    size, rank = matrix.shape[0], 0
    work, kept = matrix.copy(), np.zeros(size, np.bool_)
    for pivot in range(size):
        if work[pivot, pivot] < -DEPENDS * abs(matrix[pivot, pivot]):
            return -1
        if work[pivot, pivot] <= DEPENDS * matrix[pivot, pivot]:
            continue
        kept[pivot] = True
        rank += 1
        scale = 1 / work[pivot, pivot]
        for row in range(size):
            if row != pivot:
                factor = work[row, pivot] * scale
                for column in range(size):
                    if column != pivot:
                        work[row, column] -= factor * work[pivot, column]
        for place in range(size):
            if place != pivot:
                work[pivot, place] *= scale
                work[place, pivot] *= -scale
        work[pivot, pivot] = scale
    for row in range(size):
        for column in range(size):
            both = kept[row] and kept[column]
            inverse[row, column] = work[row, column] if both else 0.0
    return rank


@njit
def determined(matrix, inverse, rank, most):
    """Whether each column that is there has a coefficient with an error of at most `most`."""
    there = 0
    for place in range(matrix.shape[0]):
        there += matrix[place, place] > 0
        if inverse[place, place] > most * most:
            return False
    return rank == there
