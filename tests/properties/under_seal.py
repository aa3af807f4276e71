"""Two worlds that differ only under seal: the tools of the non-interference tests.

World A is a list of commands with their times, sent to the engine with one seal. World B is sent the same open
commands at the same times with another seal; the sealed commands on a participant are, from the randomisation on,
left out, changed, repeated, and others put between. What a masked person reads must be the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from msgspec import structs

from equipoise.allocation import Seal, hmac_draw
from equipoise.blinding import Viewer, category, visible, worklist
from equipoise.conduct.command import Command, Refusal, SealedDraws
from equipoise.conduct.engine import decide, evolve
from equipoise.conduct.state import ParticipantState, State, TrialState
from equipoise.ledger.entry import Event, numbered
from equipoise.simulation.draws import sealed
from equipoise.study.study import Study

Sent = tuple[Command, datetime]


class Interference(AssertionError):
    """What is under seal decides whether an open act is possible."""


class World:
    """A ledger in the making; every command gets an id that nothing else in any world has."""

    def __init__(self, study: Study, draws: SealedDraws, name: str) -> None:
        self.study, self.name, self.draws = study, name, draws
        self.trial = TrialState()
        self.people: dict[str, ParticipantState] = {}
        self.events: list[Event] = []
        self.masked_refusals: list[tuple[str, str]] = []
        self.count = 0

    def send(self, command: Command, at: datetime) -> tuple[Event, ...] | Refusal:
        """The new events, or the refusal."""
        self.count += 1
        command = structs.replace(command, id=f"{self.name}-{self.count}")
        state = State(trial=self.trial, participant=self.people.get(command.participant or ""))
        decision = decide(self.study, state, command, at, self.draws)
        if isinstance(decision, Refusal):
            return decision
        new = []
        for draft in decision:
            event = numbered(draft, len(self.events) + 1)
            self.events.append(event)
            new.append(event)
            state = evolve(self.study, state, event)
        self.trial = state.trial
        if state.participant is not None:
            self.people[state.participant.subject] = state.participant
        return tuple(new)


def opened(study: Study, events: Sequence[Event]) -> bool:
    """Whether one of the events is open."""
    return any(category(study, event) != "sealed" for event in events)


def told(study: Study, sent: Sequence[Sent], seal: Seal) -> tuple[World, list[bool]]:
    """World A, and for each command whether it led to something open."""
    draws = sealed(seal, study.definition.allocation.blocks_commitment is not None)
    world, found = World(study, draws, "a"), []
    for command, at in sent:
        if command.kind == "lock_trial":
            resolve(world, at)
        answer = world.send(command, at)
        found.append(not isinstance(answer, Refusal) and opened(study, answer))
    return world, found


def retold(
    study: Study,
    sent: Sequence[Sent],
    found: Sequence[bool],
    published: SealedDraws,
    seal: Seal,
    chance: Random,
) -> World:
    """World B: the open commands of A, and under seal something else. The published commitments are those of A: they
    hide what they commit to."""
    draws = replace(published, draw=hmac_draw(seal.seed), block_sizes=seal.block_sizes)
    world = World(study, draws, "other")
    noise = Noise(study, sent, chance)
    for (command, at), is_open in zip(sent, found, strict=True):
        person = world.people.get(command.participant or "")
        if command.kind == "lock_trial":
            resolve(world, at)
        if is_open or person is None or person.randomised_on is None:
            answer = world.send(command, at)
            if is_open and isinstance(answer, Refusal):
                raise Interference(f"an open act is refused in the other world: {answer}")
        else:
            for each in noise.instead_of(command):
                world.send(each, at)
        if not world.trial.locked:
            for each in noise.between(world, at):
                world.send(each, at)
    return world


def resolve(world: World, at: datetime) -> None:
    """Judges and closes what waits, so that the trial can be locked."""
    for subject, person in list(world.people.items()):
        for reference in person.pending:
            send(world, at, "adjudicate", subject, {"what": reference, "verdict": "no_intercurrent_event"})
        for query in list(person.queries.values()):
            send(world, at, "answer_query", subject, {"query": query.id, "text": "Yes."})
            send(world, at, "close_query", subject, {"query": query.id, "text": "Well."})


def role_for(study: Study, kind: str) -> str | None:
    """The role that may send a kind of command; an unmasked one where there is one."""
    able = [name for name, role in study.definition.roles.items() if kind in role.may]
    return min(able, key=lambda name: study.definition.roles[name].masked, default=None)


def act(
    world: World, at: datetime, kind: str, subject: str, data: Mapping[str, Any], **more: Any
) -> Command | None:
    """A command of today by the person whose duty it is; None where the study gives it to nobody."""
    role = role_for(world.study, kind)
    if role is None:
        return None
    site = world.people[subject].site
    scope = world.study.definition.roles[role].scope
    return Command(
        kind=kind, id="", role=role, actor=f"{role}-{'00' if scope == 'trial' else site}", participant=subject,
        site=None if scope == "trial" else site, effective=at.date().isoformat(), data=data, **more,
    )  # fmt: skip


def send(world: World, at: datetime, kind: str, subject: str, data: Mapping[str, Any], **more: Any) -> Any:
    """Sends such a command at once."""
    command = act(world, at, kind, subject, data, **more)
    return None if command is None else world.send(command, at)


class Noise:
    """Sealed commands that no open one depends on."""

    def __init__(self, study: Study, sent: Sequence[Sent], chance: Random) -> None:
        self.study, self.chance, self.number = study, chance, 0
        forms, encounters = study.definition.forms, study.definition.encounters
        self.results = [
            command.data
            for command, _ in sent
            if command.kind == "record_form" and forms[command.data["form"]].sealed
        ]
        self.drugged = [
            (name, form)
            for name, encounter in encounters.items()
            if encounter.anchor in ("first_dose_on", "treatment_stopped_on")
            for form in encounter.forms
        ]
        self.open_results = [
            command.data
            for command, _ in sent
            if command.kind == "record_form"
            and (any(command.data["form"] == form for _, form in self.drugged))
        ]
        self.unplanned = [name for name, encounter in encounters.items() if encounter.anchor is None]

    def instead_of(self, command: Command) -> Iterator[Command]:
        """Nothing, the command, or the command twice; a dose is doubled, a date is moved back."""
        pick = self.chance.randrange(4)
        if pick == 0:
            return
        if pick == 1 and "dose" in command.data:
            command = structs.replace(command, data={**command.data, "dose": "20"})
        yield command
        if pick == 2:
            yield command

    def between(self, world: World, at: datetime) -> Iterator[Command]:
        """Now and then some acts under seal on one of the randomised."""
        there = [subject for subject, person in world.people.items() if person.arm is not None]
        if not there or self.chance.random() > 0.25:
            return
        for _ in range(self.chance.randrange(1, 4)):
            subject = self.chance.choice(there)
            acts = [each for each in self.acts(world, at, subject) if each is not None]
            yield self.chance.choice(acts)

    def acts(self, world: World, at: datetime, subject: str) -> list[Command | None]:
        """One of each kind."""
        person, chance, now = world.people[subject], self.chance, at.strftime("%Y-%m-%dT%H:%M:%SZ")
        self.number += 1
        name, day = f"x{self.number}", at.date().isoformat()
        regimen = chance.choice(self.study.definition.arms[person.arm or ""].regimens or ("",))
        event = {
            "event": name, "term": "rash", "onset": day, "grade": "2", "serious": "false", "criteria": [],
            "causality": {each.product: "related" for each in self.study.definition.regimens.values()},
            "site_aware": now, "outcome": "recovered",
        }  # fmt: skip
        past = {"prescription": name, "regimen": regimen, "days": "28", "dose": "7", "happened": "yes"}
        query = next((each for each in person.queries.values() if each.id.startswith("S")), None)
        asked = {"query": query.id, "text": "Looked."} if query else {}
        place, form = chance.choice(self.drugged) if self.drugged else (None, "")
        deviation = {"text": "dose too high", "category": "major", "concerns": "sealed"}
        found = [
            act(world, at, "report_adverse_event", subject, event),
            act(world, at, "stop_treatment", subject, {"cause": "adverse_event"}),
            act(world, at, "hold_treatment", subject, {"cause": "laboratory"}),
            act(world, at, "resume_treatment", subject, {"happened": "yes"}),
            act(world, at, "prescribe", subject, past),
            act(world, at, "dispense", subject, {**past, "quantity": "28"}),
            act(world, at, "record_intake", subject, {"regimen": regimen, "dose": "3"}),
            act(world, at, "record_deviation", subject, deviation),
            act(world, at, "record_unblinding", subject, {"person": "passer-by", "how": "heard it"}),
            act(world, at, "break_code", subject, {"to": ["passer-by"]}, reason="an emergency"),
            act(world, at, "report_pregnancy", subject, {"event": name, "of": "partner", "site_aware": now}),
            act(world, at, "withdraw_consent", subject, {"scope": "treatment"}) if chance.random() < 0.2 else None,
            act(world, at, "answer_query", subject, asked),
            act(world, at, "close_query", subject, asked),
            act(world, at, "open_query", subject, {"form": form, "text": "Why?"}, encounter=place) if place else None,
            act(world, at, "record_missed_visit", subject, {"cause": "ill"}, encounter=place),
        ]  # fmt: skip
        if self.open_results and place:
            data = chance.choice(self.open_results)
            found.append(act(world, at, "record_form", subject, data, encounter=place))
        if self.results and self.unplanned:
            data = chance.choice(self.results)
            if data.get("repeat"):
                data = {**data, "repeat": name}
            there = chance.choice(self.unplanned)
            found += [act(world, at, "record_form", subject, data, encounter=there)] * 3
        return found


def viewers(study: Study, events: Sequence[Event]) -> Iterator[Viewer]:
    """For each masked role the people who did something open in it, and two who did not, at each site."""
    sites = sorted({event.data["site"] for event in events if event.type == "SiteActivated"})
    for name, role in study.definition.roles.items():
        if role.masked:
            own = (event for event in events if event.role == name)
            acted = {event.actor for event in own if category(study, event) != "sealed"}
            for site in [None] if role.scope == "trial" else sites:
                for user in sorted(acted | {"somebody", f"{name}-00"}):
                    yield Viewer(user=user, role=name, site=site)


def shown(study: Study, events: Sequence[Event], viewer: Viewer) -> bytes:
    """All that a viewer reads, as canonical bytes."""
    rows = [asdict(each) for each in visible(study, events, viewer)]
    return json.dumps(rows, sort_keys=True, default=str).encode()


def listed(study: Study, events: Sequence[Event], viewer: Viewer, days: Sequence[date]) -> bytes:
    """The work lists of a viewer at the end of some days, as canonical bytes."""
    rows = []
    for day in days:
        known = [event for event in events if event.recorded[:10] <= day.isoformat()]
        rows.append([asdict(each) for each in worklist(study, known, viewer, day)])
    return json.dumps(rows, sort_keys=True, default=str).encode()


def before_opening(events: Sequence[Event]) -> list[Event]:
    """The events up to the opening of the arms."""
    ends = [index for index, event in enumerate(events) if event.type == "TrialUnblinded"]
    return list(events[: ends[0]] if ends else events)


def read(study: Study, events: Sequence[Event], days: Sequence[date]) -> dict[tuple[str, str], bytes]:
    """What every masked viewer reads before the arms are opened."""
    told = before_opening(events)
    found = {}
    for viewer in viewers(study, told):
        key = f"{viewer.user} as {viewer.role} at {viewer.site}"
        found[key, "events"] = shown(study, told, viewer)
        if study.definition.roles[viewer.role].scope == "assigned" and viewer.user == "somebody":
            found[key, "work list"] = listed(study, told, viewer, days)
    return found


def differences(study: Study, one: World, other: World) -> list[tuple[str, str]]:
    """Who reads something else in the two worlds. Empty: nothing under seal shows."""
    first = date.fromisoformat(one.events[0].recorded[:10])
    last = max(date.fromisoformat(each.recorded[:10]) for each in one.events)
    days = [
        first + timedelta(days=each)
        for each in range(0, (last - first).days + 2, max(1, (last - first).days // 12))
    ]
    here, there = read(study, one.events, days), read(study, other.events, days)
    return sorted(key for key in here.keys() | there.keys() if here.get(key) != there.get(key))


def answers(world: World, at: datetime) -> list[str]:
    """What the engine answers masked people who ask for what they may; nothing is recorded. Judgements are left out:
    whoever judges blind is told that something waits, and that under no name of arm or drug."""
    found = []
    for kind, subject, encounter, data in _asked(world):
        command = act(world, at, kind, subject, data, encounter=encounter)
        if command is None or not world.study.definition.roles[command.role].masked:
            continue
        state = State(trial=world.trial, participant=world.people[subject])
        answer = decide(world.study, state, structs.replace(command, id="probe"), at, world.draws)
        if isinstance(answer, Refusal):
            found.append(f"{kind} {subject} {encounter}: {answer}")
        else:
            found += [f"{kind} {subject} {encounter}: {draft.type} {draft.data}" for draft in answer]
    return found


def _asked(world: World) -> Iterator[tuple[str, str, str | None, dict[str, Any]]]:
    """Scores at each encounter, with and without answers; guesses; what the trial's team may do."""
    plan = world.study.definition.assessment
    for subject, person in world.people.items():
        for encounter in world.study.definition.encounters if plan else ():
            for score in ({}, {"red": "3"}, {"red": "99"}):
                data = {"values": score, "blinded": "true", "happened": "yes"}
                yield "submit_assessment", subject, encounter, data
            yield "guess_arm", subject, encounter, {"guess": "unknown"}
        yield "transfer_participant", subject, None, {"to": person.site}
        yield "record_deviation", subject, None, {"text": "seen", "category": "major", "concerns": "open"}
        yield "lock_trial", subject, None, {}
