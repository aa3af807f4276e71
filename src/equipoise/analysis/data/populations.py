"""Who is analysed, and why somebody is not.

The population of every estimand here is all randomised participants, as randomised. Only a participant
without a masked baseline score leaves it, since the variable has no denominator then. The safety population
is everybody who took a dose, or all randomised where no dose is recorded at all (a trial without a drug).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from equipoise.analysis.data.endpoint import Endpoint
from equipoise.analysis.data.estimand import baseline_score
from equipoise.analysis.data.rows import AdverseEvent, Dataset, Participant

NO_BASELINE = "no masked baseline score"


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """The participants analysed, in order of randomisation, and the reason of each who is left out, by
    subject."""

    name: str
    members: tuple[Participant, ...]
    excluded: dict[str, str]


def all_randomised(data: Dataset, arms: tuple[str, ...] | None = None) -> Population:
    """Everybody randomised, to the given arms if any."""
    members = tuple(each for each in data.participants if arms is None or each.arm in arms)
    return Population(name="all randomised", members=members, excluded={})


def for_endpoint(data: Dataset, where: Endpoint, arms: tuple[str, ...] | None = None) -> Population:
    """All randomised with a masked baseline score."""
    everybody = all_randomised(data, arms)
    lacking = {
        each.subject: NO_BASELINE
        for each in everybody.members
        if baseline_score(data.scores.get(each.subject, ()), where) is None
    }
    members = tuple(each for each in everybody.members if each.subject not in lacking)
    return Population(name="all randomised with a baseline score", members=members, excluded=lacking)


def safety(data: Dataset) -> Population:
    """Everybody who took a dose, by randomised arm."""
    treated = tuple(each for each in data.participants if each.first_dose_on is not None)
    if not treated:
        return Population(name="all randomised (no dose is recorded)", members=data.participants, excluded={})
    left_out = {each.subject: "took no dose" for each in data.participants if each.first_dose_on is None}
    return Population(name="participants who took a dose", members=treated, excluded=left_out)


def emergent(events: Sequence[AdverseEvent], treated: Sequence[Participant]) -> tuple[AdverseEvent, ...]:
    """The events of these participants that began on or after the first dose (the randomisation without one). An
    event whose day of onset is not known counts."""
    starts = {row.subject: row.first_dose_on or row.randomised_on for row in treated}
    return tuple(
        each
        for each in events
        if each.subject in starts and ((began := onset_of(each)) is None or began >= starts[each.subject])
    )


def onset_of(event: AdverseEvent) -> date | None:
    """The day of onset; None where it is not known to the day."""
    return date.fromisoformat(event.onset[:10]) if len(event.onset) >= 10 else None
