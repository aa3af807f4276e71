"""Forms: recording, correcting, closing a log.

`must` refuses only the impossible, `expect` opens a query and keeps the value. Nothing is overwritten: a
correction is a new event with a reason, and one that changes what randomisation rested on raises a deviation
and changes neither arm nor stratum.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from equipoise.blinding import reads_sealed, sealed_record
from equipoise.conduct import deviations, dosing
from equipoise.conduct.command import Command, Context, Decision, Refusal, day_of
from equipoise.conduct.consent import check_consented
from equipoise.conduct.errors import refuse
from equipoise.conduct.judgement import false_checks
from equipoise.conduct.queries import query_id
from equipoise.conduct.state import ParticipantState
from equipoise.errors import EquipoiseError
from equipoise.ledger.entry import Draft
from equipoise.study.facts import Record

if TYPE_CHECKING:
    from equipoise.ledger.entry import Event
    from equipoise.study.study import CompiledCheck, Study


def record_form(context: Context, command: Command) -> Decision:
    """The first entry of a form at an encounter, or a further row of a log."""
    problem = _placed(context, command) or check_consented(context, command)
    if problem is not None:
        return problem
    if _existing(context, command) is not None:
        return refuse("FORM-003", command, f"{_name(command)} is recorded already")
    return _entered(context, command, "FormRecorded", None)


def correct_form(context: Context, command: Command) -> Decision:
    """A correction with its reason; items that are not named keep their values."""
    if not command.reason:
        return refuse("FORM-004", command, "a correction needs its reason")
    earlier = _existing(context, command)
    if earlier is None:
        return refuse("FORM-005", command, f"{_name(command)} has not been recorded")
    return _entered(context, command, "FormCorrected", earlier)


def close_log(context: Context, command: Command) -> Decision:
    """Says that a log is complete on a day, or that there is nothing to list."""
    form_id, status = command.data.get("form"), command.data.get("status")
    form = context.study.definition.forms.get(form_id or "")
    if form is None or form.kind != "log":
        return refuse("FORM-001", command, f"`{form_id}` is not a log of this study")
    if status not in ("none", "complete"):
        return refuse("FORM-006", command, f"`{status}` is neither none nor complete")
    rows = context.participant.facts.records(form_id)
    if status == "none" and rows:
        return refuse("FORM-007", command, f"{form_id} has {len(rows)} rows, so it cannot be none")
    data = {"form": form_id, "status": status, "on": command.effective[:10]}
    return (context.draft(command, "LogClosed", data),)


def _placed(context: Context, command: Command) -> Refusal | None:
    """The form exists, is filled in by people, and belongs to the encounter (a log belongs to none)."""
    form_id = command.data.get("form")
    form = context.study.definition.forms.get(form_id or "")
    if form is None or form.kind in ("act", "assessment") or form.act is not None:
        return refuse("FORM-001", command, f"`{form_id}` is not a form that is filled in by this command")
    if form.kind == "log":
        return (
            None if command.data.get("repeat") else refuse("FORM-008", command, "a log row needs its number")
        )
    encounter = context.study.definition.encounters.get(command.encounter or "")
    if encounter is None or form_id not in encounter.forms:
        return refuse("FORM-002", command, f"`{form_id}` is not planned at `{command.encounter}`")
    return None


def _name(command: Command) -> str:
    repeat = command.data.get("repeat")
    return f"{command.data.get('form')} {repeat}" if repeat else f"{command.data.get('form')}"


def key_of(data: Mapping[str, Any], encounter: str | None) -> str | None:
    """Where a record stands within its form: the row of a log, else the encounter."""
    return data.get("repeat") or encounter


def _existing(context: Context, command: Command) -> Record | None:
    form_id = command.data.get("form", "")
    if form_id not in context.study.definition.forms:
        return None
    key = key_of(command.data, command.encounter)
    for record in context.participant.facts.records(form_id):
        if (record.repeat or record.encounter) == key:
            return record
    return None


def _entered(context: Context, command: Command, kind: str, earlier: Record | None) -> Decision:
    """Parses, checks and records; what follows from the record goes into the same answer."""
    form_id, day = command.data["form"], command.day
    try:
        given = context.study.parse_record(form_id, command.data.get("values", {}), earlier)
    except EquipoiseError as error:
        return Refusal(
            code=error.code, place=_name(command), fault=error.fault, why=error.why, remedy=error.remedy
        )
    record = Record(
        form=form_id,
        encounter=command.encounter,
        repeat=command.data.get("repeat"),
        date=earlier.date if earlier else day,
        sequence=0,
        values=given,
    )
    false = false_checks(context.study.checks[form_id], context.participant.facts, record, day)
    impossible = [check.message for check in false if check.must]
    if impossible:
        return refuse("FORM-009", command, f"{_name(command)} is impossible", impossible)
    place = {"encounter": earlier.encounter} if earlier else {}
    events = [context.draft(command, kind, dict(command.data), **place)]
    if false:
        events += _queries(context, command, false)
    if kind == "FormCorrected":
        events += deviations.on_correction(context, command, record)
    else:
        events += deviations.on_window(context, command)
    events += dosing.after_record(context, command, record, command.data.get("values", {}))
    return tuple(events)


def _queries(context: Context, command: Command, doubtful: list[CompiledCheck]) -> list[Draft]:
    """One query for each doubtful check. One that read something sealed is sealed, whatever its form is."""
    form_id, drafts, counts = command.data["form"], [], {True: 0, False: 0}
    about = sealed_record(context.study, form_id, command.encounter)
    for check in doubtful:
        sealed = about or reads_sealed(context.study, check.key)
        counts[sealed] += 1
        query = query_id(context, sealed, counts[sealed])
        data = {"query": query, "form": form_id, "item": check.item, "text": check.message}
        drafts.append(context.draft(command, "QueryOpened", data, reason=None))
    return drafts


def _recorded(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    """Adds the record, or replaces the one that is corrected; the earlier one stays in the ledger."""
    data = event.data
    key = key_of(data, event.encounter)
    facts = participant.facts
    earlier = None
    if event.type == "FormCorrected":
        rows = facts.records(data["form"])  # the one that is corrected may have been erased
        earlier = next((row for row in rows if (row.repeat or row.encounter) == key), None)
    record = Record(
        form=data["form"],
        encounter=event.encounter,
        repeat=data.get("repeat"),
        date=earlier.date if earlier else day_of(event.effective),
        sequence=event.sequence,
        values=study.parse_record(data["form"], data.get("values", {}), earlier),
    )
    return replace(participant, facts=facts.with_record(record))


def _closed(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    return replace(participant, facts=participant.facts.with_log(event.data["form"], True))


HANDLERS = {"record_form": record_form, "correct_form": correct_form, "close_log": close_log}
FOLDS = {"FormRecorded": _recorded, "FormCorrected": _recorded, "LogClosed": _closed}
