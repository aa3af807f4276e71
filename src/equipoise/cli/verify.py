"""Verifies a ledger: every hash and commitment, the order of the entries, and the store's own guards.

With checkpoints (texts that were printed or sent out earlier) it also proves that the ledger still passes
through the heads that they name, which is what protects it against its own administrator.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from equipoise.cli import exits
from equipoise.ledger.checkpoints import read_checkpoint
from equipoise.ledger.verify import Report, verify_store
from equipoise.stores.sqlite import SQLiteStore

EXAMPLE = "equipoise verify out/NAME/ledger.sqlite --checkpoint printed-in-march.txt"


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("ledger", type=Path, help="the ledger's SQLite file")
    parser.add_argument(
        "--checkpoint",
        type=Path,
        action="append",
        default=[],
        help="a file with a checkpoint that was handed out; may be repeated",
    )


def run(arguments: argparse.Namespace) -> int:
    """Prints the verdict. The exit code is 4 where anything does not hold."""
    checkpoints = [read_checkpoint(path.read_text(encoding="utf-8")) for path in arguments.checkpoint]
    with SQLiteStore.open(arguments.ledger) as store:
        report = verify_store(store, checkpoints)
        print(verdict(report, store.mode))
    return exits.OK if report.ok else exits.LEDGER


def verdict(report: Report, mode: str) -> str:
    """The report in words; the last line says whether all holds."""
    lines = [
        f"mode     {mode}",
        f"entries  {report.count}",
        f"head     {report.head.hash.hex()}",
    ]
    if report.erased:
        lines.append(f"erased   {len(report.erased)}, each with its recorded erasure")
    lines += [f"\n{problem}" for problem in report.problems]
    end = "The chain holds." if report.ok else f"The chain does not hold: {len(report.problems)} problems."
    return "\n".join([*lines, "", end])
