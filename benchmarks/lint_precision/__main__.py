"""Prints how often the linter's errors are right: `python -m benchmarks.lint_precision` (needs EQUIPOISE_SHARED).

For each reading the share that was right when it was read, with Wilson's 95% interval: the figure for records that no
rule was written on. Beside it the findings that the rules of today still make on the same records; those records have
since been used to sharpen the rules, so that share flatters. `--write` puts the section into docs/benchmarks.md.
A second reader's verdicts are read from `second_reader.yaml` when it is there: the same fields, the same findings.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import yaml

from benchmarks.lint_precision.corpus import Corpus, survey
from benchmarks.lint_precision.sample import later_readings, number, readings
from benchmarks.lint_precision.tables import NOVEL, by_rule, levels, second_reader, table
from benchmarks.sections import write_section

HERE = Path(__file__).parent
JUDGEMENTS, SECOND = HERE / "judgements.yaml", HERE / "second_reader.yaml"
SHARED = HERE.parents[2] / "shared"
PAGE = HERE.parents[1] / "docs" / "benchmarks.md"
HEAD = """## How often the linter's errors are right

`python -m benchmarks.lint_precision --write` (needs the shared corpus). One reader judged every error-level finding of
each sample against the record's own words (`benchmarks/lint_precision/judgements.yaml`, one ground each); what is
arguable counts as wrong; intervals are Wilson's, 95%. Each sample was fixed by rule and seed beforehand (`sample.py`)
and read once at a recorded state of the rules; then its faults were put right, so that it was held out no more. The
last column says what the rules of today still find on the same records: it flatters, because the rules were sharpened
on them.
"""
NOTES = """
Readings 1 to 5 are of an older state of the rules, before the levels were set by certainty. Readings 6 and 7 are of all
study types and decades, after that; both samples were fixed together before either was read. Between the two LINT-001,
010, 033, 039 and 070 were narrowed by what reading 6 showed, so reading 7 is held out from that too. Both leave out the
interventional trials in which the older rules had found something, so they judge what is new or changed; LINT-023 and
LINT-060 fire outside them and keep their shares from readings 1 to 5 (LINT-060 was narrowed since). The corpus is of
the 1990s, of 2007 and of 2020 for the most part, and converted: results, contacts and types of dates are not in it.
"""


def load(path: Path) -> list[dict[str, Any]]:
    """The judgements of a file; none when there is no file."""
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else []


def section(shared: Path) -> str:
    """The whole section for the benchmarks' page, as Markdown."""
    judged, second = load(JUDGEMENTS), load(SECOND)
    known = {one["record"] for one in judged if one["reading"] not in NOVEL}
    samples = readings(shared) | later_readings(shared, known)
    members = {reading: tuple(number(one) for one in records) for reading, records in samples.items()}
    corpus: Corpus = survey(shared)
    parts = [
        HEAD,
        table(judged, members, corpus),
        NOTES,
        levels(corpus),
        by_rule(judged, corpus),
        second_reader(judged, second),
    ]
    return "\n".join(part.strip() + "\n" for part in parts)


def main(arguments: list[str]) -> int:
    """Prints the section, or writes it into the page."""
    text = section(Path(os.environ.get("EQUIPOISE_SHARED", SHARED)))
    if "--write" in arguments:
        write_section(PAGE, "lint precision", text)
    else:
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
