"""Recruitment in the compiled loop: people arrive at open sites, are screened, come again, and are randomised.

The superposition of the sites' Poisson processes: one waiting time with the rate of all open sites, then a site by its
share, which is the same process as a clock at each site. What lies ahead of those in screening is a short queue in
order of time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from equipoise.simulation.keyed import below, exponential, key, uniform
from equipoise.simulation.randomisation.twins import next_arm, reset, trial_key

ARRIVALS = np.uint64(1 << 61)
"""The place of the arrivals in the path of a key: no participant has this number."""
AGAIN, RANDOMISE = 0, 1


class Work(NamedTuple):
    """What one trial needs while it runs; made once for each worker. when..arrival: the queue of screening. day..
    arrival: of the randomised, in order. attempt, place: time and site of every screening attempt. count: how many
    are in the queue, and attempts. counts: of the analysis, by compared arm, stratum and outcome."""

    when: np.ndarray
    kind: np.ndarray
    patient: np.ndarray
    site: np.ndarray
    arrival: np.ndarray
    day: np.ndarray
    at: np.ndarray
    arm: np.ndarray
    who: np.ndarray
    stratum: np.ndarray
    number: np.ndarray
    attempt: np.ndarray
    place: np.ndarray
    first: np.ndarray
    count: np.ndarray
    counts: np.ndarray


QUEUE = 4096
"""People in screening at one time, at most."""


def work_of(planned: int, attempts: int, strata: int) -> Work:
    """Room for a trial with so many participants and screening attempts."""
    whole, short = (lambda size: np.zeros(size, np.int64)), (lambda size: np.zeros(size, np.int32))
    return Work(
        when=np.zeros(QUEUE), kind=short(QUEUE), patient=short(QUEUE), site=short(QUEUE), arrival=whole(QUEUE),
        day=short(planned), at=short(planned), arm=short(planned), who=short(planned), stratum=short(planned),
        number=whole(planned), attempt=np.zeros(attempts), place=short(attempts),
        first=np.zeros(attempts, np.bool_), count=whole(2),
        counts=np.zeros((2, strata, 4)),
    )  # fmt: skip


@njit(_nrt=False, inline="always")
def _queue(work, when, kind, patient, site, arrival):
    """Puts a step into the queue, whose earliest step stands last."""
    at = work.count[0]
    while at > 0 and work.when[at - 1] < when:
        work.when[at], work.kind[at] = work.when[at - 1], work.kind[at - 1]
        work.patient[at], work.site[at] = work.patient[at - 1], work.site[at - 1]
        work.arrival[at] = work.arrival[at - 1]
        at -= 1
    work.when[at], work.kind[at], work.patient[at] = when, kind, patient
    work.site[at], work.arrival[at] = site, arrival
    work.count[0] += 1


@njit(_nrt=False, inline="always")
def _attempt(work, when, site, first):
    at = work.count[1]
    work.attempt[at], work.place[at], work.first[at] = when, site, first
    work.count[1] += 1


@njit(_nrt=False, inline="always")
def _screen(plan, work, when, patient, site, arrival):
    """A person comes for the first time; what follows was decided when the sample was screened."""
    _attempt(work, when, site, True)
    today = np.floor(when)
    if plan.again[patient] >= 0:
        _queue(work, today + plan.again[patient], AGAIN, patient, site, arrival)
    elif plan.randomised[patient] >= 0:
        _queue(work, today + plan.randomised[patient], RANDOMISE, patient, site, arrival)


@njit(_nrt=False, inline="always")
def _step(plan, work, allocation, state, allocated, randomised):
    """The earliest step of the queue; returns how many are randomised then."""
    work.count[0] -= 1
    at = work.count[0]
    when, patient, site = work.when[at], work.patient[at], work.site[at]
    if work.kind[at] == AGAIN:
        _attempt(work, when, site, False)
        if plan.randomised[patient] >= 0:
            ahead = plan.randomised[patient] - plan.again[patient]
            _queue(work, when + ahead, RANDOMISE, patient, site, work.arrival[at])
        return randomised
    level = plan.level[patient]
    arm = next_arm(allocation, state, plan.strata[level, site], allocated)
    if arm < 0:
        return randomised
    work.day[randomised], work.at[randomised] = np.int32(when), site
    work.arm[randomised], work.who[randomised] = arm, plan.member[patient]
    work.stratum[randomised], work.number[randomised] = plan.analysed[level], work.arrival[at]
    return randomised + 1


@njit(_nrt=False, inline="always")
def _site(plan, opened, share):
    """The site of an arrival, by the rates of the first so many sites: Walker's alias method."""
    place = share * opened
    column = min(opened - 1, np.int64(place))
    return (
        plan.own[opened, column] if place - column < plan.keep[opened, column] else plan.other[opened, column]
    )


@njit(_nrt=False, inline="always")
def recruit(plan, allocation, state, work, seed, trial):
    """Fills the randomised of one trial; returns how many, fewer than planned where the queue or the room ended."""
    reset(state)
    allocated, arrivals = trial_key(seed, trial), key(seed, trial, ARRIVALS, 0)
    work.count[:] = 0
    now, rate, opened, number, randomised = 0.0, 0.0, 0, 0, 0
    room = work.attempt.size - 2
    while randomised < plan.planned and work.count[1] < room and work.count[0] < QUEUE - 2:
        until = plan.opens[plan.order[opened]] if opened < plan.order.size else np.inf
        following = now + exponential(arrivals, 4 * number) / rate if rate > 0 else np.inf
        site_opens = until <= following
        following = min(until, following)
        while work.count[0] > 0 and work.when[work.count[0] - 1] <= following and randomised < plan.planned:
            randomised = _step(plan, work, allocation, state, allocated, randomised)
        if randomised == plan.planned or following == np.inf:
            break
        now = following
        if site_opens:
            rate += plan.rate[plan.order[opened]]
            opened += 1
        else:
            site = _site(plan, opened, uniform(arrivals, 4 * number + 1))
            full = plan.ramp[site]
            here = np.floor(now) - plan.day[site]
            if here >= full or uniform(arrivals, 4 * number + 2) * full <= here:
                patient = below(arrivals, 4 * number + 3, plan.again.size)
                _screen(plan, work, now, patient, site, number)
        number += 1
    return randomised
