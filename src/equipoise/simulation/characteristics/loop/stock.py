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

from equipoise.simulation.characteristics.loop.arrays import NOWHERE, Kits

LOTS = 64
PLANNED, VISIT, ENDED = 0, 1, 2
OF_KIND, OF_SUPPLY = 2, 18
"""The bits of an event before which the supply and the participant stand."""
SHIPPED, USED, EXPIRED, LEFT = range(4)


class Stock(NamedTuple):
    """What the supply of one trial needs; made once for each worker.

    lots: number, expiry and day of arrival (S, K, LOTS, 3). held: first lot, number of lots, kits of all lots, and the
    last day of the first lot (S, K, 4). weekly: kits that are planned, near: in the weeks of the trigger (weeks, S * K
    and S * K). head, following, event: by day a chain of events, each with its kind in the
    last bits, then the supply, then the participant.
    """

    lots: np.ndarray
    held: np.ndarray
    weekly: np.ndarray
    near: np.ndarray
    head: np.ndarray
    following: np.ndarray
    event: np.ndarray
    count: np.ndarray


def stock_of(kits: Kits, sites: int, planned: int, supplies: int = 30) -> Stock:
    """Room for a trial with so many sites, participants and supplies of each; nothing where no supply is simulated."""
    kinds = kits.regimen.size
    sites, planned = (sites, planned) if kinds else (0, 0)
    days, events = kits.days if kinds else 0, planned * (supplies + 2) + 1
    weeks = days // 7 + max(kits.trigger, kits.resupply) + 64
    return Stock(
        lots=np.zeros((sites, kinds, LOTS, 3), np.int32), held=np.zeros((sites, kinds, 4), np.int32),
        weekly=np.zeros((weeks, sites * kinds), np.int32), near=np.zeros(sites * kinds, np.int32),
        head=np.zeros(days + 8, np.int32),
        following=np.zeros(events, np.int32), event=np.zeros(events, np.int64), count=np.zeros(1, np.int64),
    )  # fmt: skip


@njit(_nrt=False, inline="always")
def note(stock, day, kind, participant, supply):
    """Puts an event on a day; events of one day are taken in the reverse order of their noting."""
    stock.count[0] += 1
    at = stock.count[0]
    stock.event[at] = participant << OF_SUPPLY | supply << OF_KIND | kind
    stock.following[at] = stock.head[day]
    stock.head[day] = at


@njit(_nrt=False, forceinline=True)
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


@njit(_nrt=False, forceinline=True)
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


@njit(_nrt=False, forceinline=True)
def _use(lots, held, number, day):
    """Takes kits that are at the site, from the earliest expiry on; returns how many, none where they are not there."""
    there = 0
    for place in range(held[1]):
        lot = lots[(held[0] + place) % LOTS]
        there += lot[0] if lot[2] <= day else 0
        if there >= number:
            break
    if there < number:
        return 0
    left, place = number, 0
    while left > 0:
        lot = lots[(held[0] + place) % LOTS]
        taken = min(left, lot[0])
        lot[0] -= taken
        left -= taken
        place += 1
    held[2] -= number
    return number


@njit(_nrt=False, inline="always")
def _review(kits, stock, day, recruiting, opened, result):
    """Sends what the open sites need; all that is on its way to a site arrives before what is sent today."""
    week, near, kinds = day // 7, stock.near, kits.regimen.size
    for shelf in range(near.size):
        near[shelf] = 0
    for ahead in range(week, week + kits.trigger):
        for shelf in range(near.size):
            near[shelf] += stock.weekly[ahead, shelf]
    for site in range(opened.size):
        if opened[site] > day:
            continue
        for kind in range(kinds):
            held = stock.held[site, kind]
            if held[1] > 0 and held[3] < day:
                result[kind, EXPIRED] += _expire(stock.lots[site, kind], held, day)
            least, most = (kits.minimum[kind], kits.maximum[kind]) if recruiting else (0, 0)
            if held[2] < least + near[site * kinds + kind]:
                number = most - held[2]
                for ahead in range(kits.resupply):
                    number += stock.weekly[week + ahead, site * kinds + kind]
                lots, arrives = stock.lots[site, kind], day + kits.lead
                result[kind, SHIPPED] += _send(kits, lots, held, kind, number, day, arrives)


@njit(_nrt=False, inline="always")
def kits_of(kits, kind, units, days, full):
    """Kits of a supply for so many days, from the units of a full supply."""
    return np.int32(np.ceil(units * days / full / kits.units[kind] - 1e-9))


@njit(_nrt=False, inline="always")
def _plan(kits, dispensing, stock, patient, from_day, since, sign):
    """Adds the planned supplies of a participant from a day on to the weeks, or takes them away."""
    site, who, arm = patient
    for kind in range(kits.regimen.size):
        units = dispensing.units[who, arm, kits.regimen[kind]]
        if units == 0:
            continue
        supplied, number = 0, np.int32(0)
        for supply in range(1, dispensing.supplied.size):
            day = from_day + (dispensing.days[supply - 1, 0] + dispensing.days[supply - 1, 1]) // 2
            if day < since:
                continue
            if supplied != dispensing.supplied[supply]:
                supplied = dispensing.supplied[supply]
                number = kits_of(kits, kind, units, supplied, dispensing.full)
            week = min(day // 7, stock.weekly.shape[0] - 1)
            stock.weekly[week, site * kits.regimen.size + kind] += sign * number


@njit(_nrt=False, inline="always")
def _visit(kits, dispensing, stock, patient, supply, day, result):
    """Kits are used at a visit; whether some were not there."""
    site, who, arm = patient
    short = False
    for kind in range(kits.regimen.size):
        units = dispensing.units[who, arm, kits.regimen[kind]]
        if units == 0:
            continue
        number = kits_of(kits, kind, units, dispensing.supplied[supply], dispensing.full)
        held, lots = stock.held[site, kind], stock.lots[site, kind]
        result[kind, EXPIRED] += _expire(lots, held, day)
        used = _use(lots, held, number, day)
        result[kind, USED] += used
        short |= used < number
    return short


@njit(_nrt=False, inline="always")
def _happen(kits, dispensing, stock, work, at, day, result, out_site):
    """One event: a participant's plan begins or ends, or kits are needed at a visit."""
    event = stock.event[at]
    kind, place, supply = event & 3, event >> OF_SUPPLY, event >> OF_KIND & 65535
    patient = (work.at[place], work.who[place], work.arm[place])
    if kind == VISIT:
        out_site[patient[0]] += _visit(kits, dispensing, stock, patient, supply, day, result)
    else:
        _plan(kits, dispensing, stock, patient, work.day[place], day, 1 if kind == PLANNED else -1)


@njit(_nrt=False, error_model="numpy")
def supply(kits, dispensing, recruitment, stock, work, kept, last, result, out_site):
    """The supply of one trial whose events were noted, until day `last`."""
    stock.held[:] = 0
    closed, opened, review = work.day[kept - 1], 0, 0
    opens = recruitment.day[recruitment.order[0]]
    for day in range(last + 1):
        while opens == day:
            site = recruitment.order[opened]
            opened += 1
            opens = recruitment.day[recruitment.order[opened]] if opened < recruitment.order.size else NOWHERE
            for kind in range(kits.regimen.size):
                lots, held = stock.lots[site, kind], stock.held[site, kind]
                result[kind, SHIPPED] += _send(kits, lots, held, kind, kits.initial[kind], day, day)
        at = stock.head[day]
        while at > 0:
            _happen(kits, dispensing, stock, work, at, day, result, out_site)
            at = stock.following[at]
        if day == review:
            review += kits.review
            _review(kits, stock, day, day < closed, recruitment.day, result)
    for site in range(recruitment.day.size):
        for kind in range(kits.regimen.size):
            result[kind, EXPIRED] += _expire(stock.lots[site, kind], stock.held[site, kind], last)
            result[kind, LEFT] += stock.held[site, kind, 2]
    stock.count[0] = 0
    stock.head[:] = 0
    stock.weekly[:] = 0
