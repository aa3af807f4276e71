"""The HTTP status that tells of each coded error, and the head of its page.

What a visitor can cause comes from the catalogues of the pages and of patient matching: their errors are the visitor's
(400) unless they are listed here. All other errors are the site's own (500), unless they are listed here.
"""

from __future__ import annotations

from equipoise.errors import EquipoiseError
from equipoise.registry.match.errors import CATALOGUE as MATCHING
from equipoise.web.errors import CATALOGUE as PAGES

STATUS = {
    "WEBA-001": 404,
    "WEBA-004": 500,
    "WEBA-005": 500,
    "WEBA-008": 405,
    "MATC-006": 503,
    "REGI-035": 404,
    "REGI-036": 503,
    "REGI-038": 400,
    "REGI-039": 404,
}
VISITORS = frozenset({*MATCHING, *PAGES})
TITLES = {
    404: "Not found",
    400: "This cannot be answered",
    405: "This cannot be answered",
    503: "Not available here",
}


def status_of(error: EquipoiseError) -> int:
    """The HTTP status that tells of this error; 500 for one that no visitor caused."""
    return STATUS.get(error.code, 400 if error.code in VISITORS else 500)


def title_of(status: int) -> str:
    """The head of the page that tells of a status."""
    return TITLES.get(status, "Something went wrong")
