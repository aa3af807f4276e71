"""Prints what Equipoise costs, and puts it into `docs/benchmarks.md`: `make bench`.

The commands, the items, the rules evaluated and the events stand beside the time, so that a thinner trial cannot
look faster. `python -m benchmarks --participants 122 --runs 3` is the short way; `--dry` leaves the file alone.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks.measures import (
    SEED,
    STORES,
    help_times,
    parts_of_a_run,
    profiled,
    rules_evaluated,
    trial_times,
    yardstick,
)

DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
SIZES = (122, 1220, 10_000)
RUNS = 5
LINES = 15


def main(words: Sequence[str] | None = None) -> None:
    """Measures, prints each line as it is known, and writes the document."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--participants", type=int, nargs="+", default=SIZES, help="the sizes of the trial")
    parser.add_argument(
        "--runs", type=int, default=RUNS, help="runs of the smallest trial; large ones have fewer"
    )
    parser.add_argument("--dry", action="store_true", help="print only")
    arguments = parser.parse_args(words)
    lines = []
    for line in block(tuple(arguments.participants), arguments.runs):
        print(line, flush=True)
        lines.append(line)
    if not arguments.dry:
        before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
        _, _, after = rest.partition(END)
        text = "\n".join((BEGIN, "", *lines, "", END))
        DOCUMENT.write_text(f"{before}{text}{after}", encoding="utf-8")


def block(sizes: tuple[int, ...], runs: int) -> Iterator[str]:
    """The measured part of the document, line by line."""
    yield from _where(sizes, runs)
    yield from _trials(sizes, runs)
    yield from _profile(sizes[0])
    yield from _parts(runs)


def _where(sizes: tuple[int, ...], runs: int) -> Iterator[str]:
    """The machine, and whether it had other work."""
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    state = "It had little else to do" if load < 1.0 else "**It was loaded: the times are too long**"
    sized = " ".join(map(str, sizes))
    yield f"Measured on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC with"
    yield f"`python -m benchmarks --participants {sized} --runs {runs}`,"
    yield f"seed {SEED}: Python {platform.python_version()}, {_processor()}, {cores} cores."
    yield f"{state} (load of the minute before the start: {load:.1f})."
    yield "The yardstick, a fixed loop of 600,000"
    yield f"steps in plain Python, took {yardstick():.3f} s on the processor."
    yield ""


def _processor() -> str:
    """The name of the processor, where the system tells it."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def _trials(sizes: tuple[int, ...], runs: int) -> Iterator[str]:
    """A table of whole trials by size and store."""
    yield "### A whole trial, one core"
    yield ""
    yield "Seconds on the processor: the least and the median of the runs; beside them the seconds by the wall."
    yield ""
    heads = ("randomised", "kept in", "runs", "least s", "median s", "wall s", "ms a participant")
    heads += ("commands", "items", "rules evaluated", "events")
    yield f"| {' | '.join(heads)} |"
    yield f"| ---: | --- {'| ---: ' * (len(heads) - 2)}|"
    for size in sizes:
        rules, several = rules_evaluated(size), max(1, min(runs, 3000 // size))
        events = 0
        for kind in STORES:
            times, done = trial_times(size, kind, several)
            events = len(done.events) or events
            each = 1000 * times.least / done.randomised
            seconds = f"{times.least:.2f} | {times.middle:.2f} | {min(times.wall):.2f} | {each:.1f}"
            counts = " | ".join(f"{it:,}" for it in (sum(done.commands.values()), done.items, rules, events))
            yield f"| {done.randomised:,} | {kind} | {several} | {seconds} | {counts} |"
    yield ""


def _profile(size: int) -> Iterator[str]:
    """The functions that take the most time themselves."""
    stats = profiled(size)
    total, calls = stats.total_tt, stats.total_calls  # type: ignore[attr-defined]
    rows = sorted(stats.stats.items(), key=lambda row: -row[1][2])[:LINES]  # type: ignore[attr-defined]
    yield f"### Where the time goes, {size} participants, no chain"
    yield ""
    yield f"{calls:,} calls of functions. The profiler makes small functions look dearer than they are."
    yield ""
    yield "| function | calls | share of the time, itself | with what it calls |"
    yield "| --- | ---: | ---: | ---: |"
    for (file, line, name), (_, made, own, whole, _) in rows:
        where = f"`{_short(file)}{name}`" if file == "~" else f"`{_short(file)}:{line} {name}`"
        yield f"| {where} | {made:,} | {100 * own / total:.1f}% | {100 * whole / total:.1f}% |"
    yield ""


def _short(file: str) -> str:
    return "" if file == "~" else file.rpartition("/equipoise/")[2]


def _parts(runs: int) -> Iterator[str]:
    """`equipoise run` by part, and the help."""
    yield "### `equipoise run`, seconds by the wall"
    yield ""
    yield "| part | seconds |"
    yield "| --- | ---: |"
    parts = parts_of_a_run()
    for name, seconds in parts.items():
        yield f"| {name} | {seconds:.2f} |"
    yield f"| together | {sum(parts.values()):.2f} |"
    yield ""
    times = help_times(max(runs, 3))
    yield f"`equipoise --help`, a new process each time: least {min(times):.3f} s, median {median(times):.3f} s of"
    yield f"{len(times)} runs."


if __name__ == "__main__":
    main()
