"""What is asked of a search, as data that a web address can carry.

A query is its text (in the query language), the chosen values of facets, an order, a page and the facets to
count. It is written as the parameters of a URL and read back; whatever a stranger writes there becomes a valid
query, because an address is typed, cut and pasted by everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import parse_qsl, urlencode

from equipoise.registry.search.text import UNSEEN

# name of the facet: what it is, in words
FACETS: Mapping[str, str] = MappingProxyType(
    {
        "status": "recruitment status",
        "phase": "phase",
        "type": "type of study",
        "condition": "condition",
        "intervention": "intervention",
        "country": "country",
        "start": "year of the start",
        "results": "results posted",
    }
)
ORDERS: Mapping[str, str] = MappingProxyType(
    {
        "relevance": "best match first",
        "updated": "last updated first",
        "posted": "first posted first, newest on top",
        "start": "latest start first",
        "enrolment": "most participants first",
    }
)
MOST_TEXT = 2000
MOST_PAGES = 500
MOST_ON_A_PAGE = 100
MOST_VALUES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A search. Make it with `query()` or `Query.from_url`, which put every part within its limits.

    filters: pairs of facet and value, sorted; values of one facet are alternatives, facets must all hold.
    counts: the facets whose values are counted. page: from 1. size: hits on a page.
    """

    text: str = ""
    filters: tuple[tuple[str, str], ...] = ()
    order: str = "relevance"
    page: int = 1
    size: int = 20
    counts: tuple[str, ...] = ()

    def chosen(self, facet: str) -> tuple[str, ...]:
        """The chosen values of a facet; none when it is left open."""
        return tuple(value for name, value in self.filters if name == facet)

    def to_url(self) -> str:
        """The parameters of a web address that hold this query, without `?`; what is as usual is left out."""
        usual = Query()
        pairs = [("q", self.text)] if self.text else []
        pairs += self.filters
        pairs += [
            (name, str(getattr(self, part)))
            for name, part in (("order", "order"), ("page", "page"), ("size", "size"))
            if getattr(self, part) != getattr(usual, part)
        ]
        pairs += [("count", facet) for facet in self.counts]
        return urlencode(pairs)

    @classmethod
    def from_url(cls, parameters: str) -> Query:
        """The query in the parameters of a web address. Whatever is not understood is left out."""
        pairs = _pairs(parameters.removeprefix("?"))
        last = dict(pairs)
        return query(
            last.get("q", ""),
            filters=[(name, value) for name, value in pairs if name in FACETS],
            order=last.get("order", ""),
            page=_whole(last.get("page"), 1),
            size=_whole(last.get("size"), 20),
            counts=[value for name, value in pairs if name == "count"],
        )


def query(
    text: str = "",
    *,
    filters: Iterable[tuple[str, str]] = (),
    order: str = "relevance",
    page: int = 1,
    size: int = 20,
    counts: Iterable[str] = (),
) -> Query:
    """The query of these parts, each cut to its limits; facets and orders that do not exist are left out."""
    kept = {(name, _clean(value)) for name, value in filters if name in FACETS}
    wanted = set(counts)
    return Query(
        text=_clean(text)[:MOST_TEXT],
        filters=tuple(sorted((name, value) for name, value in kept if value)[:MOST_VALUES]),
        order=order if order in ORDERS else "relevance",
        page=min(max(page, 1), MOST_PAGES),
        size=min(max(size, 1), MOST_ON_A_PAGE),
        counts=tuple(facet for facet in FACETS if facet in wanted),
    )


def _clean(text: str) -> str:
    """Text that every encoding accepts: no lone surrogates, nothing that cannot be seen, single spaces."""
    whole = UNSEEN.sub("", text).encode("utf-8", "replace").decode("utf-8")
    return " ".join("".join(char if char.isprintable() else " " for char in whole).split())


def _pairs(parameters: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(parameters, max_num_fields=200)
    except ValueError:
        return []


def _whole(text: str | None, usual: int) -> int:
    """A whole number of at most nine digits; the usual one for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 9 else usual
