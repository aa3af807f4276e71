"""From a cut to rows: screenings, participants, scores, intercurrent events, harms, deviations.

Envelopes and dispositions are read from the events; what forms say is read from the same fold of facts that
conduct uses, so that corrections, computed items and logs mean here what they mean there. Arms are read
only when the caller may see them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from equipoise.allocation import stratum_levels
from equipoise.analysis.cut import Cut
from equipoise.analysis.data.endpoint import number
from equipoise.analysis.data.rows import NOT_CODED, AdverseEvent, Deviation, Participant, Score, Screening
from equipoise.analysis.errors import analysis_error
from equipoise.ledger import events as types
from equipoise.study.organs import coded, folded

if TYPE_CHECKING:
    from equipoise.ledger.entry import Event
    from equipoise.study.study import Study


@dataclass(slots=True, kw_only=True)
class Attempt:
    """The events of one subject, gathered by type while the ledger is read once."""

    subject: str
    events: dict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))

    def first(self, kind: str) -> Event | None:
        found = self.events.get(kind)
        return found[0] if found else None

    def last(self, kind: str) -> Event | None:
        found = self.events.get(kind)
        return found[-1] if found else None


def attempts(slice_: Cut) -> dict[str, Attempt]:
    """The events of each subject, in order of screening."""
    found: dict[str, Attempt] = {}
    for event in slice_.events:
        if event.participant is not None:
            attempt = found.setdefault(event.participant, Attempt(subject=event.participant))
            attempt.events[event.type].append(event)
    return found


def day(event: Event) -> date:
    """The day on which an event happened."""
    return date.fromisoformat(event.effective[:10])


def screenings(found: Mapping[str, Attempt]) -> tuple[Screening, ...]:
    """One row for each attempt of each person."""
    rows = []
    for attempt in found.values():
        event = attempt.first(types.PARTICIPANT_SCREENED)
        if event is None:
            continue
        failure = attempt.last(types.SCREENING_FAILED)
        rows.append(
            Screening(
                subject=attempt.subject,
                person=event.data["person"],
                attempt=int(event.data["attempt"]),
                site=event.site or "",
                on=day(event),
                failed=failure is not None,
                reasons=tuple(failure.data["reasons"]) if failure else (),
                sequence=event.sequence,
            )
        )
    return tuple(rows)


def participants(found: Mapping[str, Attempt], by_arm: bool) -> tuple[Participant, ...]:
    """One row for each randomised participant, in order of randomisation, without what the facts say.

    The arm comes only from the allocation, and only when `by_arm`. Raises ANAL-011 for two allocations.
    """
    rows = [
        participant(attempt, by_arm)
        for attempt in found.values()
        if attempt.first(types.PARTICIPANT_RANDOMISED) is not None
    ]
    return tuple(sorted(rows, key=lambda row: row.sequence))


def participant(attempt: Attempt, by_arm: bool) -> Participant:
    """The row of one randomised participant."""
    randomised = attempt.events[types.PARTICIPANT_RANDOMISED]
    allocated = attempt.events[types.TREATMENT_ALLOCATED]
    if len(randomised) > 1 or len(allocated) > 1:
        raise analysis_error("ANAL-011", attempt.subject, attempt.subject)
    event, screened = randomised[0], attempt.first(types.PARTICIPANT_SCREENED)
    transfer = attempt.last(types.PARTICIPANT_TRANSFERRED)
    consent = attempt.first(types.CONSENT_GIVEN)
    row = Participant(
        subject=attempt.subject,
        person=screened.data["person"] if screened else attempt.subject,
        number=event.data["number"],
        site=transfer.data["to"] if transfer else event.site or "",
        randomising_site=event.site or "",
        stratum=event.data["stratum"],
        factors=stratum_levels(event.data["stratum"]),
        arm=allocated[0].data["arm"] if by_arm and allocated else None,
        randomised_on=day(event),
        consented_on=day(consent) if consent else None,
        sequence=event.sequence,
    )
    return replace(row, **disposition(attempt))


def disposition(attempt: Attempt) -> dict[str, Any]:
    """End of study, death and withdrawal of one participant."""
    death = attempt.first(types.DEATH_RECORDED)
    data_withdrawn = [
        event for event in attempt.events[types.CONSENT_WITHDRAWN] if event.data["scope"] == "data"
    ]
    ended, on, cause = study_end(attempt)
    return {
        "ended": ended,
        "ended_on": on,
        "ended_cause": cause,
        "died_on": day(death) if death else None,
        "withdrew_data_on": day(data_withdrawn[0]) if data_withdrawn else None,
    }


def study_end(attempt: Attempt) -> tuple[str, date | None, str]:
    """How a participant's part ended: died, lost, withdrawn, completed or other; '' while it goes on."""
    death, lost = attempt.first(types.DEATH_RECORDED), attempt.first(types.PARTICIPANT_LOST)
    ended = attempt.last(types.STUDY_ENDED)
    left = [event for event in attempt.events[types.CONSENT_WITHDRAWN] if event.data["scope"] != "treatment"]
    if death is not None:
        return "died", day(death), ""
    if ended is not None and ended.data["status"] != "died":
        return ended.data["status"], day(ended), ended.data.get("cause") or ""
    if lost is not None:
        return "lost", day(lost), str(lost.data.get("cause") or "")
    if left:
        return "withdrawn", day(left[0]), left[0].reason or ""
    return "", None, ""


def flagged_from(attempt: Attempt) -> dict[str, date]:
    """By assessor, the day from which scores of this participant are flagged: the first unblinding or code break."""
    found: dict[str, date] = {}
    learnt = [(event.data["person"], day(event)) for event in attempt.events[types.UNBLINDING_RECORDED]]
    learnt += [
        (person, day(event)) for event in attempt.events[types.CODE_BROKEN] for person in event.data["to"]
    ]
    for person, since in learnt:
        found[person] = min(since, found.get(person, date.max))
    return found


def scores(study: Study, found: Mapping[str, Attempt], form: str, item: str) -> dict[str, tuple[Score, ...]]:
    """The scores of each randomised subject, blinded or not, in order of entry.

    A second signature by the same assessor under the same number corrects the first, which is left out.
    """
    rows = {}
    for subject, attempt in found.items():
        if attempt.first(types.PARTICIPANT_RANDOMISED) is None:
            continue
        flags = flagged_from(attempt)
        standing: dict[tuple, Score] = {}
        for event in attempt.events[types.ASSESSMENT_SUBMITTED]:
            if event.data["form"] == form:
                row = score(study, event, item, flags)
                standing[row.encounter, row.assessor, event.data["number"], row.blinded] = row
        rows[subject] = tuple(standing.values())
    return rows


def score(study: Study, event: Event, item: str, flags: Mapping[str, date]) -> Score:
    """One assessment. Its computed items are computed as conduct computes them."""
    values = study.parse_record(event.data["form"], event.data["values"])
    assessor = event.data.get("assessor") or event.actor
    return Score(
        subject=event.participant or "",
        encounter=event.encounter or "",
        on=day(event),
        value=number(values.get(item)),
        blinded=event.data["blinded"] in (True, "true", "yes"),
        flagged=assessor in flags and day(event) >= flags[assessor],
        assessor=assessor,
        sequence=event.sequence,
    )


def adverse_events(study: Study, found: Mapping[str, Attempt]) -> tuple[AdverseEvent, ...]:
    """The last version of each adverse event of the randomised, coded, in order of first report."""
    rows, code = [], coder(study)
    for attempt in found.values():
        if attempt.first(types.PARTICIPANT_RANDOMISED) is None:
            continue
        versions: dict[str, dict[str, Any]] = {}
        for event in attempt.events[types.ADVERSE_EVENT_REPORTED]:
            versions[event.data["event"]] = {**event.data, "sequence": event.sequence}
        for event in attempt.events[types.ADVERSE_EVENT_UPDATED]:
            versions[event.data["event"]].update(event.data.get("changes") or {})
        rows += [adverse_event(attempt.subject, data, code) for data in versions.values()]
    return tuple(sorted(rows, key=lambda row: row.sequence))


def coder(study: Study) -> Callable[[str], tuple[str, str]]:
    """From a reported term to its preferred term and organ system, by the coding of the definition. A term that the
    coding lacks keeps its first spelling, under NOT_CODED; without a coding there are no systems. Case and spaces do
    not tell terms apart."""
    coding = study.definition.safety.coding
    known = coded(coding.systems) if coding else {}
    system = NOT_CODED if coding else ""

    def code(term: str) -> tuple[str, str]:
        key = folded(term)
        return known.setdefault(key, (term.strip(), system))

    return code


def adverse_event(
    subject: str, data: Mapping[str, Any], code: Callable[[str], tuple[str, str]]
) -> AdverseEvent:
    """One adverse event from its merged data."""
    term, system = code(data["term"])
    return AdverseEvent(
        subject=subject,
        event=data["event"],
        reported=data["term"],
        term=term,
        system=system,
        grade=str(data.get("grade") or ""),
        serious=data.get("serious") in (True, "true", "yes"),
        onset=data.get("onset") or "",
        sequence=data["sequence"],
    )


def deviations(found: Mapping[str, Attempt]) -> tuple[Deviation, ...]:
    """All deviations of the randomised, in order of entry."""
    rows = [
        Deviation(
            subject=attempt.subject,
            code=event.data["code"],
            text=event.data["text"],
            category=event.data.get("category") or "minor",
            happened=event.data.get("happened") or event.effective,
            sequence=event.sequence,
        )
        for attempt in found.values()
        if attempt.first(types.PARTICIPANT_RANDOMISED) is not None
        for event in attempt.events[types.DEVIATION_RECORDED]
    ]
    return tuple(sorted(rows, key=lambda row: row.sequence))
