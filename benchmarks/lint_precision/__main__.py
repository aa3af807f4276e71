"""Prints how often the linter's errors are right: `python -m benchmarks.lint_precision` (needs EQUIPOISE_SHARED).

For each reading the share that was right when it was read, with Wilson's 95% interval: the figure for records that no
rule was written on. Beside it the findings that the rules of today still make on the same records; those records have
since been used to sharpen the rules, so that share flatters. Exit code 1 when an error stands there unjudged.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import date
from math import sqrt
from pathlib import Path
from typing import Any

import yaml

from benchmarks.lint_precision.sample import readings
from equipoise.registry.lint import lint
from equipoise.registry.record import read_record

JUDGEMENTS = Path(__file__).with_name("judgements.yaml")
SHARED = Path(__file__).parents[3] / "shared"
TODAY = date(2026, 11, 22)
NAMES = {
    1: "randomised trials of drugs",
    2: "other randomised trials",
    3: "not randomised, first 600",
    4: "not randomised, next 1,200",
    5: "not randomised, the others",
}
Key = tuple[str, str, str]


def wilson(right: int, of: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's interval for a share (Wilson 1927)."""
    if not of:
        return 0.0, 1.0
    share, weight = right / of, 1 + z * z / of
    middle = (share + z * z / (2 * of)) / weight
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / weight
    return max(0.0, middle - half), min(1.0, middle + half)


def share(verdicts: Iterable[str]) -> str:
    """`right/all = share [low, high]`; what is arguable counts as wrong."""
    found = list(verdicts)
    right = sum(one == "right" for one in found)
    low, high = wilson(right, len(found))
    return f"{right}/{len(found)} = {right / max(1, len(found)):.2f} [{low:.2f}, {high:.2f}]"


def key(entry: dict[str, Any]) -> Key:
    """What tells a judgement: record, rule and place."""
    return entry["record"], entry["code"], entry["path"]


def errors(records: Iterable[dict[str, Any]]) -> list[Key]:
    """The error-level findings that the rules of today make on these records."""
    return [
        (record.nct_id, one.code, one.path)
        for record in map(read_record, records)
        for one in lint(record, today=TODAY)
        if one.severity == "E"
    ]


def table(judged: list[dict[str, Any]], today: dict[int, list[Key]], sizes: dict[int, int]) -> str:
    """The readings as Markdown: as read, and what the rules of today still find."""
    verdicts = {key(one): one["verdict"] for one in judged}
    lines = [
        "| sample | records | right when first read | still found today (not held out) |",
        "| --- | --- | --- | --- |",
    ]
    for reading, name in NAMES.items():
        read = share(one["verdict"] for one in judged if one["reading"] == reading)
        still = share(verdicts[one] for one in today[reading] if one in verdicts)
        lines.append(f"| {reading} {name} | {sizes[reading]:,} | {read} | {still} |")
    pooled = share(verdicts[one] for found in today.values() for one in found if one in verdicts)
    lines.append(f"| all | {sum(sizes.values()):,} | {share(one['verdict'] for one in judged)} | {pooled} |")
    return "\n".join(lines)


def by_rule(judged: list[dict[str, Any]]) -> str:
    """The judgements by rule, as read."""
    counts = Counter((one["code"], one["verdict"] == "right") for one in judged)
    lines = ["| rule | right | not |", "| --- | --- | --- |"]
    for code in sorted({code for code, _ in counts}):
        lines.append(f"| {code} | {counts[code, True]} | {counts[code, False]} |")
    return "\n".join(lines)


def main() -> int:
    """Prints the section for the benchmarks' page; 1 when an error-level finding has no judgement."""
    judged = yaml.safe_load(JUDGEMENTS.read_text(encoding="utf-8"))
    samples = readings(Path(os.environ.get("EQUIPOISE_SHARED", SHARED)))
    today = {reading: errors(records) for reading, records in samples.items()}
    sizes = {reading: len(records) for reading, records in samples.items()}
    print(f"{table(judged, today, sizes)}\n\n{by_rule(judged)}")
    known = {key(one) for one in judged}
    unjudged = [one for found in today.values() for one in found if one not in known]
    for one in unjudged:
        print("not judged:", *one, file=sys.stderr)
    return 1 if unjudged else 0


if __name__ == "__main__":
    sys.exit(main())
