"""The rows that analysis works on, each with the sequence number of the event it comes from.

Plain frozen data: everything above (estimands, flow, tables) can be checked against rows written by hand,
and everything below (reading the ledger) against the rows it gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """One attempt of one person. `reasons` are those of its failure: criteria, `declined`, `other:` and
    words."""

    subject: str
    person: str
    attempt: int
    site: str
    on: date
    failed: bool = False
    reasons: tuple[str, ...] = ()
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A value before randomisation: a number, a code, or None when it is missing."""

    value: Decimal | str | None
    sequence: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """One randomised participant.

    arm: None in a pooled report. stratum: as randomised, whatever was corrected later; `factors` names its
    levels. `site` is where the participant is now, `randomising_site` where the allocation was made.
    stopped_on, stop_cause: the end of treatment; left: lost, withdrawn or died, with its day and cause.
    """

    subject: str
    person: str
    number: str
    site: str
    randomising_site: str
    stratum: str
    arm: str | None
    randomised_on: date
    sequence: int
    factors: Mapping[str, str] = field(default_factory=dict)
    consented_on: date | None = None
    first_dose_on: date | None = None
    stopped_on: date | None = None
    stop_cause: str = ""
    ended: str = ""
    ended_on: date | None = None
    ended_cause: str = ""
    died_on: date | None = None
    withdrew_data_on: date | None = None
    measures: Mapping[str, Measure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One assessment of the endpoint's score. `flagged`: its assessor had been unblinded before it."""

    subject: str
    encounter: str
    on: date
    value: Decimal | None
    blinded: bool = True
    flagged: bool = False
    assessor: str = ""
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """The verdict of one intercurrent event's rule for one participant, by the time point.

    verdict: true, false or unknown. sources: the events that the verdict rests on. on: the day on which it
    happened, None where that is not known or not declared. value: what a composite strategy puts in place
    of a score.
    """

    event: str
    strategy: str
    verdict: str
    sources: tuple[int, ...] = ()
    on: date | None = None
    value: str | None = None


NOT_CODED = "Not coded"
"""The organ system of a term that the coding of the definition lacks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEvent:
    """The last version of one adverse event. term, system: as coded (`datasets.coder`); reported: as typed.
    `sequence` is that of its first report."""

    subject: str
    event: str
    term: str
    system: str
    reported: str = ""
    grade: str
    serious: bool
    onset: str
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    subject: str
    code: str
    text: str
    category: str
    happened: str
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Time to an event of one participant: days from randomisation to the event or to censoring. `sources` are the
    ledger entries that the rules read."""

    subject: str
    days: int
    event: bool
    sources: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """All rows of a cut. Mappings are by subject; a subject without rows is absent from them."""

    screenings: tuple[Screening, ...] = ()
    participants: tuple[Participant, ...] = ()
    scores: Mapping[str, tuple[Score, ...]] = field(default_factory=dict)
    occurrences: Mapping[str, tuple[Occurrence, ...]] = field(default_factory=dict)
    times: Mapping[str, Times] = field(default_factory=dict)
    adverse_events: tuple[AdverseEvent, ...] = ()
    deviations: tuple[Deviation, ...] = ()
