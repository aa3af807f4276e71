"""Prescribing by the protocol's rule, and what a new fact means for a treatment that is running.

The dose is judged, never entered: a conflict, an unknown or no instruction refuses. A companion drug is prescribed
with the main one when it is needed. A change is a new prescription with its reason. What was prescribed outside
the system is recorded, with a deviation for each reason that would have refused it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from equipoise.conduct import holds, intake
from equipoise.conduct.acts import (
    WEEKDAYS,
    Barrier,
    alarm,
    amount,
    barred,
    day_of,
    decimal_of,
    end_of,
    filed,
    happened,
    plain,
    positive,
    seen,
    unreadable,
    whole,
)
from equipoise.conduct.command import Command, Context, Decision, Refusal
from equipoise.conduct.errors import refuse
from equipoise.conduct.judgement import needed
from equipoise.conduct.shapes import shaped
from equipoise.conduct.state import ParticipantState, Prescription, put
from equipoise.conduct.treatment import (
    days_within,
    dose_of,
    gates,
    judged_gates,
    key_of,
    prescribed,
    running,
    standing,
)

if TYPE_CHECKING:
    from equipoise.conduct.judgement import Finding
    from equipoise.ledger.entry import Draft, Event
    from equipoise.study.facts import Facts, Record
    from equipoise.study.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One drug of a prescription: dose of one intake, unit, and how often."""

    regimen: str
    dose: str
    unit: str
    frequency: str

    def data(self) -> dict[str, str]:
        """As it is stored."""
        return {"regimen": self.regimen, "dose": self.dose, "unit": self.unit, "frequency": self.frequency}


def prescribe(context: Context, command: Command) -> Decision:
    """Prescribes a regimen of the arm with the companions that are needed.

    data: prescription (its number), regimen, days, weekday where the regimen fixes one; dose only to state it.
    """
    problem = _entered(context, command)
    if problem is not None:
        return problem
    regimen, day = command.data["regimen"], command.day
    main, doubts = _main(context, command)
    if main is None:
        return refuse(doubts[0].code, command, doubts[0].fault, doubts[0].findings)
    companions, missing = _companions(context, command)
    findings = judged_gates(context, "prescribe", regimen, day)
    barriers = [*standing(context, regimen, day), *gates(findings, "prescribe"), *doubts, *missing]
    barriers += [*_limits(context, command), *_changes(context, command, main)]
    deviations = barred(context, command, barriers)
    if isinstance(deviations, Refusal):
        return deviations
    data: dict[str, Any] = {"prescription": command.data["prescription"], **main.data()}
    data |= {"days": command.data["days"], "companions": [each.data() for each in companions]}
    data["basis"] = [{"rule": finding.rule, "verdict": finding.verdict} for finding in findings]
    if command.data.get("weekday"):
        data["weekday"] = command.data["weekday"]
    for each in (main, *companions):
        unfit = unreadable(context.study, command, "prescription", {**data, **each.data()}, "DOSE-020")
        if unfit is not None:
            return unfit
    return (context.draft(command, "DosePrescribed", data), *deviations)


def _entered(context: Context, command: Command) -> Refusal | None:
    """What no prescription can be without."""
    data = command.data
    number, regimen = data.get("prescription"), data.get("regimen")
    if not number or regimen not in context.study.definition.regimens:
        return refuse("COND-010", command, "a prescription needs its number and a regimen of the study")
    if key_of(number, regimen) in context.participant.prescriptions:
        return refuse("DOSE-019", command, f"prescription {number} of `{regimen}` exists already")
    if whole(data.get("days")) is None:
        return refuse("DOSE-020", command, f"`{data.get('days')}` is no number of days")
    if "dose" in data and positive(data["dose"]) is None:
        return refuse("DOSE-020", command, f"`{data['dose']}` is no dose")
    fixed = context.study.definition.regimens[regimen].schedule.fixed_weekday
    if data.get("weekday") not in (WEEKDAYS if fixed else (None, *WEEKDAYS)):
        return refuse("DOSE-015", command, f"`{data.get('weekday')}` is no weekday")
    return None


def _main(context: Context, command: Command) -> tuple[Item | None, list[Barrier]]:
    """The main drug with the doubts about it; None where there is no dose that could be recorded.

    An act that has happened is recorded with the dose that was stated, whatever the protocol says.
    """
    study, regimen = context.study, command.data["regimen"]
    case = context.participant.facts.on(command.day)
    doubts = list(_unneeded(needed(study, case, regimen)))
    judged, stated = dose_of(study, case, regimen), command.data.get("dose")
    if isinstance(judged, Barrier):
        doubts.append(judged)
        unit = plain(amount(study, f"regimens.{regimen}.strength", case))[1]
        return (_item(study, regimen, (stated, unit)) if happened(command) and stated else None), doubts
    if stated is not None and decimal_of(stated) != decimal_of(judged[0]):
        fault = f"the protocol's dose is {' '.join(judged)}, not {stated}"
        doubts.append(Barrier(code="DOSE-013", fault=fault))
        judged = (stated, judged[1])
    return _item(study, regimen, judged), doubts


def _unneeded(finding: Finding) -> Iterator[Barrier]:
    """Why a companion is not given: unknown, or not needed."""
    if finding.verdict == "unknown":
        fault = f"whether `{finding.rule}` is needed is unknown"
        yield Barrier(code="DOSE-017", fault=fault, findings=(finding,))
    elif finding.verdict == "not_met":
        yield Barrier(code="DOSE-018", fault=f"`{finding.rule}` is not needed", findings=(finding,))


def _item(study: Study, regimen: str, judged: tuple[str, str]) -> Item:
    every = study.definition.regimens[regimen].schedule.every
    return Item(regimen=regimen, dose=judged[0], unit=judged[1], frequency=every)


def _companions(context: Context, command: Command) -> tuple[list[Item], list[Barrier]]:
    """The companions that are needed, with their doses; unknown need or dose is a barrier."""
    study, case = context.study, context.participant.facts.on(command.day)
    found, barriers = [], []
    for regimen in study.definition.regimens[command.data["regimen"]].companions:
        finding = needed(study, case, regimen)
        if finding.verdict == "unknown":
            barriers += _unneeded(finding)
        if finding.verdict != "met":
            continue
        judged = dose_of(study, case, regimen)
        if isinstance(judged, Barrier):
            barriers.append(judged)
        else:
            found.append(_item(study, regimen, judged))
    return found, barriers


def _limits(context: Context, command: Command) -> Iterator[Barrier]:
    """The longest supply of one prescription, and the planned length of the treatment."""
    study, participant, regimen = context.study, context.participant, command.data["regimen"]
    case, days = participant.facts.on(command.day), int(command.data["days"])
    limit = days_within(study, case, f"regimens.{regimen}.supply_limit", command.day)
    if isinstance(limit, Barrier):
        yield limit
    elif limit is not None and days > limit:
        yield Barrier(code="DOSE-014", fault=f"{days} days are more than {limit}")
    first = min(
        (each.on for each in participant.prescriptions.values() if each.regimen == regimen), default=None
    )
    if first is not None:
        end = end_of(first, amount(study, f"regimens.{regimen}.duration", case))
        if end is not None and command.day >= end:
            yield Barrier(code="DOSE-021", fault=f"the planned treatment with `{regimen}` ended on {end}")


def _changes(context: Context, command: Command, main: Item) -> Iterator[Barrier]:
    """A dose or weekday other than that of the latest prescription needs a reason."""
    latest = prescribed(context.participant, main.regimen)
    if latest is None or command.reason:
        return
    if decimal_of(latest.dose) != decimal_of(main.dose):
        fault = f"the dose changes from {latest.dose} to {main.dose} {main.unit}"
        yield Barrier(code="DOSE-016", fault=fault)
    if latest.weekday != command.data.get("weekday"):
        fault = f"the weekday changes from {latest.weekday} to {command.data.get('weekday')}"
        yield Barrier(code="DOSE-016", fault=fault)


def after_record(context: Context, command: Command, record: Record, changed: Iterable[str]) -> list[Draft]:
    """What a new or corrected record means for the treatment that is running: alarms, never a refusal.

    changed: the items that were entered.
    A companion whose need has changed asks for a new prescription; a hold or stop rule that has come true says so.
    """
    participant = context.participant
    if participant.arm is None or not _read_by_regimens(context.study, record.form):
        return []
    keys = _concerned(context.study, record.form, frozenset(changed))
    regimens = running(participant) if keys else ()
    if not regimens:
        return []
    before = participant.facts.on(command.day)
    after = participant.facts.with_record(record).on(command.day)
    drafts = []
    for regimen in regimens:
        drafts += _rejudged(context, command, regimen, keys, before, after)
        drafts += holds.instructed(context, command, regimen, keys, before, after)
    return drafts


@lru_cache(maxsize=512)
def _read_by_regimens(study: Study, form: str) -> bool:
    """Whether a rule of a regimen reads the form at all; most forms are read by none."""
    return bool(_concerned(study, form, frozenset(study.form(form).items)))


@lru_cache(maxsize=512)
def _concerned(study: Study, form: str, changed: frozenset[str]) -> frozenset[str]:
    """The rules of regimens that read what was entered; the same items of a form are entered again and again."""
    roots = {("form", form)} | {("item", form, item) for item in changed}
    keys = frozenset().union(*(study.dependents.get(root, frozenset()) for root in roots))
    return frozenset(key for key in keys if key.startswith("regimens."))


def _rejudged(
    context: Context, command: Command, regimen: str, keys: frozenset[str], before: Facts, after: Facts
) -> Iterator[Draft]:
    """An alarm for each companion of a running regimen whose need is not what it was."""
    for companion in context.study.definition.regimens[regimen].companions:
        if f"regimens.{companion}.needed" not in keys:
            continue
        was, now = needed(context.study, before, companion), needed(context.study, after, companion)
        if was.verdict == now.verdict:
            continue
        words = {"met": "needed", "not_met": "not needed", "unknown": "of unknown need"}[now.verdict]
        text = f"`{companion}` is now {words}; `{regimen}` needs a new prescription"
        yield alarm(context, command, "DOSE-030", text, regimen=regimen, companion=companion)


def _prescribed(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    """One prescription for the main drug and one for each companion, all under one number."""
    data, facts, written = event.data, participant.facts, participant.prescriptions
    main = {name: data[name] for name in ("regimen", "dose", "unit", "frequency")}
    for item in (main, *data["companions"]):
        key = key_of(data["prescription"], item["regimen"])
        weekday = data.get("weekday") if item is main else None
        prescription = Prescription(
            id=data["prescription"],
            regimen=item["regimen"],
            on=day_of(event.effective),
            dose=item["dose"],
            unit=item["unit"],
            days=int(data["days"]),
            weekday=weekday,
        )
        written = put(written, key, prescription)
        values = {"prescription": data["prescription"], "days": data["days"], "weekday": weekday, **item}
        facts = filed(facts, "prescription", event, {**values, "reason": event.reason}, key)
    return seen(replace(participant, prescriptions=written, facts=facts), event.actor)


HANDLERS = {**shaped({"prescribe": prescribe}), **holds.HANDLERS, **intake.HANDLERS}
FOLDS = {"DosePrescribed": _prescribed, **holds.FOLDS, **intake.FOLDS}
