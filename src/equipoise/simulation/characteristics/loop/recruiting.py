"""Recruitment in the compiled loop: people arrive at open sites, are screened, come again, and are randomised.

The superposition of the sites' Poisson processes: one waiting time with the rate of all open sites, then a site by its
share, which is the same process as a clock at each site. Who is randomised, and when, was decided when the sample was
screened; so the arrivals come first, with the days of their randomisations put in order, and the allocation after.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from equipoise.simulation.keyed import FINE, bits64, higher, key, lower, part, waiting
from equipoise.simulation.randomisation.twins import next_arm, reset, trial_key

ARRIVALS = np.uint64(1 << 61)
"""The place of the arrivals in the path of a key: no participant has this number."""
MOST = 21
"""Bits for the number of an arrival: at most two million in one trial."""
OF_DAY = 24
"""Bits for the time of the day of a randomisation, in steps of five milliseconds."""
ARRIVED, ATTEMPTS, AGAIN = range(3)
"""What is counted of a trial: people, attempts, and those who come again."""


class Work(NamedTuple):
    """What one trial needs while it runs; made once for each worker.

    due: the randomisations, in order: time in steps of 2^-OF_DAY days, and the number of the arrival in the last MOST
    bits. patient: of the sample, by arrival. day.. number: of the randomised, in order; number: of their arrival.
    attempt, place, first: time and site of every screening attempt, and whether it is the person's first; the first
    attempts come first, in order of time. later, later_place: those still to come of who comes again. count: attempts,
    and, while people arrive, arrivals, randomisations ahead, open sites, draws. counts: of the analysis, by compared
    arm, stratum and outcome.
    """

    due: np.ndarray
    patient: np.ndarray
    day: np.ndarray
    at: np.ndarray
    arm: np.ndarray
    who: np.ndarray
    stratum: np.ndarray
    number: np.ndarray
    attempt: np.ndarray
    place: np.ndarray
    first: np.ndarray
    later: np.ndarray
    later_place: np.ndarray
    count: np.ndarray
    counts: np.ndarray


def work_of(planned: int, attempts: int, strata: int) -> Work:
    """Room for a trial with so many participants and screening attempts."""
    attempts = min(attempts, 2**MOST)

    def numbers(size: int) -> np.ndarray:
        return np.zeros(size, np.uint32)  # a place without a sign needs no check for a negative one

    return Work(
        due=np.zeros(attempts, np.uint64), patient=numbers(attempts), day=np.zeros(planned, np.int32),
        at=numbers(planned), arm=numbers(planned), who=numbers(planned), stratum=numbers(planned),
        number=numbers(planned), attempt=np.zeros(2 * attempts), place=numbers(2 * attempts),
        first=np.zeros(2 * attempts, np.bool_), later=np.zeros(attempts), later_place=numbers(attempts),
        count=np.zeros(3, np.int64), counts=np.zeros((2, strata, 4)),
    )  # fmt: skip


@njit(_nrt=False, inline="always")
def _site(plan, opened, bits):
    """The site of an arrival, by the rates of the first so many sites: Walker's alias method, with 32 bits."""
    place = lower(bits) * opened
    column = place >> 32
    own, other = plan.own[opened, column], plan.other[opened, column]
    return own if (place - (column << 32)) * FINE < plan.keep[opened, column] else other


@njit(_nrt=False, inline="always")
def _ahead(work, due, when, number):
    """Puts a randomisation among those that are due, in order."""
    mark = (np.uint64(np.int64(when * (1 << OF_DAY))) << np.uint64(MOST)) | np.uint64(number)
    at = due
    while at > 0 and work.due[at - 1] > mark:
        work.due[at] = work.due[at - 1]
        at -= 1
    work.due[at] = mark


@njit(_nrt=False, inline="always")
def _arrive(plan, work, arrivals, wanted):
    """Arrivals until nobody who comes later can be among the first `wanted` to be randomised; how many are due."""
    came, due, opened, number, again, now, rate = 0, 0, 0, 0, 0, 0.0, 0.0
    while came < work.due.size:
        until = plan.opens[plan.order[opened]] if opened < plan.order.size else np.inf
        bits = bits64(arrivals, number)
        number += 2
        following = now + waiting(bits) / rate if rate > 0 else np.inf
        if until <= following:
            if until == np.inf:
                break
            now = until
            rate += plan.rate[plan.order[opened]]
            opened += 1
            continue
        now = following
        if due >= wanted and now * (1 << OF_DAY) >= work.due[wanted - 1] >> np.uint64(MOST):
            break
        choice = bits64(arrivals, number - 1)
        site, today = _site(plan, opened, choice), np.floor(now)
        if lower(bits) * FINE * plan.ramp[site] > today - plan.day[site]:
            continue
        patient = part(higher(choice), plan.again.size)
        work.attempt[came], work.place[came], work.patient[came] = now, site, patient
        if plan.again[patient] >= 0:
            work.later[again], work.later_place[again] = today + plan.again[patient], site
            again += 1
        if plan.randomised[patient] >= 0:
            _ahead(work, due, today + plan.randomised[patient], came)
            due += 1
        came += 1
    work.count[ARRIVED] = came
    work.count[AGAIN] = again
    return due


@njit(_nrt=False, inline="always")
def _allocate(plan, work, allocation, state, allocated, low, high, randomised):
    """Randomises the due from `low` to `high`; returns how many are randomised then."""
    for at in range(low, high):
        came = np.int64(work.due[at] & np.uint64((1 << MOST) - 1))
        site, patient = work.place[came], work.patient[came]
        level = plan.level[patient]
        arm = next_arm(allocation, state, plan.strata[level, site], allocated)
        if arm >= 0:
            work.day[randomised] = np.int64(work.due[at] >> np.uint64(MOST + OF_DAY))
            work.at[randomised], work.arm[randomised] = site, arm
            work.who[randomised], work.stratum[randomised] = plan.member[patient], plan.analysed[level]
            work.number[randomised] = came
            randomised += 1
    return randomised


@njit(_nrt=False, error_model="numpy")
def recruit(plan, allocation, state, work, seed, trial):
    """Fills the randomised of one trial; returns how many, fewer than planned where the room ended."""
    reset(state)
    allocated, arrivals = trial_key(seed, trial), key(seed, trial, ARRIVALS, 0)
    due = _arrive(plan, work, arrivals, plan.planned)
    randomised = _allocate(plan, work, allocation, state, allocated, 0, min(due, plan.planned), 0)
    last = np.float64(work.due[min(due, plan.planned) - 1] >> np.uint64(MOST)) / (1 << OF_DAY)
    came = work.count[ARRIVED]
    total = came
    for place in range(work.count[AGAIN]):
        if work.later[place] <= last:
            work.attempt[total], work.place[total] = work.later[place], work.later_place[place]
            total += 1
    work.first[:came] = True
    work.first[came:total] = False
    work.count[ATTEMPTS] = total
    return randomised
