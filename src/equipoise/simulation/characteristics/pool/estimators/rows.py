"""The analysis itself, on each simulated trial in turn: what reads more of a trial than tables and sums.

A trial's outcomes are put together from the pool as the analysis makes them from a ledger, and handed to it. What a
score means is known of every score that was seen, and tabulated for those that may be imputed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np

from equipoise.allocation import stratum_levels
from equipoise.analysis.data.estimand import Outcome
from equipoise.analysis.data.rows import Participant, Times
from equipoise.analysis.estimands.binary import Setting, analyse_binary
from equipoise.analysis.estimands.continuous import analyse_continuous
from equipoise.analysis.estimands.discrete import analyse_discrete
from equipoise.analysis.estimands.events_over_time import Timed, analyse_times
from equipoise.analysis.estimands.scales import SCALES
from equipoise.analysis.estimands.specs import specs
from equipoise.analysis.estimators.imputation import Limits
from equipoise.analysis.results import Analysis
from equipoise.simulation.characteristics.pool.estimators.estimating import Estimator, Found, Picked
from equipoise.simulation.characteristics.pool.plan import OUT, Pooled
from equipoise.simulation.whole.primary import numbers as numbers_of
from equipoise.simulation.whole.primary import statistic

KEPT = 200_000
"""Meanings of scores that are remembered."""
Respond = Callable[[Outcome, Decimal], Any]


def rows_estimator(plan: Pooled, confidence: float) -> Estimator:
    """The estimator that asks the analysis."""
    ratio, respond = SCALES[plan.estimand.summary].ratio, responding(plan)

    def estimate(picked: Picked, numbers: np.ndarray, seed: int) -> Found:
        out = Found.room(len(numbers))
        for place, (rows, sides, strata) in enumerate(zip(*picked, strict=True)):
            analysis = analysed(plan, respond, (rows, sides, strata), (seed, int(numbers[place])))
            values = (*numbers_of(analysis), statistic(analysis, ratio))
            for field, value in zip(out, values, strict=True):
                field[place] = value
        return out

    return estimate


def analysed(
    plan: Pooled,
    respond: Respond,
    people: tuple[np.ndarray, np.ndarray, np.ndarray],
    key: tuple[int, int],
) -> Analysis:
    """The primary analysis of one trial; the subject of a participant is its place and its row."""
    rows, sides, strata = people
    if plan.estimand.variable.endpoint == "time_to_event":
        return timed(plan, people)
    outcomes = [
        replace(plan.outcomes.whole[row], subject=f"{place}:{row}", stratum=plan.strata[stratum])
        for place, (row, side, stratum) in enumerate(
            zip(rows.tolist(), sides.tolist(), strata.tolist(), strict=True)
        )
        if side >= 0 and plan.outcomes.kind[row] != OUT
    ]
    spec, arms = specs(plan.estimand)[0], tuple(plan.estimand.treatment)
    kind = plan.estimand.variable.endpoint
    if kind in ("count", "ordinal"):
        exposure = {each.subject: _exposure(plan, each) for each in outcomes}
        return analyse_discrete(spec, outcomes, arms, exposure)
    analyse = analyse_binary if kind == "binary" else analyse_continuous
    return analyse(spec, outcomes, setting_of(plan, respond, rows, key))


def timed(plan: Pooled, people: tuple[np.ndarray, np.ndarray, np.ndarray]) -> Analysis:
    """The primary analysis of the times of one trial."""
    rows, times, measures = [], {}, {}
    outcomes, arms = plan.outcomes, tuple(plan.estimand.treatment)
    for place, (row, side, stratum) in enumerate(zip(*(each.tolist() for each in people), strict=True)):
        if side >= 0 and outcomes.kind[row] != OUT:
            subject = f"{place}:{row}"
            rows.append(participant(subject, arms[side], plan.strata[stratum]))
            days, seen = int(outcomes.days[row]), bool(outcomes.seen[row])
            times[subject] = Times(subject=subject, days=days, event=seen)
            measures[subject] = outcomes.whole[row]
    how = Timed(estimand=plan.estimand, times=times, measures=measures)
    return analyse_times(specs(plan.estimand)[0], rows, how, arms)


def participant(subject: str, arm: str, stratum: str) -> Participant:
    """What the analysis of times reads of a participant: the arm and the levels of the stratum."""
    return Participant(
        subject=subject, person=subject, number=subject, site="", randomising_site="", stratum=stratum, arm=arm,
        randomised_on=date.min, sequence=0, factors=stratum_levels(stratum) if stratum else {},
    )  # fmt: skip


def _exposure(plan: Pooled, each: Outcome) -> float | None:
    found = float(plan.outcomes.exposure[place_of(each)])
    return None if math.isnan(found) else found


def place_of(each: Outcome) -> int:
    """The row of the pool that an outcome was made from."""
    return int(each.subject.partition(":")[2])


def setting_of(plan: Pooled, respond: Respond, rows: np.ndarray, key: tuple[int, int]) -> Setting:
    """What the analysis needs beside the outcomes; draws of imputations are those of the trial and the arm."""
    own, outcomes = plan.estimand, plan.outcomes

    def random(arm: str) -> np.random.Generator:
        number = own.treatment.index(arm) if arm in own.treatment else len(own.treatment)
        return np.random.default_rng([*key, number])

    lowest, highest = float(outcomes.lowest[rows].min()), float(outcomes.highest[rows].max())
    limits = Limits(lowest=lowest, highest=highest, decimals=plan.decimals)
    return Setting.of(own, own.treatment, respond=respond, limits=limits, random=random)


def responding(plan: Pooled) -> Respond:
    """What a value of a participant means: a response, or a number."""
    binary, outcomes, meaning = plan.estimand.variable.endpoint == "binary", plan.outcomes, plan.meaning
    if plan.estimand.variable.score is None:
        return (lambda each, value: value == 1) if binary else (lambda each, value: value)

    @lru_cache(KEPT)
    def number(row: int, value: float) -> float:
        if value == outcomes.score[row]:
            return float(outcomes.value[row])
        return read(meaning.grid, meaning.table[meaning.place[row]], value)

    def respond(each: Outcome, value: Decimal) -> Any:
        found = number(place_of(each), float(value))
        return found > 0.5 if binary else found

    return respond


def read(grid: np.ndarray, row: np.ndarray, value: float) -> float:
    """A table at a value, on straight lines between its places and beyond its ends."""
    place = min(max(int(np.searchsorted(grid, value)), 1), len(grid) - 1)
    low, high = grid[place - 1], grid[place]
    return float(row[place - 1] + (row[place] - row[place - 1]) * (value - low) / (high - low))
