"""Verifies a ledger: every hash and commitment, the order of the entries, and the store's own guards.

With checkpoints (texts that were printed or sent out earlier) it also proves that the ledger still passes
through the heads that they name, which is what protects it against its own administrator. `--hand-out` writes such a
text for the head of today: print it, and give it to somebody who does not keep the ledger.
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from equipoise.cli import exits
from equipoise.cli.showing import write_whole
from equipoise.ledger.checkpoints import Checkpoint, checkpoint, read_checkpoint
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
        metavar="FILE",
        help="a file with a checkpoint that was handed out; may be repeated",
    )
    parser.add_argument(
        "--hand-out", type=Path, metavar="FILE", help="write a checkpoint of a ledger that holds"
    )


def run(arguments: argparse.Namespace) -> int:
    """Prints the verdict. The exit code is 4 where anything does not hold."""
    checkpoints = [read_checkpoint(path.read_text(encoding="utf-8")) for path in arguments.checkpoint]
    with SQLiteStore.open(arguments.ledger) as store:
        report = verify_store(store, checkpoints)
        print(verdict(report, store.mode))
        if report.ok:
            for each in checkpoints:
                print(
                    f"It passes through the checkpoint of entry {each.sequence}, handed out {each.recorded}."
                )
        if arguments.hand_out and report.ok:
            write_whole(arguments.hand_out, of_today(store).text())
            print(f"A checkpoint of its head is in {arguments.hand_out}.")
    return exits.OK if report.ok else exits.LEDGER


def of_today(store: SQLiteStore) -> Checkpoint:
    """The checkpoint of a ledger's head."""
    opened = next(iter(store.events()))
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return checkpoint(store.head(), study=opened.data["study_id"], mode=store.mode, recorded=now)


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
    count = len(report.problems)
    wrong = f"The chain does not hold: {count} problem{'s' if count > 1 else ''}."
    end = "The chain holds." if report.ok else wrong
    return "\n".join([*lines, "", end])
