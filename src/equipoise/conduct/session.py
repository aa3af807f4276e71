"""Live conduct: lock the head, read, decide, append.

The store, the clock, the draws and the salts are arguments; this module knows none of them. The trial's part
of the state is kept between commands and brought up to date from the trial's own events, so that a command
reads one participant and not the whole ledger. Commands that ask about every participant (the lock) read
everything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from equipoise.conduct import adjudication, lock
from equipoise.conduct.amendments import working_digest
from equipoise.conduct.command import Command, Refusal, SealedDraws
from equipoise.conduct.engine import decide, evolve, own_fold
from equipoise.conduct.errors import refuse
from equipoise.conduct.state import ParticipantState, State, TrialState
from equipoise.ledger.entry import Event
from equipoise.ledger.events import EVENT_ADJUDICATED, QUERY_CLOSED, QUERY_OPENED
from equipoise.ledger.store import Store
from equipoise.study.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The answer to a command: its events, or the refusal. A repeated command has `repeated` set."""

    events: tuple[Event, ...] = ()
    refusal: Refusal | None = None
    repeated: bool = False


class Session:
    """One process's way to a ledger. `versions` holds every study version that an event may name, by digest;
    `study` is the newest. `salt()` gives 32 fresh bytes; `now()` an aware time in UTC."""

    def __init__(
        self,
        store: Store,
        study: Study,
        draws: SealedDraws,
        *,
        now: Callable[[], datetime],
        salt: Callable[[], bytes],
        versions: Mapping[str, Study] | None = None,
    ) -> None:
        self.store = store
        self.study = study
        self.versions = {**(versions or {}), study.digest: study}
        self._draws, self._now, self._salt = draws, now, salt
        self.forget()

    def execute(self, command: Command) -> Outcome:
        """Does the command, or says why not. Safe with any number of sessions on one store.

        Raises what the store and the salts raise; then nothing was recorded, and what was read in that block is
        forgotten, since the store may have taken it back.
        """
        try:
            return self._execute(command)
        except BaseException:
            self.forget()
            raise

    def _execute(self, command: Command) -> Outcome:
        with self.store.writing() as writer:
            earlier = self.store.command(command.id)
            if earlier:
                return _again(command, earlier)
            state = self.state(command.participant, whole=command.kind in lock.HANDLERS)
            study = self._version(state.trial, command)
            decision = decide(study, state, command, self._now(), self._draws)
            if isinstance(decision, Refusal):
                return Outcome(refusal=decision)
            salts = [self._salt() for _ in decision]
            return Outcome(events=writer.append(decision, writer.head, salts))

    def forget(self) -> None:
        """Starts the trial's part anew at the next command: needed when a block that surrounds commands fails."""
        self._trial, self._read = TrialState(), 0

    def state(self, participant: str | None, *, whole: bool = False) -> State:
        """The trial's state now, with one participant. `whole` reads every event for the trial's counters."""
        if whole:
            return self._fold(State(), _paired(self.store.events()))
        state = self._fold(State(trial=self._trial), self._news())
        self._trial = state.trial
        if participant is None:
            return State(trial=state.trial)
        return State(trial=state.trial, participant=self.participant(participant))

    def participant(self, subject: str) -> ParticipantState | None:
        """One participant's state, from that participant's events alone."""
        state: ParticipantState | None = None
        for event in self.store.events(participant=subject):
            state = own_fold(self.versions[event.study], state, event)
        return state

    def _news(self) -> Iterator[Event]:
        for event in self.store.events(trial_scope=True, after=self._read):
            self._read = event.sequence
            yield event

    def _fold(self, state: State, events: Iterable[Event]) -> State:
        for event in events:
            state = evolve(self.versions[event.study], state, event)
        return State(trial=state.trial)

    def _version(self, trial: TrialState, command: Command) -> Study:
        """The version under which the site works; an amendment is decided with the newest."""
        digest = working_digest(trial, command.site)
        if command.kind == "activate_amendment" or digest is None:
            return self.study
        return self.versions.get(digest, self.study)


def _paired(events: Iterable[Event]) -> Iterator[Event]:
    """The events without the ends of queries and judgements whose beginnings were erased: such an end would outweigh
    another one that is still open."""
    begun: Counter[tuple[str | None, str]] = Counter()
    for event in events:
        if event.type == QUERY_OPENED:
            begun[event.participant, event.data["query"]] += 1
        elif adjudication.opens(event):
            begun[event.participant, adjudication.OPENS[event.type]] += 1
        elif event.type in (QUERY_CLOSED, EVENT_ADJUDICATED):
            named = event.data["query"] if event.type == QUERY_CLOSED else event.data["what"].split("-")[0]
            if not begun[event.participant, named]:
                continue
            begun[event.participant, named] -= 1
        yield event


def _again(command: Command, earlier: tuple[Event, ...]) -> Outcome:
    """A repeated command gets its first answer; the same id for another command is refused."""
    first = earlier[0]
    if (first.actor, first.role) != (command.actor, command.role):
        return Outcome(
            refusal=refuse("COND-012", command, f"the id {command.id} was used by another command")
        )
    return Outcome(events=earlier, repeated=True)
