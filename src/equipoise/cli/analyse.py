"""Makes the statistical report of a ledger, under the study that it was conducted by: PDF, tables, figures, numbers.

Before the analysis is frozen, the trial locked and its unblinding recorded, the report is blind: it is made from what a
masked person may read and names no arm. After that the same command gives it by arm; `--blind` asks for the blind one.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from equipoise.cli import exits
from equipoise.cli.publishing import headlines, report_of, write_files
from equipoise.cli.showing import prepared
from equipoise.stores.sqlite import SQLiteStore
from equipoise.study.load import load

EXAMPLE = "equipoise analyse out/NAME/ledger.sqlite studies/NAME --out out/NAME"
BLIND = (
    "Blind report: all arms together, nothing under seal. By arm it comes after freeze, lock and unblinding."
)


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument(
        "ledger", type=Path, help="the ledger's SQLite file; ledger and study in either order"
    )
    parser.add_argument("study", type=Path, help="the folder of the study")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write into")
    parser.add_argument("--seed", type=int, default=1, help="the seed of the imputations (default: 1)")
    parser.add_argument("--blind", action="store_true", help="blind, also where results by arm are due")


def run(arguments: argparse.Namespace) -> int:
    """Writes the report and prints the main results. Raises the codes of ledger, study and analysis."""
    prepared(arguments.out)
    folder, file = sorted((arguments.study, arguments.ledger), key=lambda path: not path.is_dir())
    study = load(folder)
    with SQLiteStore.open(file) as store:
        report = report_of(study, store, arguments.seed, by_arm=False if arguments.blind else None)
    for words in (report.source.banner, "" if report.by_arm else BLIND):
        if words:
            print(f"{words}\n")
    written = write_files(report, arguments.out)
    print(f"{report.source.words}\n{headlines(report)}\n\nReport:  {written[-1]}")
    print(f"         with {len(written) - 1} further files in {arguments.out}")
    return exits.OK
