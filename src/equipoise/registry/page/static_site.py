"""The site as files: every page that stands in a folder, with the bytes that the server sends for it.

A file is written whole or not at all, and not at all when it is right already. Where the server would search,
the files have lists of the studies to walk through. The folder keeps a list of the studies whose pages were written
into it; pages of a study that is gone are removed by that list, and nothing that was not written here ever is.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path

from equipoise.registry.errors import registry_error
from equipoise.registry.page.changes import versions_of
from equipoise.registry.page.pages import (
    ASSETS,
    VIEWS,
    Shelf,
    about_page,
    asset,
    comparison,
    live_of,
    study_page,
)
from equipoise.registry.page.render import render_template, replace_file
from equipoise.registry.page.site import LANGUAGES, Place

ON_A_PAGE = 250
WRITTEN = ".site.json"
"""The file that lists what was written: `{"studies": [number...], "lists": how many}`."""


def write_study(shelf: Shelf, out: Path, nct_id: str) -> None:
    """Writes the pages of one study. Errors: REGI-035 (unknown), REGI-005 (cannot be written)."""
    shelf.kept.clear()
    for language in LANGUAGES:
        for view in VIEWS:
            _write(_file(out, nct_id, view, language), study_page(shelf, nct_id, view, language).encode())
        if len(versions_of(nct_id, shelf.index)) > 1:  # only then a page leads there
            page = comparison(shelf, nct_id, None, language)
            _write(_file(out, nct_id, "compare", language), page.encode())


def write_frame(shelf: Shelf, out: Path, numbers: Sequence[str]) -> None:
    """Writes what is not a study's and needs no record: stylesheets, the first pages, the page about the registry."""
    for name in ASSETS:
        _write(out / "static" / name, asset(name))
    for language in LANGUAGES:
        about = Place(path="about", language=language)
        _write(out / about.folder / "index.html", about_page(about).encode())
        for path in ("", "search", "match"):
            place = Place(path=path, language=language)
            page = render_template(
                "list.html", place=place, groups=groups(numbers), studies=None, total=len(numbers)
            )
            _write(out / place.folder / "index.html", page.encode())


def write_list(shelf: Shelf, out: Path, numbers: Sequence[str], number: int) -> None:
    """Writes one page of the list of all studies, counted from 1. Errors: REGI-035, REGI-005."""
    listed = [live_of(shelf, one).record for one in groups(numbers)[number - 1]]
    for language in LANGUAGES:
        place = Place(path=f"list/{number}", language=language)
        page = render_template("list.html", place=place, groups=(), studies=listed, total=len(numbers))
        _write(out / place.folder / "index.html", page.encode())


def groups(numbers: Sequence[str]) -> list[tuple[str, ...]]:
    """The numbers by page of the list; one empty page of none."""
    return [tuple(numbers[at : at + ON_A_PAGE]) for at in range(0, len(numbers), ON_A_PAGE)] or [()]


def begun(out: Path, numbers: Sequence[str]) -> tuple[str, ...]:
    """The studies that were written before. What is about to be written is noted beside them, so that a build that is
    cut off forgets nothing. Errors: REGI-005."""
    studies, lists = _written(out)
    _note(out, {*studies, *numbers}, max(lists, len(groups(numbers))))
    return tuple(studies)


def ended(out: Path, numbers: Sequence[str], *, gone: Collection[str] = ()) -> None:
    """Removes the pages of studies that are gone and of lists that are not needed, and notes what is there.
    Errors: REGI-005."""
    studies, lists = _written(out)
    try:
        for language in LANGUAGES:
            for nct_id in gone:
                for view in (*VIEWS, "compare"):
                    _remove(_file(out, nct_id, view, language), out)
            for number in range(len(groups(numbers)) + 1, lists + 1):
                place = Place(path=f"list/{number}", language=language)
                _remove(out / place.folder / "index.html", out)
    except OSError as error:
        raise registry_error("REGI-005", str(out), error.strerror or str(error)) from error
    _note(out, {*studies} - {*gone}, len(groups(numbers)))


def _file(out: Path, nct_id: str, view: str, language: str) -> Path:
    place = Place(path=f"studies/{nct_id}/{view}".rstrip("/"), language=language)
    return out / place.folder / ("" if view == "record.json" else "index.html")


def _remove(path: Path, out: Path) -> None:
    """Removes a file and the folders that it leaves empty, below the site's own."""
    path.unlink(missing_ok=True)
    for folder in path.parents:
        if folder == out or not folder.is_dir() or any(folder.iterdir()):
            return
        folder.rmdir()


def _written(out: Path) -> tuple[list[str], int]:
    """What was written into this folder before; nothing where the list is absent or damaged."""
    try:
        found = json.loads((out / WRITTEN).read_bytes())
        return [one for one in found["studies"] if Path(one).name == one], int(found["lists"])
    except (OSError, ValueError, KeyError, TypeError):
        return [], 0


def _note(out: Path, studies: Collection[str], lists: int) -> None:
    _write(out / WRITTEN, json.dumps({"studies": sorted(studies), "lists": lists}).encode())


def _write(path: Path, content: bytes) -> None:
    try:
        if path.is_file() and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, content, durable=False)
    except OSError as error:
        raise registry_error("REGI-005", str(path), error.strerror or str(error)) from error
