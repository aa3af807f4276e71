"""The addresses for programs: the same questions, answered in JSON, with nothing guessed or limited in silence."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse

from equipoise.registry.interfaces import Found
from equipoise.registry.match.facts import Facts, read_facts
from equipoise.registry.match.notes import read_note
from equipoise.registry.page.extras import record_json
from equipoise.registry.page.facts_form import form_of
from equipoise.registry.page.pages import live_of
from equipoise.registry.search.query import FACETS, query
from equipoise.web import asking
from equipoise.web.description import description
from equipoise.web.errors import web_error
from equipoise.web.guard import answers
from equipoise.web.views import described, shelf_of

NUMBERED = "api/{}/NUMBER"


@answers("GET", "HEAD")
def search(request: HttpRequest) -> HttpResponse:
    """One page of the studies that a search finds. Errors: WEBA-003, WEBA-006, WEBA-007."""
    given = _given(request, asking.SEARCH, "api/search")
    asked = query(
        given.get("q", [""])[0],
        filters=[(name, value) for name in FACETS for value in given.get(name, ())],
        order=given.get("order", ["relevance"])[0],
        page=asking.number(given, asking.PAGE),
        size=asking.number(given, asking.SIZE),
        counts=given.get("count", ()),
    )
    answer = shelf_of(request).find(asked)
    return _json(
        {
            "query": asked.to_url(),
            "total": answer.total,
            "hits": listed(answer.hits),
            "facets": {
                name: [{"value": value, "count": count} for value, count in counts]
                for name, counts in answer.facets.items()
            },
            "notes": list(answer.notes),
        }
    )


@answers("GET", "HEAD")
def study(request: HttpRequest, nct_id: str) -> HttpResponse:
    """The record as it was read."""
    _given(request, (), NUMBERED.format("studies"))
    return HttpResponse(
        record_json(live_of(shelf_of(request), nct_id.upper()).record), content_type="application/json"
    )


@answers("GET", "HEAD")
def related(request: HttpRequest, nct_id: str) -> HttpResponse:
    """The studies most like one, with score and reasons."""
    given = _given(request, asking.RELATED, NUMBERED.format("related"))
    shelf = shelf_of(request)
    number = live_of(shelf, nct_id.upper()).record.nct_id
    found = shelf.index.related(number, asking.number(given, *asking.RELATED))
    return _json({"nct_id": number, "related": listed(found)})


@answers("GET", "HEAD", "POST")
def match(request: HttpRequest) -> HttpResponse:
    """The trials for a patient. POST: `{"text": ..., "facts": {...}, "top": ...}`, either or both; GET: facts in the
    parameters of the form."""
    shelf = shelf_of(request)
    if request.method == "POST":
        _given(request, (), "api/match")
        facts, top = _told(request.body, shelf.today)
    else:
        top = asking.number(_given(request, asking.MATCH, "api/match"), asking.TOP)
        form = form_of(request.META.get("QUERY_STRING", ""))
        if form is None:
            raise web_error("WEBA-003", "api/match")
        facts = read_facts(form.data(), today=shelf.today)
    found = shelf.match(facts, top)
    response = _json(
        {
            "notice": found.notice,
            "considered": found.considered,
            "trials": listed(found.possible),
            "excluded": listed(found.excluded),
        }
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@answers("GET", "HEAD")
def openapi(request: HttpRequest) -> HttpResponse:
    """What can be asked, for programs that read it before they ask."""
    _given(request, (), "api/openapi.json")
    return _json(description())


def _given(request: HttpRequest, known: Sequence[asking.Parameter], place: str) -> asking.Given:
    return asking.read(request.META.get("QUERY_STRING", ""), known, place)


def _told(body: bytes, today: date) -> tuple[Facts, int]:
    """The facts in the body of a request, and how many trials are wanted. Errors: WEBA-002, WEBA-003, WEBA-006,
    WEBA-007, MATC-002 to MATC-004."""
    try:
        asked = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise web_error("WEBA-003", "api/match") from error
    if not isinstance(asked, dict):
        raise web_error("WEBA-003", "api/match")
    asking.check_names(asked, asking.BODY, "api/match")
    top = asking.number_in(asked, asking.TOP, "api/match")
    given = None if asked.get("facts") is None else read_facts(asked["facts"], today=today)
    if given is not None and asked.get("text") is None:
        return given, top
    note = read_note(described(asked.get("text"), "api/match text"), today=today)
    return (given.over(note) if given else note), top


def listed(found: Iterable[Found]) -> list[dict[str, Any]]:
    """Answers of an index as JSON can hold them."""
    return [
        msgspec.to_builtins(one, enc_hook=list) for one in found
    ]  # the hook is for sequences of other kinds


def _json(content: dict[str, Any]) -> JsonResponse:
    return JsonResponse(content, json_dumps_params={"ensure_ascii": False})
