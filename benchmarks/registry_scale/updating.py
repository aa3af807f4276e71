"""A process that takes 1,000 changed records into an index, and a reader beside it that must find them at once."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from benchmarks.registry_scale.corpus import study
from benchmarks.registry_scale.pools import load_pools
from equipoise.registry.folder import Folder
from equipoise.registry.index import PARTS, open_part
from equipoise.registry.reading import Reading
from equipoise.registry.reading.files import read_records
from equipoise.registry.store.place import create_records

CHANGED = 1_000
MARK = "zzqupdated"  # a word that no record has
PROCESSOR = "processor, until they can be found"


def write_changed(path: Path, records: Path, studies: int, turn: int) -> None:
    """A file of new versions of studies drawn from all; each says the mark of this turn."""
    pools = load_pools(records)
    places = Random(f"changed:{turn}").sample(range(studies), min(CHANGED, studies))
    with path.open("wb") as file:
        for place in places:
            made: Any = study(pools, place, version=turn)
            made["protocolSection"]["descriptionModule"]["briefSummary"] += f" {MARK}{turn}"
            file.write(msgspec.json.encode(made) + b"\n")


def update(index: Path, changed: Path, turn: int) -> dict[str, float]:
    """Seconds to read, keep and take in the records of a file, and until another process finds all."""
    folder = Folder(index)
    words = [
        sys.executable,
        "-m",
        "benchmarks.registry_scale.polling",
        str(index),
        f"{MARK}{turn}",
        str(CHANGED),
    ]
    poller = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert poller.stdout is not None and poller.stdout.readline()
    seconds: dict[str, float] = {}
    with folder.writing():
        store = create_records(folder)
        parts = {name: open_part(name, folder, store) for name in PARTS}
        at, begun, used = time.time(), time.perf_counter(), time.process_time()
        last = begun

        def done(name: str) -> None:
            nonlocal last
            seconds[name] = time.perf_counter() - last
            last = time.perf_counter()
            if name == "search":
                seconds[PROCESSOR] = time.process_time() - used

        readings = [found for found in read_records(changed) if isinstance(found, Reading)]
        done("read")
        store.add(readings, read=datetime.now(UTC).date())
        done("keep")
        for name, part in parts.items():
            part.update(store.records(after=part.sequence), head=store.head())
            done(name)
        seconds["all parts"] = time.perf_counter() - begun
        store.close()
    said, _ = poller.communicate(timeout=60)
    if poller.returncode:
        raise AssertionError(f"{CHANGED} records were changed; not all are found")
    seconds["found by another process"] = float(said) - at
    return {name: round(value, 3) for name, value in seconds.items()}


def main() -> None:
    """`python -m benchmarks.registry_scale.updating INDEX RECORDS STUDIES`: prints three turns as JSON."""
    index, records, studies = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    turns = []
    for turn in (1, 2, 3):
        changed = index.parent / f"changed-{turn}.jsonl"
        write_changed(changed, records, studies, turn)
        turns.append(update(index, changed, turn))
        changed.unlink()
    json.dump(turns, sys.stdout)


if __name__ == "__main__":
    main()
