"""Prints how often the linter's errors are right: `python -m benchmarks.lint_precision` (needs EQUIPOISE_SHARED).

For each reading the share that was right when it was read, with Wilson's 95% interval, by each of two readers; what the
errors of today still find among the judged; and an estimate, by splitting the records, of what the policy that sets the
levels reaches on records that had no part in it. `--write` puts the section into docs/benchmarks.md.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import yaml

from benchmarks.lint_precision.corpus import Corpus, survey
from benchmarks.lint_precision.policy import RESAMPLES, SPLITS, key, verdicts
from benchmarks.lint_precision.sample import later_readings, number, readings
from benchmarks.lint_precision.tables import NOVEL, by_rule, expected, levels, table, today, two_readers
from benchmarks.sections import write_section

HERE = Path(__file__).parent
JUDGEMENTS, SECOND = HERE / "judgements.yaml", HERE / "second_reader.yaml"
SHARED = HERE.parents[2] / "shared"
PAGE = HERE.parents[1] / "docs" / "benchmarks.md"
HEAD = """## How often the linter's errors are right

`python -m benchmarks.lint_precision --write` (needs the shared corpus). A first reader judged every error-level finding
of each sample against the record's own words (`benchmarks/lint_precision/judgements.yaml`, one ground each); what is
arguable counts as wrong; intervals are Wilson's, 95%. Each sample was fixed by rule and seed beforehand (`sample.py`)
and read once at a recorded state of the rules; then its faults were put right, so that it was held out no more.
"""
NOTES = """
Readings 1 to 5 are of an older state of the rules, before the levels were set by certainty. Readings 6 and 7 are of all
study types and decades, after that; both samples were fixed together before either was read. Between the two LINT-001,
010, 033, 039 and 070 were narrowed by what reading 6 showed, so reading 7 is held out from that too. Both leave out the
interventional trials in which the older rules had found something, so they judge what is new or changed. The corpus is
of the 1990s, of 2007 and of 2020 for the most part, and converted: results, contacts and types of dates are not in it.

A second reader then judged the findings of readings 6 and 7 again without knowing the first's verdicts
(`second_reader.yaml`) and accepts fewer, above all in reading 7, where eight findings are one fault of one record.
"""
POLICY = """
The two readers do not agree well, so the levels were set anew: a rule that reads prose is an error only when at least
three of its findings were judged and four in five were right as read, to both readers where both judged them
(`policy.py`; rules that compare coded fields, counts and dates alone may be errors unread). A rule that was narrowed
after its findings were read keeps the share that it had. The samples have used up the corpus, so there is no third one.
What the errors of today still find among the judged is no held-out figure:
"""
SPLIT = """
The estimate for records that had no part in setting a level: the records with a judgement are split at random into two
halves, a rule is an error on the second half only when it meets the bar on the first, and the findings of such rules
on the second halves are pooled over {splits:,} splits of fixed seed; structural rules have no exemption here. The
interval is of {resamples:,} resamples of whole records. The first three rows use every judgement of readings 1 to 7 as
it was read, with the rules as wide as they were then, so no later narrowing helps them. What they cannot hold out is
the bar itself, which was chosen with all judgements in sight, and the samples. The last row leaves out {gone} judged
findings whose words today's rules find no more at any level; they were narrowed on these very records, so it flatters.
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
    found = verdicts(judged, second)
    still = verdicts([one for one in judged if key(one) in corpus.found], second)
    parts = [
        HEAD,
        table(judged, members),
        NOTES,
        two_readers(judged, second),
        POLICY,
        today(judged, second, corpus),
        SPLIT.format(gone=len(found) - len(still), splits=SPLITS, resamples=RESAMPLES),
        expected(found, still),
        levels(corpus),
        by_rule(found, still, corpus),
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
