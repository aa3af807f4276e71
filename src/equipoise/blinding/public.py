"""`public(study, events)`: what anybody may read of a ledger while the trial runs.

The public has no role in a study and no delegation, so it has a list of its own, shorter than that of any masked
person: that sites opened, that people were screened and randomised, on which day and at which site, and that the
trial was locked and its arms opened. No participant, person, time of day, count of the ledger or word that anybody
typed stands in it. What is sealed is left out by its category first, so that two ledgers that differ only under seal
give the public the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from equipoise.blinding.categories import category
from equipoise.ledger import events as e

if TYPE_CHECKING:
    from equipoise.ledger.entry import Event
    from equipoise.study.study import Study

PUBLIC: Mapping[str, frozenset[str]] = {
    e.LEDGER_OPENED: frozenset({"mode", "planned"}),
    e.SITE_ACTIVATED: frozenset({"site", "name", "country", "approved_on"}),
    e.PARTICIPANT_SCREENED: frozenset({"attempt"}),
    e.PARTICIPANT_RANDOMISED: frozenset(),
    e.ANALYSIS_FROZEN: frozenset(),
    e.TRIAL_LOCKED: frozenset(),
    e.TRIAL_UNBLINDED: frozenset(),
}
"""The events that are public, and what of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """One event as the public reads it: its type, the day on which it happened, the site, a few words."""

    type: str
    day: str
    site: str | None
    data: Mapping[str, str]


def public(study: Study, events: Iterable[Event]) -> Iterator[Announced]:
    """The events of a ledger that the public may read, in the ledger's order."""
    for event in events:
        if event.type in PUBLIC and category(study, event) != "sealed":
            yield Announced(
                type=event.type,
                day=event.effective[:10],
                site=event.site,
                data={name: str(event.data[name]) for name in sorted(PUBLIC[event.type] & event.data.keys())},
            )
