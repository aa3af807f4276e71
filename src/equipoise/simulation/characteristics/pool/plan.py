"""The plan of trials whose participants were followed by the engine: plain arrays and the estimand.

Each trial recruits, screens, stratifies and allocates as ever; whoever is randomised becomes what the same patient
of the sample became in that arm.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from equipoise.simulation.characteristics.loop.arrays import Dispensing, Kits, Recruitment
from equipoise.simulation.randomisation.plans import Plan as Allocation
from equipoise.study.estimand import Estimand

STEMS = ("missing", "responders", "died", "truth", "lost", "withdrawn", "deaths", "stopped", "supplies")
"""What is counted by arm, beside intercurrent events."""
ANALYSED = ("missing", "responders", "died")
"""Those of them that are counted of the analysed alone."""
VALUE, EVENT, MISSING, OUT = range(4)
KINDS = {"value": VALUE, "event": EVENT, "missing": MISSING}


class Tally(NamedTuple):
    """What is counted of each row. counts: by stem (rows, STEMS); events: which are true (rows, events); units: by
    regimen (rows, regimens). closing, ended: days from randomisation to the end of the time point's window, and to the
    end of the part in the study (rows,).

    For the stock of the sites: supplied: the day of each supply, -1 for one that was not given (rows, supplies); full:
    units of a whole supply, by regimen (rows, regimens); treated: the day of the end of treatment (rows,)."""

    counts: np.ndarray
    events: np.ndarray
    units: np.ndarray
    closing: np.ndarray
    ended: np.ndarray
    supplied: np.ndarray
    full: np.ndarray
    treated: np.ndarray


class Outcomes(NamedTuple):
    """What the analysis reads of each row (rows,), NaN where there is none.

    kind: VALUE, EVENT (the value that the estimand declares for it, if any), MISSING, or OUT of the population. value:
    a response as 0 or 1, a number, a category; score: what it was made from; columns: the baseline, where the model has
    it (rows, columns); exposure: of a count; days and seen: of a time to an event; lowest, highest: of all scores.
    whole: the outcome as the analysis has it, without its subject, None where it has none; of a time, the measures.
    """

    kind: np.ndarray
    value: np.ndarray
    score: np.ndarray
    columns: np.ndarray
    exposure: np.ndarray
    days: np.ndarray
    seen: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray
    whole: np.ndarray


class Meaning(NamedTuple):
    """What a score means to the variable of those of whom it may be asked: `table` (asked, scores) over the scores of
    `grid`, in between on a straight line; `place` of each row in the table, -1 for none."""

    grid: np.ndarray
    table: np.ndarray
    place: np.ndarray


class Pooled(NamedTuple):
    """recruitment: as for every trial, `analysed` by combination of levels. tally, outcomes: of row
    `member * arms + arm`. strata: names to analyse by, in order; stratum: which, by combination and site (levels,
    sites). treatment: the arms that are compared, by number, the reference last. people, bounds, futility: of the
    looks: participants, bounds of |Z| and of Z. meaning: of scores that the analysis asks about; decimals: those that
    a score is kept with. dispensing, kits: for the stock of the sites; no kits where none is simulated."""

    recruitment: Recruitment
    allocation: Allocation
    tally: Tally
    outcomes: Outcomes
    meaning: Meaning
    decimals: int
    estimand: Estimand
    strata: tuple[str, ...]
    stratum: np.ndarray
    treatment: np.ndarray
    people: np.ndarray
    bounds: np.ndarray
    futility: np.ndarray
    dispensing: Dispensing
    kits: Kits
