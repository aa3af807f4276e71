"""Trials of followed participants: who is recruited is a compiled loop, what is counted of them are sums over arrays.

A part of the trials is recruited at once; at each look those that still go on are analysed, and what ends there is
closed. Each trial has its own keyed draws, so that the rows do not depend on the parts.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from equipoise.simulation import reported
from equipoise.simulation.characteristics.enrolling import Compiled
from equipoise.simulation.characteristics.loop.arrays import NOWHERE
from equipoise.simulation.characteristics.loop.recruiting import recruit, work_of
from equipoise.simulation.characteristics.loop.stock import ENDED, PLANNED, VISIT, note, stock_of, supply
from equipoise.simulation.characteristics.pool.estimators.chosen import estimator_for, seconds
from equipoise.simulation.characteristics.pool.estimators.estimating import Estimator, Found, Picked
from equipoise.simulation.characteristics.pool.plan import ANALYSED, STEMS, Pooled
from equipoise.simulation.compiling import kept
from equipoise.simulation.errors import scenario_error
from equipoise.simulation.parts import FastWork, in_processes
from equipoise.simulation.randomisation.plans import state_of

if TYPE_CHECKING:
    import polars

PART = 250
"""Trials that are recruited before they are analysed."""
STARTING = 4.0
"""Seconds of work that are worth the start of other processes."""


class Recruited(NamedTuple):
    """The randomised of each trial in their order (trials, planned), and its screening attempts (trials, room): day,
    site, whether the first of a person, and how many there are (trials,)."""

    day: np.ndarray
    site: np.ndarray
    arm: np.ndarray
    who: np.ndarray
    level: np.ndarray
    attempt: np.ndarray
    place: np.ndarray
    first: np.ndarray
    attempts: np.ndarray
    randomised: np.ndarray


class Ended(NamedTuple):
    """How each trial ended (trials,): the look, the analysed, the day after which nobody is recruited, whether a bound
    was crossed, and what was estimated."""

    look: np.ndarray
    people: np.ndarray
    closed: np.ndarray
    crossed: np.ndarray
    found: Found


@kept
def recruit_many(plan, allocation, state, work, seed, first, out):
    """Fills the trials from `first` on."""
    for row in range(out.day.shape[0]):
        randomised = recruit(plan, allocation, state, work, seed, first + row)
        out.randomised[row] = randomised
        for place in range(randomised):
            out.day[row, place], out.site[row, place] = work.day[place], work.at[place]
            out.arm[row, place], out.who[row, place] = work.arm[place], work.who[place]
            out.level[row, place] = work.stratum[place]
        out.attempts[row] = work.count[1]
        for place in range(work.count[1]):
            out.attempt[row, place], out.place[row, place] = work.attempt[place], work.place[place]
            out.first[row, place] = work.first[place]


@kept
def stock_many(
    dispensing, kits, recruitment, arms, stock, work, people, supplied, treated, kept_people, out, short
):
    """The stock of each trial, from the days on which its participants were supplied."""
    for trial in range(people.day.shape[0]):
        last, kept_of = 0, kept_people[trial]
        for place in range(kept_of):
            work.day[place], work.at[place] = people.day[trial, place], people.site[trial, place]
            work.arm[place], work.who[place] = people.arm[trial, place], people.who[trial, place]
            row, begun = people.who[trial, place] * arms + people.arm[trial, place], people.day[trial, place]
            if supplied[row].max() < 0:
                continue
            note(stock, min(begun + treated[row], kits.days), ENDED, place, 0)
            for number in range(supplied.shape[1]):
                if supplied[row, number] >= 0:
                    last = max(last, begun + supplied[row, number])
                    note(stock, min(begun + supplied[row, number], kits.days), VISIT, place, number)
            note(stock, min(begun, kits.days), PLANNED, place, 0)
        end = min(last, kits.days)
        supply(kits, dispensing, recruitment, stock, work, kept_of, end, out[trial], short[trial])


def recruited(compiled: Compiled, trials: int, seed: int, first: int) -> Recruited:
    """The people of some trials. Raises SIMU-008 where one does not reach its participants."""
    plan = compiled.plan
    people, short = (trials, plan.recruitment.planned), np.int32
    room = (trials, compiled.attempts)
    out = Recruited(
        day=np.zeros(people, short), site=np.zeros(people, short), arm=np.zeros(people, short),
        who=np.zeros(people, short), level=np.zeros(people, short), attempt=np.zeros(room, np.float32),
        place=np.zeros(room, np.int16), first=np.zeros(room, np.bool_), attempts=np.zeros(trials, np.int64),
        randomised=np.zeros(trials, np.int64),
    )  # fmt: skip
    work = work_of(plan.recruitment.planned, compiled.attempts, 1)
    recruit_many(
        plan.recruitment, plan.allocation, state_of(plan.allocation), work, np.uint64(seed), first, out
    )
    lacking = int((out.randomised < plan.recruitment.planned).sum())
    if lacking:
        raise scenario_error("SIMU-008", compiled.scenario.scenario, f"{lacking} of {trials} trials")
    return out


def run_pooled(
    compiled: Compiled,
    trials: int,
    seed: int,
    *,
    first: int = 0,
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> polars.DataFrame:
    """The trials `first` to `first + trials - 1` of a seed; the same rows in whatever parts. Raises SIMU-008.

    workers: threads; where the analyses are made by Python and take long, processes.
    """
    import polars as pl

    told = progress or (lambda rows: None)
    if workers is not None and workers > 1 and trials * seconds(compiled.plan.estimand) > STARTING:
        work = FastWork(compiled, size=max(10, min(PART, trials // (4 * workers))))
        return in_processes(work, trials, seed, told, workers, first)
    estimator = estimator_for(compiled.plan, compiled.confidence)
    starts = range(first, first + trials, PART)

    def part(start: int) -> polars.DataFrame:
        count = min(PART, first + trials - start)
        return _rows(compiled, estimator, recruited(compiled, count, seed, start), seed, start)

    frames = []
    with ThreadPoolExecutor(workers) as pool:
        for frame in pool.map(part, starts):
            frames.append(frame)
            told(len(frame))
    return pl.concat(frames, rechunk=True)


def _rows(
    compiled: Compiled, estimator: Estimator, people: Recruited, seed: int, first: int
) -> polars.DataFrame:
    """The reported quantities of some trials."""
    ended = decided(compiled.plan, estimator, people, seed, first)
    found = ended.found
    columns = {
        "trial": np.arange(first, first + len(people.day)),
        **screened(compiled, people, ended),
        **counted(compiled, people, ended),
        **stocked(compiled, people, ended),
        "look": ended.look, "analysed": ended.people, "estimate": found.estimate, "lower": found.lower,
        "upper": found.upper, "p": found.p,
        "rejected": ended.crossed if compiled.scenario.looks else found.p < 1 - compiled.confidence,
    }  # fmt: skip
    return reported.frame(columns, compiled.names)


def picked(plan: Pooled, people: Recruited) -> Picked:
    """The rows of the pool that the randomised become, and where they are analysed."""
    arms = plan.allocation.arms
    side = np.full(arms, -1, np.int32)
    side[plan.treatment] = np.arange(plan.treatment.size)
    return Picked(
        row=people.who * np.int32(arms) + people.arm,
        side=side[people.arm],
        stratum=plan.stratum[people.level, people.site].astype(np.int32),
    )


def decided(plan: Pooled, estimator: Estimator, people: Recruited, seed: int, first: int) -> Ended:
    """The looks at each trial until it ends."""
    trials, planned = people.day.shape
    whole = picked(plan, people)
    ended = Ended(
        look=np.zeros(trials, np.int64), people=np.zeros(trials, np.int64),
        closed=np.full(trials, NOWHERE), crossed=np.zeros(trials, np.bool_), found=Found.room(trials),
    )  # fmt: skip
    going, last = np.arange(trials), plan.people.size - 1
    for look, wanted in enumerate(plan.people):
        count = min(int(wanted), planned)
        found = estimator(Picked(*(each[going, :count] for each in whole)), first + going, seed)
        crossed = np.abs(found.z) >= plan.bounds[look]
        ends = crossed | (found.z <= plan.futility[look]) | (look == last)
        over = going[ends]
        ended.look[over], ended.people[over], ended.crossed[over] = look + 1, count, crossed[ends]
        for kept_at, value in zip(ended.found, found, strict=True):
            kept_at[over] = value[ends]
        if look < last:
            closing = plan.tally.closing[whole.row[over, count - 1]]
            ended.closed[over] = people.day[over, count - 1] + closing
        going = going[~ends]
        if not going.size:
            break
    return ended


def screened(compiled: Compiled, people: Recruited, ended: Ended) -> dict[str, np.ndarray]:
    """Attempts and persons until recruitment was closed, by site."""
    there = np.arange(people.attempt.shape[1]) < people.attempts[:, None]
    there &= np.floor(people.attempt) <= ended.closed[:, None]
    columns = {"attempts": there.sum(1), "people": (there & people.first).sum(1)}
    for place, site in enumerate(compiled.sites):
        columns[f"attempts.{site}"] = (there & (people.place == place)).sum(1)
    return columns


def counted(compiled: Compiled, people: Recruited, ended: Ended) -> dict[str, np.ndarray]:
    """Counts and times of those who took part, and of the analysed among them."""
    plan, tally = compiled.plan, compiled.plan.tally
    row, kept = picked(plan, people).row, people.day <= ended.closed[:, None]
    first = np.arange(people.day.shape[1]) < ended.people[:, None]
    days = {
        "months_first": people.day[:, 0],
        "months_last": np.where(kept, people.day, 0).max(1),
        "months_readable": np.where(first, people.day + tally.closing[row], 0).max(1),
        "months_ended": np.where(kept, people.day + tally.ended[row], 0).max(1),
    }
    columns = {name: each / reported.MONTH for name, each in days.items()} | {"randomised": kept.sum(1)}
    for place, site in enumerate(compiled.sites):
        columns[f"randomised.{site}"] = (kept & (people.site == place)).sum(1)
    for number, arm in enumerate(compiled.arms):
        own = people.arm == number
        columns[f"randomised.{arm}"] = (own & kept).sum(1)
        for place, stem in enumerate(STEMS):
            who = own & (first if stem in ANALYSED else kept)
            columns[f"{stem}.{arm}"] = np.where(who, tally.counts[row, place], 0).sum(1)
        for place, event in enumerate(compiled.events):
            columns[f"event.{arm}.{event}"] = np.where(own & first, tally.events[row, place], 0).sum(1)
    for place, regimen in enumerate(compiled.regimens):
        columns[f"units.{regimen}"] = np.where(kept, tally.units[row, place], 0).sum(1)
    return columns


def stocked(compiled: Compiled, people: Recruited, ended: Ended) -> dict[str, np.ndarray]:
    """What became of the kits, where a stock is simulated: what of them is sent, used, expires or is left, by kind,
    and visits that lack any, by site."""
    plan, trials = compiled.plan, len(people.day)
    if not compiled.kits:
        return {}
    sites, planned = plan.recruitment.rate.size, plan.recruitment.planned
    kept_people = (people.day <= ended.closed[:, None]).sum(1)
    kits, short = np.zeros((trials, len(compiled.kits), 4), np.int32), np.zeros((trials, sites), np.int32)
    stock, work = stock_of(plan.kits, sites, planned), work_of(planned, 1, 1)
    stock_many(
        plan.dispensing, plan.kits, plan.recruitment, plan.allocation.arms, stock, work, people, plan.tally.supplied,
        plan.tally.treated, kept_people, kits, short,
    )  # fmt: skip
    names = ("shipped", "used", "expired", "left")
    by_kind = {
        f"{name}.{kind}": kits[:, place, number]
        for place, kind in enumerate(compiled.kits)
        for number, name in enumerate(names)
    }
    return by_kind | {f"stockouts.{site}": short[:, place] for place, site in enumerate(compiled.sites)}
