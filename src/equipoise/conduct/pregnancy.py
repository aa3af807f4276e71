"""Pregnancies: the participant's own and a partner's are reported alike and followed to their outcome.

The participant's own bars further prescribing and dispensing of the drugs that the study names. Both stay possible
after the participant's part has ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from equipoise.conduct import dosing
from equipoise.conduct.acts import act_record, filed, seen, time_of, unreadable
from equipoise.conduct.command import Command, Context, Decision
from equipoise.conduct.errors import refuse
from equipoise.conduct.shapes import shaped
from equipoise.conduct.state import ParticipantState, Pregnancy, put
from equipoise.ledger.entry import Event

if TYPE_CHECKING:
    from equipoise.study.study import Study

WHO = ("participant", "partner")
OPEN_ENDED = frozenset({None, "ongoing", "unknown"})
OUTCOMES = (
    "ongoing",
    "birth_healthy",
    "birth_abnormal",
    "miscarriage",
    "termination",
    "stillbirth",
    "not_confirmed",
    "unknown",
)


def report_pregnancy(context: Context, command: Command) -> Decision:
    """The report. data: event (its number), of: participant or partner, site_aware (when the site knew)."""
    data, participant = command.data, context.participant
    if not data.get("event"):
        return refuse("COND-010", command, "a pregnancy needs its number")
    if data["event"] in {*participant.adverse_events, *participant.pregnancies}:
        return refuse("PREG-001", command, f"event {data['event']} is reported already")
    if data.get("of") not in WHO:
        return refuse("PREG-003", command, f"`{data.get('of')}` is neither participant nor partner")
    aware = time_of(data.get("site_aware"))
    if aware is None or aware > context.at:
        return refuse("PREG-003", command, f"`{data.get('site_aware')}` is no time of awareness")
    values = {"event": data["event"], "of": data["of"], "site_aware": data["site_aware"]}
    return _answer(context, command, "PregnancyReported", values, values)


def record_pregnancy_outcome(context: Context, command: Command) -> Decision:
    """How it ended, or that it is still going on. data: event, outcome."""
    data = command.data
    pregnancy = context.participant.pregnancies.get(data.get("event", ""))
    if pregnancy is None:
        return refuse("PREG-002", command, f"there is no pregnancy `{data.get('event')}`")
    if data.get("outcome") not in OUTCOMES:
        return refuse("PREG-003", command, f"`{data.get('outcome')}` is not one of {', '.join(OUTCOMES)}")
    if pregnancy.outcome not in OPEN_ENDED:
        return refuse("PREG-004", command, f"the outcome is recorded: {pregnancy.outcome}")
    values = {"event": pregnancy.id, "outcome": data["outcome"]}
    record = record_of(replace(pregnancy, outcome=data["outcome"]))
    return _answer(context, command, "PregnancyOutcomeRecorded", values, record)


def record_of(pregnancy: Pregnancy) -> dict[str, Any]:
    """The pregnancy as the rules read it."""
    return {
        "event": pregnancy.id,
        "of": pregnancy.of,
        "site_aware": pregnancy.site_aware,
        "outcome": pregnancy.outcome,
    }


def _answer(
    context: Context, command: Command, kind: str, data: Mapping[str, Any], values: Mapping[str, Any]
) -> Decision:
    """The event, and what it means for the treatment that is running."""
    unfit = unreadable(context.study, command, "pregnancy", values, "PREG-003")
    if unfit is not None:
        return unfit
    draft = context.draft(command, kind, data)
    record = act_record(context.participant.facts, "pregnancy", draft, values, values["event"])
    if record is None:
        return (draft,)
    return (draft, *dosing.after_record(context, command, record, values))


def _reported(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    """Reported like a serious event: every clock of the site starts with its awareness."""
    data = event.data
    clocks = {
        name: data["site_aware"]
        for name, clock in study.definition.safety.clocks.items()
        if clock.starts == "site_aware"
    }
    pregnancy = Pregnancy(id=data["event"], of=data["of"], site_aware=data["site_aware"], started=clocks)
    return _kept(participant, event, pregnancy)


def _ended(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    before = participant.pregnancies[event.data["event"]]
    return _kept(participant, event, replace(before, outcome=event.data["outcome"]))


def _kept(participant: ParticipantState, event: Event, pregnancy: Pregnancy) -> ParticipantState:
    facts = filed(participant.facts, "pregnancy", event, record_of(pregnancy), pregnancy.id)
    pregnancies = put(participant.pregnancies, pregnancy.id, pregnancy)
    return seen(replace(participant, pregnancies=pregnancies, facts=facts), event.actor)


HANDLERS = shaped(
    {"report_pregnancy": report_pregnancy, "record_pregnancy_outcome": record_pregnancy_outcome}
)
FOLDS = {"PregnancyReported": _reported, "PregnancyOutcomeRecorded": _ended}
