"""The follow-up of one participant in the compiled loop: exits, the end of treatment, intercurrent events, the score.

Competing exponential times are one exponential time with the sum of the rates, and then a cause by its share.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from equipoise.simulation.characteristics.loop.arrays import NOWHERE
from equipoise.simulation.keyed import FINE, ONE, bits64, higher, lower, normal, part, uniform

COURSE, KIND, STOPPING, CAUSE, GAP, RATER, EARLIER, REFUSED = range(8)
VISIT, SUPPLY = 16, 512
"""The numbers of a participant's draws; each visit and each supply has one."""
NON_RESPONSE, RESPONSE, EVENT, ABSENT, FORETOLD, FORETOLD_RESPONSE = range(6)
LOSS, VISITS, DATA, DEATH = range(4)
COMPOSITE, HYPOTHETICAL = 0, 1
WORD, BIT = np.uint64(6), np.uint64(63)
"""Which number a level's bit is in, and where: 64 levels in each."""


class Followed(NamedTuple):
    """By participant. outcome: NON_RESPONSE, RESPONSE, EVENT, ABSENT, or absent and foretold by earlier scores. died:
    an EVENT by death. truth: the response
    had no score been missing. some: whether events were judged; events: which are true
    (participants, E), only then to be read. exit: kind or -1, left: its day. stopped: day
    of the end of treatment, early: before its time."""

    outcome: np.ndarray
    died: np.ndarray
    some: np.ndarray
    truth: np.ndarray
    events: np.ndarray
    exit: np.ndarray
    left: np.ndarray
    stopped: np.ndarray
    early: np.ndarray


def followed_of(planned: int, events: int) -> Followed:
    """Room for so many participants."""

    def flags() -> np.ndarray:
        return np.zeros(planned, np.bool_)

    return Followed(
        outcome=np.zeros(planned, np.int8), died=flags(), some=flags(), truth=flags(),
        events=np.zeros((planned, events), np.bool_), exit=np.zeros(planned, np.int8),
        left=np.zeros(planned, np.int32), stopped=np.zeros(planned, np.int32), early=flags(),
    )  # fmt: skip


@njit(_nrt=False, inline="always")
def _which(share, rates, total):
    """Which of the rates, by its share of their sum."""
    left = share * total
    for place in range(rates.size):
        left -= rates[place]
        if left < 0:
            return place
    return rates.size - 1


@njit(_nrt=False, inline="always")
def _treated(plan, draws, share, group):
    """Day and happening of the end of treatment, as if nobody left: never started, a cause, harm or completed."""
    begun, share = 1.0 - plan.never, share - plan.never
    if share >= plan.stopping[group] * begun:
        return plan.treatment, plan.stops.shape[1] + 1
    if share < 0:
        return 0, 0
    rates = plan.stops[group]
    total = rates.sum()
    day = np.int64(np.ceil(-np.log(1.0 - share / begun) / total))
    return day, 1 + _which(uniform(draws, CAUSE), rates, total)


@njit(_nrt=False, inline="always")
def _exit(plan, draws, share):
    """Day and kind of the exit from the study; kind -1 for who completes it."""
    if share >= plan.leave:
        return plan.followed, -1
    day = np.int64(np.ceil(-np.log(1.0 - share) / plan.gone))
    return day, _which(uniform(draws, KIND), plan.leaving, plan.gone)


@njit(_nrt=False, inline="always")
def _visited(plan, visit, share):
    """The day of a visit by one share: outside its window in the first part of it, else on a day of the window."""
    if share < plan.outside:
        return plan.late[visit] + np.int64(share / plan.outside * 7)
    share = (share - plan.outside) / (1.0 - plan.outside)
    return plan.first[visit] + np.int64(share * (plan.last[visit] - plan.first[visit] + 1))


@njit(_nrt=False, inline="always")
def _seen(plan, draws, left):
    """The day of the usable score nearest to the planned day, -1 without one."""
    found, nearest = -1, NOWHERE
    usable = (1.0 - plan.missed) * (1.0 - plan.substitute)
    for visit in range(plan.first.size):
        if plan.first[visit] > plan.day + plan.after or plan.late[visit] + 6 < plan.day - plan.before:
            continue  # on no day within the window, however late: not worth a draw
        bits = bits64(draws, VISIT + visit)
        day = _visited(plan, visit, higher(bits) * FINE)
        far = abs(day - plan.day)
        if day < plan.day - plan.before or day > plan.day + plan.after or far >= nearest or day > left:
            continue
        if lower(bits) * FINE < usable:
            found, nearest = day, far
    return found


@njit(_nrt=False, inline="always")
def _responds(plan, draws, day, who, course, arm):
    """Whether the score of a day is a response, with a rater's error."""
    share = 1.0 - plan.depth[who, course, arm] * plan.faded[day]
    if plan.noise > 0:
        share += plan.noise * normal(draws, RATER)
    level = np.uint64(min(plan.levels, max(0, np.int64(share * plan.levels + 0.5))))
    return (plan.response[who, level >> WORD] >> (level & BIT)) & ONE != 0


@njit(_nrt=False, inline="always")
def follow(exits, score, draws, who, arm, place, found):
    """One participant from randomisation to the end, into place `place` of what was found."""
    course = part(lower(bits64(draws, COURSE)), score.depth.shape[1])
    left, kind = _exit(exits, draws, higher(bits64(draws, COURSE)) * FINE)
    stopped, happening = _treated(exits, draws, uniform(draws, STOPPING), exits.group[who, course, arm])
    completed = exits.until.shape[0] - 5
    found.early[place] = happening < completed or left < stopped
    found.exit[place], found.left[place], found.stopped[place] = kind, left, min(stopped, left)
    composite = hypothetical = False
    found.some[place] = kind >= 0 or happening < completed or not exits.quiet
    if found.some[place]:
        if left < stopped:
            happening = completed + 1 + kind
        composite, hypothetical = _events(exits, happening, stopped, kind, left, found.events[place])
    _judged(score, draws, (who, course, arm), place, found, composite, hypothetical)


@njit(_nrt=False, inline="always")
def _events(plan, happening, stopped, kind, left, events):
    """Which intercurrent events the end of treatment and the exit make true; whether a composite, a hypothetical."""
    exits = plan.until.shape[0] - 4
    composite = hypothetical = False
    for event in range(plan.strategy.size):
        true = stopped <= left and stopped <= plan.until[happening, event]
        true |= kind >= 0 and left <= plan.until[exits + kind, event]
        events[event] = true
        composite |= true and plan.strategy[event] == COMPOSITE
        hypothetical |= true and plan.strategy[event] == HYPOTHETICAL
    return composite, hypothetical


@njit(_nrt=False, inline="always")
def _judged(score, draws, patient, place, found, composite, hypothetical):
    """The outcome by the order of the estimand: death, composite, hypothetical, then the score or its absence."""
    who, course, arm = patient
    died = found.exit[place] == DEATH and found.left[place] < score.day
    found.died[place] = died
    if died or composite:
        found.truth[place], found.outcome[place] = False, EVENT
        return
    day = _seen(score, draws, found.left[place])
    if score.gap > 0 and uniform(draws, GAP) < score.gap:
        day = -1
    response = _responds(score, draws, day if day >= 0 else score.day, who, course, arm)
    found.truth[place] = response
    if hypothetical or day < 0:
        found.outcome[place] = ABSENT
        chance, known = score.foretold[arm], uniform(draws, EARLIER)
        if known < chance[0]:
            found.outcome[place] = FORETOLD_RESPONSE if known < chance[0] * chance[1 + response] else FORETOLD
    else:
        found.outcome[place] = RESPONSE if response else NON_RESPONSE
