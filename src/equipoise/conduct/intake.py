"""What was taken. An intake has happened, so it is never refused for being wrong: each way in which it is wrong
becomes a deviation, and two intakes too close together raise an alarm.

A companion is timed from the actual intake of the other drug, not from the planned one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from equipoise.conduct.acts import (
    WEEKDAYS,
    alarm,
    amount,
    day_of,
    decimal_of,
    deviate,
    filed,
    has_time,
    hours_between,
    hours_of,
    positive,
    seen,
    time_of,
    unreadable,
)
from equipoise.conduct.command import Command, Context, Decision
from equipoise.conduct.errors import refuse
from equipoise.conduct.shapes import shaped
from equipoise.conduct.state import ParticipantState, put
from equipoise.conduct.treatment import prescribed, regimens_of, running

if TYPE_CHECKING:
    from equipoise.conduct.state import Prescription
    from equipoise.ledger.entry import Event
    from equipoise.study.facts import Facts
    from equipoise.study.study import Study

MAJOR = frozenset({"TAKE-002", "TAKE-003", "TAKE-006", "TAKE-009", "TAKE-013"})
ALARMING = frozenset({"TAKE-002", "TAKE-003", "TAKE-006"})
Fault = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanionDue:
    """A companion to be taken after an intake of another regimen: on the day, at the earliest, at the latest."""

    regimen: str
    after: str
    taken: str
    on: date
    first: date
    last: date


def record_intake(context: Context, command: Command) -> Decision:
    """An intake. data: regimen, dose, taken_on? (the command's time by default), prescription?"""
    data = command.data
    regimen, taken = data.get("regimen"), data.get("taken_on", command.effective)
    if regimen not in context.study.definition.regimens:
        return refuse("TAKE-012", command, f"`{regimen}` is no regimen of the study")
    if positive(data.get("dose")) is None:
        return refuse("TAKE-012", command, f"`{data.get('dose')}` is no dose")
    if time_of(taken) is None or taken[:10] > context.recorded[:10]:
        return refuse("TAKE-012", command, f"`{taken}` is no time of an intake")
    values = {"regimen": regimen, "dose": data["dose"], "taken_on": taken}
    order = prescribed(context.participant, regimen, day_of(taken), data.get("prescription"))
    if order is not None:
        values["prescription"] = order.id
    unfit = unreadable(context.study, command, "intake", {**values, "taken_on": taken[:10]}, "TAKE-012")
    if unfit is not None:
        return unfit
    drafts = [context.draft(command, "DoseTaken", values, effective=taken)]
    for code, text in _faults(context, regimen, taken, data["dose"], order):
        category = "major" if code in MAJOR else "minor"
        drafts.append(deviate(context, command, code, text, category=category))
        if code in ALARMING:
            drafts.append(alarm(context, command, code, text, regimen=regimen))
    return tuple(drafts)


def _faults(
    context: Context, regimen: str, taken: str, dose: str, order: Prescription | None
) -> Iterator[Fault]:
    """Each way in which the intake is not what was prescribed."""
    study, participant, day = context.study, context.participant, day_of(taken)
    if participant.arm is None or participant.randomised_on is None or day < participant.randomised_on:
        yield "TAKE-013", f"`{regimen}` was taken before randomisation"
    elif regimen not in regimens_of(study, participant.arm):
        yield "TAKE-002", f"`{regimen}` was taken, which is no regimen of the arm"
    if order is None:
        yield "TAKE-001", f"`{regimen}` was taken without a prescription"
    else:
        yield from _against(order, day, dose)
    if any(
        each == regimen and since <= day and (until is None or day < until)
        for each, since, until in participant.pauses
    ):
        yield "TAKE-008", f"`{regimen}` was taken while it was held"
    if regimen in participant.stopped and day >= participant.stopped[regimen]:
        yield "TAKE-009", f"`{regimen}` was taken after it was stopped"
    facts = participant.facts.on(day)
    yield from _spacing(study, participant, facts, regimen, taken)
    yield from _after(study, participant, facts, regimen, taken)


def _against(order: Prescription, day: date, dose: str) -> Iterator[Fault]:
    """The dose and the weekday, as prescribed."""
    given, asked = decimal_of(dose), decimal_of(order.dose)
    assert given is not None and asked is not None, "both were checked when they were entered"
    if given > asked:
        yield "TAKE-003", f"{dose} {order.unit} of `{order.regimen}` taken, {order.dose} prescribed: overdose"
    elif given < asked:
        yield "TAKE-004", f"{dose} {order.unit} of `{order.regimen}` taken, {order.dose} prescribed"
    weekday = WEEKDAYS[day.weekday()]
    if order.weekday is not None and weekday != order.weekday:
        yield "TAKE-005", f"`{order.regimen}` taken on a {weekday}, prescribed for {order.weekday}"


def _spacing(
    study: Study, participant: ParticipantState, facts: Facts, regimen: str, taken: str
) -> Iterator[Fault]:
    """Too close to another intake on either side, or too long after the one before."""
    path = f"regimens.{regimen}.schedule"
    earlier, later = _around(participant.intakes.get(regimen, ()), taken)
    least = hours_of(amount(study, f"{path}.minimum_interval", facts))
    for other in (earlier, later):
        apart = abs(hours_between(other, taken)) if other is not None else None
        if apart is not None and least is not None and apart < least:
            yield "TAKE-006", f"two intakes of `{regimen}`, {_said(apart)} apart, on {other} and {taken}"
    every = hours_of(amount(study, f"{path}.every", facts))
    late_by = hours_of(amount(study, f"{path}.late_by", facts))
    if earlier is not None and every is not None and late_by is not None:
        apart = hours_between(earlier, taken)
        if apart > every + late_by:
            yield "TAKE-007", f"`{regimen}` taken {_said(apart)} after the intake before"


def _around(intakes: tuple[str, ...], taken: str) -> tuple[str | None, str | None]:
    """The nearest intakes on either side, None where there is none. One of the same day without a time counts as
    the one before."""
    at = bisect_right(intakes, taken if has_time(taken) else f"{taken}~")
    return (intakes[at - 1] if at else None), (intakes[at] if at < len(intakes) else None)


def _after(
    study: Study, participant: ParticipantState, facts: Facts, regimen: str, taken: str
) -> Iterator[Fault]:
    """A companion too early or too late after the actual intake that it follows."""
    rule = study.definition.regimens[regimen].after
    if rule is None:
        return
    interval = hours_of(amount(study, f"regimens.{regimen}.after.interval", facts))
    tolerance = hours_of(amount(study, f"regimens.{regimen}.after.tolerance", facts))
    earlier, _ = _around(participant.intakes.get(rule.regimen, ()), taken)
    if earlier is None:
        yield "TAKE-014", f"`{regimen}` was taken without an intake of `{rule.regimen}` before"
    elif interval is not None and tolerance is not None:
        apart = hours_between(earlier, taken)
        if not interval - tolerance <= apart <= interval + tolerance:
            code = "TAKE-010" if apart < interval else "TAKE-011"
            yield code, f"`{regimen}` taken {_said(apart)} after `{rule.regimen}`, planned {_said(interval)}"


def _said(hours: Decimal) -> str:
    days, rest = divmod(hours, 24)
    parts = (f"{days:f} days" if days else "", f"{round(rest, 1).normalize():f} hours" if rest else "")
    return " ".join(part for part in parts if part) or "no time"


def companion_due(study: Study, participant: ParticipantState) -> tuple[CompanionDue, ...]:
    """The companions that follow the latest actual intake of another regimen and were not taken since."""
    found = []
    for regimen in running(participant):
        rule = study.definition.regimens[regimen].after
        before = participant.intakes.get(rule.regimen, ()) if rule is not None else ()
        if rule is None or not before:
            continue
        latest = before[-1]
        since = participant.intakes.get(regimen, ())
        if since and hours_between(latest, since[-1]) >= 0:
            continue
        interval = hours_of(amount(study, f"regimens.{regimen}.after.interval", participant.facts))
        tolerance = hours_of(amount(study, f"regimens.{regimen}.after.tolerance", participant.facts))
        if interval is not None and tolerance is not None:
            days = (interval, interval - tolerance, interval + tolerance)
            on, first, last = (day_of(latest) + timedelta(days=int(hours / 24)) for hours in days)
            found.append(
                CompanionDue(regimen=regimen, after=rule.regimen, taken=latest, on=on, first=first, last=last)
            )
    return tuple(found)


def _taken(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    """Adds the intake; the first and last day of an investigational drug are names that rules can read."""
    data = event.data
    regimen, taken = data["regimen"], data["taken_on"]
    day, facts = day_of(taken), participant.facts
    earlier = participant.intakes.get(regimen, ())
    facts = filed(facts, "intake", event, {**data, "taken_on": taken[:10]}, f"{regimen}/{len(earlier) + 1}")
    intakes = put(participant.intakes, regimen, tuple(sorted((*earlier, taken))))
    if study.definition.regimens[regimen].role == "investigational":
        first, last = facts.named("first_dose_on"), facts.named("last_dose_on")
        if not isinstance(first, date) or day < first:
            facts = facts.with_name("first_dose_on", day)
        if not isinstance(last, date) or day > last:
            facts = facts.with_name("last_dose_on", day)
    return seen(replace(participant, intakes=intakes, facts=facts), event.actor)


HANDLERS = shaped({"record_intake": record_intake})
FOLDS = {"DoseTaken": _taken}
