"""A search and its answer as the search page shows them: hits with reasons, facets to tick, pages to turn.

The address of a page is the search, so that it can be kept, sent and counted on. Everything here is made from
the query and the answer alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from equipoise.errors import EquipoiseError
from equipoise.registry.countries import country_name
from equipoise.registry.interfaces import Hit, Reason, Results
from equipoise.registry.page.catalogue import catalogue
from equipoise.registry.page.labels import words
from equipoise.registry.page.render import render_template
from equipoise.registry.page.site import Place
from equipoise.registry.search.facets import key
from equipoise.registry.search.overlay import RunningHit
from equipoise.registry.search.query import FACETS, ORDERS, Query

TITLES = {
    "status": "Recruitment status",
    "phase": "Phase",
    "type": "Type of study",
    "condition": "Condition",
    "intervention": "Intervention",
    "country": "Country",
    "start": "Year of the start",
    "results": "Results posted",
}
CODED = frozenset({"status", "phase", "type", "results"})
OPEN = frozenset({"status", "phase"})  # the facets that stand open before any is chosen
SHOWN = 14  # values of a facet on a page, the chosen ones besides
NEAR = 2  # pages shown to each side of this one

# Where words were found, as a reader calls it.
FIELDS = {
    "number": "Number",
    "acronym": "Acronym",
    "title": "Title",
    "condition": "Condition",
    "intervention": "Intervention",
    "keyword": "Keywords",
    "summary": "Summary",
    "outcome": "Outcomes",
    "arm": "Groups",
    "description": "Description",
    "criteria": "Eligibility",
    "sponsor": "Sponsor",
    "place": "Places",
}
HELP = (
    ("headache placebo", "both words, in any of their forms"),
    ('"quality of life"', "these words one after the other"),
    ("asthma OR eczema", "either of the two"),
    ("asthma -children", "the first without the second"),
    ("cardio*", "words that begin so"),
    ("athsma~", "a word spelled nearly so"),
    ("title:walking", "in one field: title, condition, intervention, sponsor, place, criteria, outcome ..."),
    ("start:2015..2020", "a range: start, posted, updated, enrolment, age"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A value of a facet that can be ticked."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetView:
    """A facet with its choices."""

    name: str
    title: str
    choices: tuple[Choice, ...]
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A chosen value, and the address of the same search without it."""

    label: str
    without: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """A page of results; `address` is None for a gap between pages."""

    number: int = 0
    address: str | None = None
    here: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonView:
    """Where words were found: a field in words, and its text in marked and unmarked parts."""

    field: str
    parts: tuple[tuple[bool, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HitView:
    """A study that was found, as a list shows it. here: it runs here; banner: what is said of its ledger."""

    nct_id: str
    title: str
    status: str
    phases: tuple[str, ...]
    reasons: tuple[ReasonView, ...]
    here: bool = False
    banner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchView:
    """All that the search page shows. `start`: nothing was asked yet; `fault`: the search was refused."""

    text: str
    order: str
    studies: int
    start: bool
    help: tuple[tuple[str, str], ...] = HELP
    orders: tuple[tuple[str, str], ...] = tuple(ORDERS.items())
    fault: EquipoiseError | None = None
    total: int = 0
    first: int = 1
    hits: tuple[HitView, ...] = ()
    facets: tuple[FacetView, ...] = ()
    chips: tuple[Chip, ...] = ()
    cleared: str = ""
    notes: tuple[str, ...] = ()
    pages: tuple[PageLink, ...] = ()


def search_page(asked: Query, answer: Results | EquipoiseError, place: Place, *, studies: int) -> str:
    """The search page with its answer, or with the error that the search met."""
    start = place.path == ""
    if isinstance(answer, EquipoiseError):
        view = SearchView(text=asked.text, order=asked.order, studies=studies, start=False, fault=answer)
    else:
        view = _view(asked, answer, place, studies, start)
    return render_template("search.html", place=place, view=view)


def _view(asked: Query, answer: Results, place: Place, studies: int, start: bool) -> SearchView:
    say = catalogue(place.language).gettext

    def label(facet: str, value: str) -> str:
        return country_name(value, place.language) if facet == "country" else value_label(facet, value, say)

    return SearchView(
        text=asked.text,
        order=asked.order,
        studies=studies,
        start=start,
        total=answer.total,
        first=(asked.page - 1) * asked.size + 1,
        hits=tuple(_hit(one) for one in answer.hits),
        facets=tuple(_facet(name, asked, answer.facets.get(name, ()), label) for name in FACETS),
        chips=tuple(
            Chip(label=label(*chosen), without=address(_without(asked, chosen), place))
            for chosen in asked.filters
        ),
        cleared=address(replace(asked, filters=(), page=1), place),
        notes=tuple(answer.notes),
        pages=tuple(_pages(asked, answer.total, place)),
    )


def value_label(facet: str, value: str, say) -> str:
    """The value of a facet in words."""
    if facet not in CODED:
        return value
    return say(words(value.upper()))


def address(asked: Query, place: Place) -> str:
    """The address of a search."""
    return f"{place.to('search')}?{replace(asked, counts=()).to_url()}"


def parts_of(reason: Reason) -> tuple[tuple[bool, str], ...]:
    """The text of a reason in parts, each marked or not. Marks outside the text are left out."""
    parts: list[tuple[bool, str]] = []
    at = 0
    for start, end in sorted(reason.marks):
        if at <= start < end <= len(reason.text):
            parts += [(False, reason.text[at:start]), (True, reason.text[start:end])]
            at = end
    parts.append((False, reason.text[at:] if reason.text else ", ".join(reason.words)))
    return tuple(part for part in parts if part[1])


def _hit(found: Hit) -> HitView:
    reasons = [
        ReasonView(field=FIELDS.get(one.field, one.field), parts=parts_of(one))
        for one in found.reasons
        if not (one.field == "title" and one.text.strip() == found.title.strip())
    ]
    return HitView(
        nct_id=found.nct_id,
        title=found.title,
        status=found.status,
        phases=tuple(found.phases),
        reasons=tuple(one for one in reasons if one.parts)[:4],
        here=isinstance(found, RunningHit),
        banner=found.banner if isinstance(found, RunningHit) else "",
    )


def _without(asked: Query, chosen: tuple[str, str]) -> Query:
    return replace(asked, filters=tuple(one for one in asked.filters if one != chosen), page=1)


def _facet(name: str, asked: Query, counted: Sequence[tuple[str, int]], label) -> FacetView:
    """The most frequent values and every chosen one, even one that no study has any more."""
    chosen = {key(name, value): value for value in asked.chosen(name)}
    known = {key(name, value) for value, _ in counted}
    shown = [one for n, one in enumerate(counted) if n < SHOWN or key(name, one[0]) in chosen]
    shown += [(value, 0) for folded, value in chosen.items() if folded not in known]
    choices = tuple(
        Choice(value=value, label=label(name, value), count=count, chosen=key(name, value) in chosen)
        for value, count in shown
    )
    return FacetView(name=name, title=TITLES[name], choices=choices, open=bool(chosen) or name in OPEN)


def _pages(asked: Query, total: int, place: Place) -> Iterable[PageLink]:
    """The first and the last page, those around this one, and gaps between."""
    last = min(-(-total // asked.size), 500)
    shown = sorted({1, last} | set(range(asked.page - NEAR, asked.page + NEAR + 1)))
    before = 0
    for number in (one for one in shown if 1 <= one <= last):
        if number != before + 1:
            yield PageLink()
        at = replace(asked, page=number)
        yield PageLink(number=number, address=address(at, place), here=number == asked.page)
        before = number
