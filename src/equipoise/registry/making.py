"""Making the parts of an index at the same time, each in a process of its own: `python -m equipoise.registry.making`.

Where many records are new, making one part keeps one core busy for minutes. The parts know nothing of each other,
so all but the first are made by children; whoever is ready first puts its part into use first. A child says what
went wrong as JSON, and its parent raises that.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from equipoise.registry.errors import RegistryError
from equipoise.registry.errors_index import index_error
from equipoise.registry.folder import Folder

WORDS = ("code", "place", "fault", "why", "remedy")
FAILED = 3


@contextmanager
def beside(names: Iterable[str], folder: Path, *, rebuild: bool) -> Iterator[None]:
    """Brings these parts up in children while the block runs, and waits for them at its end.

    Errors: those of the parts; REGI-048 (a child ended without a word). When the block raises they are ended.
    """
    also = ["--rebuild"] if rebuild else []
    children: dict[str, subprocess.Popen[str]] = {}
    try:
        for name in names:
            words = [sys.executable, "-m", "equipoise.registry.making", name, str(folder), *also]
            children[name] = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        yield
        for name, child in children.items():
            said, _ = child.communicate()
            if child.returncode == FAILED:
                raise RegistryError(**json.loads(said))
            if child.returncode:
                raise index_error("REGI-048", str(folder), f"{name}, exit code {child.returncode}")
    finally:
        for child in children.values():
            child.kill()  # of one that has ended, nothing is left to end
            child.wait()
            if child.stdout is not None:
                child.stdout.close()


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))


def main(words: Sequence[str] | None = None) -> int:
    """Brings one part up to the records kept; the parent keeps other writers out."""
    from equipoise.registry.ingest import bring_up
    from equipoise.registry.store.place import open_records

    parser = argparse.ArgumentParser(prog="python -m equipoise.registry.making", description=__doc__)
    parser.add_argument("part")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rebuild", action="store_true")
    arguments = parser.parse_args(words)
    folder = Folder(arguments.folder)
    try:
        store = open_records(folder)
        bring_up(arguments.part, folder, store, rebuild=arguments.rebuild)
        store.close()
    except RegistryError as error:
        print(json.dumps({name: getattr(error, name) for name in WORDS}))
        return FAILED
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
