"""Whole trials in a compiled loop: recruitment, allocation, follow-up, looks, the primary analysis, supplies.

Every draw has its own key, so the numbers of a trial do not depend on which other trials are run, or by whom.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numba import njit

from equipoise.simulation.characteristics import contrast
from equipoise.simulation.characteristics.arrays import NOWHERE, Plan
from equipoise.simulation.characteristics.contrast import (
    EVENTS,
    GAPS,
    RESPONDERS,
    VALUES,
    cochran,
    completed,
    difference,
    freedom,
)
from equipoise.simulation.characteristics.following import (
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
from equipoise.simulation.characteristics.recruiting import Work, recruit, work_of
from equipoise.simulation.characteristics.stock import ENDED, PLANNED, VISIT, Stock, note, stock_of, supply
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


@njit(_nrt=False, inline="always")
def _count(plan, work, found, people, counts):
    """Counts by compared arm, stratum and outcome, of the first so many randomised."""
    counts[:] = 0
    for place in range(people):
        side = -1
        for compared in range(2):
            if work.arm[place] == plan.arms[compared]:
                side = compared
        if side < 0:
            continue
        cell, outcome = counts[side, work.stratum[place]], found.outcome[place]
        if outcome == ABSENT:
            cell[GAPS] += 1
        elif outcome == EVENT:
            cell[EVENTS] += 1
        else:
            cell[VALUES] += 1
            cell[RESPONDERS] += outcome in (RESPONSE, FORETOLD_RESPONSE)


@njit(_nrt=False, inline="always")
def _analysed(plan, work, found, people, counts, table, result):
    """The primary analysis of the first so many; returns the Z that a bound is compared with."""
    _count(plan, work, found, people, counts)
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


@njit(_nrt=False, inline="always")
def _decided(plan, score, work, found, randomised, counts, table, result):
    """The look at which the trial ends, its participants, the day on which recruitment ends, and whether Z crossed."""
    last = plan.looks.size - 1
    for look in range(last + 1):
        people = min(plan.looks[look], randomised)
        z = _analysed(plan, work, found, people, counts, table, result)
        crossed = abs(z) >= plan.bounds[look]
        if crossed or z <= plan.futility[look] or look == last:
            closed = work.day[people - 1] + score.day + score.after
            return look, people, NOWHERE if look == last else closed, crossed
    return last, randomised, NOWHERE, False


@njit(_nrt=False, inline="always")
def _totals(plan, work, found, kept, people, trial, out):
    """Sums over the randomised, and over those who were analysed, by site, arm and event."""
    first, last, ended = NOWHERE, 0, 0
    for place in range(kept):
        arm = out.arms[trial, work.arm[place]]
        out.sites[trial, work.at[place], 1] += 1
        first, last = min(first, work.day[place]), max(last, work.day[place])
        ended = max(ended, work.day[place] + found.left[place])
        arm[0] += 1
        arm[5] += found.exit[place] == LOSS
        arm[6] += found.exit[place] > LOSS and found.exit[place] < DEATH
        arm[7] += found.exit[place] == DEATH
        arm[8] += found.early[place]
        arm[3] += found.truth[place]
        if place < people:
            arm[1] += found.outcome[place] >= ABSENT
            arm[2] += found.outcome[place] == RESPONSE
            arm[4] += found.died[place]
            for event in range(found.events.shape[1] if found.some[place] else 0):
                out.events[trial, work.arm[place], event] += found.events[place, event]
    whole = out.whole[trial]
    whole[2], whole[3] = kept, people
    whole[5], whole[6], whole[8] = first, last, ended
    whole[7] = work.day[people - 1] + plan.score.day + plan.score.after


@njit(_nrt=False, inline="always")
def _screened(work, closed, trial, out):
    """Attempts and people until recruitment was closed."""
    whole = out.whole[trial]
    whole[0] = whole[1] = 0
    for place in range(work.count[1]):
        if work.attempt[place] <= closed + 1:
            whole[0] += 1
            whole[1] += work.first[place]
            out.sites[trial, work.place[place], 0] += 1


@njit(_nrt=False, inline="always")
def _dispensed(plan, work, found, stock, kept, seed, trial, row, out):
    """Supplies of each participant until the end of treatment, in units by regimen; returns the last day of one."""
    supplies, above, last = plan.dispensing, key(seed, trial, PEOPLE, 0), 0
    stocked = plan.kits.regimen.size > 0
    for place in range(kept):
        stopped, who, arm = found.stopped[place], work.who[place], work.arm[place]
        if stopped == 0 or supplies.full == 0:
            continue
        covered = 0
        draws = under(above, work.number[place])
        if stocked:
            note(stock, min(work.day[place] + stopped, plan.kits.days), ENDED, place, 0)
        for supply_number in range(supplies.supplied.size - 1, -1, -1):
            day = 0
            if supply_number > 0:
                first, final = supplies.days[supply_number - 1]
                day = first
                if stocked or final > stopped:
                    day += below(draws, SUPPLY + supply_number, final - first + 1)
            refused = supplies.refused[arm, supply_number]
            if day > stopped or (refused > 0 and uniform(draws, REFUSED + supply_number) < refused):
                continue
            covered += supplies.supplied[supply_number]
            out.arms[row, arm, 9] += 1
            last = max(last, work.day[place] + day) if stocked else 0
            if stocked:
                note(stock, min(work.day[place] + day, plan.kits.days), VISIT, place, supply_number)
        if stocked:
            note(stock, min(work.day[place], plan.kits.days), PLANNED, place, 0)
        for regimen in range(supplies.units.shape[2]):
            out.units[row, regimen] += supplies.units[who, arm, regimen] * covered / supplies.full
    return last


def _stamp() -> int:
    """A number of the sources that are compiled into the loop.

    The compiler keeps what it made between processes and looks for changes in this file alone; a number in the closure
    of the function makes it look for the others.
    """
    folder = Path(__file__).parent
    names = (
        *sorted(folder.glob("*.py")),
        folder.parent / "keyed.py",
        folder.parent / "randomisation" / "twins.py",
    )
    return (
        int.from_bytes(hashlib.sha256(b"".join(name.read_bytes() for name in names)).digest()[:7], "big") + 1
    )


def _loop(stamp: int):
    """The loop over trials, compiled when it is first called."""

    @njit(nogil=True, cache=True, _nrt=False)
    def run_range(plan, state, work, found, stock, seed, first, low, high, out):
        """Trials first + low to first + high - 1, into the rows low to high - 1."""
        if stamp == 0:
            return
        for row in range(low, high):
            trial = first + row
            randomised = recruit(plan.recruitment, plan.allocation, state, work, seed, trial)
            if randomised < plan.recruitment.planned:
                continue
            people = key(seed, trial, PEOPLE, 0)
            for place in range(randomised):
                draws = under(people, work.number[place])
                follow(plan.exit, plan.score, draws, work.who[place], work.arm[place], place, found)
            look, analysed, closed, crossed = _decided(
                plan.analysis,
                plan.score,
                work,
                found,
                randomised,
                work.counts,
                out.tables[row],
                out.found[row],
            )
            kept = analysed
            while kept < randomised and work.day[kept] <= closed:
                kept += 1
            out.whole[row, 4] = look + 1
            out.rejected[row] = crossed
            _screened(work, closed, row, out)
            _totals(plan, work, found, kept, analysed, row, out)
            last = _dispensed(plan, work, found, stock, kept, seed, trial, row, out)
            if plan.kits.regimen.size > 0:
                days = min(last, plan.kits.days)
                supply(
                    plan.kits,
                    plan.dispensing,
                    plan.recruitment,
                    stock,
                    work,
                    kept,
                    days,
                    out.kits[row],
                    out.short[row],
                )

    return run_range


run_range = _loop(_stamp())


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
            stock_of(plan.kits, plan.recruitment.rate.size, plan.recruitment.planned),
        )
        high = min(trials, low + step)
        run_range(plan, state_of(plan.allocation), *tools, np.uint64(seed), first, low, high, out)
        return high - low

    with ThreadPoolExecutor(workers) as pool:
        for done in pool.map(work, range(0, trials, step)):
            if progress is not None:
                progress(done)
    return out
