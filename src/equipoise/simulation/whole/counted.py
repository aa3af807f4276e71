"""The reported quantities of one whole trial, counted from its ledger as `simulation.reported` defines them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from equipoise.analysis.data.datasets import day
from equipoise.analysis.data.endpoint import number
from equipoise.analysis.data.estimand import Outcome
from equipoise.analysis.data.rows import Participant
from equipoise.analysis.data.taken import Taken
from equipoise.ledger import events as types
from equipoise.ledger.entry import Event
from equipoise.simulation.patients import Patient
from equipoise.simulation.reported import MONTH, Names
from equipoise.simulation.whole.demanded import kits
from equipoise.simulation.whole.primary import Case, Decided, decided

ATTEMPTS = 100
"""Scores that are drawn for a patient who has none, until one is complete."""


def names_of(case_study, scenario, name: str) -> Names:
    """What the quantities are counted by: all arms and regimens of the definition, and the kits of the scenario."""
    definition = case_study.definition
    return Names(
        sites=[site.site for site in scenario.sites],
        arms=list(definition.arms),
        events=list(definition.estimands[name].intercurrent_events),
        regimens=list(definition.regimens),
        kits=list(scenario.supply.kits) if scenario.supply else (),
        binary=definition.estimands[name].variable.endpoint == "binary",
        scored=definition.estimands[name].variable.score is not None,
    )


def counted(case: Case, trial: int) -> dict[str, float]:
    """By column, the value of one trial."""
    found = decided(case)
    kept = case.data.participants[: found.kept]
    return {
        "trial": trial,
        **screened(case, found),
        **times(case, found, kept),
        **analysed(case, found, kept),
        **followed(case, kept),
        **kits(case, kept),
        **(truths(case, found, kept) if case.binary and case.where is not None else {}),
    }


def screened(case: Case, found: Decided) -> dict[str, float]:
    """Attempts and persons until recruitment was closed, and the randomised, by site and arm."""
    rows = [row for row in case.data.screenings if found.closed is None or row.on <= found.closed]
    kept = case.data.participants[: found.kept]
    attempts = Counter(row.site for row in rows)
    sites, arms = Counter(row.randomising_site for row in kept), Counter(row.arm for row in kept)
    by_site = {f"attempts.{site.site}": attempts[site.site] for site in case.scenario.sites}
    by_site |= {f"randomised.{site.site}": sites[site.site] for site in case.scenario.sites}
    return {
        "attempts": len(rows),
        "people": len({row.person for row in rows}),
        "randomised": len(kept),
        **by_site,
        **{f"randomised.{arm}": arms[arm] for arm in case.study.definition.arms},
    }


def times(case: Case, found: Decided, kept: Sequence[Participant]) -> dict[str, float]:
    """Months from the start."""
    start = date.fromisoformat(case.scenario.start)
    days = {
        "months_first": kept[0].randomised_on,
        "months_last": kept[-1].randomised_on,
        "months_readable": max(case.closing_of(row) for row in kept[: found.people]),
        "months_ended": max(row.ended_on for row in kept if row.ended_on is not None),
    }
    return {name: (each - start).days / MONTH for name, each in days.items()}


def analysed(case: Case, found: Decided, kept: Sequence[Participant]) -> dict[str, float]:
    """The primary analysis, and what was counted of those in it."""
    columns: dict[str, float] = {
        "look": found.look, "analysed": found.people, "estimate": found.estimate, "lower": found.lower,
        "upper": found.upper, "p": found.p, "rejected": found.rejected,
    }  # fmt: skip
    rows = kept[: found.people]
    for arm in case.study.definition.arms:
        mine = [row for row in rows if row.arm == arm]
        outcomes = [found.outcomes[row.subject] for row in mine if row.subject in found.outcomes]
        columns[f"missing.{arm}"] = sum(each.kind == "missing" for each in outcomes)
        if case.binary:
            columns[f"responders.{arm}"] = sum(found.responses[each.subject] for each in outcomes)
        columns[f"died.{arm}"] = sum(
            row.died_on is not None and row.died_on < case.day_of(row) for row in mine
        )
        for event in case.estimand.intercurrent_events:
            columns[f"event.{arm}.{event}"] = sum(event in found.happened[row.subject] for row in mine)
    return columns


def followed(case: Case, kept: Sequence[Participant]) -> dict[str, float]:
    """Exits, ends of treatment and supplies of all who took part."""
    arm_of = {row.subject: row.arm for row in kept}
    by_arm: Counter[tuple[str, str | None]] = Counter()
    supplies: set[tuple[str, date]] = set()
    units: Counter[str] = Counter()
    for event in case.made.events:
        if event.participant not in arm_of:
            continue
        word = _word(event)
        if word:
            by_arm[word, arm_of[event.participant]] += 1
        if event.type == types.DOSE_DISPENSED:
            supplies.add((event.participant, day(event)))
            units[event.data["regimen"]] += Decimal(event.data["quantity"])
    for subject, _ in supplies:
        by_arm["supplies", arm_of[subject]] += 1
    stems = ("lost", "withdrawn", "deaths", "stopped", "supplies")
    columns = {f"{stem}.{arm}": by_arm[stem, arm] for stem in stems for arm in case.study.definition.arms}
    return {**columns, **{f"units.{name}": float(units[name]) for name in case.study.definition.regimens}}


def _word(event: Event) -> str:
    """The quantity that an event counts for, if any."""
    if event.type == types.PARTICIPANT_LOST:
        return "lost"
    if event.type == types.DEATH_RECORDED:
        return "deaths"
    if event.type == types.CONSENT_WITHDRAWN and event.data["scope"] != "treatment":
        return "withdrawn"
    if event.type == types.TREATMENT_STOPPED and event.data["cause"] != "completed":
        return "stopped"
    return ""


def truths(case: Case, found: Decided, kept: Sequence[Participant]) -> dict[str, float]:
    """Of those who took part, who would respond had no score been missing: the missing are scored on the planned
    day by the patient behind them, as an assessor would have."""
    given = case.of_first(found.kept)
    patients = {each.state.subject: each.patient for each in case.made.subjects}
    counts = Counter(
        row.arm for row in kept if would_respond(case, given, found.outcomes, row, patients[row.subject])
    )
    return {f"truth.{arm}": counts[arm] for arm in case.study.definition.arms}


def would_respond(
    case: Case, given: Taken, outcomes: Mapping[str, Outcome], row: Participant, patient: Patient
) -> bool:
    """Whether a participant would count as a responder had no score been missing."""
    outcome = outcomes.get(row.subject)
    if outcome is None or outcome.kind == "event":
        return False
    value = outcome.value if outcome.kind == "value" else unseen(case, row, patient)
    return value is not None and bool(given.respond(outcome, value))


def unseen(case: Case, row: Participant, patient: Patient) -> Decimal | None:
    """The score that a patient would have had on the planned day; None for one who never has any."""
    assert case.where is not None
    form, encounter = case.where.form, case.where.timepoint
    for attempt in range(1, ATTEMPTS):
        values = patient.record(form, encounter, case.day_of(row), attempt)
        score = number(case.study.parse_record(form, values).get(case.where.item))
        if score is not None:
            return score
    return None
