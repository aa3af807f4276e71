"""Recruitment and the quality of the data as a cut shows them: whom a site randomised when, what was asked, corrected,
missed, and how long an entry took. It reads no arm, and in a blind cut it reads only what is open.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from equipoise.ledger import events as types

if TYPE_CHECKING:
    from equipoise.analysis.cut import Cut
    from equipoise.conduct.state import ParticipantState
    from equipoise.study.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCount:
    """One site: country, day of approval, screenings, randomised (where the allocation was made), missed visits."""

    site: str
    name: str
    country: str
    approved_on: str
    screened: int
    randomised: int
    missed: int
    queries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Counts of the conduct.

    opened: the day of the first approved site; until: the day of the cut; randomised_on: every randomisation, in
    order; planned: participants, and plan: from when and by when, where the definition says it. records: forms
    recorded, corrected: corrections; queries: opened and still open; missed: visits missed; entry: median days from a
    visit to its record, and the share entered within 7 days. sources: the event numbers behind the counts, by type and
    by type and site (`QueryOpened/01`), and the last guess of an arm by participant.
    """

    opened: date | None
    until: date
    planned: int
    plan: tuple[date, date] | None
    randomised_on: tuple[date, ...]
    sites: tuple[SiteCount, ...]
    records: int
    corrected: int
    queries: int
    queries_open: int
    missed: int
    entry_median: float | None
    entry_soon: float | None
    sources: Mapping[str, tuple[int, ...]]


def quality(study: Study, slice_: Cut, states: Mapping[str, ParticipantState]) -> Quality:
    """The counts of a cut; `states` are the folded states of its subjects."""
    counts = Counter(event.type for event in slice_.events)
    delays = entry_delays(slice_)
    randomised = sorted(state.randomised_on for state in states.values() if state.randomised_on)
    approved = [event.data["approved_on"] for event in slice_.events if event.type == types.SITE_ACTIVATED]
    return Quality(
        opened=date.fromisoformat(min(approved)) if approved else None,
        until=date.fromisoformat(slice_.until[:10]),
        planned=study.definition.allocation.planned,
        plan=planned_time(study),
        randomised_on=tuple(randomised),
        sites=site_counts(slice_),
        records=counts[types.FORM_RECORDED],
        corrected=counts[types.FORM_CORRECTED],
        queries=counts[types.QUERY_OPENED],
        queries_open=counts[types.QUERY_OPENED] - counts[types.QUERY_CLOSED],
        missed=counts[types.VISIT_MISSED],
        entry_median=statistics.median(delays) if delays else None,
        entry_soon=sum(each <= 7 for each in delays) / len(delays) if delays else None,
        sources=sources(slice_),
    )


def planned_time(study: Study) -> tuple[date, date] | None:
    """The first day of the plan of recruitment and the day by which it is to be complete; None without a plan."""
    plan = study.definition.allocation.recruitment
    if plan is None:
        return None
    opens = date.fromisoformat(f"{plan.opens}-01")
    months = opens.year * 12 + opens.month - 1 + plan.months
    return opens, date(months // 12, months % 12 + 1, 1)


def entry_delays(slice_: Cut) -> list[int]:
    """Days from what a record is about to its entry."""
    return [
        (date.fromisoformat(event.recorded[:10]) - date.fromisoformat(event.effective[:10])).days
        for event in slice_.events
        if event.type in (types.FORM_RECORDED, types.ASSESSMENT_SUBMITTED)
    ]


def site_counts(slice_: Cut) -> tuple[SiteCount, ...]:
    """One row for each approved site, in order of its identifier."""
    tally = Counter((event.type, event.site) for event in slice_.events)
    sites = {e.data["site"]: e.data for e in slice_.events if e.type == types.SITE_ACTIVATED}
    return tuple(
        SiteCount(
            site=site,
            name=data["name"],
            country=data["country"],
            approved_on=data["approved_on"],
            screened=tally[types.PARTICIPANT_SCREENED, site],
            randomised=tally[types.PARTICIPANT_RANDOMISED, site],
            missed=tally[types.VISIT_MISSED, site],
            queries=tally[types.QUERY_OPENED, site],
        )
        for site, data in sorted(sites.items())
    )


COUNTED = (
    types.FORM_RECORDED, types.FORM_CORRECTED, types.ASSESSMENT_SUBMITTED, types.QUERY_OPENED, types.QUERY_CLOSED,
    types.VISIT_MISSED, types.PARTICIPANT_SCREENED, types.PARTICIPANT_RANDOMISED, types.SITE_ACTIVATED,
)  # fmt: skip
"""The types of event that are counted."""


def sources(slice_: Cut) -> dict[str, tuple[int, ...]]:
    """The numbers of the events that are counted."""
    found: dict[str, list[int]] = {}
    for event in slice_.events:
        if event.type == types.ARM_GUESSED:
            found[f"{event.type}/{event.participant}"] = [event.sequence]
        if event.type in COUNTED:
            found.setdefault(event.type, []).append(event.sequence)
            site = event.data["site"] if event.type == types.SITE_ACTIVATED else event.site or ""
            found.setdefault(f"{event.type}/{site}", []).append(event.sequence)
    return {key: tuple(numbers) for key, numbers in found.items()}
