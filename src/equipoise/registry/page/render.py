"""One record, one page: the HTML document of a study and its stylesheet.

Jinja2 writes it with autoescape on; the words come through gettext; there is no script, no inline
style and no address outside the folder, so that the same bytes can be served under a strict content
security policy, printed, mailed or kept. What a record cannot hold (a flow diagram, trajectories, the
decisions a trial rests on) comes in as named sections.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from equipoise.registry.countries import country_name
from equipoise.registry.errors import registry_error
from equipoise.registry.escapes import plain
from equipoise.registry.page import tables
from equipoise.registry.page.awaited import awaited
from equipoise.registry.page.catalogue import catalogue
from equipoise.registry.page.extras import documents, linked_data
from equipoise.registry.page.labels import date_words, words
from equipoise.registry.page.markup import read_blocks
from equipoise.registry.page.sections import STANDARD, Section
from equipoise.registry.page.site import Place
from equipoise.registry.page.world import place_map
from equipoise.registry.record import Record

START = "start"
_WEB = re.compile(r"https?://[^\s<>\"']+\Z", re.IGNORECASE)
_MORE = re.compile(r"(.*?)(?: (and \d+ more))?", re.DOTALL)
_ID = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSection:
    """A part of the page that no record holds.

    `html` comes from a builder that escapes what it is given (a plain `str` is escaped here);
    `position` is the id of the standard section that it follows, or `start` for the head of the page.
    In an inline SVG, the classes `arm-1`, `arm-2`, `arm-3` set the colour of an arm (readable in light
    and dark and by colour-blind people) and `line`, `area`, `mark`, `axis`, `grid`, `box`, `label` and
    `quiet` say what a shape is. Wide content goes in
    `<div class="scroll" tabindex="0" role="region" aria-label="...">`. `language` is that of the html.
    """

    id: str
    title: str
    purpose: str
    html: Markup
    position: str = "results"
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedTrial:
    """Another study, with the reasons why it is shown.

    group: the number of the study before it of which it is a near-duplicate. also: further ones, not listed.
    banner: what is said of its ledger, where it runs here and is not live.
    """

    nct_id: str
    title: str
    status: str = ""
    phases: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    group: str = ""
    also: tuple[str, ...] = ()
    banner: str = ""


def render_page(
    record: Record,
    *,
    banner: str | None,
    sections: Sequence[NamedSection] = (),
    related: Sequence[RelatedTrial] = (),
    versions: Sequence[object] = (),
    language: str = "en",
    place: Place | None = None,
    today: date | None = None,
) -> str:
    """The page as HTML, asking for `style.css` beside it; at its place in a site, with the site around it.

    banner: what must be said of simulated or practice results, shown above all else, on every table
    and in the metadata; with a banner the page asks not to be indexed. None for a page of facts.
    today: for how long a study without results has been over.
    Errors: REGI-006 (a named section that cannot be placed), REGI-009 (a language without catalogue).
    """
    return render_template(
        "page.html",
        language=language,
        place=place,
        record=record,
        protocol=record.protocol,
        results=record.results,
        banner=banner,
        layout=_layout(sections),
        related=tuple(related),
        versions=tuple(versions),
        documents=documents(record),
        linked_data=None if banner else linked_data(record),
        awaited=awaited(record, today),
    )


def render_template(name: str, *, language: str = "en", place: Place | None = None, **values: Any) -> str:
    """A template of this package with its values, in the language of its place. Errors: REGI-009."""
    language = place.language if place else language
    values.setdefault("banner", None)
    return _environment(language).get_template(name).render(language=language, place=place, **values)


def stylesheet() -> str:
    """The page's one stylesheet."""
    return files("equipoise.registry.page").joinpath("static", "style.css").read_text(encoding="utf-8")


def write_site(
    directory: Path,
    record: Record,
    *,
    banner: str | None,
    sections: Sequence[NamedSection] = (),
    related: Sequence[RelatedTrial] = (),
    language: str = "en",
    today: date | None = None,
) -> Path:
    """Write `index.html` and `style.css` into the folder, each whole or not at all; the page's path.

    Errors: REGI-005 (the folder cannot be written), and those of `render_page`.
    """
    page = render_page(
        record, banner=banner, sections=sections, related=related, language=language, today=today
    )
    try:
        directory.mkdir(parents=True, exist_ok=True)
        replace_file(directory / "style.css", stylesheet().encode())
        replace_file(directory / "index.html", page.encode())
    except OSError as error:
        raise registry_error("REGI-005", str(directory), error.strerror or str(error)) from error
    return directory / "index.html"


def replace_file(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Write a neighbour first and move it over, so that a reader sees the old file or the new one.

    durable: wait for the disk, so that this holds after a loss of power; too slow for a hundred thousand files.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            if durable:
                stream.flush()
                os.fsync(stream.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _layout(sections: Sequence[NamedSection]) -> tuple[Section | NamedSection, ...]:
    """Standard sections in their order, each followed by the named ones placed after it."""
    standard = {one.id for one in STANDARD}
    seen = set(standard)
    for one in sections:
        if one.id in seen or not _ID.fullmatch(one.id):
            raise registry_error("REGI-006", "page", repr(one.id))
        if one.position not in standard | {START}:
            raise registry_error("REGI-006", "page", f"{one.id!r} (after {one.position!r})")
        seen.add(one.id)
    placed: list[Section | NamedSection] = [one for one in sections if one.position == START]
    for standing in STANDARD:
        placed.append(standing)
        placed += [one for one in sections if one.position == standing.id]
    return tuple(placed)


def unsaid(text: str, banner: str | None) -> str:
    """A text of a record without the banner at its head, where the page already shows the banner."""
    return text.removeprefix(banner).lstrip(". ") if banner else text


def own_words(text: str, language: str) -> Markup:
    """Words of the record with their signs as signs; on a page of another language marked as the English they are."""
    name = country_name(text, language)
    if language == "en" or name != text or not any(map(str.isalpha, text)):
        return escape(plain(name))
    return _english(plain(text))


def shown(text: str, language: str) -> Markup:
    """A text of a table: what the page says as it stands, the record's words marked as such."""
    return own_words(text, language) if isinstance(text, tables.Own) else escape(plain(text))


def told(text: str, language: str, say: Callable[[str], str]) -> Markup:
    """A sentence of another part in this language; one that the catalogue has not is marked as the English it is."""
    said = say(text)
    if said == text and "; " in text:
        parts = text.split("; ")
        known = [say(part) for part in parts]
        whole = f"{say(';')} ".join(known)
        said = text if any(one == part for one, part in zip(known, parts, strict=True)) else whole
    if language != "en" and said == text:
        return _english(text)
    return escape(said)


def _english(text: str) -> Markup:
    return Markup(f'<span lang="en">{escape(text)}</span>')


def countries_said(text: str, language: str, say: Callable[[str], str]) -> str:
    """A list of countries, with how many more there are at its end, in this language."""
    listed, more = _MORE.fullmatch(text).groups()  # type: ignore[union-attr]
    names = ", ".join(country_name(one, language) for one in listed.split(", "))
    return f"{names} {say(more)}" if more else names


@lru_cache(maxsize=8)
def _environment(language: str) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("equipoise.registry.page", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    translations = catalogue(language)
    environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    say = translations.gettext
    environment.filters.update(
        words=lambda code: say(words(code)),
        say=say,
        country=lambda name: country_name(name, language),
        told=lambda text: told(text, language, say),
        countries=lambda text: countries_said(text, language, say),
        date_words=lambda date: date_words(date, say),
        plain=plain,
        own=lambda text: own_words(text, language),
        shown=lambda text: shown(text, language),
        unsaid=unsaid,
        blocks=read_blocks,
        capitalize_first=lambda text: text[:1].upper() + text[1:],
        is_web=lambda address: bool(_WEB.match(address)),
        number=lambda count: f"{count:,}".replace(",", "\N{NARROW NO-BREAK SPACE}"),
    )
    # What is set on an element that holds the record's own words: those are English.
    own = Markup("") if language == "en" else Markup(' lang="en"')
    environment.globals.update(tables=tables, say=say, place_map=place_map, own=own, zip=zip)
    return environment
