"""Analyses a ledger: tables, figures and numbers of all that it holds, under the study that it was conducted by.

By arm it needs the frozen analysis, the lock and the unblinding. `--pooled` needs none of them and names no arm.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from equipoise.cli import exits
from equipoise.cli.publishing import headlines, report_of, write_files
from equipoise.stores.sqlite import SQLiteStore
from equipoise.study.load import load

EXAMPLE = "equipoise analyse out/NAME/ledger.sqlite studies/NAME --out out/NAME"


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("ledger", type=Path, help="the ledger's SQLite file")
    parser.add_argument("study", type=Path, help="the folder of the study")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write into")
    parser.add_argument("--seed", type=int, default=1, help="the seed of the imputations (default: 1)")
    parser.add_argument("--pooled", action="store_true", help="all participants together, without arms")


def run(arguments: argparse.Namespace) -> int:
    """Writes the results and prints the main ones. Raises the codes of ledger, study and analysis."""
    study = load(arguments.study)
    with SQLiteStore.open(arguments.ledger) as store:
        report = report_of(study, store, arguments.seed, by_arm=not arguments.pooled)
    if report.source.banner:
        print(f"{report.source.banner}\n")
    written = write_files(report, arguments.out)
    print(f"{report.source.words}\n{headlines(report)}\n\n{len(written)} files in {arguments.out}")
    return exits.OK
