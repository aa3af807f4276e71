"""Runs the quality benchmarks of the registry: `python -m benchmarks.registry_quality [PART...] [--write]`.

Reads the reference files (EQUIPOISE_SHARED), keeps what it computes in a work folder, and prints Markdown. With
`--write` each part replaces its own section of docs/benchmarks.md and leaves all others.
"""

from __future__ import annotations

import argparse
import os
from importlib import import_module
from pathlib import Path

from benchmarks.registry_quality.report import write_section

ROOT = Path(__file__).parents[2]
# name of the part: its module. Patient matching stands beside related trials as a module of its own.
PARTS = {
    "related": "benchmarks.registry_quality.related",
    "matching": "benchmarks.registry_quality.matching",
    "meaning": "benchmarks.registry_quality.meaning",
}


def main() -> None:
    """Runs the chosen parts and prints their sections."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.registry_quality", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="all, when none is named")
    parser.add_argument(
        "--work", type=Path, default=ROOT / "out" / "registry_quality", help="kept between runs"
    )
    parser.add_argument("--write", action="store_true", help="put the sections into docs/benchmarks.md")
    chosen = parser.parse_args()
    shared = Path(os.environ.get("EQUIPOISE_SHARED") or ROOT.parent / "shared") / "registry"
    chosen.work.mkdir(parents=True, exist_ok=True)
    for name in chosen.parts or PARTS:
        part = import_module(PARTS[name])
        text = part.section(shared, chosen.work)
        print(text)
        if chosen.write:
            write_section(ROOT / "docs" / "benchmarks.md", part.NAME, text)


if __name__ == "__main__":
    main()
