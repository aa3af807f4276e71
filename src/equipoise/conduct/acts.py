"""What the chapters of treatment, assessment and safety share.

An act leaves a record that rules can read: the form whose `act` names it is filled in by the engine. A barrier is
a reason against an act; it refuses an act to come, and becomes a deviation for one that has happened. Times are
compared as times where both have one, else as days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from equipoise.conduct.command import Command, Context, Refusal, day_of
from equipoise.conduct.deviations import deviation
from equipoise.conduct.errors import refuse
from equipoise.conduct.state import ParticipantState
from equipoise.errors import EquipoiseError
from equipoise.ledger.entry import Draft
from equipoise.rules.arithmetic import HOURS, shift
from equipoise.rules.values import Duration, Missing, Quantity, Value
from equipoise.study.facts import Facts, Record

if TYPE_CHECKING:
    from equipoise.ledger.entry import Event
    from equipoise.study.study import Study

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TRUTH = {True: "true", "true": "true", "yes": "true", False: "false", "false": "false", "no": "false"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Barrier:
    """A reason against an act: its code, what is wrong, and the findings or places behind it."""

    code: str
    fault: str
    findings: tuple[Any, ...] = ()


def happened(command: Command) -> bool:
    """Whether the command records an act of the past; such an act is never refused for being wrong."""
    return truth(command.data.get("happened")) == "true"


def truth(value: Any) -> str | None:
    """`true` or `false` for a yes or no as it was entered, None for anything else."""
    return TRUTH.get(value)


def barred(context: Context, command: Command, barriers: Iterable[Barrier]) -> list[Draft] | Refusal:
    """The refusal of an act to come by its first barrier, or the deviations of an act that has happened."""
    found = list(barriers)
    if found and not happened(command):
        return refuse(found[0].code, command, found[0].fault, found[0].findings)
    return [deviate(context, command, barrier.code, _told(barrier), category="major") for barrier in found]


def _told(barrier: Barrier) -> str:
    return "; ".join([barrier.fault, *map(str, barrier.findings)])


def deviate(context: Context, command: Command, code: str, text: str, *, category: str = "minor") -> Draft:
    """A deviation that could tell the arm, and so is sealed."""
    return deviation(context, command, code, text, concerns="sealed", category=category)


def alarm(context: Context, command: Command, code: str, text: str, **more: str) -> Draft:
    """An alarm for the people who treat the participant; sealed."""
    return context.draft(command, "AlarmRaised", {"code": code, "text": text, **more}, reason=None)


def seen(participant: ParticipantState, *people: str) -> ParticipantState:
    """The participant with more people who treated them or could read the arm."""
    if participant.seen_by.issuperset(people):
        return participant
    return replace(participant, seen_by=participant.seen_by | set(people))


def amount(study: Study, key: str, case: Facts) -> Value | Missing | None:
    """The value of an optional rule; None where the definition has none."""
    rule = study.expressions.get(key)
    return None if rule is None else rule.value(case)


def of_act(study: Study, act: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the engine's values that the study's form for the act asks for, as entered text."""
    form = study.acts.get(act)
    if form is None:
        return {}
    asked = study.definition.forms[form].items
    return {name: value for name, value in values.items() if name in asked and value is not None}


def unreadable(
    study: Study, command: Command, act: str, values: Mapping[str, Any], code: str
) -> Refusal | None:
    """The refusal when a value does not fit the study's form for the act: it is impossible, not wrong."""
    given = of_act(study, act, values)
    try:
        if given:
            study.parse_record(study.acts[act], given)
    except EquipoiseError as error:
        return refuse(code, command, error.fault, (f"{error.code} {error.place}",))
    return None


def act_record(
    facts: Facts, act: str, event: Draft | Event, values: Mapping[str, Any], repeat: str, sequence: int = 0
) -> Record | None:
    """The record of an act, None where the study has no form for it. It keeps the date of an earlier one with the
    same `repeat`, which it replaces."""
    study = facts.study
    form = study.acts.get(act)
    if form is None:
        return None
    earlier = facts.row(form, repeat)
    return Record(
        form=form,
        date=earlier.date if earlier else day_of(event.effective),
        values=study.parse_record(form, of_act(study, act, values)),
        encounter=event.encounter,
        repeat=repeat,
        sequence=sequence,
    )


def filed(facts: Facts, act: str, event: Event, values: Mapping[str, Any], repeat: str) -> Facts:
    """The facts with the record of an act."""
    record = act_record(facts, act, event, values, repeat, event.sequence)
    return facts if record is None else facts.with_record(record)


def decimal_of(text: Any) -> Decimal | None:
    """The number that a text stands for, None when it is none."""
    try:
        value = Decimal(text) if isinstance(text, str) else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() else None


def positive(text: Any) -> Decimal | None:
    """The number above zero that a text stands for, None when it is none."""
    value = decimal_of(text)
    return value if value is not None and value > 0 else None


def whole(text: Any) -> int | None:
    """The whole number above zero that a text stands for, None when it is none."""
    value = positive(text)
    return int(value) if value is not None and value == int(value) else None


def time_of(text: Any) -> datetime | None:
    """The moment of an ISO date (its beginning) or UTC datetime, None when the text is neither."""
    if not isinstance(text, str) or (len(text) != 10 and not text.endswith("Z")):
        return None
    return _moment(text)


@lru_cache(maxsize=1024)
def _moment(text: str) -> datetime | None:
    """A time is asked for again and again: each intake is compared with those around it."""
    try:
        return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)
    except ValueError:
        return None


def has_time(text: str) -> bool:
    """Whether a text names a moment, not only a day."""
    return len(text) > 10


def hours_between(earlier: str, later: str) -> Decimal:
    """From one time to another: exact where both have a time of day, else in whole days."""
    if has_time(earlier) and has_time(later):
        first, last = _moment(earlier), _moment(later)
        assert first is not None and last is not None, "stored times are sound"
        return Decimal(int((last - first).total_seconds())) / 3600
    return Decimal((day_of(later) - day_of(earlier)).days) * 24


def hours_of(length: Value | Missing | None) -> Decimal | None:
    """An exact duration in hours; None where there is none, or it is unknown or in calendar months."""
    if not isinstance(length, Duration) or length.unit not in HOURS:
        return None
    return length.count * HOURS[length.unit]


def end_of(day: date, length: Value | Missing | None) -> date | None:
    """The day after that length of whole days, months or years; None where that is no day."""
    if not isinstance(length, Duration):
        return None
    moved = shift(day, length)
    return None if isinstance(moved, Missing) else moved


def moved(moment: datetime, length: Duration) -> datetime:
    """A moment plus an exact duration."""
    return moment + timedelta(seconds=int(length.count * HOURS[length.unit] * 3600))


def plain(value: Value | Missing) -> tuple[str, str]:
    """A dose as text: its number without needless zeros, and its unit (empty for a plain number)."""
    number = value.value if isinstance(value, Quantity) else value
    assert isinstance(number, Decimal), "a dose is a number or a quantity"
    text = format(number.normalize(), "f")
    return text, value.unit if isinstance(value, Quantity) else ""
