"""Writes the pages of an index into a folder, as files: the bytes that `equipoise serve` sends, to copy anywhere.

Every study has its page, its related trials, its findings, its versions and its record, in English and French.
What needs a server (search, patient matching) is a page that says so and lists the studies. Files that are right
already are left alone, so that a build after an update writes what changed; pages of studies that are gone stay.
"""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime
from pathlib import Path

from equipoise.cli import exits

EXAMPLE = "equipoise registry build --index registry --out site"


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--index", type=Path, required=True, metavar="DIR", help="the folder of the index")
    parser.add_argument("--out", type=Path, required=True, metavar="OUT", help="the folder of the site")
    parser.add_argument(
        "--study", action="append", default=[], metavar="NUMBER", help="only this study (again for others)"
    )
    parser.add_argument(
        "--today",
        type=date.fromisoformat,
        default=None,
        help="the day for which dates that have passed are judged (default: today, UTC)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Writes the site. Raises the codes of opening the index, REGI-005 and REGI-035."""
    from rich.console import Console
    from rich.progress import track

    from equipoise.registry.index import open_index
    from equipoise.registry.page.pages import Shelf
    from equipoise.registry.page.static_site import write_frame, write_study

    index = open_index(arguments.index)
    shelf = Shelf(index=index, today=arguments.today or datetime.now(UTC).date())
    numbers = arguments.study or list(index.store.numbers(at=index.sequence))
    write_frame(shelf, arguments.out, numbers)
    screen = Console(stderr=True)
    for number in track(numbers, "studies", console=screen, disable=not screen.is_terminal):
        write_study(shelf, arguments.out, number)
    print(f"{len(numbers)} studies in {arguments.out}")
    return exits.OK
