"""The pages: each view reads a request, asks the index, and returns what the page package makes."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from equipoise.errors import EquipoiseError
from equipoise.registry.match.facts import read_facts
from equipoise.registry.match.notes import read_note
from equipoise.registry.page.facts_form import form_of
from equipoise.registry.page.matching import MatchView, match_page, match_view
from equipoise.registry.page.pages import ASSETS, Shelf, about_page, asset, comparison, study_page
from equipoise.registry.page.searching import search_page
from equipoise.registry.page.site import Place
from equipoise.registry.search.query import FACETS, Query
from equipoise.web.application import KEY
from equipoise.web.asking import MATCHED
from equipoise.web.errors import web_error
from equipoise.web.guard import answers
from equipoise.web.statuses import status_of

MOST_TEXT = 20_000
# Nothing was asked, so nothing can match better: what has changed last comes first.
START = Query(order="updated")


def shelf_of(request: HttpRequest) -> Shelf:
    """What the pages of this request are made from."""
    return request.META[KEY]()


@answers("GET", "HEAD")
def start(request: HttpRequest, language: str) -> HttpResponse:
    """The first page. Who comes from elsewhere and reads French is sent to the French one."""
    arrives = not request.META.get("QUERY_STRING") and "HTTP_REFERER" not in request.META
    if language == "en" and arrives and prefers_french(request.headers.get("Accept-Language", "")):
        return _unstored(HttpResponseRedirect("fr/"))
    response = _searched(request, Place(language=language), START)
    response.headers["Vary"] = "Accept-Language"
    return response


@answers("GET", "HEAD")
def search(request: HttpRequest, language: str) -> HttpResponse:
    """A search and its answer; its address is the search."""
    query = request.META.get("QUERY_STRING", "")
    return _searched(request, Place(path="search", language=language, query=f"?{query}" if query else ""))


def _searched(request: HttpRequest, place: Place, usual: Query | None = None) -> HttpResponse:
    shelf = shelf_of(request)
    parameters = request.META.get("QUERY_STRING", "")
    asked = Query.from_url(parameters) if parameters or usual is None else usual
    studies = shelf.studies()
    try:
        answer = shelf.find(replace(asked, counts=tuple(FACETS)))
    except EquipoiseError as error:
        page = search_page(asked, error, place, studies=studies)
        return HttpResponse(page, status=status_of(error))
    return HttpResponse(search_page(asked, answer, place, studies=studies))


@answers("GET", "HEAD", "POST")
def match(request: HttpRequest, language: str) -> HttpResponse:
    """The patient page. A description in words comes in the body of a request, so that no address or log has it; facts
    come in the address, which whoever asks may keep."""
    if request.method == "POST":
        return _described(request, Place(path="match", language=language))
    query = request.META.get("QUERY_STRING", "")
    place = Place(path="match", language=language, query=f"?{query}" if query else "")
    form = form_of(query)
    if form is None:
        return HttpResponse(match_page(MatchView(wanted="facts" if query else "words"), place))
    shelf = shelf_of(request)
    try:
        found = shelf.match(read_facts(form.data(), today=shelf.today), MATCHED)
    except EquipoiseError as error:
        view = MatchView(form=form, wanted="facts", fault=error)
        return _unstored(HttpResponse(match_page(view, place), status=status_of(error)))
    return _unstored(HttpResponse(match_page(match_view(form, found, shelf, language), place)))


def _described(request: HttpRequest, place: Place) -> HttpResponse:
    text = request.POST.get("text", "")
    try:
        shelf = shelf_of(request)
        found = shelf.match(read_note(described(text, "text"), today=shelf.today), MATCHED)
    except EquipoiseError as error:
        view = MatchView(text=text[:MOST_TEXT], fault=error)
        return _unstored(HttpResponse(match_page(view, place), status=status_of(error)))
    return _unstored(HttpResponse(match_page(match_view(text, found, shelf, place.language), place)))


def described(text: object, place: str) -> str:
    """The description of a patient. Errors: WEBA-002."""
    if not isinstance(text, str) or not 0 < len(text.strip()) <= MOST_TEXT:
        raise web_error("WEBA-002", place)
    return text


@answers("GET", "HEAD")
def study(request: HttpRequest, language: str, nct_id: str, view: str | None = None) -> HttpResponse:
    """A page of a study, or its record. A number in small letters leads to its own address."""
    if nct_id != nct_id.upper():
        depth = "../" * (2 if view and view != "record.json" else 1)
        tail = f"{view}/" if view and view != "record.json" else view or ""
        return HttpResponseRedirect(f"{depth}{nct_id.upper()}/{tail}")
    page = study_page(shelf_of(request), nct_id, view or "", language)
    kind = "application/json" if view == "record.json" else "text/html; charset=utf-8"
    return HttpResponse(page, content_type=kind)


@answers("GET", "HEAD")
def compare(request: HttpRequest, language: str, nct_id: str) -> HttpResponse:
    """Two versions of a study side by side; the address says which."""
    if nct_id != nct_id.upper():
        return HttpResponseRedirect(f"../../{nct_id.upper()}/compare/")
    asked = request.META.get("QUERY_STRING", "")
    return HttpResponse(comparison(shelf_of(request), nct_id, asked, language))


@answers("GET", "HEAD")
def about(request: HttpRequest, language: str) -> HttpResponse:
    """What the registry is."""
    return HttpResponse(about_page(Place(path="about", language=language)))


@answers("GET", "HEAD")
def static(request: HttpRequest, name: str) -> HttpResponse:
    """A stylesheet, picture or script."""
    if name not in ASSETS:
        raise web_error("WEBA-001", "static")
    response = HttpResponse(asset(name), content_type=ASSETS[name])
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def prefers_french(header: str) -> bool:
    """Whether a header of accepted languages puts French before English."""
    weights = {"fr": 0.0, "en": 0.0}
    for part in header.split(","):
        tongue, _, weight = part.strip().partition(";q=")
        name = tongue.split("-")[0].casefold()
        if name in weights:
            weights[name] = max(weights[name], _weight(weight))
    return weights["fr"] > weights["en"]


def _weight(text: str) -> float:
    return float(text) if text.replace(".", "", 1).isdigit() else 1.0


def _unstored(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    return response
