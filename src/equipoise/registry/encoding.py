"""How the bytes of a file stand for letters: UTF-8, UTF-16 and UTF-32 by their marks or zeros, and what XML declares.

Text that is none of these is refused with its first wrong byte: read as the wrong encoding, it would keep a name or
a limit with other letters than were written, and nothing would ever say so.
"""

from __future__ import annotations

import codecs
import io
import re
from typing import BinaryIO, cast

CHUNK = 1 << 20
# The mark of UTF-32 begins with that of UTF-16, so it comes first.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Without a mark: where the zeros of a first letter stand that every file of records begins with (RFC 4627, 3).
ZEROS = (
    (re.compile(rb"[\s{\[<]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0[\s{\[<]"), "utf-32-be"),
    (re.compile(rb"[\s{\[<]\0"), "utf-16-le"),
    (re.compile(rb"\0[\s{\[<]"), "utf-16-be"),
)
DECLARED = re.compile(rb"""\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']""")
UNICODE = frozenset({"utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "utf-32"})
# What XML may declare here. Files that say ISO-8859-1 and hold letters of Windows-1252 mean the latter; one that
# says UTF-16 and could be read this far is UTF-8, by its writer's mistake or because it was recoded above.
BY_NAME = re.compile(
    r"iso-8859-(?:[2-9]|1[03-6])|windows-125\d|koi8-[ru]|shift_jis|euc-(?:jp|kr)|gb(?:2312|k|18030)|big5",
    re.IGNORECASE,
)
WESTERN = frozenset({"iso-8859-1", "latin1", "us-ascii", "ascii", "cp1252"})


def wide(head: bytes) -> tuple[str, int] | None:
    """The encoding of a file that has two or four bytes a letter, and how long its mark is; None for any other."""
    for mark, name in MARKS:
        if head.startswith(mark):
            return name, len(mark)
    return next(((name, 0) for zeros, name in ZEROS if zeros.match(head)), None)


class Recoded(io.RawIOBase):
    """A stream in another encoding, as UTF-8."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        # Half of a pair goes on as it is: the record that holds it is refused, and no other.
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, target: memoryview) -> int:  # type: ignore[override]
        """Fills the target with what is at hand. Errors: EOFError when the stream ends within a letter."""
        while not self._left:
            chunk = self._stream.read(CHUNK)
            try:
                text = self._decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                raise EOFError(f"{error.encoding}: {error.reason}") from error
            self._left = text.encode("utf-8", "surrogatepass")
            if not chunk:
                break
        size = min(len(target), len(self._left))
        target[:size], self._left = self._left[:size], self._left[size:]
        return size


def recoded(stream: BinaryIO, encoding: str, mark: int) -> io.BufferedReader:
    """A stream as UTF-8. mark: how many bytes its mark has."""
    stream.read(mark)
    return io.BufferedReader(cast(io.RawIOBase, Recoded(stream, encoding)), CHUNK)


def text_of_xml(content: bytes) -> str:
    """The text of XML in the encoding that it declares. Errors: UnicodeDecodeError, LookupError (not known here)."""
    found = DECLARED.match(content)
    name = found[1].decode("ascii").lower() if found else "utf-8"
    if name in WESTERN:
        return content.decode("cp1252") if _is_western(content) else content.decode("latin-1")
    if BY_NAME.fullmatch(name):
        return content.decode(name)
    if name not in UNICODE:
        raise LookupError(name)
    return content.decode("utf-8-sig")


def _is_western(content: bytes) -> bool:
    """Whether all bytes are letters of Windows-1252, which leaves five of them without one."""
    return not any(gap in content for gap in (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d"))


def not_utf8(content: bytes) -> str:
    """What is wrong with bytes that should be UTF-8, and what they may be; empty when nothing is."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        wrong = content[error.start : error.start + 1]
        guess = wrong.decode("cp1252", "replace")
        near = content[max(error.start - 20, 0) : error.start].decode("utf-8", "replace")
        meant = f" (in Windows-1252 it would be {guess})" if guess.isprintable() and guess != "\ufffd" else ""
        return f"it is not UTF-8: byte 0x{wrong.hex()} at {error.start:,}, behind {ascii(near)}{meant}"
    return ""
