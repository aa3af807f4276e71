"""Simulates whole trials of a study by the thousand, and says what its design does in each scenario.

The vectorised path: the engine screens a sample of virtual patients once, and a compiled loop draws trials from it.
`--out` writes the table, the picture, and one row a trial as Parquet.
"""

from __future__ import annotations

import argparse
import json
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equipoise.cli import exits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from equipoise.simulation.characteristics.simulated import Answer

EXAMPLE = "equipoise simulate studies/NAME --scenario base null --trials 10000 --seed 1 --out out/NAME"


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("study", type=Path, help="the folder of the study")
    parser.add_argument(
        "--scenario",
        nargs="+",
        default=["base"],
        metavar="NAME",
        help="scenarios, side by side (default: base)",
    )
    parser.add_argument("--trials", type=int, default=10_000, help="trials a scenario (default: 10000)")
    parser.add_argument("--seed", type=int, default=1, help="the seed of all draws (default: 1)")
    parser.add_argument("--estimand", metavar="NAME", help="the estimand to decide by (default: the first)")
    parser.add_argument(
        "--sample", type=int, default=2000, help="patients that the engine screens (default: 2000)"
    )
    parser.add_argument("--out", type=Path, help="the folder to write table, picture and Parquet into")
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Prints the characteristics. Raises COMM-003, the codes of the definition, SIMU-001 to SIMU-008."""
    from equipoise.cli.simulating import practice_seal, scenario_of
    from equipoise.simulation.characteristics.simulated import simulate_scenarios
    from equipoise.study.load import load

    study = load(arguments.study)
    scenarios = [scenario_of(arguments.study, name) for name in arguments.scenario]
    with steps() as report:
        answer = simulate_scenarios(
            study, scenarios, practice_seal(arguments.study), trials=arguments.trials, seed=arguments.seed,
            size=arguments.sample, estimand=arguments.estimand, report=report,
        )  # fmt: skip
    if arguments.out:
        write(answer, arguments.out)
    if arguments.json:
        print(as_json(answer))
    else:
        show(answer)
        if arguments.out:
            print(f"\nthe table, the picture and the trials are in {arguments.out}")
    return exits.OK


@contextmanager
def steps() -> Iterator[Callable[[str, int, int], None]]:
    """A bar a step on the error stream, where that is a terminal; called with the step, what is done, what there is."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        tasks: dict[str, Any] = {}

        def report(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(step, total=total)
            progress.update(tasks[step], completed=done, total=total)

        yield report


def as_json(answer: Answer) -> str:
    """All numbers, with what they rest on."""
    found = {
        "banner": answer.source.banner,
        "path": "vectorised",
        "study": answer.source.study,
        "definition": answer.source.digest,
        "seed": answer.source.seed,
        "seconds": answer.seconds,
        "scenarios": [asdict(each) for each in answer.characteristics],
    }
    return json.dumps(found, indent=1, ensure_ascii=False)


def show(answer: Answer) -> None:
    """Prints the table for people."""
    from rich.console import Console

    from equipoise.cli.design import draw

    console = Console(highlight=False)
    console.print(f"{answer.source.study}: {answer.source.banner}", markup=False)
    console.print(f"Vectorised path, seed {answer.source.seed}\n", markup=False)
    draw(console, answer.table)
    times = ", ".join(f"{step} {seconds:.2f} s" for step, seconds in answer.seconds.items())
    console.print(f"\n  {times}", markup=False, style="dim")


def write(answer: Answer, folder: Path) -> None:
    """Writes the table, the picture, the numbers, and the trials of each scenario."""
    from equipoise.analysis.svg import svg
    from equipoise.analysis.tables import table_csv

    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "characteristics.csv": table_csv(answer.table, answer.source),
        "characteristics.svg": str(svg(answer.figure, answer.source, alone=True)),
        "characteristics.json": as_json(answer) + "\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name, frame in answer.frames.items():
        frame.write_parquet(folder / f"trials-{name}.parquet")
