"""Every page of the site that stands in a folder, by its path: what is served and what is written are these bytes.

A `Shelf` is an opened index with the trials that run here; `page_at` makes any of its pages from a place.
The search itself, its facets and patient matching need a server; a static site has a page in their stead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.resources import files
from typing import Any

from equipoise.errors import EquipoiseError
from equipoise.registry.errors_index import index_error
from equipoise.registry.index import RegistryIndex
from equipoise.registry.interfaces import Results, Stored
from equipoise.registry.lint import Annotations, lint
from equipoise.registry.match.facts import Facts
from equipoise.registry.match.matching import Matches
from equipoise.registry.match.running import RunningTrial
from equipoise.registry.page.changes import compare_page, compare_stub, history_page, versions_of
from equipoise.registry.page.extras import record_json
from equipoise.registry.page.findings import findings_page
from equipoise.registry.page.recruitment import Recruitment, recruitment_section
from equipoise.registry.page.render import NamedSection, render_page, render_template
from equipoise.registry.page.site import Place
from equipoise.registry.page.trials import related_page, related_trials
from equipoise.registry.record import Record
from equipoise.registry.search.overlay import Standing, overlaid
from equipoise.registry.search.query import Query

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
    """A study as its pages show it; for a trial that runs here, as its ledger stands.

    banner: what is said of a ledger that is not live. sections: what no record holds, in English. rules: the trial's
    own criteria on a day, for matching; None for a study that does not run here. fault: why there are no results
    though they are open.
    """

    record: Record
    banner: str | None = None
    sections: tuple[NamedSection, ...] = ()
    annotations: Annotations | None = None
    recruitment: Recruitment | None = None
    fault: EquipoiseError | None = None
    rules: Callable[[date], RunningTrial] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What pages are made from. `live` by number stands before the index; `today` is the day of ages and dates.

    broken: trials that run here whose ledger cannot be read just now, with the reason; their pages say it.
    """

    index: RegistryIndex
    today: date
    live: Mapping[str, Live] = field(default_factory=dict)
    broken: Mapping[str, EquipoiseError] = field(default_factory=dict)
    counted: dict[int, int] = field(default_factory=dict)
    kept: dict[tuple[str, str], Any] = field(default_factory=dict)

    def once(self, what: str, nct_id: str, make: Callable[[], Any]) -> Any:
        """What `make` gives for a study, made once for all its pages in all languages; `kept` holds it, and whoever
        writes many studies empties it between them."""
        if (what, nct_id) not in self.kept:
            self.kept[what, nct_id] = make()
        return self.kept[what, nct_id]

    def studies(self) -> int:
        """How many studies there are; counted once for each state of the index, because it reads all of it."""
        head = self.index.sequence
        if head not in self.counted:
            self.counted.clear()
            self.counted[head] = self.index.store.count(at=head)
        return self.counted[head]

    def record(self, nct_id: str) -> Stored | None:
        """A record as the lists show it: of a trial that runs here, as it stands; else as the index has it."""
        kept = self.index.record(nct_id)
        if kept is None or nct_id not in self.live:
            return kept
        return replace(kept, data=self.live[nct_id].record.raw)

    def banner(self, nct_id: str) -> str:
        """What is said of the study's ledger; nothing of most."""
        return (self.live[nct_id].banner or "") if nct_id in self.live else ""

    def find(self, asked: Query) -> Results:
        """The studies that a search finds, trials that run here as they stand. Errors: those of the index."""
        return overlaid(self.index, asked, [_standing(live) for live in self.live.values()])

    def match(self, facts: Facts, top: int) -> Matches:
        """The trials for a patient, those that run here by their own rules. Errors: MATC-001, MATC-005, REGI-036."""
        running = {
            number: live.rules(self.today) for number, live in self.live.items() if live.rules is not None
        }
        return self.index.match_facts(facts, top=top, today=self.today, running=running)


def _standing(live: Live) -> Standing:
    return Standing(nct_id=live.record.nct_id, data=live.record.raw, banner=live.banner or "")


def asset(name: str) -> bytes:
    """A file that pages ask for. Errors: KeyError when no page asks for it."""
    ASSETS[name]
    return files("equipoise.registry.page").joinpath("static", name).read_bytes()


def live_of(shelf: Shelf, nct_id: str) -> Live:
    """The record of a study with all that belongs to it. Errors: REGI-035 (unknown number), what broke its ledger."""
    if nct_id in shelf.live:
        return shelf.live[nct_id]
    if nct_id in shelf.broken:
        raise shelf.broken[nct_id]
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
        return related_page(record, _related(shelf, nct_id, RELATED), shelf, place, live.banner)
    if view == "findings":
        found = shelf.once("findings", nct_id, lambda: lint(record, live.annotations, today=shelf.today))
        return findings_page(record, found, place, live.banner)
    if view == "history":
        return history_page(record, shelf.index, place, live.banner)
    return render_page(
        record,
        banner=live.banner,
        sections=sections_of(live, language),
        related=related_trials(_related(shelf, nct_id, RELATED_ON_PAGE), shelf, language),
        versions=versions_of(nct_id, shelf.index),
        place=place,
        today=shelf.today,
    )


def comparison(shelf: Shelf, nct_id: str, asked: str | None, language: str = "en") -> str:
    """The page that compares two versions of a study; with `asked` None what files have instead. Errors: REGI-035."""
    live = live_of(shelf, nct_id)
    query = f"?{asked}" if asked else ""
    place = Place(path=f"studies/{nct_id}/compare", language=language, query=query)
    if asked is None:
        return compare_stub(live.record, place, live.banner)
    return compare_page(live.record, shelf.index, asked, place, live.banner)


def sections_of(live: Live, language: str) -> tuple[NamedSection, ...]:
    """What no record holds: the recruitment first, in this language."""
    if live.recruitment is None:
        return live.sections
    told = recruitment_section(live.recruitment, live.banner, language, live.fault)
    return (told, *live.sections)


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
        return shelf.once(f"related {top}", nct_id, lambda: shelf.index.related(nct_id, top))
    except EquipoiseError as error:
        if error.code in ("REGI-035", "REGI-036"):
            return ()
        raise
