"""What the rules of today say on every record of the corpus: every finding, errors by record, counts by level."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks.lint_precision.sample import number
from equipoise.registry.lint import lint
from equipoise.registry.record import read_record

TODAY = date(2026, 11, 22)
Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """What is found. `size`: records.

    `errors`: record, rule, path and words of each error, by record; `found`: those of every finding; `counts`:
    findings by level.
    """

    errors: dict[str, tuple[Key, ...]]
    found: frozenset[Key]
    counts: dict[str, int]
    size: int


def survey(shared: Path) -> Corpus:
    """Reads the whole corpus with the rules of today."""
    errors: dict[str, tuple[Key, ...]] = {}
    every: set[Key] = set()
    counts: Counter[str] = Counter()
    size = 0
    with gzip.open(shared / "registry" / "records.jsonl.gz", "rt", encoding="utf-8") as stream:
        for line in stream:
            raw = json.loads(line)
            found = lint(read_record(raw), today=TODAY)
            counts.update(one.severity for one in found)
            size += 1
            name = number(raw)
            keys = [(name, one.code, one.path, plain(one.words or one.message)) for one in found]
            every.update(keys)
            errors[name] = tuple(one for one, of in zip(keys, found, strict=True) if of.severity == "E")
    return Corpus(errors=errors, found=frozenset(every), counts=dict(counts), size=size)


def plain(words: str) -> str:
    """Words with single spaces, as the judgements have them."""
    return " ".join(words.split())
