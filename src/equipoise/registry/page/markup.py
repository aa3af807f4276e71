"""The light markup of registry texts: paragraphs, headings and nested lists, read into blocks.

Registries store long texts as plain lines with `1.`, `*` or `-` at the front and, in newer exports,
backslashes before signs such as `<`. A page must show lists as lists and signs as signs, so the text
is read into blocks here and the template writes (and escapes) them. Nothing is dropped: a line that
is no list item and no heading is a paragraph.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from equipoise.registry.escapes import plain

_MARKER = re.compile(r"^(?P<indent>\s*)(?P<mark>[*\-•·]|(?P<number>\d{1,3})[.)])\s+(?P<text>\S.*)$")
_HEADING = re.compile(r"^(?:[\w/ ]{0,40}\b(?:criteria|criterion)\b\s*:?|[A-Z][A-Z0-9 ,/&'()-]{3,70}:)$", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A run of text."""

    text: str
    kind: str = "paragraph"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A line that names what follows."""

    text: str
    kind: str = "heading"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a list; `number` as the text gives it, None in a bulleted list."""

    text: str
    number: int | None
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemList:
    """A list; ordered when its items carry numbers."""

    ordered: bool
    items: tuple[Item, ...]
    kind: str = "list"


Block = Paragraph | Heading | ItemList


@dataclass(slots=True)
class _OpenItem:
    number: int | None
    lines: list[str]
    blocks: list[object] = field(default_factory=list)


@dataclass(slots=True)
class _OpenList:
    indent: int
    ordered: bool
    items: list[_OpenItem] = field(default_factory=list)


def read_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of this text, in order. Total: every text gives blocks, an empty one gives none."""
    reader = _Reader()
    for line in text.splitlines():
        reader.line(line.rstrip())
    return tuple(_close(part) for part in reader.root)


class _Reader:
    """Builds open lists line by line; `lists` is the stack of lists that can still receive items."""

    def __init__(self) -> None:
        self.root: list[object] = []
        self.lists: list[_OpenList] = []
        self.lines: list[str] | None = None

    def line(self, line: str) -> None:
        """Take the next line."""
        if not line.strip():
            self.lines = None
            return
        marker = _MARKER.match(line)
        if marker:
            self._item(marker)
        elif self.lines is not None and not _is_heading(line):
            self.lines.append(line.strip())
        elif _is_heading(line):
            self.lists.clear()
            self.lines = None
            self.root.append(Heading(text=plain(line.strip())))
        else:
            self._paragraph(line)

    def _paragraph(self, line: str) -> None:
        """A paragraph belongs to the list item under which it is indented, or stands alone."""
        indent = len(line) - len(line.lstrip())
        while self.lists and self.lists[-1].indent + 2 > indent:
            self.lists.pop()
        target = self.lists[-1].items[-1].blocks if self.lists else self.root
        self.lines = [line.strip()]
        target.append(self.lines)

    def _item(self, marker: re.Match[str]) -> None:
        """A list item goes to the open list of its indent and kind, or opens a list inside the last item."""
        indent, ordered = len(marker["indent"]), marker["number"] is not None
        while self.lists and self.lists[-1].indent > indent:
            self.lists.pop()
        fitting = [n for n, one in enumerate(self.lists) if one.indent == indent and one.ordered == ordered]
        if fitting:
            del self.lists[fitting[0] + 1 :]
        else:
            opened = _OpenList(indent, ordered)
            (self.lists[-1].items[-1].blocks if self.lists else self.root).append(opened)
            self.lists.append(opened)
        self.lines = [marker["text"]]
        self.lists[-1].items.append(_OpenItem(int(marker["number"]) if ordered else None, self.lines))


def _is_heading(line: str) -> bool:
    return bool(_HEADING.match(line.strip())) and (line.strip().endswith(":") or len(line.split()) <= 4)


def _close(part: object) -> Block:
    """The frozen block of an open one."""
    if isinstance(part, _OpenList):
        items = tuple(
            Item(
                text=plain(" ".join(item.lines)),
                number=item.number,
                blocks=tuple(_close(inner) for inner in item.blocks),
            )
            for item in part.items
        )
        return ItemList(ordered=part.ordered, items=items)
    if isinstance(part, list):
        return Paragraph(text=plain(" ".join(part)))
    assert isinstance(part, Heading)
    return part
