"""The figures as a section of docs/benchmarks.md: what was wanted, what was measured, and what was missed."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from benchmarks.registry_scale.memory import Run
from benchmarks.registry_scale.updating import PROCESSOR

GIB = 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """All that one run measured. load: the machine's load before and after. sizes: bytes on disk."""

    studies: int
    load: tuple[tuple[float, float, float], tuple[float, float, float]]
    sizes: Mapping[str, int]
    ingest: Run
    fts5: Run
    reader: Mapping[str, Any]
    compared: Mapping[str, Any]
    served: Mapping[str, Any]
    updates: Sequence[Mapping[str, float]]


def lines(measured: Measured) -> Iterator[str]:
    """The section, line by line."""
    before, after = measured.load
    yield "## The registry at full size"
    yield ""
    yield (
        f"{measured.studies:,} invented studies, mixed from the 10,655 given records with rare words. "
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, `python -m benchmarks.registry_scale --studies "
        f"{measured.studies}`, {len(os.sched_getaffinity(0))} cores of {platform.machine()}, Python "
        f"{platform.python_version()}, tantivy {version('tantivy')}, SQLite {sqlite3.sqlite_version}, "
        f"numpy {version('numpy')}. Load of the machine (1, 5, 15 minutes) {_load(before)} before, "
        f"{_load(after)} after."
    )
    yield ""
    yield from _targets(measured)
    yield ""
    yield from _comparison(measured)
    yield ""
    yield from _kinds(measured)
    yield ""
    yield from _details(measured)


def _targets(measured: Measured) -> Iterator[str]:
    ingest, reader, served = measured.ingest, measured.reader, measured.served
    update = sorted(measured.updates, key=lambda turn: turn["found by another process"])[
        len(measured.updates) // 2
    ]
    both = reader["search"], reader["related"]
    rows = [
        (
            "ingest, from the packed file to an index in use, minutes",
            10,
            ingest.seconds / 60,
            ingest.processor / 60 / len(os.sched_getaffinity(0)),
        ),
        ("its peak resident memory with mapped pages, GiB", 2, ingest.resident / GIB, None),
        ("search, the 20 best with reasons, p50 ms", 5, both[0]["p50"], both[0]["processor p50"]),
        ("the same, p99 ms", 50, both[0]["p99"], both[0]["processor p99"]),
        ("related trials on request, p50 ms", 10, both[1]["p50"], both[1]["processor p50"]),
        (
            "1,000 changed records, until another process finds them all, s",
            0.5,
            update["found by another process"],
            update[PROCESSOR],
        ),
        ("anonymous memory of a reader, GiB", 1, reader["anonymous"] / GIB, None),
        ("anonymous memory of the web server, GiB", 1, served["anonymous"] / GIB, None),
        ("a study page over HTTP, p50 ms", 20, served["study page"]["p50"], None),
    ]
    yield "| what | wanted, at most | by the wall | | of the processor | |"
    yield "| --- | ---: | ---: | --- | ---: | --- |"
    for name, wanted, found, used in rows:
        other = "|" if used is None else f"{used:.2f} | {_said(used, wanted)}"
        yield f"| {name} | {wanted} | {found:.2f} | {_said(found, wanted)} | {other} |"
    yield ""
    yield "The processor's time is what the same work would take on a machine that does nothing else: for ingest"
    yield "divided by the cores, for updates all threads added up. It grows too when other programs crowd the caches."


def _said(found: float, wanted: float) -> str:
    return "kept" if found <= wanted else "missed"


def _comparison(measured: Measured) -> Iterator[str]:
    reader, compared = measured.reader, measured.compared
    yield "Times by the wall; each question is asked once, after others that warmed up. FTS5 has six columns and stems"
    yield "words; it gives numbers only, where search gives titles, statuses and reasons. Same queries, same run:"
    yield ""
    yield "| | asked | p50 ms | p99 ms | longest ms | processor p50 ms | processor p99 ms |"
    yield "| --- |" + " ---: |" * 6
    for name in (
        "search",
        "search, reasons not read",
        "search, two facets chosen",
        "search, four facets counted",
        "related",
    ):
        yield _row(name, reader[name])
    yield _row("SQLite FTS5, search", compared["search"])
    for name in ("study page", "page of related trials", "page of hits"):
        yield _row(f"{name} over HTTP", measured.served[name])


def _kinds(measured: Measured) -> Iterator[str]:
    yield "| kind of query | asked | p50 ms | p99 ms | FTS5 p50 ms | FTS5 p99 ms |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for kind, found in measured.reader["kinds"].items():
        other = measured.compared["kinds"][kind]
        yield f"| {kind} | {found['asked']} | {found['p50']} | {found['p99']} | {other['p50']} | {other['p99']} |"


def _details(measured: Measured) -> Iterator[str]:
    ingest, fts5 = measured.ingest, measured.fts5
    yield (
        f"Ingest took {ingest.seconds:.0f} s by the wall and {ingest.processor:.0f} s of the processor, and "
        f"held at most {ingest.anonymous / GIB:.2f} GiB of its own pages "
        f"({ingest.resident / GIB:.2f} GiB with mapped files, all processes together). "
        f"FTS5 took {fts5.seconds:.0f} s ({fts5.processor:.0f} s of the processor) "
        f"from the records kept, with {fts5.anonymous / GIB:.2f} GiB. A reader had "
        f"{measured.reader['mapped'] / GIB:.2f} GiB of files mapped, the server "
        f"{measured.served['mapped'] / GIB:.2f} GiB."
    )
    yield ""
    yield (
        "On disk: "
        + ", ".join(f"{name} {bytes_ / GIB:.2f} GiB" for name, bytes_ in measured.sizes.items())
        + "."
    )
    yield ""
    yield "1,000 changed records, three turns, seconds of each step:"
    yield ""
    names = list(measured.updates[0])
    yield f"| {' | '.join(names)} |"
    yield f"|{' ---: |' * len(names)}"
    for turn in measured.updates:
        yield f"| {' | '.join(f'{turn[name]:.3f}' for name in names)} |"


def _row(name: str, found: Mapping[str, Any]) -> str:
    used = [found["processor p50"] or "", found["processor p99"] or ""]  # a server's is not its client's
    figures = [found["asked"], found["p50"], found["p99"], found["max"], *used]
    return f"| {name} | {' | '.join(map(str, figures))} |"


def _load(found: Sequence[float]) -> str:
    return ", ".join(f"{value:.1f}" for value in found)
