"""The addresses for programs: the same questions, answered in JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse

from equipoise.registry.interfaces import Found
from equipoise.registry.page.extras import record_json
from equipoise.registry.page.pages import live_of
from equipoise.registry.search.query import Query
from equipoise.web.errors import web_error
from equipoise.web.views import MATCHED, described, shelf_of

MOST = 200


def search(request: HttpRequest) -> HttpResponse:
    """One page of the studies that a search finds; the parameters are those of the search page."""
    asked = Query.from_url(request.META.get("QUERY_STRING", ""))
    answer = shelf_of(request).index.find(asked)
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
    """The trials for a patient: `{"text": ..., "top": ...}` in the body of a POST."""
    if request.method != "POST":
        raise web_error("WEBA-003", "api/match")
    try:
        asked = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise web_error("WEBA-003", "api/match") from error
    if not isinstance(asked, dict):
        raise web_error("WEBA-003", "api/match")
    text = described(asked.get("text"), "api/match")
    found = shelf_of(request).index.match(text, top_of(str(asked.get("top", "")), MATCHED))
    response = _json(
        {"notice": found.notice, "trials": listed(found.possible), "excluded": listed(found.excluded)}
    )
    response.headers["Cache-Control"] = "no-store"
    return response


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
