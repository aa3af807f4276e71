"""The report as PDF, set by Typst from data: A4, tagged for screen readers (PDF/UA-1), fonts embedded, no clock.

The typesetter reads one template of ours and the document as JSON. It sees no file, no network and no font of the
machine, so the same document gives the same bytes. A character that its fonts do not have is printed by its number,
`[U+4E2D]`, since a standard for all readers lets no letter be lost in silence.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

STANDARD = "ua-1"
WITHOUT_GLYPH = re.compile(r'the text `?"?(.+?)"?`? could not be displayed', re.DOTALL)


def typeset(document: dict[str, Any]) -> bytes:
    """The PDF of a document as `document.data_of` gives it. Its date is that of the cut."""
    import typst

    words = json.dumps(document, ensure_ascii=False)
    while True:
        try:
            return _compiled(words, document["date"])
        except typst.TypstError as error:
            spelt = _spelt(words, str(error))
            if spelt == words:
                raise
            words = spelt


def _compiled(words: str, date: list[int]) -> bytes:
    import typst

    template = files("equipoise.analysis.reporting").joinpath("report.typ").read_bytes()
    year, month, day = date
    made = typst.compile(
        template,
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"report": words},
        pdf_standards=STANDARD,
        timestamp=datetime(year, month, day, tzinfo=UTC),
    )
    assert isinstance(made, bytes), "one document was asked for"
    return made


def _spelt(words: str, fault: str) -> str:
    """The words with the characters that a fault names written as numbers."""
    for found in WITHOUT_GLYPH.findall(fault):
        for each in found:
            if ord(each) > 126:
                words = words.replace(each, f"[U+{ord(each):04X}]")
    return words
