"""Adverse events as risks and rates: by arm with exact intervals, and the difference of the risks of two
arms.

The risk is that of at least one event among the participants of the safety population; the rate divides the
same participants by the time until their first event, or until they were last followed. Nothing is tested:
intervals say how little is known of rare events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from equipoise.analysis.data.populations import onset_of
from equipoise.analysis.data.rows import AdverseEvent, Participant
from equipoise.analysis.data.summaries import last_uncoded
from equipoise.analysis.estimators.proportions import Interval, Table2x2, miettinen_nurminen
from equipoise.analysis.estimators.rates import clopper_pearson, poisson_rate

YEAR = 365.25


@dataclass(frozen=True, slots=True, kw_only=True)
class HarmRate:
    """One arm: participants with the event among those at risk, the exact interval of that proportion, the
    years at risk, and the rate per 100 years with its exact interval. Intervals are None where nobody, or
    no time, is at risk."""

    people: int
    at_risk: int
    risk: Interval | None
    years: float
    rate: float | None
    interval: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HarmRates:
    """One kind of event by arm. `difference`: the risk of each arm minus that of the last, with the score
    interval of Miettinen and Nurminen; arms with nobody at risk have none."""

    system: str
    term: str
    serious: bool
    arms: Mapping[str, HarmRate]
    difference: Mapping[str, tuple[float, Interval]]


def harm_rates(
    events: Sequence[AdverseEvent], treated: Sequence[Participant], arms: Sequence[str], until: date
) -> tuple[HarmRates, ...]:
    """Any event, any serious one, then each term, the most frequent first. `until` ends the time of who is
    still followed. An event without a full date of onset counts in the risk, and its time runs to the end.
    """
    people = {row.subject: row for row in treated}
    mine = [row for row in events if row.subject in people]
    serious = [row for row in mine if row.serious]
    made = [
        _kind("", "Any adverse event", False, mine, treated, arms, until),
        _kind("", "Any serious adverse event", True, serious, treated, arms, until),
    ]
    terms = dict.fromkeys((row.system, row.term) for row in mine)
    rest = [
        _kind(
            system,
            term,
            False,
            [row for row in mine if (row.system, row.term) == (system, term)],
            treated,
            arms,
            until,
        )
        for system, term in terms
    ]
    rest.sort(
        key=lambda each: (
            last_uncoded(each.system),
            -sum(arm.people for arm in each.arms.values()),
            each.term,
        )
    )
    return (*made, *rest)


def _kind(
    system: str,
    term: str,
    serious: bool,
    events: Sequence[AdverseEvent],
    treated: Sequence[Participant],
    arms: Sequence[str],
    until: date,
) -> HarmRates:
    onsets: dict[str, date | None] = {}
    for row in events:
        day, known = onset_of(row), onsets.get(row.subject)
        onsets[row.subject] = min(day, known) if day and known else day or known
    by_arm = {arm: _rate([row for row in treated if row.arm == arm], onsets, until) for arm in arms}
    last = by_arm[arms[-1]]
    differences = {}
    for arm in arms[:-1]:
        one = by_arm[arm]
        if one.at_risk and last.at_risk:
            table = Table2x2(x1=one.people, n1=one.at_risk, x2=last.people, n2=last.at_risk)
            differences[arm] = table.difference, miettinen_nurminen(table)
    return HarmRates(system=system, term=term, serious=serious, arms=by_arm, difference=differences)


def _rate(rows: Sequence[Participant], onsets: Mapping[str, date | None], until: date) -> HarmRate:
    count = sum(row.subject in onsets for row in rows)
    years = sum(days_at_risk(row, onsets.get(row.subject), until) for row in rows) / YEAR
    found = poisson_rate(count, years / 100) if years else None
    return HarmRate(
        people=count,
        at_risk=len(rows),
        risk=clopper_pearson(count, len(rows)) if rows else None,
        years=years,
        rate=100 * count / years if years else None,
        interval=found,
    )


def days_at_risk(row: Participant, onset: date | None, until: date) -> int:
    """From the first dose (the randomisation without one) to the first event, the end of follow-up, or the
    cut; the first day counts."""
    start = row.first_dose_on or row.randomised_on
    ends = [each for each in (onset, row.ended_on, row.died_on) if each is not None]
    return max(1, (min([*ends, until]) - start).days + 1)
