"""Times the statistics against what they must reach and writes them to docs/benchmarks.md.

    python -m benchmarks.statistics
    python -m benchmarks.statistics --runs 3 --patients 100 --analyses 20 --quick --dry

Each work runs once uncounted, then `--runs` times (fewer for the long ones): median and least, by the wall and on the
processor. Compiling is timed apart, in processes of their own. Peers in R are timed in the same run where Rscript is
installed with rpact and nlme; other figures of peers are cited from an earlier measurement on two cores.
"""

from __future__ import annotations

import argparse
import csv
import gc
import os
import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks.measures import trial_times
from benchmarks.repeated_measures.__main__ import sample
from benchmarks.sections import write_section
from benchmarks.statistics.works import Work, compiling, works

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
HEADS = (
    "work",
    "must reach",
    "median",
    "least",
    "median of the processor",
    "reached",
    "R in this run",
    "cited",
)


def main(words: Sequence[str] | None = None) -> None:
    """Measures, prints and writes the section."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.statistics", description=__doc__)
    parser.add_argument("--runs", type=int, default=15, help="runs of each work (default: 15)")
    parser.add_argument("--patients", type=int, default=2000, help="patients of the sample (default: 2000)")
    parser.add_argument("--analyses", type=int, default=1000, help="MMRM analyses (default: 1000)")
    parser.add_argument("--quick", action="store_true", help="without compiling anew and without growth")
    parser.add_argument("--dry", action="store_true", help="print only")
    given = parser.parse_args(words)
    begun, busy = time.perf_counter(), os.getloadavg()[0]
    peers = in_r(max(3, given.runs // 2))
    lines = [row(HEADS), "| --- | ---: | ---: | ---: | ---: | --- | ---: | --- |"]
    for work in works(given.patients, given.analyses):
        lines.append(measured(work, given.runs, peers))
        print(lines[-1], flush=True)
    after = [] if given.quick else [*growth(), first_calls()]
    text = "\n".join([*heading(given, busy), "", *lines, "", *after, said(peers)])
    print(text)
    if not given.dry:
        write_section(PAGE, "statistics", text)
    print(f"\n{time.perf_counter() - begun:.0f} s")


def row(cells: Sequence[str]) -> str:
    """A line of the table."""
    return f"| {' | '.join(cells)} |"


def shown(seconds: float | None) -> str:
    """Milliseconds below a second."""
    if seconds is None:
        return ""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.3g} ms"


def measured(work: Work, runs: int, peers: dict[str, tuple[float, float]]) -> str:
    """One work, timed."""
    work.run(0)
    walls, processors = [], []
    for place in range(min(runs, work.most)):
        gc.collect()
        wall, processor = time.perf_counter(), time.process_time()
        work.run(place + 1)
        processors.append(time.process_time() - processor)
        walls.append(time.perf_counter() - wall)
    limit = work.limit
    reached = "" if limit is None else ("yes" if median(walls) <= limit else "**no**")
    peer = peers.get(work.peer)
    name = (
        ""
        if peer is None
        else f"{work.peer.split()[0]} {shown(peer[0] / 1000)} (least {shown(peer[1] / 1000)})"
    )
    cells = (
        work.name, f"≤ {shown(limit)}" if limit else "", shown(median(walls)), shown(min(walls)),
        shown(median(processors)), reached, name, work.cited,
    )  # fmt: skip
    return row(cells)


def in_r(runs: int) -> dict[str, tuple[float, float]]:
    """Median and least milliseconds of the peers in R, and their versions as `version NAME`; none without Rscript."""
    if shutil.which("Rscript") is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "responses.csv"
        given = sample(197, 4, 537, 0)
        columns = {**{name: given[name] for name in ("response", "participant", "arm", "visit")}}
        columns["base"] = given["covariates"]["base"]
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(columns)
            for line in zip(*columns.values(), strict=True):
                writer.writerow(["NA" if each != each else each for each in line])
        script = str(Path(__file__).with_name("peers.R"))
        done = subprocess.run(
            ["Rscript", script, str(path), str(runs)], capture_output=True, text=True, check=False
        )
    if done.returncode:
        print(done.stderr)
    parts = [line.split("\t") for line in done.stdout.splitlines() if "\t" in line]
    return {name: (float(rest[0]), float(rest[1])) for name, *rest in parts if len(rest) == 2} | {
        f"{name} {rest[0]}": (0.0, 0.0) for name, *rest in parts if len(rest) == 1
    }


def said(peers: dict[str, tuple[float, float]]) -> str:
    """Which peers were timed here, and which were not."""
    versions = ", ".join(each.removeprefix("version ") for each in peers if each.startswith("version "))
    here = (
        f"R peers timed in this run: {versions}, medians by the wall after one run that is not counted."
        if versions
        else "No peer was timed in this run, because Rscript with rpact and nlme is not installed here."
    )
    return (
        f"{here} The figures under `cited` were not measured in this run: they are from an earlier measurement of the "
        "same works on two cores (TrialSimulator, adaptr, gsDesign, carat, Minirand, mmrm). nlme's fit gives no "
        "Satterthwaite degrees of freedom; ours includes them and the preparation of the data."
    )


def growth() -> list[str]:
    """The whole engine at ten times the participants: the time for each must not grow."""
    small, large = (trial_times(size, "no chain", runs)[0] for size, runs in ((122, 3), (1220, 1)))
    each = [1000 * times.middle / size for times, size in ((small, 122), (large, 1220))]
    line = (
        f"The whole engine, chain off, takes {each[0]:.1f} ms of the processor for each of 122 participants and "
        f"{each[1]:.1f} ms for each of 1,220: {1 / small.middle:.2f} trials/s/core at 122."
    )
    return [line, ""]


def first_calls() -> str:
    """What compiling costs."""
    cold, kept = compiling()
    return (
        f"Not in the table: the first whole trial of a process takes {cold:.1f} s of the processor where the loop was "
        f"never compiled, and {kept:.1f} s where the compiled loop was kept from an earlier process.\n"
    )


def heading(given: argparse.Namespace, busy: float) -> list[str]:
    """The command, the machine, and whether it had other work."""
    load = "It had little else to do" if busy < 1 else "**It was loaded: times by the wall are too long**"
    options = f" --runs {given.runs} --patients {given.patients} --analyses {given.analyses}"
    return [
        "## Statistics: what must be reached",
        "",
        f"`python -m benchmarks.statistics{options}`, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, Python "
        f"{platform.python_version()}, {os.cpu_count()} cores. {load} (load of the minute before: {busy:.1f}).",
        "Each work ran once before it was timed; `reached` compares the median by the wall.",
    ]


if __name__ == "__main__":
    main()
