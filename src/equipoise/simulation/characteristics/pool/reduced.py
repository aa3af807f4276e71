"""The followed participants as plain arrays: what is counted of each, and what the analysis reads of each.

A row is a participant of the sample in an arm, at place `member * arms + arm`. All that is counted is counted by the
code that counts whole trials, of one participant at a time; outcomes are those of the package that analyses ledgers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from equipoise.analysis.data.datasets import day
from equipoise.analysis.data.estimand import Outcome, Reading
from equipoise.analysis.data.populations import all_randomised
from equipoise.analysis.data.rows import Participant
from equipoise.analysis.data.taken import exposure_of, limited, measures_of, planned
from equipoise.analysis.estimands.estimates import times_of
from equipoise.ledger import events as types
from equipoise.ledger.entry import Event
from equipoise.simulation.characteristics.pool.meaning import number
from equipoise.simulation.characteristics.pool.plan import (
    KINDS,
    OUT,
    STEMS,
    VALUE,
    Outcomes,
    Tally,
)
from equipoise.simulation.characteristics.sample.screened import Sample
from equipoise.simulation.supplies import planned_supplies
from equipoise.simulation.whole import counted
from equipoise.simulation.whole.primary import Case, Decided, answered, happened

NOTHING = Decided(
    look=1, people=1, kept=1, closed=None, rejected=False, estimate=0.0, lower=0.0, upper=0.0, p=1.0,
    outcomes={}, responses={}, happened={},
)  # fmt: skip


def members_of(case: Case, sample: Sample) -> list[Participant]:
    """The participants of an arm in the order of the sample."""
    rows = {row.subject: row for row in case.data.participants}
    found = {
        each.patient.key: rows[each.state.subject]
        for each in case.made.subjects
        if each.state.subject in rows
    }
    return [found[each.patient.key] for each in sample.randomised]


def tally(case: Case, rows: Sequence[Participant], regimens: Sequence[str]) -> Tally:
    """What is counted of each participant of one arm."""
    people = len(case.data.participants)
    outcomes, responses = answered(case, people)
    facts = replace(NOTHING, outcomes=outcomes, responses=responses, happened=happened(case, rows))
    given = case.of_first(people) if case.binary and case.where is not None else None
    patients = {each.state.subject: each.patient for each in case.made.subjects}
    own: Mapping[str | None, list[Event]] = defaultdict(list)
    for event in case.made.events:
        own[event.participant].append(event)
    found = []
    for row in rows:
        alone = replace(case, made=replace(case.made, events=tuple(own[row.subject])))
        truth = given is not None and counted.would_respond(case, given, outcomes, row, patients[row.subject])
        found.append(
            counted.analysed(case, facts, [row])
            | counted.followed(alone, [row])
            | {f"truth.{row.arm}": truth}
        )
    arm, events = rows[0].arm, case.estimand.intercurrent_events
    return Tally(
        counts=_columns(found, [f"{stem}.{arm}" for stem in STEMS]),
        events=_columns(found, [f"event.{arm}.{event}" for event in events]),
        units=_columns(found, [f"units.{name}" for name in regimens]),
        closing=np.array([(case.closing_of(row) - row.randomised_on).days for row in rows]),
        ended=np.array([(row.ended_on - row.randomised_on).days if row.ended_on else 0 for row in rows]),
        **_supplies(case, [own[row.subject] for row in rows], rows, regimens),
    )


def _columns(found: Sequence[Mapping[str, float]], names: Sequence[str]) -> np.ndarray:
    rows = [[float(row.get(name, 0)) for name in names] for row in found]
    return np.array(rows).reshape(len(found), len(names))


def _supplies(
    case: Case, events: Sequence[Sequence[Event]], rows: Sequence[Participant], regimens: Sequence[str]
) -> dict[str, np.ndarray]:
    """Which supplies each participant was given and when, how large a whole one is, and the end of treatment."""
    planned = planned_supplies(case.study, case.scenario)
    supplied = np.full((len(rows), len(planned)), -1, np.int32)
    full = np.zeros((len(rows), len(regimens)))
    treated = np.full(len(rows), case.scenario.treatment_days, np.int32)
    for place, (row, own) in enumerate(zip(rows, events, strict=True)):
        for event in own:
            since = (day(event) - row.randomised_on).days
            if event.type in (types.TREATMENT_STOPPED, types.STUDY_ENDED):
                treated[place] = min(treated[place], since)
            elif event.type == types.DOSE_DISPENSED:
                number, regimen = (
                    int(event.data["prescription"][1:]) - 1,
                    regimens.index(event.data["regimen"]),
                )
                supplied[place, number] = since
                if not full[place, regimen]:
                    share = planned[0].covers / float(event.data["days"])
                    full[place, regimen] = float(event.data["quantity"]) * share
    return {"supplied": supplied, "full": full, "treated": treated}


def outcomes_of(case: Case, rows: Sequence[Participant]) -> Outcomes:
    """What the analysis reads of each participant of one arm."""
    if case.estimand.variable.endpoint == "time_to_event":
        return _timed(case, rows)
    given = case.of_first(len(case.data.participants))
    known = {each.subject: each for each in given.outcomes(case.estimand, Reading())}
    blank = _blank(rows, int("baseline" in case.estimand.model.covariates))
    scores = case.reader.scores_of(case.where.form, case.where.item) if case.where else {}
    for place, row in enumerate(rows):
        each = known.get(row.subject)
        if each is None:
            continue
        blank.kind[place], blank.whole[place] = KINDS[each.kind], replace(each, subject="", stratum="")
        blank.columns[place] = number(each.baseline)
        blank.score[place], blank.value[place] = number(each.value), _meaning(case, given, each)
        seen = None if case.scored else exposure_of(case.name, case.reader, row, planned(case.estimand, row))
        blank.exposure[place] = seen or np.nan
        own = [float(each.value) for each in scores.get(row.subject, ()) if each.value is not None]
        blank.lowest[place], blank.highest[place] = min([0.0, *own]), max([0.0, *own])
    return blank


def _meaning(case: Case, given, each: Outcome) -> float:
    """What a value is to the analysis: a response, the variable of a score, or the number itself."""
    if each.value is None:
        return np.nan
    if case.binary:
        return float(bool(given.respond(each, each.value)))
    if case.scored and case.where is not None:
        return number(given.respond(each, each.value))
    return float(each.value)


def _timed(case: Case, rows: Sequence[Participant]) -> Outcomes:
    """Times to an event, of who is analysed and has an origin."""
    arms = tuple(case.estimand.treatment)
    members = limited(all_randomised(case.data, arms), case.name, case.reader, lambda row: None).members
    times = times_of(case.name, case.estimand, members, case.reader)
    blank = _blank(rows, 0)
    known = measures_of(case.name, case.estimand, members, case.reader)
    for place, row in enumerate(rows):
        if row.subject in times:
            own = times[row.subject]
            blank.kind[place], blank.days[place], blank.seen[place] = VALUE, own.days, own.event
            blank.whole[place] = known.get(row.subject, {})
    return blank


def _blank(rows: Sequence[Participant], columns: int) -> Outcomes:
    """Nobody known of anything."""
    count = len(rows)
    none = np.full(count, np.nan)
    return Outcomes(
        kind=np.full(count, OUT, np.int8), value=none.copy(), score=none.copy(), columns=np.zeros((count, columns)),
        exposure=none.copy(), days=np.zeros(count, np.int32), seen=np.zeros(count, np.bool_), lowest=np.zeros(count),
        highest=np.zeros(count), whole=np.full(count, None, object),
    )  # fmt: skip


def interleaved(parts: Sequence[Tally] | Sequence[Outcomes]):
    """The arrays of several arms as one, in the order of the rows."""
    kind = type(parts[0])
    fields = [np.stack(arrays, axis=1) for arrays in zip(*parts, strict=True)]
    return kind(*(each.reshape(each.shape[0] * each.shape[1], *each.shape[2:]) for each in fields))
