"""What a process and its children hold in memory: their own (anonymous) pages, and apart from them mapped files."""

from __future__ import annotations

import resource
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MIB = 1024 * 1024
EVERY = 0.2  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A finished program: its seconds by the wall and of the processor, what it said, its peaks of memory.

    The peaks are those of it and its children together. resident: with mapped pages; anonymous: without. Both in bytes.
    """

    seconds: float
    processor: float
    output: str
    resident: int
    anonymous: int


def run(words: Sequence[str], *, seconds: float) -> Run:
    """Runs a program, at most this long, and watches its memory. Raises CalledProcessError, TimeoutExpired."""
    begun, used = time.perf_counter(), _processor()
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    peaks = [0, 0]
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(EVERY):
            held = [status(pid) for pid in (process.pid, *descendants(process.pid))]
            for place, total in enumerate(map(sum, zip(*held, strict=True))):
                peaks[place] = max(peaks[place], total)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        output, _ = process.communicate(timeout=seconds)
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        ended.set()
        watcher.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, words, output)
    return Run(
        seconds=time.perf_counter() - begun,
        processor=_processor() - used,
        output=output,
        resident=peaks[0],
        anonymous=peaks[1],
    )


def _processor() -> float:
    """Seconds of the processor that all children which have ended used."""
    found = resource.getrusage(resource.RUSAGE_CHILDREN)
    return found.ru_utime + found.ru_stime


def status(pid: int) -> tuple[int, int]:
    """Resident and anonymous bytes of a process; none of one that has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0, 0
    found = {line.partition(":")[0]: line.split()[1] for line in lines if line.endswith(" kB")}
    return tuple(int(found.get(name, 0)) * 1024 for name in ("VmRSS", "RssAnon"))  # type: ignore[return-value]


def descendants(pid: int) -> list[int]:
    """The children of a process, and theirs."""
    try:
        tasks = [*Path(f"/proc/{pid}/task").iterdir()]
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [each for child in children for each in (child, *descendants(child))]


def held(pid: int | str = "self") -> tuple[int, int]:
    """A process's anonymous bytes, and its mapped ones, by the kernel's own sums."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    found = {line.partition(":")[0]: int(line.split()[1]) * 1024 for line in lines}
    return found["Anonymous"], found["Rss"] - found["Anonymous"]
