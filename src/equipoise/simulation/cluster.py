"""Parts of trials on a Dask cluster: other processes, other machines, the same numbers.

`distributed` (the extra `cluster`) is imported when a scheduler is named. Dask runs a part again when its worker is
lost. A part that loses several workers one after the other is given up, and named.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equipoise import __version__
from equipoise.simulation.errors import scenario_error
from equipoise.simulation.parts import Progress, Work, joined, parts_of

if TYPE_CHECKING:
    import polars

PATIENCE = 30
"""Seconds to wait for the scheduler, and then for its first worker."""


@contextmanager
def connected(address: str, patience: float = PATIENCE) -> Iterator[Any]:
    """A client of the scheduler at `tcp://host:port`, where each worker runs this version.

    Raises SIMU-010 without `distributed`, SIMU-011 when the scheduler cannot be reached or has no worker, SIMU-013
    for a worker with another version of Equipoise.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise scenario_error(
            "SIMU-010", address, "the package `distributed` is not installed here"
        ) from error
    try:
        client = Client(address, timeout=patience, set_as_default=False)
    except (OSError, ValueError) as error:  # a timeout is an OSError; a ValueError is an address that is none
        raise scenario_error("SIMU-011", address, "no scheduler answers there") from error
    try:
        _check_workers(client, address, patience)
        yield client
    finally:
        client.close()


def _check_workers(client: Any, address: str, patience: float) -> None:
    try:
        client.wait_for_workers(1, timeout=patience)
    except TimeoutError as error:
        raise scenario_error("SIMU-011", address, "the scheduler has no worker") from error
    found = client.run(version_here, on_error="return")
    for worker, said in sorted(found.items()):
        _check_version(worker, str(said), version_here())


def _check_version(worker: str, there: str, own: str) -> None:
    if there != own:
        raise scenario_error("SIMU-013", worker, f"it has {there}, this is {own}")


@cache
def version_here() -> str:
    """The version of Equipoise in the process that is asked, and a digest of the sources of its simulation."""
    folder = Path(__file__).parent
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.rglob("*.py"))))
    return f"{__version__}+{digest.hexdigest()[:12]}"


def on_cluster(client: Any, work: Work, trials: int, seed: int, progress: Progress) -> polars.DataFrame:
    """All parts by the workers of a cluster, put together in order of the trials.

    Raises the code of a fault inside a part, and SIMU-012 for a part whose workers were lost again and again.
    """
    from distributed import KilledWorker, as_completed

    # As a task, and not as data put on a worker: what was on a worker that is lost is then made again.
    shared = client.submit(_same, work, pure=False)
    waiting = {
        client.submit(_part, shared, first, count, seed, version_here(), pure=False): first
        for first, count in parts_of(trials, work.size)
    }
    found: dict[int, polars.DataFrame] = {}
    try:
        for future in as_completed(list(waiting), loop=client.loop):
            found[waiting[future]] = frame = future.result()
            future.release()
            progress(len(frame))
    except KilledWorker as error:
        fault = f"the part from trial {waiting[future]} on lost its worker several times"
        raise scenario_error("SIMU-012", client.scheduler.address, fault) from error
    return joined(found.items())


def _same(work: Work) -> Work:
    return work


def _part(work: Work, first: int, trials: int, seed: int, version: str) -> polars.DataFrame:
    """A part, by a worker that may have come later than the check of the others."""
    _check_version("a worker", version_here(), version)
    return work(first, trials, seed)
