"""What the estimand's rules say of each thing that can happen to a participant, asked of the engine itself.

For each happening of a scenario (a stop by cause, a loss, a withdrawal, a death, a drug never begun) a participant
of the sample goes through it on a day, in the whole engine, and the definition's rules are read on the planned day
of the time point. A rule that counts what is early and not what is late has a last day, found by halving. So no
intercurrent event is known here by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import numpy as np
from msgspec.structs import replace

from equipoise.allocation import Seal
from equipoise.analysis.data.endpoint import Endpoint
from equipoise.analysis.data.facts import occurrences
from equipoise.simulation import followup, harm, screening
from equipoise.simulation.characteristics.sample.screened import Sample, unscripted, world_of
from equipoise.simulation.characteristics.sample.spread import SpreadDraws
from equipoise.simulation.errors import scenario_error
from equipoise.simulation.patients import Patient
from equipoise.simulation.scenario import Exits, Scenario
from equipoise.simulation.world import Subject, World
from equipoise.study.study import Study

NEVER, ALWAYS = -1, 2**30
NEVER_STARTED, ADVERSE_EVENT, COMPLETED = "never_started", "adverse_event", "completed"
EXITS = ("loss", "visits", "data", "death")
Step = Callable[[World, Subject], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """happenings: never started, stops by cause, for an adverse event and as planned, then EXITS. events: the
    intercurrent events in the order of the definition, with their strategies. until: (happenings, events), the last
    day after randomisation on which the happening makes the event true; NEVER or ALWAYS."""

    happenings: tuple[str, ...]
    events: tuple[str, ...]
    strategies: tuple[str, ...]
    until: np.ndarray


def judge(
    study: Study, scenario: Scenario, seal: Seal, where: Endpoint, name: str, sample: Sample, seed: int
) -> Judged:
    """Asks the engine. Raises SIMU-006 for a rule that is true for a late happening and not for an early one."""
    estimand = study.definition.estimands[name]
    plain = _quiet(scenario)
    steps = _steps(scenario)
    events = tuple(estimand.intercurrent_events)
    until = np.full((len(steps), len(events)), NEVER, np.int64)
    for row, (happening, step) in enumerate(steps.items()):
        ask = _Asked(study, plain, seal, where, name, sample, seed, step, happening == NEVER_STARTED)
        last = 0 if happening == NEVER_STARTED else int(scenario.conduct.follow_up_months * 30)
        for place, event in enumerate(events):
            until[row, place] = _last_day(ask, place, last, f"{event} after {happening}", where.day)
    return Judged(
        happenings=tuple(steps),
        events=events,
        strategies=tuple(each.strategy for each in estimand.intercurrent_events.values()),
        until=until,
    )


def _quiet(scenario: Scenario) -> Scenario:
    """The scenario in which nothing goes wrong by chance, and everybody comes."""
    conduct = replace(scenario.conduct, missed_visit=0.0, outside_window=0.0, substitute_assessor=0.0)
    return replace(unscripted(scenario), adverse_events=(), exits=Exits(), conduct=conduct)


def _steps(scenario: Scenario) -> dict[str, Step]:
    """What can happen, and how: each as the engine's own course of it."""
    exits = scenario.exits
    causes = (NEVER_STARTED, *exits.stops, ADVERSE_EVENT, COMPLETED)
    found: dict[str, Step] = {f"stop: {cause}": partial(_stop, cause) for cause in causes[1:]}
    found = {NEVER_STARTED: partial(_stop, NEVER_STARTED), **found}
    found["loss"] = harm.lose
    found["visits"] = lambda world, subject: harm.withdraw(world, subject, "visits")
    found["data"] = lambda world, subject: harm.withdraw(world, subject, "data")
    found["death"] = harm.die
    return found


def _stop(cause: str, world: World, subject: Subject) -> None:
    followup.stop(world, subject, cause)


@dataclass(slots=True)
class _Asked:
    """One happening, put to the engine on different days; each answer is kept."""

    study: Study
    scenario: Scenario
    seal: Seal
    where: Endpoint
    name: str
    sample: Sample
    seed: int
    step: Step
    unsupplied: bool
    answers: dict[int, tuple[bool, ...]] | None = None

    def on(self, day: int) -> tuple[bool, ...]:
        """Whether each intercurrent event is true when it happens on this day."""
        if self.answers is None:
            self.answers = {}
        if day not in self.answers:
            self.answers[day] = self._ask(day)
        return self.answers[day]

    def _ask(self, day: int) -> tuple[bool, ...]:
        draws = SpreadDraws(self.seed, len(self.sample.patients))
        world = world_of(self.study, self.scenario, self.seal, draws)
        key = self.sample.randomised[0].patient.key
        patient = Patient(key=key, scenario=self.scenario, draws=draws)
        world.allocated = lambda world, subject: self._follow(world, subject, day)
        when = world.start + timedelta(hours=12)
        world.at(when, lambda: screening.screen(world, patient, self.scenario.sites[0].site))
        world.run()
        state = world.subjects[0].state
        planned = state.randomised_on + timedelta(days=self.where.day)
        found = occurrences(
            self.study, self.name, self.study.definition.estimands[self.name], state.facts.on(planned)
        )
        return tuple(each.verdict == "true" for each in found)

    def _follow(self, world: World, subject: Subject, day: int) -> None:
        """The visits and the first supply, and on the day what happens."""
        start = subject.state.randomised_on
        for encounter_id, encounter in self.study.definition.encounters.items():
            if encounter.anchor == "randomised_on" and encounter.day:
                planned = start + timedelta(days=encounter.day)
                world.on(planned, 0, followup.visiting(world, subject, encounter_id))
        if self.scenario.treatment_days and not self.unsupplied:
            followup.supply(world, subject)
        world.on(start + timedelta(days=day), 420, lambda: self.step(world, subject))


def _last_day(ask: _Asked, event: int, last: int, words: str, likely: int = 0) -> int:
    """The last day on which the happening makes the event true: first around a likely day, then by halving."""
    first = min(1, last)
    early, late = ask.on(first)[event], ask.on(last)[event]
    if early == late:
        return ALWAYS if early else NEVER
    if late:
        raise scenario_error("SIMU-006", words, "true when it happens late, and not when it happens early")
    low, high = first, last
    guesses = [likely - 1, likely]
    while high - low > 1:
        middle = guesses.pop() if guesses and low < guesses[-1] < high else (low + high) // 2
        low, high = (middle, high) if ask.on(middle)[event] else (low, middle)
    return low
