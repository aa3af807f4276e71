"""Summaries by arm as data: baseline characteristics, the score over time, adverse events.

A column is an arm, and for baseline one for everybody. Before unblinding the only column is everybody.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from scipy.stats import t as student

from equipoise.analysis.data.consort import POOLED
from equipoise.analysis.data.endpoint import Endpoint
from equipoise.analysis.data.estimand import baseline_score, value_at
from equipoise.analysis.data.rows import NOT_CODED, AdverseEvent, Dataset, Participant


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A continuous variable: n observed, missing, mean, standard deviation, median, quartiles (type 7)."""

    observed: int
    missing: int
    mean: float
    sd: float
    median: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Characteristic:
    """A row of the baseline table: `spreads` by column, or `counts` by column and code; missing by
    column."""

    id: str
    label: str
    unit: str
    decimals: int
    spreads: Mapping[str, Spread] | None = None
    counts: Mapping[str, Mapping[str, int]] | None = None
    codes: Mapping[str, str] | None = None
    missing: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """The mean of observed scores of one arm at one encounter with its t interval (nan below 2)."""

    arm: str
    encounter: str
    day: int
    observed: int
    mean: float
    sd: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Harm:
    """One term of one organ system, or all of the system where the term is empty: participants and events by arm."""

    system: str
    term: str
    people: Mapping[str, int]
    events: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Harms:
    """Adverse events of the safety population. The overall rows count participants with at least one."""

    at_risk: Mapping[str, int]
    any_event: Harm
    serious: Harm
    deaths: Mapping[str, int]
    terms: tuple[Harm, ...]
    serious_terms: tuple[Harm, ...]
    systems: tuple[Harm, ...] = ()
    serious_systems: tuple[Harm, ...] = ()


def spread(values: Sequence[float], missing: int) -> Spread:
    """Of no value, every statistic is nan; of one, the standard deviation is."""
    if not values:
        gap = math.nan
        return Spread(observed=0, missing=missing, mean=gap, sd=gap, median=gap, lower=gap, upper=gap)
    lower, middle, upper = (float(each) for each in np.percentile(values, [25, 50, 75]))
    return Spread(
        observed=len(values),
        missing=missing,
        mean=statistics.fmean(values),
        sd=statistics.stdev(values) if len(values) > 1 else math.nan,
        median=middle,
        lower=lower,
        upper=upper,
    )


def columns(rows: Sequence[Participant], arms: Sequence[str]) -> dict[str, list[Participant]]:
    """The members of each column: each arm, then everybody (everybody alone in a pooled report)."""
    found = {arm: [row for row in rows if row.arm == arm] for arm in arms if arm != POOLED}
    return {**found, POOLED: list(rows)}


def continuous(
    key: str,
    label: str,
    unit: str,
    decimals: int,
    values: Mapping[str, Decimal | None],
    groups: Mapping[str, list],
) -> Characteristic:
    """A characteristic with a number for each subject, or None."""
    spreads = {}
    for name, members in groups.items():
        known = [float(values[row.subject]) for row in members if values.get(row.subject) is not None]
        spreads[name] = spread(known, len(members) - len(known))
    return Characteristic(id=key, label=label, unit=unit, decimals=decimals, spreads=spreads)


def categorical(
    key: str,
    label: str,
    codes: Mapping[str, str],
    values: Mapping[str, str | None],
    groups: Mapping[str, list[Participant]],
) -> Characteristic:
    """A characteristic with a code for each subject, or None."""
    counts = {
        name: {code: sum(values.get(row.subject) == code for row in members) for code in codes}
        for name, members in groups.items()
    }
    missing = {name: len(members) - sum(counts[name].values()) for name, members in groups.items()}
    return Characteristic(
        id=key, label=label, unit="", decimals=0, counts=counts, codes=codes, missing=missing
    )


def means(data: Dataset, where: Endpoint, arms: Sequence[str], days: Mapping[str, int]) -> tuple[Mean, ...]:
    """The observed blinded scores at each encounter from baseline on, by arm, whatever happened before."""
    start = where.encounters.index(where.baseline)
    found = []
    for arm in arms:
        members = [row for row in data.participants if arm == POOLED or row.arm == arm]
        for encounter in where.encounters[start:]:
            values = [score_at(data, where, row, encounter) for row in members]
            known = [float(value) for value in values if value is not None]
            found.append(mean_of(arm, encounter, days.get(encounter, 0), known))
    return tuple(found)


def score_at(data: Dataset, where: Endpoint, row: Participant, encounter: str) -> Decimal | None:
    """The blinded score of one participant at one encounter."""
    scores = [each for each in data.scores.get(row.subject, ()) if each.blinded and each.value is not None]
    if encounter == where.baseline:
        found = baseline_score(scores, where)
        return found.value if found else None
    return value_at(scores, encounter)


def mean_of(arm: str, encounter: str, day: int, values: Sequence[float]) -> Mean:
    """Mean and 95% t interval; without two values there is no interval."""
    found = spread(values, 0)
    n = found.observed
    half = float(student.ppf(0.975, n - 1)) * found.sd / math.sqrt(n) if n > 1 else math.nan
    return Mean(
        arm=arm,
        encounter=encounter,
        day=day,
        observed=n,
        mean=found.mean,
        sd=found.sd,
        lower=found.mean - half,
        upper=found.mean + half,
    )


def harms(
    rows: Sequence[AdverseEvent],
    treated: Sequence[Participant],
    everybody: Sequence[Participant],
    arms: Sequence[str],
) -> Harms:
    """Adverse events of those at risk; deaths of all randomised, from any cause."""
    arm_of = {row.subject: row.arm if row.arm is not None else POOLED for row in treated}
    mine = [row for row in rows if row.subject in arm_of]
    grave = [row for row in mine if row.serious]
    return Harms(
        at_risk={arm: sum(each == arm for each in arm_of.values()) for arm in arms},
        any_event=harm("", "Any adverse event", mine, arm_of, arms),
        serious=harm("", "Any serious adverse event", grave, arm_of, arms),
        deaths={
            arm: sum(row.died_on is not None and arm in (row.arm, POOLED) for row in everybody)
            for arm in arms
        },
        terms=by_term(mine, arm_of, arms),
        serious_terms=by_term(grave, arm_of, arms),
        systems=by_system(mine, arm_of, arms),
        serious_systems=by_system(grave, arm_of, arms),
    )


def by_system(
    rows: Sequence[AdverseEvent], arm_of: Mapping[str, str], arms: Sequence[str]
) -> tuple[Harm, ...]:
    """One row for each organ system, in order of name; none where nothing is coded."""
    return tuple(
        harm(system, "", [row for row in rows if row.system == system], arm_of, arms)
        for system in sorted({row.system for row in rows if row.system}, key=last_uncoded)
    )


def last_uncoded(system: str) -> tuple[bool, str]:
    """Organ systems in order of name, what is not coded last."""
    return system == NOT_CODED, system


def by_term(rows: Sequence[AdverseEvent], arm_of: Mapping[str, str], arms: Sequence[str]) -> tuple[Harm, ...]:
    """One row for each term, the most frequent first within its organ system."""
    keys = dict.fromkeys((row.system, row.term) for row in rows)
    found = [
        harm(system, term, [row for row in rows if (row.system, row.term) == (system, term)], arm_of, arms)
        for system, term in keys
    ]
    return tuple(
        sorted(found, key=lambda each: (last_uncoded(each.system), -sum(each.people.values()), each.term))
    )


def harm(
    system: str, term: str, rows: Sequence[AdverseEvent], arm_of: Mapping[str, str], arms: Sequence[str]
) -> Harm:
    """Participants (each once) and events by arm."""
    return Harm(
        system=system,
        term=term,
        people={arm: len({row.subject for row in rows if arm_of[row.subject] == arm}) for arm in arms},
        events={arm: sum(arm_of[row.subject] == arm for row in rows) for arm in arms},
    )
