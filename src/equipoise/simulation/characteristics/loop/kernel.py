"""Whole trials in a compiled loop: recruitment, allocation, follow-up, looks, the primary analysis, supplies.

Every draw has its own key, so the numbers of a trial do not depend on which other trials are run, or by whom.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numba import njit

from equipoise.simulation.characteristics.loop import contrast
from equipoise.simulation.characteristics.loop.arrays import NOWHERE, Plan
from equipoise.simulation.characteristics.loop.contrast import (
    EVENTS,
    GAPS,
    RESPONDERS,
    VALUES,
    cochran,
    completed,
    difference,
    freedom,
)
from equipoise.simulation.characteristics.loop.following import (
    ABSENT,
    DEATH,
    EVENT,
    FORETOLD_RESPONSE,
    LOSS,
    REFUSED,
    RESPONSE,
    SUPPLY,
    Followed,
    follow,
    followed_of,
)
from equipoise.simulation.characteristics.loop.recruiting import Work, recruit, work_of
from equipoise.simulation.characteristics.loop.stock import (
    ENDED,
    PLANNED,
    VISIT,
    Stock,
    note,
    stock_of,
    supply,
)
from equipoise.simulation.compiling import kept
from equipoise.simulation.keyed import below, key, under, uniform
from equipoise.simulation.randomisation.plans import state_of

TRIAL = ("attempts", "people", "randomised", "analysed", "look", "first", "last", "readable", "ended")
ARM = (
    "randomised",
    "missing",
    "responders",
    "truth",
    "died",
    "lost",
    "withdrawn",
    "deaths",
    "stopped",
    "supplies",
)


PEOPLE = np.uint64(1 << 60)
"""The place in the path of a key below which each participant has a key, by number of arrival."""


class Out(NamedTuple):
    """By trial.

    whole: TRIAL, days from the start. sites: attempts and randomised by site. arms: ARM by arm. events: by arm and
    event. units: by regimen. kits: sent, used, expired and left by kind. short: visits without stock by site. tables:
    (strata, 4), completed. found: estimate, variance, degrees of freedom, root of the test. rejected: at a look of a
    sequential design.
    """

    whole: np.ndarray
    sites: np.ndarray
    arms: np.ndarray
    events: np.ndarray
    units: np.ndarray
    kits: np.ndarray
    short: np.ndarray
    tables: np.ndarray
    found: np.ndarray
    rejected: np.ndarray


def out_of(plan: Plan, trials: int) -> Out:
    """Room for the results of so many trials."""
    sites, arms, events = plan.recruitment.rate.size, plan.allocation.arms, plan.exit.strategy.size
    strata = int(plan.recruitment.analysed.max()) + 1
    return Out(
        whole=np.zeros((trials, len(TRIAL))), sites=np.zeros((trials, sites, 2), np.int32),
        arms=np.zeros((trials, arms, len(ARM)), np.int32), events=np.zeros((trials, arms, events), np.int32),
        units=np.zeros((trials, plan.dispensing.units.shape[2])),
        kits=np.zeros((trials, plan.kits.regimen.size, 4), np.int32),
        short=np.zeros((trials, sites), np.int32), tables=np.zeros((trials, strata, 4)),
        found=np.zeros((trials, 4)), rejected=np.zeros(trials, np.bool_),
    )  # fmt: skip


compiled = njit(_nrt=False, error_model="numpy")
"""For the steps of a trial: each is compiled for itself, because one large function takes several times as long."""


@compiled
def _followed(exits, score, work, people, randomised, found):
    """The follow-up of all who were randomised."""
    for place in range(randomised):
        draws = under(people, work.number[place])
        follow(exits, score, draws, work.who[place], work.arm[place], place, found)


@njit(_nrt=False, inline="always")
def _count(plan, work, found, low, high, counts):
    """Adds the randomised from `low` to `high` to the counts by compared arm, stratum and outcome."""
    for place in range(low, high):
        side, arm = -1, work.arm[place]
        for compared in range(2):
            if arm == plan.arms[compared]:
                side = compared
        if side < 0:
            continue
        cell, outcome = counts[side, work.stratum[place]], found.outcome[place]
        cell[GAPS] += outcome == ABSENT
        cell[EVENTS] += outcome == EVENT
        cell[VALUES] += outcome != ABSENT and outcome != EVENT
        cell[RESPONDERS] += outcome in (RESPONSE, FORETOLD_RESPONSE)


@njit(_nrt=False, inline="always")
def _analysed(plan, counts, table, result):
    """The primary analysis of what was counted; returns the Z that a bound is compared with."""
    between = completed(counts, plan.missing, table)
    estimate, within = difference(table)
    total = within + (1 + 1 / plan.imputations) * between
    analysed = 0.0
    for stratum in range(table.shape[0]):
        if table[stratum, 1] > 0 and table[stratum, 3] > 0:
            analysed += table[stratum, 1] + table[stratum, 3]
    result[0], result[1] = estimate, total
    result[2] = freedom(between, total, plan.imputations, analysed)
    result[3] = cochran(table)
    if plan.method != contrast.RUBIN:
        return result[3]
    return estimate / np.sqrt(total) if total > 0 else 0.0


@compiled
def _decided(plan, score, work, found, randomised, table, result):
    """The look at which the trial ends, its participants, the day on which recruitment ends, and whether Z crossed."""
    last, counted = plan.looks.size - 1, 0
    work.counts[:] = 0
    for look in range(last + 1):
        people = min(plan.looks[look], randomised)
        _count(plan, work, found, counted, people, work.counts)
        counted = people
        z = _analysed(plan, work.counts, table, result)
        crossed = abs(z) >= plan.bounds[look]
        if crossed or z <= plan.futility[look] or look == last:
            closed = work.day[people - 1] + score.day + score.after
            return look, people, NOWHERE if look == last else closed, crossed
    return last, randomised, NOWHERE, False


@compiled
def _totals(score, work, found, kept, people, row, out):
    """Sums over the randomised, and over those who were analysed, by site, arm and event."""
    first, last, ended = NOWHERE, 0, 0
    for place in range(kept):
        arm, kind = out.arms[row, work.arm[place]], found.exit[place]
        out.sites[row, work.at[place], 1] += 1
        first, last = min(first, work.day[place]), max(last, work.day[place])
        ended = max(ended, work.day[place] + found.left[place])
        arm[0] += 1
        arm[5] += kind == LOSS
        arm[6] += kind > LOSS and kind < DEATH
        arm[7] += kind == DEATH
        arm[8] += found.early[place]
        arm[3] += found.truth[place]
        if place < people:
            outcome = found.outcome[place]
            arm[1] += outcome >= ABSENT
            arm[2] += outcome == RESPONSE
            arm[4] += found.died[place]
            if found.some[place]:
                for event in range(found.events.shape[1]):
                    out.events[row, work.arm[place], event] += found.events[place, event]
    whole = out.whole[row]
    whole[2], whole[3] = kept, people
    whole[5], whole[6], whole[8] = first, last, ended
    whole[7] = work.day[people - 1] + score.day + score.after


@compiled
def _screened(work, closed, row, out):
    """Attempts and people until recruitment was closed."""
    attempts = people = 0
    for place in range(work.count[1]):
        if work.attempt[place] <= closed + 1:
            attempts += 1
            people += work.first[place]
            out.sites[row, work.place[place], 0] += 1
    out.whole[row, 0], out.whole[row, 1] = attempts, people


@compiled
def _dispensed(supplies, stocked, days, work, found, stock, kept, people, row, out):
    """Supplies of each participant until the end of treatment, in units by regimen; returns the last day of one."""
    last = 0
    for place in range(kept if supplies.full > 0 else 0):
        stopped, who, arm = found.stopped[place], work.who[place], work.arm[place]
        if stopped == 0:
            continue
        if stocked:
            note(stock, min(work.day[place] + stopped, days), ENDED, place, 0)
        draws = under(people, work.number[place])
        share, low, width = uniform(draws, REFUSED), 0.0, 1.0
        covered = given = 0
        for number in range(supplies.supplied.size):
            day = _day_of(supplies, draws, number, stopped, stocked)
            if day > stopped:
                continue
            cut = width * supplies.refused[arm, number]
            if share < low + cut:
                width = cut
                continue
            low, width = low + cut, width - cut
            given, covered = given + 1, covered + supplies.supplied[number]
            if stocked:
                last = max(last, work.day[place] + day)
                note(stock, min(work.day[place] + day, days), VISIT, place, number)
        if stocked:
            note(stock, min(work.day[place], days), PLANNED, place, 0)
        out.arms[row, arm, 9] += given
        for regimen in range(supplies.units.shape[2]):
            out.units[row, regimen] += supplies.units[who, arm, regimen] * covered / supplies.full
    return last


@njit(_nrt=False, inline="always")
def _day_of(supplies, draws, number, stopped, stocked):
    """The day of a supply; where no stock is kept it is drawn only if it decides whether the supply is still due."""
    if number == 0:
        return 0
    first, final = supplies.days[number - 1]
    if first > stopped or (final <= stopped and not stocked):
        return first
    return first + below(draws, SUPPLY + number, final - first + 1)


@kept(_nrt=False)
def run_range(plan, state, work, found, stock, seed, first, low, high, out):
    """Trials first + low to first + high - 1, into the rows low to high - 1."""
    for row in range(low, high):
        trial = first + row
        randomised = recruit(plan.recruitment, plan.allocation, state, work, seed, trial)
        if randomised < plan.recruitment.planned:
            continue
        people = key(seed, trial, PEOPLE, 0)
        _followed(plan.exit, plan.score, work, people, randomised, found)
        look, analysed, closed, crossed = _decided(
            plan.analysis, plan.score, work, found, randomised, out.tables[row], out.found[row]
        )
        enrolled = analysed
        while enrolled < randomised and work.day[enrolled] <= closed:
            enrolled += 1
        out.whole[row, 4], out.rejected[row] = look + 1, crossed
        _screened(work, closed, row, out)
        _totals(plan.score, work, found, enrolled, analysed, row, out)
        stocked, days = plan.kits.regimen.size > 0, plan.kits.days
        last = _dispensed(plan.dispensing, stocked, days, work, found, stock, enrolled, people, row, out)
        if stocked:
            supply(
                plan.kits, plan.dispensing, plan.recruitment, stock, work, enrolled, min(last, days), out.kits[row],
                out.short[row],
            )  # fmt: skip


def run(
    plan: Plan,
    trials: int,
    seed: int,
    *,
    first: int = 0,
    workers: int | None = None,
    attempts: int,
    progress: Callable[[int], None] | None = None,
) -> Out:
    """The results of the trials `first` to `first + trials - 1`; they do not depend on the number of workers."""
    out = out_of(plan, trials)
    workers = workers or os.cpu_count() or 1
    step = max(1, -(-trials // (workers * 8)))

    def work(low: int) -> int:
        tools: tuple[Work, Followed, Stock] = (
            work_of(plan.recruitment.planned, attempts, out.tables.shape[1]),
            followed_of(plan.recruitment.planned, plan.exit.strategy.size),
            stock_of(
                plan.kits, plan.recruitment.rate.size, plan.recruitment.planned, plan.dispensing.supplied.size
            ),
        )
        high = min(trials, low + step)
        run_range(plan, state_of(plan.allocation), *tools, np.uint64(seed), first, low, high, out)
        return high - low

    with ThreadPoolExecutor(workers) as pool:
        for done in pool.map(work, range(0, trials, step)):
            if progress is not None:
                progress(done)
    return out
