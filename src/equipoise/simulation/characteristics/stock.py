"""Kits at the sites in the compiled loop: stock, projected need, resupply, expiry.

A site begins with its first stock. At each review the kits at hand and on their way are compared with the minimum
buffer plus what the participants on treatment need in the weeks of the trigger; when they are fewer, as many are sent
as the maximum buffer and the need of the resupply weeks ask for. After the last randomisation the buffers are nil.
Lots come in the order of their expiry, so the first lot is the one to use first. A visit whose kits are not there is
counted, and the participant is taken to be supplied from elsewhere: what happens to participants does not depend on it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from equipoise.simulation.characteristics.arrays import Kits

LOTS, EVENTS_EACH = 64, 32
PLANNED, VISIT, ENDED = 0, 1, 2
SHIPPED, USED, EXPIRED, LEFT = range(4)


class Stock(NamedTuple):
    """What the supply of one trial needs; made once for each worker.

    lots: number, expiry and day of arrival (S, K, LOTS, 3). held: first lot, number of lots, kits of all lots, and the
    last day of the first lot (S, K, 4). weekly: kits that are planned
    (S, K, weeks). head, following, event: by day a chain of (kind, participant, supply).
    """

    lots: np.ndarray
    held: np.ndarray
    weekly: np.ndarray
    head: np.ndarray
    following: np.ndarray
    event: np.ndarray
    count: np.ndarray


def stock_of(kits: Kits, sites: int, planned: int) -> Stock:
    """Room for a trial with so many sites and participants; nothing where no supply is simulated."""
    kinds = kits.regimen.size
    sites, planned = (sites, planned) if kinds else (0, 0)
    days = kits.days if kinds else 0
    return Stock(
        lots=np.zeros((sites, kinds, LOTS, 3), np.int32), held=np.zeros((sites, kinds, 4), np.int32),
        weekly=np.zeros((sites, kinds, days // 7 + 64), np.int32), head=np.zeros(days + 8, np.int32),
        following=np.zeros(planned * EVENTS_EACH + 1, np.int32),
        event=np.zeros((planned * EVENTS_EACH + 1, 3), np.int32), count=np.zeros(1, np.int64),
    )  # fmt: skip


@njit(_nrt=False, inline="always")
def note(stock, day, kind, participant, supply):
    """Puts an event on a day; events of one day are taken in the reverse order of their noting."""
    stock.count[0] += 1
    at = stock.count[0]
    stock.event[at, 0], stock.event[at, 1], stock.event[at, 2] = kind, participant, supply
    stock.following[at] = stock.head[day]
    stock.head[day] = at


@njit(_nrt=False)
def _send(kits, lots, held, kind, number, day, arrives):
    """A lot of the newest batch to a site; one that finds no room goes with the last lot. Returns the kits sent."""
    if number <= 0:
        return 0
    expiry = day // kits.batch[kind] * kits.batch[kind] + kits.shelf[kind]
    if held[1] < LOTS:
        at = (held[0] + held[1]) % LOTS
        lots[at, 0], lots[at, 1], lots[at, 2] = 0, expiry, arrives
        held[1] += 1
    lots[(held[0] + held[1] - 1) % LOTS, 0] += number
    held[2] += number
    held[3] = lots[held[0], 1]
    return number


@njit(_nrt=False)
def _expire(lots, held, day):
    """Takes away the lots that are empty or whose last day is over; returns the kits that expired."""
    expired = 0
    while held[1] > 0 and (lots[held[0], 0] == 0 or lots[held[0], 1] < day):
        expired += lots[held[0], 0]
        held[0] = (held[0] + 1) % LOTS
        held[1] -= 1
    held[2] -= expired
    held[3] = lots[held[0], 1]
    return expired


@njit(_nrt=False)
def _use(lots, held, number, day):
    """Takes kits that are at the site, from the earliest expiry on; returns how many, none where they are not there."""
    there = 0
    for place in range(held[1]):
        lot = lots[(held[0] + place) % LOTS]
        there += lot[0] if lot[2] <= day else 0
    if there < number:
        return 0
    left = number
    for place in range(held[1]):
        lot = lots[(held[0] + place) % LOTS]
        taken = min(left, lot[0])
        lot[0] -= taken
        left -= taken
    held[2] -= number
    return number


@njit(_nrt=False)
def _review(kits, stock, day, recruiting, opened, result):
    """Sends what the open sites need; all that is on its way to a site arrives before what is sent today."""
    week = day // 7
    for kind in range(kits.regimen.size):
        least, most = (kits.minimum[kind], kits.maximum[kind]) if recruiting else (0, 0)
        for site in range(opened.size):
            held = stock.held[site, kind]
            if opened[site] > day:
                continue
            if held[1] > 0 and held[3] < day:
                result[kind, EXPIRED] += _expire(stock.lots[site, kind], held, day)
            near = np.int32(0)
            for ahead in range(kits.trigger):
                near += stock.weekly[site, kind, week + ahead]
            if held[2] < least + near:
                far = np.int32(0)
                for ahead in range(kits.resupply):
                    far += stock.weekly[site, kind, week + ahead]
                number = most + far - held[2]
                result[kind, SHIPPED] += _send(
                    kits, stock.lots[site, kind], held, kind, number, day, day + kits.lead
                )


@njit(_nrt=False, inline="always")
def kits_of(kits, kind, units, days, full):
    """Kits of a supply for so many days, from the units of a full supply."""
    return np.int32(np.ceil(units * days / full / kits.units[kind] - 1e-9))


@njit(_nrt=False)
def _plan(kits, dispensing, stock, place, site, who, arm, from_day, since, sign):
    """Adds the planned supplies of a participant from a day on to the weeks, or takes them away."""
    for supply in range(1, dispensing.supplied.size):
        day = from_day + (dispensing.days[supply - 1, 0] + dispensing.days[supply - 1, 1]) // 2
        if day < since:
            continue
        for kind in range(kits.regimen.size):
            units = dispensing.units[who, arm, kits.regimen[kind]]
            number = kits_of(kits, kind, units, dispensing.supplied[supply], dispensing.full)
            stock.weekly[site, kind, day // 7] += sign * number


@njit(_nrt=False)
def _happen(kits, dispensing, stock, work, at, day, result, out_site):
    """One event: a participant's plan begins or ends, or kits are needed at a visit."""
    kind, place, supply = stock.event[at]
    site, who, arm, start = work.at[place], work.who[place], work.arm[place], work.day[place]
    if kind != VISIT:
        sign = 1 if kind == PLANNED else -1
        _plan(kits, dispensing, stock, place, site, who, arm, start, day, sign)
        return
    short = False
    for each in range(kits.regimen.size):
        units = dispensing.units[who, arm, kits.regimen[each]]
        number = kits_of(kits, each, units, dispensing.supplied[supply], dispensing.full)
        if number > 0:
            held, lots = stock.held[site, each], stock.lots[site, each]
            result[each, EXPIRED] += _expire(lots, held, day)
            used = _use(lots, held, number, day)
            result[each, USED] += used
            short |= used == 0
    out_site[site] += short


@njit(_nrt=False)
def supply(kits, dispensing, recruitment, stock, work, kept, last, result, out_site):
    """The supply of one trial whose events were noted, until day `last`."""
    stock.held[:] = 0
    stock.weekly[:] = 0
    closed, opened = work.day[kept - 1], 0
    for day in range(last + 1):
        while opened < recruitment.order.size and recruitment.day[recruitment.order[opened]] == day:
            site = recruitment.order[opened]
            opened += 1
            for kind in range(kits.regimen.size):
                lots, held = stock.lots[site, kind], stock.held[site, kind]
                result[kind, SHIPPED] += _send(kits, lots, held, kind, kits.initial[kind], day, day)
        at = stock.head[day]
        while at > 0:
            _happen(kits, dispensing, stock, work, at, day, result, out_site)
            at = stock.following[at]
        if day % kits.review == 0:
            _review(kits, stock, day, day < closed, recruitment.day, result)
    for site in range(recruitment.day.size):
        for kind in range(kits.regimen.size):
            result[kind, EXPIRED] += _expire(stock.lots[site, kind], stock.held[site, kind], last)
            result[kind, LEFT] += stock.held[site, kind, 2]
    stock.count[0] = 0
    stock.head[:] = 0
