"""Times minimisation and lists and writes them to docs/benchmarks.md.

    python -m benchmarks.randomisation

The twins give what the randomiser gives, draw for draw. smallerize is timed in the same run, in an environment of its
own that is made in a temporary folder; where it cannot be installed, the section says so.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from fractions import Fraction
from itertools import product
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.sections import write_section
from equipoise.allocation import (
    BiasedCoin,
    Complete,
    Maximal,
    Minimisation,
    PermutedBlocks,
    RandomAllocationRule,
    Scheme,
    Urn,
    allocate,
    allocation_data,
    counted,
    empty_tallies,
    hmac_draw,
    stratum_name,
)
from equipoise.simulation.randomisation.plans import plan_of
from equipoise.simulation.randomisation.twins import lists

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
REPEATS = 9
LEVELS = (2, 2, 3, 12)
TWO = {"arms": ("a", "b"), "ratio": (1, 1)}
MINIMISED = Minimisation(**TWO, factors=tuple("pqrs"), probability=Fraction(4, 5))
STRATA = [
    stratum_name(dict(zip("pqrs", map(str, levels), strict=True))) for levels in product(*map(range, LEVELS))
]
COIN = Fraction(2, 3)
LISTED: dict[str, Scheme] = {
    "permuted blocks of 4 or 6": PermutedBlocks(**TWO, block_sizes=(4, 6)),
    "complete": Complete(**TWO),
    "random allocation rule": RandomAllocationRule(**TWO, maximum=122),
    "big stick": BiasedCoin(**TWO, tolerance=3),
    "Efron's coin": BiasedCoin(**TWO, probability=COIN),
    "Chen's coin": BiasedCoin(**TWO, probability=COIN, tolerance=3),
    "maximal procedure": Maximal(**TWO, tolerance=3, maximum=122),
    "Wei's urn": Urn(**TWO),
}


def middle(work: Callable[[], object]) -> tuple[float, float]:
    """The median milliseconds of the processor and of the wall; the first run is not counted."""
    work()
    taken = []
    for _ in range(REPEATS):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        taken.append((time.process_time() - processor, time.perf_counter() - wall))
    return tuple(1000 * median(each) for each in zip(*taken, strict=True))  # type: ignore[return-value]


def one_by_one(participants: int) -> float:
    """Seconds in which the randomiser itself allocates as many, with draws from a seed, in pure Python."""
    arrivals = np.random.default_rng(3).integers(0, len(STRATA), participants).tolist()
    draw, tallies = hmac_draw(bytes(32)), empty_tallies()
    begun = time.process_time()
    for number in arrivals:
        allocation = allocate(MINIMISED, STRATA[number], tallies, draw)
        tallies = counted(tallies, allocation_data(allocation))
    return time.process_time() - begun


def compiled() -> tuple[float, float]:
    """Processor seconds until the first list of a fresh process, with an empty folder of compiled loops and with a
    filled one."""
    code = (
        "import time\n"
        "from benchmarks.randomisation.__main__ import LISTED, lists, np, plan_of\n"
        "lists(plan_of(LISTED['complete'], ['all']), np.zeros((1, 4), int), 1)\n"
        "print(time.process_time())"
    )
    command = [sys.executable, "-c", code]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "XDG_CACHE_HOME": folder}
        said = [
            subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
            for _ in range(2)
        ]
    return float(said[0]), float(said[1])


def smallerized(sizes: tuple[int, ...]) -> dict[int, float]:
    """Processor seconds of smallerize by number of participants; none where it cannot be installed."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        wanted = [str(python), "-m", "pip", "install", "--quiet", "smallerize"]
        if subprocess.run(wanted, capture_output=True, check=False).returncode:
            return {}
        script = str(Path(__file__).with_name("peer.py"))
        return {
            size: float(
                subprocess.run([python, script, str(size)], capture_output=True, text=True, check=True).stdout
            )
            for size in sizes
        }


def table() -> list[str]:
    """The rows of the measurement."""
    random = np.random.default_rng(2)
    plan = plan_of(MINIMISED, STRATA)
    one = random.integers(0, len(STRATA), (1, 10_000))
    many = random.integers(0, len(STRATA), (10_000, 122))
    rows = [
        ("minimising 10,000 participants", middle(lambda: lists(plan, one, 1))),
        ("10,000 trials x 122 minimised, one thread", middle(lambda: lists(plan, many, 1))),
        ("10,000 trials x 122 minimised, two threads", middle(lambda: lists(plan, many, 1, workers=2))),
    ]
    two = random.integers(0, 2, (10_000, 122))
    for name, scheme in LISTED.items():
        listed = plan_of(scheme, ["x=1", "x=2"])
        rows.append(
            (f"10,000 trials x 122, two strata, {name}", middle(lambda listed=listed: lists(listed, two, 1)))
        )
    return [f"| {name} | {used[0]:.1f} ms | {used[1]:.1f} ms |" for name, used in rows]


def peers(found: dict[int, float]) -> str:
    """What was measured of others, and what others measured."""
    own = ", ".join(f"{size:,} in {seconds:.2f} s" for size, seconds in found.items())
    timed = (
        f"smallerize 0.5.0, in this run: {own}."
        if found
        else "smallerize could not be installed in this run."
    )
    return (
        f"{timed} Not in this run, since they cannot be installed here, from an earlier measurement on two cores, four"
        " factors: R carat 90 ms and R Minirand 198 s for 10,000 participants; smallerize 1.26 s. Nothing else was"
        " found that minimises many trials."
    )


def main() -> None:
    """Measures, prints and writes the section."""
    rows = table()
    first, again = compiled()
    text = "\n".join(
        [
            "## Randomisation",
            "",
            f"`python -m benchmarks.randomisation`, medians of {REPEATS} runs; Python {platform.python_version()}, load"
            f" average {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores while it ran, so the wall's times are those"
            " of a shared machine. Minimisation over four factors of 2, 2, 3 and 12 levels, range, probability 0.8.",
            "",
            "| work, after compiling | processor | wall |",
            "| --- | --- | --- |",
            *rows,
            "",
            f"A fresh process needs {first:.1f} s of the processor until its first list, imports and compiling"
            f" included, and {again:.1f} s where the compiled loops are kept from an earlier process. The randomiser"
            " itself, one participant after"
            f" the other in pure Python with draws from a seed: {one_by_one(2000):.2f} s for 2,000 minimised.",
            "",
            peers(smallerized((122, 1000, 10_000))),
        ]
    )
    print(text)
    write_section(PAGE, "randomisation", text)


if __name__ == "__main__":
    main()
