"""Times models for repeated measures and writes them to docs/benchmarks.md.

    python -m benchmarks.repeated_measures

The sizes are those that other programs were timed at: 537 responses at 4 visits, and 122 participants at 5. Each time
is one fit with one difference and its Satterthwaite degrees of freedom, data preparation included.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.sections import write_section
from equipoise.analysis.estimators.covariance import STRUCTURES
from equipoise.analysis.estimators.longitudinal import difference, fit_visits

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
REPEATS = 25


def sample(participants: int, visits: int, responses: int, seed: int) -> dict:
    """A trial of two arms with a baseline, of which this number of responses was seen."""
    random = np.random.default_rng(seed)
    level = random.normal(size=(participants, 1))
    values = (4 * level + 5 * random.normal(size=(participants, visits))).ravel()
    values[random.permutation(values.size)[: values.size - responses]] = np.nan
    return {
        "response": values,
        "participant": np.repeat(np.arange(participants), visits).tolist(),
        "arm": np.repeat(np.arange(participants) % 2, visits).tolist(),
        "visit": np.tile(np.arange(visits), participants).tolist(),
        "covariates": {"base": np.repeat(level[:, 0] + random.normal(size=participants), visits)},
    }


def middle(work: Callable[[int], object]) -> tuple[float, float]:
    """The median milliseconds of the processor and of the wall; the first run is not counted."""
    work(0)
    taken = []
    for repeat in range(REPEATS):
        wall, processor = time.perf_counter(), time.process_time()
        work(repeat)
        taken.append((time.process_time() - processor, time.perf_counter() - wall))
    return tuple(1000 * median(each) for each in zip(*taken, strict=True))  # type: ignore[return-value]


def main() -> None:
    """Measures, prints and writes the section."""
    trials = [sample(197, 4, 537, seed) for seed in range(REPEATS)]
    lines = ["| covariance | 537 responses, 4 visits: processor | wall |", "| --- | --- | --- |"]
    for id, structure in STRUCTURES.items():
        used = middle(lambda each, id=id: difference(fit_visits(**trials[each], covariance=id), 1, 0, 3))
        lines.append(f"| {structure.label} (`{id}`) | {used[0]:.1f} ms | {used[1]:.1f} ms |")
    small = [sample(122, 5, 560, seed) for seed in range(REPEATS)]
    used = middle(lambda each: difference(fit_visits(**small[each]), 1, 0, 4))
    load = os.getloadavg()[0]
    text = "\n".join(
        [
            "## Repeated measures",
            "",
            f"`python -m benchmarks.repeated_measures`, medians of {REPEATS} trials on one core; load average"
            f" {load:.0f} on {os.cpu_count()} cores while it ran, so the wall's times are those of a shared machine.",
            "",
            *lines,
            "",
            f"Unstructured, 122 participants at 5 visits: {used[0]:.1f} ms of the processor, so 1,000 such analyses"
            f" take {used[0]:.1f} s of one core. Other programs, timed on their own and not in this run: R mmrm 56 ms"
            " and nlme 423 ms for 537 responses, R mmrm 48 ms for 122 participants at 5 visits.",
        ]
    )
    print(text)
    write_section(PAGE, "repeated measures", text)


if __name__ == "__main__":
    main()
