"""What the commands that simulate a trial share: its scenario, its practice seal, a progress bar, an account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from equipoise.cli.errors import command_error, unlike
from equipoise.simulation.practice import practice_seal as practice_seal
from equipoise.simulation.scenario import Scenario, load_scenario
from equipoise.simulation.trial import Simulated


def scenario_of(study: Path, name: str) -> Scenario:
    """The scenario of this name in a study's folder. Raises COMM-003 where there is none."""
    folder = study / "scenarios"
    path = folder / f"{name}.yaml"
    if not path.is_file():
        raise command_error(
            "COMM-003", str(folder), unlike(name, (each.stem for each in folder.glob("*.yaml")))
        )
    return load_scenario(path)


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on the error stream, where that is a terminal; called with what is done and what there is."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def account(simulated: Simulated) -> str:
    """What the simulated people did, and what the engine refused them."""
    refused = Counter(refusal.code for _, refusal in simulated.refusals)
    kinds = ", ".join(f"{kind} {count}" for kind, count in simulated.commands.most_common(6))
    codes = ", ".join(f"{code} {count}" for code, count in sorted(refused.items())) or "none"
    lines = [
        f"screened    {simulated.screened}",
        f"randomised  {simulated.randomised}",
        f"commands    {sum(simulated.commands.values())} ({kinds} ...)",
        f"items       {simulated.items}",
        f"refusals    {sum(refused.values())} ({codes})",
    ]
    return "\n".join(lines)
