"""Parts of trials on a Dask cluster: other processes, other machines, the same numbers.

`distributed` (the extra `cluster`) is imported when a scheduler is named. Dask runs a part again when its worker is
lost. A part that loses several workers one after the other is given up, and named; so is a run whose workers, or
whose scheduler, have all been gone for a while. Nothing of such a run is kept: the same command gives the same numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from equipoise import __version__
from equipoise.simulation.errors import scenario_error
from equipoise.simulation.parts import Progress, Work, joined, parts_of

if TYPE_CHECKING:
    import polars

PATIENCE = 30
"""Seconds to wait for the scheduler, and then for its first worker."""
ALONE = 120
"""Seconds that a run waits for a worker when all are gone: somebody may start one again."""
ASKED = 2.0
"""Seconds without a finished part after which it is asked whether there is any worker."""


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


def on_cluster(
    client: Any, work: Work, trials: int, seed: int, progress: Progress, alone: float = ALONE
) -> polars.DataFrame:
    """All parts by the workers of a cluster, put together in order of the trials.

    Raises the code of a fault inside a part, SIMU-012 for a part whose workers were lost again and again, SIMU-015 when
    no worker has been there for `alone` seconds, or Dask cancels what it was asked for (its scheduler is gone).
    """
    from distributed import KilledWorker

    # As a task, and not as data put on a worker: what was on a worker that is lost is then made again.
    shared = client.submit(_same, work, pure=False)
    waiting = {
        client.submit(_part, shared, first, count, seed, version_here(), pure=False): first
        for first, count in parts_of(trials, work.size)
    }
    finished: SimpleQueue[Any] = SimpleQueue()
    for future in waiting:
        future.add_done_callback(finished.put)
    found: dict[int, polars.DataFrame] = {}
    address = client.scheduler.address
    try:
        while waiting:
            future = _next(client, finished, alone)
            first = waiting.pop(future)
            found[first] = frame = future.result()
            future.release()
            progress(len(frame))
    except KilledWorker as error:
        fault = f"the part from trial {first} on lost its worker several times"
        raise scenario_error("SIMU-012", address, fault) from error
    except (TimeoutError, CancelledError) as error:
        done = sum(map(len, found.values()))
        lost = (
            f"no worker for {alone:g} seconds" if isinstance(error, TimeoutError) else f"Dask says: {error}"
        )
        raise scenario_error("SIMU-015", address, f"{lost}; {done} of {trials} trials were done") from error
    return joined(found.items())


def _next(client: Any, finished: SimpleQueue[Any], alone: float) -> Any:
    """The next part that is finished. Raises TimeoutError without a worker for so many seconds."""
    asked, gone = min(ASKED, alone / 2), 0.0
    while gone < alone:
        try:
            return finished.get(timeout=asked)
        except Empty:
            gone = 0.0 if _has_workers(client) else gone + asked
    raise TimeoutError


def _has_workers(client: Any) -> bool:
    try:
        return bool(client.nthreads())
    except OSError:  # the scheduler does not answer; a timeout is an OSError too
        return False


def _same(work: Work) -> Work:
    return work


def _part(work: Work, first: int, trials: int, seed: int, version: str) -> polars.DataFrame:
    """A part, by a worker that may have come later than the check of the others."""
    _check_version("a worker", version_here(), version)
    return work(first, trials, seed)
