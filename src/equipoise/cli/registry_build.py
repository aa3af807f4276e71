"""Writes the pages of an index into a folder, as files: the bytes that `equipoise serve` sends, to copy anywhere.

Every study has its page, its related trials, its findings, its versions and its record, in English and French.
What needs a server (search, patient matching) is a page that says so and lists the studies. Files that are right
already are left alone, so that a build after an update writes what changed; the pages of studies that are gone from
the index are removed. With `--trial`, a trial that runs here stands as its ledger does now.
"""

from __future__ import annotations

import argparse
import os
from datetime import UTC, date, datetime
from pathlib import Path

from equipoise.cli import exits
from equipoise.cli.trials import add_trials, trials_of

EXAMPLE = "equipoise registry build --index registry --out site"


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--index", type=Path, required=True, metavar="DIR", help="the folder of the index")
    parser.add_argument("--out", type=Path, required=True, metavar="OUT", help="the folder of the site")
    parser.add_argument(
        "--study", action="append", default=[], metavar="NUMBER", help="only this study (again for others)"
    )
    parser.add_argument(
        "--workers", type=int, default=None, help="how many processes (default: one for each processor)"
    )
    add_trials(parser)
    parser.add_argument(
        "--today",
        type=date.fromisoformat,
        default=None,
        help="the day for which dates that have passed are judged (default: today, UTC)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Writes the site. Raises the codes of opening the index and of the trials that run here, REGI-005 and REGI-035."""
    from rich.console import Console
    from rich.progress import track

    from equipoise.cli.building import write_all
    from equipoise.registry.index import open_index
    from equipoise.registry.page.pages import Shelf
    from equipoise.registry.page.static_site import begun, ended, groups, write_frame

    index, out = open_index(arguments.index), arguments.out
    live = {trial.number: trial.now() for trial in trials_of(arguments, index)}
    today = arguments.today or datetime.now(UTC).date()
    numbers = arguments.study or list(index.store.numbers(at=index.sequence))
    before = begun(out, numbers)
    gone = set() if arguments.study else set(before) - set(numbers)
    write_frame(Shelf(index=index, today=today, live=live), out, numbers)
    workers = arguments.workers or len(os.sched_getaffinity(0))
    written = write_all(arguments.index, out, numbers, live, today, workers)
    screen = Console(stderr=True)
    total = len(numbers) + len(groups(numbers))
    for _ in track(written, "pages", total=total, console=screen, disable=not screen.is_terminal):
        pass
    ended(out, numbers, gone=gone)
    print(f"{len(numbers)} studies in {out}{f', {len(gone)} that are gone removed' if gone else ''}")
    return exits.OK
