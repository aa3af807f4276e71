"""Times 10,000 whole trials of the reference study and writes them to docs/benchmarks.md.

    python -m benchmarks.whole_trials

A whole trial: recruitment at 12 sites with ramps and screening, strata and permuted blocks, exits and intercurrent
events, a rater's error on the score of each participant, one interim look or none, the primary analysis of the
estimand, and the units that each participant is dispensed; beside it the same with kits at the sites and resupply.
Screening the sample, compiling a plan and compiling the loop are paid once and stated apart.
"""

from __future__ import annotations

import dataclasses
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.sections import write_section
from equipoise.cli.simulating import practice_seal, scenario_of
from equipoise.simulation.characteristics.compiling import Compiled, compile_plan
from equipoise.simulation.characteristics.loop.kernel import run
from equipoise.simulation.characteristics.sample.screened import SAMPLE, screen_sample
from equipoise.simulation.characteristics.trials import run_trials
from equipoise.study import load

ROOT = Path(__file__).parents[2]
STUDY = ROOT / "studies" / "NCT06965244"
TRIALS, REPEATS = 10_000, 7


def timed(work: Callable[[], object], repeats: int = REPEATS) -> tuple[float, float]:
    """The median seconds of the processor and of the wall."""
    taken = []
    for _ in range(repeats):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        taken.append((time.process_time() - processor, time.perf_counter() - wall))
    processors, walls = zip(*taken, strict=True)
    return median(processors), median(walls)


def without_kits(plan: Compiled) -> Compiled:
    """The same plan, in which supplies are counted and no stock is kept."""
    none = plan.plan.kits._replace(regimen=plan.plan.kits.regimen[:0])
    return dataclasses.replace(plan, kits=(), plan=plan.plan._replace(kits=none))


def without_noise(plan: Compiled) -> Compiled:
    """The same plan, in which raters make no error."""
    return dataclasses.replace(plan, plan=plan.plan._replace(score=plan.plan.score._replace(noise=0.0)))


def main() -> None:
    """Measures, prints and writes the section."""
    study, seal = load(STUDY), practice_seal(STUDY)
    scenarios = {name: scenario_of(STUDY, name) for name in ("base", "interim")}
    samples = []
    screening = timed(lambda: samples.append(screen_sample(study, scenarios["base"], seal)), 1)
    plans: dict[str, Compiled] = {}
    compiling = timed(
        lambda: plans.update(base=compile_plan(study, scenarios["base"], seal, sample=samples[0])), 1
    )
    plans["interim"] = compile_plan(study, scenarios["interim"], seal, sample=samples[0])
    first = timed(lambda: run(plans["base"].plan, 8, 1, attempts=plans["base"].attempts), 1)
    plain, look = without_kits(plans["base"]), without_kits(plans["interim"])
    works: dict[str, Callable[[], object]] = {
        "with one look, demand counted, one thread": lambda: loop(look, 1),
        "… without a rater's error, one thread": lambda: loop(without_noise(look), 1),
        "with one look, demand counted, two threads": lambda: loop(look, 2),
        "without a look, demand counted, two threads": lambda: loop(plain, 2),
        "… and its frame of reported quantities": lambda: run_trials(plain, TRIALS, 1, workers=2),
        "with stock at 12 sites, resupply and expiry, two threads": lambda: loop(plans["base"], 2),
    }
    lines = ["| 10,000 whole trials x 122, after compiling | processor | wall |", "| --- | --- | --- |"]
    for name, work in works.items():
        work()
        processor, wall = timed(work)
        lines.append(f"| {name} | {processor:.2f} s | {wall:.2f} s |")
    lines += [
        "",
        f"Paid once: screening a sample of {SAMPLE:,} patients in the engine {screening[0]:.1f} s of the processor, "
        f"asking the engine for intercurrent events and refused supplies {compiling[0]:.1f} s, the first trial of a "
        f"process {first[0]:.1f} s (some 25 s where the loop was never compiled, 2 s where it was kept).",
        "",
        "Peers, from an earlier measurement on two cores, none with sites, screening, exits and supply together: "
        "TrialSimulator 161 s, adaptr 59 s; rpact, sufficient statistics without participants, 0.13 s.",
    ]
    load_now = os.getloadavg()[0]
    about = (
        f"`python -m benchmarks.whole_trials`, medians of {REPEATS} runs; Python {platform.python_version()}, load "
        f"average {load_now:.0f} on {os.cpu_count()} cores while it ran."
    )
    text = "\n".join(["## Whole trials by the thousand", "", about, "", *lines])
    print(text)
    write_section(ROOT / "docs" / "benchmarks.md", "whole_trials", text)


def loop(plan: Compiled, workers: int) -> object:
    """The compiled loop alone."""
    return run(plan.plan, TRIALS, 1, attempts=plan.attempts, workers=workers)


if __name__ == "__main__":
    main()
