"""The HTTP status that tells of each coded error, and the head of its page."""

from __future__ import annotations

from equipoise.errors import EquipoiseError

STATUS = {
    "WEBA-001": 404,
    "WEBA-002": 400,
    "WEBA-003": 400,
    "WEBA-004": 500,
    "MATC-001": 400,
    "MATC-002": 400,
    "REGI-035": 404,
    "REGI-036": 503,
    "REGI-038": 400,
}
TITLES = {404: "Not found", 400: "This cannot be answered", 503: "Not available here"}


def status_of(error: EquipoiseError) -> int:
    """The HTTP status that tells of this error; 500 for one that no visitor caused."""
    return STATUS.get(error.code, 500)


def title_of(status: int) -> str:
    """The head of the page that tells of a status."""
    return TITLES.get(status, "Something went wrong")
