"""Every page of the site that stands in a folder, by its path: what is served and what is written are these bytes.

A `Shelf` is an opened index with the trials that run here; `page_at` makes any of its pages from a place.
The search itself, its facets and patient matching need a server; a static site has a page in their stead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files

from equipoise.errors import EquipoiseError
from equipoise.registry.errors_index import index_error
from equipoise.registry.index import RegistryIndex
from equipoise.registry.lint import Annotations, lint
from equipoise.registry.page.changes import history_page, versions_of
from equipoise.registry.page.extras import record_json
from equipoise.registry.page.findings import findings_page
from equipoise.registry.page.render import NamedSection, render_page, render_template
from equipoise.registry.page.site import Place
from equipoise.registry.page.trials import related_page, related_trials
from equipoise.registry.record import Record

ASSETS: Mapping[str, str] = {
    "style.css": "text/css; charset=utf-8",
    "site.css": "text/css; charset=utf-8",
    "htmx.min.js": "text/javascript; charset=utf-8",
    "mark.svg": "image/svg+xml",
}
RELATED_ON_PAGE = 6
RELATED = 20
VIEWS = ("", "related", "findings", "history", "record.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A trial that runs here: its record as it stands, the banner of its ledger, and what no record holds."""

    record: Record
    banner: str | None = None
    sections: tuple[NamedSection, ...] = ()
    annotations: Annotations | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What pages are made from. `live` by number stands before the index; `today` is for the linter's dates."""

    index: RegistryIndex
    today: date
    live: Mapping[str, Live] = field(default_factory=dict)
    counted: dict[int, int] = field(default_factory=dict)

    def studies(self) -> int:
        """How many studies there are; counted once for each state of the index, because it reads all of it."""
        head = self.index.sequence
        if head not in self.counted:
            self.counted.clear()
            self.counted[head] = self.index.store.count(at=head)
        return self.counted[head]


def asset(name: str) -> bytes:
    """A file that pages ask for. Errors: KeyError when no page asks for it."""
    ASSETS[name]
    return files("equipoise.registry.page").joinpath("static", name).read_bytes()


def live_of(shelf: Shelf, nct_id: str) -> Live:
    """The record of a study with all that belongs to it. Errors: REGI-035 (unknown number)."""
    if nct_id in shelf.live:
        return shelf.live[nct_id]
    kept = shelf.index.record(nct_id)
    if kept is None:
        raise index_error("REGI-035", "studies", nct_id)
    return Live(record=kept.record)


def study_page(shelf: Shelf, nct_id: str, view: str, language: str = "en") -> str:
    """One page of a study (`VIEWS`), as text. Errors: REGI-035, and those of the index."""
    live = live_of(shelf, nct_id)
    record = live.record
    folder = f"studies/{nct_id}"
    if view == "record.json":
        return record_json(record)
    place = Place(path=f"{folder}/{view}".rstrip("/"), language=language)
    if view == "related":
        return related_page(record, _related(shelf, nct_id, RELATED), shelf.index, place)
    if view == "findings":
        return findings_page(record, lint(record, live.annotations, today=shelf.today), place)
    if view == "history":
        return history_page(record, shelf.index, place)
    return render_page(
        record,
        banner=live.banner,
        sections=live.sections,
        related=related_trials(_related(shelf, nct_id, RELATED_ON_PAGE), shelf.index, language),
        versions=versions_of(nct_id, shelf.index),
        place=place,
    )


def about_page(place: Place) -> str:
    """What the registry is, and its addresses for programs."""
    return render_template("about.html", place=place)


def error_page(error: EquipoiseError, title: str, place: Place) -> str:
    """A page that says what went wrong, with its code."""
    return render_template(
        "error.html", place=place, title=title, code=error.code, fault=error.fault, remedy=error.remedy
    )


def _related(shelf: Shelf, nct_id: str, top: int):
    """The related trials; none when the index has no part for them, or not this study yet."""
    try:
        return shelf.index.related(nct_id, top)
    except EquipoiseError as error:
        if error.code in ("REGI-035", "REGI-036"):
            return ()
        raise
