"""The report as PDF, set by Typst from data: A4, tagged for screen readers (PDF/UA-1), fonts embedded, no clock.

The typesetter reads one template of ours and the document as JSON. It sees no file, no network and no font of the
machine, so the same document gives the same bytes.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

STANDARD = "ua-1"


def typeset(document: dict[str, Any]) -> bytes:
    """The PDF of a document as `document.data_of` gives it. Its date is that of the cut."""
    import typst

    template = files("equipoise.analysis.reporting").joinpath("report.typ").read_bytes()
    year, month, day = document["date"]
    made = typst.compile(
        template,
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"report": json.dumps(document, ensure_ascii=False)},
        pdf_standards=STANDARD,
        timestamp=datetime(year, month, day, tzinfo=UTC),
    )
    assert isinstance(made, bytes), "one document was asked for"
    return made
