"""After randomisation: visits on one calendar, supplies, intakes, the end of treatment and of the study."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from equipoise.conduct.command import Refusal
from equipoise.conduct.schedule import expected
from equipoise.ledger.entry import Event
from equipoise.rules import Quantity
from equipoise.simulation import harm, visits
from equipoise.simulation.world import Subject, World
from equipoise.study.study import Study

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOURS = {"hours": 1, "days": 24, "weeks": 168}


def begin(world: World, subject: Subject) -> None:
    """Plans the visits, the first supply, what may go wrong, and the end."""
    start = subject.state.randomised_on
    assert start is not None
    last = start
    for encounter_id, encounter in world.study.definition.encounters.items():
        if encounter.anchor == "randomised_on" and encounter.day:
            day = visit_day(world, subject, encounter_id, start)
            last = max(last, day)
            world.on(day, _minute(world, subject, encounter_id), visiting(world, subject, encounter_id))
    end = start + timedelta(days=int(world.scenario.conduct.follow_up_months * 30.4))
    world.on(max(end, last), 600, lambda: end_study(world, subject, "completed"))
    harm.begin(world, subject, start)
    key = f"{subject.patient.key}|never started"
    if world.draws.chance(world.scenario.exits.never_started, key):
        world.on(start, 300, lambda: stop(world, subject, "never_started"))
        return
    if world.scenario.treatment_days:
        end_of_treatment = start + timedelta(days=world.scenario.treatment_days)
        world.on(end_of_treatment, 400, lambda: stop(world, subject, "completed"))
        supply(world, subject)
        _plan_supplies(world, subject, start)


def _minute(world: World, subject: Subject, encounter_id: str) -> int:
    """The time of the day; encounters that are planned for one day share it, in the definition's order."""
    encounter = world.study.definition.encounters[encounter_id]
    return world.draws.between(0, 240, f"{subject.patient.key}|{encounter.anchor}|{encounter.day}|minute")


def visit_day(world: World, subject: Subject, encounter_id: str, anchor: date) -> date:
    """A day within the window as patients come, now and then one outside it.

    Encounters planned for one day take place on one day: it is one visit, whatever the number of its forms.
    """
    planned = world.study.definition.encounters[encounter_id]
    low, high, last = _window(world.study, encounter_id)
    key = f"{subject.patient.key}|{planned.anchor}|{planned.day}"
    if world.draws.chance(world.scenario.conduct.outside_window, f"{key}|outside"):
        low, high = last + 1, last + 7
    return anchor + timedelta(days=(planned.day or 0) + world.draws.between(low, high, f"{key}|day"))


@lru_cache(maxsize=256)
def _window(study: Study, encounter_id: str) -> tuple[int, int, int]:
    """The first and the last day that lie in the windows of all encounters planned for the day of this one, and the
    last day that lies in any of them; counted from that day."""
    encounters = study.definition.encounters
    planned = encounters[encounter_id]
    together = [
        each.window
        for each in encounters.values()
        if (each.anchor, each.day) == (planned.anchor, planned.day)
    ]
    after = [window.after for window in together]
    return -min(window.before for window in together), min(after), max(after)


def visiting(world: World, subject: Subject, encounter_id: str) -> Any:
    """The step in which a participant comes to an encounter, or does not."""
    encounter = world.study.definition.encounters[encounter_id]
    key = f"{subject.patient.key}|{encounter.anchor}|{encounter.day}|missed"

    def come() -> None:
        if subject.over or "visits" in subject.state.withdrawn:
            return
        if not world.draws.chance(world.scenario.conduct.missed_visit, key):
            visits.visit(world, subject, encounter_id)
        elif expected(world.study, subject.state, encounter_id, world.today):
            data = {"cause": "the participant did not come"}
            world.do("record_missed_visit", subject, encounter=encounter_id, data=data)

    return come


def _plan_supplies(world: World, subject: Subject, start: date) -> None:
    """A supply at each visit that is planned for the day on which the one before ends."""
    planned = {
        encounter.day: encounter_id
        for encounter_id, encounter in world.study.definition.encounters.items()
        if encounter.anchor == "randomised_on" and encounter.day
    }
    for day in range(world.scenario.supply_days, world.scenario.treatment_days, world.scenario.supply_days):
        when = start + timedelta(days=day)
        if day in planned:
            when = visit_day(world, subject, planned[day], start)
        world.on(when, 300, lambda: supply(world, subject))


def supply(world: World, subject: Subject) -> None:
    """Prescribes and dispenses one supply of each investigational regimen of the arm."""
    state, scenario = subject.state, world.scenario
    if subject.over or state.stopped_on is not None or state.withdrawn & {"treatment", "visits"}:
        return
    begun = state.randomised_on
    if (world.today - begun).days >= scenario.treatment_days:
        return
    subject.supply += 1
    for regimen in world.study.definition.arms[state.arm].regimens:
        if world.study.definition.regimens[regimen].role == "investigational":
            _prescribe(world, subject, regimen)


def _prescribe(world: World, subject: Subject, regimen: str) -> None:
    scenario, part = world.scenario, world.study.definition.regimens[regimen]
    left = scenario.treatment_days - (world.today - subject.state.randomised_on).days
    number = f"P{subject.supply}"
    data = {"prescription": number, "regimen": regimen, "days": str(min(scenario.supply_days, left))}
    if part.schedule.fixed_weekday:
        data["weekday"] = WEEKDAYS[subject.state.randomised_on.weekday()]
    answer = world.do("prescribe", subject, data=data)
    if isinstance(answer, Refusal):
        return
    written = answer[0].data
    for item in ({"regimen": regimen, **written}, *written.get("companions", ())):
        _dispense(world, subject, number, item, int(data["days"]))
    _intakes(world, subject, regimen, number, int(data["days"]), written)


def _dispense(world: World, subject: Subject, number: str, item: dict[str, Any], days: int) -> None:
    regimen = item["regimen"]
    quantity = units(world, subject, regimen, item["dose"], days)
    data = {
        "prescription": number,
        "regimen": regimen,
        "quantity": str(quantity),
        "days": str(days),
        "kit": f"B{subject.supply:03d}",
    }
    if isinstance(world.do("dispense", subject, data=data), Refusal):
        return
    share = 1 - world.scenario.conduct.compliance
    left = int(quantity * share * 2 * world.draws.uniform(f"{subject.patient.key}|{regimen}|{number}|left"))
    if left:
        back = {"prescription": number, "regimen": regimen, "quantity": str(left)}
        world.on(
            world.today + timedelta(days=days), 200, lambda: world.do("record_return", subject, data=back)
        )


def units(world: World, subject: Subject, regimen: str, dose: str, days: int) -> int:
    """Capsules or tablets for so many days: intakes times the units of one intake."""
    strength = world.study.rule(f"regimens.{regimen}.strength").value(subject.state.facts)
    number = strength.value if isinstance(strength, Quantity) else Decimal(str(strength))
    intakes = -(-days * 24 // interval_hours(world, subject, regimen))
    return int(Decimal(dose) / number * intakes)


def interval_hours(world: World, subject: Subject, regimen: str) -> int:
    """Hours between two intakes."""
    every = world.study.rule(f"regimens.{regimen}.schedule.every").value(subject.state.facts)
    return int(every.count * HOURS[every.unit])  # type: ignore[union-attr]


def _intakes(
    world: World, subject: Subject, regimen: str, number: str, days: int, written: dict[str, Any]
) -> None:
    """The intakes that the scenario's sites record one by one; the first of all is always recorded.

    A new supply goes on with the rhythm of the one before, so that an early visit brings no early dose.
    """
    recorded = regimen in world.scenario.conduct.recorded_intakes
    step = timedelta(hours=interval_hours(world, subject, regimen))
    first = world.now + timedelta(minutes=30)
    following = subject.rhythm.get(regimen, first)
    first = following + step * max(0, -(-(first - following) // step))
    count = -(-timedelta(days=days) // step) if recorded else (1 if subject.supply == 1 else 0)
    subject.rhythm[regimen] = first + count * step
    for index in range(count):
        key = f"{subject.patient.key}|{regimen}|{number}|{index}|skip"
        if index + subject.supply == 1 or not world.draws.chance(world.scenario.conduct.skipped_intake, key):
            when = first + index * step
            world.at(when, lambda: _take(world, subject, regimen, number, written, followed=recorded))


def _take(
    world: World, subject: Subject, regimen: str, number: str, written: dict[str, Any], followed: bool
) -> None:
    """One intake; companions that follow an actual intake are taken their time after it."""
    state = subject.state
    if subject.over or state.stopped_on is not None or regimen in state.held:
        return
    data = {"regimen": regimen, "taken_on": world.stamp, "dose": written["dose"], "prescription": number}
    world.do("record_intake", subject, data=data, effective=world.stamp)
    for companion in written.get("companions", ()) if followed else ():
        after = world.study.definition.regimens[companion["regimen"]].after
        if after is not None and after.regimen == regimen:
            rule = world.study.rule(f"regimens.{companion['regimen']}.after.interval")
            wait = rule.value(state.facts)
            when = world.now + timedelta(hours=int(wait.count * HOURS[wait.unit]))  # type: ignore[union-attr]
            world.at(when, _following(world, subject, companion, number))


def _following(world: World, subject: Subject, companion: dict[str, Any], number: str) -> Any:
    return lambda: _take(world, subject, companion["regimen"], number, companion, followed=False)


def stop(world: World, subject: Subject, cause: str) -> None:
    """The end of treatment, whatever the cause; the visits go on, those after the stop are planned now."""
    if subject.over or subject.state.stopped_on is not None:
        return
    if isinstance(world.do("stop_treatment", subject, data={"cause": cause}), Refusal):
        return
    subject.patient.latents["stop_cause"] = cause
    for encounter_id, encounter in world.study.definition.encounters.items():
        if encounter.anchor == "treatment_stopped_on" and encounter.day is not None:
            day = visit_day(world, subject, encounter_id, world.today)
            world.on(max(day, world.today), 500, visiting(world, subject, encounter_id))


def end_study(world: World, subject: Subject, status: str) -> Sequence[Event] | Refusal | None:
    """The end of the participant's part, with the form for it where the study has one."""
    if subject.over:
        return None
    if status == "completed":
        stop(world, subject, "completed")
    subject.patient.latents["exit"] = status
    for encounter_id, encounter in world.study.definition.encounters.items():
        if encounter.anchor is None and len(encounter.forms) == 1 and status == "completed":
            visits.visit(world, subject, encounter_id)
    subject.over = True
    return world.do("end_study", subject, data={"status": status})
