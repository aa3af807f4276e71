"""The option by which a command is told of trials that run here. Following them costs more and is loaded later."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from equipoise.cli.following import Followed
    from equipoise.registry.index import RegistryIndex


def add_trials(parser: argparse.ArgumentParser) -> None:
    """The arguments by which a command is told of trials that run here."""
    parser.add_argument(
        "--trial",
        nargs=2,
        type=Path,
        action="append",
        default=[],
        metavar=("STUDY", "LEDGER"),
        help="a trial that runs here: its study's folder and its ledger (again for others)",
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="the seed of imputations in results of such trials (default: 1)"
    )


def trials_of(arguments: argparse.Namespace, index: RegistryIndex) -> tuple[Followed, ...]:
    """The trials that a command was told of, each once looked at. Errors: COMM-006, COMM-007 (not in the index), and
    those of each trial and of its results."""
    if not arguments.trial:
        return ()
    from equipoise.cli.following import Followed, check_known

    found = tuple(Followed(study, ledger, arguments.seed) for study, ledger in arguments.trial)
    check_known(found, index)
    for trial in found:
        if fault := trial.now().fault:
            raise fault
    return found
