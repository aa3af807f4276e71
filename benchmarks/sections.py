"""Writes one section of docs/benchmarks.md and leaves the others as they are.

Each section stands between two marks that hold its name, so that every benchmark replaces its own figures only.
"""

from __future__ import annotations

from pathlib import Path

TITLE = """# Benchmarks

Each section is written by the command that it names, on the machine that it names. Nothing here is a test: figures
are measured when somebody runs the command, and are published with what was missed.
"""


def write_section(path: Path, name: str, text: str) -> None:
    """Puts this text in place of the section of this name; at the end when there is none."""
    before = path.read_text(encoding="utf-8") if path.is_file() else TITLE
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    section = f"{begin}\n{text.strip()}\n{end}"
    head, found, rest = before.partition(begin)
    after = head + section + rest.partition(end)[2] if found else f"{before.rstrip()}\n\n{section}\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(after, encoding="utf-8")
