"""Measures the registry at its full size: `python -m benchmarks.registry_scale [--studies N] [--write]`.

One run, one machine: a corpus is mixed, ingested by the command line, made searchable by SQLite FTS5 for
comparison, and asked by readers that are processes of their own. Everything is bounded in count and time. The
files go below `out/`, where they can be removed at any time; `--clean` removes them at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.registry_scale.corpus import write_corpus
from benchmarks.registry_scale.memory import Run, run
from benchmarks.registry_scale.pools import load_pools
from benchmarks.registry_scale.queries import queries
from benchmarks.registry_scale.report import Measured, lines
from benchmarks.registry_scale.serving import pages
from benchmarks.sections import write_section

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("EQUIPOISE_SHARED") or ROOT.parent / "shared")
LONGEST = 3600.0  # seconds that any step may take


def module(name: str, *words: object) -> Run:
    """Runs a module of this environment as a process of its own."""
    return run([sys.executable, "-m", name, *map(str, words)], seconds=LONGEST)


def told(text: str) -> None:
    """Says on the error stream what is being done."""
    print(text, file=sys.stderr, flush=True)


def size(path: Path) -> int:
    """The bytes of a file, or of all files in a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(each.stat().st_size for each in files if each.is_file())


def measure(records: Path, out: Path, studies: int, count: int) -> Measured:
    """Every step, in order. Raises CalledProcessError, TimeoutExpired and AssertionError of a step that fails."""
    pools = load_pools(records)
    corpus, index, table = (
        out / f"studies-{studies}.jsonl.gz",
        out / f"index-{studies}",
        out / f"fts5-{studies}.db",
    )
    told(f"mixing {studies} studies")
    write_corpus(corpus, pools, studies, told=lambda done: None)
    shutil.rmtree(index, ignore_errors=True)
    table.unlink(missing_ok=True)
    load = os.getloadavg()
    told("ingesting")
    ingest = module("equipoise.cli", "registry", "ingest", corpus, "--index", index)
    told(f"{ingest.output.strip()} {ingest}; reading")
    reader = _read("benchmarks.registry_scale.reader", index, records, studies, count)
    told(f"{json.dumps(reader)}; serving")
    served = pages(index, studies, queries(pools, count + 20, seed=4), min(count, 300))
    told(f"{json.dumps(served)}; SQLite FTS5")
    fts5 = module("benchmarks.registry_scale.fts5", index, table)
    compared = _read("benchmarks.registry_scale.reader", index, records, studies, count, "--fts5", table)
    told(f"{json.dumps(compared)}; updating")
    updates = _read("benchmarks.registry_scale.updating", index, records, studies)
    sizes = {each.name: size(each) for each in sorted(index.iterdir()) if size(each) > 1000}
    return Measured(
        studies=studies,
        load=(load, os.getloadavg()),
        sizes=sizes | {"SQLite FTS5": size(table), "corpus": size(corpus)},
        ingest=ingest,
        fts5=fts5,
        reader=reader,
        compared=compared,
        served=served,
        updates=updates,
    )


def _read(name: str, *words: object) -> Any:
    return json.loads(module(name, *words).output)


def main(words: Sequence[str] | None = None) -> None:
    """Measures, prints the section, and with `--write` puts it into docs/benchmarks.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.registry_scale", description=__doc__)
    parser.add_argument("--studies", type=int, default=550_000)
    parser.add_argument(
        "--count", type=int, default=600, help="how many questions of each kind (default: 600)"
    )
    parser.add_argument("--records", type=Path, default=SHARED / "registry" / "records.jsonl.gz")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "registry_scale")
    parser.add_argument("--write", action="store_true", help="write the section of docs/benchmarks.md")
    parser.add_argument("--clean", action="store_true", help="remove the files at the end")
    arguments = parser.parse_args(words)
    arguments.out.mkdir(parents=True, exist_ok=True)
    measured = measure(arguments.records, arguments.out, arguments.studies, arguments.count)
    text = "\n".join(lines(measured))
    print(text)
    if arguments.write:
        write_section(ROOT / "docs" / "benchmarks.md", "registry_scale", text)
    if arguments.clean:
        shutil.rmtree(arguments.out)


if __name__ == "__main__":
    main()
