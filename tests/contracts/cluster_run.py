"""A local cluster of processes, on which parts of trials are run while workers are ended by force; run by
`test_a_cluster_gives_the_numbers_of_one_process`. Argument: a folder for results. Prints what happened as JSON.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dask
import msgspec
import polars
from distributed import LocalCluster

from equipoise.cli.main import main as command
from equipoise.cli.simulating import practice_seal, scenario_of
from equipoise.errors import EquipoiseError
from equipoise.simulation import cluster
from equipoise.simulation.characteristics.compiling import compile_plan
from equipoise.simulation.parts import FastWork, WholeWork, Work, here, parcel_of
from equipoise.study import load

STUDY = Path(__file__).parents[2] / "studies" / "NCT06965244"
SEED, TRIALS, PEOPLE = 11, {"whole": 4, "fast": 3000}, 8
SCENARIO = "looks"
"""It has kits at the sites too."""
PATIENT = 600.0
"""Seconds that the cluster may take to start a process: a busy machine is no fault."""


@dataclass(frozen=True, slots=True)
class Deadly:
    """A part that ends the process that runs it."""

    size: int = 1

    def __call__(self, first: int, trials: int, seed: int) -> polars.DataFrame:
        if first == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return polars.DataFrame({"trial": [first]})


@dataclass(frozen=True, slots=True)
class Held:
    """Work of which all parts but the one that is begun first, whichever that is, wait for the gate: so a worker is at
    work when another is killed."""

    work: Work
    gate: Path

    @property
    def size(self) -> int:
        return self.work.size

    def __call__(self, first: int, trials: int, seed: int) -> polars.DataFrame:
        if not self._begun_first():
            while not self.gate.exists():
                time.sleep(0.05)
        return self.work(first, trials, seed)

    def _begun_first(self) -> bool:
        try:
            self.gate.with_suffix(".begun").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


def works() -> dict[str, Work]:
    """The work of both paths."""
    study, seal = load(STUDY), practice_seal(STUDY)
    scenario = msgspec.structs.replace(scenario_of(STUDY, SCENARIO), participants=PEOPLE)
    return {
        "whole": WholeWork(parcel_of(STUDY, study.digest), scenario, seal, None),
        "fast": FastWork(compile_plan(study, scenario, seal, size=60), size=300),
    }


def with_a_worker_killed(client: Any, name: str, work: Work, folder: Path) -> dict[str, Any]:
    """Runs in one process, then on the cluster, and kills a worker that is at work when the first part is done."""
    killed: list[int] = []
    gate = folder / f"{name}-gate"

    def kill(rows: int) -> None:
        if not killed:
            at_work = next(worker for worker, tasks in client.processing().items() if tasks)
            killed.append(client.run(os.getpid, workers=[at_work])[at_work])
            os.kill(killed[0], signal.SIGKILL)
            gate.touch()

    # First in one process: it keeps the compiled loop, which the workers then find.
    here(work, TRIALS[name], SEED, lambda rows: None).write_parquet(folder / f"{name}-here.parquet")
    many = cluster.on_cluster(client, Held(work, gate), TRIALS[name], SEED, kill)
    many.write_parquet(folder / f"{name}-cluster.parquet")
    return {"killed": len(killed)}


def code_of(attempt: Any) -> str:
    """The code that an attempt is refused with."""
    try:
        attempt()
    except EquipoiseError as error:
        return error.code
    return "none"


def by_command(address: str, folder: Path) -> int:
    """The command itself."""
    return command(
        [
            *("simulate", str(STUDY), "--engine", "whole", "--participants", str(PEOPLE)),
            *("--scenario", SCENARIO),
            *("--trials", str(TRIALS["whole"]), "--seed", str(SEED), "--json"),
            *("--scheduler", address, "--out", str(folder / "command")),
        ]
    )


@dataclass(frozen=True, slots=True)
class Slow:
    """Parts that take their time, so that some are left when the machine is gone."""

    size: int = 1

    def __call__(self, first: int, trials: int, seed: int) -> polars.DataFrame:
        time.sleep(0.3)
        return polars.DataFrame({"trial": [first]})


def when_all_are_gone(folder: Path, lost: str) -> dict[str, Any]:
    """What a run says when its only worker, or the scheduler, is ended by force and nobody starts another."""
    scheduler = begun(
        "scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(folder / f"{lost}.json")
    )
    address = address_in(folder / f"{lost}.json")
    worker = begun("worker", address, "--no-nanny", "--nthreads", "1", "--no-dashboard")
    ended = {"worker": worker, "scheduler": scheduler}[lost]
    done: list[int] = []

    def kill(rows: int) -> None:
        done.append(rows)
        ended.kill()

    try:
        with cluster.connected(address, PATIENT) as client:
            cluster.on_cluster(client, Slow(), 40, SEED, kill, alone=2.0)
    except EquipoiseError as error:
        return {"code": error.code, "some were done": f"; {len(done)} of 40" in error.fault}
    finally:
        for process in (worker, scheduler):
            process.kill()
            process.wait()
    return {"code": "none"}


def begun(*words: str) -> subprocess.Popen[bytes]:
    """A part of Dask in a process of its own, without anybody who starts it again."""
    command = [sys.executable, "-m", f"distributed.cli.dask_{words[0]}", *words[1:]]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def address_in(path: Path) -> str:
    """The address that a scheduler writes when it is ready."""
    for _ in range(6000):
        if path.exists() and path.stat().st_size:
            return str(json.loads(path.read_text())["address"])
        time.sleep(0.1)
    raise TimeoutError(path)


def connect(address: str, patience: float) -> None:
    with cluster.connected(address, patience):
        pass


def main(folder: Path) -> None:
    found: dict[str, Any] = {}
    # A busy machine takes longer to start a worker again than the 15 s after which a local cluster gives it up.
    dask.config.set({"distributed.deploy.lost-worker-timeout": "10 minutes"})
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as machines:
        address = machines.scheduler_address
        with cluster.connected(address, PATIENT) as client:
            for name, work in works().items():
                found[name] = with_a_worker_killed(client, name, work, folder)
            machines.scheduler.allowed_failures = 1
            found["deadly"] = code_of(
                lambda: cluster.on_cluster(client, Deadly(), 4, SEED, lambda rows: None)
            )
            client.wait_for_workers(2, timeout=PATIENT)
        for lost in ("worker", "scheduler"):
            found[f"no {lost} any more"] = when_all_are_gone(folder, lost)
        sys.stdout, stdout = sys.stderr, sys.stdout
        found["command"] = by_command(address, folder)
        sys.stdout = stdout
        cluster.version_here = lambda: str(os.getpid())  # each process says something else
        found["another version"] = code_of(lambda: connect(address, PATIENT))
    # A cluster of its own: one whose workers were killed may still start one again.
    with LocalCluster(n_workers=0, processes=True, dashboard_address=None) as machines:
        found["no worker"] = code_of(lambda: connect(machines.scheduler_address, 2))
    found["no scheduler"] = code_of(lambda: connect("tcp://127.0.0.1:1", 2))
    found["no address"] = code_of(lambda: connect("nowhere://x", 2))
    (folder / "found.json").write_text(json.dumps(found))


if __name__ == "__main__":
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    main(Path(sys.argv[1]))
