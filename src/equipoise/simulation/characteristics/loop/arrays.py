"""A study and a scenario as plain arrays: all that the compiled loop of a trial reads. Shapes use S sites, N patients
of the sample, R of them randomised, B courses of each, A arms, C causes of a stop, H happenings, E intercurrent
events, V encounters at which the time point may be scored, G regimens, Q strata to analyse by.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from equipoise.simulation.randomisation.plans import Plan as Allocation

NOWHERE = 2**30
"""A day that never comes."""


class Recruitment(NamedTuple):
    """Sites and the sample.

    rate: arrivals a day (S,). opens: days from the start (S,), in the order `order`; day: the whole day of opening.
    keep, own, other: the alias tables of the first so many sites to open (S + 1, S). ramp: days until full (S,).
    again, randomised: days from the day of arrival, -1 for never (N,). member: place among the randomised, -1 (N,).
    level: combination of strata without the site (N,). strata: number of the allocation's stratum (levels, S).
    analysed: number of the stratum to analyse by (levels,).
    """

    planned: int
    rate: np.ndarray
    opens: np.ndarray
    order: np.ndarray
    day: np.ndarray
    keep: np.ndarray
    own: np.ndarray
    other: np.ndarray
    ramp: np.ndarray
    again: np.ndarray
    randomised: np.ndarray
    member: np.ndarray
    level: np.ndarray
    strata: np.ndarray
    analysed: np.ndarray


class Exit(NamedTuple):
    """Rates a day.

    group: of those whose causes of a stop are alike (R, B, A). stops: by cause, the last for adverse events, 0 for one
    that does not apply (groups, C + 1). stopping: the chance of any within the days of treatment (groups,). leaving:
    loss, visits, data, death (4,). gone, leave: their sum, and the chance of any. until: (H, E), rows: never started,
    causes, adverse event, completed, the four exits. strategy: (E,) 0 composite, 1 hypothetical, 2 policy. quiet:
    whether who completes the treatment has no intercurrent event.
    """

    never: float
    group: np.ndarray
    stops: np.ndarray
    stopping: np.ndarray
    leaving: np.ndarray
    gone: float
    leave: float
    treatment: int
    followed: int
    until: np.ndarray
    strategy: np.ndarray
    quiet: bool


class Score(NamedTuple):
    """The endpoint's score.

    scores (R, levels + 1), baseline (R,), responds (values, values). response: whether the score of a level is a
    response, 64 levels a number (R, words). depth (R, B, A). faded: the share of the depth that is reached by day
    (days,). first, last: days on which a visit takes place (V,); late: the first day of those outside the window (V,).
    foretold: the chance that a missing response is known from earlier scores, and how often the imputation
    then says response, of those who would not and of those who would (A, 3).
    """

    scores: np.ndarray
    baseline: np.ndarray
    responds: np.ndarray
    response: np.ndarray
    levels: int
    depth: np.ndarray
    faded: np.ndarray
    noise: float
    gap: float
    day: int
    before: int
    after: int
    first: np.ndarray
    last: np.ndarray
    late: np.ndarray
    missed: float
    outside: float
    substitute: float
    foretold: np.ndarray


class Analysis(NamedTuple):
    """arms: those compared. looks: participants at each look. bounds: of |Z|, the last look's 0 for a fixed design.
    futility: bounds of Z, -inf for none."""

    arms: np.ndarray
    method: int
    missing: int
    imputations: int
    looks: np.ndarray
    bounds: np.ndarray
    futility: np.ndarray


class Dispensing(NamedTuple):
    """days: first and last day of each supply after the first (D, 2). supplied: days that it covers, with the first
    (D + 1,). refused: the chance that the engine refuses it (A, D + 1). units: of a full supply (R, A, G). full: days
    of a full supply."""

    days: np.ndarray
    supplied: np.ndarray
    refused: np.ndarray
    units: np.ndarray
    full: int


class Kits(NamedTuple):
    """Kits by kind (K,): the regimen that they belong to, units in a kit, first stock, buffers, days of shelf life and
    between batches. Days of a review and on the way; weeks of trigger and resupply. days: room for the days of a
    trial. No kinds: no supply is simulated."""

    regimen: np.ndarray
    units: np.ndarray
    initial: np.ndarray
    minimum: np.ndarray
    maximum: np.ndarray
    shelf: np.ndarray
    batch: np.ndarray
    review: int
    lead: int
    trigger: int
    resupply: int
    days: int


class Plan(NamedTuple):
    """All of it."""

    recruitment: Recruitment
    allocation: Allocation
    exit: Exit
    score: Score
    analysis: Analysis
    dispensing: Dispensing
    kits: Kits
