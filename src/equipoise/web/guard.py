"""What stands around every view: the headers of each answer, and the page for what goes wrong.

The policy allows this site's own stylesheets, one script file and pictures, and nothing written into a page:
no inline script, no inline style, no form to elsewhere, no frame. A fault that nobody expected is noted by its
kind and place in the code alone, because its message could hold what a person typed.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

from equipoise.errors import EquipoiseError
from equipoise.registry.page.pages import error_page
from equipoise.registry.page.site import LANGUAGES, Place
from equipoise.web.errors import web_error
from equipoise.web.statuses import status_of, title_of

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
# What is wrong with the request itself: Django answers these with `not_understood`.
UNREADABLE = (SuspiciousOperation, BadRequest, MultiPartParserError)
LOG = logging.getLogger("equipoise.web")

View = Callable[..., HttpResponse]


def headers(get_response: View) -> View:
    """Sets the headers that every answer has."""

    def answered(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in HEADERS.items():
            response.headers[name] = value
        response.headers.setdefault("Cache-Control", "no-cache")
        if request.method == "HEAD":
            response.content = b""  # its length stays said; whoever asks for the head reads no body
        return response

    return answered


def answers(*methods: str) -> Callable[[View], View]:
    """A view that answers these methods, and any other with WEBA-008."""

    def only(view: View) -> View:
        @wraps(view)
        def asked(request: HttpRequest, **named: Any) -> HttpResponse:
            if request.method not in methods:
                told = fault(
                    request, web_error("WEBA-008", request.path.strip("/"), str(request.method)[:20])
                )
                told.headers["Allow"] = ", ".join(methods)
                return told
            return view(request, **named)

        return asked

    return only


class Faults:
    """Turns an error that a view raises into its page, or into JSON for a program."""

    def __init__(self, get_response: View) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer of the view, or of `process_exception`."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The answer to a request whose view raised; None for what Django itself refuses (too large, malformed)."""
        if isinstance(error, UNREADABLE):
            return None
        if isinstance(error, UnreadablePostError):  # whoever asked has gone
            return not_understood(request)
        if not isinstance(error, EquipoiseError):
            note(error)
            error = web_error("WEBA-004", "web")
        return fault(request, error)


def note(error: BaseException) -> None:
    """Notes a fault by its kind and its places in the code, never by its message."""
    places = [f"{one.filename}:{one.lineno}" for one in traceback.extract_tb(error.__traceback__)]
    LOG.error("WEBA-004 %s at %s", type(error).__name__, " < ".join(reversed(places)))


def fault(request: HttpRequest, error: EquipoiseError) -> HttpResponse:
    """The answer that tells of an error: a page, or JSON under `/api/`."""
    status = status_of(error)
    if status == 500 and error.code != "WEBA-004":
        note(error)
    if request.path.startswith("/api/"):
        # Where in this machine something is broken is noted above, and is nobody else's business.
        place = error.place if status < 500 else "web"
        told = {
            "code": error.code,
            "place": place,
            "fault": error.fault,
            "why": error.why,
            "remedy": error.remedy,
        }
        return JsonResponse({"error": told}, status=status)
    return HttpResponse(error_page(error, title_of(status), lost_place(request.path)), status=status)


def lost_place(path: str) -> Place:
    """A place for a page at any address, so that its links lead back into the site."""
    first = path.split("/")[1]
    return Place(language=first if first in LANGUAGES else "en", depth=max(path.count("/") - 1, 0))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page for an address that no view answers."""
    return fault(request, web_error("WEBA-001", "web"))


def not_understood(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page for a request that Django refuses (too large, malformed)."""
    return fault(request, web_error("WEBA-003", "web"))


def broken(request: HttpRequest) -> HttpResponse:
    """The page for a fault outside every view."""
    return fault(request, web_error("WEBA-004", "web"))
