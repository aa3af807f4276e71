"""Writes what the Python of the pages prints now into the pages: `python -m tests.docs`. Read what changed."""

from __future__ import annotations

from .printing import printed_anew
from .test_blocks_run import pages_with

for page in pages_with("python"):
    text = page.read_text(encoding="utf-8")
    page.write_text(printed_anew(text, str(page)), encoding="utf-8")
    print(page)
