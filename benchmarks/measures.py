"""What is measured: whole simulated trials of growing size, the parts of `equipoise run`, and the help of the program.

Every form is filled, every check and rule is run, by the same engine as in a live trial. The rules are counted in a
run of their own that is not timed, since counting costs time.
"""

from __future__ import annotations

import cProfile
import gc
import pstats
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from msgspec import structs

from equipoise.cli.lint import findings_of
from equipoise.cli.publishing import report_of, write_files, write_page
from equipoise.cli.simulating import practice_seal, scenario_of
from equipoise.ledger import MemoryStore
from equipoise.ledger.store import Store
from equipoise.ledger.verify import verify_store
from equipoise.registry.record import load_record
from equipoise.rules import Expression, evaluate
from equipoise.simulation.scenario import Scenario
from equipoise.simulation.trial import Simulated, simulate
from equipoise.stores.sqlite import SQLiteStore
from equipoise.study import load
from equipoise.study.study import FormChecks, Study

STUDY = Path(__file__).parents[1] / "studies" / "NCT06965244"
PLANNED = 122
SEED = 1
STORES = ("no chain", "chain in memory", "chain in SQLite")


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The seconds of several runs: on the processor, and by the clock on the wall."""

    processor: tuple[float, ...]
    wall: tuple[float, ...]

    @property
    def least(self) -> float:
        """The run that was disturbed least."""
        return min(self.processor)

    @property
    def middle(self) -> float:
        """The median run."""
        return median(self.processor)


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """The seconds of some work on the processor and by the wall, and what it gave."""
    gc.collect()
    wall, processor = time.perf_counter(), time.process_time()
    answer = work()
    return time.process_time() - processor, time.perf_counter() - wall, answer


def yardstick() -> float:
    """The seconds of a fixed loop in plain Python: what a second is worth on this machine, now."""

    def work() -> None:
        held: dict[int, tuple[int, str]] = {}
        for number in range(600_000):
            held[number & 255] = (number, str(number))
            held.get(number & 127)

    return min(timed(work)[0] for _ in range(5))


def sized(study: Study, scenario: Scenario, participants: int) -> tuple[Study, Scenario]:
    """The same trial for another number of participants, who arrive so much faster that it takes as long."""
    allocation = structs.replace(study.definition.allocation, planned=participants)
    definition = structs.replace(study.definition, allocation=allocation)
    faster = participants / PLANNED
    sites = tuple(structs.replace(site, per_month=site.per_month * faster) for site in scenario.sites)
    return replace(study, definition=definition), structs.replace(
        scenario, participants=participants, sites=sites
    )


def trial(participants: int) -> Callable[[Store | None], Simulated]:
    """A whole trial of this size, ready to run; what it loads first is not part of it."""
    study, scenario = sized(load(STUDY), scenario_of(STUDY, "base"), participants)
    seal = practice_seal(STUDY)

    def run(store: Store | None = None) -> Simulated:
        if store is None:
            return simulate(study, scenario, SEED, seal)
        with store.batch():
            return simulate(study, scenario, SEED, seal, store=store)

    return run


def trial_times(participants: int, kind: str, runs: int) -> tuple[Times, Simulated]:
    """How long whole trials take that are kept in one kind of store, and what the last one did."""
    run, processor, wall = trial(participants), [], []
    for _ in range(runs):
        with TemporaryDirectory() as folder:
            opened: Store | None = None
            if kind == "chain in memory":
                opened = MemoryStore("simulation")
            elif kind == "chain in SQLite":
                opened = SQLiteStore.open(Path(folder) / "ledger.sqlite", "simulation")
            seconds, clock, done = timed(lambda opened=opened: run(opened))
            if isinstance(opened, SQLiteStore):
                opened.close()
        processor.append(seconds)
        wall.append(clock)
    return Times(processor=tuple(processor), wall=tuple(wall)), done


@contextmanager
def counted() -> Iterator[Callable[[], int]]:
    """Counts every rule that either evaluator is asked for while it is open; gives the number so far, once."""
    number, usual, walking, together = count(), Expression.value, evaluate, FormChecks.false
    users = [module for module in sys.modules.values() if getattr(module, "evaluate", None) is walking]

    def value(self: Expression) -> Any:
        next(number)
        return usual.__get__(self)

    def false(self: FormChecks, case: Any) -> Any:
        for _ in self.checks:
            next(number)
        return together(self, case)

    def reference(expression: Expression, case: Any) -> Any:
        next(number)
        return walking(expression, case)

    try:
        Expression.value = property(value)  # type: ignore[assignment]
        FormChecks.false = false  # type: ignore[method-assign]
        for module in users:
            module.evaluate = reference  # type: ignore[attr-defined]
        yield lambda: next(number)
    finally:
        Expression.value, FormChecks.false = usual, together  # type: ignore[method-assign]
        for module in users:
            module.evaluate = walking  # type: ignore[attr-defined]


def rules_evaluated(participants: int) -> int:
    """How many rules a whole trial evaluates."""
    run = trial(participants)
    with counted() as number:
        run(None)
        return number()


def profiled(participants: int) -> pstats.Stats:
    """Where the time of a trial goes."""
    run, profile = trial(participants), cProfile.Profile()
    profile.runcall(run, None)
    return pstats.Stats(profile)


def parts_of_a_run() -> dict[str, float]:
    """The seconds by the wall of each part of `equipoise run`, in its order."""
    found: dict[str, float] = {}

    def part(name: str, work: Callable[[], Any]) -> Any:
        _, found[name], answer = timed(work)
        return answer

    with TemporaryDirectory() as folder:
        out = Path(folder)
        record = part("read the record", lambda: load_record(STUDY / "record.json"))
        part("lint it", lambda: findings_of(record, STUDY))
        study = part("load and check the study", lambda: load(STUDY))
        scenario = part("load the scenario", lambda: scenario_of(STUDY, "base"))
        with SQLiteStore.open(out / "ledger.sqlite", "simulation") as store:
            with store.batch():
                seal = practice_seal(STUDY)
                part("conduct the trial", lambda: simulate(study, scenario, SEED, seal, store=store))
            part("verify the ledger", lambda: verify_store(store))
            report = part("analyse", lambda: report_of(study, store, SEED))
        part("write tables and figures", lambda: write_files(report, out))
        part("write the page", lambda: write_page(report, record, out))
    return found


def help_times(runs: int) -> tuple[float, ...]:
    """The seconds by the wall in which the program answers `--help`, each time as a new process."""
    program = Path(sys.executable).with_name("equipoise")

    def work() -> None:
        subprocess.run([program, "--help"], check=True, stdout=subprocess.DEVNULL)

    return tuple(timed(work)[1] for _ in range(runs))
