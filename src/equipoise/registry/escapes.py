"""The one place that undoes how registries write signs: backslashes before them, and references such as `&lt;`.

Newer exports write `\\<` for `<` and `10\\*9` for `10*9`, and older entries hold `&amp;`. Whatever shows a text of a
record, or compares it, takes it from here; the record itself is kept as it was read, so that the place of a
finding is a place in what the registry holds.
"""

from __future__ import annotations

import html
import re
from html.entities import html5

ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31}\d{0,2});")
# Names that no standard has and that records write all the same.
NAMED = {"gte": "≥", "lte": "≤"}


def plain(text: str) -> str:
    """The text with its signs as signs, as a reader should see it."""
    if "\\" not in text and "&" not in text:
        return text
    return ESCAPE.sub(_sign, text)


def _sign(found: re.Match[str]) -> str:
    """The sign that an escape stands for; a reference that no name is known for stays as it is."""
    if found[1]:
        return found[1]
    if found[0][1] == "#":
        return html.unescape(found[0])
    name = found[0][1:-1]
    return NAMED.get(name.lower()) or html5.get(f"{name};") or html5.get(f"{name.lower()};") or found[0]


def whole(text: str, start: int, end: int) -> tuple[int, int]:
    """The span, widened where it begins or ends inside an escape, so that what it covers can be made plain alone."""
    for found in ESCAPE.finditer(text):
        first, last = found.span()
        if first >= end:
            break
        start = first if first < start < last else start
        end = last if first < end < last else end
    return start, end
