"""The JSON values of a stream, one at a time: a whole document, one value a line, or the items of a list.

No more than one value is in memory. A value that is not JSON is given as an error with its line, and reading
goes on behind it: in lines at the next line, in a list at the next item that begins like a record.
"""

from __future__ import annotations

import codecs
import json
import re
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

import msgspec

from equipoise.registry.encoding import not_utf8
from equipoise.registry.errors import registry_error
from equipoise.registry.errors_index import index_error
from equipoise.registry.reading.model import LARGEST, MOST_BYTES, Raw

CHUNK = 1 << 20
LIST_OF_STUDIES = re.compile(rb'"studies"\s*:\s*\[')
ITEM = re.compile(r'\{\s*"(?:protocolSection|ctNumber)"')
BETWEEN = re.compile(r"[\s,]*")


def values(stream: BinaryIO, head: bytes, place: str) -> Iterator[Raw]:
    """Every value of a stream of JSON. head: its first bytes, which are still to be read."""
    start = head.find(b"[") if head.lstrip().startswith(b"[") else _list_in(head)
    if start is not None:
        stream.read(start + 1)
        return _items(stream, place)
    return _lines_or_document(stream, place)


def _list_in(head: bytes) -> int | None:
    """Where the list of a page of studies begins, when the head is such a page."""
    found = LIST_OF_STUDIES.search(head)
    if found is None or b'"protocolSection"' in head[: found.start()]:
        return None
    return found.end() - 1


def decoded(text: bytes | str, place: str) -> Raw:
    """The value of this text, or REGI-002."""
    try:
        return Raw(place, msgspec.json.decode(text))
    except (msgspec.DecodeError, UnicodeError) as error:
        content = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
        return Raw(place, error=registry_error("REGI-002", place, not_utf8(content) or str(error)))
    except RecursionError:
        return Raw(place, error=registry_error("REGI-002", place, "it is nested too deeply"))


def _lines_or_document(stream: BinaryIO, place: str) -> Iterator[Raw]:
    """One value a line, if any of the first lines is a whole object; else the whole stream as one."""
    lines = _lines(stream)
    first = list(islice(lines, 3))
    alone = [line is not None and isinstance(decoded(line, place).value, dict) for line in first]
    if any(alone) or None in first:
        yield from _each_line([*first], lines, place)
        return
    content = b"".join(line for line in first if line is not None) + stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        yield Raw(place, error=index_error("REGI-021", place, LARGEST))
    else:
        yield decoded(content, place)


def _each_line(first: list[bytes | None], rest: Iterator[bytes | None], place: str) -> Iterator[Raw]:
    number = 0
    for source in (first, rest):
        for line in source:
            number += 1
            where = f"{place}:{number}"
            if line is None:
                yield Raw(where, error=index_error("REGI-021", where, LARGEST))
            elif line.strip():
                yield decoded(line.removeprefix(codecs.BOM_UTF8), where)  # as where files were put together


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """The lines of a stream; None for one that is longer than a record may be."""
    while line := stream.readline(MOST_BYTES + 1):
        if len(line) <= MOST_BYTES:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(CHUNK)
        yield None


class _Window:
    """The part of a stream of text that is in memory: it grows at its end, and what is before `start` is done with."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        # A byte that is no letter stays what it is, so that the record that holds it is refused, and no other.
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._fault: Exception | None = None
        self.text = ""
        self.start = 0
        self.ended = False

    @property
    def empty(self) -> bool:
        """Whether nothing is left of what was read."""
        return self.start >= len(self.text)

    def grow(self) -> None:
        """Reads on: as much again as is there, so that a long value is not scanned too often.

        What stands before damage is given first; the damage is raised when more is asked for.
        """
        if self._fault is not None:
            raise self._fault
        self.text = self.text[self.start :]
        self.start = 0
        wanted = max(CHUNK, len(self.text))
        chunks: list[bytes] = []
        try:
            while wanted > 0 and (chunk := self._stream.read1(wanted)):  # type: ignore[attr-defined]
                chunks.append(chunk)
                wanted -= len(chunk)
        except (EOFError, zlib.error, OSError) as error:
            self._fault = error
        else:
            self.ended = wanted > 0
        self.text += self._decoder.decode(b"".join(chunks), final=self.ended)


def _items(stream: BinaryIO, place: str) -> Iterator[Raw]:
    """The items of a list whose opening bracket has been read."""
    window = _Window(stream)
    decoder = json.JSONDecoder()
    number = 0
    while True:
        window.start = BETWEEN.match(window.text, window.start).end()  # type: ignore[union-attr]
        if window.empty and not window.ended:
            window.grow()
            continue
        if window.empty or window.text[window.start] == "]":
            break
        number += 1
        where = f"{place}[{number}]"
        end, fault = _end_of_item(decoder, window, where)
        if fault is None:
            yield decoded(window.text[window.start : end], where)
            window.start = end
        else:
            yield fault
            _to_next_item(window)
    if window.empty:
        yield Raw(place, error=index_error("REGI-020", place, f"the list has no end after item {number}"))
    # What stands behind the list says nothing; reading it lets a packed file check that it is whole.
    while not window.ended:
        window.start = len(window.text)
        window.grow()


def _end_of_item(decoder: json.JSONDecoder, window: _Window, where: str) -> tuple[int, Raw | None]:
    """Where the first value of the window ends, or why it cannot be read."""
    while True:
        try:
            end = decoder.raw_decode(window.text, window.start)[1]
        except RecursionError:
            return 0, Raw(where, error=registry_error("REGI-002", where, "it is nested too deeply"))
        except json.JSONDecodeError as error:
            # A fault at the end of what was read may only mean that the value goes on.
            near = error.pos > len(window.text) - 16 or error.msg.startswith("Unterminated")
            fault = registry_error("REGI-002", where, str(error))
        else:
            if end - window.start <= MOST_BYTES:
                return end, None
            near = False
        if len(window.text) - window.start > MOST_BYTES:
            return 0, Raw(where, error=index_error("REGI-021", where, LARGEST))
        if not near or window.ended:
            return 0, Raw(where, error=fault)
        window.grow()


def _to_next_item(window: _Window) -> None:
    """Moves the window to the next item that begins like a record, or to the end of the stream."""
    window.start += 1
    while (found := ITEM.search(window.text, window.start)) is None:
        window.start = max(window.start, len(window.text) - 64)
        if window.ended:
            window.start = len(window.text)
            return
        window.grow()
    window.start = found.start()
