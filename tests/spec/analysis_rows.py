"""Rows written by hand for the tests of analysis: a small endpoint, participants, scores, and a made-up cut."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from equipoise.analysis.data.endpoint import Endpoint
from equipoise.analysis.data.rows import Occurrence, Participant, Score
from equipoise.analysis.tables import Provenance

START = date(2026, 1, 5)
WHERE = Endpoint(
    form="score",
    item="total",
    baseline="start",
    encounters=("screening", "start", "week_4", "week_16", "week_24"),
    timepoint="week_16",
    day=112,
    before=7,
    after=7,
)
SIMULATION = Provenance(
    banner="SIMULATED – not results of this trial",
    mode="simulation",
    study="TRIAL-1",
    cut=1,
    head="ab" * 32,
    sequence=812,
    digest="cd" * 32,
    seed=7,
)
LIVE = Provenance(
    banner="", mode="live", study="TRIAL-1", cut=1, head="ab" * 32, sequence=812, digest="cd" * 32, seed=7
)


def participant(subject: str, arm: str = "new", level: str = "yes", **changes: object) -> Participant:
    """A participant randomised on the first day, in the stratum factor=level."""
    given = {
        "subject": subject,
        "person": subject,
        "number": f"R-{subject}",
        "site": "01",
        "randomising_site": "01",
        "stratum": f"factor={level}",
        "factors": {"factor": level},
        "arm": arm,
        "randomised_on": START,
        "sequence": 10,
        "first_dose_on": START,
    }
    return Participant(**{**given, **changes})


def score(subject: str, encounter: str, day: int, value: str | None, **changes: object) -> Score:
    """A score on a day counted from randomisation."""
    given = {
        "subject": subject,
        "encounter": encounter,
        "on": START + timedelta(days=day),
        "value": None if value is None else Decimal(value),
        "sequence": 100 + day,
    }
    return Score(**{**given, **changes})


def happened(event: str, strategy: str = "composite", verdict: str = "true") -> Occurrence:
    return Occurrence(event=event, strategy=strategy, verdict=verdict)
