"""Tipping points: how far the missing values would have to be from what was assumed before the conclusion
changes.

For a binary endpoint each arm's missing responses are given a probability, from 0 to 1; for scores that are
imputed, each arm's imputed values are moved. The same draws serve every point of the grid, so that what
differs between two points is the assumption alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from equipoise.analysis.data.estimand import Outcome
from equipoise.analysis.errors import AnalysisError
from equipoise.analysis.estimands.binary import Setting, covariates, how_of, known_responses, people_of
from equipoise.analysis.estimands.binary_effects import How, People, from_pool, pooled_part
from equipoise.analysis.estimands.scales import SCALES
from equipoise.analysis.estimators.ancova import ancova, contrast_row, error_weights, errors_of
from equipoise.analysis.estimators.covariance import Array
from equipoise.analysis.estimators.imputation import Pool, rubin
from equipoise.analysis.results import Analysis, Contrast, GridPoint

LEAST = 50
"""The imputations of a grid whose main analysis imputes fewer times or not at all."""

STEPS = tuple(each / 10 for each in range(11))


def response_grid(
    rows: Sequence[Outcome], setting: Setting, steps: Sequence[float] = STEPS
) -> tuple[GridPoint, ...]:
    """The first contrast when the missing responses of its arm have the probability `first`, those of the
    reference `second`; each a multiple imputation with the number of imputations of the setting. Points
    whose data have no such effect are left out. Source: Liublinska and Rubin, Stat Med 2014;33:4170-4185.
    """
    how, one, two = how_of(setting, rows), setting.arms[0], setting.arms[-1]
    mine = [row for row in rows if row.arm in (one, two)]
    lost = {arm: lost_places(mine, arm) for arm in (one, two)}
    draws = {arm: setting.random(arm).random((setting.imputations, len(lost[arm]))) for arm in lost}
    known = known_responses(mine, setting)
    everybody = people_of(mine, {row.subject: known.get(row.subject, False) for row in mine}, setting)
    start = np.tile(np.array(everybody.response, dtype=bool), (setting.imputations, 1))
    parts: dict[bytes, tuple[float, float]] = {}
    found = []
    for first in steps:
        for second in steps:
            answers = start.copy()
            answers[:, lost[one]] = draws[one] < first
            answers[:, lost[two]] = draws[two] < second
            made = _pooled(how, everybody, answers, parts)
            if made is not None:
                found.append(_point(first, second, made))
    return tuple(found)


def lost_places(rows: Sequence[Outcome], arm: str) -> list[int]:
    """The places of the rows of an arm whose value is missing."""
    return [place for place, row in enumerate(rows) if row.arm == arm and row.kind == "missing"]


def _pooled(
    how: How, people: People, answers: np.ndarray, parts: dict[bytes, tuple[float, float]]
) -> Contrast | None:
    """The pooled effect of the rows of `answers` (m, n); the same responses are estimated once. None where
    an effect is not defined."""
    values = []
    for row in answers:
        key = row.tobytes()
        if key not in parts:
            try:
                parts[key] = pooled_part(how, replace(people, response=row.tolist()))
            except AnalysisError:
                return None
        values.append(parts[key])
    pool = rubin([v for v, _ in values], [e for _, e in values], complete_df=people.compared() - 2)
    return from_pool(how, people, pool)


def score_grid(
    sets: Sequence[Array],
    imputed: np.ndarray,
    rows: Sequence[Outcome],
    setting: Setting,
    deltas: Sequence[float],
) -> tuple[GridPoint, ...]:
    """The first contrast of means when `first` is added to the imputed values of its arm and `second` to
    those of the reference. `sets` are completed values (n,) of the rows, `imputed` (n,) says which of them
    were.

    The estimate is linear in the values and its variance in their squared residuals, so one fit gives
    all. Source: Cro and others, Stat Med 2020;39:2815-2842.
    """
    one, two = setting.arms[0], setting.arms[-1]
    labels = [row.arm for row in rows]
    base = ancova(sets[0], labels, covariates(rows, setting.model))
    row = contrast_row(base, one, two)
    weights, df = error_weights(base, row, errors_of(setting.interval))
    moves = [np.array([each == arm for each in labels]) & imputed for arm in (one, two)]
    values = np.array(sets)
    found = []
    for first in deltas:
        for second in deltas:
            moved = values + first * moves[0] + second * moves[1]
            coefficients = moved @ base.design @ base.inverse
            left = moved - coefficients @ base.design.T
            pool = rubin((coefficients @ row).tolist(), (left**2 @ weights).tolist(), complete_df=df)
            found.append(_scored(first, second, pool, setting.confidence))
    return tuple(found)


def _scored(first: float, second: float, pool: Pool, confidence: float) -> GridPoint:
    interval = pool.interval(confidence)
    return GridPoint(
        first=first,
        second=second,
        estimate=pool.estimate,
        lower=interval.lower,
        upper=interval.upper,
        p_value=pool.p_value(),
    )


def _point(first: float, second: float, made: Contrast) -> GridPoint:
    return GridPoint(
        first=first,
        second=second,
        estimate=made.estimate,
        lower=made.lower,
        upper=made.upper,
        p_value=made.p_value,
    )


def with_grid(found: Analysis, rows: Sequence[Outcome], setting: Setting) -> Analysis:
    """The analysis of responses with its grid, and where on it the conclusion changes. The centre is the
    proportion of known responses in each arm."""
    main = found.contrasts[0] if found.contrasts else None
    grid = response_grid(rows, replace(setting, imputations=max(setting.imputations, LEAST)))
    known = known_responses(rows, setting)
    shares = []
    for arm in (setting.arms[0], setting.arms[-1]):
        mine = [known[row.subject] for row in rows if row.arm == arm and row.subject in known]
        shares.append(sum(mine) / len(mine) if mine else 0.5)
    words = told(grid, main, float(SCALES[found.summary].ratio), (shares[0], shares[1]))
    return replace(found, grid=grid, notes=(*found.notes, *words))


def told(
    grid: Sequence[GridPoint], main: Contrast | None, null: float, centre: tuple[float, float]
) -> tuple[str, ...]:
    """In words, whether and where the conclusion of the main contrast changes: whether its p-value is below
    alpha, and on which side of `null` its estimate lies then. `centre` is the point from which the nearest
    change is counted."""
    if not grid or main is None:
        return ("No point of the grid can be compared with the analysis at its centre.",)
    alpha = 1 - main.confidence
    won, above = main.p_value < alpha, main.estimate > null
    changed = [
        point
        for point in grid
        if (point.p_value < alpha) != won or (won and (point.estimate > null) != above)
    ]
    main_p = f"p {'<' if won else '>='} {alpha:.3g}"
    said = f"{len(changed)} of {len(grid)} points of the grid change the conclusion ({main_p})"
    if not changed:
        return (f"{said}.",)
    near = min(changed, key=lambda each: abs(each.first - centre[0]) + abs(each.second - centre[1]))
    return (f"{said}; the nearest is {near.first:g} in the first arm and {near.second:g} in the reference.",)
