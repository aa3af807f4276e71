"""The pages as a browser gets them: `equipoise serve` on this machine, one request after the other, so many."""

from __future__ import annotations

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

from benchmarks.registry_scale.corpus import number_of
from benchmarks.registry_scale.memory import held
from benchmarks.registry_scale.queries import Asked
from benchmarks.registry_scale.reader import summary

WAIT = 60.0


@contextmanager
def served(index: Path) -> Iterator[tuple[int, int]]:
    """A server of this index: its port on this machine, and its process."""
    words = [sys.executable, "-m", "equipoise.cli", "serve", "--index", str(index), "--port", "0"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        yield int(line.partition("127.0.0.1:")[2].partition("/")[0]), process.pid
    finally:
        process.terminate()
        process.wait(timeout=WAIT)


def pages(index: Path, studies: int, asked: Sequence[Asked], count: int) -> dict[str, Any]:
    """Milliseconds of study pages, of pages of hits and of related trials; the memory of the server after them."""
    draw = Random("pages")
    numbers = [number_of(draw.randrange(studies)) for _ in range(count + 20)]
    ways = {
        "study page": [f"/studies/{number}/" for number in numbers],
        "page of related trials": [f"/studies/{number}/related/" for number in numbers],
        "page of hits": [f"/search/?q={quote(each.text)}" for each in asked[: count + 20]],
    }
    with served(index) as (port, pid):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT)
        found: dict[str, Any] = {name: _timed(connection, paths) for name, paths in ways.items()}
        connection.close()
        found["anonymous"], found["mapped"] = held(pid)
    return found


def _timed(connection: http.client.HTTPConnection, paths: Sequence[str]) -> dict[str, Any]:
    times = []
    for path in paths:
        begun = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        times.append((1000 * (time.perf_counter() - begun), 0.0))
        if answer.status != http.client.OK or not body:
            raise AssertionError(f"{path}: {answer.status}")
    return summary(times[20:])
