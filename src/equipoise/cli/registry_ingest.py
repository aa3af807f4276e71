"""Reads files and folders of records into an index, which is made when absent.

Progress and the records that could not be read go to the error stream, the summary to the output.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from equipoise.cli import exits

if TYPE_CHECKING:
    from equipoise.registry.ingest import Summary
    from equipoise.registry.reading import Unread

MOST_LISTED = 10_000


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("paths", type=Path, nargs="*", metavar="PATH", help="files or folders of records")
    parser.add_argument("--index", type=Path, required=True, metavar="DIR", help="the folder of the index")
    parser.add_argument(
        "--rebuild", action="store_true", help="make the search anew from the records that the index keeps"
    )
    parser.add_argument(
        "--json", action="store_true", help="print the summary as JSON, with what was not read"
    )


def run(arguments: argparse.Namespace) -> int:
    """Ingests, and prints what was done. Raises REGI-031 to REGI-034."""
    from equipoise.registry.ingest import Watch, ingest

    unread: list[dict[str, str]] = []
    with _progress(arguments.paths) as progress:
        tasks: dict[Path, int] = {}

        def read(path: Path, behind: int) -> None:
            task = (
                tasks.setdefault(path, progress.add_task(path.name, total=None))
                if path not in tasks
                else tasks[path]
            )
            progress.update(task, completed=behind, total=path.stat().st_size)

        def report(found: Unread) -> None:
            progress.console.print(str(found.error), markup=False, highlight=False, soft_wrap=True)
            if len(unread) < MOST_LISTED:
                unread.append({"place": found.place, "code": found.error.code, "fault": found.error.fault})

        def making(part: str) -> None:
            progress.add_task(f"making {part}", total=None)

        watch = Watch(read=read, unread=report, making=making)
        today = datetime.now(UTC).date()
        done = ingest(arguments.paths, arguments.index, today=today, watch=watch, rebuild=arguments.rebuild)
    print(
        json.dumps({**asdict(done), "reasons": unread}, ensure_ascii=False) if arguments.json else said(done)
    )
    return exits.FINDINGS if done.unread else exits.OK


def _progress(paths: list[Path]):  # noqa: ANN202 (a type of a library that is loaded here)
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    console = Console(file=sys.stderr)
    return Progress(*columns, console=console, disable=not (paths and console.is_terminal))


def said(done: Summary) -> str:
    """What was done, in words."""
    return (
        f"{done.read} records read: {done.kept} new or changed, {done.read - done.kept} known already; "
        f"{done.unread} could not be read. The index has {done.studies} studies."
    )
