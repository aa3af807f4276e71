"""Adverse events: reported by the site, judged by the site and by the sponsor, reported on in time.

A report is refused only for what cannot be. Both causalities are kept, and the sponsor's is never below the
investigator's. Expectedness is read from the pinned reference safety information of each product; a death is
never expected unless somebody says so with a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from equipoise.conduct import dosing
from equipoise.conduct.acts import TRUTH, act_record, deviate, filed, seen, time_of, truth, unreadable
from equipoise.conduct.clocks import Knowledge, clocks, due_at, followed, late, started
from equipoise.conduct.command import Command, Context, Decision, Refusal
from equipoise.conduct.errors import refuse
from equipoise.conduct.shapes import shaped
from equipoise.conduct.state import AdverseEvent, ParticipantState, put

if TYPE_CHECKING:
    from equipoise.ledger.entry import Event
    from equipoise.study.study import Study

__all__ = ["clocks"]

CRITERIA = (
    "death",
    "life_threatening",
    "hospitalisation",
    "disability",
    "congenital_anomaly",
    "medically_important",
)
OUTCOMES = ("not_recovered", "recovering", "recovered", "recovered_with_sequelae", "fatal", "unknown")
GRADES = ("1", "2", "3", "4", "5")
CAUSALITIES = ("related", "not_related")
CHANGEABLE = ("term", "onset", "grade", "serious", "criteria", "causality", "outcome")


def report_adverse_event(context: Context, command: Command) -> Decision:
    """The first report. data: event (its number), term, onset, grade, serious, criteria, causality by product,
    site_aware, outcome."""
    data = command.data
    if not data.get("event"):
        return refuse("COND-010", command, "an adverse event needs its number")
    if data["event"] in {*context.participant.adverse_events, *context.participant.pregnancies}:
        return refuse("SAFE-001", command, f"event {data['event']} is reported already")
    told = {name: data.get(name) for name in CHANGEABLE}
    told["outcome"] = data.get("outcome", "unknown")
    values = _normal(told)
    problem = _impossible(context, command, values) or _aware(context, command, "site_aware")
    if problem is not None:
        return problem
    expected = _expected(context.study, values)
    values |= {"event": data["event"], "site_aware": data["site_aware"], "expected": expected}
    after = _opened(values)
    return _answer(context, command, "AdverseEventReported", values, after)


def update_adverse_event(context: Context, command: Command) -> Decision:
    """A later report. data: event, changes, site_aware (when the site learnt of the change)."""
    event = _known(context, command)
    if isinstance(event, Refusal):
        return event
    changes = command.data.get("changes") or {}
    if not changes or set(changes) - set(CHANGEABLE):
        return refuse("SAFE-003", command, "say what changes", sorted(set(changes) - set(CHANGEABLE)))
    values = _normal({**_told(event), **changes})
    problem = _impossible(context, command, values) or _aware(context, command, "site_aware")
    if problem is not None:
        return problem
    data = {
        "event": event.id,
        "changes": {name: values[name] for name in changes},
        "site_aware": command.data["site_aware"],
        "expected": {**_expected(context.study, values), **_overridden(context.study, event)},
    }
    return _answer(context, command, "AdverseEventUpdated", data, _changed(event, data))


def assess_adverse_event(context: Context, command: Command) -> Decision:
    """The sponsor's judgement. data: event, causality, sponsor_aware, expected? (a reason if not as listed)."""
    event = _known(context, command)
    if isinstance(event, Refusal):
        return event
    causality = command.data.get("causality") or {}
    problem = _causality(context, command, causality) or _aware(context, command, "sponsor_aware")
    if problem is not None:
        return problem
    below = [
        f"{product}: related in the investigator's judgement"
        for product, judged in causality.items()
        if judged == "not_related" and event.causality.get(product) == "related"
    ]
    if below:
        return refuse("SAFE-006", command, "the sponsor's causality is below the investigator's", below)
    given = {product: truth(word) or "" for product, word in (command.data.get("expected") or {}).items()}
    if set(given) - _products(context.study) or "" in given.values():
        return refuse("SAFE-005", command, "expectedness is true or false for a product of the study")
    listed = _expected(context.study, _told(event))
    against = [f"{product}: {word}" for product, word in given.items() if word != listed.get(product, word)]
    if against and not command.reason:
        return refuse(
            "SAFE-007", command, "expectedness differs from the reference safety information", against
        )
    data = {
        "event": event.id,
        "causality": dict(causality),
        "expected": {**listed, **_overridden(context.study, event), **given},
        "sponsor_aware": command.data["sponsor_aware"],
    }
    return _answer(context, command, "SponsorAssessed", data, _judged(event, data))


def submit_safety_report(context: Context, command: Command) -> Decision:
    """A report that was sent. data: event (or pregnancy), clock, complete? A late one is recorded, with a deviation."""
    data, participant = command.data, context.participant
    event = participant.adverse_events.get(data.get("event", "")) or participant.pregnancies.get(
        data.get("event", "")
    )
    if event is None:
        return refuse("SAFE-002", command, f"there is no event `{data.get('event')}`")
    clock = context.study.definition.safety.clocks.get(data.get("clock", ""))
    if clock is None:
        return refuse("SAFE-008", command, f"there is no clock `{data.get('clock')}`")
    complete = truth(data.get("complete", "true"))
    if complete is None or time_of(command.effective) is None:
        return refuse("SAFE-003", command, "a report is complete or not, and was sent at a time")
    sent = {"event": event.id, "clock": data["clock"], "to": clock.to, "complete": complete}
    drafts = [context.draft(command, "SafetyReportSubmitted", sent)]
    start = event.started.get(data["clock"])
    if start is not None and data["clock"] not in event.submitted:
        due = due_at(context.study, data["clock"], start)
        if late(command.effective, due):
            text = f"{event.id}: {clock.label} sent on {command.effective}, due {due:%Y-%m-%dT%H:%M:%SZ}"
            drafts.append(deviate(context, command, "SAFE-009", text))
    return tuple(drafts)


def _answer(
    context: Context, command: Command, kind: str, data: Mapping[str, Any], after: AdverseEvent
) -> Decision:
    """The event, and what it means for the treatment that is running."""
    values = record_of(after)
    unfit = unreadable(context.study, command, "adverse_event", values, "SAFE-003")
    if unfit is not None:
        return unfit
    draft = context.draft(command, kind, data)
    record = act_record(context.participant.facts, "adverse_event", draft, values, after.id)
    if record is None:
        return (draft,)
    return (draft, *dosing.after_record(context, command, record, values))


def _known(context: Context, command: Command) -> AdverseEvent | Refusal:
    event = context.participant.adverse_events.get(command.data.get("event", ""))
    return event or refuse("SAFE-002", command, f"there is no event `{command.data.get('event')}`")


def _aware(context: Context, command: Command, name: str) -> Refusal | None:
    """The time of awareness, which has come."""
    text = command.data.get(name)
    moment = time_of(text)
    if moment is None:
        return refuse("SAFE-010", command, f"`{text}` is no time of awareness")
    if moment > context.at:
        return refuse("SAFE-010", command, f"{text} lies in the future")
    return None


def _normal(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same values with truth as `true` or `false`, and lists as lists."""
    found = dict(values)
    found["serious"] = truth(found["serious"]) or found["serious"]
    found["criteria"] = list(found["criteria"] or [])
    found["causality"] = dict(found["causality"] or {})
    return found


def _impossible(context: Context, command: Command, values: Mapping[str, Any]) -> Refusal | None:
    """What no adverse event can be."""
    strange = [f"criterion {each}" for each in values["criteria"] if each not in CRITERIA]
    checks = (("grade", GRADES), ("serious", ("true", "false")), ("outcome", OUTCOMES))
    strange += [f"{name} {values[name]}" for name, words in checks if values[name] not in words]
    strange += [f"no {name}" for name in ("term", "onset") if not values[name]]
    if strange:
        return refuse("SAFE-003", command, "the report holds impossible values", strange)
    fatal = [values["grade"] == "5", values["outcome"] == "fatal", "death" in values["criteria"]]
    if any(fatal) and "death" not in values["criteria"]:
        return refuse(
            "SAFE-004", command, "an event of grade 5 or with a fatal outcome has the criterion `death`"
        )
    if (values["serious"] == "true") != bool(values["criteria"]):
        return refuse("SAFE-004", command, "seriousness and its criteria do not agree", values["criteria"])
    aware = command.data.get("site_aware")
    if isinstance(aware, str) and len(values["onset"]) == 10 and values["onset"] > aware[:10]:
        return refuse(
            "SAFE-003", command, f"the onset {values['onset']} follows the site's awareness {aware}"
        )
    return _causality(context, command, values["causality"])


def _causality(context: Context, command: Command, causality: Mapping[str, str]) -> Refusal | None:
    strange = sorted(set(causality) - _products(context.study))
    strange += [word for word in causality.values() if word not in CAUSALITIES]
    if strange or not causality:
        return refuse(
            "SAFE-005", command, "causality is related or not_related for a product of the study", strange
        )
    return None


@lru_cache(maxsize=64)
def _products(study: Study) -> frozenset[str]:
    return frozenset(regimen.product for regimen in study.definition.regimens.values())


def _expected(study: Study, values: Mapping[str, Any]) -> dict[str, str]:
    """For each judged product with reference information: whether the term is listed; a death never is."""
    listed, term, dead = _listed(study), values["term"].strip().casefold(), "death" in values["criteria"]
    return {
        product: TRUTH[not dead and term in listed[product]]
        for product in values["causality"]
        if product in listed
    }


@lru_cache(maxsize=64)
def _listed(study: Study) -> Mapping[str, frozenset[str]]:
    """The expected terms of each product with reference information, without regard to case."""
    documents = study.definition.safety.reference_information
    return {
        product: frozenset(map(str.casefold, document.expected)) for product, document in documents.items()
    }


def _overridden(study: Study, event: AdverseEvent) -> dict[str, str]:
    """What the sponsor has said of expectedness against the document; it stays until said otherwise."""
    listed = _expected(study, _told(event))
    return {product: word for product, word in event.expected.items() if word != listed.get(product)}


def _told(event: AdverseEvent) -> dict[str, Any]:
    """The event as it was reported, by the names of a report."""
    return {name: getattr(event, name) for name in CHANGEABLE}


def _opened(data: Mapping[str, Any]) -> AdverseEvent:
    return AdverseEvent(
        id=data["event"],
        site_aware=data["site_aware"],
        expected=data["expected"],
        **{name: data[name] for name in CHANGEABLE if name != "criteria"},
        criteria=tuple(data["criteria"]),
    )


def _changed(event: AdverseEvent, data: Mapping[str, Any]) -> AdverseEvent:
    changes = dict(data["changes"])
    changes["criteria"] = tuple(changes.get("criteria", event.criteria))
    return replace(
        event,
        **changes,
        expected=data["expected"],
        site_aware=data["site_aware"],
        versions=event.versions + 1,
    )


def _judged(event: AdverseEvent, data: Mapping[str, Any]) -> AdverseEvent:
    return replace(
        event,
        sponsor_causality={**event.sponsor_causality, **data["causality"]},
        expected=data["expected"],
        sponsor_aware=event.sponsor_aware or data["sponsor_aware"],
    )


def record_of(event: AdverseEvent) -> dict[str, Any]:
    """The event as the rules read it. Related: to any product, in either judgement; expected: for all of those."""
    judged = [*event.causality.items(), *event.sponsor_causality.items()]
    suspects = {product for product, word in judged if word == "related"}
    words = {event.expected.get(product) for product in suspects or event.causality}
    expected = "false" if "false" in words else None if None in words else "true"
    return {
        "event": event.id,
        "term": event.term,
        "onset": event.onset,
        "grade": event.grade,
        "serious": event.serious,
        **{name: TRUTH[name in event.criteria] for name in CRITERIA},
        "related": TRUTH[bool(suspects)],
        "expected": expected,
        "site_aware": event.site_aware,
        "sponsor_aware": event.sponsor_aware,
        "outcome": event.outcome,
    }


def _kept(
    study: Study, participant: ParticipantState, event: Event, after: AdverseEvent, known: Knowledge
) -> ParticipantState:
    """The participant with the event as it stands now, its record and its clocks."""
    facts = filed(participant.facts, "adverse_event", event, record_of(after), after.id)
    after = replace(after, started=started(study, participant.facts, facts, after, known))
    events = put(participant.adverse_events, after.id, after)
    return seen(replace(participant, adverse_events=events, facts=facts), event.actor)


def _reported(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    after = _opened(event.data)
    return _kept(study, participant, event, after, Knowledge(site=after.site_aware))


def _updated(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    before = participant.adverse_events[event.data["event"]]
    after = _changed(before, event.data)
    upgrade = after.site_aware if before.sponsor_aware else None
    return _kept(study, participant, event, after, Knowledge(site=after.site_aware, upgrade=upgrade))


def _assessed(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    before, aware = participant.adverse_events[event.data["event"]], event.data["sponsor_aware"]
    after = _judged(before, event.data)
    first = not before.sponsor_causality and before.versions == 1
    sponsor = after.sponsor_aware if first or before.sponsor_aware is None else None
    upgrade = None if sponsor else aware
    known = Knowledge(site=before.site_aware, sponsor=sponsor, upgrade=upgrade)
    return _kept(study, participant, event, after, known)


def _submitted(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    """The clock is answered. The site's report makes the sponsor aware; an incomplete one starts the next clock."""
    data, clock = event.data, study.definition.safety.clocks[event.data["clock"]]
    participant = seen(participant, event.actor)
    pregnancy = participant.pregnancies.get(data["event"])
    if pregnancy is not None:
        answered = replace(pregnancy, submitted=put(pregnancy.submitted, data["clock"], event.effective))
        return replace(participant, pregnancies=put(participant.pregnancies, pregnancy.id, answered))
    before = participant.adverse_events[data["event"]]
    sent = before.submitted.get(data["clock"], event.effective)
    after = replace(before, submitted=put(before.submitted, data["clock"], sent))
    if data["complete"] == "false":
        after = replace(
            after, started=followed(study, participant.facts, after, data["clock"], event.effective)
        )
    if clock.starts == "site_aware" and before.sponsor_aware is None:
        after = replace(after, sponsor_aware=event.effective)
        known = Knowledge(site=before.site_aware, sponsor=event.effective)
        return _kept(study, participant, event, after, known)
    return replace(participant, adverse_events=put(participant.adverse_events, after.id, after))


HANDLERS = shaped(
    {
        "report_adverse_event": report_adverse_event,
        "update_adverse_event": update_adverse_event,
        "assess_adverse_event": assess_adverse_event,
        "submit_safety_report": submit_safety_report,
    }
)
FOLDS = {
    "AdverseEventReported": _reported,
    "AdverseEventUpdated": _updated,
    "SponsorAssessed": _assessed,
    "SafetyReportSubmitted": _submitted,
}
