"""A process that reads an index: it asks, and prints its times and its memory as JSON.

It is a process of its own, so that its memory is that of a reader. Queries to warm up are others than those that
are measured, so that nothing is answered from a memory of the same question.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from benchmarks.registry_scale import fts5
from benchmarks.registry_scale.corpus import number_of
from benchmarks.registry_scale.memory import held
from benchmarks.registry_scale.pools import load_pools
from benchmarks.registry_scale.queries import COUNTS, Asked, queries
from equipoise.registry.index import open_index

Json = dict[str, Any]


Times = Sequence[tuple[float, float]]


def timed(ask: Callable[[Any], Any], asked: Iterable[Any]) -> Times:
    """The milliseconds of each question: by the wall, and of the processor."""
    found = []
    for each in asked:
        begun, used = time.perf_counter(), time.process_time()
        ask(each)
        found.append((1000 * (time.perf_counter() - begun), 1000 * (time.process_time() - used)))
    return found


def summary(times: Times) -> Json:
    """Median, 99th of a hundred and longest by the wall, with how many were asked; of the processor the first two."""
    ordered = sorted(wall for wall, _ in times)
    used = sorted(processor for _, processor in times)
    last = min(int(0.99 * len(ordered)), len(ordered) - 1)
    return {
        "asked": len(ordered),
        "p50": round(median(ordered), 2),
        "p99": round(ordered[last], 2),
        "max": round(ordered[-1], 2),
        "processor p50": round(median(used), 2),
        "processor p99": round(used[last], 2),
    }


def by_kind(asked: Sequence[Asked], times: Times) -> Json:
    """The summary of each kind of query."""
    kinds = dict.fromkeys(each.kind for each in asked)
    return {
        kind: summary([t for each, t in zip(asked, times, strict=True) if each.kind == kind])
        for kind in kinds
    }


def searching(index: Any, warm: Sequence[Asked], asked: Sequence[Asked]) -> Json:
    """Search: plain, with two chosen facets, and with the counts of four facets."""
    chosen = {"status": "COMPLETED", "type": "INTERVENTIONAL"}

    def ask(each: Asked, **facets: Any) -> Any:
        return [
            len(hit.reasons) for hit in index.search(each.text, **facets)
        ]  # reasons are made when they are read

    ways: dict[str, Callable[[Asked], Any]] = {
        "search": ask,
        "search, reasons not read": lambda each: index.search(each.text),
        "search, two facets chosen": lambda each: ask(each, **chosen),
        "search, four facets counted": lambda each: ask(each, counts=COUNTS),
    }
    found: Json = {}
    for name, way in ways.items():
        timed(way, warm)
        times = timed(way, asked)
        found[name] = summary(times)
        if name == "search":
            found["kinds"] = by_kind(asked, times)
    return found


def related(index: Any, studies: int, count: int) -> Json:
    """Related trials on request, of studies drawn from all."""
    draw = Random("related")
    numbers = [number_of(draw.randrange(studies)) for _ in range(count + 50)]

    def ask(number: str) -> Any:
        return [len(found.reasons) for found in index.related(number)]

    timed(ask, numbers[:50])
    return summary(timed(ask, numbers[50:]))


def compared(path: Path, warm: Sequence[Asked], asked: Sequence[Asked]) -> Json:
    """The same queries in FTS5."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)

    def ask(each: Asked) -> Any:
        return connection.execute(fts5.TOP, (fts5.expression(each),)).fetchall()

    timed(ask, warm)
    times = timed(ask, asked)
    return {"search": summary(times), "kinds": by_kind(asked, times)}


def main() -> None:
    """`python -m benchmarks.registry_scale.reader INDEX RECORDS STUDIES COUNT [--fts5 PATH]`"""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("records", type=Path)
    parser.add_argument("studies", type=int)
    parser.add_argument("count", type=int)
    parser.add_argument("--fts5", type=Path)
    arguments = parser.parse_args()
    pools = load_pools(arguments.records)
    warm = queries(pools, max(arguments.count // 3, 40), seed=1)
    asked = queries(pools, arguments.count, seed=2)
    del pools
    if arguments.fts5:
        found = compared(arguments.fts5, warm, asked)
    else:
        index = open_index(arguments.index)
        found = searching(index, warm, asked)
        found["related"] = related(index, arguments.studies, arguments.count)
    anonymous, mapped = held()
    json.dump(found | {"anonymous": anonymous, "mapped": mapped}, sys.stdout)


if __name__ == "__main__":
    main()
