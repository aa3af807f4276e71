"""Lists of synonyms: names that mean one thing, as a user writes them, one group a line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from equipoise.registry.errors_index import index_error
from equipoise.registry.search.text import words

Name = tuple[str, ...]
Synonyms = Mapping[Name, tuple[Name, ...]]
NONE: Synonyms = {}
MOST_LINES = 200_000
LONGEST = 8  # words of one name


def load_synonyms(path: Path) -> Synonyms:
    """The list in a file: each name with the other names of its groups. Errors: REGI-037."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise index_error("REGI-037", str(path), str(error)) from error
    return parse_synonyms(text, str(path))


def parse_synonyms(text: str, place: str = "synonyms") -> Synonyms:
    """The list in a text. Errors: REGI-037 (a group of one name, a name without a word or of too many)."""
    found: dict[Name, dict[Name, None]] = {}
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise index_error("REGI-037", place, f"it has more than {MOST_LINES} lines")
    for number, line in enumerate(lines, 1):
        written = line.partition("#")[0].strip()
        if not written:
            continue
        names = [tuple(words(name)) for name in written.split(",")]
        if len(names) < 2 or not all(0 < len(name) <= LONGEST for name in names):
            raise index_error("REGI-037", f"{place}:{number}", f"{ascii(written[:60])} is no group of names")
        for name in names:
            found.setdefault(name, {}).update(dict.fromkeys(names))
    return {name: tuple(other for other in others if other != name) for name, others in found.items()}
