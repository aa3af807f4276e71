"""Measures a whole simulated trial without the chain, and how it grows: `make bench`.

Every form is filled, every check and rule is run, by the same engine as in a live trial. The commands, the items
and the rules evaluated are printed beside the time, so that a thinner trial cannot look faster.
`python -m benchmarks --profile` says where the time goes; `--participants` chooses the sizes.
"""

from __future__ import annotations

import argparse
import cProfile
import platform
import pstats
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from equipoise.cli.simulating import practice_seal, scenario_of
from equipoise.simulation.scenario import Scenario
from equipoise.simulation.trial import Simulated, simulate
from equipoise.study import load
from equipoise.study.study import Study

STUDY = Path(__file__).parents[1] / "studies" / "NCT06965244"
SEED = 1


def sized(study: Study, scenario: Scenario, participants: int) -> tuple[Study, Scenario]:
    """The same trial, planned for another number of participants."""
    allocation = msgspec.structs.replace(study.definition.allocation, planned=participants)
    definition = msgspec.structs.replace(study.definition, allocation=allocation)
    return replace(study, definition=definition), msgspec.structs.replace(scenario, participants=participants)


def run(participants: int) -> tuple[Simulated, float]:
    """One whole trial, events kept in a list, and its seconds on the processor; loading is not counted."""
    study, scenario = sized(load(STUDY), scenario_of(STUDY, "base"), participants)
    seal = practice_seal(STUDY)
    start = time.process_time()
    done = simulate(study, scenario, SEED, seal)
    return done, time.process_time() - start


def evaluations(participants: int) -> tuple[int, pstats.Stats]:
    """How many rules a trial evaluates, and its profile: counted in a run of its own, which is slower."""
    profile = cProfile.Profile()
    profile.runcall(run, participants)
    stats = pstats.Stats(profile)
    counted = [
        calls
        for (file, _, function), (_, calls, *_) in stats.stats.items()  # type: ignore[attr-defined]
        if function == "evaluate" and file.endswith("rules/evaluate.py")
    ]
    return sum(counted), stats


def main(words: Sequence[str] | None = None) -> None:
    """Prints a table of sizes, or a profile."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--participants", type=int, nargs="+", default=[122, 1220], help="the sizes")
    parser.add_argument("--profile", action="store_true", help="where the time of the first size goes")
    arguments = parser.parse_args(words)
    if arguments.profile:
        _, stats = evaluations(arguments.participants[0])
        stats.sort_stats("tottime").print_stats(30)
        return
    print(f"Python {platform.python_version()}, {platform.machine()}, seed {SEED}, without chain, one core\n")
    print("| randomised | seconds | ms a participant | commands | items | events | rules evaluated |")
    print("| ---: " * 7 + "|")
    for participants in arguments.participants:
        done, seconds = run(participants)
        rules, _ = evaluations(participants)
        each = 1000 * seconds / max(done.randomised, 1)
        figures = (sum(done.commands.values()), done.items, len(done.events), rules)
        counts = " | ".join(f"{figure:,}" for figure in figures)
        print(f"| {done.randomised} | {seconds:.2f} | {each:.1f} | {counts} |", flush=True)


if __name__ == "__main__":
    main()
