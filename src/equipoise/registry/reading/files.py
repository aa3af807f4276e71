"""Files of records: what a file is, how it is packed, and the records in it.

gzip and zip are opened by their first bytes, and UTF-16 is recoded. A file that breaks off gives what stands before
the break, and then the coded reason. A member of a zip is read within a limit, whatever size it claims to have.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec

from equipoise.registry.encoding import recoded, wide
from equipoise.registry.errors import RegistryError
from equipoise.registry.errors_index import index_error
from equipoise.registry.reading.ctis import from_ctis
from equipoise.registry.reading.json_stream import values
from equipoise.registry.reading.model import LARGEST, MOST_BYTES, NUMBER, Raw, Reading, Unread, posted
from equipoise.registry.reading.xml_record import from_xml
from equipoise.registry.record import DECODER, read_record

SUFFIXES = (".json", ".jsonl", ".ndjson", ".xml", ".gz", ".zip")
HEAD = 4096
BUFFER = 1 << 20
DAMAGED = (
    EOFError,
    zlib.error,
    gzip.BadGzipFile,
    zipfile.BadZipFile,
    NotImplementedError,
    io.UnsupportedOperation,
)


def paths_of(paths: Iterable[Path]) -> Iterator[Path]:
    """The files that these paths name; of a folder, all files below it that could hold records, in order."""
    for path in paths:
        if path.is_dir():
            found = (
                each for each in path.rglob("*") if each.name.lower().endswith(SUFFIXES) and each.is_file()
            )
            yield from sorted(found)
        else:
            yield path


def read_records(path: Path) -> Iterator[Reading | Unread]:
    """Every record of a file, in order, and for every one that cannot be read the reason.

    The second record in one file that has the same number but other content is not given (REGI-022).
    Never raises for what is in the file; REGI-026 is given for a file that cannot be opened.
    """
    place = str(path)
    behind: Callable[[], int] = int
    first: dict[str, int] = {}
    try:
        with path.open("rb", buffering=BUFFER) as file:
            behind = file.tell
            for raw in _values_of(file, place):
                yield _checked(raw, first, behind())
    except OSError as error:
        detail = error.strerror or str(error)
        yield Unread(place=place, error=index_error("REGI-026", place, detail))


def _checked(raw: Raw, first: dict[str, int], behind: int) -> Reading | Unread:
    """The record in a value, if it is one and the first of its number."""
    try:
        if raw.error is not None:
            raise raw.error
        data = as_record(raw.value, raw.place)
        content = canonical(data)
        number = number_of(data, content, raw.place)
        if first.setdefault(number, hash(content)) != hash(content):
            raise index_error("REGI-022", raw.place, number)
    except RegistryError as error:
        return Unread(place=raw.place, error=error, behind=behind)
    return Reading(place=raw.place, nct_id=number, content=content, effective=posted(data), behind=behind)


def canonical(data: dict) -> bytes:
    """The record's JSON with sorted names: equal records have equal bytes."""
    return msgspec.json.encode(data, order="sorted")


def number_of(data: dict, content: bytes, place: str) -> str:
    """The number of a record all of whose fields have their types. Errors: REGI-003, REGI-004, REGI-023."""
    try:
        number = DECODER.decode(content).nct_id
    except (msgspec.ValidationError, RecursionError):
        number = ""
    # The slower way allows for nulls and says what is wrong in the words of all commands.
    number = number or read_record(data, place=place).nct_id
    if not NUMBER.fullmatch(number):
        raise index_error("REGI-023", place, ascii(number[:60]))
    return number


def as_record(value: object, place: str) -> dict:
    """A value as version 2 JSON, whichever registry wrote it. Errors: REGI-025, and those of its reader."""
    if isinstance(value, dict) and "protocolSection" in value:
        return value
    if isinstance(value, dict) and "ctNumber" in value:
        return from_ctis(value, place)
    found = (
        f"an object with {', '.join(map(ascii, [*value][:5]))}"
        if isinstance(value, dict)
        else type(value).__name__
    )
    raise index_error("REGI-025", place, found)


class _Steady(io.RawIOBase):
    """gzip that gives what it could unpack before it says that the rest is missing."""

    def __init__(self, packed: gzip.GzipFile) -> None:
        self._packed = packed

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        """Fills the target with what is at hand. Errors: those of gzip, once nothing is left before them."""
        chunk = self._packed.read1(len(target))
        target[: len(chunk)] = chunk
        return len(chunk)


def _values_of(stream: BinaryIO, place: str) -> Iterator[Raw]:
    """The values of a stream, whatever it is; its damage is the last of them."""
    try:
        yield from _unpacked(stream, place)
    except DAMAGED as error:
        yield Raw(place, error=index_error("REGI-020", place, str(error) or type(error).__name__))


def _unpacked(stream: BinaryIO, place: str) -> Iterator[Raw]:
    reader = (
        stream
        if isinstance(stream, io.BufferedReader)
        else io.BufferedReader(cast(io.RawIOBase, stream), BUFFER)
    )
    head = _head(reader)
    if head.startswith(b"\x1f\x8b"):
        yield from _values_of(
            cast(BinaryIO, io.BufferedReader(_Steady(gzip.GzipFile(fileobj=reader)), BUFFER)), place
        )
    elif head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield from _members(cast(BinaryIO, reader), place)
    elif found := wide(head):
        narrow = recoded(cast(BinaryIO, reader), *found)
        yield from _texts(cast(BinaryIO, narrow), _head(narrow), place)
    else:
        yield from _texts(cast(BinaryIO, reader), head, place)


def _texts(stream: BinaryIO, head: bytes, place: str) -> Iterator[Raw]:
    if head.startswith(b"\xef\xbb\xbf"):
        stream.read(3)
        head = head[3:]
    start = head.lstrip()[:1]
    if start == b"<":
        yield _xml(stream, place)
    elif start in (b"{", b"[") or b"\n{" in head:  # of lines, the first may be the bad one
        yield from values(stream, head, place)
    else:
        detail = f"it begins with {ascii(head[:12])}" if head else "it is empty"
        yield Raw(place, error=index_error("REGI-025", place, detail))


def _xml(stream: BinaryIO, place: str) -> Raw:
    content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        return Raw(place, error=index_error("REGI-021", place, LARGEST))
    try:
        return Raw(place, from_xml(content, place))
    except RegistryError as error:
        return Raw(place, error=error)


def _members(stream: BinaryIO, place: str) -> Iterator[Raw]:
    """The values of every member of a zip that could hold records."""
    with zipfile.ZipFile(stream) as archive:
        for member in archive.infolist():
            if member.is_dir() or not member.filename.lower().endswith(SUFFIXES[:-1]):
                continue
            where = f"{place}/{member.filename}"
            try:
                with archive.open(member) as file:
                    yield from _values_of(
                        cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, file), HEAD * 16)), where
                    )
            except (RuntimeError, *DAMAGED) as error:
                yield Raw(where, error=index_error("REGI-020", where, str(error) or type(error).__name__))


def _head(reader: io.BufferedReader) -> bytes:
    """The first bytes of a stream, which stay to be read."""
    return reader.peek(HEAD)[:HEAD]
