"""The catalogue of coded errors of the served pages."""

from __future__ import annotations

from equipoise.errors import EquipoiseError


class WebError(EquipoiseError):
    """A request that cannot be answered, with a code of `CATALOGUE`."""


CATALOGUE: dict[str, tuple[str, str, str]] = {
    "WEBA-001": (
        "There is no page at this address.",
        "An address that was cut or mistyped shows nothing rather than something else.",
        "Search for the study by its number or its title.",
    ),
    "WEBA-002": (
        "The description is empty or too long.",
        "Without a description there is nothing to compare criteria with.",
        "Write between one word and 20,000 characters.",
    ),
    "WEBA-003": (
        "The request cannot be understood.",
        "A guess at what was meant would answer another question.",
        "Send what the page about this registry and `/api/openapi.json` describe.",
    ),
    "WEBA-004": (
        "This page could not be made.",
        "The fault is on this side; it was noted, without anything that you typed.",
        "Try again later, or tell whoever runs this site the code and the address.",
    ),
    "WEBA-006": (
        "there is no parameter {detail}",
        "A parameter that is left out unseen gives the answer to another question.",
        "Correct its name or leave it out; `/api/openapi.json` lists all of them.",
    ),
    "WEBA-007": (
        "{detail}",
        "A value that is limited or guessed in silence gives fewer studies, or others, than were asked for.",
        "Give a value within the limits; `/api/openapi.json` lists them.",
    ),
    "WEBA-008": (
        "this address does not answer {detail}",
        "What is sent in a way that is not expected would be left unread.",
        "Ask with GET; descriptions of patients are sent to `/match/` or `/api/match` with POST.",
    ),
    "WEBA-005": (
        "the server cannot use this address or port: {detail}",
        "Nobody could reach the pages.",
        "Choose another port with `--port`, or stop what uses this one.",
    ),
}


def web_error(code: str, place: str, detail: str = "") -> WebError:
    """The error of this code at this place; `detail` completes its sentence."""
    fault, why, remedy = CATALOGUE[code]
    return WebError(code=code, place=place, fault=fault.format(detail=detail), why=why, remedy=remedy)
