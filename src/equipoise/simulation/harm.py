"""What goes wrong: adverse events, stops, losses, withdrawals, deaths, and the incidents that a scenario asks for."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from equipoise.conduct.command import Refusal
from equipoise.simulation import followup
from equipoise.simulation.scenario import Happening, Incident
from equipoise.simulation.world import Subject, World


def begin(world: World, subject: Subject, start: date) -> None:
    """Draws all that may happen to a participant from randomisation on."""
    exits, patient = world.scenario.exits, subject.patient
    for index, happening in enumerate(world.scenario.adverse_events):
        _next_event(world, subject, happening, index, 1, 0.0, start)
    for cause, rates in exits.stops.items():
        if patient.holds(exits.stop_when.get(cause, {})):
            days = world.draws.waiting(rates.get(patient.arm or "", 0.0), f"{patient.key}|stop|{cause}")
            _on(world, start, days, lambda cause=cause: followup.stop(world, subject, cause))
    planned = (
        ("loss", exits.loss, lambda: lose(world, subject)),
        ("visits", exits.visits_withdrawn, lambda: withdraw(world, subject, "visits")),
        ("data", exits.data_withdrawn, lambda: withdraw(world, subject, "data")),
        ("death", exits.death, lambda: die(world, subject)),
    )
    for name, rate, step in planned:
        _on(world, start, world.draws.waiting(rate, f"{patient.key}|exit|{name}"), step)
    _incidents(world, subject, start)


def _on(world: World, start: date, days: float, step: Any) -> None:
    """Puts a step some days after the start, unless that is beyond the follow-up."""
    if days <= world.scenario.conduct.follow_up_months * 30:
        world.on(start + timedelta(days=math.ceil(days)), 420, step)


def _next_event(
    world: World, subject: Subject, happening: Happening, index: int, number: int, after: float, start: date
) -> None:
    rate = happening.per_month.get(subject.patient.arm or "", 0.0)
    key = f"{subject.patient.key}|adverse|{index}|{number}"
    days = after + world.draws.waiting(rate, key)

    def come() -> None:
        if subject.over:
            return
        happen(world, subject, happening, key)
        _next_event(world, subject, happening, index, number + 1, days, start)

    if rate > 0:
        _on(world, start, days, come)


def happen(world: World, subject: Subject, happening: Happening, key: str) -> None:
    """Reports an event to its end: the site's report, the sponsor's view and report if serious, the outcome."""
    number = f"AE{len(subject.state.adverse_events) + 1}"
    serious = world.draws.chance(happening.serious, f"{key}|serious")
    related = world.draws.chance(happening.related, f"{key}|related")
    regimens = world.study.definition.regimens
    products = [
        regimens[name].product
        for name in world.study.definition.arms[subject.state.arm].regimens
        if regimens[name].role == "investigational"
    ]
    data = {
        "event": number,
        "term": happening.term,
        "onset": (world.today - timedelta(days=world.draws.between(0, 3, f"{key}|onset"))).isoformat(),
        "grade": "3" if serious else world.draws.choose(happening.grade, f"{key}|grade"),
        "serious": "true" if serious else "false",
        "criteria": list(happening.criteria) if serious else [],
        "causality": dict.fromkeys(products, "related" if related else "not_related"),
        "site_aware": world.stamp,
        "outcome": "not_recovered",
    }
    if isinstance(world.do("report_adverse_event", subject, data=data), Refusal):
        return
    if serious:
        world.at(world.now + timedelta(hours=20), lambda: _sponsor(world, subject, number, data["causality"]))
    days = world.draws.between(*happening.days, f"{key}|days")
    world.on(
        world.today + timedelta(days=days), 60, lambda: _recover(world, subject, number, happening.outcome)
    )
    if world.draws.chance(happening.stops, f"{key}|stops"):
        followup.stop(world, subject, "adverse_event")


def _sponsor(world: World, subject: Subject, number: str, causality: dict[str, str]) -> None:
    data = {"event": number, "causality": causality, "sponsor_aware": world.stamp}
    world.do("assess_adverse_event", subject, data=data)
    for name, clock in world.study.definition.safety.clocks.items():
        if clock.starts == "site_aware":
            world.do("submit_safety_report", subject, data={"event": number, "clock": name})


def _recover(world: World, subject: Subject, number: str, outcome: str) -> None:
    data = {"event": number, "changes": {"outcome": outcome}, "site_aware": world.stamp}
    world.do("update_adverse_event", subject, data=data)


def lose(world: World, subject: Subject) -> None:
    """Nobody hears of the participant any more; the part ends some weeks later."""
    if subject.over:
        return
    world.do("record_loss", subject, data={"last_contact": world.today.isoformat(), "tried": "three letters"})
    followup.stop(world, subject, "lost")
    followup.end_study(world, subject, "lost")


def withdraw(world: World, subject: Subject, scope: str) -> None:
    """Withdraws from the visits, or the use of data with them."""
    if subject.over:
        return
    followup.stop(world, subject, "wish")
    world.do("withdraw_consent", subject, data={"scope": scope})
    followup.end_study(world, subject, "withdrawn")


def die(world: World, subject: Subject) -> None:
    """A death: the open fact, and the serious adverse event under seal."""
    if subject.over:
        return
    world.do("record_death", subject)
    fatal = Happening(
        term="death of unknown cause",
        per_month={},
        serious=1.0,
        criteria=("death",),
        related=0.0,
        outcome="fatal",
        grade={"5": 1.0},
    )
    happen(world, subject, fatal, f"{subject.patient.key}|death")
    followup.stop(world, subject, "death")
    followup.end_study(world, subject, "died")


def _incidents(world: World, subject: Subject, start: date) -> None:
    """Counts this participant for each incident, and plans those whose turn it is."""
    for index, incident in enumerate(world.scenario.incidents):
        if not subject.patient.holds(incident.where):
            continue
        world.counted[index] += 1
        if world.counted[index] == incident.nth:
            day = start + timedelta(days=incident.day)
            world.on(day, 550, lambda incident=incident: _send(world, subject, incident))


def _send(world: World, subject: Subject, incident: Incident) -> None:
    given: dict[str, Any] = {"data": fill(world, subject, incident.data), "reason": incident.reason}
    if incident.role is not None:
        given["role"] = incident.role
    if incident.encounter is not None:
        given["encounter"] = incident.encounter
    label = incident.label or incident.kind
    if incident.kind in COURSES:  # what follows such an act is the same, scripted or drawn
        before = world.commands[incident.kind]
        refused = len(world.refusals)
        COURSES[incident.kind](world, subject, incident.data)
        world.happened[label] = world.commands[incident.kind] > before and len(world.refusals) == refused
        return
    world.happened[label] = not isinstance(world.do(incident.kind, subject, **given), Refusal)


COURSES: dict[str, Callable[[World, Subject, dict[str, Any]], None]] = {
    "stop_treatment": lambda world, subject, data: followup.stop(world, subject, data["cause"]),
    "withdraw_consent": lambda world, subject, data: withdraw(world, subject, data["scope"]),
    "record_loss": lambda world, subject, data: lose(world, subject),
    "record_death": lambda world, subject, data: die(world, subject),
}
"""Acts that others follow, and how: a stop plans the visits after it, a death reports the fatal event."""


def fill(world: World, subject: Subject, value: Any) -> Any:
    """Replaces `@today`, `@now`, `@other_site`, `@supply` and `@user:ROLE` in the data of an incident."""
    if isinstance(value, dict):
        return {name: fill(world, subject, part) for name, part in value.items()}
    if isinstance(value, list):
        return [fill(world, subject, part) for part in value]
    if not isinstance(value, str) or not value.startswith("@"):
        return value
    if value.startswith("@user:"):
        return f"{value[6:]}-{subject.state.site}"
    words = {
        "@today": world.today.isoformat(),
        "@now": world.stamp,
        "@supply": f"P{subject.supply}",
        "@other_site": next(site for site in world.trial.sites if site != subject.state.site),
    }
    return words[value]
