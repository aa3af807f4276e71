"""Many trials in parts by trial number: what a part is, and how parts are run here or by processes of this machine.

A part knows the study, the scenario and the numbers of its trials, and nothing of who runs it: the rows of a trial
depend on the seed and its number alone. So parts can be done in any order, twice, or again after a worker was lost,
and the frame that is put together from them is the same.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from equipoise.allocation import Seal
from equipoise.simulation.errors import scenario_error
from equipoise.simulation.scenario import Scenario
from equipoise.study.load import load
from equipoise.study.source import files
from equipoise.study.study import Study

if TYPE_CHECKING:
    import polars

    from equipoise.simulation.characteristics.compiling import Compiled

Progress = Callable[[int], None]


class Work(Protocol):
    """What the parts of one scenario share, and can travel to other processes. size: trials of a part."""

    size: int

    def __call__(self, first: int, trials: int, seed: int) -> polars.DataFrame: ...


@dataclass(frozen=True, slots=True)
class FastWork:
    """The compiled loop."""

    compiled: Compiled
    size: int = 500

    def __call__(self, first: int, trials: int, seed: int) -> polars.DataFrame:
        from equipoise.simulation.characteristics.trials import run_trials

        return run_trials(self.compiled, trials, seed, first=first, workers=1)


@dataclass(frozen=True, slots=True)
class WholeWork:
    """The whole engine. The study travels as its files, since its compiled rules do not."""

    parcel: Parcel
    scenario: Scenario
    seal: Seal
    estimand: str | None
    size: int = 1

    def __call__(self, first: int, trials: int, seed: int) -> polars.DataFrame:
        from equipoise.simulation.whole.many import run_whole

        study = unpacked(self.parcel)
        return run_whole(study, self.scenario, self.seal, trials, seed, first=first, estimand=self.estimand)


@dataclass(frozen=True, slots=True)
class Parcel:
    """The files of a definition, by their place in the folder, and the digest that it must have."""

    digest: str
    files: tuple[tuple[str, bytes], ...]


def parcel_of(folder: Path, digest: str) -> Parcel:
    """The files of a study's folder whose digest is known."""
    found = ((path.relative_to(folder).as_posix(), path.read_bytes()) for path in files(folder))
    return Parcel(digest=digest, files=tuple(found))


@lru_cache(maxsize=4)
def unpacked(parcel: Parcel) -> Study:
    """The study of a parcel. Raises SIMU-013 where it is read as another definition than where it was sent from."""
    with tempfile.TemporaryDirectory() as place:
        for name, content in parcel.files:
            path = Path(place) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        study = load(Path(place))
    if study.digest != parcel.digest:
        raise scenario_error("SIMU-013", study.definition.study.id, f"the definition {study.digest[:12]}")
    return study


def parts_of(trials: int, size: int, first: int = 0) -> list[tuple[int, int]]:
    """First trial and number of trials of each part."""
    end = first + trials
    return [(place, min(size, end - place)) for place in range(first, end, size)]


def here(work: Work, trials: int, seed: int, progress: Progress) -> polars.DataFrame:
    """All parts, one after the other, in this process."""
    return joined(
        _reported(
            ((first, work(first, count, seed)) for first, count in parts_of(trials, work.size)), progress
        )
    )


def in_processes(
    work: Work, trials: int, seed: int, progress: Progress, workers: int, first: int = 0
) -> polars.DataFrame:
    """All parts by so many processes of this machine. Raises SIMU-012 when a process is ended from outside."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting = {
            pool.submit(work, place, count, seed): place
            for place, count in parts_of(trials, work.size, first)
        }
        try:
            return joined(
                _reported(((waiting[each], each.result()) for each in as_completed(waiting)), progress)
            )
        except BrokenProcessPool as error:
            raise scenario_error(
                "SIMU-012", "this machine", "a process ended before its part was done"
            ) from error


def _reported(
    parts: Iterable[tuple[int, polars.DataFrame]], progress: Progress
) -> Iterator[tuple[int, polars.DataFrame]]:
    for first, frame in parts:
        progress(len(frame))
        yield first, frame


def joined(parts: Iterable[tuple[int, polars.DataFrame]]) -> polars.DataFrame:
    """One frame of parts that came in any order, by the number of the first trial."""
    import polars as pl

    frames: Sequence[polars.DataFrame] = [frame for _, frame in sorted(parts, key=lambda each: each[0])]
    return pl.concat(frames, rechunk=True)
