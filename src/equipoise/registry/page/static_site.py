"""The site as files: every page that stands in a folder, with the bytes that the server sends for it.

A file is written whole or not at all, and not at all when it is right already. Where the server would search,
the files have lists of the studies to walk through.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from equipoise.registry.errors import registry_error
from equipoise.registry.page.pages import ASSETS, VIEWS, Shelf, about_page, asset, live_of, study_page
from equipoise.registry.page.render import render_template, replace_file
from equipoise.registry.page.site import LANGUAGES, Place

ON_A_PAGE = 250


def write_study(shelf: Shelf, out: Path, nct_id: str) -> None:
    """Writes the pages of one study. Errors: REGI-035 (unknown), REGI-005 (cannot be written)."""
    for language in LANGUAGES:
        for view in VIEWS:
            place = Place(path=f"studies/{nct_id}/{view}".rstrip("/"), language=language)
            name = "" if view == "record.json" else "/index.html"
            _write(out / f"{place.folder}{name}", study_page(shelf, nct_id, view, language).encode())


def write_frame(shelf: Shelf, out: Path, numbers: Sequence[str]) -> None:
    """Writes what is not a study's: stylesheets, the lists, and the page about the registry."""
    for name in ASSETS:
        _write(out / "static" / name, asset(name))
    groups = [tuple(numbers[start : start + ON_A_PAGE]) for start in range(0, len(numbers), ON_A_PAGE)] or [
        ()
    ]
    for language in LANGUAGES:
        about = Place(path="about", language=language)
        _write(out / about.folder / "index.html", about_page(about).encode())
        for path in ("", "search", "match"):
            place = Place(path=path, language=language)
            page = render_template("list.html", place=place, groups=groups, studies=None, total=len(numbers))
            _write(out / place.folder / "index.html", page.encode())
        for number, group in enumerate(groups, 1):
            place = Place(path=f"list/{number}", language=language)
            page = render_template(
                "list.html",
                place=place,
                groups=groups,
                studies=[live_of(shelf, one).record for one in group],
                total=len(numbers),
            )
            _write(out / place.folder / "index.html", page.encode())


def _write(path: Path, content: bytes) -> None:
    try:
        if path.is_file() and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, content, durable=False)
    except OSError as error:
        raise registry_error("REGI-005", str(path), error.strerror or str(error)) from error
