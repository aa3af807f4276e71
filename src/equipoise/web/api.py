"""The addresses for programs: the same questions, answered in JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
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
from equipoise.registry.search.query import Query
from equipoise.web.errors import web_error
from equipoise.web.views import MATCHED, described, shelf_of

MOST = 200


def search(request: HttpRequest) -> HttpResponse:
    """One page of the studies that a search finds; the parameters are those of the search page."""
    asked = Query.from_url(request.META.get("QUERY_STRING", ""))
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


def study(request: HttpRequest, nct_id: str) -> HttpResponse:
    """The record as it was read."""
    return HttpResponse(
        record_json(live_of(shelf_of(request), nct_id.upper()).record), content_type="application/json"
    )


def related(request: HttpRequest, nct_id: str) -> HttpResponse:
    """The studies most like one, with score and reasons."""
    shelf = shelf_of(request)
    number = live_of(shelf, nct_id.upper()).record.nct_id
    found = shelf.index.related(number, top_of(request.GET.get("top", ""), 10))
    return _json({"nct_id": number, "related": listed(found)})


def match(request: HttpRequest) -> HttpResponse:
    """The trials for a patient. POST: `{"text": ..., "facts": {...}, "top": ...}`, either or both; GET: facts in the
    parameters of the form."""
    shelf = shelf_of(request)
    if request.method == "POST":
        facts, top = _told(request.body, shelf.today)
    else:
        form = form_of(request.META.get("QUERY_STRING", ""))
        if form is None:
            raise web_error("WEBA-003", "api/match")
        facts, top = read_facts(form.data(), today=shelf.today), request.GET.get("top", "")
    found = shelf.match(facts, top_of(top, MATCHED))
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


def _told(body: bytes, today: date) -> tuple[Facts, str]:
    """The facts in the body of a request, and how many trials are wanted. Errors: WEBA-002, WEBA-003, MATC-002 to
    MATC-004."""
    try:
        asked = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise web_error("WEBA-003", "api/match") from error
    if not isinstance(asked, dict):
        raise web_error("WEBA-003", "api/match")
    given = None if asked.get("facts") is None else read_facts(asked["facts"], today=today)
    top = str(asked.get("top", ""))
    if given is not None and asked.get("text") is None:
        return given, top
    note = read_note(described(asked.get("text"), "api/match"), today=today)
    return (given.over(note) if given else note), top


def listed(found: Iterable[Found]) -> list[dict[str, Any]]:
    """Answers of an index as JSON can hold them."""
    return [
        msgspec.to_builtins(one, enc_hook=list) for one in found
    ]  # the hook is for sequences of other kinds


def top_of(text: str, usual: int) -> int:
    """How many are wanted: a whole number from 1 to 200; the usual one for anything else."""
    return min(max(int(text), 1), MOST) if text.isascii() and text.isdigit() and len(text) < 6 else usual


def _json(content: dict[str, Any]) -> JsonResponse:
    return JsonResponse(content, json_dumps_params={"ensure_ascii": False})
