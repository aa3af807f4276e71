"""The world: a queue of what happens when, and one way for everything in it to act on the trial.

Every act is a `Command` to `conduct`, as a person sends it, and what comes back decides what the virtual people do
next. The store and the clock are the world's; the engine is the one that patients are treated by.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from equipoise.conduct.command import Command, Refusal, SealedDraws, stamp
from equipoise.conduct.engine import decide, evolve
from equipoise.conduct.state import ParticipantState, State, TrialState
from equipoise.ledger.entry import Draft, Event, numbered
from equipoise.ledger.store import Store
from equipoise.simulation.draws import Draws
from equipoise.simulation.errors import scenario_error
from equipoise.simulation.patients import Patient
from equipoise.simulation.scenario import Scenario
from equipoise.study.study import Study

Sink = Callable[[Sequence[Draft]], Sequence[Event]]
Step = Callable[[], None]

SECOND = timedelta(seconds=1)
"""Each command takes one."""


def plain_sink(events: list[Event]) -> Sink:
    """Keeps events in a list, without chain or bytes: the fast way."""

    def put(drafts: Sequence[Draft]) -> Sequence[Event]:
        new = [numbered(draft, len(events) + index) for index, draft in enumerate(drafts, start=1)]
        events.extend(new)
        return new

    return put


def store_sink(store: Store, draws: Draws) -> Sink:
    """Appends to a store, with the salts of the simulation."""

    def put(drafts: Sequence[Draft]) -> Sequence[Event]:
        with store.writing() as writer:
            first = writer.head.sequence + 1
            salts = [draws.salt(first + index) for index in range(len(drafts))]
            return writer.append(drafts, writer.head, salts)

    return put


@dataclass(slots=True)
class Subject:
    """A participant in the world: the patient, and where the participant's part stands."""

    patient: Patient
    state: Any
    site: str
    index: int = 0
    over: bool = False
    supply: int = 0
    rhythm: dict[str, datetime] = field(default_factory=dict)


class World:
    """One simulated trial in progress. `allocated`: what follows an allocation, instead of the follow-up."""

    def __init__(self, study: Study, scenario: Scenario, seed: int, draws: SealedDraws, sink: Sink) -> None:
        self.study = study
        self.scenario = scenario
        self.draws = Draws(seed)
        self.sealed = draws
        self.sink = sink
        self.trial = TrialState()
        self.latest: ParticipantState | None = None
        self.commands: Counter[str] = Counter()
        self.items = 0
        self.refusals: list[tuple[Command, Refusal]] = []
        self.log: list[tuple[Command, datetime]] | None = None
        self.subjects: list[Subject] = []
        self.counted: Counter[int] = Counter()
        self.happened: dict[str, bool] = {}
        self.planned = scenario.participants or study.definition.allocation.planned
        self.progress: Callable[[int, int], None] | None = None
        self.allocated: Callable[[World, Subject], None] | None = None
        self.start = datetime.fromisoformat(scenario.start).replace(tzinfo=UTC)
        self.now = self.start
        self._queue: list[tuple[float, int, datetime, Step]] = []
        self._number = 0
        self._roles = _roles(study)

    def at(self, when: datetime, step: Step) -> None:
        """Puts a step into the queue; steps of one time keep their order. Numbers are sooner compared than times."""
        self._number += 1
        heapq.heappush(self._queue, (when.timestamp(), self._number, when, step))

    def on(self, day: date, minutes: float, step: Step) -> None:
        """Puts a step on a day, never before now."""
        when = datetime(day.year, day.month, day.day, 8, tzinfo=UTC) + timedelta(minutes=minutes)
        self.at(max(when, self.now), step)

    def run(self) -> None:
        """Until nothing is left to do."""
        while self._queue:
            _, _, when, step = heapq.heappop(self._queue)
            self.now = max(self.now, when)
            step()

    @property
    def today(self) -> date:
        """The day of the world."""
        return self.now.date()

    @property
    def stamp(self) -> str:
        """The time of the world, in UTC, as the ledger writes it."""
        return stamp(self.now)

    def do(
        self,
        kind: str,
        subject: Subject | None = None,
        *,
        role: str | None = None,
        site: str | None = None,
        actor: str | None = None,
        effective: str | None = None,
        encounter: str | None = None,
        data: Mapping[str, Any] | None = None,
        reason: str | None = None,
    ) -> Sequence[Event] | Refusal:
        """Sends one command today, as the person whose duty it is unless it is said who and when; returns its events,
        or the refusal."""
        participant = subject.state if subject is not None else None
        role = role or self._roles[kind]
        site = site or (participant.site if participant is not None else None)
        place = site if site and self.study.definition.roles[role].scope != "trial" else "00"
        self._number += 1
        command = Command(
            kind=kind,
            id=f"c{self._number:07d}",
            actor=actor or f"{role}-{place}",
            role=role,
            effective=effective or self.now.date().isoformat(),
            site=site,
            participant=participant.subject if participant is not None else None,
            encounter=encounter,
            data=data or {},
            reason=reason,
        )
        return self._decided(command, subject, participant)

    def _decided(
        self, command: Command, subject: Subject | None, participant: ParticipantState | None
    ) -> Sequence[Event] | Refusal:
        """What the engine answers, a second later, and what follows from it for the two states."""
        self.now += SECOND
        self.commands[command.kind] += 1
        self.items += len(command.data.get("values", ()))
        if self.log is not None:
            self.log.append((command, self.now))
        state = State(trial=self.trial, participant=participant)
        decision = decide(self.study, state, command, self.now, self.sealed)
        if isinstance(decision, Refusal):
            self.refusals.append((command, decision))
            return decision
        events = self.sink(decision)
        for event in events:
            state = evolve(self.study, state, event)
        self.trial, self.latest = state.trial, state.participant
        if subject is not None and state.participant is not None:
            subject.state = state.participant
        return events

    def role_for(self, kind: str) -> str:
        """The first role of the definition that may send a kind of command."""
        return self._roles[kind]

    def must(self, kind: str, subject: Subject | None = None, **given: Any) -> Sequence[Event]:
        """Like `do`, for what the simulated people know to be right: a refusal is a fault of the scenario."""
        answer = self.do(kind, subject, **given)
        if isinstance(answer, Refusal):
            raise scenario_error("SIMU-004", self.scenario.scenario, str(answer))
        return answer


def _roles(study: Study) -> dict[str, str]:
    """For each kind of command the first role of the definition that may send it."""
    found: dict[str, str] = {}
    for name, role in study.definition.roles.items():
        for kind in role.may:
            found.setdefault(kind, name)
    return found
