"""Simulates whole trials of a study by the thousand, and says what its design does in each scenario.

`--engine fast`: the engine screens a sample of virtual patients once, and a compiled loop draws trials from it.
`--engine whole`: each trial is run by the engine that patients are treated by, with every form and check; some
seconds a trial. Both answer the same question in the same columns. `--scheduler` runs either on a Dask cluster;
the numbers do not depend on who runs them. `--out` writes the table, the picture, and one row a trial as Parquet.
The first call for a scenario takes up to a minute: the engine meets its patients, and the loop is compiled. Both are
kept for the next call. What it is at is said on the error stream.
"""

from __future__ import annotations

import argparse
import json
import os
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equipoise import __version__
from equipoise.cli import exits
from equipoise.cli.errors import command_error, unlike
from equipoise.cli.showing import prepared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from equipoise.simulation.characteristics.simulated import Answer, Runner

EXAMPLE = "equipoise simulate studies/NAME --scenario base null --trials 10000 --seed 1 --out out/NAME"
TRIALS = {"fast": 10_000, "whole": 20}
FIRST = "The first call for a scenario takes up to a minute; what the engine says, and the compiled loop, are kept."


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    add = parser.add_argument
    add("study", type=Path, help="the folder of the study")
    add(
        "--scenario",
        nargs="+",
        default=["base"],
        metavar="NAME",
        help="scenarios, side by side (default: base)",
    )
    add(
        "--engine",
        choices=tuple(TRIALS),
        default="fast",
        help="the compiled loop, or the whole engine (default: fast)",
    )
    add("--trials", type=several, help="trials a scenario (default: 10000, of the whole engine 20)")
    add("--seed", type=int, default=1, help="the seed of all draws (default: 1)")
    add("--participants", type=positive, help="participants a trial (default: those of the scenario)")
    add("--estimand", metavar="NAME", help="the estimand to decide by (default: the first)")
    add(
        "--sample",
        type=positive,
        default=2000,
        help="patients that the engine screens for `fast` (default: 2000)",
    )
    add(
        "--fresh",
        action="store_true",
        help="ask the engine anew; else what it said of the same scenario before is taken from the cache",
    )
    add(
        "--workers",
        type=positive,
        help="threads or, where Python analyses each trial, processes of this machine",
    )
    add("--scheduler", metavar="ADDRESS", help="run on the Dask cluster at tcp://HOST:PORT")
    add(
        "--patience",
        type=positive,
        metavar="SECONDS",
        help="how long a cluster may be without any worker before the run is given up (default: 120)",
    )
    add("--out", type=Path, help="the folder to write table, picture and Parquet into")
    add("--json", action="store_true", help="print the numbers as JSON")


def positive(text: str) -> int:
    """A whole number from 1."""
    return _from(1, text)


def several(text: str) -> int:
    """A whole number from 2: one trial has no spread."""
    return _from(2, text)


def _from(least: int, text: str) -> int:
    if not text.isdigit() or int(text) < least:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least}")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Prints the characteristics. Raises COMM-003, the codes of the definition, SIMU-001 to SIMU-015."""
    with ExitStack() as stack:
        if arguments.out:
            prepared(arguments.out)
        runner = _runner(arguments, stack)
        report = stack.enter_context(steps())
        answer = said(answered(arguments, runner, report))
    if arguments.out:
        write(answer, arguments.out)
    if arguments.json:
        print(as_json(answer))
    else:
        show(answer)
        if arguments.out:
            print(f"\nthe table, the picture and the trials are in {arguments.out}")
    return exits.OK


def _runner(arguments: argparse.Namespace, stack: ExitStack) -> Runner | None:
    """Who runs the parts; None leaves it to the path itself."""
    from equipoise.simulation.cluster import ALONE, connected, on_cluster
    from equipoise.simulation.parts import here, in_processes

    if arguments.scheduler:
        client = stack.enter_context(connected(arguments.scheduler))
        return partial(on_cluster, client, alone=arguments.patience or ALONE)
    if arguments.engine == "fast":
        return None
    many = (arguments.workers or 1) > 1
    return partial(in_processes, workers=arguments.workers) if many else here


def answered(
    arguments: argparse.Namespace, runner: Runner | None, report: Callable[[str, int, int], None]
) -> Answer:
    """The answer of the path that was asked for."""
    from msgspec.structs import replace as changed

    from equipoise.cli.simulating import practice_seal, scenario_of
    from equipoise.simulation.characteristics.simulated import simulate_scenarios
    from equipoise.simulation.parts import parcel_of
    from equipoise.simulation.whole.side_by_side import whole_scenarios
    from equipoise.study.load import load

    study = load(arguments.study)
    seal = practice_seal(arguments.study, study)
    known = study.definition.estimands
    if arguments.estimand is not None and arguments.estimand not in known:
        raise command_error("COMM-008", str(arguments.study), unlike(arguments.estimand, known))
    scenarios = [scenario_of(arguments.study, name) for name in dict.fromkeys(arguments.scenario)]
    if arguments.participants:
        scenarios = [changed(each, participants=arguments.participants) for each in scenarios]
    trials = arguments.trials or TRIALS[arguments.engine]
    shared: dict[str, Any] = {
        "trials": trials,
        "seed": arguments.seed,
        "size": arguments.sample,
        "estimand": arguments.estimand,
        "fresh": arguments.fresh,
        "runner": runner,
        "report": report,
    }
    if arguments.engine == "whole":
        parcel = parcel_of(arguments.study, study.digest)
        return whole_scenarios(study, parcel, scenarios, seal, **shared)
    return simulate_scenarios(
        study,
        scenarios,
        seal,
        workers=arguments.workers or os.cpu_count(),
        **shared,
    )


def said(answer: Answer) -> Answer:
    """The answer whose table says how its numbers came about."""
    source = answer.source
    words = (
        f"Path: {answer.path}; {answer.characteristics[0].trials:,} trials a scenario, seed {source.seed}; "
        f"{source.study}, definition {source.digest}; Equipoise {__version__}."
    )
    return replace(answer, table=replace(answer.table, notes=(*answer.table.notes, words)))


@contextmanager
def steps() -> Iterator[Callable[[str, int, int], None]]:
    """A bar a step on the error stream, where that is a terminal, else a line; called with the step, what is done, what
    there is."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        tasks: dict[str, Any] = {}

        def report(step: str, done: int, total: int) -> None:
            if not tasks and step.startswith("screening"):
                console.print(FIRST, markup=False, soft_wrap=True)
            if step not in tasks:
                if not console.is_terminal:
                    console.print(f"{step}: {total}", markup=False, soft_wrap=True)
                tasks[step] = progress.add_task(step, total=total)
            progress.update(tasks[step], completed=done, total=total)

        yield report


def as_json(answer: Answer) -> str:
    """All numbers, with what they rest on."""
    found = {
        "banner": answer.source.banner,
        "path": answer.path,
        "version": __version__,
        "study": answer.source.study,
        "definition": answer.source.digest,
        "seed": answer.source.seed,
        "seconds": dict(answer.seconds),
        "scenarios": [asdict(each) for each in answer.characteristics],
    }
    return json.dumps(found, indent=1, ensure_ascii=False)


def show(answer: Answer) -> None:
    """Prints the table for people."""
    from rich.console import Console

    from equipoise.cli.showing import draw

    console = Console(highlight=False)
    console.print(f"{answer.source.study}: {answer.source.banner}", markup=False)
    console.print(f"Path: {answer.path}, seed {answer.source.seed}\n", markup=False)
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
    source = answer.source
    for name, frame in answer.frames.items():
        told = {
            "notice": source.banner,
            "study": source.study,
            "definition": source.digest,
            "scenario": name,
            "seed": str(source.seed),
        }
        frame.write_parquet(folder / f"trials-{name}.parquet", metadata=told)
