"""Markdown of the benchmarks: tables, and one section each in a file that several benchmarks share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

HEAD = "# Benchmarks\n\nMeasured by the programs under `benchmarks/`; each section says by which.\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def write_section(path: Path, name: str, text: str) -> None:
    """Puts a section (its `## name` and all up to the next one, or to a part that another program marks as its own) in
    its place in a file, or at the end of it."""
    whole = path.read_text(encoding="utf-8") if path.is_file() else HEAD
    section = f"## {name}\n\n{text.strip()}\n"
    pattern = re.compile(rf"^## {re.escape(name)}\n.*?(?=^## |^<!-- begin |\Z)", re.DOTALL | re.MULTILINE)
    if pattern.search(whole):
        whole = pattern.sub(lambda _: section + "\n", whole).rstrip("\n") + "\n"
    else:
        whole = whole.rstrip("\n") + "\n\n" + section
    path.write_text(whole, encoding="utf-8")
