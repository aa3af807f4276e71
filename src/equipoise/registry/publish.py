"""Publishing an index: the parts in use are put into other folders, for the web processes of a public site.

One machine ingests; each web machine has a folder of its own, whose files never change once they are in use and
are mapped by any number of processes. A published index is switched in one step, and what it replaces stays until
the next time. Files are linked where source and target are on one disk, and copied otherwise.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from equipoise.registry.errors_index import index_error
from equipoise.registry.folder import RECORDS, SYNONYMS, Folder
from equipoise.registry.store.place import ELSEWHERE, address_in


def publish(source: Path, target: Path) -> int:
    """Puts the parts of one folder into use in another; how many files were linked or copied.

    The records of the source must be in a database, which both folders name: the target may name it otherwise (a
    replica of it, a user who may only read), and takes the source's name when it has none.
    Errors: REGI-030 to REGI-034, REGI-045, REGI-049 (the records are in the source's own folder).
    """
    given, taken = Folder(source), Folder(target)
    parts = given.parts()
    if address_in(source) is None:
        raise index_error("REGI-049", str(source), RECORDS)
    with given.writing(), taken.writing():
        try:
            for name in (ELSEWHERE, SYNONYMS):
                if (source / name).is_file() and (name == SYNONYMS or not (target / name).exists()):
                    _replace(source / name, target / name)
            made = {name: taken.fresh(name) for name in parts}
            counted = sum(_fill(source / part, made[name]) for name, part in parts.items())
        except OSError as error:
            raise index_error("REGI-032", str(target), error.strerror or str(error)) from error
        taken.switch_all(made)
    return counted


def _fill(source: Path, target: Path) -> int:
    """The files below one folder, into another that is empty."""
    counted = 0
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_dir():
            place.mkdir()
        elif path.name.endswith(".lock"):
            # Readers lock too, and may be another user, who cannot write to anything else here.
            place.touch()
            place.chmod(0o666)
        else:
            counted += 1
            _link(path, place)
    return counted


def _link(source: Path, target: Path) -> None:
    """The same file under another name; a copy where that cannot be. No part changes a file that it has written."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _replace(source: Path, target: Path) -> None:
    """A copy, put in place in one step."""
    aside = target.with_name(f"{target.name}.new")
    shutil.copyfile(source, aside)
    aside.replace(target)
