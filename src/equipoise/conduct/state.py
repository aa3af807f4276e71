"""The folded past: one part for the trial, one for each participant.

`decide` and `evolve` touch only those two. The trial's part holds counters, never lists of participants, so
that a trial of ten thousand costs per command what a trial of ten costs. The participant's part holds
`facts`, what the rules read, beside what only the engine needs.

The parts are `msgspec` structures, which are as frozen as a dataclass and are copied ten times as fast: a whole
trial copies them a hundred thousand times.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from equipoise.study.facts import Facts

if TYPE_CHECKING:
    from equipoise.ledger.entry import Event
    from equipoise.study.study import Study


class SiteState(Struct, frozen=True, kw_only=True, gc=False):
    """A site: when it was approved, how many it screened and randomised, under which study digest it
    works."""

    site: str
    name: str
    approved_on: date
    screened: int = 0
    randomised: int = 0
    digest: str | None = None


class TrialState(Struct, frozen=True, kw_only=True, gc=False):
    """The trial as a whole. `delegations` are held now, `delegated` were ever held; `tallies` is what the
    allocation scheme needs of the past."""

    mode: str | None = None
    digest: str | None = None
    seed_commitment: str | None = None
    blocks_commitment: str | None = None
    sites: Mapping[str, SiteState] = field(default_factory=dict)
    delegations: frozenset[tuple[str, str, str | None]] = frozenset()
    delegated: frozenset[tuple[str, str, str | None]] = frozenset()
    tallies: Any = None
    randomised: int = 0
    open_queries: int = 0
    pending_judgements: int = 0
    plan: str | None = None
    locked: bool = False
    unblinded: bool = False


class Query(Struct, frozen=True, kw_only=True, gc=False):
    """A question about recorded data; `state` is open, answered or closed."""

    id: str
    form: str
    item: str | None
    text: str
    state: str
    encounter: str | None = None


class Prescription(Struct, frozen=True, kw_only=True, gc=False):
    """What was prescribed, and how much of it has been dispensed, returned and taken since (as entered)."""

    id: str
    regimen: str
    on: date
    dose: str
    unit: str
    days: int
    weekday: str | None = None
    dispensed_days: int = 0
    dispensed: Decimal = Decimal(0)
    returned: Decimal = Decimal(0)


class Assessment(Struct, frozen=True, kw_only=True, gc=False):
    """A signed assessment, or one that a substitute made unblinded."""

    id: str
    encounter: str
    on: date
    assessor: str
    blinded: bool
    number: int
    guessed: bool = False
    flagged: bool = False
    superseded: bool = False


class AdverseEvent(Struct, frozen=True, kw_only=True, gc=False):
    """The current state of one adverse event; times are UTC texts, `versions` counts its reports."""

    id: str
    term: str
    onset: str
    grade: str
    serious: str
    criteria: tuple[str, ...]
    causality: Mapping[str, str]
    site_aware: str
    outcome: str
    sponsor_causality: Mapping[str, str] = field(default_factory=dict)
    expected: Mapping[str, str] = field(default_factory=dict)
    sponsor_aware: str | None = None
    started: Mapping[str, str] = field(default_factory=dict)
    submitted: Mapping[str, str] = field(default_factory=dict)
    versions: int = 1


class Pregnancy(Struct, frozen=True, kw_only=True, gc=False):
    """A pregnancy of a participant or of a partner, followed to its outcome."""

    id: str
    of: str
    site_aware: str
    outcome: str | None = None
    started: Mapping[str, str] = field(default_factory=dict)
    submitted: Mapping[str, str] = field(default_factory=dict)


class ParticipantState(Struct, frozen=True, kw_only=True, gc=False):
    """One attempt of one person in the trial.

    status: screening, failed, randomised, ended. `seen_by` names the people who treated the participant or
    could read the arm: none of them can ever score this participant blind.
    """

    subject: str
    person: str
    attempt: int
    site: str
    randomising_site: str | None = None
    status: str = "screening"
    facts: Facts
    consent: str | None = None
    consented_on: date | None = None
    withdrawn: frozenset[str] = frozenset()
    eligible: Mapping[str, date] = field(default_factory=dict)
    number: str | None = None
    arm: str | None = None
    stratum: str | None = None
    randomised_on: date | None = None
    digest: str | None = None
    queries: Mapping[str, Query] = field(default_factory=dict)
    asked: tuple[int, int] = (0, 0)
    prescriptions: Mapping[str, Prescription] = field(default_factory=dict)
    intakes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    held: frozenset[str] = frozenset()
    stopped: Mapping[str, date] = field(default_factory=dict)
    pauses: tuple[tuple[str, date, date | None], ...] = ()
    stopped_on: date | None = None
    stop_cause: str | None = None
    assessments: tuple[Assessment, ...] = ()
    seen_by: frozenset[str] = frozenset()
    adverse_events: Mapping[str, AdverseEvent] = field(default_factory=dict)
    pregnancies: Mapping[str, Pregnancy] = field(default_factory=dict)
    pending: Mapping[str, str] = field(default_factory=dict)
    judged: int = 0
    missed: frozenset[str] = frozenset()
    lost: bool = False
    died: bool = False
    ended: str | None = None


class State(Struct, frozen=True, kw_only=True, gc=False):
    """What a command is decided on: the trial and, where the command names one, a participant."""

    trial: TrialState = field(default_factory=TrialState)
    participant: ParticipantState | None = None


Fold = Callable[["Study", ParticipantState, "Event"], ParticipantState]
"""What an event comes to for the participant that it names."""


def put(mapping: Mapping[str, Any], key: str, value: Any) -> Mapping[str, Any]:
    """A new mapping with one key set."""
    return MappingProxyType(mapping | {key: value})  # type: ignore[operator]


def drop(mapping: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A new mapping without one key."""
    return MappingProxyType({name: value for name, value in mapping.items() if name != key})
