"""What the pharmacy gives out and takes back: the accounts of the drug, in whole units.

A prescription is valid for a few days, a supply covers a limited number of days, and the units must be the dose
times the days. A return is a fact and is never refused for being wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from equipoise.conduct.acts import (
    Barrier,
    amount,
    barred,
    decimal_of,
    deviate,
    filed,
    hours_of,
    plain,
    positive,
    seen,
    unreadable,
    whole,
)
from equipoise.conduct.command import Command, Context, Decision, Refusal
from equipoise.conduct.errors import refuse
from equipoise.conduct.shapes import shaped
from equipoise.conduct.state import ParticipantState, Prescription, put
from equipoise.conduct.treatment import (
    days_within,
    gates,
    judged_gates,
    key_of,
    main_of,
    prescribed,
    standing,
)
from equipoise.rules.units import convert, same_dimension

if TYPE_CHECKING:
    from equipoise.ledger.entry import Event
    from equipoise.study.facts import Facts
    from equipoise.study.study import Study


def dispense(context: Context, command: Command) -> Decision:
    """Gives out a supply. data: prescription, quantity (units), days, regimen? (the main one), kit?, happened?"""
    data = command.data
    number = data.get("prescription")
    regimen = data.get("regimen") or main_of(context.participant, number or "")
    if not number:
        return refuse("COND-010", command, "a supply needs the number of its prescription")
    if regimen is None:
        return refuse("DRUG-001", command, f"there is no prescription {number}")
    if regimen not in context.study.definition.regimens:
        return refuse("DRUG-006", command, f"`{regimen}` is no regimen of the study")
    if whole(data.get("quantity")) is None or whole(data.get("days")) is None:
        return refuse(
            "DRUG-006", command, f"{data.get('quantity')} units for {data.get('days')} days is no supply"
        )
    findings = judged_gates(context, "dispense", regimen, command.day)
    barriers = [*standing(context, regimen, command.day), *gates(findings, "dispense")]
    barriers += _supply(context, command, regimen)
    deviations = barred(context, command, barriers)
    if isinstance(deviations, Refusal):
        return deviations
    supply = _values(command, regimen, ("quantity", "days", "kit"))
    unfit = unreadable(context.study, command, "dispensing", supply, "DRUG-006")
    return unfit or (context.draft(command, "DoseDispensed", supply), *deviations)


def _values(command: Command, regimen: str, names: tuple[str, ...]) -> dict[str, Any]:
    given = {name: command.data[name] for name in names if command.data.get(name) is not None}
    return {"prescription": command.data["prescription"], "regimen": regimen, **given}


def _supply(context: Context, command: Command, regimen: str) -> Iterator[Barrier]:
    """The prescription, its age, the days that it and the label allow, and the count."""
    study, participant, day = context.study, context.participant, command.day
    case, days = participant.facts.on(day), int(command.data["days"])
    order = prescribed(participant, regimen, number=command.data["prescription"])
    if order is None:
        fault = f"`{regimen}` is not on prescription {command.data['prescription']}"
        yield Barrier(code="DRUG-001", fault=fault)
        return
    valid = days_within(study, case, f"regimens.{regimen}.dispense_within", order.on)
    if isinstance(valid, Barrier):
        yield valid
    elif day < order.on or (valid is not None and (day - order.on).days > valid):
        allowed = "" if valid is None else f", valid for {valid} days"
        yield Barrier(code="DRUG-002", fault=f"prescribed on {order.on}, dispensed on {day}{allowed}")
    limit = days_within(study, case, f"regimens.{regimen}.supply_limit", day)
    if isinstance(limit, Barrier):
        yield limit
    elif limit is not None and days > limit:
        yield Barrier(code="DRUG-003", fault=f"{days} days are more than {limit}")
    left = order.days - order.dispensed_days
    if days > left:
        yield Barrier(code="DRUG-004", fault=f"{days} days asked, {left} of {order.days} prescribed are left")
    units = units_for(study, case, order, days)
    if units is None or decimal_of(command.data["quantity"]) != units:
        wanted = "no whole number of units" if units is None else f"{units} units"
        fault = f"{order.dose} {order.unit} for {days} days is {wanted}, not {command.data['quantity']}"
        yield Barrier(code="DRUG-005", fault=fault)


def units_for(study: Study, case: Facts, order: Prescription, days: int) -> int | None:
    """The units (tablets, capsules) for so many days of a prescription; None where a dose is no whole number."""
    strength = amount(study, f"regimens.{order.regimen}.strength", case)
    every = hours_of(amount(study, f"regimens.{order.regimen}.schedule.every", case))
    assert strength is not None, "the definition gives a strength to each regimen"
    number, unit = plain(strength)
    dose = decimal_of(order.dose)
    assert dose is not None, "a stored dose is a number"
    if unit != order.unit:
        if not (unit and order.unit and same_dimension(unit, order.unit)):
            return None
        dose = convert(dose, order.unit, unit)
    per_dose = dose / Decimal(number)
    if every is None or per_dose != int(per_dose):
        return None
    intakes = -(-days * 24 // int(every))
    return int(per_dose) * intakes


def record_return(context: Context, command: Command) -> Decision:
    """What came back. data: prescription, quantity (0 allowed), regimen?"""
    data, participant = command.data, context.participant
    quantity, number = decimal_of(data.get("quantity")), data.get("prescription")
    if not number:
        return refuse("COND-010", command, "a return needs the number of its prescription")
    if quantity is None or (quantity != 0 and positive(data["quantity"]) is None):
        return refuse("DRUG-006", command, f"`{data.get('quantity')}` is no number of units")
    regimen = data.get("regimen") or main_of(participant, number)
    if regimen not in context.study.definition.regimens:
        return refuse("DRUG-006", command, f"say which regimen came back; `{regimen}` is none of the study")
    values = _values(command, regimen, ("quantity",))
    unfit = unreadable(context.study, command, "return", values, "DRUG-006")
    if unfit is not None:
        return unfit
    drafts = [context.draft(command, "DrugReturned", values)]
    order = prescribed(participant, regimen, number=number)
    if order is None:
        drafts.append(deviate(context, command, "DRUG-011", f"`{regimen}` is not on prescription {number}"))
    elif order.returned + quantity > order.dispensed:
        total = order.returned + quantity
        fault = f"{total} units of `{regimen}` returned, {order.dispensed} dispensed"
        drafts.append(deviate(context, command, "DRUG-010", fault))
    return tuple(drafts)


def _dispensed(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    data = event.data
    participant = _filed(participant, event, "dispensing")
    order = prescribed(participant, data["regimen"], number=data["prescription"])
    if order is None:
        return participant
    changed = replace(
        order,
        dispensed=order.dispensed + Decimal(data["quantity"]),
        dispensed_days=order.dispensed_days + int(data["days"]),
    )
    return _kept(participant, changed)


def _returned(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    data = event.data
    participant = _filed(participant, event, "return")
    order = prescribed(participant, data["regimen"], number=data["prescription"])
    if order is None:
        return participant
    return _kept(participant, replace(order, returned=order.returned + Decimal(data["quantity"])))


def _filed(participant: ParticipantState, event: Event, act: str) -> ParticipantState:
    facts = filed(participant.facts, act, event, event.data, str(event.sequence))
    return seen(replace(participant, facts=facts), event.actor)


def _kept(participant: ParticipantState, order: Prescription) -> ParticipantState:
    prescriptions = put(participant.prescriptions, key_of(order.id, order.regimen), order)
    return replace(participant, prescriptions=prescriptions)


HANDLERS = shaped({"dispense": dispense, "record_return": record_return})
FOLDS = {"DoseDispensed": _dispensed, "DrugReturned": _returned}
