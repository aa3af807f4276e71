"""The folder of an index: where its parts are, and the one pointer that says which of them are in use.

Records are in `records.sqlite`. Every part made from them (search, related ...) is a folder of its own whose
name ends in a number. `index.json` names the parts in use and is replaced in one atomic step, so that a part
is made aside and shown whole, and readers that have the older one open keep it. One process writes at a time.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from equipoise.registry.errors_index import index_error

FORMAT = 1
POINTER = "index.json"
RECORDS = "records.sqlite"
SYNONYMS = "synonyms.txt"
LOCK = "writing.lock"
SWITCHING = "switching.lock"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that holds, or will hold, an index. `aside` names parts that are being made and not yet in use."""

    path: Path
    aside: Mapping[str, Path] = field(default_factory=dict)

    @property
    def records(self) -> Path:
        """Where the records are kept."""
        return self.path / RECORDS

    @property
    def synonyms(self) -> Path:
        """Where the user's list of synonyms is, if there is one."""
        return self.path / SYNONYMS

    def parts(self) -> dict[str, str]:
        """The parts in use, by name. Errors: REGI-030 (no index), REGI-031 (of another version), REGI-034."""
        pointer = self.path / POINTER
        try:
            content = json.loads(pointer.read_bytes())
        except FileNotFoundError as error:
            raise index_error("REGI-030", str(self.path), f"{POINTER} is missing") from error
        except (OSError, ValueError) as error:
            raise index_error("REGI-034", str(pointer), str(error)) from error
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            found = content.get("format") if isinstance(content, dict) else "none"
            raise index_error("REGI-031", str(pointer), f"format {found}, expected {FORMAT}")
        return {str(name): str(part) for name, part in dict(content.get("parts", {})).items()}

    def part(self, name: str) -> Path:
        """The folder of a part in use. Errors: those of `parts`, and REGI-036 when it was never made."""
        if name in self.aside:
            return self.aside[name]
        parts = self.parts()
        if name not in parts:
            raise index_error("REGI-036", str(self.path), name)
        return self.path / parts[name]

    def fresh(self, name: str) -> Path:
        """A new, empty folder in which to make a part aside; left-overs of earlier attempts are removed.

        Errors: REGI-032.
        """
        current = self._lenient_parts().get(name)
        with _coded(self.path):
            made = self.path / f"{name}-{max(self._numbers(name), default=0) + 1}"
            for folder in self.path.glob(f"{name}-*"):
                if folder.name != current:
                    shutil.rmtree(folder)
            made.mkdir()
        return made

    def switch(self, name: str, part: Path) -> None:
        """Puts a part into use, in one step. Errors: REGI-032."""
        self.switch_all({name: part})

    def switch_all(self, made: Mapping[str, Path]) -> None:
        """Puts several parts into use, in one step. Errors: REGI-032.

        What they replace stays until the next part of its name is made: a reader that has just read the pointer
        must still find the files that it named.
        """
        aside = self.path / f"{POINTER}.new"
        with _coded(self.path), (self.path / SWITCHING).open("w") as alone:
            # Parts that are made at the same time are also ready at the same time.
            fcntl.flock(alone, fcntl.LOCK_EX)
            parts = self._lenient_parts() | {name: part.name for name, part in made.items()}
            with aside.open("w", encoding="utf-8") as file:
                file.write(json.dumps({"format": FORMAT, "parts": parts}, sort_keys=True))
                file.flush()
                os.fsync(file.fileno())
            aside.replace(self.path / POINTER)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Makes the folder if need be and keeps other writers out. Errors: REGI-032, REGI-033."""
        with _coded(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            lock = (self.path / LOCK).open("w")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise index_error("REGI-033", str(self.path)) from error
            yield

    def _lenient_parts(self) -> dict[str, str]:
        """The parts in use; none when there is no pointer, or one that this version cannot read."""
        try:
            content = json.loads((self.path / POINTER).read_bytes())
        except (OSError, ValueError):
            return {}
        known = isinstance(content, dict) and content.get("format") == FORMAT
        return dict(content["parts"]) if known else {}

    def _numbers(self, name: str) -> list[int]:
        endings = (folder.name.removeprefix(f"{name}-") for folder in self.path.glob(f"{name}-*"))
        return [int(ending) for ending in endings if ending.isdigit()]


@contextmanager
def _coded(path: Path) -> Iterator[None]:
    """Gives the errors of writing their code."""
    try:
        yield
    except OSError as error:
        raise index_error("REGI-032", str(path), error.strerror or str(error)) from error
