"""Tries a study: a whole practice trial in memory, with virtual patients, through the same engine as a live one.

Nothing is written. Same study, scenario, seed and version: same head hash.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from equipoise.analysis.cut import PRACTICE
from equipoise.cli import exits
from equipoise.cli.simulating import account, practice_seal, progress_bar, scenario_of
from equipoise.cli.verify import verdict
from equipoise.ledger import MemoryStore
from equipoise.ledger.verify import verify_store
from equipoise.simulation.trial import simulate
from equipoise.study.load import load

EXAMPLE = "equipoise try studies/NAME --seed 7"


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("study", type=Path, help="the folder of the study")
    parser.add_argument("--scenario", default="base", help="the scenario of the study (default: base)")
    parser.add_argument("--seed", type=int, default=1, help="the seed of the virtual world (default: 1)")


def run(arguments: argparse.Namespace) -> int:
    """Runs the trial and prints what happened. Raises the codes of the study and of its scenario."""
    study = load(arguments.study)
    scenario = scenario_of(arguments.study, arguments.scenario)
    store = MemoryStore("practice")
    with progress_bar("randomised") as progress:
        simulated = simulate(
            study,
            scenario,
            arguments.seed,
            practice_seal(arguments.study, study),
            store=store,
            mode="practice",
            progress=progress,
        )
    report = verify_store(store)
    print(
        f"{PRACTICE}\n\n{study.definition.study.id}, scenario {arguments.scenario}, seed {arguments.seed}\n"
    )
    print(f"{account(simulated)}\n\n{verdict(report, store.mode)}")
    return exits.OK if report.ok else exits.LEDGER
