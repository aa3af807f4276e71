"""Runs a whole trial in simulation, from its registry record to its results page.

Lints the record, loads the study, conducts the trial with virtual patients through the real engine into a SQLite
ledger, verifies and locks it, analyses it, and writes the page. Same study, scenario, seed and version: same
ledger, byte for byte.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

from equipoise.analysis.cut import SIMULATED
from equipoise.cli import exits
from equipoise.cli.errors import command_error
from equipoise.cli.lint import findings_of, summary
from equipoise.cli.publishing import headlines, report_of, write_files, write_page
from equipoise.cli.simulating import account, practice_seal, progress_bar, scenario_of
from equipoise.cli.verify import verdict
from equipoise.ledger.verify import verify_store
from equipoise.registry.record import Record, load_record
from equipoise.simulation.trial import Simulated, simulate
from equipoise.stores.sqlite import SQLiteStore
from equipoise.study.load import load
from equipoise.study.study import Study

EXAMPLE = "equipoise run studies/NAME --out out/NAME"


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("study", type=Path, help="the folder of the study, with its record.json")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write into")
    parser.add_argument("--scenario", default="base", help="the scenario of the study (default: base)")
    parser.add_argument("--seed", type=int, default=1, help="the seed of the virtual world (default: 1)")


def run(arguments: argparse.Namespace) -> int:
    """Runs the trial and prints each step. Raises the codes of each step; nothing is written over but a simulation."""
    out, folder = arguments.out, arguments.study
    print(f"{SIMULATED}\n")
    record = _record(folder)
    study = load(folder)
    print(f"Study {study.definition.study.id}, version {study.definition.study.version}, {study.digest}")
    with _fresh_ledger(out) as store:
        print(f"\n{account(_conducted(arguments, study, store))}\n")
        verified = verify_store(store)
        print(verdict(verified, store.mode))
        if not verified.ok:
            return exits.LEDGER
        report = report_of(study, store, arguments.seed)
    written = write_files(report, out)
    page = write_page(report, record, out, written) if record is not None else None
    print(f"\n{report.source.words}\n{headlines(report)}\n\n{_next(arguments, written[-1], page)}")
    return exits.OK


def _record(folder: Path) -> Record | None:
    """The registry record of the study, linted; None, said aloud, of a study that is not registered."""
    path = folder / "record.json"
    if not path.exists():
        print("Record: none, so no page of results is made.")
        return None
    record = load_record(path)
    print(f"Record {record.nct_id}: {summary(findings_of(record, folder))}")
    return record


def _conducted(arguments: argparse.Namespace, study: Study, store: SQLiteStore) -> Simulated:
    """The trial, in one transaction: an interrupted simulation leaves no half of a ledger."""
    scenario = scenario_of(arguments.study, arguments.scenario)
    seal = practice_seal(arguments.study, study)
    with progress_bar("randomised") as progress, store.batch():
        return simulate(study, scenario, arguments.seed, seal, store=store, progress=progress)


def _fresh_ledger(out: Path) -> SQLiteStore:
    """A new ledger in the folder. An earlier one is removed only where it is a simulation: raises COMM-004."""
    path = out / "ledger.sqlite"
    out.mkdir(parents=True, exist_ok=True)
    if path.exists():
        with SQLiteStore.open(path) as earlier:
            mode = earlier.mode
        if mode != "simulation":
            raise command_error("COMM-004", str(path), mode)
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
            path.with_name(name).unlink(missing_ok=True)
    return SQLiteStore.open(path, "simulation")


def _next(arguments: argparse.Namespace, pdf: Path, page: Path | None) -> str:
    """Where report and page are, and what to try next, with the program as it can be called from here."""
    shown = f"The page:  {page.resolve()}\n" if page is not None else ""
    program = "equipoise" if shutil.which("equipoise") else os.path.relpath(sys.argv[0])
    return (
        f"{shown}"
        f"Report:    {pdf.resolve()}\n"
        f"Try next:  {program} verify {arguments.out}/ledger.sqlite\n"
        f"           {program} explain {arguments.study} criteria\n"
        f"           {program} run {arguments.study} --out {arguments.out} --seed {arguments.seed + 1}"
    )
