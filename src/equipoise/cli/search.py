"""Searches an index of registry records, and says of each study that it finds why.

A facet that is given several times takes any of its values; different facets must all hold.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from equipoise.cli import exits
from equipoise.cli.numbers import between
from equipoise.registry.search.language import help_text
from equipoise.registry.search.query import FACETS, MOST_ON_A_PAGE, MOST_PAGES, ORDERS, Query, query

if TYPE_CHECKING:
    from equipoise.registry.interfaces import Hit, Results

EXAMPLE = 'equipoise search "heart failure -diabetes" --status recruiting --index registry'


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command, and the query language at the end of its help."""
    parser.add_argument(
        "text", nargs="?", default="", help="what to search, in the query language (default: all)"
    )
    parser.add_argument("--index", type=Path, required=True, metavar="DIR", help="the folder of the index")
    for name, meaning in FACETS.items():
        parser.add_argument(
            f"--{name}", action="append", default=[], metavar="VALUE", help=f"only this {meaning}"
        )
    parser.add_argument("--order", choices=ORDERS, default="relevance", help="the order of the hits")
    parser.add_argument(
        "--page", type=between(1, MOST_PAGES), default=1, help="which page of hits (default: 1)"
    )
    parser.add_argument(
        "--size",
        type=between(1, MOST_ON_A_PAGE),
        default=20,
        help="hits on a page (default: 20, at most 100)",
    )
    parser.add_argument(
        "--count", choices=FACETS, action="append", default=[], help="count the values of a facet"
    )
    parser.add_argument(
        "--url", metavar="QUERY", help="search as in a saved address, in place of all of the above"
    )
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    parser.epilog = f"query language:\n\n{help_text()}\n\n{parser.epilog or ''}"


def run(arguments: argparse.Namespace) -> int:
    """Prints a page of hits. Raises REGI-030, REGI-031, REGI-034."""
    from equipoise.registry.index import open_index

    results = open_index(arguments.index).find(asked(arguments))
    print(as_json(results) if arguments.json else said(results))
    return exits.OK


def asked(arguments: argparse.Namespace) -> Query:
    """The query that the arguments are."""
    if arguments.url is not None:
        return Query.from_url(arguments.url)
    chosen = [(name, value) for name in FACETS for value in getattr(arguments, name)]
    return query(
        arguments.text,
        filters=chosen,
        order=arguments.order,
        page=arguments.page,
        size=arguments.size,
        counts=arguments.count,
    )


def as_json(results: Results) -> str:
    """The results as JSON."""
    content = {
        "query": results.query.to_url(),
        "total": results.total,
        "hits": [asdict(replace(hit, reasons=tuple(hit.reasons))) for hit in results],
        "facets": {name: dict(values) for name, values in results.facets.items()},
        "notes": results.notes,
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def said(results: Results) -> str:
    """The results in words."""
    lines = [f"Note: {note}." for note in results.notes]
    lines.append(f"{results.total} studies found; page {results.query.page}, {len(results)} shown.")
    lines += [hit_said(hit) for hit in results]
    for name, values in results.facets.items():
        lines.append(f"{FACETS[name]}: " + ", ".join(f"{value} ({count})" for value, count in values[:10]))
    return "\n\n".join(lines)


def hit_said(hit: Hit) -> str:
    """One hit: the study, and the words by which it was found with the text around them."""
    head = f"{hit.nct_id}  {hit.title}\n  {', '.join(filter(None, [hit.status, *hit.phases]))}"
    why = [
        f"  in {reason.field}: {' '.join(marked(reason.text, reason.marks).split())}"
        for reason in hit.reasons
    ]
    return "\n".join([head, *why])


def marked(text: str, marks: tuple[tuple[int, int], ...]) -> str:
    """A text with its marked words between asterisks."""
    for start, end in reversed(marks):
        text = f"{text[:start]}*{text[start:end]}*{text[end:]}"
    return text
